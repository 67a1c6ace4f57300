-- Products of the master catalog behind an item number, up to another.
SELECT record.id, value.json
FROM record
JOIN value ON value.id = record.value
WHERE record.collection = ?1 AND record.id > ?2 AND record.id >= ?3 AND record.id < ?4
ORDER BY record.id
LIMIT ?5
