-- Format 4: orders laid out in plain columns, for a site's own import into AX
-- (orders.handover = "staging").
--
-- The contract. axcs writes the rows of an order once, all of them in one transaction, and never
-- changes them afterwards. The import reads import_order, import_line and import_charge, and updates
-- five columns of import_order: state, taken, finished, sales_order, error. Nothing else is its to
-- change. What each state means, and what the columns hold, is told beside them on SQL Server
-- (migration-4.tsql.sql). Here amounts are decimal numbers as texts, and times are texts like
-- '2026-11-21 03:00:00', in UTC, as datetime('now') makes them.

CREATE TABLE import_order (
    id                    INTEGER PRIMARY KEY,
    message_id            TEXT    NOT NULL UNIQUE,
    company               TEXT    NOT NULL,
    order_id              TEXT    NOT NULL,
    requisition           TEXT    NOT NULL,
    store                 TEXT    NOT NULL,
    customer_account      TEXT    NOT NULL,
    customer_name         TEXT    NOT NULL,
    email                 TEXT    NOT NULL,
    phone                 TEXT    NOT NULL,
    language              TEXT    NOT NULL,
    currency              TEXT    NOT NULL,
    sales_origin          TEXT    NOT NULL,
    delivery_mode         TEXT    NOT NULL,
    delivery_name         TEXT    NOT NULL,
    delivery_street       TEXT    NOT NULL,
    delivery_zip_code     TEXT    NOT NULL,
    delivery_city         TEXT    NOT NULL,
    delivery_state        TEXT    NOT NULL,
    delivery_country      TEXT    NOT NULL,
    delivery_location     TEXT    NOT NULL,
    delivery_valid_from   TEXT,
    placed                TEXT    NOT NULL,
    delivery_date         TEXT    NOT NULL,
    notes                 TEXT    NOT NULL,
    payment_provider      TEXT    NOT NULL,
    payment_method        TEXT    NOT NULL,
    payment_authorization TEXT    NOT NULL,
    payment_amount        TEXT,
    total                 TEXT    NOT NULL,
    created               TEXT    NOT NULL,
    state                 TEXT    NOT NULL DEFAULT 'new',
    taken                 TEXT,
    finished              TEXT,
    sales_order           TEXT    NOT NULL DEFAULT '',
    error                 TEXT    NOT NULL DEFAULT '',
    CONSTRAINT import_order_state_is_new_taken_created_or_refused
        CHECK (state IN ('new', 'taken', 'created', 'refused')),
    CONSTRAINT import_order_that_is_created_has_a_sales_order
        CHECK (state <> 'created' OR sales_order <> ''),
    CONSTRAINT import_order_that_is_refused_has_an_error
        CHECK (state <> 'refused' OR error <> '')
) STRICT;
CREATE INDEX import_order_by_state ON import_order (state, id);
CREATE INDEX import_order_by_created ON import_order (created, id);

CREATE TABLE import_line (
    message_id    TEXT    NOT NULL,
    line          INTEGER NOT NULL,
    item          TEXT    NOT NULL,
    configuration TEXT    NOT NULL,
    size          TEXT    NOT NULL,
    colour        TEXT    NOT NULL,
    style         TEXT    NOT NULL,
    name          TEXT    NOT NULL,
    quantity      TEXT    NOT NULL,
    unit          TEXT    NOT NULL,
    price         TEXT    NOT NULL,
    discount      TEXT    NOT NULL,
    amount        TEXT    NOT NULL,
    PRIMARY KEY (message_id, line)
) STRICT, WITHOUT ROWID;

CREATE TABLE import_charge (
    message_id TEXT    NOT NULL,
    number     INTEGER NOT NULL,
    code       TEXT    NOT NULL,
    text       TEXT    NOT NULL,
    amount     TEXT    NOT NULL,
    PRIMARY KEY (message_id, number)
) STRICT, WITHOUT ROWID;

-- Orders of which it is known what came: AX has them, or they are cancelled or closed and AX does not
-- get them; and nothing of them waits for somebody.
CREATE VIEW settled_order AS
SELECT id, attempts
FROM online_order
WHERE is_out = 0 AND stage IN ('accepted', 'cancelled', 'closed')
    AND NOT EXISTS (
        SELECT 1 FROM exception
        WHERE exception.stream = 'orders' AND exception.key = online_order.id
            AND exception.state IN ('open', 'retrying')
    );
