-- [cursor] How far a stream has come; @P1 stream; answers version, incarnation, selection revision.
SELECT version, incarnation, selection_revision
FROM axcs.[cursor]
WHERE stream = @P1;

-- [pass] The unfinished pass of a stream; @P1 stream; answers generation, load, version,
-- incarnation, selection revision, last record that is settled, reason.
SELECT generation, [load], version, incarnation, selection_revision, resume_after, reason
FROM axcs.pass
WHERE stream = @P1;

-- [told] The incarnations that values were sent under; @P1 stream.
SELECT incarnation FROM axcs.told WHERE stream = @P1 ORDER BY incarnation;

-- [is read by unfinished] Whether a complete run that came to no good end moved the cursor;
-- @P1 stream, @P2 the complete job, @P3 earliest start; answers 1 or 0.
SELECT
    CASE
        WHEN EXISTS (
            SELECT 1
            FROM axcs.[cursor] AS moved
            INNER JOIN axcs.run AS run ON run.id = moved.run
            WHERE moved.stream = @P1 AND run.job = @P2 AND run.started > @P3
                AND run.id > (
                    SELECT COALESCE(MAX(good.id), 0)
                    FROM axcs.run AS good
                    WHERE good.job = @P2 AND good.status = N'ended' AND good.dry_run = 0
                )
        ) THEN 1
        ELSE 0
    END;

-- [tell] Notes an incarnation, once; @P1 stream, @P2 incarnation.
INSERT INTO axcs.told (stream, incarnation)
SELECT @P1, @P2
WHERE NOT EXISTS (
    SELECT 1 FROM axcs.told AS told WHERE told.stream = @P1 AND told.incarnation = @P2
);

-- [forget told] Forgets the incarnations; @P1 stream.
DELETE FROM axcs.told WHERE stream = @P1;

-- [forget acknowledged] Forgets what the service holds; @P1 stream.
DELETE FROM axcs.acknowledged WHERE stream = @P1;

-- [generation] A number greater than every pass and every mark of a record; @P1 stream.
SELECT 1 + MAX(mark.generation)
FROM (
    SELECT COALESCE(MAX(generation), 0) AS generation FROM axcs.pass
    UNION ALL
    SELECT COALESCE(MAX(generation), 0) AS generation FROM axcs.acknowledged WHERE stream = @P1
    UNION ALL
    SELECT COALESCE(MAX(generation), 0) AS generation FROM axcs.exception WHERE stream = @P1
) AS mark;

-- [begin] Begins a pass; @P1 stream, @P2 generation, @P3 load, @P4 version, @P5 incarnation,
-- @P6 selection revision, @P7 reason, @P8 run.
DELETE FROM axcs.pass WHERE stream = @P1;
INSERT INTO axcs.pass
    (stream, generation, [load], version, incarnation, selection_revision, reason, [read])
SELECT @P1, @P2, @P3, @P4, @P5, @P6, @P7, run.started
FROM axcs.run AS run
WHERE run.id = @P8;

-- [advance] Notes how far a pass has come; @P1 stream, @P2 record.
UPDATE axcs.pass SET resume_after = @P2 WHERE stream = @P1;

-- [move cursor] Moves the cursor; @P1 stream, @P2 version, @P3 incarnation, @P4 selection revision,
-- @P5 run, @P6 now. Its version was read when the pass began, or else by this run.
DELETE FROM axcs.[cursor] WHERE stream = @P1;
INSERT INTO axcs.[cursor]
    (stream, version, incarnation, selection_revision, run, moved, [read])
SELECT @P1, @P2, @P3, @P4, @P5, @P6, COALESCE(pass.[read], run.started)
FROM axcs.run AS run
LEFT JOIN axcs.pass AS pass ON pass.stream = @P1
WHERE run.id = @P5;

-- [end] Ends the pass; @P1 stream.
DELETE FROM axcs.pass WHERE stream = @P1;

-- [ages] When the version of each cursor was read; answers stream, time.
SELECT stream, [read] FROM axcs.[cursor];

-- [selection] The product selection, as JSON.
SELECT content FROM axcs.selection;

-- [store selection] Replaces it where it has a revision; @P1 revision, @P2 new revision, @P3 JSON.
UPDATE axcs.selection SET revision = @P2, content = @P3 WHERE revision = @P1;
