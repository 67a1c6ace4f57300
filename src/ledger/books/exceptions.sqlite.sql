-- Statements of the exceptions, for a SQLite file.

-- [open] Opens an exception or counts another attempt: a cleared one starts anew, a resolved one
-- stays so where it is the same cause again. @P1 job, @P2 stream, @P3 key, @P4 code, @P5 field,
-- @P6 text, @P7 cause, @P8 remedy, @P9 now, @P10 pass or none, @P11 1 where it is opened though
-- the same cause was resolved.
INSERT INTO exception (job, stream, key, code, field, text, cause, remedy,
                       attempts, first, last, state, note, generation)
VALUES (@P1, @P2, @P3, @P4, @P5, @P6, @P7, @P8, 1, @P9, @P9, 'open', '', coalesce(@P10, 0))
ON CONFLICT (stream, key, job) DO UPDATE SET
    attempts = CASE state WHEN 'cleared' THEN 1 ELSE attempts + 1 END,
    first = CASE state WHEN 'cleared' THEN excluded.first ELSE first END,
    note = CASE WHEN state = 'resolved' AND @P11 = 0
                     AND (code, field, text) = (excluded.code, excluded.field, excluded.text)
                THEN note ELSE '' END,
    state = CASE WHEN state = 'resolved' AND @P11 = 0
                      AND (code, field, text) = (excluded.code, excluded.field, excluded.text)
                 THEN 'resolved' ELSE 'open' END,
    code = excluded.code,
    field = excluded.field,
    text = excluded.text,
    cause = excluded.cause,
    remedy = excluded.remedy,
    last = excluded.last,
    generation = coalesce(@P10, generation);

-- [clear run] Clears the exception of a job, @P1.
UPDATE exception SET state = 'cleared'
WHERE stream = '' AND key = '' AND job = @P1 AND state <> 'cleared';

-- [clear] Clears the exception of a record: @P1 stream, @P2 key.
UPDATE exception SET state = 'cleared' WHERE stream = @P1 AND key = @P2 AND state <> 'cleared';

-- [clear code] The same where it has a certain code, @P3.
UPDATE exception SET state = 'cleared'
WHERE stream = @P1 AND key = @P2 AND state <> 'cleared' AND code = @P3;

-- [none is stuck] Whether no record of a stream, @P1, has an exception; answers 1 or 0.
SELECT NOT EXISTS (SELECT 1 FROM exception WHERE stream = @P1 AND state <> 'cleared');

-- [is stuck] Answers a row where a record has an exception: @P1 stream, @P2 key.
SELECT 1 FROM exception WHERE stream = @P1 AND key = @P2 AND state <> 'cleared';

-- [resolved] How many exceptions of a stream, @P1, are resolved. The second condition names the
-- index.
SELECT count(*) FROM exception WHERE stream = @P1 AND state = 'resolved' AND state <> 'cleared';

-- [mark retrying] Marks an exception, @P1, to be tried again.
UPDATE exception SET state = 'retrying', note = '' WHERE id = @P1;

-- [mark resolved] Marks an exception, @P1, as resolved with a note, @P2.
UPDATE exception SET state = 'resolved', note = @P2 WHERE id = @P1;

-- [retries] Keys of a stream, @P1, to be tried again: those that an operator chose, and so many of
-- the others, @P2. SQLite does not see by itself that the index without the cleared ones has all of them.
SELECT key FROM exception WHERE stream = @P1 AND state = 'retrying' AND state <> 'cleared'
UNION
SELECT key FROM (
    SELECT key FROM exception
    WHERE stream = @P1 AND state = 'open' AND state <> 'cleared' ORDER BY last, id LIMIT @P2
)
ORDER BY key;

-- [list] Exceptions, at most @P1; answers id, job, stream, key, code, field, text, cause, remedy,
-- attempts, first, last, state, note. One or more of the conditions below follow, and the order.
SELECT id, job, stream, key, code, field, text, cause, remedy, attempts, first, last, state, note
FROM exception
WHERE 1
-- [count] How many exceptions there are; one or more of the conditions follow.
SELECT count(*) FROM exception WHERE 1
-- [of job] Of one job, @P2.
AND job = @P2
-- [of stream] Of one stream, @P3.
AND stream = @P3
-- [of code] With one code, @P4.
AND code = @P4
-- [with id] With one id, @P5.
AND id = @P5
-- [with key] With one key, @P5.
AND key = @P5
-- [waiting] That wait for somebody.
AND state IN ('open', 'retrying')
-- [newest first] The end of the list.
ORDER BY last DESC, id DESC LIMIT @P1
-- [oldest first] The end of the list.
ORDER BY last, id LIMIT @P1
-- [record down] The end of the list.
ORDER BY stream DESC, key DESC, job DESC LIMIT @P1
-- [record up] The end of the list.
ORDER BY stream, key, job LIMIT @P1
-- [number down] The end of the list.
ORDER BY id DESC LIMIT @P1
-- [number up] The end of the list.
ORDER BY id LIMIT @P1
-- [when failed last] What a term of a filter compares; and so the others.
last
-- [when failed first] The same.
first
-- [state of it] The same.
state
-- [job of it] The same.
job
-- [stream of it] The same.
stream
-- [record of it] The same.
key
-- [code of it] The same.
code
-- [tries of it] The same.
attempts
-- [number of it] The same.
id
