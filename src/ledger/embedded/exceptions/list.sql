SELECT id, job, stream, key, code, field, text, cause, remedy, attempts, first, last, state, note
FROM exception
WHERE 1
