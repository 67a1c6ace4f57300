-- Statements of the import, for a SQLite file.

-- [is out] Whether an order, @P1, is being given to AX by an attempt, @P2; answers 1 or 0.
SELECT count(*) FROM online_order WHERE id = @P1 AND is_out = 1 AND attempts = @P2;

-- [is there] Whether an order is laid out under a message, @P1; answers 1 or 0.
SELECT count(*) FROM import_order WHERE message_id = @P1;

-- [add order] Lays an order out: @P1 message, @P2 company, @P3 order, @P4 requisition, @P5 store, @P6
-- customer account, @P7 name, @P8 email, @P9 phone, @P10 language, @P11 currency, @P12 sales origin,
-- @P13 mode of delivery, @P14 name, @P15 street, @P16 post code, @P17 city, @P18 state, @P19 country
-- of the delivery address, @P20 its location and @P21 since when, both empty for none, @P22 placed,
-- @P23 delivery date, @P24 notes, @P25 provider, @P26 method, @P27 authorization, @P28 amount of the
-- payment, all empty for none, @P29 total, @P30 now.
INSERT INTO import_order (
    message_id, company, order_id, requisition, store, customer_account, customer_name, email, phone,
    language, currency, sales_origin, delivery_mode, delivery_name, delivery_street,
    delivery_zip_code, delivery_city, delivery_state, delivery_country, delivery_location,
    delivery_valid_from, placed, delivery_date, notes, payment_provider, payment_method,
    payment_authorization, payment_amount, total, created
)
VALUES (
    @P1, @P2, @P3, @P4, @P5, @P6, @P7, @P8, @P9,
    @P10, @P11, @P12, @P13, @P14, @P15,
    @P16, @P17, @P18, @P19, @P20,
    nullif(@P21, ''), @P22, @P23, @P24, @P25, @P26,
    @P27, nullif(@P28, ''), @P29, @P30
);

-- [add line] Adds a line of an order: @P1 message, @P2 line, @P3 item, @P4 configuration, @P5 size, @P6
-- colour, @P7 style, @P8 name, @P9 quantity, @P10 unit, @P11 price, @P12 discount, @P13 amount.
INSERT INTO import_line (message_id, line, item, configuration, size, colour, style, name, quantity,
                         unit, price, discount, amount)
VALUES (@P1, @P2, @P3, @P4, @P5, @P6, @P7, @P8, @P9, @P10, @P11, @P12, @P13);

-- [add charge] Adds a charge of an order: @P1 message, @P2 its number, @P3 code, @P4 text, @P5 amount.
INSERT INTO import_charge (message_id, number, code, text, amount) VALUES (@P1, @P2, @P3, @P4, @P5);

-- [find] The order that is laid out under a message, @P1; answers state, sales order, error, order,
-- customer account, requisition, created.
SELECT state, sales_order, error, order_id, customer_account, requisition, created
FROM import_order
WHERE message_id = @P1;

-- [old] Orders that were laid out before a moment, @P1, and are settled, at most @P2, oldest first;
-- answers message and order.
SELECT i.message_id, i.order_id
FROM import_order i
CROSS JOIN settled_order o ON o.id = i.order_id
WHERE i.created < @P1
ORDER BY i.created, i.id
LIMIT @P2;

-- [forget lines] Removes the lines of a message, @P1.
DELETE FROM import_line WHERE message_id = @P1;

-- [forget charges] Removes the charges of a message, @P1.
DELETE FROM import_charge WHERE message_id = @P1;

-- [forget order] Removes the order of a message, @P1.
DELETE FROM import_order WHERE message_id = @P1;
