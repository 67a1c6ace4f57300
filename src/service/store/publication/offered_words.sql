-- The same where it has the words ?4, in the order of the index. CROSS JOIN: from the words on.
SELECT product_words.rowid, value.json
FROM product_words
CROSS JOIN product ON product.key = product_words.rowid
CROSS JOIN publication
    ON publication.channel = ?1 AND publication.item = product.item AND publication.state = 'published'
CROSS JOIN record ON record.collection = ?2 AND record.id = publication.item
CROSS JOIN value ON value.id = record.value
WHERE product_words MATCH ?4 AND product_words.rowid > ?3
ORDER BY 1
