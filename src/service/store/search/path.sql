-- Sixteen levels are more than any hierarchy has; a ring among the categories ends there too.
WITH RECURSIVE above (id, parent, name, level) AS (
    SELECT id, parent, name, 0 FROM ax_category WHERE id = ?1
    UNION ALL
    SELECT ax_category.id, ax_category.parent, ax_category.name, above.level + 1
    FROM above
    JOIN ax_category ON ax_category.id = above.parent
    WHERE above.level < 16
)
SELECT group_concat(name, ' / ') FROM (SELECT name FROM above ORDER BY level DESC)
