-- [cursor] How far a stream has come; @P1 stream; answers version, incarnation, selection revision.
SELECT version, incarnation, selection_revision FROM cursor WHERE stream = @P1;

-- [pass] The unfinished pass of a stream; @P1 stream; answers generation, load, version,
-- incarnation, selection revision, last record that is settled, reason.
SELECT generation, load, version, incarnation, selection_revision, resume_after, reason FROM pass
WHERE stream = @P1;

-- [told] The incarnations that values were sent under; @P1 stream.
SELECT incarnation FROM told WHERE stream = @P1 ORDER BY incarnation;

-- [is read by unfinished] Whether a complete run that came to no good end moved the cursor;
-- @P1 stream, @P2 the complete job, @P3 earliest start; answers 1 or 0.
SELECT EXISTS (
    SELECT 1 FROM cursor
    JOIN run ON run.id = cursor.run
    WHERE cursor.stream = @P1 AND run.job = @P2 AND run.started > @P3 AND run.id > (
        SELECT coalesce(max(id), 0) FROM run WHERE job = @P2 AND status = 'ended' AND dry_run = 0
    )
);

-- [tell] Notes an incarnation, once; @P1 stream, @P2 incarnation.
INSERT OR IGNORE INTO told (stream, incarnation) VALUES (@P1, @P2);

-- [forget told] Forgets the incarnations; @P1 stream.
DELETE FROM told WHERE stream = @P1;

-- [forget acknowledged] Forgets what the service holds; @P1 stream.
DELETE FROM acknowledged WHERE stream = @P1;

-- [generation] A number greater than every pass and every mark of a record; @P1 stream.
SELECT 1 + max(
    coalesce((SELECT max(generation) FROM pass), 0),
    coalesce((SELECT max(generation) FROM acknowledged WHERE stream = @P1), 0),
    coalesce((SELECT max(generation) FROM exception WHERE stream = @P1), 0)
);

-- [begin] Begins a pass; @P1 stream, @P2 generation, @P3 load, @P4 version, @P5 incarnation,
-- @P6 selection revision, @P7 reason, @P8 run.
INSERT OR REPLACE INTO pass
    (stream, generation, load, version, incarnation, selection_revision, reason, read)
VALUES (@P1, @P2, @P3, @P4, @P5, @P6, @P7, (SELECT started FROM run WHERE id = @P8));

-- [advance] Notes how far a pass has come; @P1 stream, @P2 record.
UPDATE pass SET resume_after = @P2 WHERE stream = @P1;

-- [move cursor] Moves the cursor; @P1 stream, @P2 version, @P3 incarnation, @P4 selection revision,
-- @P5 run, @P6 now. Its version was read when the pass began, or else by this run.
INSERT OR REPLACE INTO cursor
    (stream, version, incarnation, selection_revision, run, moved, read)
VALUES (@P1, @P2, @P3, @P4, @P5, @P6, coalesce(
    (SELECT read FROM pass WHERE stream = @P1), (SELECT started FROM run WHERE id = @P5)
));

-- [end] Ends the pass; @P1 stream.
DELETE FROM pass WHERE stream = @P1;

-- [ages] When the version of each cursor was read; answers stream, time.
SELECT stream, read FROM cursor;

-- [selection] The product selection, as JSON.
SELECT content FROM selection;

-- [store selection] Replaces it where it has a revision; @P1 revision, @P2 new revision, @P3 JSON.
UPDATE selection SET revision = @P2, content = @P3 WHERE revision = @P1;
