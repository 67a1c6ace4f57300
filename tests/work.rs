//! What must not grow does not: statements, the steps they take, bytes and memory are counted, and no clock is
//! asked. The same work is done where there is little and where there is much; a cost that follows the
//! company, or what lies behind, is told by name.

#![cfg(feature = "service")]
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test stops where something is not as it should be, and tells its figures"
)]

#[path = "work/count.rs"]
mod count;
#[path = "work/idle.rs"]
mod idle;
#[path = "work/judge.rs"]
mod judge;
#[path = "torture/line.rs"]
mod line;
#[path = "work/lists.rs"]
mod lists;
#[path = "work/memory.rs"]
mod memory;
#[path = "work/multiplied.rs"]
mod multiplied;
#[path = "work/old_orders.rs"]
mod old_orders;
#[path = "orders/site.rs"]
mod order_site;
#[path = "work/run.rs"]
mod run;
#[path = "jobs/site.rs"]
mod site;
#[path = "work/told.rs"]
mod told;
#[path = "support/visitor.rs"]
mod visitor;
#[path = "work/website.rs"]
mod website;

use tokio::sync::{Mutex, MutexGuard};

/// Counts what is allocated while a profiler is there.
#[global_allocator]
static ALLOCATOR: dhat::Alloc = dhat::Alloc;

/// What is counted is all that this process does.
static TURN: Mutex<()> = Mutex::const_new(());

async fn one_at_a_time() -> MutexGuard<'static, ()> {
    let turn = TURN.lock().await;
    count::begin();
    turn
}
