-- [holds] Whether a run that is under way holds the lease of its job; @P1 job, @P2 token, @P3 run;
-- answers 1 or 0.
SELECT EXISTS (
    SELECT 1 FROM lease
    JOIN run ON run.id = lease.run
    WHERE lease.job = @P1 AND lease.token = @P2 AND lease.run = @P3 AND run.status = 'executing'
);

-- [holder] Who holds a lease; @P1 job, @P2 now; answers job of the run, owner, end.
SELECT run.job, lease.owner, lease.expires FROM lease
JOIN run ON run.id = lease.run
WHERE lease.job = @P1 AND lease.expires > @P2 AND lease.expires - @P2 <= lease.length;

-- [token] Answers a token that is greater than every other.
SELECT coalesce(max(token), 0) + 1 FROM lease;

-- [take] Gives a lease to a run; @P1 job, @P2 owner, @P3 run, @P4 token, @P5 end, @P6 length.
INSERT INTO lease (job, owner, run, token, expires, length) VALUES (@P1, @P2, @P3, @P4, @P5, @P6)
ON CONFLICT (job) DO UPDATE SET owner = excluded.owner, run = excluded.run,
    token = excluded.token, expires = excluded.expires, length = excluded.length;

-- [extend] Lets the leases of a run end later; @P1 run, @P2 end, @P3 length.
UPDATE lease SET expires = @P2, length = @P3 WHERE run = @P1;

-- [give back] Ends the leases of a run; @P1 run.
UPDATE lease SET expires = 0 WHERE run = @P1;
