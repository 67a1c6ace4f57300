SELECT id, hash
FROM record
WHERE collection = ?1 AND value IS NOT NULL AND load IS NOT ?2
