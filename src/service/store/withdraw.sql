UPDATE online_order
SET sales_order = NULL, accepted = NULL, status = NULL
WHERE key = ?1
