-- Version 5 of the store: how the organization sells. Payment, shipping, sales tax; departments and
-- categories; marketplaces, and what is mapped to them.

CREATE TABLE payment_provider (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    name     TEXT NOT NULL UNIQUE COLLATE NOCASE,
    -- The organization's number there.
    merchant TEXT NOT NULL
) STRICT;

-- Which provider takes a payment method; a method without a row is not offered.
CREATE TABLE payment_method (
    method   TEXT PRIMARY KEY,
    provider INTEGER NOT NULL REFERENCES payment_provider (id)
) STRICT, WITHOUT ROWID;

CREATE INDEX payment_method_provider ON payment_method (provider);

-- What the shoppers are told of a mode of delivery; one without a row is not offered.
CREATE TABLE shipping_method (
    -- Code of the mode of delivery.
    mode       TEXT PRIMARY KEY,
    name       TEXT NOT NULL,
    -- Decimal, in the currency of the store.
    charge     TEXT NOT NULL,
    is_offered INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE sales_tax (
    id             INTEGER PRIMARY KEY AUTOINCREMENT,
    country        TEXT NOT NULL,
    -- Empty for the whole country.
    state          TEXT NOT NULL,
    -- Empty for every product.
    item_tax_group TEXT NOT NULL,
    -- Sales tax code of the orders.
    code           TEXT NOT NULL,
    -- Decimal, in percent.
    rate           TEXT NOT NULL,
    -- 1 where shipping is taxed too.
    on_shipping    INTEGER NOT NULL,
    -- Where and for what it is due: once each, and the order of the list.
    place          TEXT NOT NULL GENERATED ALWAYS AS (country || '/' || state || '/' || item_tax_group)
) STRICT;

CREATE UNIQUE INDEX sales_tax_place ON sales_tax (place);

-- Departments, and the categories below them.
CREATE TABLE category (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    -- None for a department.
    department INTEGER REFERENCES category (id),
    name       TEXT NOT NULL COLLATE NOCASE,
    -- The category of AX whose products it holds (an id of the collection `categories`).
    ax         TEXT UNIQUE
) STRICT;

CREATE UNIQUE INDEX category_name ON category (coalesce(department, 0), name);
-- Categories of a department in the order of their names.
CREATE INDEX category_department ON category (department, name);

-- The marketplace behind a channel, for those that were signed up for at the website.
CREATE TABLE marketplace (
    channel     TEXT PRIMARY KEY REFERENCES channel (id) ON DELETE CASCADE,
    marketplace TEXT NOT NULL,
    -- The organization's name there.
    seller      TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- What fills an attribute of a marketplace: the word of a product attribute, or a text for all.
CREATE TABLE attribute_mapping (
    channel   TEXT NOT NULL REFERENCES channel (id) ON DELETE CASCADE,
    attribute TEXT NOT NULL,
    source    TEXT NOT NULL,
    PRIMARY KEY (channel, attribute)
) STRICT, WITHOUT ROWID;

-- The category of a marketplace that a department or category is sold in. A category without a row is
-- sold in its department's.
CREATE TABLE category_mapping (
    category INTEGER NOT NULL REFERENCES category (id) ON DELETE CASCADE,
    channel  TEXT NOT NULL REFERENCES channel (id) ON DELETE CASCADE,
    target   TEXT NOT NULL,
    PRIMARY KEY (category, channel)
) STRICT, WITHOUT ROWID;

CREATE INDEX category_mapping_channel ON category_mapping (channel);
