SELECT id, name, (SELECT count(*) FROM catalog_line WHERE catalog_line.catalog = catalog.id)
FROM catalog
WHERE id = ?1
