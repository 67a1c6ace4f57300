AND publication.item = ?4
