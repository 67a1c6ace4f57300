UPDATE publishing
SET done = done + ?2, refused = refused + ?3, after = ?4, ended = ?5, reason = ?6
WHERE channel = ?1
