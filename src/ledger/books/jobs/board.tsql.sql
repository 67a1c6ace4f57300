-- [now] The ledger's clock and how often anything of the below has changed. What follows in the
-- transaction sees the ledger as it was when the clock was read, or a moment before: a lease that
-- was renewed after the clock was read would not be believed.
DECLARE @changes bigint;
SELECT @changes = count FROM axcs.changes;
DECLARE @now datetime2(3) = SYSUTCDATETIME();
SELECT
    CAST(DATEDIFF(DAY, CAST('1970-01-01' AS date), @now) AS bigint) * 86400000
    + DATEDIFF(SECOND, CAST(@now AS date), @now) * 1000
    + DATEPART(MILLISECOND, @now),
    @changes;

-- [jobs] Every job with who holds its lease and its newest run, where that was no dry run and its
-- worker died; @P1 now; answers the columns of a job, then job of the holder, its owner, its end,
-- newest run, cause.
SELECT
    job.job,
    job.status,
    job.reason,
    job.suspended_from,
    job.failures,
    job.is_asked,
    job.schedule,
    job.standing,
    job.revision,
    holder.job,
    lease.owner,
    lease.expires,
    CASE
        WHEN newest.status = N'executing' AND newest.dry_run = 0
            AND (lease.run IS NULL OR newest.id <> lease.run) THEN newest.id
    END,
    newest.cause
FROM axcs.job AS job
LEFT JOIN axcs.lease AS lease
    ON lease.job = job.job AND lease.expires > @P1 AND lease.expires - @P1 <= lease.length
LEFT JOIN axcs.run AS holder ON holder.id = lease.run
OUTER APPLY (
    SELECT TOP (1) run.id, run.status, run.dry_run, run.cause
    FROM axcs.run AS run
    WHERE run.job = job.job
    ORDER BY run.id DESC
) AS newest;

-- [executing] The runs that hold their leases; @P1 now; answers run, job, owner, dry run, start,
-- whether it is to stop, what it waits for, streams.
SELECT
    run.id,
    run.job,
    run.owner,
    run.dry_run,
    run.started,
    CASE WHEN run.cancel_by IS NULL THEN 0 ELSE 1 END,
    run.waiting,
    run.streams
FROM axcs.lease AS lease
INNER JOIN axcs.run AS run
    ON run.id = lease.run AND run.job = lease.job AND run.status = N'executing'
WHERE lease.expires > @P1 AND lease.expires - @P1 <= lease.length
ORDER BY run.id;

-- [workers] The workers that are there; @P1 now, @P2 for how long one is believed; answers owner,
-- version, since when, when it was last seen.
SELECT owner, version, since, seen
FROM axcs.worker
WHERE seen BETWEEN @P1 - @P2 AND @P1
ORDER BY since, owner;

-- [forget gone] Forgets workers that are gone; @P1 now, @P2 for how long one is believed.
DELETE FROM axcs.worker WHERE seen NOT BETWEEN @P1 - @P2 AND @P1;

-- [seen] A worker is there; @P1 owner, @P2 version, @P3 now.
UPDATE axcs.worker SET version = @P2, seen = @P3 WHERE owner = @P1;
IF @@ROWCOUNT = 0
    INSERT INTO axcs.worker (owner, version, since, seen) VALUES (@P1, @P2, @P3, @P3);

-- [leave] A worker leaves; @P1 owner.
DELETE FROM axcs.worker WHERE owner = @P1;
