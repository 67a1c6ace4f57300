-- Each change of a lease beside the one before it; `is_take` where it went to another run.
CREATE TEMP VIEW change AS
SELECT seq, at, job, run, token, expires,
       lag(run) OVER of_job AS run_before,
       lag(token) OVER of_job AS token_before,
       lag(expires) OVER of_job AS expires_before,
       max(token) OVER (ORDER BY seq ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS highest,
       lag(run) OVER (ORDER BY seq) AS last_run,
       run IS NOT lag(run) OVER of_job AS is_take
FROM witness
WHERE what = 'lease'
WINDOW of_job AS (PARTITION BY job ORDER BY seq);
