SELECT id FROM (
    SELECT o.id, o.seq
    FROM exception e
    CROSS JOIN online_order o ON o.id = e.key
    WHERE e.stream = 'orders' AND e.state = 'open' AND e.code NOT IN (SELECT value FROM json_each(?1)) AND o.stage = 'exception'
    ORDER BY random()
    LIMIT ?2
)
ORDER BY seq, id
