-- Statements of lists, counts and single orders, for SQL Server.

-- [rows] Begins a list of orders, at most @P1; answers id, number, store, placed, customer, total,
-- currency, lines, seq, event, stage, attempts, account, sales order, is journal, is duplicate,
-- status, shipped, is acknowledged, downloaded, changed, and text, cause and remedy of the open
-- exception.
SELECT TOP (@P1)
    o.id, o.number, o.store, o.placed, o.customer, o.total, o.currency, o.lines, o.seq, o.event,
    o.stage, o.attempts, o.account, o.sales_order, o.is_journal, o.is_duplicate, o.status,
    o.shipped, 1 - o.is_untold, o.downloaded, o.changed, e.text, e.cause, e.remedy
FROM axcs.online_order AS o
-- [with exceptions] Goes on with the list.
LEFT JOIN axcs.exception AS e
    ON e.stream = N'orders' AND e.[key] = o.id AND e.state IN (N'open', N'retrying')
WHERE 1 = 1
-- [behind] Those behind one of the list, newest first: @P2 when it was placed, @P3 its id.
AND o.placed <= @P2 AND (o.placed < @P2 OR o.id < @P3)
-- [before] The same, oldest first.
AND o.placed >= @P2 AND (o.placed > @P2 OR o.id > @P3)
-- [behind number] By number: @P2 it in lower case, @P3 whether it may be a duplicate, @P4 the id.
AND o.folded <= @P2
AND (
    o.folded < @P2 OR o.is_duplicate < @P3
    OR (o.is_duplicate = @P3 AND o.id < @P4)
)
-- [before number] The same, the other way.
AND o.folded >= @P2
AND (
    o.folded > @P2 OR o.is_duplicate > @P3
    OR (o.is_duplicate = @P3 AND o.id > @P4)
)
-- [behind store] By store: @P2 the store, @P3 when it was placed, @P4 the id.
AND o.store <= @P2
AND (
    o.store < @P2 OR o.placed < @P3
    OR (o.placed = @P3 AND o.id < @P4)
)
-- [before store] The same, the other way.
AND o.store >= @P2
AND (
    o.store > @P2 OR o.placed > @P3
    OR (o.placed = @P3 AND o.id > @P4)
)
-- [behind stage] By stage: @P2 the stage, @P3 the event, @P4 the id.
AND o.stage <= @P2
AND (
    o.stage < @P2 OR o.seq < @P3
    OR (o.seq = @P3 AND o.id < @P4)
)
-- [before stage] The same, the other way.
AND o.stage >= @P2
AND (
    o.stage > @P2 OR o.seq > @P3
    OR (o.seq = @P3 AND o.id > @P4)
)
-- [exception] Those with an exception that waits for somebody.
AND e.state = N'open'
-- [newest first] Ends a list.
ORDER BY o.placed DESC, o.id DESC;
-- [oldest first] Ends a list.
ORDER BY o.placed, o.id;
-- [number down] Ends a list.
ORDER BY o.folded DESC, o.is_duplicate DESC, o.id DESC;
-- [number up] Ends a list.
ORDER BY o.folded, o.is_duplicate, o.id;
-- [store down] Ends a list.
ORDER BY o.store DESC, o.placed DESC, o.id DESC;
-- [store up] Ends a list.
ORDER BY o.store, o.placed, o.id;
-- [stage down] Ends a list.
ORDER BY o.stage DESC, o.seq DESC, o.id DESC;
-- [stage up] Ends a list.
ORDER BY o.stage, o.seq, o.id;

-- [with contents] Begins the same list with the newest contents, and those of AX where they are
-- others.
SELECT TOP (@P1)
    o.id, o.number, o.store, o.placed, o.customer, o.total, o.currency, o.lines, o.seq, o.event,
    o.stage, o.attempts, o.account, o.sales_order, o.is_journal, o.is_duplicate, o.status,
    o.shipped, 1 - o.is_untold, o.downloaded, o.changed, e.text, e.cause, e.remedy,
    c.contents, c.handed
FROM axcs.online_order AS o
LEFT JOIN axcs.exception AS e
    ON e.stream = N'orders' AND e.[key] = o.id AND e.state IN (N'open', N'retrying')
