SELECT
    id, department, name, ax,
    (SELECT count(*) FROM category AS below WHERE below.department = category.id)
FROM category
WHERE id = ?1
