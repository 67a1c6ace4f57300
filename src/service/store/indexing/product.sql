INSERT INTO product (item, number, hash)
VALUES (?1, ?2, ?3)
ON CONFLICT (item) DO UPDATE SET number = excluded.number, hash = excluded.hash
