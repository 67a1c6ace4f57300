-- Each of the list is item number, configuration, size, colour, style. An item has variants where
-- some are released or its shared product has a product dimension group.
SELECT k.key,
       EXISTS (SELECT 1 FROM INVENTDIMCOMBINATION v
                WHERE v.DATAAREAID = i.DATAAREAID AND v.ITEMID = i.ITEMID AND v.PARTITION = i.PARTITION)
       OR EXISTS (SELECT 1 FROM ECORESPRODUCTDIMENSIONGROUPPRODUCT g
                   WHERE g.PRODUCT = i.PRODUCT AND g.PARTITION = i.PARTITION),
       EXISTS (SELECT 1
                 FROM INVENTDIMCOMBINATION v
                CROSS JOIN INVENTDIM d ON d.DATAAREAID = v.DATAAREAID AND d.INVENTDIMID = v.INVENTDIMID
                WHERE v.DATAAREAID = i.DATAAREAID AND v.ITEMID = i.ITEMID AND v.PARTITION = i.PARTITION
                  AND d.CONFIGID = k.value ->> 1 AND d.INVENTSIZEID = k.value ->> 2
                  AND d.INVENTCOLORID = k.value ->> 3 AND d.INVENTSTYLEID = k.value ->> 4),
       coalesce(m.UNITID, ''), coalesce(m.TAXITEMGROUPID, ''), i.ITEMTYPE
  FROM json_each(:list) k
 CROSS JOIN INVENTTABLE i ON i.DATAAREAID = :company AND i.ITEMID = k.value ->> 0
  LEFT JOIN INVENTTABLEMODULE m
    ON m.DATAAREAID = i.DATAAREAID AND m.ITEMID = i.ITEMID AND m.MODULETYPE = 2
 WHERE i.PARTITION = :partition
