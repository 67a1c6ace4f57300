INSERT INTO ax_category (id, parent, name)
VALUES (?1, ?2, ?3)
ON CONFLICT (id) DO UPDATE SET parent = excluded.parent, name = excluded.name
