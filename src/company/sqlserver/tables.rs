//! The tables of AX that are read, as data: what the statements, the look at a database, the grants
//! and the administrator's script all come from.

/// A table of AX.
#[derive(Debug)]
pub(super) struct AxTable {
    /// AOT name in upper case.
    pub(super) name: &'static str,
    /// What it is read for.
    pub(super) of: &'static str,
    /// The column that says to which company a row belongs; none where all companies share it.
    pub(super) company: Option<&'static str>,
    /// The columns that are read.
    pub(super) columns: &'static [&'static str],
    /// What stands for a column that this AX does not have: a constant of T-SQL. A table of which
    /// every column has one may be missing itself.
    pub(super) otherwise: &'static [(&'static str, &'static str)],
    /// The columns by which a change leads to records; none where changes are not followed.
    pub(super) leads: &'static [&'static str],
    /// True where those columns can be given another value by renaming.
    pub(super) is_renamed: bool,
}

const COMPANY: Option<&str> = Some("DATAAREAID");

/// A table whose columns every AX 2012 has, and whose changes are not followed.
const fn table(
    name: &'static str,
    of: &'static str,
    company: Option<&'static str>,
    columns: &'static [&'static str],
) -> AxTable {
    AxTable {
        name,
        of,
        company,
        columns,
        otherwise: &[],
        leads: &[],
        is_renamed: false,
    }
}

/// A table whose changes are followed.
const fn followed(
    name: &'static str,
    of: &'static str,
    company: Option<&'static str>,
    columns: &'static [&'static str],
    leads: &'static [&'static str],
) -> AxTable {
    let mut table = table(name, of, company, columns);
    table.leads = leads;
    table
}

/// A followed table whose leading columns are what an operator may rename.
const fn renamed(mut table: AxTable) -> AxTable {
    table.is_renamed = true;
    table
}

/// A table some of whose columns an AX may lack.
const fn lacking(
    mut table: AxTable,
    otherwise: &'static [(&'static str, &'static str)],
) -> AxTable {
    table.otherwise = otherwise;
    table
}

