SELECT version, hash, load, value
FROM record
WHERE collection = ?1 AND id = ?2
