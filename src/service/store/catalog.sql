-- Version 5 of the store: what of the products is the organization's own (texts, images, catalogs), and
-- the index of the master catalog.

-- Records of `items` and `categories` that changed since the index was made of them, in the order of the
-- changes. The index takes them from the front.
CREATE TABLE changed_record (
    seq        INTEGER PRIMARY KEY,
    collection INTEGER NOT NULL,
    id         TEXT NOT NULL
) STRICT;

INSERT INTO changed_record (collection, id)
SELECT record.collection, record.id
FROM collection
JOIN record ON record.collection = collection.id AND record.value IS NOT NULL
WHERE collection.name IN ('categories', 'items');

-- The products that the index knows.
CREATE TABLE product (
    key    INTEGER PRIMARY KEY,
    item   TEXT NOT NULL UNIQUE,
    number TEXT NOT NULL,
    -- Hash of what the index holds of it: where that stays, the index is not written.
    hash   INTEGER NOT NULL
) STRICT;

CREATE INDEX product_number ON product (number);

-- Words of the products; rowid is the product's key. `category` holds a token for each category (see
-- search.rs), so that a category may get another name without its products being indexed anew.
CREATE VIRTUAL TABLE product_words USING fts5 (
    item, number, name, description, category,
    content = '', contentless_delete = 1, prefix = '2 3', tokenize = 'unicode61 remove_diacritics 2'
);

-- Which products are in a category of AX.
CREATE TABLE product_category (
    category TEXT NOT NULL,
    item     TEXT NOT NULL,
    PRIMARY KEY (category, item)
) STRICT, WITHOUT ROWID;

CREATE INDEX product_category_item ON product_category (item);

-- The categories of AX.
CREATE TABLE ax_category (
    id     TEXT PRIMARY KEY,
    -- Empty at the root.
    parent TEXT NOT NULL,
    name   TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX ax_category_parent ON ax_category (parent);

-- What the organization says of a product beside AX; empty where it says nothing.
CREATE TABLE own_text (
    item        TEXT PRIMARY KEY,
    -- Grows with every change.
    revision    INTEGER NOT NULL,
    title       TEXT NOT NULL,
    description TEXT NOT NULL,
    -- JSON object, word to value.
    attributes  TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- An image, once however many products it is named by. Its file is named by its hash.
CREATE TABLE image (
    -- SHA-256 in hexadecimal digits.
    hash   TEXT PRIMARY KEY,
    -- Its media type.
    kind   TEXT NOT NULL,
    width  INTEGER NOT NULL,
    height INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE product_image (
    item  TEXT NOT NULL,
    hash  TEXT NOT NULL REFERENCES image (hash),
    -- The first one is the main image.
    place INTEGER NOT NULL,
    -- What it shows, for who does not see it.
    alt   TEXT NOT NULL,
    PRIMARY KEY (item, hash)
) STRICT, WITHOUT ROWID;

CREATE INDEX product_image_hash ON product_image (hash);

-- Files of images that nobody names, or not yet: they are to be removed.
CREATE TABLE unnamed_image (
    hash TEXT PRIMARY KEY
) STRICT, WITHOUT ROWID;

-- The organization's catalogs, and what is in each: items, and categories of AX with all below them.
CREATE TABLE catalog (
    id   INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE COLLATE NOCASE
) STRICT;

CREATE TABLE catalog_line (
    catalog INTEGER NOT NULL REFERENCES catalog (id) ON DELETE CASCADE,
    -- item, category
    kind    TEXT NOT NULL,
    id      TEXT NOT NULL,
    PRIMARY KEY (catalog, kind, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX catalog_line_id ON catalog_line (kind, id);
