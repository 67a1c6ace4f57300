-- [add] Notes what became of an occurrence; @P1 job, @P2 due, @P3 outcome, @P4 why, @P5 run,
-- @P6 now. A second record of one fails.
INSERT INTO axcs.occurrence (job, due, outcome, why, run, noted)
VALUES (@P1, @P2, @P3, @P4, @P5, @P6);

-- [give run] The run that does the work of what was coalesced; @P1 job, @P2 run.
UPDATE axcs.occurrence
SET run = @P2
WHERE job = @P1 AND outcome = N'coalesced' AND run IS NULL;

-- [forget] Forgets old records; @P1 due before this.
DELETE FROM axcs.occurrence WHERE due < @P1;

-- [hand over] Another run does the work; @P1 job, @P2 dead run, @P3 run.
UPDATE axcs.occurrence SET run = @P3 WHERE job = @P1 AND run = @P2;

-- [list] The newest records; @P1 how many; answers job, due, outcome, why, run, when it was noted.
SELECT TOP (@P1) job, due, outcome, why, run, noted
FROM axcs.occurrence
ORDER BY due DESC, job;

-- [list of job] The newest records of a job; @P1 how many, @P2 job; answers the same.
SELECT TOP (@P1) job, due, outcome, why, run, noted
FROM axcs.occurrence
WHERE job = @P2
ORDER BY due DESC;
