//! Commerce Services as a new user meets them: the demo of an empty folder, its console in a terminal
//! and its website in a real browser, without any script. Where Chromium or its driver is not
//! installed the tests are skipped by name.

#![allow(
    clippy::print_stderr,
    clippy::unwrap_used,
    reason = "a test stops where something is not as it should be, and says what it skips"
)]
#![cfg(all(feature = "console", feature = "service", unix))]

#[path = "support/axcs.rs"]
mod axcs_program;
#[path = "website/browser.rs"]
mod browser;
#[path = "website/new_user.rs"]
mod new_user;
#[path = "support/pty.rs"]
mod pty;
