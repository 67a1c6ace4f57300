//! What both engines promise alike, by the public interface: a SQLite file, and SQL Server through
//! the real driver.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test stops where something is not as it should be"
)]

mod contract {
    mod ledger;
}
#[path = "support/mssql.rs"]
mod mssql;
