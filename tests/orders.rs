//! Online orders from the service to AX and back, over a real company, a real ledger and a real
//! service: each has its effect once, what is faulty is set aside and the others go on. And orders
//! through an inbound port of AX: what the messages say, what the file door does when it dies at any
//! step, how the HTTP door reads answers, and a whole run of the orders job through files.

#![cfg(feature = "service")]
#![allow(
    clippy::unwrap_used,
    reason = "a test stops where something is not as it should be"
)]

#[path = "orders/afterwards.rs"]
mod afterwards;
#[path = "aif/ax.rs"]
mod ax;
#[path = "orders/chance.rs"]
mod chance;
#[path = "orders/correction.rs"]
mod correction;
#[path = "orders/faults.rs"]
mod faults;
#[path = "aif/files.rs"]
mod files;
#[path = "orders/flow.rs"]
mod flow;
#[path = "aif/http.rs"]
mod http;
#[path = "orders/import.rs"]
mod import;
#[path = "support/importer.rs"]
mod importer;
#[path = "orders/lost.rs"]
mod lost;
#[path = "aif/made.rs"]
mod made;
#[path = "aif/messages.rs"]
mod messages;
#[path = "aif/program.rs"]
mod program;
#[path = "orders/restored.rs"]
mod restored;
#[path = "aif/runs.rs"]
mod runs;
#[path = "orders/site.rs"]
mod site;
#[path = "support/axcs.rs"]
mod support;
#[path = "orders/untouched.rs"]
mod untouched;
#[path = "orders/workers.rs"]
mod workers;
