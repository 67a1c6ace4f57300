DELETE FROM value
WHERE id IN (
    SELECT value
    FROM record
    WHERE collection = ?1 AND value IS NOT NULL AND load IS NOT ?2
)
