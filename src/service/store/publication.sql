-- Version 6 of the store: what is published where, and what happened to each order.

CREATE TABLE publication (
    -- The later it was published first, the greater.
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    channel TEXT NOT NULL REFERENCES channel (id) ON DELETE CASCADE,
    item    TEXT NOT NULL,
    -- Name of the product when it was published.
    name    TEXT NOT NULL,
    -- published, waiting (for the answer of the marketplace) or refused
    state   TEXT NOT NULL CHECK (state IN ('published', 'waiting', 'refused')),
    -- Why it is refused.
    reason  TEXT NOT NULL DEFAULT '',
    -- Since when it stands so, and who made it so.
    at      INTEGER NOT NULL,
    by      TEXT NOT NULL,
    UNIQUE (channel, item)
) STRICT;

-- With the id, as every index: both lists go by it.
CREATE INDEX publication_channel ON publication (channel);
CREATE INDEX publication_state ON publication (channel, state);

CREATE VIRTUAL TABLE publication_words USING fts5 (item, name, content='publication', content_rowid='id');

CREATE TRIGGER publication_in AFTER INSERT ON publication
BEGIN
    INSERT INTO publication_words (rowid, item, name) VALUES (new.id, new.item, new.name);
END;

CREATE TRIGGER publication_out AFTER DELETE ON publication
BEGIN
    INSERT INTO publication_words (publication_words, rowid, item, name)
    VALUES ('delete', old.id, old.item, old.name);
END;

CREATE TRIGGER publication_renamed AFTER UPDATE OF name ON publication
WHEN new.name IS NOT old.name
BEGIN
    INSERT INTO publication_words (publication_words, rowid, item, name)
    VALUES ('delete', old.id, old.item, old.name);
    INSERT INTO publication_words (rowid, item, name) VALUES (new.id, new.item, new.name);
END;

-- How an order came to stand as it does: its states, and the events that leave the state as it is.
CREATE TABLE order_past (
    order_key INTEGER NOT NULL,
    number    INTEGER NOT NULL,
    at        INTEGER NOT NULL,
    -- The word of a state, or of an event: changed, paid.
    what      TEXT NOT NULL,
    -- The sales order, or the reason of a rejection.
    detail    TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (order_key, number)
) STRICT, WITHOUT ROWID;

INSERT INTO order_past (order_key, number, at, what, detail)
SELECT key, 1, at, state, CASE state WHEN 'rejected' THEN reason ELSE coalesce(sales_order, '') END
FROM online_order;

-- By triggers: no way to change an order goes past them.
CREATE TRIGGER order_past_placed AFTER INSERT ON online_order
BEGIN
    INSERT INTO order_past (order_key, number, at, what) VALUES (new.key, 1, new.at, new.state);
END;

CREATE TRIGGER order_past_event AFTER UPDATE OF seq ON online_order
WHEN new.seq IS NOT old.seq AND new.kind IN ('changed', 'paid')
BEGIN
    INSERT INTO order_past (order_key, number, at, what)
    SELECT new.key, max(number) + 1, new.at, new.kind FROM order_past WHERE order_key = new.key;
END;

CREATE TRIGGER order_past_state AFTER UPDATE OF state ON online_order
WHEN new.state IS NOT old.state
BEGIN
    INSERT INTO order_past (order_key, number, at, what, detail)
    SELECT
        new.key, max(number) + 1, CAST(unixepoch('subsec') * 1000 AS INTEGER), new.state,
        CASE
            WHEN new.state = 'rejected' THEN new.reason
            WHEN new.state = 'accepted' THEN coalesce(new.sales_order, '')
            ELSE ''
        END
    FROM order_past
    WHERE order_key = new.key;
END;

-- The newest orders of a state, a store, or both, and orders by their number.
CREATE INDEX online_order_state ON online_order (state, key);
CREATE INDEX online_order_store ON online_order (store, key);
CREATE INDEX online_order_store_state ON online_order (store, state, key);
CREATE INDEX online_order_number ON online_order (number COLLATE NOCASE);
