SELECT record.id, value.json, shipping_method.name, shipping_method.charge, shipping_method.is_offered
FROM record
LEFT JOIN value ON value.id = record.value
LEFT JOIN shipping_method ON shipping_method.mode = record.id
WHERE record.collection = ?1 AND record.id = ?2
    AND (record.value IS NOT NULL OR shipping_method.mode IS NOT NULL)
