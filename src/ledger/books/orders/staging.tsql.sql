-- Statements of the staging, for SQL Server.

-- [move] Notes how far the feed was read: @P1 order book, @P2 number of the event.
UPDATE axcs.ledger SET order_book = @P1, order_seq = @P2;

-- [forget cursor] Forgets the cursor of a stream, @P1.
DELETE FROM axcs.[cursor] WHERE stream = @P1;

-- [forget pass] Forgets the pass of a stream, @P1.
DELETE FROM axcs.pass WHERE stream = @P1;

-- [put header] Writes the columns that lists show of an order's contents; a new order is downloaded
-- with them. @P1 id, @P2 number, @P3 the number in lower case, @P4 store, @P5 when it was placed,
-- @P6 customer, @P7 total, @P8 currency, @P9 how many lines, @P10 now.
UPDATE axcs.online_order
SET
    number = @P2, folded = @P3, store = @P4, placed = @P5, customer = @P6,
    total = @P7, currency = @P8, lines = @P9
WHERE id = @P1;
IF @@ROWCOUNT = 0
    INSERT INTO axcs.online_order
    (
        id, number, folded, store, placed, customer, total, currency, lines,
        is_paid, book, seq, event, stage, is_out, attempts, account, sales_order,
        withdrawn, is_journal, is_duplicate, shipped, reason, hash, version,
        downloaded, changed
    )
    VALUES
    (
        @P1, @P2, @P3, @P4, @P5, @P6, @P7, @P8, @P9,
        0, N'', 0, N'placed', N'downloaded', 0, 0, N'', N'',
        N'', 0, 0, N'nothing', N'', 0, 0,
        @P10, @P10
    );

-- [put contents] Keeps the contents of an order, @P1: the newest, @P2, and those that AX has or may
-- get, @P3, where they are others.
UPDATE axcs.order_contents SET contents = @P2, handed = @P3 WHERE id = @P1;
IF @@ROWCOUNT = 0
    INSERT INTO axcs.order_contents (id, contents, handed) VALUES (@P1, @P2, @P3);

-- [how many] How many orders have a number, @P1 in lower case; answers no more than 2.
SELECT COUNT(*)
FROM (SELECT TOP (2) id FROM axcs.online_order WHERE folded = @P1) AS found;

-- [mark duplicates] Marks the orders with a number, @P1 in lower case, as possible duplicates or not,
-- @P2. However many there are, at most one of them is not marked as it should be.
UPDATE axcs.online_order SET is_duplicate = @P2 WHERE folded = @P1 AND is_duplicate = 1 - @P2;
