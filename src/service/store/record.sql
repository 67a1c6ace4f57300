SELECT record.version, record.hash, value.json
FROM record
JOIN value ON value.id = record.value
WHERE record.collection = ?1 AND record.id = ?2
