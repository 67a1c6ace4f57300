-- What the terms of a filter compare in the list of orders, for SQL Server.

-- [placed] When it was placed.
o.placed
-- [downloaded] When it was downloaded.
o.downloaded
-- [changed] When something changed last.
o.changed
-- [store] Its store.
o.store
-- [id] Its id.
o.id
-- [lines] Number of lines.
o.lines
-- [tries] How often it was tried.
o.attempts
-- [stage] Its stage.
o.stage
-- [state] How AX has it, where AX has it: no text where it has not.
CASE
    WHEN o.stage <> N'accepted' THEN N''
    WHEN o.status = N'canceled' THEN N'canceled-in-ax'
    WHEN o.status = N'invoiced' THEN N'invoiced'
    WHEN o.shipped = N'whole' OR COALESCE(o.status, N'') = N'delivered' THEN N'shipped'
    WHEN o.shipped = N'partly' THEN N'partially-shipped'
    WHEN o.is_journal = 1 THEN N'journal'
    ELSE N'accepted'
END
-- [is open] It is not over.
o.is_open = 1
-- [is unacknowledged] The service was not told the newest.
o.is_untold = 1
-- [is duplicate] It may be a duplicate.
o.is_duplicate = 1
-- [is journal] AX made it a journal.
o.is_journal = 1
