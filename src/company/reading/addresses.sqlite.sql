-- [current] The postal addresses that customers have now, by a list of account and post code (without
-- blanks, A to Z in upper case); of several the primary one first. Answers place, LOCATIONID,
-- VALIDFROM, STREET, STREETNUMBER, CITY, STATE, COUNTRYREGIONID.
SELECT k.key, o.LOCATIONID, a.VALIDFROM, a.STREET, a.STREETNUMBER, a.CITY, a.STATE, a.COUNTRYREGIONID
  FROM json_each(@P3) k
 CROSS JOIN CUSTTABLE c ON c.DATAAREAID = @P1 AND c.ACCOUNTNUM = k.value ->> 0
 CROSS JOIN DIRPARTYLOCATION d ON d.PARTY = c.PARTY AND d.PARTITION = c.PARTITION
 CROSS JOIN LOGISTICSLOCATION o ON o.RECID = d.LOCATION
 CROSS JOIN LOGISTICSPOSTALADDRESS a ON a.LOCATION = o.RECID
 WHERE c.PARTITION = @P2
   AND upper(replace(a.ZIPCODE, ' ', '')) = k.value ->> 1
   AND a.VALIDFROM <= datetime('now') AND a.VALIDTO > datetime('now')
 ORDER BY k.key, d.ISPRIMARY DESC, a.RECID;
