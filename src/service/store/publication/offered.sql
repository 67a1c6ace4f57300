-- What is published at a store and still in the master catalog; what narrows it down, or the order, to be
-- added.
SELECT publication.id, value.json
FROM publication
JOIN record ON record.collection = ?2 AND record.id = publication.item
JOIN value ON value.id = record.value
WHERE publication.channel = ?1 AND publication.state = 'published' AND publication.id > ?3
