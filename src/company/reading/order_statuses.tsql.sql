-- [next] The next ids behind @P3 in order, @P4 at most; answers SALESID.
SELECT TOP (@P4) o.SALESID
  FROM ONLINE_ORDER o
 WHERE o.SALESID > @P3
 ORDER BY o.SALESID;

-- [count] How many there are.
SELECT COUNT_BIG(*) FROM ONLINE_ORDER;

-- [changed] What changed after @P3; answers SALESID.
SELECT c.SALESID FROM CHANGES_SALESTABLE c;

-- [current] The orders of a list of numbers; answers place, SALESID, CUSTACCOUNT,
-- PURCHORDERFORMNUM, SALESSTATUS.
SELECT l.PLACE, o.SALESID, o.CUSTACCOUNT, o.PURCHORDERFORMNUM, o.SALESSTATUS
  FROM LIST l
  JOIN ONLINE_ORDER o ON o.SALESID = l.A;
