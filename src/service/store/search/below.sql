WITH RECURSIVE below (id) AS (
    SELECT ?1
    UNION
    SELECT ax_category.id
    FROM below
    JOIN ax_category ON ax_category.parent = below.id
    LIMIT 2000
)
SELECT id FROM below
