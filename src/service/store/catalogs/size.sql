SELECT count(*)
FROM (
    SELECT id FROM catalog_line WHERE catalog = ?1 AND kind = 'item'
    UNION
    SELECT product_category.item
    FROM below
    CROSS JOIN product_category ON product_category.category = below.id
    LIMIT ?2
)
