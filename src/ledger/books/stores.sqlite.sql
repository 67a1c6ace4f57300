-- [list] Every store; answers id, kind, name, currency, open, since when it is gone, its three
-- parameters, orders, open orders.
SELECT id, kind, name, currency, open, gone_since, customer_template,
       shipping_charges_code, sales_origin, coalesce(orders, 0), coalesce(open_orders, 0)
FROM store LEFT JOIN store_orders ON store_orders.store = store.id ORDER BY id;

-- [take] Takes a store over; @P1 id, @P2 kind, @P3 name, @P4 currency, @P5 open.
INSERT INTO store
    (id, kind, name, currency, open, customer_template, shipping_charges_code, sales_origin)
VALUES (@P1, @P2, @P3, @P4, @P5, '', '', '')
ON CONFLICT DO UPDATE SET kind = excluded.kind, name = excluded.name,
    currency = excluded.currency, open = excluded.open, gone_since = NULL;

-- [forget] Forgets a store; @P1 id.
DELETE FROM store WHERE id = @P1;

-- [gone] The service does not list a store any more; @P1 id, @P2 now.
UPDATE store SET gone_since = @P2 WHERE id = @P1;

-- [set] Sets the parameters of a store; @P1 id, @P2 customer template, @P3 charges code, @P4 sales
-- origin.
UPDATE store SET customer_template = @P2, shipping_charges_code = @P3, sales_origin = @P4
WHERE id = @P1;
