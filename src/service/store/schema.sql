-- Version 1 of the store.

-- How many live records a collection has and the wrapping sum of their digests, kept with every change.
CREATE TABLE collection (
    id      INTEGER PRIMARY KEY,
    name    TEXT NOT NULL UNIQUE,
    records INTEGER NOT NULL DEFAULT 0,
    digest  INTEGER NOT NULL DEFAULT 0,
    -- Greatest version ever stored, tombstones included.
    newest  INTEGER NOT NULL DEFAULT 0
) STRICT;

-- One row for each record that ever was. A row without a value is a tombstone: it keeps the version,
-- so that an older upsert does not bring the record back.
CREATE TABLE record (
    collection INTEGER NOT NULL,
    id         TEXT NOT NULL,
    version    INTEGER NOT NULL,
    hash       INTEGER NOT NULL,
    -- Number of the complete load that mentioned it last.
    load       INTEGER,
    value      INTEGER,
    PRIMARY KEY (collection, id)
) STRICT, WITHOUT ROWID;

-- Values stand apart: a line that changes nothing then rewrites forty bytes and not the value, and
-- ids that arrive in random order do not scatter the values.
CREATE TABLE value (
    id   INTEGER PRIMARY KEY,
    json BLOB NOT NULL
) STRICT;

CREATE TABLE load (
    number     INTEGER PRIMARY KEY AUTOINCREMENT,
    id         TEXT NOT NULL UNIQUE,
    collection INTEGER NOT NULL REFERENCES collection (id),
    state      TEXT NOT NULL CHECK (state IN ('open', 'committed', 'abandoned')),
    -- Live records whose `load` is this one.
    mentioned  INTEGER NOT NULL DEFAULT 0,
    retired    INTEGER NOT NULL DEFAULT 0,
    -- Milliseconds since 1970, UTC.
    begun      INTEGER NOT NULL
) STRICT;

CREATE UNIQUE INDEX load_open ON load (collection) WHERE state = 'open';

-- Answers to batches by Idempotency-Key: zstd, kept for a day.
CREATE TABLE answer (
    id          INTEGER PRIMARY KEY,
    key         TEXT NOT NULL UNIQUE,
    fingerprint BLOB NOT NULL,
    made        INTEGER NOT NULL,
    body        BLOB NOT NULL
) STRICT;

CREATE INDEX answer_made ON answer (made);
