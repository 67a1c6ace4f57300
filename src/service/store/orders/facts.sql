SELECT cancelled, seq, answered, outcome, sales_order IS NOT NULL, status
FROM online_order
WHERE key = ?1
