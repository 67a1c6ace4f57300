INSERT OR REPLACE INTO publishing (channel, act, chosen, by, begun, total)
VALUES (?1, ?2, ?3, ?4, ?5, ?6)
