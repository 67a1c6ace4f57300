UPDATE online_order SET
    is_paid = :is_paid, book = :book, seq = :seq, event = :event, stage = :stage, is_out = :is_out,
    attempts = :attempts, account = :account, sales_order = :sales_order, withdrawn = :withdrawn,
    is_journal = :is_journal, status = :status, shipped = :shipped, reason = :reason,
    changed = :changed
WHERE id = :id
