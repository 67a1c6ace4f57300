-- [current] The postal addresses that customers have now, by a list of account and post code (without
-- blanks, A to Z in upper case); of several the primary one first. One account may have very many
-- addresses and most of the list: it is gone through once. Answers place, LOCATIONID, VALIDFROM,
-- STREET, STREETNUMBER, CITY, STATE, COUNTRYREGIONID.
WITH WANTED AS MATERIALIZED (
  SELECT key AS PLACE, value ->> 0 AS ACCOUNT, value ->> 1 AS ZIP FROM json_each(@P3)
)
SELECT w.PLACE, o.LOCATIONID, a.VALIDFROM, a.STREET, a.STREETNUMBER, a.CITY, a.STATE, a.COUNTRYREGIONID
  FROM (SELECT DISTINCT ACCOUNT FROM WANTED) k
 CROSS JOIN CUSTTABLE c ON c.DATAAREAID = @P1 AND c.ACCOUNTNUM = k.ACCOUNT
 CROSS JOIN DIRPARTYLOCATION d ON d.PARTY = c.PARTY AND d.PARTITION = c.PARTITION
 CROSS JOIN LOGISTICSPOSTALADDRESS a ON a.LOCATION = d.LOCATION
 CROSS JOIN WANTED w ON w.ZIP = upper(replace(a.ZIPCODE, ' ', '')) AND w.ACCOUNT = c.ACCOUNTNUM
 CROSS JOIN LOGISTICSLOCATION o ON o.RECID = a.LOCATION
 WHERE c.PARTITION = @P2
   AND a.VALIDFROM <= datetime('now') AND a.VALIDTO > datetime('now')
 ORDER BY w.PLACE, d.ISPRIMARY DESC, a.RECID;
