-- The runs that hold their leases. CROSS: from the few leases to their runs, never the other way.
SELECT run.id, run.job, run.owner, run.dry_run, run.started, run.cancel_by IS NOT NULL, run.waiting, run.streams
FROM lease
CROSS JOIN run ON run.id = lease.run AND run.job = lease.job AND run.status = 'executing'
WHERE lease.expires > :now AND lease.expires - :now <= lease.length
ORDER BY run.id
