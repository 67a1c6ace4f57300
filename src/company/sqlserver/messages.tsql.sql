-- [columns] What this AX has of AIF's tables, as far as the login may see it; answers table, column.
SELECT c.TABLE_NAME, c.COLUMN_NAME
  FROM INFORMATION_SCHEMA.COLUMNS c
 WHERE c.TABLE_SCHEMA = N'dbo'
   AND c.TABLE_NAME IN (N'AIFGATEWAYQUEUE', N'AIFMESSAGELOG', N'AIFEXCEPTIONMAP', N'SYSEXCEPTIONTABLE');

-- [queue] Inbound messages (DIRECTION 2) that AX has in its queue; @P1: message id; answers STATUS.
SELECT q.STATUS
  FROM dbo.AIFGATEWAYQUEUE q
 WHERE q.MESSAGEID = CAST(@P1 AS uniqueidentifier) AND q.DIRECTION = 2;

-- [log] Messages in the history; @P1: message id; answers STATUS.
SELECT l.STATUS
  FROM dbo.AIFMESSAGELOG l
 WHERE l.MESSAGEID = CAST(@P1 AS uniqueidentifier);

-- [texts] What the Exceptions form shows of a message, oldest first; @P1: message id; answers
-- DESCRIPTION.
SELECT e.DESCRIPTION
  FROM dbo.AIFEXCEPTIONMAP m
  JOIN dbo.SYSEXCEPTIONTABLE e ON e.RECID = m.EXCEPTIONID
 WHERE m.MESSAGEID = CAST(@P1 AS uniqueidentifier)
 ORDER BY e.RECID;

-- [queue by status] Inbound messages in the queue; answers STATUS and how many have it.
SELECT q.STATUS, COUNT(*)
  FROM dbo.AIFGATEWAYQUEUE q
 WHERE q.DIRECTION = 2
 GROUP BY q.STATUS;
