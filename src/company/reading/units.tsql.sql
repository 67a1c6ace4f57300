-- [conversions] The unit conversions of a list of item, from unit and to unit, as AX takes them: the
-- product's own before that of all products, as it is asked before the reverse one. Where a product has
-- some of its own, but none of these units, AX may chain them, and what is said of all products does not
-- hold. Answers place, whether it is the reverse one, FACTOR, NUMERATOR, DENOMINATOR, INNEROFFSET,
-- OUTEROFFSET, DECIMALPRECISION of the to unit.
SELECT l.PLACE, CASE WHEN c.FROMUNITOFMEASURE = f.RECID THEN 0 ELSE 1 END, c.FACTOR, c.NUMERATOR,
       c.DENOMINATOR, c.INNEROFFSET, c.OUTEROFFSET, t.DECIMALPRECISION
  FROM LIST l
  JOIN INVENTTABLE i ON i.ITEMID = l.A
  JOIN UNITOFMEASURE f ON f.SYMBOL = l.B
  JOIN UNITOFMEASURE t ON t.SYMBOL = l.C
  JOIN UNITOFMEASURECONVERSION c
    ON c.PRODUCT IN (0, i.PRODUCT)
   AND c.FROMUNITOFMEASURE IN (f.RECID, t.RECID) AND c.TOUNITOFMEASURE IN (f.RECID, t.RECID)
   AND c.FROMUNITOFMEASURE <> c.TOUNITOFMEASURE
 WHERE c.PRODUCT <> 0
    OR NOT EXISTS (SELECT 1 FROM UNITOFMEASURECONVERSION o WHERE o.PRODUCT = i.PRODUCT)
 ORDER BY l.PLACE, CASE WHEN c.PRODUCT = 0 THEN 1 ELSE 0 END,
          CASE WHEN c.FROMUNITOFMEASURE = f.RECID THEN 0 ELSE 1 END;
