-- [ledger's name] A name that no other ledger has.
SELECT incarnation FROM ledger;

-- [acknowledged] What the service holds of a stream; @P1 stream; answers record, hash.
SELECT id, hash FROM acknowledged WHERE stream = @P1;

-- [hash] The hash of a record that the service holds; @P1 stream, @P2 record.
SELECT hash FROM acknowledged WHERE stream = @P1 AND id = @P2;

-- [mark] Marks a record that the service holds as seen; @P1 stream, @P2 record, @P3 generation.
UPDATE acknowledged SET generation = @P3 WHERE stream = @P1 AND id = @P2;

-- [unseen] Records that a pass has not seen; @P1 stream, @P2 behind this one, @P3 generation,
-- @P4 how many.
SELECT id FROM acknowledged WHERE stream = @P1 AND id > @P2 AND generation <> @P3
UNION
SELECT key FROM exception
WHERE stream = @P1 AND key > @P2 AND generation <> @P3 AND state <> 'cleared'
ORDER BY id LIMIT @P4;

-- [next batch] Takes a number for a batch; answers it.
UPDATE ledger SET next_batch = next_batch + 1 RETURNING next_batch - 1;

-- [intend] Writes a batch down; @P1 batch, @P2 stream, @P3 run, @P4 records, @P5 now.
INSERT INTO outbox (batch, stream, run, ids, created) VALUES (@P1, @P2, @P3, @P4, @P5);

-- [hold] The service holds a record; @P1 stream, @P2 record, @P3 hash, @P4 generation, if any.
INSERT INTO acknowledged (stream, id, hash, generation) VALUES (@P1, @P2, @P3, coalesce(@P4, 0))
ON CONFLICT DO UPDATE SET hash = excluded.hash, generation = coalesce(@P4, generation);

-- [drop] The service does not hold a record any more; @P1 stream, @P2 record.
DELETE FROM acknowledged WHERE stream = @P1 AND id = @P2;

-- [raise version] Makes the next batch number greater; @P1 than this.
UPDATE ledger SET next_batch = @P1 + 1 WHERE next_batch <= @P1;

-- [intend again] Writes a batch down once more; @P1 batch, @P2 now.
UPDATE outbox SET created = @P2 WHERE batch = @P1;

-- [unsettled] Batches of unknown outcome; @P1 stream; answers batch, records, when it was written
-- down.
SELECT batch, ids, created FROM outbox WHERE stream = @P1 ORDER BY batch;

-- [forget] Forgets a batch; @P1 batch.
DELETE FROM outbox WHERE batch = @P1;
