-- The exceptions of format 3, on SQL Server. Times are Unix milliseconds; texts compare by their
-- characters' numbers, as in the file.

-- A record here that is not cleared is never taken for unchanged: it is tried again whenever a run
-- comes upon it.
CREATE TABLE axcs.exception (
    id bigint IDENTITY (1, 1) NOT NULL PRIMARY KEY,
    job nvarchar(25) COLLATE Latin1_General_100_BIN2 NOT NULL,
    -- Empty for a run.
    stream nvarchar(25) COLLATE Latin1_General_100_BIN2 NOT NULL,
    -- Id of the record; empty for a run.
    [key] nvarchar(400) COLLATE Latin1_General_100_BIN2 NOT NULL,
    code nvarchar(400) COLLATE Latin1_General_100_BIN2 NOT NULL,
    field nvarchar(max) COLLATE Latin1_General_100_BIN2 NOT NULL,
    text nvarchar(max) COLLATE Latin1_General_100_BIN2 NOT NULL,
    cause nvarchar(max) NOT NULL,
    remedy nvarchar(max) NOT NULL,
    attempts bigint NOT NULL,
    first bigint NOT NULL,
    last bigint NOT NULL,
    -- open, retrying, resolved, cleared
    state nvarchar(25) COLLATE Latin1_General_100_BIN2 NOT NULL,
    note nvarchar(max) NOT NULL,
    -- The last pass that saw the record.
    generation bigint NOT NULL,
    UNIQUE (stream, [key], job)
);
CREATE INDEX exception_by_stream ON axcs.exception (stream, state, [key])
WHERE state <> N'cleared';
CREATE INDEX exception_by_time ON axcs.exception (last, id)
WHERE state IN (N'open', N'retrying');
