UPDATE online_order
SET number = ?2, store = ?3, hash = ?4, seq = ?5, kind = ?6, at = ?7, json = ?8
WHERE key = ?1
