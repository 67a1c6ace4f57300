UPDATE online_order
SET sales_order = ?2, accepted = coalesce(accepted, ?3)
WHERE key = ?1
