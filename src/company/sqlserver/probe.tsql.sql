-- [columns] Answers table and column, of tables {TABLES} that the login may see.
SELECT c.TABLE_NAME, c.COLUMN_NAME
  FROM INFORMATION_SCHEMA.COLUMNS c
 WHERE c.TABLE_SCHEMA = N'dbo' AND c.TABLE_NAME IN ({TABLES});

-- [keys] Answers table and column of the primary keys of tables {TABLES}.
SELECT k.TABLE_NAME, k.COLUMN_NAME
  FROM INFORMATION_SCHEMA.TABLE_CONSTRAINTS t
  JOIN INFORMATION_SCHEMA.KEY_COLUMN_USAGE k
    ON k.TABLE_SCHEMA = t.TABLE_SCHEMA AND k.TABLE_NAME = t.TABLE_NAME
   AND k.CONSTRAINT_NAME = t.CONSTRAINT_NAME
 WHERE t.TABLE_SCHEMA = N'dbo' AND t.CONSTRAINT_TYPE = 'PRIMARY KEY' AND t.TABLE_NAME IN ({TABLES});

-- [removed] Answers a table of Commerce Services that R3 keeps only by a name for removed ones.
SELECT TOP (1) t.TABLE_NAME
  FROM INFORMATION_SCHEMA.TABLES t
 WHERE LEFT(t.TABLE_NAME, 14) = N'DEL_DOCOMMERCE';

-- [snapshots] Answers 1 where SNAPSHOT transactions are allowed in the database.
SELECT CAST(d.snapshot_isolation_state AS int)
  FROM sys.databases d
 WHERE d.database_id = DB_ID();

-- [kernel] Answers the version of an AOS.
SELECT TOP (1) s.VERSION
  FROM dbo.SYSSERVERSESSIONS s
 WHERE s.VERSION <> N''
 ORDER BY s.LOGINDATETIME DESC;

-- [partitions] Answers RECID, PARTITIONKEY.
SELECT p.RECID, p.PARTITIONKEY FROM dbo.PARTITIONS p;

-- [companies] The companies of AX before R2; answers ID, NAME, ISVIRTUAL.
SELECT a.ID, a.NAME, a.ISVIRTUAL FROM dbo.DATAAREA a ORDER BY a.ID;

-- [companies_of] The companies of the partition @P1; answers ID, NAME, ISVIRTUAL.
SELECT a.ID, a.NAME, a.ISVIRTUAL FROM dbo.DATAAREA a WHERE a.PARTITION = @P1 ORDER BY a.ID;
