-- [now] The ledger's clock and how often anything of the below has changed. What follows in the
-- transaction sees the ledger as it was when the clock was read.
SELECT CAST(unixepoch('subsec') * 1000 AS INTEGER), count FROM changes;

-- [jobs] Every job with who holds its lease and its newest run, where that was no dry run and its
-- worker died; @P1 now; answers the columns of a job, then job of the holder, its owner, its end,
-- newest run, cause.
SELECT job.job, job.status, job.reason, job.suspended_from, job.failures, job.is_asked,
       job.schedule, job.standing, job.revision,
       holder.job, lease.owner, lease.expires,
       newest.id, newest.cause
FROM job
LEFT JOIN lease ON lease.job = job.job AND lease.expires > @P1 AND lease.expires - @P1 <= lease.length
LEFT JOIN run holder ON holder.id = lease.run
LEFT JOIN run newest ON newest.id = (SELECT max(id) FROM run WHERE run.job = job.job)
    AND newest.status = 'executing' AND newest.dry_run = 0 AND newest.id IS NOT lease.run;

-- [executing] The runs that hold their leases; @P1 now; answers run, job, owner, dry run, start,
-- whether it is to stop, what it waits for, streams.
-- CROSS: from the few leases to their runs, never the other way.
SELECT run.id, run.job, run.owner, run.dry_run, run.started, run.cancel_by IS NOT NULL, run.waiting, run.streams
FROM lease
CROSS JOIN run ON run.id = lease.run AND run.job = lease.job AND run.status = 'executing'
WHERE lease.expires > @P1 AND lease.expires - @P1 <= lease.length
ORDER BY run.id;

-- [workers] The workers that are there; @P1 now, @P2 for how long one is believed; answers owner,
-- version, since when, when it was last seen.
SELECT owner, version, since, seen FROM worker WHERE seen BETWEEN @P1 - @P2 AND @P1
ORDER BY since, owner;

-- [forget gone] Forgets workers that are gone; @P1 now, @P2 for how long one is believed.
DELETE FROM worker WHERE seen NOT BETWEEN @P1 - @P2 AND @P1;

-- [seen] A worker is there; @P1 owner, @P2 version, @P3 now.
INSERT INTO worker (owner, version, since, seen) VALUES (@P1, @P2, @P3, @P3)
ON CONFLICT (owner) DO UPDATE SET version = excluded.version, seen = excluded.seen;

-- [leave] A worker leaves; @P1 owner.
DELETE FROM worker WHERE owner = @P1;
