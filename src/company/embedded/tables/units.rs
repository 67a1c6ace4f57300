//! Units and their conversions, as data. All companies share them. Columns: those of AX 2012's data types
//! `UnitOfMeasure…` (gg879492, gg879493, gg879503) and of the entity that Microsoft made of the same
//! table later.

use super::{PARTITION, RECID, RECVERSION, Table, int64, integer, real, string};

pub(super) static TABLES: &[Table] = &[
    Table {
        name: "UNITOFMEASURE",
        columns: &[
            string("SYMBOL", 10),
            integer("UNITOFMEASURECLASS"),
            integer("SYSTEMOFUNITS"),
            integer("DECIMALPRECISION"),
            PARTITION,
            RECVERSION,
            RECID,
        ],
        key: &["SYMBOL"],
        unique: Some("RECID"),
        indexes: &[],
        tracked: false,
    },
    Table {
        name: "UNITOFMEASURECONVERSION",
        columns: &[
            int64("PRODUCT"),
            int64("FROMUNITOFMEASURE"),
            int64("TOUNITOFMEASURE"),
            real("FACTOR"),
            integer("NUMERATOR"),
            integer("DENOMINATOR"),
            real("INNEROFFSET"),
            real("OUTEROFFSET"),
            integer("ROUNDING"),
            PARTITION,
            RECVERSION,
            RECID,
        ],
        key: &["PRODUCT", "FROMUNITOFMEASURE", "TOUNITOFMEASURE"],
        unique: None,
        indexes: &[],
        tracked: false,
    },
];
