SELECT id, job, stream, key, code, field, text, cause, remedy, attempts, first, last, state, note
FROM exception
WHERE (:ids IS NULL OR id IN (SELECT value FROM json_each(:ids)))
  AND (:keys IS NULL OR key IN (SELECT value FROM json_each(:keys)))
  AND (:job IS NULL OR job = :job)
  AND (:stream IS NULL OR stream = :stream)
  AND (:code IS NULL OR code = :code)
