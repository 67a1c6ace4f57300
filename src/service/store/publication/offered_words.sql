AND publication.id IN (SELECT rowid FROM publication_words WHERE publication_words MATCH ?4)
