-- Format 4 of the ledger, on SQL Server: orders laid out in plain columns, for a site's own import
-- into AX (orders.handover = "staging").
--
-- The contract. axcs writes the rows of an order once, all of them in one transaction, and never
-- changes them afterwards. The import reads import_order, import_line and import_charge, and updates
-- five columns of import_order: state, taken, finished, sales_order, error. Nothing else is its to
-- change.
--
--   new -> taken -> created | refused
--
-- new      axcs has written it. The import takes it in a statement that names this state, so that
--          two imports never take the same one.
-- taken    The import has it.
-- created  AX has the sales order, sales_order. axcs believes it when it sees the order in SALESTABLE
--          by CUSTACCOUNT = customer_account, PURCHORDERFORMNUM = requisition and
--          CUSTOMERREF = order_id: the import writes these three as they stand here, and commits the
--          sales order before it says so.
-- refused  AX made nothing, and will not; error says why, for whoever mends it. It is never taken up
--          again: an order that is tried again comes as rows of its own, with another message_id.
--
-- One message_id is one try to give one order to AX: an import that finds an order of this customer
-- account and requisition in AX already does not make it again, and says created.
--
-- No filtered index, no computed column: both would refuse updates of sessions that begin with
-- QUOTED_IDENTIFIER off, as those of sqlcmd and of the SQL Server Agent do.

CREATE TABLE axcs.import_order (
    -- The order in which they came.
    id bigint IDENTITY (1, 1) NOT NULL PRIMARY KEY,
    message_id nvarchar(36) COLLATE Latin1_General_100_BIN2 NOT NULL,
    -- DATAAREAID of the company that it is for.
    company nvarchar(4) NOT NULL,
    -- Id of the online order: goes into SALESTABLE.CUSTOMERREF.
    order_id nvarchar(40) COLLATE Latin1_General_100_BIN2 NOT NULL,
    -- Number of the online order: goes into SALESTABLE.PURCHORDERFORMNUM.
    requisition nvarchar(20) NOT NULL,
    -- Id of the online store or marketplace.
    store nvarchar(100) NOT NULL,
    -- Goes into SALESTABLE.CUSTACCOUNT.
    customer_account nvarchar(20) NOT NULL,
    -- Who ordered; the rest may be empty.
    customer_name nvarchar(250) NOT NULL,
    email nvarchar(250) NOT NULL,
    phone nvarchar(250) NOT NULL,
    language nvarchar(20) NOT NULL,
    -- Of all amounts.
    currency nvarchar(3) NOT NULL,
    sales_origin nvarchar(10) NOT NULL,
    delivery_mode nvarchar(10) NOT NULL,
    delivery_name nvarchar(250) NOT NULL,
    delivery_street nvarchar(250) NOT NULL,
    delivery_zip_code nvarchar(250) NOT NULL,
    delivery_city nvarchar(250) NOT NULL,
    delivery_state nvarchar(250) NOT NULL,
    delivery_country nvarchar(250) NOT NULL,
    -- Where the customer account has this address in AX: LOGISTICSLOCATION.LOCATIONID (else empty)
    -- and LOGISTICSPOSTALADDRESS.VALIDFROM.
    delivery_location nvarchar(30) NOT NULL,
    delivery_valid_from datetime2(0) NULL,
    -- When it was placed, UTC, and the day on which it is wanted.
    placed datetime2(0) NOT NULL,
    delivery_date date NOT NULL,
    -- What the customer wrote, and what has no column: invoice address, sales taxes that were told.
    notes nvarchar(max) NOT NULL,
    -- The authorised payment; empty and NULL without one.
    payment_provider nvarchar(250) NOT NULL,
    payment_method nvarchar(250) NOT NULL,
    payment_authorization nvarchar(250) NOT NULL,
    payment_amount numeric(32, 16) NULL,
    -- What the customer pays: lines, charges and sales taxes.
    total numeric(32, 16) NOT NULL,
    -- When axcs wrote it, UTC.
    created datetime2(0) NOT NULL,
    -- From here on the import's.
    state nvarchar(10) COLLATE Latin1_General_100_BIN2 NOT NULL DEFAULT N'new',
    -- When the import took it, and when it was through with it, UTC.
    taken datetime2(0) NULL,
    finished datetime2(0) NULL,
    sales_order nvarchar(20) NOT NULL DEFAULT N'',
    error nvarchar(max) NOT NULL DEFAULT N'',
    CONSTRAINT import_order_state_is_new_taken_created_or_refused
    CHECK (state IN (N'new', N'taken', N'created', N'refused')),
    CONSTRAINT import_order_that_is_created_has_a_sales_order
    CHECK (state <> N'created' OR sales_order <> N''),
    CONSTRAINT import_order_that_is_refused_has_an_error
    CHECK (state <> N'refused' OR error <> N'')
);
CREATE UNIQUE INDEX import_order_by_message ON axcs.import_order (message_id);
CREATE INDEX import_order_by_state ON axcs.import_order (state, id);
CREATE INDEX import_order_by_created ON axcs.import_order (created, id);

CREATE TABLE axcs.import_line (
    message_id nvarchar(36) COLLATE Latin1_General_100_BIN2 NOT NULL,
    -- From 1: goes into SALESLINE.LINENUM.
    line int NOT NULL,
    item nvarchar(20) NOT NULL,
    -- The variant; empty where the item has none.
    configuration nvarchar(10) NOT NULL,
    size nvarchar(10) NOT NULL,
    colour nvarchar(10) NOT NULL,
    style nvarchar(10) NOT NULL,
    -- As the customer saw it.
    name nvarchar(1000) NOT NULL,
    quantity numeric(32, 16) NOT NULL,
    unit nvarchar(10) NOT NULL,
    -- Of one unit.
    price numeric(32, 16) NOT NULL,
    -- On the whole line.
    discount numeric(32, 16) NOT NULL,
    -- Quantity times price less discount, rounded to cents.
    amount numeric(32, 16) NOT NULL,
    PRIMARY KEY (message_id, line)
);

CREATE TABLE axcs.import_charge (
    message_id nvarchar(36) COLLATE Latin1_General_100_BIN2 NOT NULL,
    -- From 1.
    number int NOT NULL,
    -- Charges code.
    code nvarchar(10) NOT NULL,
    -- What the customer was told.
    text nvarchar(250) NOT NULL,
    amount numeric(32, 16) NOT NULL,
    PRIMARY KEY (message_id, number)
);

UPDATE axcs.ledger SET format = 4;
GO

-- Orders of which it is known what came: AX has them, or they are cancelled or closed and AX does not
-- get them; and nothing of them waits for somebody.
CREATE VIEW axcs.settled_order
AS
SELECT o.id, o.attempts
FROM axcs.online_order AS o
WHERE o.is_out = 0 AND o.stage IN (N'accepted', N'cancelled', N'closed')
    AND NOT EXISTS (
        SELECT 1
        FROM axcs.exception AS e
        WHERE e.stream = N'orders' AND e.[key] = o.id AND e.state IN (N'open', N'retrying')
    );
