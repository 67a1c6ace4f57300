INSERT INTO changed_record (collection, id)
SELECT collection, id
FROM record
WHERE collection = ?1 AND value IS NOT NULL AND load IS NOT ?2
