-- [current] The postal addresses that customers have now, by a list of account and post code (without
-- blanks, A to Z in upper case); of several the primary one first. One account may have very many
-- addresses and most of the list: it is gone through once. Answers place, LOCATIONID, VALIDFROM,
-- STREET, STREETNUMBER, CITY, STATE, COUNTRYREGIONID.
SELECT l.PLACE, o.LOCATIONID, a.VALIDFROM, a.STREET, a.STREETNUMBER, a.CITY, a.STATE, a.COUNTRYREGIONID
  FROM (SELECT DISTINCT k.A FROM LIST k) u
  JOIN CUSTTABLE c ON c.ACCOUNTNUM = u.A
  JOIN DIRPARTYLOCATION d ON d.PARTY = c.PARTY
  JOIN LOGISTICSPOSTALADDRESS a ON a.LOCATION = d.LOCATION
  JOIN LIST l ON l.A = u.A
  JOIN LOGISTICSLOCATION o ON o.RECID = a.LOCATION
 WHERE l.B = UPPER(REPLACE(a.ZIPCODE, N' ', N''))
   AND a.VALIDFROM <= GETUTCDATE() AND a.VALIDTO > GETUTCDATE()
 ORDER BY l.PLACE, d.ISPRIMARY DESC, a.RECID
OPTION (FORCE ORDER);
