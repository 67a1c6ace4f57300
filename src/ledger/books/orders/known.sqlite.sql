-- Statements of one order, for a SQLite file.

-- [find] The order with an id, @P1; answers id, number, is paid, book, seq, event, stage, is out,
-- attempts, account, sales order, is journal, status, shipped, reason, withdrawn sales order.
SELECT
    id, number, is_paid, book, seq, event, stage, is_out, attempts, account, sales_order,
    is_journal, status, shipped, reason, withdrawn
FROM online_order
WHERE id = @P1;

-- [contents] The contents of an order, @P1; answers the newest, and those of AX where they are others.
SELECT contents, handed FROM order_contents WHERE id = @P1;

-- [is changed] Whether AX has or may get other contents of an order, @P1, than the newest: 1 or 0.
SELECT CASE WHEN handed IS NULL THEN 0 ELSE 1 END FROM order_contents WHERE id = @P1;

-- [write] Writes an order, @P1, down: @P2 is paid, @P3 book, @P4 seq, @P5 event, @P6 stage, @P7 is
-- out, @P8 attempts, @P9 account, @P10 sales order, @P11 withdrawn sales order, @P12 is journal,
-- @P13 status or none, @P14 shipped, @P15 reason, @P16 now.
UPDATE online_order
SET
    is_paid = @P2, book = @P3, seq = @P4, event = @P5, stage = @P6, is_out = @P7,
    attempts = @P8, account = @P9, sales_order = @P10, withdrawn = @P11,
    is_journal = @P12, status = @P13, shipped = @P14, reason = @P15, changed = @P16
WHERE id = @P1;

-- [note] Adds a line to the history of an order: @P1 the order, @P2 now, @P3 what happened.
INSERT INTO order_history (order_id, at, what) VALUES (@P1, @P2, @P3);
