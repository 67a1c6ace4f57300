SELECT seq, kind, at, json
FROM online_order
WHERE seq > ?1
ORDER BY seq
LIMIT ?2
