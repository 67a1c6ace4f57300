WITH RECURSIVE named (id) AS (
    SELECT id FROM ax_category WHERE name LIKE ?1 ESCAPE '\'
    UNION
    SELECT ax_category.id
    FROM named
    JOIN ax_category ON ax_category.parent = named.id
    LIMIT ?2
)
SELECT id FROM named
