//! The commands over AX's database on a SQL Server, through the real driver: a run of each kind, and
//! what is said where something is missing.

#![allow(
    clippy::print_stderr,
    clippy::unwrap_used,
    clippy::wildcard_enum_match_arm,
    reason = "a test stops where something is not as it should be, and says what it skips"
)]

#[path = "support/axcs.rs"]
mod axcs_program;
#[path = "support/bed_company.rs"]
mod bed_company;
#[path = "support/importer.rs"]
mod importer;
#[path = "support/mssql.rs"]
mod mssql;

#[path = "sqlserver/import.rs"]
mod import;
#[path = "sqlserver/look.rs"]
mod look;
#[path = "sqlserver/refusals.rs"]
mod refusals;
#[path = "sqlserver/site.rs"]
mod site;
#[path = "sqlserver/whole.rs"]
mod whole;
