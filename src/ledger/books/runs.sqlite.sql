-- [now] Answers the ledger's clock, in Unix milliseconds.
SELECT CAST(unixepoch('subsec') * 1000 AS INTEGER);

-- [due] The occurrence that a run was started for; @P1 run.
SELECT due FROM run WHERE id = @P1;

-- [dead] The newest run of a job, where it was no dry run and holds no lease any more, and whether
-- an operator started it; @P1 job, @P2 now; answers run, 1 or 0.
SELECT id, cause = 'operator' FROM run
WHERE id = (SELECT max(id) FROM run WHERE job = @P1) AND status = 'executing' AND dry_run = 0
    AND NOT EXISTS (
        SELECT 1 FROM lease
        WHERE lease.run = run.id AND lease.expires > @P2 AND lease.expires - @P2 <= lease.length
    );

-- [add] Notes a run that starts; @P1 job, @P2 dry run, @P3 owner, @P4 now, @P5 streams, @P6 cause,
-- @P7 occurrence; answers the run.
INSERT INTO run (job, status, dry_run, owner, started, streams, cause, due)
VALUES (@P1, 'executing', @P2, @P3, @P4, @P5, @P6, @P7)
RETURNING id;

-- [cut short] Runs under way that have a lease, live or not; @P1 job of the lease; answers run, job,
-- dry run.
SELECT id, job, dry_run FROM run
WHERE status = 'executing' AND id IN (SELECT run FROM lease WHERE job = @P1);

-- [fail] Notes that a run has failed; @P1 run, @P2 now, @P3 exception.
UPDATE run SET status = 'error', finished = @P2, exception = @P3 WHERE id = @P1;

-- [progress] Notes how far a run has come; @P1 run, @P2 streams, @P3 what it waits for.
UPDATE run SET streams = @P2, waiting = @P3 WHERE id = @P1;

-- [cancel by] Who asked a run to stop; @P1 run.
SELECT cancel_by FROM run WHERE id = @P1;

-- [finish] Notes how a run ended; @P1 run, @P2 status, @P3 now, @P4 streams, @P5 exception.
UPDATE run SET status = @P2, finished = @P3, streams = @P4, waiting = NULL, exception = @P5
WHERE id = @P1;

-- [ask cancel] Notes who asks the live run of a job to stop; @P1 job, @P2 now, @P3 who. The first
-- who asks is remembered.
UPDATE run SET cancel_by = coalesce(cancel_by, @P3)
WHERE job = @P1 AND id = (
    SELECT run FROM lease WHERE job = @P1 AND expires > @P2 AND expires - @P2 <= length
);

-- [list] Begins a list of runs, at most @P1; answers run, job, status, dry run, start, end, streams,
-- exception.
SELECT id, job, status, dry_run, started, finished, streams, exception FROM run
WHERE 1
-- [older] Those that began before another one, @P2.
AND id < @P2
-- [newest first] Ends the list.
ORDER BY id DESC LIMIT @P1;

-- [number of it] What a term of a filter compares; and so the others.
id
-- [job of it] The same.
job
-- [status of it] The same.
status
-- [start of it] The same.
started
-- [dry or not] The same.
CASE dry_run WHEN 0 THEN 'no' ELSE 'yes' END

-- [get] One run; @P1 run; answers the same.
SELECT id, job, status, dry_run, started, finished, streams, exception FROM run WHERE id = @P1;
