UPDATE record
SET value = NULL, hash = 0, load = NULL
WHERE collection = ?1 AND value IS NOT NULL AND load IS NOT ?2
