SELECT 1
FROM shipping_method
JOIN record ON record.collection = ?1 AND record.id = shipping_method.mode AND record.value IS NOT NULL
WHERE shipping_method.is_offered
