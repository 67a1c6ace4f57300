-- A cleared one starts anew; a resolved one stays so where it is the same cause again.
INSERT INTO exception (job, stream, key, code, field, text, cause, remedy,
                       attempts, first, last, state, note, generation)
VALUES (:job, :stream, :key, :code, :field, :text, :cause, :remedy,
        1, :now, :now, 'open', '', coalesce(:generation, 0))
ON CONFLICT (stream, key, job) DO UPDATE SET
    attempts = CASE state WHEN 'cleared' THEN 1 ELSE attempts + 1 END,
    first = CASE state WHEN 'cleared' THEN excluded.first ELSE first END,
    note = CASE WHEN state = 'resolved' AND NOT :anew
                     AND (code, field, text) = (excluded.code, excluded.field, excluded.text)
                THEN note ELSE '' END,
    state = CASE WHEN state = 'resolved' AND NOT :anew
                      AND (code, field, text) = (excluded.code, excluded.field, excluded.text)
                 THEN 'resolved' ELSE 'open' END,
    code = excluded.code,
    field = excluded.field,
    text = excluded.text,
    cause = excluded.cause,
    remedy = excluded.remedy,
    last = excluded.last,
    generation = coalesce(:generation, generation)
