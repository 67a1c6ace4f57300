SELECT id
FROM catalog_line
WHERE catalog = ?1 AND kind = 'item' AND id > ?2
ORDER BY id
LIMIT ?3
