-- What happens to leases, written down by the database itself in the transaction in which it
-- happens. The order of the rows is the order of the transactions.

CREATE TABLE witness (
    seq     INTEGER PRIMARY KEY AUTOINCREMENT,
    at      INTEGER NOT NULL DEFAULT (CAST(unixepoch('subsec') * 1000 AS INTEGER)),
    what    TEXT    NOT NULL,  -- lease, write, over
    job     TEXT    NOT NULL,  -- whose lease it is; for a write, the job that the stream belongs to
    run     INTEGER NOT NULL,
    token   INTEGER,
    expires INTEGER,
    by_hand INTEGER            -- the run itself said that it is over
) STRICT;
CREATE INDEX witness_of_job ON witness (what, job, seq);
CREATE INDEX witness_of_run ON witness (run, what);

CREATE TRIGGER witness_first AFTER INSERT ON lease BEGIN
    INSERT INTO witness (what, job, run, token, expires)
    VALUES ('lease', NEW.job, NEW.run, NEW.token, NEW.expires);
END;
CREATE TRIGGER witness_lease AFTER UPDATE ON lease BEGIN
    INSERT INTO witness (what, job, run, token, expires)
    VALUES ('lease', NEW.job, NEW.run, NEW.token, NEW.expires);
END;
CREATE TRIGGER witness_over AFTER UPDATE OF status ON run BEGIN
    INSERT INTO witness (what, job, run, by_hand)
    VALUES ('over', NEW.job, NEW.id, NEW.streams LIKE '%by its own hand%');
END;

CREATE VIEW job_of_stream (stream, job) AS VALUES
    ('categories', 'inventory'), ('dimension-groups', 'inventory'), ('item-tax-groups', 'inventory'),
    ('items', 'inventory'), ('on-hand', 'inventory'), ('trade-agreements', 'trade-agreements'),
    ('orders', 'orders'), ('acknowledgements', 'orders'), ('shipments', 'orders'),
    ('order-statuses', 'orders'), ('stores', 'delivery-modes'), ('delivery-modes', 'delivery-modes'),
    ('store-parameters', 'delivery-modes');
CREATE TRIGGER witness_batch AFTER INSERT ON outbox BEGIN
    INSERT INTO witness (what, job, run)
    VALUES ('write', (SELECT job FROM job_of_stream WHERE stream = NEW.stream), NEW.run);
END;
CREATE TRIGGER witness_cursor AFTER INSERT ON cursor BEGIN
    INSERT INTO witness (what, job, run)
    VALUES ('write', (SELECT job FROM job_of_stream WHERE stream = NEW.stream), NEW.run);
END;
