-- The on-hand records of an item: those whose ids lie between `item|` and what follows every such id.
SELECT value.json
FROM record
JOIN value ON value.id = record.value
WHERE record.collection = ?1 AND record.id >= ?2 AND record.id < ?3
