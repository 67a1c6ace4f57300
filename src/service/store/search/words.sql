SELECT product.key, product.item
FROM product_words
CROSS JOIN product ON product.key = product_words.rowid
WHERE product_words MATCH ?1 AND product_words.rowid > ?2
ORDER BY product_words.rowid
LIMIT ?3
