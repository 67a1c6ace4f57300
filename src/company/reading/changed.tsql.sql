-- [renamed_dimensions] Version of the newest change after @P3 of a dimension row that was there
-- before, or NULL.
SELECT MAX(c.SYS_CHANGE_VERSION)
  FROM CHANGES_INVENTDIM c
 WHERE c.SYS_CHANGE_OPERATION <> 'I'
   AND (c.SYS_CHANGE_CREATION_VERSION IS NULL OR c.SYS_CHANGE_CREATION_VERSION <= @P3);
