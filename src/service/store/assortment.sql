-- Version 9 of the store: products in the organization's own departments, and publishing of more
-- products than fit into one request.

-- The shops search in `product_words`, which follows titles.
DROP TRIGGER publication_in;
DROP TRIGGER publication_out;
DROP TRIGGER publication_renamed;
DROP TABLE publication_words;

-- Which products are in a department or category that is the organization's own: those from AX have
-- the products that they have there.
CREATE TABLE category_item (
    category INTEGER NOT NULL REFERENCES category (id) ON DELETE CASCADE,
    item     TEXT NOT NULL,
    PRIMARY KEY (category, item)
) STRICT, WITHOUT ROWID;

CREATE INDEX category_item_item ON category_item (item);

-- Many products are being published at a store or marketplace, or withdrawn from it; the last time that
-- was, once it has ended.
CREATE TABLE publishing (
    channel TEXT PRIMARY KEY REFERENCES channel (id) ON DELETE CASCADE,
    -- publish, withdraw
    act     TEXT NOT NULL,
    -- JSON: which products.
    chosen  TEXT NOT NULL,
    by      TEXT NOT NULL,
    begun   INTEGER NOT NULL,
    -- How many it is about, as far as is known at the beginning.
    total   INTEGER NOT NULL,
    -- How many are done, and behind which key it goes on: written with what is done to them.
    done    INTEGER NOT NULL DEFAULT 0,
    refused INTEGER NOT NULL DEFAULT 0,
    after   TEXT NOT NULL DEFAULT '',
    ended   INTEGER,
    -- Why it did not come to its end; empty where it did.
    reason  TEXT NOT NULL DEFAULT ''
) STRICT, WITHOUT ROWID;

CREATE INDEX publishing_under_way ON publishing (begun) WHERE ended IS NULL;
