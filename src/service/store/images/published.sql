SELECT 1
FROM product_image
JOIN publication ON publication.item = product_image.item
WHERE publication.channel = ?1 AND publication.state = 'published' AND product_image.hash = ?2
