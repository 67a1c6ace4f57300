-- Format 5: parameters, checklist ticks, the operation log's switch, and the audit.

CREATE TABLE parameters (
    id                    INTEGER PRIMARY KEY CHECK (id = 1),
    category_hierarchy    TEXT NOT NULL,
    shipping_charges_code TEXT NOT NULL
) STRICT;
INSERT INTO parameters VALUES (1, '', '');

CREATE TABLE checklist_mark (
    list      TEXT    NOT NULL,
    item      TEXT    NOT NULL,
    at        INTEGER NOT NULL,
    author    TEXT    NOT NULL,
    operation TEXT    NOT NULL,  -- long operation at the service that does it; empty for a tick
    PRIMARY KEY (list, item)
) STRICT, WITHOUT ROWID;

-- One row while the operation log is on.
CREATE TABLE operation_log (
    id     INTEGER PRIMARY KEY CHECK (id = 1),
    folder TEXT    NOT NULL,
    since  INTEGER NOT NULL,
    until  INTEGER NOT NULL,
    author TEXT    NOT NULL
) STRICT;

-- A row for every change that an operator makes. Nothing here is ever changed.
CREATE TABLE audit (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    at      INTEGER NOT NULL,
    author  TEXT    NOT NULL,
    place   TEXT    NOT NULL,
    subject TEXT    NOT NULL,
    text    TEXT    NOT NULL
) STRICT;
CREATE INDEX audit_by_subject ON audit (subject, id);