INNER JOIN axcs.order_contents AS c ON c.id = o.id
WHERE 1 = 1
-- [is set aside] Only the order with an id, @P2, where it is set aside.
AND o.id = @P2 AND o.stage = N'exception'
-- [with id] Only the order with an id, @P2.
AND o.id = @P2
-- [with number] Those with a number, @P2 in lower case.
AND o.folded = @P2
-- [with sales order] Those that AX has as a sales order, @P2, in whatever case.
AND o.sales_order <> N'' AND o.sales_order = @P2 COLLATE Latin1_General_100_CI_AS
-- [in stage] Ends a list of the orders in a stage, @P2, behind an event, @P3.
AND o.stage = @P2 AND o.seq > @P3
ORDER BY o.seq, o.id;

-- [set aside] Begins a choice by chance of the orders set aside, at most @P1. Codes that are not
-- meant follow: @P2 and so on.
SELECT chosen.id
FROM (
    SELECT TOP (@P1) o.id, o.seq
    FROM axcs.exception AS e
    INNER JOIN axcs.online_order AS o ON o.id = e.[key]
    WHERE e.stream = N'orders' AND e.state = N'open' AND o.stage = N'exception'

-- [by chance] Ends it; answers their ids in the order of events.
    ORDER BY NEWID()
) AS chosen
ORDER BY chosen.seq, chosen.id;

-- [counts] How many orders there are: all, open, waiting for AX, with an exception, not
-- acknowledged, possible duplicates, journals; and when the oldest open one was placed. Where there
-- are none the first two are no value.
SELECT
    (SELECT SUM(orders) FROM axcs.store_orders WITH (NOEXPAND)),
    (SELECT SUM(open_orders) FROM axcs.store_orders WITH (NOEXPAND)),
    (SELECT COUNT(*) FROM axcs.online_order WHERE stage IN (N'downloaded', N'handed-over')),
    (
        SELECT COUNT(*)
        FROM axcs.exception AS e
        INNER JOIN axcs.online_order AS o ON o.id = e.[key]
        WHERE e.stream = N'orders' AND e.state = N'open'
    ),
    (SELECT COUNT(*) FROM axcs.online_order WHERE is_untold = 1),
    (SELECT COUNT(*) FROM axcs.online_order WHERE is_duplicate = 1),
    (SELECT COUNT(*) FROM axcs.online_order WHERE is_journal = 1),
    (SELECT MIN(placed) FROM axcs.online_order WHERE is_open = 1);

-- [history] What happened to an order, @P1; answers when and what.
SELECT at, what FROM axcs.order_history WHERE order_id = @P1 ORDER BY id;

-- [with requisition] Orders with a number, @P1 in lower case, that were handed over; answers id,
-- sales order, account. Of several with one number a journal is the repeat.
SELECT id, sales_order, account
FROM axcs.online_order
WHERE folded = @P1 AND account <> N''
ORDER BY CASE WHEN sales_order = N'' THEN 1 ELSE 0 END, is_journal, placed, id;

-- [for ax] The contents of an order, @P1, that AX has or may get.
SELECT COALESCE(handed, contents) FROM axcs.order_contents WHERE id = @P1;

-- [settled] How often an order, @P1, was tried; answers nothing where it is open.
SELECT attempts FROM axcs.settled_order WHERE id = @P1;

-- [seen] The order that was seen as a sales order, @P1 in whatever case; answers id and whether it
-- is of the service's order book.
SELECT id, CASE WHEN book = (SELECT order_book FROM axcs.ledger) THEN 1 ELSE 0 END
FROM axcs.online_order
WHERE sales_order = @P1 COLLATE Latin1_General_100_CI_AS AND sales_order <> N'';

-- [unseen] Answers a row where an order without a sales order has a number, @P1 in lower case.
SELECT TOP (1) 1 FROM axcs.online_order WHERE folded = @P1 AND sales_order = N'';

-- [position] How far the feed was read; answers order book and number of the event.
SELECT order_book, order_seq FROM axcs.ledger;

-- [untaken] The oldest event of an order book, @P1, whose order AX has not taken; answers it or none.
SELECT MIN(seq)
FROM axcs.online_order
WHERE
    book = @P1
    AND stage IN (N'downloaded', N'awaiting-payment', N'handed-over', N'exception');
