INSERT INTO record (collection, id, version, hash, load, value)
VALUES (?1, ?2, ?3, ?4, ?5, ?6)
ON CONFLICT DO NOTHING
