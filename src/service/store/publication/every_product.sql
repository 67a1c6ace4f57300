SELECT id
FROM record
WHERE collection = ?1 AND id > ?2 AND value IS NOT NULL
ORDER BY id
LIMIT ?3
