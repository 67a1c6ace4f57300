-- [database] Answers the version of the newest change, NULL where nothing is tracked; how long
-- changes are kept, and in what: 1 minutes, 2 hours, 3 days.
SELECT CHANGE_TRACKING_CURRENT_VERSION(), CAST(d.retention_period AS int),
       CAST(d.retention_period_units AS int)
  FROM (SELECT 1 AS ONE) o
  LEFT JOIN sys.change_tracking_databases d ON d.database_id = DB_ID();

-- [table] @P1 is a table. Answers from which version on its changes are kept; whether the login may
-- see them; whether it may read the table: that can be granted for columns, and RecId is one of each.
-- The first is NULL for a table that is not tracked, is not there or may not be seen.
SELECT CHANGE_TRACKING_MIN_VALID_VERSION(OBJECT_ID(@P1)),
       HAS_PERMS_BY_NAME(@P1, N'OBJECT', N'VIEW CHANGE TRACKING'),
       HAS_PERMS_BY_NAME(@P1, N'OBJECT', N'SELECT', N'RECID', N'COLUMN');

-- [recovery] Answers the id of the database and that of its history; no row where the login may not
-- see them.
SELECT r.database_guid, r.recovery_fork_guid
  FROM sys.database_recovery_status r
 WHERE r.database_id = DB_ID() AND r.database_guid IS NOT NULL AND r.recovery_fork_guid IS NOT NULL;

-- [made] Answers when the database was made, and an id of it that goes with its copies.
SELECT d.create_date, d.service_broker_guid
  FROM sys.databases d
 WHERE d.database_id = DB_ID();
