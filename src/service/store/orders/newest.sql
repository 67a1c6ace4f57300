-- Orders, what narrows them down to be added.
SELECT key, id, number, store, state, sales_order, json
FROM online_order
WHERE key < ?1
