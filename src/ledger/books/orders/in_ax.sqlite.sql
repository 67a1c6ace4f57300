-- Statements of the packing slips, for a SQLite file.

-- [shipments] The packing slips of an order, @P1; answers their contents.
SELECT contents FROM order_shipment WHERE order_id = @P1 ORDER BY id;

-- [shipment] A packing slip, @P1; answers its order and its contents.
SELECT order_id, contents FROM order_shipment WHERE id = @P1;

-- [put shipment] Keeps a packing slip, @P1, of an order, @P2, with its contents, @P3.
INSERT OR REPLACE INTO order_shipment (id, order_id, contents) VALUES (@P1, @P2, @P3);

-- [drop shipment] Forgets a packing slip, @P1.
DELETE FROM order_shipment WHERE id = @P1;

-- [drop shipments] Forgets the packing slips of an order, @P1.
DELETE FROM order_shipment WHERE order_id = @P1;
