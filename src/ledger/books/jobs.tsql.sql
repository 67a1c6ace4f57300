-- [load] A job; @P1 job; answers job, status, reason, status before it was suspended, failures,
-- asked, schedule, standing, revision.
SELECT job, status, reason, suspended_from, failures, is_asked, schedule, standing, revision
FROM axcs.job
WHERE job = @P1;

-- [save] Writes a job as it is now; @P1 job, @P2 to @P8 as above without the revision, which grows.
UPDATE axcs.job
SET
    status = @P2,
    reason = @P3,
    suspended_from = @P4,
    failures = @P5,
    is_asked = @P6,
    schedule = @P7,
    standing = @P8,
    revision = revision + 1
WHERE job = @P1;
UPDATE axcs.changes SET count = count + 1;

-- [add] Makes a job that is not there; @P1 job, @P2 status, @P3 schedule, @P4 standing.
INSERT INTO axcs.job (job, status, reason, failures, is_asked, schedule, standing, revision)
SELECT @P1, @P2, N'', 0, 0, @P3, @P4, 1
WHERE NOT EXISTS (SELECT 1 FROM axcs.job AS job WHERE job.job = @P1);
