-- Statements of the staging, for a SQLite file.

-- [move] Notes how far the feed was read: @P1 order book, @P2 number of the event.
UPDATE ledger SET order_book = @P1, order_seq = @P2;

-- [forget cursor] Forgets the cursor of a stream, @P1.
DELETE FROM cursor WHERE stream = @P1;

-- [forget pass] Forgets the pass of a stream, @P1.
DELETE FROM pass WHERE stream = @P1;

-- [put header] Writes the columns that lists show of an order's contents; a new order is downloaded
-- with them. @P1 id, @P2 number, @P3 the number in lower case, @P4 store, @P5 when it was placed,
-- @P6 customer, @P7 total, @P8 currency, @P9 how many lines, @P10 now.
INSERT INTO online_order (id, number, folded, store, placed, customer, total, currency, lines,
                          is_paid, book, seq, event, stage, is_out, attempts, account, sales_order,
                          withdrawn, is_journal, is_duplicate, shipped, reason, hash, version,
                          downloaded, changed)
VALUES (@P1, @P2, @P3, @P4, @P5, @P6, @P7, @P8, @P9,
        0, '', 0, 'placed', 'downloaded', 0, 0, '', '',
        '', 0, 0, 'nothing', '', 0, 0, @P10, @P10)
ON CONFLICT (id) DO UPDATE SET
    number = excluded.number, folded = excluded.folded, store = excluded.store,
    placed = excluded.placed, customer = excluded.customer, total = excluded.total,
    currency = excluded.currency, lines = excluded.lines;

-- [put contents] Keeps the contents of an order, @P1: the newest, @P2, and those that AX has or may
-- get, @P3, where they are others.
INSERT OR REPLACE INTO order_contents (id, contents, handed) VALUES (@P1, @P2, @P3);

-- [how many] How many orders have a number, @P1 in lower case; answers no more than 2.
SELECT count(*) FROM (SELECT 1 FROM online_order WHERE folded = @P1 LIMIT 2);

-- [mark duplicates] Marks the orders with a number, @P1 in lower case, as possible duplicates or not,
-- @P2. However many there are, at most one of them is not marked as it should be.
UPDATE online_order SET is_duplicate = @P2 WHERE folded = @P1 AND is_duplicate = 1 - @P2;
