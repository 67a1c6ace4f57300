-- Version 3 of the store: the account with its organization.

ALTER TABLE account RENAME TO account_2;

-- One row.
CREATE TABLE account (
    -- Name of the organization; empty before somebody signs up.
    name             TEXT NOT NULL DEFAULT '',
    -- How it stands, whatever is being set up: not-signed-up, signed-up, active, deactivated or disconnected.
    state            TEXT NOT NULL DEFAULT 'not-signed-up',
    -- Since when (milliseconds since 1970, UTC, as all times here), and who made it so.
    since            INTEGER,
    by               TEXT NOT NULL DEFAULT '',
    -- The company it is activated for, JSON.
    company          BLOB,
    is_first_release INTEGER NOT NULL DEFAULT 0,
    -- While it is being set up: since when, who made it so, and until when, where that is known.
    set_up_since     INTEGER,
    set_up_by        TEXT NOT NULL DEFAULT '',
    set_up_until     INTEGER
) STRICT;

INSERT INTO account (set_up_since, set_up_by)
SELECT
    CASE WHEN being_set_up THEN unixepoch() * 1000 END,
    CASE WHEN being_set_up THEN 'axcs service' ELSE '' END
FROM account_2;

DROP TABLE account_2;
