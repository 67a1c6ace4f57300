-- What only a SQL Server needs around the ledger's statements.

-- [is alone] Whether there is no ledger yet, and nothing else in the database; answers 1 or 0.
SELECT
    CASE
        WHEN EXISTS (SELECT 1 FROM sys.tables WHERE is_ms_shipped = 0) THEN 0
        ELSE 1
    END;

-- [allow snapshots] Lets readers of this database see one moment without waiting for writers.
DECLARE @sql nvarchar(400);
SET @sql = N'ALTER DATABASE ' + QUOTENAME(DB_NAME()) + N' SET ALLOW_SNAPSHOT_ISOLATION ON';
EXEC (@sql);

-- [has snapshots] Whether this database allows that; answers 1 or 0.
SELECT COUNT(*)
FROM sys.databases
WHERE name = DB_NAME() AND snapshot_isolation_state = 1;

-- [lock] Lets no other program change the ledger's format until the transaction is over.
DECLARE @given int;
EXEC @given = sp_getapplock
    @Resource = N'axcs ledger format',
    @LockMode = N'Exclusive',
    @LockOwner = N'Transaction',
    @LockTimeout = 10000;
IF @given < 0
    RAISERROR (N'another program has been changing the format for 10 s', 16, 1);

-- [format] The format of the ledger; answers 0 where there is none.
DECLARE @format int = 0;
IF OBJECT_ID(N'axcs.ledger') IS NOT NULL
    SELECT @format = format FROM axcs.ledger;
SELECT @format;

-- [turn] Takes the one row that every writer takes first, and waits for it for 10 s. (A plain
-- UPDATE keeps the row until the end of the transaction, whatever hints say.)
SET LOCK_TIMEOUT 10000;
UPDATE axcs.ledger WITH (ROWLOCK)
SET turn = turn + 1
WHERE id = 1;
