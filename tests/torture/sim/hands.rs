//! The company and the door to AX as a worker of a simulated world reaches them.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use axcs::company::batch::{AxBatch, AxBatchFilter};
use axcs::company::browse::Browse;
use axcs::company::sales_orders::{HandOver, HandOverError, HandedOver, SalesOrderService};
use axcs::company::trade::{
    AddressKey, Code, Destination, FoundOrder, ItemKey, Requisition, SalesItem, Trade, TradeCodes,
    UnitConversion, UnitsOfItem,
};
use axcs::company::{Company, CompanyError, CompanyFacts, Entry, Page, Reading, Tracking};
use axcs::model::ax_batch::{AxBatchJob, AxBatchRun};
use axcs::model::channel::CustomerTemplate;
use axcs::model::products::{CategoryTree, GroupCount, ItemPage, ItemQuery};
use axcs::model::{Selection, Stream};
use tokio::sync::mpsc;

use super::mutant::Mutant;
use super::port::{Failed, Port};
use super::world::State;

/// A worker's grip on everything.
#[derive(Clone)]
pub struct Hands(pub Arc<Port>);

impl fmt::Debug for Hands {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Hands {
    /// True where the world has the mutant.
    pub fn is(&self, mutant: Mutant) -> bool {
        self.0.world.state().is(mutant)
    }

    /// Asks the company, over a connection that breaks when another database is put in its place.
    async fn ask<T: fmt::Debug>(
        &self,
        what: &str,
        effect: impl FnOnce(&mut State) -> Result<T, CompanyError> + Send,
    ) -> Result<T, CompanyError> {
        let asked = self.0.call(what, |state| {
            if self.0.reconnects(state.company.connection) {
                return Err(failed());
            }
            effect(state)
        });
        asked.await.map_err(|Failed| failed())?
    }

    /// Reads pages until there is none, in a task of its own: clerks work on meanwhile.
    fn read(
        &self,
        mut next: impl FnMut(&mut State, usize) -> Page + Send + 'static,
    ) -> mpsc::Receiver<Result<Page, CompanyError>> {
        let (pages, reading) = mpsc::channel(1);
        let hands = self.clone();
        tokio::spawn(async move {
            loop {
                let page = hands.ask("page", |state| {
                    let size = state.chance.between(1, 5) as usize;
                    let page = next(state, size);
                    if page.is_empty() {
                        hands.0.reading_ended(state.company.version());
                    }
                    Ok(Brief(page))
                });
                let page = page.await.map(|Brief(page)| page);
                let is_last = page.as_ref().map_or(true, Vec::is_empty);
                if page.as_ref().is_ok_and(Vec::is_empty)
                    || pages.send(page).await.is_err()
                    || is_last
                {
                    return;
                }
            }
        });
        reading
    }
}

/// A page in a trace.
struct Brief(Page);

impl fmt::Debug for Brief {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for entry in &self.0 {
            match entry {
                Entry::Present(record) => {
                    let mut json = Vec::new();
                    record.write_json(&mut json).map_err(|_| fmt::Error)?;
                    write!(f, "{} ", in_brief(&String::from_utf8_lossy(&json)))?;
                }
                Entry::Gone { id } => write!(f, "{id} gone ")?,
                Entry::Unreadable { id, .. } => write!(f, "{id} unreadable ")?,
            }
        }
        Ok(())
    }
}

/// Ids, versions and values of a text with records in it.
pub fn in_brief(text: &str) -> String {
    let words = text.split(|character: char| !character.is_ascii_alphanumeric());
    let is_told = |word: &&str| {
        let mut characters = word.chars();
        let first = characters.next();
        (matches!(first, Some('k' | 'v'))
            && characters
                .clone()
                .next()
                .is_some_and(|next| next.is_ascii_digit()))
            || *word == "delete"
    };
    words.filter(is_told).collect::<Vec<_>>().join(" ")
}

fn failed() -> CompanyError {
    CompanyError::Read {
        what: "rows".to_owned(),
        source: "the connection broke".into(),
    }
}

#[async_trait]
impl Company for Hands {
    async fn facts(&self) -> Result<CompanyFacts, CompanyError> {
        Err(failed())
    }

    async fn tracking(&self, stream: Stream, known: &[String]) -> Result<Tracking, CompanyError> {
        self.ask("tracking", |state| {
            Ok(state.company.tracking(stream, known))
        })
        .await
    }

    async fn count(&self, stream: Stream, _: &Selection) -> Result<u64, CompanyError> {
        Ok(self.0.world.state().company.count(stream))
    }

