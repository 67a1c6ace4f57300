//! Online orders from the service to AX and back, over a real company, a real ledger and a real
//! service: each has its effect once, what is faulty is set aside and the others go on.

#![cfg(feature = "service")]
#![allow(
    clippy::unwrap_used,
    reason = "a test stops where something is not as it should be"
)]

#[path = "orders/afterwards.rs"]
mod afterwards;
#[path = "orders/chance.rs"]
mod chance;
#[path = "orders/correction.rs"]
mod correction;
#[path = "orders/faults.rs"]
mod faults;
#[path = "orders/flow.rs"]
mod flow;
#[path = "orders/import.rs"]
mod import;
#[path = "support/importer.rs"]
mod importer;
#[path = "orders/lost.rs"]
mod lost;
#[path = "orders/restored.rs"]
mod restored;
#[path = "orders/site.rs"]
mod site;
#[path = "orders/untouched.rs"]
mod untouched;
#[path = "orders/workers.rs"]
mod workers;
