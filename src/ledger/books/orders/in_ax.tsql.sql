-- Statements of the packing slips, for SQL Server.

-- [shipments] The packing slips of an order, @P1; answers their contents.
SELECT contents FROM axcs.order_shipment WHERE order_id = @P1 ORDER BY id;

-- [shipment] A packing slip, @P1; answers its order and its contents.
SELECT order_id, contents FROM axcs.order_shipment WHERE id = @P1;

-- [put shipment] Keeps a packing slip, @P1, of an order, @P2, with its contents, @P3.
UPDATE axcs.order_shipment SET order_id = @P2, contents = @P3 WHERE id = @P1;
IF @@ROWCOUNT = 0
    INSERT INTO axcs.order_shipment (id, order_id, contents) VALUES (@P1, @P2, @P3);

-- [drop shipment] Forgets a packing slip, @P1.
DELETE FROM axcs.order_shipment WHERE id = @P1;

-- [drop shipments] Forgets the packing slips of an order, @P1.
DELETE FROM axcs.order_shipment WHERE order_id = @P1;
