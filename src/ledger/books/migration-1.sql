-- Format 1. Times are Unix milliseconds of the ledger's clock.

CREATE TABLE ledger (
    incarnation TEXT    NOT NULL,  -- part of every idempotency key
    next_batch  INTEGER NOT NULL   -- number of the next batch and version of its lines
) STRICT;
INSERT INTO ledger VALUES (lower(hex(randomblob(8))), 1);

CREATE TABLE lease (
    job     TEXT    PRIMARY KEY,
    owner   TEXT    NOT NULL,
    run     INTEGER NOT NULL,
    token   INTEGER NOT NULL,      -- the fence: grows with every change of owner
    expires INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE run (
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    job       TEXT    NOT NULL,
    status    TEXT    NOT NULL,    -- executing, ended, error, canceled
    dry_run   INTEGER NOT NULL,
    owner     TEXT    NOT NULL,
    started   INTEGER NOT NULL,
    finished  INTEGER,
    streams   TEXT    NOT NULL,    -- JSON, model::run::StreamProgress
    exception TEXT                 -- JSON, model::exception::Exception
) STRICT;
CREATE INDEX run_by_job ON run (job, id);

CREATE TABLE cursor (
    stream             TEXT    PRIMARY KEY,
    version            INTEGER NOT NULL,
    incarnation        TEXT    NOT NULL,
    selection_revision INTEGER NOT NULL,
    run                INTEGER NOT NULL,
    moved              INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE pass (
    stream             TEXT    PRIMARY KEY,
    generation         INTEGER NOT NULL,
    load               TEXT,
    version            INTEGER NOT NULL,
    incarnation        TEXT    NOT NULL,
    selection_revision INTEGER NOT NULL,
    resume_after       TEXT,
    reason             TEXT
) STRICT, WITHOUT ROWID;

-- What the service holds, as far as it said so.
CREATE TABLE acknowledged (
    stream     TEXT    NOT NULL,
    id         TEXT    NOT NULL,
    hash       INTEGER NOT NULL,   -- xxh3 of the value's JSON, as a signed number
    generation INTEGER NOT NULL,   -- the last pass that saw the record
    PRIMARY KEY (stream, id)
) STRICT, WITHOUT ROWID;

-- Batches written down before they are sent; gone when their outcome is known.
CREATE TABLE outbox (
    batch   INTEGER PRIMARY KEY,
    stream  TEXT    NOT NULL,
    run     INTEGER NOT NULL,
    ids     TEXT    NOT NULL,      -- JSON array of record ids
    created INTEGER NOT NULL
) STRICT;

-- A record here is never taken for unchanged: it is tried again whenever a run comes upon it.
CREATE TABLE quarantine (
    stream     TEXT    NOT NULL,
    id         TEXT    NOT NULL,
    code       TEXT    NOT NULL,
    field      TEXT    NOT NULL,
    text       TEXT    NOT NULL,
    run        INTEGER NOT NULL,
    attempts   INTEGER NOT NULL,
    first      INTEGER NOT NULL,
    last       INTEGER NOT NULL,
    generation INTEGER NOT NULL,   -- the last pass that saw the record
    PRIMARY KEY (stream, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE selection (
    revision INTEGER NOT NULL,
    content  TEXT    NOT NULL      -- JSON, model::selection::Selection
) STRICT;
INSERT INTO selection VALUES (0, '{"revision":0,"rules":[],"include":[],"exclude":[]}');
