-- What the terms of a filter compare in the list of orders, for a SQLite file.

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
    WHEN o.stage <> 'accepted' THEN ''
    WHEN o.status = 'canceled' THEN 'canceled-in-ax'
    WHEN o.status = 'invoiced' THEN 'invoiced'
    WHEN o.shipped = 'whole' OR coalesce(o.status, '') = 'delivered' THEN 'shipped'
    WHEN o.shipped = 'partly' THEN 'partially-shipped'
    WHEN o.is_journal = 1 THEN 'journal'
    ELSE 'accepted'
END
-- [is open] It is not over.
o.is_open = 1
-- [is unacknowledged] The service was not told the newest.
o.told IS NOT o.hash
-- [is duplicate] It may be a duplicate.
o.is_duplicate = 1
-- [is journal] AX made it a journal.
o.is_journal = 1
-- [texts] The words that a list shows of it, without capitals where its state has some. How AX has it
-- follows.
o.id, o.number, o.customer, o.account, o.sales_order, o.store,
replace(coalesce(nullif(
-- [end of texts] Where AX has it not, the stage is its state.
, ''), o.stage), '-', ' ')
