SELECT product_image.hash, product_image.alt, image.width, image.height
FROM product_image
JOIN image ON image.hash = product_image.hash
WHERE product_image.item = ?1
ORDER BY product_image.place
