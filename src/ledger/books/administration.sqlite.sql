-- Statements of the administration, for a SQLite file.

-- [parameters] Answers category hierarchy and shipping charges code.
SELECT category_hierarchy, shipping_charges_code FROM parameters WHERE id = 1;

-- [set parameters] @P1 category hierarchy, @P2 shipping charges code.
UPDATE parameters SET category_hierarchy = @P1, shipping_charges_code = @P2 WHERE id = 1;

-- [marks] What was noted of a checklist's items; @P1 checklist; answers item, when, who, operation.
SELECT item, at, author, operation FROM checklist_mark WHERE list = @P1 ORDER BY item;

-- [mark] @P1 checklist, @P2 item, @P3 now, @P4 who, @P5 operation.
INSERT INTO checklist_mark (list, item, at, author, operation) VALUES (@P1, @P2, @P3, @P4, @P5)
ON CONFLICT DO UPDATE SET at = excluded.at, author = excluded.author,
    operation = excluded.operation;

-- [unmark] @P1 checklist, @P2 item.
DELETE FROM checklist_mark WHERE list = @P1 AND item = @P2;

-- [operation log] The operation log where it is on; @P1 now; answers folder, since, until, who.
SELECT folder, since, until, author FROM operation_log WHERE until > @P1;

-- [log off] Switches the operation log off.
DELETE FROM operation_log;

-- [log on] Switches it on; @P1 folder, @P2 now, @P3 until, @P4 who.
INSERT INTO operation_log (id, folder, since, until, author) VALUES (1, @P1, @P2, @P3, @P4);

-- [note] Notes a change; @P1 now, @P2 who, @P3 from where, @P4 subject, @P5 text.
INSERT INTO audit (at, author, place, subject, text) VALUES (@P1, @P2, @P3, @P4, @P5);

-- [audit] The newest changes, @P1 at most, of a subject, @P2, or of all; answers number, when, who,
-- from where, subject, text.
SELECT id, at, author, place, subject, text FROM audit
WHERE @P2 IS NULL OR subject = @P2
ORDER BY id DESC LIMIT @P1;
