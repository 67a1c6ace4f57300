-- Statements of lists, counts and single orders, for a SQLite file.

-- [rows] Begins a list of orders, at most @P1; answers id, number, store, placed, customer, total,
-- currency, lines, seq, event, stage, attempts, account, sales order, is journal, is duplicate,
-- status, shipped, is acknowledged, downloaded, changed, and text, cause and remedy of the open
-- exception.
SELECT
    o.id, o.number, o.store, o.placed, o.customer, o.total, o.currency, o.lines, o.seq, o.event,
    o.stage, o.attempts, o.account, o.sales_order, o.is_journal, o.is_duplicate, o.status,
    o.shipped, o.told IS o.hash, o.downloaded, o.changed, e.text, e.cause, e.remedy
FROM online_order o
-- [in file order] Has every order looked at as they lie in the file, by no other index than their own.
INDEXED BY sqlite_autoindex_online_order_1
-- [with exceptions] Goes on with the list.
LEFT JOIN exception e ON e.stream = 'orders' AND e.key = o.id AND e.state IN ('open', 'retrying')
WHERE 1
-- [behind] Those behind one of the list, newest first: @P2 when it was placed, @P3 its id.
AND (o.placed, o.id) < (@P2, @P3)
-- [before] The same, oldest first.
AND (o.placed, o.id) > (@P2, @P3)
-- [behind number] By number: @P2 it in lower case, @P3 whether it may be a duplicate, @P4 the id.
AND (o.folded, o.is_duplicate, o.id) < (@P2, @P3, @P4)
-- [before number] The same, the other way.
AND (o.folded, o.is_duplicate, o.id) > (@P2, @P3, @P4)
-- [behind store] By store: @P2 the store, @P3 when it was placed, @P4 the id.
AND (o.store, o.placed, o.id) < (@P2, @P3, @P4)
-- [before store] The same, the other way.
AND (o.store, o.placed, o.id) > (@P2, @P3, @P4)
-- [behind stage] By stage: @P2 the stage, @P3 the event, @P4 the id.
AND (o.stage, o.seq, o.id) < (@P2, @P3, @P4)
-- [before stage] The same, the other way.
AND (o.stage, o.seq, o.id) > (@P2, @P3, @P4)
-- [exception] Those with an exception that waits for somebody. SQLite does not see by itself that the
-- index without the cleared ones has all of them.
AND e.state = 'open' AND e.state <> 'cleared'
-- [newest first] Ends a list.
ORDER BY o.placed DESC, o.id DESC LIMIT @P1;
-- [oldest first] Ends a list.
ORDER BY o.placed, o.id LIMIT @P1;
-- [number down] Ends a list.
ORDER BY o.folded DESC, o.is_duplicate DESC, o.id DESC LIMIT @P1;
-- [number up] Ends a list.
ORDER BY o.folded, o.is_duplicate, o.id LIMIT @P1;
-- [store down] Ends a list.
ORDER BY o.store DESC, o.placed DESC, o.id DESC LIMIT @P1;
-- [store up] Ends a list.
ORDER BY o.store, o.placed, o.id LIMIT @P1;
-- [stage down] Ends a list.
ORDER BY o.stage DESC, o.seq DESC, o.id DESC LIMIT @P1;
-- [stage up] Ends a list.
ORDER BY o.stage, o.seq, o.id LIMIT @P1;
-- [how many] How many orders there are.
SELECT coalesce(sum(orders), 0) FROM store_orders;

-- [with contents] Begins the same list with the newest contents, and those of AX where they are
-- others.
SELECT
    o.id, o.number, o.store, o.placed, o.customer, o.total, o.currency, o.lines, o.seq, o.event,
    o.stage, o.attempts, o.account, o.sales_order, o.is_journal, o.is_duplicate, o.status,
    o.shipped, o.told IS o.hash, o.downloaded, o.changed, e.text, e.cause, e.remedy,
    c.contents, c.handed
