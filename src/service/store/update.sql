UPDATE record
SET version = ?3, hash = ?4, load = ?5, value = ?6
WHERE collection = ?1 AND id = ?2
