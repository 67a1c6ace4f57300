-- The categories of a catalog's lines, and those below them.
WITH RECURSIVE below (id) AS (
    SELECT id FROM catalog_line WHERE catalog = ?1 AND kind = 'category'
    UNION
    SELECT ax_category.id
    FROM below
    JOIN ax_category ON ax_category.parent = below.id
)
SELECT id FROM below
