-- The columns that lists show of an order's contents; a new order is downloaded with them.
INSERT INTO online_order (id, number, folded, store, placed, customer, total, currency, lines,
                          is_paid, book, seq, event, stage, is_out, attempts, account, sales_order,
                          is_journal, is_duplicate, shipped, reason, hash, version, downloaded,
                          changed)
VALUES (:id, :number, :folded, :store, :placed, :customer, :total, :currency, :lines,
        0, '', 0, 'placed', 'downloaded', 0, 0, '', '',
        0, 0, 'nothing', '', 0, 0, :now, :now)
ON CONFLICT (id) DO UPDATE SET
    number = excluded.number, folded = excluded.folded, store = excluded.store,
    placed = excluded.placed, customer = excluded.customer, total = excluded.total,
    currency = excluded.currency, lines = excluded.lines
