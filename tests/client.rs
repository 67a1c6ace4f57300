//! The client of the service: what it calls, what it makes of a server that does everything wrong, and the
//! shopper.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[cfg(feature = "service")]
#[path = "client/calls.rs"]
mod calls;
#[path = "client/failures.rs"]
mod failures;
#[cfg(feature = "service")]
#[allow(dead_code, reason = "each test program uses a part of it")]
#[path = "service/shop.rs"]
mod shop;
#[cfg(feature = "service")]
#[path = "client/shopper.rs"]
mod shopper;
#[cfg(feature = "service")]
#[allow(dead_code, reason = "each test program uses a part of it")]
#[path = "service/support.rs"]
mod support;
