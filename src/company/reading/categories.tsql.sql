-- [next] The next ids behind @P3 in order, @P4 at most; answers RECID.
SELECT TOP (@P4) c.RECID
  FROM ECORESCATEGORY c
 WHERE c.RECID > @P3
 ORDER BY c.RECID;

-- [count] How many there are.
SELECT COUNT_BIG(*) FROM ECORESCATEGORY;

-- [changed] What changed after @P3; answers RECID, some more than once.
SELECT c.RECID FROM CHANGES_ECORESCATEGORY c
UNION
-- A category carries the name of its hierarchy.
SELECT c.RECID
  FROM CHANGES_ECORESCATEGORYHIERARCHY h
  JOIN ECORESCATEGORY c ON c.CATEGORYHIERARCHY = h.RECID;

-- [current] The categories of a list of RecIds; answers place, RECID, name of the hierarchy or
-- NULL, NAME, CODE, PARENTCATEGORY, ISACTIVE.
SELECT l.PLACE, c.RECID, h.NAME, c.NAME, c.CODE, c.PARENTCATEGORY, c.ISACTIVE
  FROM LIST l
  JOIN ECORESCATEGORY c ON c.RECID = l.A
  LEFT JOIN ECORESCATEGORYHIERARCHY h ON h.RECID = c.CATEGORYHIERARCHY;
