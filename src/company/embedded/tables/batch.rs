//! Batch jobs, their tasks, and what is kept of their runs, as data.
//!
//! None of these tables belongs to a company or to a partition: a job names its company, and the
//! partition by its key (`DATAPARTITION`).

use super::{
    Column, PARTITION, RECID, RECVERSION, Table, container, date_time, int64, integer, string,
};

const BATCHJOBID: Column = int64("BATCHJOBID");
const CAPTION: Column = string("CAPTION", 100);
const COMPANY: Column = string("COMPANY", 4);
const STATUS: Column = integer("STATUS");
const ORIGSTARTDATETIME: Column = date_time("ORIGSTARTDATETIME");
const STARTDATETIME: Column = date_time("STARTDATETIME");
const ENDDATETIME: Column = date_time("ENDDATETIME");
const DATAPARTITION: Column = string("DATAPARTITION", 8);

pub(super) static TABLES: &[Table] = &[
    Table {
        name: "BATCHJOB",
        columns: &[
            CAPTION,
            COMPANY,
            STATUS,
            ORIGSTARTDATETIME,
            STARTDATETIME,
            ENDDATETIME,
            string("CANCELEDBY", 8),
            integer("LOGLEVEL"),
            integer("FINISHING"),
            integer("RUNTIMEJOB"),
            container("RECURRENCEDATA"),
            DATAPARTITION,
            string("CREATEDBY", 8),
            date_time("CREATEDDATETIME"),
            PARTITION,
            RECVERSION,
            RECID,
        ],
        key: &["RECID"],
        unique: None,
        indexes: &[],
        tracked: false,
    },
    Table {
        name: "BATCH",
        columns: &[
            BATCHJOBID,
            CAPTION,
            integer("CLASSNUMBER"),
            COMPANY,
            string("GROUPID", 10),
            STATUS,
            integer("RUNTYPE"),
            integer("CONSTRAINTTYPE"),
            integer("IGNOREONFAIL"),
            integer("RETRIESONFAILURE"),
            integer("RETRYCOUNT"),
            container("PARAMETERS"),
            container("INFO"),
            integer("EXCEPTIONCODE"),
            string("SERVERID", 50),
            STARTDATETIME,
            ENDDATETIME,
            string("EXECUTEDBY", 8),
            DATAPARTITION,
            PARTITION,
            RECVERSION,
            RECID,
        ],
        key: &["RECID"],
        unique: None,
        indexes: &[&["BATCHJOBID"]],
        tracked: false,
    },
    Table {
        name: "BATCHJOBHISTORY",
        columns: &[
            BATCHJOBID,
            CAPTION,
            COMPANY,
            STATUS,
            ORIGSTARTDATETIME,
            STARTDATETIME,
            ENDDATETIME,
            string("CANCELEDBY", 8),
            string("BATCHCREATEDBY", 8),
            DATAPARTITION,
            PARTITION,
            RECVERSION,
            RECID,
        ],
        key: &["RECID"],
        unique: None,
        indexes: &[&["BATCHJOBID", "STARTDATETIME"]],
        tracked: false,
    },
    Table {
        name: "BATCHHISTORY",
        columns: &[
            int64("BATCHID"),
            BATCHJOBID,
            int64("BATCHJOBHISTORYID"),
            CAPTION,
            integer("CLASSNUMBER"),
            COMPANY,
            string("GROUPID", 10),
            STATUS,
            string("SERVERID", 50),
            string("EXECUTEDBY", 8),
            integer("RETRIESONFAILURE"),
            integer("RETRYCOUNT"),
            container("INFO"),
            STARTDATETIME,
            ENDDATETIME,
            DATAPARTITION,
            PARTITION,
            RECVERSION,
            RECID,
        ],
        key: &["RECID"],
        unique: None,
        indexes: &[&["BATCHJOBHISTORYID"]],
        tracked: false,
    },
];
