-- The newest of what happened to an order, newest first.
SELECT order_past.at, order_past.what, order_past.detail
FROM online_order
JOIN order_past ON order_past.order_key = online_order.key
WHERE online_order.id = ?1
ORDER BY order_past.number DESC
LIMIT ?2
