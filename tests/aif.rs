//! Orders through an inbound port of AX: what the messages say, what the file door does when it dies
//! at any step, how the HTTP door reads answers, and a whole run of the orders job through files.

#![cfg(feature = "service")]
#![allow(
    dead_code,
    clippy::unwrap_used,
    reason = "a test stops where something is not as it should be, and uses of its support what it needs"
)]

#[path = "aif/ax.rs"]
mod ax;
#[path = "aif/files.rs"]
mod files;
#[path = "aif/http.rs"]
mod http;
#[path = "aif/made.rs"]
mod made;
#[path = "aif/messages.rs"]
mod messages;
#[path = "aif/program.rs"]
mod program;
#[path = "aif/runs.rs"]
mod runs;
#[path = "orders/site.rs"]
mod site;
#[path = "support/axcs.rs"]
mod support;
