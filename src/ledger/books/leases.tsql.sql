-- [holds] Whether a run that is under way holds the lease of its job; @P1 job, @P2 token, @P3 run;
-- answers 1 or 0.
SELECT
    CASE
        WHEN EXISTS (
            SELECT 1
            FROM axcs.lease AS lease
            INNER JOIN axcs.run AS run ON run.id = lease.run
            WHERE lease.job = @P1 AND lease.token = @P2 AND lease.run = @P3
                AND run.status = N'executing'
        ) THEN 1
        ELSE 0
    END;

-- [holder] Who holds a lease; @P1 job, @P2 now; answers job of the run, owner, end.
SELECT run.job, lease.owner, lease.expires
FROM axcs.lease AS lease
INNER JOIN axcs.run AS run ON run.id = lease.run
WHERE lease.job = @P1 AND lease.expires > @P2 AND lease.expires - @P2 <= lease.length;

-- [token] Answers a token that is greater than every other.
SELECT COALESCE(MAX(token), 0) + 1 FROM axcs.lease;

-- [take] Gives a lease to a run; @P1 job, @P2 owner, @P3 run, @P4 token, @P5 end, @P6 length.
UPDATE axcs.lease
SET owner = @P2, run = @P3, token = @P4, expires = @P5, length = @P6
WHERE job = @P1;
IF @@ROWCOUNT = 0
    INSERT INTO axcs.lease (job, owner, run, token, expires, length)
    VALUES (@P1, @P2, @P3, @P4, @P5, @P6);

-- [extend] Lets the leases of a run end later; @P1 run, @P2 end, @P3 length.
UPDATE axcs.lease SET expires = @P2, length = @P3 WHERE run = @P1;

-- [give back] Ends the leases of a run; @P1 run.
UPDATE axcs.lease SET expires = 0 WHERE run = @P1;
