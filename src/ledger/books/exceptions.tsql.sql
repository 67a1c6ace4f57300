-- Statements of the exceptions, for SQL Server.

-- [open] Opens an exception or counts another attempt: a cleared one starts anew, a resolved one
-- stays so where it is the same cause again. @P1 job, @P2 stream, @P3 key, @P4 code, @P5 field,
-- @P6 text, @P7 cause, @P8 remedy, @P9 now, @P10 pass or none, @P11 1 where it is opened though
-- the same cause was resolved.
UPDATE axcs.exception
SET
    attempts = CASE state WHEN N'cleared' THEN 1 ELSE attempts + 1 END,
    first = CASE state WHEN N'cleared' THEN @P9 ELSE first END,
    note = CASE
        WHEN state = N'resolved' AND @P11 = 0 AND code = @P4 AND field = @P5 AND text = @P6
            THEN note
        ELSE N''
    END,
    state = CASE
        WHEN state = N'resolved' AND @P11 = 0 AND code = @P4 AND field = @P5 AND text = @P6
            THEN N'resolved'
        ELSE N'open'
    END,
    code = @P4,
    field = @P5,
    text = @P6,
    cause = @P7,
    remedy = @P8,
    last = @P9,
    generation = COALESCE(@P10, generation)
WHERE stream = @P2 AND [key] = @P3 AND job = @P1;
IF @@ROWCOUNT = 0
    INSERT INTO axcs.exception
    (
        job, stream, [key], code, field, text, cause, remedy,
        attempts, first, last, state, note, generation
    )
    VALUES
    (
        @P1, @P2, @P3, @P4, @P5, @P6, @P7, @P8,
        1, @P9, @P9, N'open', N'', COALESCE(@P10, 0)
    );

-- [clear run] Clears the exception of a job, @P1.
UPDATE axcs.exception
SET state = N'cleared'
WHERE stream = N'' AND [key] = N'' AND job = @P1 AND state <> N'cleared';

-- [clear] Clears the exception of a record: @P1 stream, @P2 key.
UPDATE axcs.exception
SET state = N'cleared'
WHERE stream = @P1 AND [key] = @P2 AND state <> N'cleared';

-- [clear code] The same where it has a certain code, @P3.
UPDATE axcs.exception
SET state = N'cleared'
WHERE stream = @P1 AND [key] = @P2 AND state <> N'cleared' AND code = @P3;

-- [none is stuck] Whether no record of a stream, @P1, has an exception; answers 1 or 0.
SELECT CASE
    WHEN EXISTS (SELECT 1 FROM axcs.exception WHERE stream = @P1 AND state <> N'cleared') THEN 0
    ELSE 1
END;

-- [is stuck] Answers a row where a record has an exception: @P1 stream, @P2 key.
SELECT 1 FROM axcs.exception WHERE stream = @P1 AND [key] = @P2 AND state <> N'cleared';

-- [resolved] How many exceptions of a stream, @P1, are resolved. The second condition names the
-- index.
SELECT COUNT(*)
FROM axcs.exception
WHERE stream = @P1 AND state = N'resolved' AND state <> N'cleared';

-- [mark retrying] Marks an exception, @P1, to be tried again.
UPDATE axcs.exception SET state = N'retrying', note = N'' WHERE id = @P1;

-- [mark resolved] Marks an exception, @P1, as resolved with a note, @P2.
UPDATE axcs.exception SET state = N'resolved', note = @P2 WHERE id = @P1;

-- [retries] Keys of a stream, @P1, to be tried again: those that an operator chose, and so many of
-- the others, @P2.
SELECT [key]
FROM axcs.exception
WHERE stream = @P1 AND state = N'retrying'
UNION
SELECT oldest.[key]
FROM (
    SELECT TOP (@P2) [key]
    FROM axcs.exception
    WHERE stream = @P1 AND state = N'open'
    ORDER BY last, id
) AS oldest
ORDER BY [key];

-- [list] Exceptions, at most @P1; answers id, job, stream, key, code, field, text, cause, remedy,
-- attempts, first, last, state, note. One or more of the conditions below follow, and the order.
SELECT TOP (@P1)
    id, job, stream, [key], code, field, text, cause, remedy, attempts, first, last, state, note
FROM axcs.exception
WHERE 1 = 1
-- [count] How many exceptions there are; one or more of the conditions follow.
SELECT COUNT(*) FROM axcs.exception WHERE 1 = 1
-- [of job] Of one job, @P2.
AND job = @P2
-- [of stream] Of one stream, @P3.
AND stream = @P3
-- [of code] With one code, @P4.
AND code = @P4
-- [with id] With one id, @P5.
AND id = @P5
-- [with key] With one key, @P5.
AND [key] = @P5
-- [waiting] That wait for somebody.
AND state IN (N'open', N'retrying')
-- [newest first] The end of the list.
ORDER BY last DESC, id DESC
-- [oldest first] The end of the list.
ORDER BY last, id
-- [record down] The end of the list.
ORDER BY stream DESC, [key] DESC, job DESC
-- [record up] The end of the list.
ORDER BY stream, [key], job
-- [number down] The end of the list.
ORDER BY id DESC
-- [number up] The end of the list.
ORDER BY id
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
[key]
-- [code of it] The same.
code
-- [tries of it] The same.
attempts
-- [number of it] The same.
id
