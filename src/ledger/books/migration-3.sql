-- Format 3: jobs with their schedules, occurrences and workers; runs that say why they were started.

-- Grows with every run that starts or ends, and with every change of a job.
CREATE TABLE changes (count INTEGER NOT NULL) STRICT;
INSERT INTO changes VALUES (0);

CREATE TABLE job (
    job            TEXT    PRIMARY KEY,
    status         TEXT    NOT NULL,  -- never executing: the leases say so
    reason         TEXT    NOT NULL,
    suspended_from TEXT,              -- status before all jobs were suspended
    failures       INTEGER NOT NULL,
    is_asked       INTEGER NOT NULL,
    schedule       TEXT    NOT NULL,  -- JSON, model::schedule::Schedule
    standing       TEXT    NOT NULL,  -- JSON, model::schedule::Standing
    revision       INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- The key is the promise: a due occurrence has one record. Nothing here is ever replaced.
CREATE TABLE occurrence (
    job     TEXT    NOT NULL,
    due     INTEGER NOT NULL,
    outcome TEXT    NOT NULL,
    why     TEXT    NOT NULL,
    run     INTEGER,
    noted   INTEGER NOT NULL,
    PRIMARY KEY (job, due),
    CHECK (outcome <> 'run' OR run IS NOT NULL)
) STRICT, WITHOUT ROWID;
CREATE INDEX occurrence_by_due ON occurrence (due, job);
CREATE INDEX occurrence_without_run ON occurrence (job) WHERE outcome = 'coalesced' AND run IS NULL;

CREATE TABLE worker (
    owner   TEXT    PRIMARY KEY,
    version TEXT    NOT NULL,
    since   INTEGER NOT NULL,
    seen    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

ALTER TABLE run ADD COLUMN cause TEXT NOT NULL DEFAULT 'operator'; -- asked, occurrence, take-over
ALTER TABLE run ADD COLUMN due INTEGER;     -- the occurrence that it was started for
ALTER TABLE run ADD COLUMN waiting TEXT;    -- what it waits for, as it said last
ALTER TABLE run ADD COLUMN cancel_by TEXT;  -- who asked it to stop

-- How long it was taken for. Of a lease of format 2 it is not known: any is believed for an hour.
ALTER TABLE lease ADD COLUMN length INTEGER NOT NULL DEFAULT 3600000;

-- A moment before the change version was read: the start of the run that read it.
ALTER TABLE cursor ADD COLUMN read INTEGER NOT NULL DEFAULT 0;
UPDATE cursor SET read = coalesce((SELECT started FROM run WHERE run.id = cursor.run), moved);
ALTER TABLE pass ADD COLUMN read INTEGER NOT NULL DEFAULT 0;
UPDATE pass SET read = coalesce((SELECT read FROM cursor WHERE cursor.stream = pass.stream),
                                (SELECT min(started) FROM run), 0);

-- Identities of the company's database under which values were sent since the cursor moved or the
-- pass began.
CREATE TABLE told (
    stream      TEXT NOT NULL,
    incarnation TEXT NOT NULL,
    PRIMARY KEY (stream, incarnation)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER job_changed AFTER UPDATE ON job BEGIN
    UPDATE changes SET count = count + 1;
END;
CREATE TRIGGER run_started AFTER INSERT ON run BEGIN
    UPDATE changes SET count = count + 1;
END;
CREATE TRIGGER run_over AFTER UPDATE OF status ON run BEGIN
    UPDATE changes SET count = count + 1;
END;
