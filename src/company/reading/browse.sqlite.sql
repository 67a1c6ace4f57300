-- [last] The last item; answers ITEMID or NULL.
SELECT MAX(ITEMID) FROM INVENTTABLE WHERE DATAAREAID = @P1 AND PARTITION = @P2;

-- [edge] The last of the next @P4 items from @P3 on, and how many these are; answers ITEMID or
-- NULL, number.
SELECT MAX(ITEMID), COUNT(*)
  FROM (SELECT ITEMID FROM INVENTTABLE
         WHERE DATAAREAID = @P1 AND PARTITION = @P2 AND ITEMID >= @P3
         ORDER BY ITEMID LIMIT @P4);

-- [edge before] The same backwards, from @P3 on.
SELECT MIN(ITEMID), COUNT(*)
  FROM (SELECT ITEMID FROM INVENTTABLE
         WHERE DATAAREAID = @P1 AND PARTITION = @P2 AND ITEMID <= @P3
         ORDER BY ITEMID DESC LIMIT @P4);

-- [page] The listed items from @P3 to @P4, the first @P5; answers ITEMID, PRODUCT, NAMEALIAS,
-- ITEMGROUPID or NULL. @P6 to @P9: see LISTED.
SELECT ITEMID, PRODUCT, NAMEALIAS, ITEMGROUPID
  FROM LISTED
 WHERE ITEMID >= @P3 AND ITEMID <= @P4
 ORDER BY ITEMID LIMIT @P5;

-- [page before] The listed items from @P3 back to @P4, the last @P5, from the end.
SELECT ITEMID, PRODUCT, NAMEALIAS, ITEMGROUPID
  FROM LISTED
 WHERE ITEMID <= @P3 AND ITEMID >= @P4
 ORDER BY ITEMID DESC LIMIT @P5;

-- [tree] The categories in the order of their hierarchies; answers RECID, name of the hierarchy,
-- NAME, PARENTCATEGORY.
SELECT c.RECID, h.NAME, c.NAME, c.PARENTCATEGORY
  FROM ECORESCATEGORYHIERARCHY h
  JOIN ECORESCATEGORY c ON c.CATEGORYHIERARCHY = h.RECID
 WHERE h.PARTITION = @P2 AND c.PARTITION = @P2
 ORDER BY h.NAME, h.RECID, c.NESTEDSETLEFT, c.RECID;

-- [in categories] How many released items are in each category itself; answers CATEGORY, number.
SELECT c.CATEGORY, COUNT(*)
  FROM INVENTTABLE i
  JOIN ECORESPRODUCTCATEGORY c ON c.PRODUCT = i.PRODUCT
 WHERE i.DATAAREAID = @P1 AND i.PARTITION = @P2 AND c.PARTITION = @P2
 GROUP BY c.CATEGORY;

-- [number] How many released items there are.
SELECT COUNT(*) FROM INVENTTABLE WHERE DATAAREAID = @P1 AND PARTITION = @P2;

-- [groups] How many items are of each item group; answers ITEMGROUPID, number.
SELECT ITEMGROUPID, COUNT(*)
  FROM INVENTITEMGROUPITEM
 WHERE ITEMDATAAREAID = @P1 AND PARTITION = @P2
 GROUP BY ITEMGROUPID
 ORDER BY ITEMGROUPID;

-- [selected] Which items of a list of item numbers are selected; answers place.
SELECT k.key
  FROM json_each(@P3) k
 CROSS JOIN SELECTED i ON i.ITEMID = k.value;
