-- [list] Every store; answers id, kind, name, currency, open, since when it is gone, its three
-- parameters, orders, open orders.
SELECT
    store.id,
    store.kind,
    store.name,
    store.currency,
    store.[open],
    store.gone_since,
    store.customer_template,
    store.shipping_charges_code,
    store.sales_origin,
    COALESCE(counted.orders, 0),
    COALESCE(counted.open_orders, 0)
FROM axcs.store AS store
LEFT JOIN axcs.store_orders AS counted WITH (NOEXPAND) ON counted.store = store.id
ORDER BY store.id;

-- [take] Takes a store over; @P1 id, @P2 kind, @P3 name, @P4 currency, @P5 open.
UPDATE axcs.store
SET kind = @P2, name = @P3, currency = @P4, [open] = @P5, gone_since = NULL
WHERE id = @P1;
IF @@ROWCOUNT = 0
    INSERT INTO axcs.store
        (id, kind, name, currency, [open], customer_template, shipping_charges_code, sales_origin)
    VALUES (@P1, @P2, @P3, @P4, @P5, N'', N'', N'');

-- [forget] Forgets a store; @P1 id.
DELETE FROM axcs.store WHERE id = @P1;

-- [gone] The service does not list a store any more; @P1 id, @P2 now.
UPDATE axcs.store SET gone_since = @P2 WHERE id = @P1;

-- [set] Sets the parameters of a store; @P1 id, @P2 customer template, @P3 charges code, @P4 sales
-- origin.
UPDATE axcs.store
SET customer_template = @P2, shipping_charges_code = @P3, sales_origin = @P4
WHERE id = @P1;
