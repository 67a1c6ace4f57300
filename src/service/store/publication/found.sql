-- What is published and has the words ?5, in the order of the index; what narrows it down to be added.
-- CROSS JOIN: from the words to the publications.
SELECT product_words.rowid, publication.item, publication.name, state, reason, at, by
FROM product_words
CROSS JOIN product ON product.key = product_words.rowid
CROSS JOIN publication ON publication.channel = ?1 AND publication.item = product.item
WHERE product_words MATCH ?5 AND product_words.rowid > ?2