FROM online_order o
LEFT JOIN exception e ON e.stream = 'orders' AND e.key = o.id AND e.state IN ('open', 'retrying')
JOIN order_contents c ON c.id = o.id
WHERE 1
-- [is set aside] Only the order with an id, @P2, where it is set aside.
AND o.id = @P2 AND o.stage = 'exception'
-- [with id] Only the order with an id, @P2.
AND o.id = @P2
-- [with number] Those with a number, @P2 in lower case.
AND o.folded = @P2
-- [with sales order] Those that AX has as a sales order, @P2, in whatever case.
AND o.sales_order <> '' AND o.sales_order = @P2 COLLATE NOCASE
-- [in stage] Ends a list of the orders in a stage, @P2, behind an event, @P3.
AND o.stage = @P2 AND o.seq > @P3
ORDER BY o.seq, o.id LIMIT @P1;

-- [set aside] Begins a choice by chance of the orders set aside, at most @P1. Codes that are not
-- meant follow: @P2 and so on.
SELECT id FROM (
    SELECT o.id, o.seq
    FROM exception e
    CROSS JOIN online_order o ON o.id = e.key
    WHERE e.stream = 'orders' AND e.state = 'open' AND e.state <> 'cleared'
        AND o.stage = 'exception'

-- [by chance] Ends it; answers their ids in the order of events.
    ORDER BY random() LIMIT @P1
)
ORDER BY seq, id;

-- [counts] How many orders there are: all, open, waiting for AX, with an exception, not
-- acknowledged, possible duplicates, journals; and when the oldest open one was placed. Where there
-- are none the first two are no value.
SELECT (SELECT sum(orders) FROM store_orders),
       (SELECT sum(open_orders) FROM store_orders),
       (SELECT count(*) FROM online_order WHERE stage = 'downloaded')
           + (SELECT count(*) FROM online_order WHERE stage = 'handed-over'),
       (SELECT count(*) FROM exception e JOIN online_order o ON o.id = e.key
        WHERE e.stream = 'orders' AND e.state = 'open' AND e.state <> 'cleared'),
       (SELECT count(*) FROM online_order WHERE told IS NOT hash),
       (SELECT count(*) FROM online_order WHERE is_duplicate = 1),
       (SELECT count(*) FROM online_order WHERE is_journal = 1),
       (SELECT min(placed) FROM online_order WHERE is_open = 1);

-- [history] What happened to an order, @P1; answers when and what.
SELECT at, what FROM order_history WHERE order_id = @P1 ORDER BY id;

-- [with requisition] Orders with a number, @P1 in lower case, that were handed over; answers id,
-- sales order, account. Of several with one number a journal is the repeat.
SELECT id, sales_order, account
FROM online_order
WHERE folded = @P1 AND account <> ''
ORDER BY sales_order = '', is_journal, placed, id;

-- [for ax] The contents of an order, @P1, that AX has or may get.
SELECT coalesce(handed, contents) FROM order_contents WHERE id = @P1;

-- [settled] How often an order, @P1, was tried; answers nothing where it is open.
SELECT attempts FROM settled_order WHERE id = @P1;

-- [seen] The order that was seen as a sales order, @P1 in whatever case; answers id and whether it
-- is of the service's order book.
SELECT id, book = (SELECT order_book FROM ledger)
FROM online_order
WHERE sales_order = @P1 COLLATE NOCASE AND sales_order <> '';

-- [unseen] Answers a row where an order without a sales order has a number, @P1 in lower case.
SELECT 1 FROM online_order WHERE folded = @P1 AND sales_order = '' LIMIT 1;

-- [position] How far the feed was read; answers order book and number of the event.
SELECT order_book, order_seq FROM ledger;

-- [untaken] The oldest event of an order book, @P1, whose order AX has not taken; answers it or none.
SELECT min(seq)
FROM online_order
WHERE book = @P1
    AND stage IN ('downloaded', 'awaiting-payment', 'handed-over', 'exception');
