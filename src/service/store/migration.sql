-- Version 5 of the store: what an account of the first release holds until it is migrated, and long operations.

CREATE TABLE first_release (
    -- The migration that takes it over, and the how manieth it is there, from 1.
    migration TEXT    NOT NULL,
    position  INTEGER NOT NULL,
    -- What it is: settings, store, category, item, order; and its id among those.
    kind      TEXT    NOT NULL,
    id        TEXT    NOT NULL,
    json      BLOB    NOT NULL,
    PRIMARY KEY (migration, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE operation (
    id        TEXT    PRIMARY KEY,
    -- There is one of each.
    migration TEXT    NOT NULL UNIQUE,
    state     TEXT    NOT NULL,
    -- What it is at, in words.
    step      TEXT    NOT NULL,
    -- Up to this position everything is taken over: written in one transaction with what it tells of.
    done      INTEGER NOT NULL,
    total     INTEGER NOT NULL,
    started   INTEGER NOT NULL,
    ended     INTEGER,
    reason    TEXT    NOT NULL
) STRICT, WITHOUT ROWID;
