UPDATE publication
SET state = ?3, reason = ?4, at = ?5, by = ?6
WHERE channel = ?1 AND item = ?2
RETURNING id, item, name, state, reason, at, by
