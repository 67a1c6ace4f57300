-- The packing slips of an order, by their ids.
SELECT value.json
FROM order_shipment
JOIN record ON record.collection = ?2 AND record.id = order_shipment.shipment
JOIN value ON value.id = record.value
WHERE order_shipment.order_key = ?1
ORDER BY order_shipment.shipment
