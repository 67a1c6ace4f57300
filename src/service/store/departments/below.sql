-- Departments (?1 NULL), or the categories of the department ?1, behind the name ?2.
SELECT
    id, department, name, ax,
    (SELECT count(*) FROM category AS below WHERE below.department = category.id)
FROM category
WHERE department IS ?1 AND name > ?2
ORDER BY name
LIMIT ?3