    async fn read_all(
        &self,
        stream: Stream,
        _: &Selection,
        after: Option<&str>,
    ) -> Result<Reading, CompanyError> {
        let mut after = after.unwrap_or_default().to_owned();
        let count = |state: &mut State| Ok(state.company.count(stream));
        let total = self.ask("read all", count).await?;
        let pages = self.read(move |state, size| {
            let page = state.company.page(stream, &after, size);
            if let Some(last) = page.last() {
                after = last.id();
            }
            page
        });
        Ok(Reading { total, pages })
    }

    async fn read_changes(
        &self,
        stream: Stream,
        _: &Selection,
        since: i64,
    ) -> Result<Reading, CompanyError> {
        let changed = |state: &mut State| state.company.changed(stream, since);
        let keys = self.ask("read changes", changed).await?;
        let forgets = self.is(Mutant::ForgetDeletions);
        let total = keys.len() as u64;
        let mut left = keys.into_iter();
        let pages = self.read(move |state, size| {
            loop {
                let keys: Vec<String> = left.by_ref().take(size).collect();
                let is_end = keys.is_empty();
                let mut page = state.company.current(stream, &keys);
                if forgets {
                    page.retain(|entry| !matches!(entry, Entry::Gone { .. }));
                }
                if is_end || !page.is_empty() {
                    return page;
                }
            }
        });
        Ok(Reading { total, pages })
    }

    async fn read_ids(
        &self,
        stream: Stream,
        _: &Selection,
        ids: &[String],
    ) -> Result<Vec<Entry>, CompanyError> {
        let page = self
            .0
            .call("read ids", |state| {
                Brief(state.company.current(stream, ids))
            })
            .await;
        page.map(|Brief(page)| page).map_err(|Failed| failed())
    }
}

#[async_trait]
impl Trade for Hands {
    async fn customers(
        &self,
        accounts: &[String],
    ) -> Result<Vec<Option<CustomerTemplate>>, CompanyError> {
        Ok(vec![None; accounts.len()])
    }

    async fn sales_items(&self, keys: &[ItemKey]) -> Result<Vec<SalesItem>, CompanyError> {
        Ok(vec![SalesItem::UnknownItem; keys.len()])
    }

    async fn unit_conversions(
        &self,
        wanted: &[UnitsOfItem],
    ) -> Result<Vec<Option<UnitConversion>>, CompanyError> {
        Ok(vec![None; wanted.len()])
    }

    async fn trade_codes(&self) -> Result<TradeCodes, CompanyError> {
        Ok(TradeCodes::default())
    }

    async fn category_hierarchies(&self) -> Result<Vec<Code>, CompanyError> {
        Ok(Vec::new())
    }

    async fn sales_orders(
        &self,
        requisitions: &[Requisition],
    ) -> Result<Vec<Vec<FoundOrder>>, CompanyError> {
        Ok(vec![Vec::new(); requisitions.len()])
    }

    async fn address_keys(
        &self,
        destinations: &[Destination],
    ) -> Result<Vec<Option<AddressKey>>, CompanyError> {
        Ok(vec![None; destinations.len()])
    }
}

#[async_trait]
impl SalesOrderService for Hands {
    async fn create(&self, _: HandOver) -> Result<HandedOver, HandOverError> {
        Err(HandOverError::NotReached {
            place: "nowhere".to_owned(),
            reason: "there are no orders here".to_owned(),
        })
    }
}

#[async_trait]
impl AxBatch for Hands {
    async fn batch_jobs(&self, _: &AxBatchFilter) -> Result<Vec<AxBatchJob>, CompanyError> {
        Ok(Vec::new())
    }

    async fn batch_history(&self, _: i64, _: usize) -> Result<Vec<AxBatchRun>, CompanyError> {
        Ok(Vec::new())
    }
}

#[async_trait]
impl Browse for Hands {
    async fn items(&self, _: &ItemQuery) -> Result<ItemPage, CompanyError> {
        Ok(ItemPage::default())
    }

    async fn category_tree(&self) -> Result<CategoryTree, CompanyError> {
        Ok(CategoryTree::default())
    }

    async fn item_groups(&self) -> Result<Vec<GroupCount>, CompanyError> {
        Ok(Vec::new())
    }

    async fn let_through(
        &self,
        _: &Selection,
        items: &[String],
    ) -> Result<Vec<bool>, CompanyError> {
        Ok(vec![true; items.len()])
    }
}
