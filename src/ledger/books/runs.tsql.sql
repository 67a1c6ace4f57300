-- [now] Answers the ledger's clock, in Unix milliseconds.
DECLARE @now datetime2(3) = SYSUTCDATETIME();
SELECT
    CAST(DATEDIFF(DAY, CAST('1970-01-01' AS date), @now) AS bigint) * 86400000
    + DATEDIFF(SECOND, CAST(@now AS date), @now) * 1000
    + DATEPART(MILLISECOND, @now);

-- [due] The occurrence that a run was started for; @P1 run.
SELECT due FROM axcs.run WHERE id = @P1;

-- [dead] The newest run of a job, where it was no dry run and holds no lease any more, and whether
-- an operator started it; @P1 job, @P2 now; answers run, 1 or 0.
SELECT run.id, CASE WHEN run.cause = N'operator' THEN 1 ELSE 0 END
FROM axcs.run AS run
WHERE run.id = (SELECT MAX(newest.id) FROM axcs.run AS newest WHERE newest.job = @P1)
    AND run.status = N'executing' AND run.dry_run = 0
    AND NOT EXISTS (
        SELECT 1
        FROM axcs.lease AS lease
        WHERE lease.run = run.id AND lease.expires > @P2 AND lease.expires - @P2 <= lease.length
    );

-- [add] Notes a run that starts; @P1 job, @P2 dry run, @P3 owner, @P4 now, @P5 streams, @P6 cause,
-- @P7 occurrence; answers the run.
INSERT INTO axcs.run (job, status, dry_run, owner, started, streams, cause, due)
VALUES (@P1, N'executing', @P2, @P3, @P4, @P5, @P6, @P7);
DECLARE @run bigint = SCOPE_IDENTITY();
UPDATE axcs.changes SET count = count + 1;
SELECT @run;

-- [cut short] Runs under way that have a lease, live or not; @P1 job of the lease; answers run, job,
-- dry run.
SELECT id, job, dry_run
FROM axcs.run
WHERE status = N'executing' AND id IN (SELECT lease.run FROM axcs.lease AS lease WHERE lease.job = @P1);

-- [fail] Notes that a run has failed; @P1 run, @P2 now, @P3 exception.
UPDATE axcs.run SET status = N'error', finished = @P2, exception = @P3 WHERE id = @P1;
UPDATE axcs.changes SET count = count + 1;

-- [progress] Notes how far a run has come; @P1 run, @P2 streams, @P3 what it waits for.
UPDATE axcs.run SET streams = @P2, waiting = @P3 WHERE id = @P1;

-- [cancel by] Who asked a run to stop; @P1 run.
SELECT cancel_by FROM axcs.run WHERE id = @P1;

-- [finish] Notes how a run ended; @P1 run, @P2 status, @P3 now, @P4 streams, @P5 exception.
UPDATE axcs.run
SET status = @P2, finished = @P3, streams = @P4, waiting = NULL, exception = @P5
WHERE id = @P1;
UPDATE axcs.changes SET count = count + 1;

-- [ask cancel] Notes who asks the live run of a job to stop; @P1 job, @P2 now, @P3 who. The first
-- who asks is remembered.
UPDATE axcs.run
SET cancel_by = COALESCE(cancel_by, @P3)
WHERE job = @P1 AND id = (
    SELECT lease.run
    FROM axcs.lease AS lease
    WHERE lease.job = @P1 AND lease.expires > @P2 AND lease.expires - @P2 <= lease.length
);

-- [list] Begins a list of runs, at most @P1; answers run, job, status, dry run, start, end, streams,
-- exception.
SELECT TOP (@P1) id, job, status, dry_run, started, finished, streams, exception
FROM axcs.run
WHERE 1 = 1
-- [older] Those that began before another one, @P2.
AND id < @P2
-- [newest first] Ends the list.
ORDER BY id DESC;

-- [number of it] What a term of a filter compares; and so the others.
id
-- [job of it] The same.
job
-- [status of it] The same.
status
-- [start of it] The same.
started
-- [dry or not] The same.
CASE dry_run WHEN 0 THEN N'no' ELSE N'yes' END

-- [get] One run; @P1 run; answers the same.
SELECT id, job, status, dry_run, started, finished, streams, exception
FROM axcs.run
WHERE id = @P1;
