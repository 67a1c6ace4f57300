-- Version 4 of the store: users, their sessions, the machines they let in, settings of the account.

CREATE TABLE user (
    id               INTEGER PRIMARY KEY AUTOINCREMENT,
    -- Never changes.
    sign_in          TEXT NOT NULL UNIQUE COLLATE NOCASE,
    first_name       TEXT NOT NULL,
    last_name        TEXT NOT NULL,
    email            TEXT NOT NULL,
    -- JSON list.
    roles            TEXT NOT NULL,
    -- Argon2id, as a PHC string; none until they set one.
    password         TEXT,
    -- SHA-256 of the invitation's secret, and until when it is good.
    invitation       BLOB UNIQUE,
    invitation_until INTEGER,
    -- Tries since the last right password, and until when no password is right.
    tries            INTEGER NOT NULL DEFAULT 0,
    locked_until     INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE session (
    -- SHA-256 of its id.
    hash  BLOB PRIMARY KEY,
    user  INTEGER NOT NULL REFERENCES user (id) ON DELETE CASCADE,
    begun INTEGER NOT NULL,
    -- When it was used last, to the minute.
    seen  INTEGER NOT NULL,
    -- What the next page tells once.
    flash TEXT NOT NULL DEFAULT ''
) STRICT, WITHOUT ROWID;

CREATE INDEX session_user ON session (user);

-- A device that wants in, or a machine that is in (RFC 8628).
CREATE TABLE machine (
    id             INTEGER PRIMARY KEY AUTOINCREMENT,
    -- What it calls itself.
    name           TEXT NOT NULL,
    -- Until a user has answered: SHA-256 of the device code, the user code, until when both are good, and
    -- when the device asked last and how long it has to wait between two polls (milliseconds).
    device_code    BLOB UNIQUE,
    user_code      TEXT UNIQUE,
    code_until     INTEGER NOT NULL DEFAULT 0,
    polled         INTEGER NOT NULL DEFAULT 0,
    pause          INTEGER NOT NULL DEFAULT 5000,
    -- waiting, allowed, denied
    answer         TEXT NOT NULL DEFAULT 'waiting',
    user           INTEGER REFERENCES user (id) ON DELETE CASCADE,
    begun          INTEGER NOT NULL,
    -- SHA-256 of the access token, and until when it is good.
    access         BLOB UNIQUE,
    access_until   INTEGER NOT NULL DEFAULT 0,
    -- The refresh token that is good now.
    refresh        BLOB UNIQUE,
    -- The one before it and when it was used.
    refreshed_from BLOB UNIQUE,
    refreshed      INTEGER NOT NULL DEFAULT 0,
    -- The tokens are derived from the one before and this: a repeat is answered with the same ones.
    salt           BLOB
) STRICT;

CREATE INDEX machine_user ON machine (user);

-- Refresh tokens that were good once: whoever brings one has stolen it, or was stolen from.
CREATE TABLE spent_refresh (
    hash    BLOB PRIMARY KEY,
    machine INTEGER NOT NULL REFERENCES machine (id) ON DELETE CASCADE,
    spent   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX spent_refresh_machine ON spent_refresh (machine);

-- What the account's pages set, by page: JSON.
CREATE TABLE setting (
    name TEXT PRIMARY KEY,
    json BLOB NOT NULL
) STRICT, WITHOUT ROWID;
