SELECT key FROM exception WHERE stream = ?1 AND state = 'retrying'
UNION
SELECT key FROM (
    SELECT key FROM exception WHERE stream = ?1 AND state = 'open' ORDER BY last, id LIMIT ?2
)
ORDER BY key
