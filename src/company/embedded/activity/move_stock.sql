UPDATE INVENTSUM
   SET AVAILPHYSICAL = :available, POSTEDQTY = :posted, PHYSICALINVENT = :physical,
       RECVERSION = :version
 WHERE DATAAREAID = :company AND ITEMID = :item AND INVENTDIMID = :dimension
