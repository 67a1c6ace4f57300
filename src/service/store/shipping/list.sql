-- Modes of delivery behind the code ?2, with what is set for each. One that AX has no longer is listed
-- as long as something is set for it.
SELECT record.id, value.json, shipping_method.name, shipping_method.charge, shipping_method.is_offered
FROM record
LEFT JOIN value ON value.id = record.value
LEFT JOIN shipping_method ON shipping_method.mode = record.id
WHERE record.collection = ?1 AND record.id > ?2
    AND (record.value IS NOT NULL OR shipping_method.mode IS NOT NULL)
ORDER BY record.id
LIMIT ?3
