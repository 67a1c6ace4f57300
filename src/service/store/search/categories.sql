SELECT id FROM ax_category WHERE name LIKE ?1 ESCAPE '\' ORDER BY name, id LIMIT ?2
