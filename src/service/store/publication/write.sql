INSERT INTO publication (channel, item, name, state, reason, at, by)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
ON CONFLICT (channel, item) DO UPDATE
SET name = excluded.name, state = excluded.state, reason = excluded.reason, at = excluded.at, by = excluded.by