/// Every table that streams and look-ups read.
pub(super) static TABLES: &[AxTable] = &[
    followed(
        "INVENTTABLE",
        "items",
        COMPANY,
        &["ITEMID", "PRODUCT", "NAMEALIAS", "NETWEIGHT", "ITEMTYPE"],
        &["ITEMID"],
    ),
    followed(
        "INVENTTABLEMODULE",
        "items",
        COMPANY,
        &[
            "ITEMID",
            "MODULETYPE",
            "PRICE",
            "PRICEUNIT",
            "UNITID",
            "TAXITEMGROUPID",
        ],
        &["ITEMID", "MODULETYPE"],
    ),
    followed(
        "INVENTITEMGROUPITEM",
        "items",
        Some("ITEMDATAAREAID"),
        &["ITEMID", "ITEMGROUPID"],
        &["ITEMID"],
    ),
    followed(
        "INVENTDIMCOMBINATION",
        "items",
        COMPANY,
        &["ITEMID", "DISTINCTPRODUCTVARIANT", "INVENTDIMID"],
        &["ITEMID"],
    ),
    // Only what its root holds: whether the tables of its hierarchy are one or several, which differs
    // by release, makes no difference here.
    followed(
        "ECORESPRODUCT",
        "items",
        None,
        &["RECID", "DISPLAYPRODUCTNUMBER", "PRODUCTTYPE"],
        &["RECID"],
    ),
    followed(
        "ECORESPRODUCTTRANSLATION",
        "items",
        None,
        &["PRODUCT", "LANGUAGEID", "NAME", "DESCRIPTION"],
        &["PRODUCT"],
    ),
    followed(
        "ECORESPRODUCTCATEGORY",
        "items",
        None,
        &["PRODUCT", "CATEGORY"],
        &["PRODUCT"],
    ),
    lacking(
        followed(
            "ECORESCATEGORY",
            "categories",
            None,
            &[
                "RECID",
                "CATEGORYHIERARCHY",
                "PARENTCATEGORY",
                "NAME",
                "CODE",
                "ISACTIVE",
                "NESTEDSETLEFT",
                "NESTEDSETRIGHT",
            ],
            &["RECID"],
        ),
        &[("CODE", "N''"), ("ISACTIVE", "1")],
    ),
    followed(
        "ECORESCATEGORYHIERARCHY",
        "categories",
        None,
        &["RECID", "NAME"],
        &["RECID"],
    ),
    renamed(followed(
        "ECORESPRODUCTDIMENSIONGROUP",
        "dimension groups",
        None,
        &["RECID", "NAME", "DESCRIPTION"],
        &["NAME"],
    )),
    followed(
        "ECORESPRODUCTDIMENSIONGROUPPRODUCT",
        "items",
        None,
        &["PRODUCT", "PRODUCTDIMENSIONGROUP"],
        &["PRODUCT"],
    ),
    renamed(followed(
        "ECORESSTORAGEDIMENSIONGROUP",
        "dimension groups",
        None,
        &["NAME", "DESCRIPTION"],
        &["NAME"],
    )),
    renamed(followed(
        "ECORESTRACKINGDIMENSIONGROUP",
        "dimension groups",
        None,
        &["NAME", "DESCRIPTION"],
        &["NAME"],
    )),
    lacking(
        followed(
            "INVENTDIM",
            "variants and on-hand",
            COMPANY,
            &[
                "INVENTDIMID",
                "CONFIGID",
                "INVENTSIZEID",
                "INVENTCOLORID",
                "INVENTSTYLEID",
                "INVENTSITEID",
                "INVENTLOCATIONID",
            ],
            &["INVENTDIMID"],
        ),
        &[("INVENTSTYLEID", "N''")],
    ),
    followed(
        "INVENTSUM",
        "on-hand",
        COMPANY,
        &["ITEMID", "INVENTDIMID", "AVAILPHYSICAL", "CLOSED"],
        &["ITEMID", "INVENTDIMID"],
    ),
    renamed(followed(
        "TAXITEMGROUPHEADING",
        "item sales tax groups",
        COMPANY,
        &["TAXITEMGROUP", "NAME"],
        &["TAXITEMGROUP"],
    )),
    followed(
        "TAXONITEM",
        "item sales tax groups",
        COMPANY,
        &["TAXITEMGROUP", "TAXCODE"],
        &["TAXITEMGROUP"],
    ),
    followed(
        "PRICEDISCTABLE",
        "trade agreements",
        COMPANY,
        &[
            "RECID",
            "RELATION",
            "MODULE",
            "ACCOUNTCODE",
            "ACCOUNTRELATION",
            "ITEMCODE",
            "ITEMRELATION",
            "CURRENCY",
            "AMOUNT",
            "PERCENT1",
            "PERCENT2",
            "QUANTITYAMOUNTFROM",
            "QUANTITYAMOUNTTO",
            "FROMDATE",
            "TODATE",
            "UNITID",
            "PRICEUNIT",
            "INVENTDIMID",
        ],
        &["RECID"],
    ),
    lacking(
        renamed(followed(
            "DLVMODE",
            "modes of delivery",
            COMPANY,
            &["CODE", "TXT", "SHIPCARRIERID", "SHIPCARRIERNAME"],
            &["CODE"],
        )),
        &[("SHIPCARRIERID", "N''"), ("SHIPCARRIERNAME", "N''")],
    ),
    followed(
        "SALESTABLE",
        "order statuses and shipments",
        COMPANY,
        &[
            "SALESID",
            "CUSTACCOUNT",
            "PURCHORDERFORMNUM",
            "SALESSTATUS",
            "SALESTYPE",
            "CUSTOMERREF",
            "RECID",
        ],
        &["SALESID"],
    ),
    followed(
        "SALESLINE",
        "shipments",
        COMPANY,
        &["SALESID", "INVENTTRANSID", "LINENUM", "INVENTDIMID"],
        &["SALESID"],
    ),
    lacking(
        followed(
            "CUSTPACKINGSLIPJOUR",
            "shipments",
            COMPANY,
            &[
                "PACKINGSLIPID",
                "SALESID",
                "DELIVERYDATE",
                "DLVMODE",
                "SHIPCARRIERID",
            ],
            &["PACKINGSLIPID"],
        ),
        &[("SHIPCARRIERID", "N''")],
    ),
    followed(
        "CUSTPACKINGSLIPTRANS",
        "shipments",
        COMPANY,
        &[
            "PACKINGSLIPID",
            "SALESID",
            "ORIGSALESID",
            "ITEMID",
            "INVENTTRANSID",
            "QTY",
        ],
        &["PACKINGSLIPID", "ORIGSALESID"],
    ),
    lacking(
        followed(
            "SHIPCARRIERSTAGING",
            "tracking numbers",
            COMPANY,
            &[
                "PACKINGSLIPID",
                "SALESID",
                "TRACKINGNUMBER",
                "SHIPCARRIERVOIDINDICATOR",
            ],
            &["PACKINGSLIPID"],
        ),
        &[
            ("PACKINGSLIPID", "N''"),
            ("SALESID", "N''"),
            ("TRACKINGNUMBER", "N''"),
            ("SHIPCARRIERVOIDINDICATOR", "N''"),
        ],
    ),
    table(
        "CUSTTABLE",
        "customers",
        COMPANY,
        &[
            "ACCOUNTNUM",
            "PARTY",
            "CUSTGROUP",
            "CURRENCY",
            "TAXGROUP",
            "PRICEGROUP",
            "LINEDISC",
            "MULTILINEDISC",
            "ENDDISC",
            "DLVMODE",
            "DLVTERM",
            "PAYMTERMID",
            "INVENTSITEID",
            "INVENTLOCATION",
            "LANGUAGEID",
        ],
    ),
    table("DIRPARTYTABLE", "customers", None, &["RECID", "NAME"]),
    // Without any of these three an address is found nowhere, and travels as a note.
    lacking(
        table(
            "DIRPARTYLOCATION",
            "postal addresses",
            None,
            &["PARTY", "LOCATION", "ISPRIMARY"],
        ),
        &[("PARTY", "0"), ("LOCATION", "0"), ("ISPRIMARY", "0")],
    ),
    lacking(
        table(
            "LOGISTICSLOCATION",
            "postal addresses",
            None,
            &["RECID", "LOCATIONID"],
        ),
        &[("RECID", "0"), ("LOCATIONID", "N''")],
    ),
    lacking(
        table(
            "LOGISTICSPOSTALADDRESS",
            "postal addresses",
            None,
            &[
                "RECID",
                "LOCATION",
                "STREET",
                "STREETNUMBER",
                "CITY",
                "ZIPCODE",
                "STATE",
                "COUNTRYREGIONID",
                "VALIDFROM",
                "VALIDTO",
            ],
        ),
        &[
            ("RECID", "0"),
            ("LOCATION", "0"),
            ("STREET", "N''"),
            ("STREETNUMBER", "N''"),
            ("CITY", "N''"),
            ("ZIPCODE", "N''"),
            ("STATE", "N''"),
            ("COUNTRYREGIONID", "N''"),
            // Never valid.
            ("VALIDFROM", "CAST('9999-12-31' AS datetime)"),
            ("VALIDTO", "CAST('1900-01-01' AS datetime)"),
        ],
    ),
    // Without these two nothing is converted.
    lacking(
        table(
            "UNITOFMEASURE",
            "unit conversions",
            None,
            &["RECID", "SYMBOL", "DECIMALPRECISION"],
        ),
        &[("RECID", "0"), ("SYMBOL", "N''"), ("DECIMALPRECISION", "0")],
    ),
    lacking(
        table(
            "UNITOFMEASURECONVERSION",
            "unit conversions",
            None,
            &[
                "PRODUCT",
                "FROMUNITOFMEASURE",
                "TOUNITOFMEASURE",
                "FACTOR",
                "NUMERATOR",
                "DENOMINATOR",
                "INNEROFFSET",
                "OUTEROFFSET",
            ],
        ),
        &[
            ("PRODUCT", "0"),
            ("FROMUNITOFMEASURE", "0"),
            ("TOUNITOFMEASURE", "0"),
            ("FACTOR", "0"),
            ("NUMERATOR", "0"),
            ("DENOMINATOR", "0"),
            ("INNEROFFSET", "0"),
            ("OUTEROFFSET", "0"),
        ],
    ),
    table(
        "MARKUPTABLE",
        "charges codes",
        COMPANY,
        &["MARKUPCODE", "MODULETYPE", "TXT"],
    ),
    table(
        "SALESORIGIN",
        "sales origins",
        COMPANY,
        &["ORIGINID", "DESCRIPTION"],
    ),
];

