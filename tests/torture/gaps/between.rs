//! A company that somebody changes between the look at its version and the reading of its values.

use std::fmt;
use std::sync::Mutex;

use async_trait::async_trait;
use axcs::company::batch::{AxBatch, AxBatchFilter};
use axcs::company::browse::Browse;
use axcs::company::embedded::Embedded;
use axcs::company::trade::{
    AddressKey, Code, Destination, FoundOrder, ItemKey, Requisition, SalesItem, Trade, TradeCodes,
    UnitConversion, UnitsOfItem,
};
use axcs::company::{Company, CompanyError, CompanyFacts, Entry, Reading, Tracking};
use axcs::model::ax_batch::{AxBatchJob, AxBatchRun};
use axcs::model::channel::CustomerTemplate;
use axcs::model::products::{CategoryTree, GroupCount, ItemPage, ItemQuery};
use axcs::model::{Selection, Stream};

/// The company, and what is done to it once.
pub struct Between {
    company: Embedded,
    stream: Stream,
    change: Mutex<Option<Box<dyn FnOnce() + Send>>>,
}

impl Between {
    /// `change` happens as soon as the version of `stream` was looked at.
    pub fn new(company: Embedded, stream: Stream, change: impl FnOnce() + Send + 'static) -> Self {
        Self {
            company,
            stream,
            change: Mutex::new(Some(Box::new(change))),
        }
    }

    /// True once it has happened.
    pub fn is_done(&self) -> bool {
        self.change.lock().unwrap().is_none()
    }
}

impl fmt::Debug for Between {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Between").finish_non_exhaustive()
    }
}

#[async_trait]
impl Company for Between {
    async fn facts(&self) -> Result<CompanyFacts, CompanyError> {
        self.company.facts().await
    }

    async fn tracking(&self, stream: Stream, known: &[String]) -> Result<Tracking, CompanyError> {
        let tracking = self.company.tracking(stream, known).await;
        if stream == self.stream {
            let change = self.change.lock().unwrap().take();
            if let Some(change) = change {
                change();
            }
        }
        tracking
    }

    async fn count(&self, stream: Stream, selection: &Selection) -> Result<u64, CompanyError> {
        self.company.count(stream, selection).await
    }

    async fn read_all(
        &self,
        stream: Stream,
        selection: &Selection,
        after: Option<&str>,
    ) -> Result<Reading, CompanyError> {
        self.company.read_all(stream, selection, after).await
    }

    async fn read_changes(
        &self,
        stream: Stream,
        selection: &Selection,
        since: i64,
    ) -> Result<Reading, CompanyError> {
        self.company.read_changes(stream, selection, since).await
    }

    async fn read_ids(
        &self,
        stream: Stream,
        selection: &Selection,
        ids: &[String],
    ) -> Result<Vec<Entry>, CompanyError> {
        self.company.read_ids(stream, selection, ids).await
    }
}

#[async_trait]
impl Trade for Between {
    async fn customers(
        &self,
        accounts: &[String],
    ) -> Result<Vec<Option<CustomerTemplate>>, CompanyError> {
        self.company.customers(accounts).await
    }

    async fn sales_items(&self, keys: &[ItemKey]) -> Result<Vec<SalesItem>, CompanyError> {
        self.company.sales_items(keys).await
    }

    async fn unit_conversions(
        &self,
        wanted: &[UnitsOfItem],
    ) -> Result<Vec<Option<UnitConversion>>, CompanyError> {
        self.company.unit_conversions(wanted).await
    }

    async fn trade_codes(&self) -> Result<TradeCodes, CompanyError> {
        self.company.trade_codes().await
    }

    async fn category_hierarchies(&self) -> Result<Vec<Code>, CompanyError> {
        self.company.category_hierarchies().await
    }

    async fn sales_orders(
        &self,
        requisitions: &[Requisition],
    ) -> Result<Vec<Vec<FoundOrder>>, CompanyError> {
        self.company.sales_orders(requisitions).await
    }

    async fn address_keys(
        &self,
        destinations: &[Destination],
    ) -> Result<Vec<Option<AddressKey>>, CompanyError> {
        self.company.address_keys(destinations).await
    }
}

#[async_trait]
impl AxBatch for Between {
    async fn batch_jobs(&self, filter: &AxBatchFilter) -> Result<Vec<AxBatchJob>, CompanyError> {
        self.company.batch_jobs(filter).await
    }

    async fn batch_history(&self, job: i64, limit: usize) -> Result<Vec<AxBatchRun>, CompanyError> {
        self.company.batch_history(job, limit).await
    }
}

#[async_trait]
impl Browse for Between {
    async fn items(&self, query: &ItemQuery) -> Result<ItemPage, CompanyError> {
        self.company.items(query).await
    }

    async fn category_tree(&self) -> Result<CategoryTree, CompanyError> {
        self.company.category_tree().await
    }

    async fn item_groups(&self) -> Result<Vec<GroupCount>, CompanyError> {
        self.company.item_groups().await
    }

    async fn let_through(
        &self,
        selection: &Selection,
        items: &[String],
    ) -> Result<Vec<bool>, CompanyError> {
        self.company.let_through(selection, items).await
    }
}
