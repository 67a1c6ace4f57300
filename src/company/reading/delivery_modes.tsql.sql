-- [next] The next ids behind @P3 in order, @P4 at most; answers CODE.
SELECT TOP (@P4) m.CODE
  FROM DLVMODE m
 WHERE m.CODE > @P3
 ORDER BY m.CODE;

-- [count] How many there are.
SELECT COUNT_BIG(*) FROM DLVMODE;

-- [changed] What changed after @P3; answers CODE.
SELECT c.CODE FROM CHANGES_DLVMODE c;

-- [current] The modes of a list of codes; answers place, CODE, TXT, SHIPCARRIERID, SHIPCARRIERNAME.
SELECT l.PLACE, m.CODE, m.TXT, m.SHIPCARRIERID, m.SHIPCARRIERNAME
  FROM LIST l
  JOIN DLVMODE m ON m.CODE = l.A;
