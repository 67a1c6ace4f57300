//! The promises of the ledger.

mod administration;
mod blanks;
pub mod import;
mod jobs;
mod outbox;
mod records;
mod server;
pub mod stores;

use std::sync::Arc;

use axcs::ledger::Ledger;

use super::{Engine, Place};

/// A new ledger.
pub async fn open(engine: Engine) -> (Place, Arc<dyn Ledger>) {
    let place = Place::new(engine).await;
    let ledger = place.open().await.unwrap();
    (place, ledger)
}
