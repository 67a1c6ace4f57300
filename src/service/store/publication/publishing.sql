SELECT act, by, begun, total, done, refused, ended, reason
FROM publishing
WHERE channel = ?1
