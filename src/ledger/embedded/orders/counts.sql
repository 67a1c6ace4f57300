SELECT (SELECT coalesce(sum(orders), 0) FROM store_orders),
       (SELECT coalesce(sum(open_orders), 0) FROM store_orders),
       (SELECT count(*) FROM online_order WHERE stage = 'downloaded')
           + (SELECT count(*) FROM online_order WHERE stage = 'handed-over'),
       (SELECT count(*) FROM exception e JOIN online_order o ON o.id = e.key
        WHERE e.stream = 'orders' AND e.state = 'open'),
       (SELECT count(*) FROM online_order WHERE told IS NOT hash),
       (SELECT count(*) FROM online_order WHERE is_duplicate = 1),
       (SELECT count(*) FROM online_order WHERE is_journal = 1),
       (SELECT min(placed) FROM online_order WHERE is_open = 1)
