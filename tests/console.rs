//! The whole console as it runs: keys in, effects and screens out. Tests wait until it is idle,
//! never for a time.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on has failed"
)]
#![cfg(feature = "console")]

#[path = "console/correction.rs"]
mod correction;
#[path = "console/desk.rs"]
mod desk;
#[path = "console/exceptions.rs"]
mod exceptions;
#[path = "console/jobs.rs"]
mod jobs;
#[path = "console/leaving.rs"]
mod leaving;
#[path = "console/lists.rs"]
mod lists;
#[path = "console/logs.rs"]
mod logs;
#[path = "console/mouse.rs"]
mod mouse;
#[path = "console/office.rs"]
mod office;
#[path = "console/orders.rs"]
mod orders;
#[path = "console/plain.rs"]
mod plain;
#[path = "console/production.rs"]
mod production;
#[path = "console/products.rs"]
mod products;
#[path = "console/record.rs"]
mod record;
#[path = "support/scenes.rs"]
mod scenes;
#[path = "console/screen.rs"]
mod screen;
#[path = "console/starts.rs"]
mod starts;
#[path = "console/statuses.rs"]
mod statuses;
#[path = "console/triage.rs"]
mod triage;
