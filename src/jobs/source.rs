//! Where the records of an upload stream come from: the company, the company and the ledger's
//! order book together, or the ledger alone. What comes out reads alike.

mod ours;

use std::collections::HashMap;
use std::sync::Arc;

use tokio::sync::mpsc;

use super::runner::Sides;
use crate::company::{Company, CompanyError, Entry, Page, Tracking};
use crate::ledger::{Fence, Ledger, LedgerError};
use crate::model::channel::{CustomerTemplate, KnownStore, StoreParameters};
use crate::model::{Exception, Record, Selection, Stream};

/// Acknowledgements in a page.
const PAGE: usize = 500;

/// The records could not be read.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// The company failed.
    #[error(transparent)]
    Company(#[from] CompanyError),
    /// The ledger failed.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}

impl From<SourceError> for Exception {
    fn from(error: SourceError) -> Self {
        match error {
            SourceError::Company(error) => error.into(),
            SourceError::Ledger(error) => error.into(),
        }
    }
}

/// A stream being read.
#[derive(Debug)]
pub struct Reading {
    /// How many records will come at most.
    pub total: u64,
    /// The pages.
    pub pages: Pages,
}

/// The source of one stream's records.
#[derive(Clone, Debug)]
pub struct Source {
    sides: Arc<Sides>,
    stream: Stream,
    selection: Arc<Selection>,
    /// Proof of the run that notes what it reads of orders in the order book.
    noting: Option<Fence>,
}

impl Source {
    /// The source of `stream`. Reading it changes nothing anywhere.
    pub const fn new(sides: Arc<Sides>, stream: Stream, selection: Arc<Selection>) -> Self {
        Self {
            sides,
            stream,
            selection,
            noting: None,
        }
    }

    /// The same for a run: what is read of orders is noted in the order book.
    #[must_use]
    pub const fn noting(mut self, fence: Fence) -> Self {
        self.noting = Some(fence);
        self
    }

    fn company(&self) -> &Arc<dyn Company> {
        &self.sides.company
    }

    fn ledger(&self) -> &Arc<dyn Ledger> {
        &self.sides.ledger
    }

    /// The change tracking behind the stream, and which of the identities `known` are not its own;
    /// what stands in the ledger has no gaps.
    pub async fn tracking(&self, known: &[String]) -> Result<Tracking, SourceError> {
        if self.stream.is_read_from_company() {
            return Ok(self.company().tracking(self.stream, known).await?);
        }
        let incarnation = self.sides.incarnation.clone();
        Ok(Tracking {
            strange: known
                .iter()
                .filter(|known| **known != incarnation)
                .cloned()
                .collect(),
            incarnation,
            current_version: self.ledger().acknowledgement_version().await?,
            retention_minutes: 0,
            tables: Vec::new(),
        })
    }

    /// How many records there are, at most.
    pub async fn count(&self) -> Result<u64, SourceError> {
        Ok(if self.stream.is_read_from_company() {
            self.company().count(self.stream, &self.selection).await?
        } else if self.stream == Stream::StoreParameters {
            self.ledger().stores().await?.len() as u64
        } else {
            self.ledger().order_counts().await?.all
        })
    }

    /// Every record behind the id `after`, in key order.
    pub async fn read_all(&self, after: Option<&str>) -> Result<Reading, SourceError> {
        if self.stream.is_read_from_company() {
            let reading = self
                .company()
                .read_all(self.stream, &self.selection, after)
                .await?;
            return Ok(self.company_reading(reading, true));
        }
        let pages = if self.stream == Stream::StoreParameters {
            Pages::Once(Some(self.parameters(after).await?))
        } else {
            Pages::Acknowledgements {
                sides: Arc::clone(&self.sides),
                since: None,
                after: after.unwrap_or_default().to_owned(),
            }
        };
        Ok(Reading {
            total: self.count().await?,
            pages,
        })
    }

    /// What became of every record that changed after `since`.
    pub async fn read_changes(&self, since: i64) -> Result<Reading, SourceError> {
        if self.stream.is_read_from_company() {
            let reading = self
                .company()
                .read_changes(self.stream, &self.selection, since)
                .await?;
            return Ok(self.company_reading(reading, false));
        }
        Ok(Reading {
            total: 0,
            pages: Pages::Acknowledgements {
                sides: Arc::clone(&self.sides),
                since: Some(since),
                after: String::new(),
            },
        })
    }

    /// Current values of the named records, in their order.
    pub async fn read_ids(&self, ids: &[String]) -> Result<Vec<Entry>, SourceError> {
        if self.stream == Stream::Acknowledgements {
            return acknowledgements(self.ledger(), ids.to_vec()).await;
        }
        let page = if self.stream == Stream::StoreParameters {
            self.parameters(None).await?
        } else {
            let read = self.company();
            let page = read.read_ids(self.stream, &self.selection, ids).await?;
            self.without_others(page)
        };
        if self.stream.is_read_from_company() && !self.stream.follows_orders() {
            return Ok(page);
        }
        let mut found: HashMap<String, Entry> = self
            .ours(page)
            .await?
            .into_iter()
            .map(|entry| (entry.id(), entry))
            .collect();
        // What is not there, or not ours any more, is gone for the service.
        let gone = |id: &String| Entry::Gone { id: id.clone() };
        Ok(ids
            .iter()
            .map(|id| found.remove(id).unwrap_or_else(|| gone(id)))
            .collect())
    }

    fn company_reading(&self, reading: crate::company::Reading, is_whole: bool) -> Reading {
        let pages = if self.stream.follows_orders() {
            Pages::Orders {
                pages: reading.pages,
                source: self.clone(),
            }
        } else {
            Pages::Company {
                pages: reading.pages,
                source: self.clone(),
                is_whole,
            }
        };
        Reading {
            total: reading.total,
            pages,
        }
    }

    /// True for a category of another hierarchy than the company's: it does not travel.
    fn leaves_out(&self, entry: &Entry) -> bool {
        let hierarchy = &self.selection.category_hierarchy;
        match entry {
            Entry::Present(Record::Category(category)) if !hierarchy.is_empty() => {
                !is_same_name(&category.hierarchy, hierarchy)
            }
            Entry::Present(_) | Entry::Gone { .. } | Entry::Unreadable { .. } => false,
        }
    }

    /// What does not travel is gone for the service.
    fn without_others(&self, mut page: Page) -> Page {
        for entry in &mut page {
            if self.leaves_out(entry) {
                *entry = Entry::Gone { id: entry.id() };
            }
        }
        page
    }

    /// The parameters of every store that has them, with the attributes of its customer template.
    async fn parameters(&self, after: Option<&str>) -> Result<Page, SourceError> {
        let mut stores = self.sides.stores_as_set().await?;
        stores.retain(|store| {
            store.gone_since.is_none()
                && !store.settings.customer_template.is_empty()
                && after.is_none_or(|after| store.channel.id.as_str() > after)
        });
        let accounts: Vec<String> = stores
            .iter()
            .map(|store| store.settings.customer_template.clone())
            .collect();
        let customers = self.company().customers(&accounts).await?;
        Ok(stores
            .into_iter()
            .zip(customers)
            .map(|(store, customer)| parameters_of(store, customer))
            .collect())
    }
}

/// AX takes upper and lower case for the same.
fn is_same_name(one: &str, other: &str) -> bool {
    one == other || one.to_lowercase() == other.to_lowercase()
}

fn parameters_of(store: KnownStore, customer: Option<CustomerTemplate>) -> Entry {
    let KnownStore {
        channel, settings, ..
    } = store;
    match customer {
        Some(customer_template) => {
            Entry::Present(Record::StoreParameters(Box::new(StoreParameters {
                store: channel.id,
                customer_template,
                shipping_charges_code: settings.shipping_charges_code,
                sales_origin: settings.sales_origin,
            })))
        }
        None => Entry::Unreadable {
            id: channel.id,
            field: "customer_template".to_owned(),
            reason: format!(
                "the customer {} is not in the company",
                settings.customer_template
            ),
        },
    }
}

/// The pages of a reading, one after the other.
#[derive(Debug)]
pub enum Pages {
    /// As the company gives them.
    Company {
        /// What the company gives.
        pages: mpsc::Receiver<Result<Page, CompanyError>>,
        /// Knows which of the categories travel.
        source: Source,
        /// True where nobody is told of what does not travel: it is not mentioned.
        is_whole: bool,
    },
    /// Of the company's packing slips and sales orders those that an online order led to.
    Orders {
        /// What the company gives.
        pages: mpsc::Receiver<Result<Page, CompanyError>>,
        /// Knows which are ours.
        source: Source,
    },
    /// The answers to orders, all or those that changed.
    Acknowledgements {
        /// Hold the order book.
        sides: Arc<Sides>,
        /// Only what changed after this version.
        since: Option<i64>,
        /// Id of the last one given.
        after: String,
    },
    /// One page.
    Once(Option<Page>),
}

impl Pages {
    /// The next page; none at the end. One of which nothing is ours is empty: whoever waits sees
    /// that the company answers.
    pub async fn next(&mut self) -> Option<Result<Page, SourceError>> {
        match self {
            Self::Company {
                pages,
                source,
                is_whole,
            } => {
                let page = pages.recv().await?.map_err(SourceError::from);
                Some(page.map(|mut page| {
                    if *is_whole {
                        page.retain(|entry| !source.leaves_out(entry));
                        return page;
                    }
                    source.without_others(page)
                }))
            }
            Self::Orders { pages, source } => Some(match pages.recv().await? {
                Ok(page) => source.ours(page).await,
                Err(error) => Err(error.into()),
            }),
            Self::Acknowledgements {
                sides,
                since,
                after,
            } => {
                let page = next_acknowledgements(&sides.ledger, *since, after).await;
                if let Some(last) = page.as_ref().ok().and_then(|page| page.last()) {
                    *after = last.id();
                }
                (!page.as_ref().is_ok_and(Vec::is_empty)).then_some(page)
            }
            Self::Once(page) => page.take().filter(|page| !page.is_empty()).map(Ok),
        }
    }
}

async fn next_acknowledgements(
    ledger: &Arc<dyn Ledger>,
    since: Option<i64>,
    after: &str,
) -> Result<Page, SourceError> {
    match since {
        Some(since) => {
            let ids = ledger.acknowledgements_changed(since, after, PAGE).await?;
            acknowledgements(ledger, ids).await
        }
        None => Ok(ledger
            .acknowledgements(after, PAGE)
            .await?
            .into_iter()
            .map(|answer| Entry::Present(Record::Acknowledgement(answer)))
            .collect()),
    }
}

async fn acknowledgements(ledger: &Arc<dyn Ledger>, ids: Vec<String>) -> Result<Page, SourceError> {
    let found = ledger.acknowledgements_of(ids.clone()).await?;
    Ok(ids
        .into_iter()
        .zip(found)
        .map(|(id, found)| match found {
            Some(answer) => Entry::Present(Record::Acknowledgement(answer)),
            None => Entry::Gone { id },
        })
        .collect())
}
