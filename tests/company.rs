//! What the embedded company promises: how it is made and loaded, what is read of it and of its changes, and
//! what becomes of the orders that it takes.

#![allow(
    clippy::expect_used,
    clippy::print_stderr,
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::wildcard_enum_match_arm,
    reason = "a test may panic and print"
)]

#[path = "company/adventureworks.rs"]
mod adventureworks;
#[path = "company/batch.rs"]
mod batch;
#[path = "company/changes.rs"]
mod changes;
#[path = "company/figures.rs"]
mod figures;
#[path = "company/load.rs"]
mod load;
#[path = "company/order_safety.rs"]
mod order_safety;
#[path = "company/orders.rs"]
mod orders;
#[path = "company/reading.rs"]
mod reading;
#[path = "company/shipments.rs"]
mod shipments;
#[path = "support/company.rs"]
mod support;
