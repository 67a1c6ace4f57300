-- Format 2: online orders, exceptions and stores.

ALTER TABLE ledger ADD COLUMN acknowledgement_version INTEGER NOT NULL DEFAULT 0;
ALTER TABLE ledger ADD COLUMN order_book TEXT NOT NULL DEFAULT '';  -- of the order feed
ALTER TABLE ledger ADD COLUMN order_seq INTEGER NOT NULL DEFAULT 0; -- how far it has been read

-- A record here that is not cleared is never taken for unchanged: it is tried again whenever a run
-- comes upon it.
CREATE TABLE exception (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    job        TEXT    NOT NULL,
    stream     TEXT    NOT NULL,   -- empty for a run
    key        TEXT    NOT NULL,   -- id of the record; empty for a run
    code       TEXT    NOT NULL,
    field      TEXT    NOT NULL,
    text       TEXT    NOT NULL,
    cause      TEXT    NOT NULL,
    remedy     TEXT    NOT NULL,
    attempts   INTEGER NOT NULL,
    first      INTEGER NOT NULL,
    last       INTEGER NOT NULL,
    state      TEXT    NOT NULL,   -- open, retrying, resolved, cleared
    note       TEXT    NOT NULL,
    generation INTEGER NOT NULL,   -- the last pass that saw the record
    UNIQUE (stream, key, job)
) STRICT;
CREATE INDEX exception_by_stream ON exception (stream, state, key) WHERE state <> 'cleared';
CREATE INDEX exception_by_time ON exception (last, id) WHERE state IN ('open', 'retrying');

INSERT INTO exception (job, stream, key, code, field, text, cause, remedy, attempts, first, last, state, note, generation)
SELECT CASE stream
           WHEN 'trade-agreements' THEN 'trade-agreements'
           WHEN 'delivery-modes' THEN 'delivery-modes'
           ELSE 'inventory'
       END,
       stream, id, code, field, 'The record was set aside.', text,
       'Correct it in AX: the next run sends it.', attempts, first, last, 'open', '', generation
FROM quarantine ORDER BY first;
DROP TABLE quarantine;

CREATE TABLE online_order (
    id           TEXT    PRIMARY KEY,
    number       TEXT    NOT NULL,
    folded       TEXT    NOT NULL,  -- the number in lower case
    store        TEXT    NOT NULL,
    placed       INTEGER NOT NULL,
    customer     TEXT    NOT NULL,
    total        TEXT    NOT NULL,
    currency     TEXT    NOT NULL,
    lines        INTEGER NOT NULL,
    is_paid      INTEGER NOT NULL,
    book         TEXT    NOT NULL,  -- the order book that seq belongs to
    seq          INTEGER NOT NULL,
    event        TEXT    NOT NULL,  -- placed, changed, paid, cancelled
    stage        TEXT    NOT NULL,
    is_out       INTEGER NOT NULL,  -- handed over, and neither taken back nor seen in AX
    attempts     INTEGER NOT NULL,
    account      TEXT    NOT NULL,
    sales_order  TEXT    NOT NULL,
    withdrawn    TEXT    NOT NULL DEFAULT '',  -- sales order that AX does not have any more
    is_journal   INTEGER NOT NULL,
    is_duplicate INTEGER NOT NULL,  -- another order has the same folded number
    status       TEXT,              -- sales status in AX
    shipped      TEXT    NOT NULL,  -- nothing, partly, whole
    reason       TEXT    NOT NULL,  -- why it is rejected
    hash         INTEGER NOT NULL,  -- of the acknowledgement
    version      INTEGER NOT NULL,  -- of the acknowledgement: grows with each change of any
    told         INTEGER,           -- hash of the acknowledgement that the service holds
    downloaded   INTEGER NOT NULL,
    changed      INTEGER NOT NULL,
    is_open      INTEGER NOT NULL GENERATED ALWAYS AS (CASE
        WHEN stage IN ('downloaded', 'awaiting-payment', 'handed-over', 'exception') THEN 1
        WHEN stage = 'accepted' AND shipped <> 'whole'
             AND coalesce(status, '') NOT IN ('delivered', 'invoiced', 'canceled') THEN 1
        ELSE 0
    END) STORED
) STRICT, WITHOUT ROWID;
CREATE INDEX order_by_placed ON online_order (placed, id);
CREATE INDEX order_by_store ON online_order (store, placed, id);
CREATE INDEX order_by_number ON online_order (folded, is_duplicate);
CREATE INDEX order_by_sales_order ON online_order (sales_order COLLATE NOCASE) WHERE sales_order <> '';
CREATE INDEX order_by_stage ON online_order (stage, seq, id);
CREATE INDEX order_untaken ON online_order (book, seq)
    WHERE stage IN ('downloaded', 'awaiting-payment', 'handed-over', 'exception');
CREATE INDEX order_open ON online_order (placed, id) WHERE is_open = 1;
CREATE INDEX order_duplicate ON online_order (placed, id) WHERE is_duplicate = 1;
CREATE INDEX order_journal ON online_order (placed, id) WHERE is_journal = 1;
CREATE INDEX order_untold ON online_order (placed, id) WHERE told IS NOT hash;
CREATE INDEX order_by_version ON online_order (version, id);

-- The orders' contents, apart: lists need not read them.
CREATE TABLE order_contents (
    id       TEXT PRIMARY KEY,
    contents TEXT NOT NULL,  -- JSON, model::order::WebOrder, as the service told it last
    handed   TEXT            -- what AX has or may get, where that is something else
) STRICT;

CREATE TABLE order_history (
    id       INTEGER PRIMARY KEY,
    order_id TEXT    NOT NULL,
    at       INTEGER NOT NULL,
    what     TEXT    NOT NULL
) STRICT;
CREATE INDEX history_by_order ON order_history (order_id, id);

CREATE TABLE order_shipment (
    id       TEXT PRIMARY KEY,  -- record id of the shipment
    order_id TEXT NOT NULL,
    contents TEXT NOT NULL      -- JSON, model::shipment::Shipment
) STRICT;
CREATE INDEX shipment_by_order ON order_shipment (order_id, id);

CREATE TABLE store (
    id                    TEXT    PRIMARY KEY,
    kind                  TEXT    NOT NULL,
    name                  TEXT    NOT NULL,
    currency              TEXT    NOT NULL,
    open                  INTEGER NOT NULL,
    gone_since            INTEGER,
    customer_template     TEXT    NOT NULL,
    shipping_charges_code TEXT    NOT NULL,
    sales_origin          TEXT    NOT NULL
) STRICT, WITHOUT ROWID;

-- Orders of each store, counted as they come and go, so that no list counts them all.
CREATE TABLE store_orders (
    store       TEXT    PRIMARY KEY,
    orders      INTEGER NOT NULL,
    open_orders INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TRIGGER order_added AFTER INSERT ON online_order BEGIN
    INSERT INTO store_orders VALUES (NEW.store, 1, NEW.is_open)
    ON CONFLICT DO UPDATE SET orders = orders + 1, open_orders = open_orders + NEW.is_open;
END;
CREATE TRIGGER order_moved AFTER UPDATE OF store, stage, shipped, status ON online_order
WHEN OLD.store <> NEW.store OR OLD.is_open <> NEW.is_open BEGIN
    UPDATE store_orders SET orders = orders - 1, open_orders = open_orders - OLD.is_open
    WHERE store = OLD.store;
    INSERT INTO store_orders VALUES (NEW.store, 1, NEW.is_open)
    ON CONFLICT DO UPDATE SET orders = orders + 1, open_orders = open_orders + NEW.is_open;
END;
