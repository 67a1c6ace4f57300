-- [conversions] The unit conversions of a list of item, from unit and to unit, as AX takes them: the
-- product's own before that of all products, as it is asked before the reverse one. Where a product has
-- some of its own, but none of these units, AX may chain them, and what is said of all products does not
-- hold. Answers place, whether it is the reverse one, FACTOR, NUMERATOR, DENOMINATOR, INNEROFFSET,
-- OUTEROFFSET, DECIMALPRECISION of the to unit.
SELECT k.key, c.FROMUNITOFMEASURE <> f.RECID, c.FACTOR, c.NUMERATOR, c.DENOMINATOR, c.INNEROFFSET,
       c.OUTEROFFSET, t.DECIMALPRECISION
  FROM json_each(@P3) k
 CROSS JOIN INVENTTABLE i ON i.DATAAREAID = @P1 AND i.ITEMID = k.value ->> 0
 CROSS JOIN UNITOFMEASURE f ON f.SYMBOL = k.value ->> 1
 CROSS JOIN UNITOFMEASURE t ON t.SYMBOL = k.value ->> 2
 CROSS JOIN UNITOFMEASURECONVERSION c
    ON c.PRODUCT IN (0, i.PRODUCT)
   AND c.FROMUNITOFMEASURE IN (f.RECID, t.RECID) AND c.TOUNITOFMEASURE IN (f.RECID, t.RECID)
   AND c.FROMUNITOFMEASURE <> c.TOUNITOFMEASURE
 WHERE i.PARTITION = @P2 AND f.PARTITION = @P2 AND t.PARTITION = @P2 AND c.PARTITION = @P2
   AND (c.PRODUCT <> 0
        OR NOT EXISTS (SELECT 1 FROM UNITOFMEASURECONVERSION o
                        WHERE o.PRODUCT = i.PRODUCT AND o.PARTITION = i.PARTITION))
 ORDER BY k.key, c.PRODUCT = 0, c.FROMUNITOFMEASURE <> f.RECID;
