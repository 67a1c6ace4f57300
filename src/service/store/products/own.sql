INSERT INTO own_text (item, revision, title, description, attributes)
VALUES (?1, ?2, ?3, ?4, ?5)
ON CONFLICT (item) DO UPDATE
SET revision = excluded.revision,
    title = excluded.title,
    description = excluded.description,
    attributes = excluded.attributes
