DELETE FROM image
WHERE hash = ?1 AND NOT EXISTS (SELECT 1 FROM product_image WHERE hash = ?1)
