-- Each of the list is customer account and customer requisition. No requisition repeats nothing.
SELECT k.key, s.SALESID, s.SALESTYPE, s.SALESSTATUS, s.CUSTOMERREF
  FROM json_each(:list) k
 CROSS JOIN SALESTABLE s INDEXED BY SALESTABLE_DATAAREAID_CUSTACCOUNT_PURCHORDERFORMNUM
    ON s.DATAAREAID = :company AND s.CUSTACCOUNT = k.value ->> 0
   AND s.PURCHORDERFORMNUM = k.value ->> 1
 WHERE s.PARTITION = :partition AND s.PURCHORDERFORMNUM <> ''
 ORDER BY k.key, s.RECID
