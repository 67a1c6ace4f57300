-- Every job with who holds its lease and its newest run.
SELECT job.job, job.status, job.reason, job.suspended_from, job.failures, job.is_asked,
       job.schedule, job.standing, job.revision,
       holder.job, lease.owner, lease.expires,
       newest.id, newest.cause
FROM job
LEFT JOIN lease ON lease.job = job.job AND lease.expires > :now AND lease.expires - :now <= lease.length
LEFT JOIN run holder ON holder.id = lease.run
LEFT JOIN run newest ON newest.id = (SELECT max(id) FROM run WHERE run.job = job.job)
    AND newest.status = 'executing' AND newest.dry_run = 0 AND newest.id IS NOT lease.run
