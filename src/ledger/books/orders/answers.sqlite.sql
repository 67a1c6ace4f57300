-- Statements of the acknowledgements, for a SQLite file.

-- [renew] Gives an acknowledgement, @P1 its order, a version where its hash, @P2, is another one.
UPDATE online_order
SET hash = @P2, version = (SELECT acknowledgement_version + 1 FROM ledger)
WHERE id = @P1 AND hash <> @P2;

-- [raise version] Notes that such a version was given.
UPDATE ledger SET acknowledgement_version = acknowledgement_version + 1;

-- [version] Answers the version given last.
SELECT acknowledgement_version FROM ledger;

-- [told] Notes what the service holds: @P1 the order, @P2 the hash of its acknowledgement or none.
UPDATE online_order SET told = @P2 WHERE id = @P1;

-- [forget] Notes that the service holds none.
UPDATE online_order SET told = NULL WHERE told IS NOT NULL;

-- [of order] What makes the acknowledgement of an order, @P1. Orders of an order book that the
-- service does not have any more are none of its business. Answers id, seq, stage, sales order,
-- reason, withdrawn sales order.
SELECT id, seq, stage, sales_order, reason, withdrawn
FROM online_order
WHERE id = @P1 AND book = (SELECT order_book FROM ledger);

-- [list] The same of all orders behind an id, @P1: at most @P2, in the order of ids.
SELECT id, seq, stage, sales_order, reason, withdrawn
FROM online_order
WHERE id > @P1 AND book = (SELECT order_book FROM ledger)
ORDER BY id LIMIT @P2;

-- [changed] Orders whose acknowledgements have a version behind @P1, with an id behind @P2: at most
-- @P3, in the order of ids. They are found by the changes, not among all orders.
SELECT id FROM online_order INDEXED BY order_by_version
WHERE version > @P1 AND id > @P2
ORDER BY id LIMIT @P3;
