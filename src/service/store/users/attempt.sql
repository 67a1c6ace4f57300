-- Counts a try, and locks the name at the last one that is allowed. A try while it is locked counts as one
-- too many; one after that begins anew.
UPDATE user
SET tries = CASE
        WHEN locked_until > ?2 THEN ?4 + 1
        WHEN locked_until > 0 THEN 1
        ELSE tries + 1
    END,
    locked_until = CASE
        WHEN locked_until > ?2 THEN locked_until
        WHEN locked_until > 0 THEN 0
        WHEN tries + 1 >= ?4 THEN ?3
        ELSE 0
    END
WHERE sign_in = ?1
RETURNING id, password, tries
