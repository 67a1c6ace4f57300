-- What is in orders that AX has not taken, of every item. CROSS JOIN: from the few orders to their lines.
SELECT
    order_line.item, order_line.configuration, order_line.size, order_line.colour, order_line.style,
    order_line.quantity
FROM online_order
CROSS JOIN order_line ON order_line.order_key = online_order.key
WHERE online_order.seq > ?1
    AND coalesce(online_order.accepted, online_order.seq) > ?1
    AND online_order.state NOT IN ('cancelled', 'rejected')
