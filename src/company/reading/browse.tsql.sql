-- [last] The last item; answers ITEMID or NULL.
SELECT MAX(i.ITEMID) FROM INVENTTABLE i;

-- [edge] The last of the next @P4 items from @P3 on, and how many these are; answers ITEMID or
-- NULL, number.
SELECT MAX(e.ITEMID), COUNT_BIG(*)
  FROM (
    SELECT TOP (@P4) i.ITEMID
      FROM INVENTTABLE i
     WHERE i.ITEMID >= @P3
     ORDER BY i.ITEMID
  ) e;

-- [edge before] The same backwards, from @P3 on.
SELECT MIN(e.ITEMID), COUNT_BIG(*)
  FROM (
    SELECT TOP (@P4) i.ITEMID
      FROM INVENTTABLE i
     WHERE i.ITEMID <= @P3
     ORDER BY i.ITEMID DESC
  ) e;

-- [page] The listed items from @P3 to @P4, the first @P5; answers ITEMID, PRODUCT, NAMEALIAS,
-- ITEMGROUPID or NULL. @P6 to @P9: see LISTED.
SELECT TOP (@P5) l.ITEMID, l.PRODUCT, l.NAMEALIAS, l.ITEMGROUPID
  FROM LISTED l
 WHERE l.ITEMID >= @P3 AND l.ITEMID <= @P4
 ORDER BY l.ITEMID;

-- [page before] The listed items from @P3 back to @P4, the last @P5, from the end.
SELECT TOP (@P5) l.ITEMID, l.PRODUCT, l.NAMEALIAS, l.ITEMGROUPID
  FROM LISTED l
 WHERE l.ITEMID <= @P3 AND l.ITEMID >= @P4
 ORDER BY l.ITEMID DESC;

-- [tree] The categories in the order of their hierarchies; answers RECID, name of the hierarchy,
-- NAME, PARENTCATEGORY.
SELECT c.RECID, h.NAME, c.NAME, c.PARENTCATEGORY
  FROM ECORESCATEGORYHIERARCHY h
  JOIN ECORESCATEGORY c ON c.CATEGORYHIERARCHY = h.RECID
 ORDER BY h.NAME, h.RECID, c.NESTEDSETLEFT, c.RECID;

-- [in categories] How many released items are in each category itself; answers CATEGORY, number.
SELECT c.CATEGORY, COUNT_BIG(*)
  FROM INVENTTABLE i
  JOIN ECORESPRODUCTCATEGORY c ON c.PRODUCT = i.PRODUCT
 GROUP BY c.CATEGORY;

-- [number] How many released items there are.
SELECT COUNT_BIG(*) FROM INVENTTABLE;

-- [groups] How many items are of each item group; answers ITEMGROUPID, number.
SELECT g.ITEMGROUPID, COUNT_BIG(*)
  FROM INVENTITEMGROUPITEM g
 GROUP BY g.ITEMGROUPID
 ORDER BY g.ITEMGROUPID;

-- [selected] Which items of a list of item numbers are selected; answers place.
SELECT l.PLACE
  FROM LIST l
  JOIN SELECTED i ON i.ITEMID = l.A;
