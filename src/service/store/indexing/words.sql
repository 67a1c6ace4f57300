INSERT INTO product_words (rowid, item, number, name, description, category)
VALUES (?1, ?2, ?3, ?4, ?5, ?6)