/// Tables that only say what the database is; the last two may be missing or hidden.
pub(super) const ABOUT: [&str; 3] = ["DATAAREA", "PARTITIONS", "SYSSERVERSESSIONS"];

/// Where AIF keeps the messages that it was given, and what became of them.
pub(super) const MESSAGES: [&str; 4] = [
    "AIFGATEWAYQUEUE",
    "AIFMESSAGELOG",
    "AIFEXCEPTIONMAP",
    "SYSEXCEPTIONTABLE",
];

/// The batch jobs of AX with their history. They belong to no company.
pub(super) const BATCH: [&str; 4] = ["BATCHJOB", "BATCH", "BATCHJOBHISTORY", "BATCHHISTORY"];

impl AxTable {
    /// What stands for `column` where it is missing, if anything may.
    pub(super) fn instead_of(&self, column: &str) -> Option<&'static str> {
        let mut otherwise = self.otherwise.iter();
        otherwise
            .find(|(name, _)| *name == column)
            .map(|(_, constant)| *constant)
    }

    /// True where the whole table may be missing.
    pub(super) fn is_optional(&self) -> bool {
        let mut columns = self.columns.iter();
        columns.all(|column| self.instead_of(column).is_some())
    }

    /// True where its changes are followed.
    pub(super) const fn is_followed(&self) -> bool {
        !self.leads.is_empty()
    }
}

#[cfg(test)]
mod tests;
