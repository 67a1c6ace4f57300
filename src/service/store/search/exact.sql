SELECT item FROM product WHERE item = ?1
UNION
SELECT item FROM (SELECT item FROM product WHERE number = ?1 LIMIT 5)
