AND key IN (
    SELECT key FROM online_order WHERE number = ?5 COLLATE NOCASE
    UNION
    SELECT key FROM online_order WHERE sales_order = ?5
    UNION
    SELECT key FROM online_order WHERE id = ?5
)
