-- The orders of format 3, on SQL Server. Times are Unix milliseconds; texts compare by their
-- characters' numbers, as in the file. (A filtered index cannot name a computed column: those
-- columns stand first in their indexes.)

CREATE TABLE axcs.online_order (
    id nvarchar(400) COLLATE Latin1_General_100_BIN2 NOT NULL PRIMARY KEY,
    number nvarchar(400) COLLATE Latin1_General_100_BIN2 NOT NULL,
    -- The number in lower case.
    folded nvarchar(400) COLLATE Latin1_General_100_BIN2 NOT NULL,
    store nvarchar(100) COLLATE Latin1_General_100_BIN2 NOT NULL,
    placed bigint NOT NULL,
    customer nvarchar(max) NOT NULL,
    total nvarchar(100) NOT NULL,
    currency nvarchar(25) NOT NULL,
    lines bigint NOT NULL,
    is_paid int NOT NULL,
    -- The order book that seq belongs to.
    book nvarchar(400) COLLATE Latin1_General_100_BIN2 NOT NULL,
    seq bigint NOT NULL,
    -- placed, changed, paid, cancelled
    event nvarchar(25) COLLATE Latin1_General_100_BIN2 NOT NULL,
    stage nvarchar(25) COLLATE Latin1_General_100_BIN2 NOT NULL,
    -- Handed over, and neither taken back nor seen in AX.
    is_out int NOT NULL,
    attempts bigint NOT NULL,
    account nvarchar(400) COLLATE Latin1_General_100_BIN2 NOT NULL,
    -- AX compares numbers of sales orders without regard to case.
    sales_order nvarchar(400) COLLATE Latin1_General_100_CI_AS NOT NULL,
    -- Sales order that AX does not have any more.
    withdrawn nvarchar(400) COLLATE Latin1_General_100_BIN2 NOT NULL DEFAULT N'',
    is_journal int NOT NULL,
    -- Another order has the same folded number.
    is_duplicate int NOT NULL,
    -- Sales status in AX.
    status nvarchar(25) COLLATE Latin1_General_100_BIN2 NULL,
    -- nothing, partly, whole
    shipped nvarchar(25) COLLATE Latin1_General_100_BIN2 NOT NULL,
    -- Why it is rejected.
    reason nvarchar(max) NOT NULL,
    -- Hash and version of the acknowledgement; the version grows with each change of any.
    hash bigint NOT NULL,
    version bigint NOT NULL,
    -- Hash of the acknowledgement that the service holds.
    told bigint NULL,
    downloaded bigint NOT NULL,
    changed bigint NOT NULL,
    is_open AS CASE
        WHEN stage IN (N'downloaded', N'awaiting-payment', N'handed-over', N'exception') THEN 1
        WHEN stage = N'accepted' AND shipped <> N'whole'
            AND COALESCE(status, N'') NOT IN (N'delivered', N'invoiced', N'canceled') THEN 1
        ELSE 0
    END PERSISTED NOT NULL,
    -- Whether the service holds another acknowledgement than this one, or none.
    is_untold AS CASE WHEN told = hash THEN 0 ELSE 1 END PERSISTED NOT NULL
);
CREATE INDEX order_by_placed ON axcs.online_order (placed, id);
CREATE INDEX order_by_store ON axcs.online_order (store, placed) INCLUDE (id);
CREATE INDEX order_by_number ON axcs.online_order (folded, is_duplicate);
CREATE INDEX order_by_sales_order ON axcs.online_order (sales_order)
WHERE sales_order <> N'';
CREATE INDEX order_by_stage ON axcs.online_order (stage, seq) INCLUDE (id);
CREATE INDEX order_untaken ON axcs.online_order (book, seq)
WHERE stage IN (N'downloaded', N'awaiting-payment', N'handed-over', N'exception');
CREATE INDEX order_open ON axcs.online_order (is_open, placed);
CREATE INDEX order_duplicate ON axcs.online_order (placed, id)
WHERE is_duplicate = 1;
CREATE INDEX order_journal ON axcs.online_order (placed, id)
WHERE is_journal = 1;
CREATE INDEX order_untold ON axcs.online_order (is_untold, placed);
CREATE INDEX order_by_version ON axcs.online_order (version, id);

-- The orders' contents, apart: lists need not read them.
CREATE TABLE axcs.order_contents (
    id nvarchar(400) COLLATE Latin1_General_100_BIN2 NOT NULL PRIMARY KEY,
    -- JSON, model::order::WebOrder, as the service told it last.
    contents nvarchar(max) NOT NULL,
    -- What AX has or may get, where that is something else.
    handed nvarchar(max) NULL
);

CREATE TABLE axcs.order_history (
    id bigint IDENTITY (1, 1) NOT NULL PRIMARY KEY,
    order_id nvarchar(400) COLLATE Latin1_General_100_BIN2 NOT NULL,
    at bigint NOT NULL,
    what nvarchar(max) NOT NULL
);
CREATE INDEX history_by_order ON axcs.order_history (order_id, id);

CREATE TABLE axcs.order_shipment (
    -- Record id of the shipment.
    id nvarchar(400) COLLATE Latin1_General_100_BIN2 NOT NULL PRIMARY KEY,
    order_id nvarchar(400) COLLATE Latin1_General_100_BIN2 NOT NULL,
    -- JSON, model::shipment::Shipment
    contents nvarchar(max) NOT NULL
);
CREATE INDEX shipment_by_order ON axcs.order_shipment (order_id);

-- Orders of each store, counted as they come and go, so that no list counts them all.
CREATE TABLE axcs.store_orders (
    store nvarchar(100) COLLATE Latin1_General_100_BIN2 NOT NULL PRIMARY KEY,
    orders bigint NOT NULL,
    open_orders bigint NOT NULL
);
GO

CREATE TRIGGER axcs.order_counted ON axcs.online_order AFTER INSERT, UPDATE
AS
BEGIN
    SET NOCOUNT ON;
    INSERT INTO axcs.store_orders (store, orders, open_orders)
    SELECT DISTINCT inserted.store, 0, 0
    FROM inserted
    WHERE NOT EXISTS (
        SELECT 1 FROM axcs.store_orders AS counted WHERE counted.store = inserted.store
    );
    UPDATE counted
    SET
        orders = counted.orders + moved.orders,
        open_orders = counted.open_orders + moved.open_orders
    FROM axcs.store_orders AS counted
    INNER JOIN (
        SELECT
            each_one.store,
            SUM(each_one.orders) AS orders,
            SUM(each_one.open_orders) AS open_orders
        FROM (
            SELECT store, 1 AS orders, is_open AS open_orders FROM inserted
            UNION ALL
            SELECT store, -1 AS orders, -is_open AS open_orders FROM deleted
        ) AS each_one
        GROUP BY each_one.store
    ) AS moved ON moved.store = counted.store
    WHERE moved.orders <> 0 OR moved.open_orders <> 0;
END;
