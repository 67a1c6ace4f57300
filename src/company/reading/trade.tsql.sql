-- [customers] The customers of a list of accounts; answers place, ACCOUNTNUM, NAME, PRICEGROUP,
-- DLVMODE, DLVTERM, TAXGROUP, INVENTSITEID, INVENTLOCATION, LINEDISC, MULTILINEDISC, ENDDISC,
-- CUSTGROUP, PAYMTERMID, CURRENCY, LANGUAGEID.
SELECT l.PLACE, c.ACCOUNTNUM, COALESCE(p.NAME, N''), c.PRICEGROUP, c.DLVMODE, c.DLVTERM, c.TAXGROUP,
       c.INVENTSITEID, c.INVENTLOCATION, c.LINEDISC, c.MULTILINEDISC, c.ENDDISC, c.CUSTGROUP,
       c.PAYMTERMID, c.CURRENCY, c.LANGUAGEID
  FROM LIST l
  JOIN CUSTTABLE c ON c.ACCOUNTNUM = l.A
  LEFT JOIN DIRPARTYTABLE p ON p.RECID = c.PARTY;

-- [items] Items by a list of item number, configuration, size, colour, style. An item has variants
-- where some are released or its shared product has a product dimension group. Answers place,
-- whether it has variants, whether this one is released, sales unit, item sales tax group,
-- ITEMTYPE.
SELECT l.PLACE,
       CASE WHEN EXISTS (SELECT 1 FROM INVENTDIMCOMBINATION v WHERE v.ITEMID = i.ITEMID)
              OR EXISTS (SELECT 1 FROM ECORESPRODUCTDIMENSIONGROUPPRODUCT g WHERE g.PRODUCT = i.PRODUCT)
            THEN 1 ELSE 0 END,
       CASE WHEN EXISTS (SELECT 1
                           FROM INVENTDIMCOMBINATION v
                           JOIN INVENTDIM d ON d.INVENTDIMID = v.INVENTDIMID
                          WHERE v.ITEMID = i.ITEMID
                            AND d.CONFIGID = l.B AND d.INVENTSIZEID = l.C
                            AND d.INVENTCOLORID = l.D AND d.INVENTSTYLEID = l.E)
            THEN 1 ELSE 0 END,
       COALESCE(m.UNITID, N''), COALESCE(m.TAXITEMGROUPID, N''), i.ITEMTYPE
  FROM LIST l
  JOIN INVENTTABLE i ON i.ITEMID = l.A
  LEFT JOIN INVENTTABLEMODULE m ON m.ITEMID = i.ITEMID AND m.MODULETYPE = 2;

-- [sales_orders] Sales orders by a list of customer account and customer requisition, each pair's
-- oldest first. No requisition repeats nothing. Answers place, SALESID, SALESTYPE, SALESSTATUS,
-- CUSTOMERREF.
SELECT l.PLACE, s.SALESID, s.SALESTYPE, s.SALESSTATUS, s.CUSTOMERREF
  FROM LIST l
  JOIN SALESTABLE s ON s.CUSTACCOUNT = l.A AND s.PURCHORDERFORMNUM = l.B
 WHERE s.PURCHORDERFORMNUM <> N''
 ORDER BY l.PLACE, s.RECID;

-- [charges_codes] Charges codes of the customer side; answers MARKUPCODE, TXT.
SELECT m.MARKUPCODE, m.TXT FROM MARKUPTABLE m WHERE m.MODULETYPE = 1 ORDER BY m.MARKUPCODE;

-- [sales_origins] Answers ORIGINID, DESCRIPTION.
SELECT o.ORIGINID, o.DESCRIPTION FROM SALESORIGIN o ORDER BY o.ORIGINID;

-- [delivery_modes] Answers CODE, TXT.
SELECT m.CODE, m.TXT FROM DLVMODE m ORDER BY m.CODE;

-- [category_hierarchies] Answers NAME and no text.
SELECT h.NAME, N'' FROM ECORESCATEGORYHIERARCHY h ORDER BY h.NAME;
