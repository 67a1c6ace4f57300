-- What of an item is in orders that AX has not taken. CROSS JOIN: from the few orders behind the point
-- to their lines, not the other way round.
SELECT order_line.configuration, order_line.size, order_line.colour, order_line.style, order_line.quantity
FROM online_order
CROSS JOIN order_line ON order_line.order_key = online_order.key AND order_line.item = ?2
WHERE online_order.seq > ?1
    AND coalesce(online_order.accepted, online_order.seq) > ?1
    AND online_order.state NOT IN ('cancelled', 'rejected')
