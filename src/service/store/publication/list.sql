-- What is published, what narrows it down to be added.
SELECT id, item, name, state, reason, at, by
FROM publication
WHERE channel = ?1 AND id > ?2
