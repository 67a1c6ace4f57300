-- Items of the category ?1 behind ?2 that are in the catalog ?3 by no line of their own.
SELECT item
FROM product_category
WHERE category = ?1 AND item > ?2
    AND NOT EXISTS (
        SELECT 1
        FROM catalog_line
        WHERE catalog = ?3 AND kind = 'item' AND catalog_line.id = product_category.item
    )
ORDER BY item
