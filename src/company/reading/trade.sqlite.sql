-- [customers] The customers of a list of accounts; answers place, ACCOUNTNUM, NAME, PRICEGROUP,
-- DLVMODE, DLVTERM, TAXGROUP, INVENTSITEID, INVENTLOCATION, LINEDISC, MULTILINEDISC, ENDDISC,
-- CUSTGROUP, PAYMTERMID, CURRENCY, LANGUAGEID.
SELECT k.key, c.ACCOUNTNUM, coalesce(p.NAME, ''), c.PRICEGROUP, c.DLVMODE, c.DLVTERM, c.TAXGROUP,
       c.INVENTSITEID, c.INVENTLOCATION, c.LINEDISC, c.MULTILINEDISC, c.ENDDISC, c.CUSTGROUP,
       c.PAYMTERMID, c.CURRENCY, c.LANGUAGEID
  FROM json_each(@P3) k
 CROSS JOIN CUSTTABLE c ON c.DATAAREAID = @P1 AND c.ACCOUNTNUM = k.value
  LEFT JOIN DIRPARTYTABLE p ON p.RECID = c.PARTY AND p.PARTITION = c.PARTITION
 WHERE c.PARTITION = @P2;

-- [items] Items by a list of item number, configuration, size, colour, style. An item has variants
-- where some are released or its shared product has a product dimension group. Answers place,
-- whether it has variants, whether this one is released, sales unit, item sales tax group,
-- ITEMTYPE.
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
  FROM json_each(@P3) k
 CROSS JOIN INVENTTABLE i ON i.DATAAREAID = @P1 AND i.ITEMID = k.value ->> 0
  LEFT JOIN INVENTTABLEMODULE m
    ON m.DATAAREAID = i.DATAAREAID AND m.ITEMID = i.ITEMID AND m.MODULETYPE = 2
 WHERE i.PARTITION = @P2;

-- [sales_orders] Sales orders by a list of customer account and customer requisition, each pair's
-- oldest first. No requisition repeats nothing. Answers place, SALESID, SALESTYPE, SALESSTATUS,
-- CUSTOMERREF.
SELECT k.key, s.SALESID, s.SALESTYPE, s.SALESSTATUS, s.CUSTOMERREF
  FROM json_each(@P3) k
 CROSS JOIN SALESTABLE s INDEXED BY SALESTABLE_DATAAREAID_CUSTACCOUNT_PURCHORDERFORMNUM
    ON s.DATAAREAID = @P1 AND s.CUSTACCOUNT = k.value ->> 0
   AND s.PURCHORDERFORMNUM = k.value ->> 1
 WHERE s.PARTITION = @P2 AND s.PURCHORDERFORMNUM <> ''
 ORDER BY k.key, s.RECID;

-- [charges_codes] Charges codes of the customer side; answers MARKUPCODE, TXT.
SELECT MARKUPCODE, TXT FROM MARKUPTABLE
 WHERE DATAAREAID = @P1 AND PARTITION = @P2 AND MODULETYPE = 1
 ORDER BY MARKUPCODE;

-- [sales_origins] Answers ORIGINID, DESCRIPTION.
SELECT ORIGINID, DESCRIPTION FROM SALESORIGIN
 WHERE DATAAREAID = @P1 AND PARTITION = @P2
 ORDER BY ORIGINID;

-- [delivery_modes] Answers CODE, TXT.
SELECT CODE, TXT FROM DLVMODE
 WHERE DATAAREAID = @P1 AND PARTITION = @P2
 ORDER BY CODE;

-- [category_hierarchies] Answers NAME and no text.
SELECT NAME, '' FROM ECORESCATEGORYHIERARCHY WHERE PARTITION = @P2 ORDER BY NAME;
