-- Version 2 of the store: online orders, the stores and marketplaces they come from, the account.

-- One row: the order book.
CREATE TABLE book (
    id     TEXT NOT NULL,
    -- Number of the newest event; grows, never goes back.
    newest INTEGER NOT NULL DEFAULT 0,
    -- Number of the event up to which AX has taken the orders.
    taken  INTEGER NOT NULL DEFAULT 0
) STRICT;

-- One row.
CREATE TABLE account (
    being_set_up INTEGER NOT NULL
) STRICT;

CREATE TABLE channel (
    id   TEXT PRIMARY KEY,
    json BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE online_order (
    key         INTEGER PRIMARY KEY,
    id          TEXT NOT NULL UNIQUE,
    number      TEXT NOT NULL,
    store       TEXT NOT NULL,
    -- Hash of `json`, and of what it was when the order was placed.
    hash        INTEGER NOT NULL,
    placed      INTEGER NOT NULL,
    -- The newest event: its number, kind and time (milliseconds since 1970, UTC).
    seq         INTEGER NOT NULL UNIQUE,
    kind        TEXT NOT NULL,
    at          INTEGER NOT NULL,
    -- 1 once the shopper has cancelled it.
    cancelled   INTEGER NOT NULL DEFAULT 0,
    -- The answer of AX that counts: the event it answers, its outcome, the reason of a rejection.
    answered    INTEGER,
    outcome     TEXT,
    reason      TEXT NOT NULL DEFAULT '',
    -- Sales order in AX, once told, and the event that was answered with it first.
    sales_order TEXT,
    accepted    INTEGER,
    -- Sales status in AX.
    status      TEXT,
    -- What all of that comes to.
    state       TEXT NOT NULL,
    json        BLOB NOT NULL
) STRICT;

CREATE UNIQUE INDEX online_order_sales_order ON online_order (sales_order) WHERE sales_order IS NOT NULL;

-- What of an order's lines has to be found without reading the order.
CREATE TABLE order_line (
    order_key     INTEGER NOT NULL,
    line          INTEGER NOT NULL,
    item          TEXT NOT NULL,
    configuration TEXT NOT NULL,
    size          TEXT NOT NULL,
    colour        TEXT NOT NULL,
    style         TEXT NOT NULL,
    quantity      TEXT NOT NULL,
    PRIMARY KEY (order_key, line)
) STRICT, WITHOUT ROWID;

-- Ids of the packing slips of each order; what is in them stands in the collection.
CREATE TABLE order_shipment (
    order_key INTEGER NOT NULL,
    shipment  TEXT NOT NULL,
    PRIMARY KEY (order_key, shipment)
) STRICT, WITHOUT ROWID;
