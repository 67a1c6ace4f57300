SELECT number, state, mentioned, retired, begun
FROM load
WHERE collection = ?1 AND id = ?2
