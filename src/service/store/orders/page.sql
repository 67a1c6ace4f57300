SELECT id, number, store, seq, state, sales_order, reason, hash
FROM online_order
WHERE id > ?1
ORDER BY id
LIMIT ?2
