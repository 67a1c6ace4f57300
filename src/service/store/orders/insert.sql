INSERT INTO online_order (id, number, store, hash, placed, seq, kind, at, state, json)
VALUES (?1, ?2, ?3, ?4, ?4, ?5, 'placed', ?6, 'placed', ?7)
RETURNING key
