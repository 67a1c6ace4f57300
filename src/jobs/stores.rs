//! Stores and marketplaces, downloaded: *Synchronize stores*.

use super::execution::Execution;
use super::failure::Stop;
use super::runner::Sides;
use crate::ledger::LedgerError;
use crate::ledger::stores::StoreChanges;
use crate::model::Stream;
use crate::model::channel::KnownStore;
use crate::model::run::Phase;

impl Sides {
    /// Every store with the parameters that hold for it: its own, and the shipping charge code of
    /// the company where it names none.
    pub(super) async fn stores_as_set(&self) -> Result<Vec<KnownStore>, LedgerError> {
        let parameters = self.ledger.parameters().await?;
        let stores = self.ledger.stores().await?.into_iter();
        Ok(stores
            .map(|store| KnownStore {
                settings: store.settings.or(&parameters),
                ..store
            })
            .collect())
    }
}

impl Execution {
    /// Takes the service's list of stores and marketplaces over.
    pub async fn download_stores(&self) -> Result<(), Stop> {
        let stream = Stream::Stores;
        self.report.phase(stream, Phase::Sending);
        let commerce = &self.sides.commerce;
        let listed = self.sides.ask(&self.report, || commerce.stores()).await?;
        let changes = if self.options.dry_run {
            StoreChanges {
                unchanged: listed.len() as u64,
                ..StoreChanges::default()
            }
        } else {
            self.sides.ledger.take_stores(self.fence, listed).await?
        };
        for store in &changes.gone {
            tracing::warn!(
                "the service does not list the store {store} any more; it stays marked, orders or parameters refer to it"
            );
        }
        for store in &changes.forgotten {
            tracing::info!("the store {store} is gone, and nothing refers to it");
        }
        let came = [&changes.new, &changes.changed];
        let went = [&changes.gone, &changes.forgotten];
        let count = |lists: [&Vec<String>; 2]| lists.map(|list| list.len() as u64).iter().sum();
        let (came, went): (u64, u64) = (count(came), count(went));
        self.report.stream(stream, |progress| {
            progress.counts.enumerated = came + went + changes.unchanged;
            progress.counts.acknowledged = came + went;
            progress.counts.deleted = went;
            progress.counts.unchanged = changes.unchanged;
        });
        self.report.phase(stream, Phase::Done);
        Ok(())
    }
}
