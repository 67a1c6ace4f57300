SELECT kind, id
FROM catalog_line
WHERE catalog = ?1 AND (kind, id) > (?2, ?3)
ORDER BY kind, id
LIMIT ?4
