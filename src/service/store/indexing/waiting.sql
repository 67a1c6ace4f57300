SELECT coalesce(
    (SELECT seq FROM changed_record ORDER BY seq DESC LIMIT 1)
    - (SELECT seq FROM changed_record ORDER BY seq LIMIT 1) + 1,
    0
)
