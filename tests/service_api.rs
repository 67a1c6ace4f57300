//! The service, over real HTTP.
#![cfg(feature = "service")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "service/hostile.rs"]
mod hostile;
#[path = "service/listing.rs"]
mod listing;
#[path = "service/loads.rs"]
mod loads;
#[path = "service/protocol.rs"]
mod protocol;
#[path = "service/running.rs"]
mod running;
#[path = "service/support.rs"]
mod support;
#[path = "service/uploads.rs"]
mod uploads;
