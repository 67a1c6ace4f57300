SELECT o.id, o.number, o.store, o.placed, o.customer, o.total, o.currency, o.lines, o.seq, o.event,
       o.stage, o.attempts, o.account, o.sales_order, o.is_journal, o.is_duplicate, o.status,
       o.shipped, o.told IS o.hash, o.downloaded, o.changed, e.text, e.cause, e.remedy, c.contents
FROM online_order o
JOIN order_contents c ON c.id = o.id
LEFT JOIN exception e ON e.stream = 'orders' AND e.key = o.id AND e.state IN ('open', 'retrying')
