//! AX and the ledger on a SQL Server: the driver, the SQL Server of the tests, the commands over it, and
//! what all engines promise alike.

#![allow(
    dead_code,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::unwrap_used,
    clippy::wildcard_enum_match_arm,
    reason = "a test stops where something is not as it should be, and uses of its support what it needs"
)]

#[path = "sqlserver/adventureworks.rs"]
mod adventureworks;
#[path = "sqlserver/bed.rs"]
mod bed;
#[path = "contract/engines.rs"]
mod contract;
#[path = "sqlserver/driver.rs"]
mod driver;
#[path = "sqlserver/import.rs"]
mod import;
#[path = "sqlserver/look.rs"]
mod look;
#[cfg(all(feature = "service", feature = "console", unix))]
#[path = "sqlserver/obstacles.rs"]
mod obstacles;
#[path = "sqlserver/refusals.rs"]
mod refusals;
#[path = "sqlserver/whole.rs"]
mod whole;

#[path = "support/ax.rs"]
mod ax;
#[path = "support/axcs.rs"]
mod axcs_program;
#[path = "support/bed_company.rs"]
mod bed_company;
#[path = "support/tds.rs"]
mod endpoint;
#[path = "support/faketime.rs"]
mod faketime;
#[path = "support/importer.rs"]
mod importer;
#[path = "support/mssql.rs"]
mod mssql;
#[path = "orders/site.rs"]
mod order_site;
#[cfg(unix)]
#[path = "support/pty.rs"]
mod pty;
#[path = "support/real_server.rs"]
mod real_server;
#[path = "sqlserver/site.rs"]
mod site;
#[path = "support/company.rs"]
mod support;
#[cfg(feature = "service")]
#[path = "support/visitor.rs"]
mod visitor;
