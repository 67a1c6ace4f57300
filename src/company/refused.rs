//! A database of AX whose release has no Commerce Services: whatever is asked of it is answered with
//! the reason, so that the console can show it.

use async_trait::async_trait;

use super::batch::{AxBatch, AxBatchFilter};
use super::browse::Browse;
use super::trade::{
    AddressKey, Code, Destination, FoundOrder, ItemKey, Requisition, SalesItem, Trade, TradeCodes,
    UnitConversion, UnitsOfItem,
};
use super::{Company, CompanyError, CompanyFacts, Entry, Reading, Tracking};
use crate::model::ax_batch::{AxBatchJob, AxBatchRun};
use crate::model::channel::CustomerTemplate;
use crate::model::products::{CategoryTree, GroupCount, ItemPage, ItemQuery};
use crate::model::{Selection, Stream};

/// A company that is not used; it is never connected to again.
#[derive(Clone, Debug)]
pub struct RefusedCompany {
    /// The server.
    pub place: String,
    /// Which release it is, and how that shows.
    pub reason: String,
}

impl RefusedCompany {
    /// Why nothing is read from it.
    pub fn error(&self) -> CompanyError {
        CompanyError::Release {
            place: self.place.clone(),
            reason: self.reason.clone(),
        }
    }
}

#[async_trait]
impl Company for RefusedCompany {
    async fn facts(&self) -> Result<CompanyFacts, CompanyError> {
        Err(self.error())
    }

    async fn sees_moments(&self) -> Result<Option<bool>, CompanyError> {
        Err(self.error())
    }

    async fn tracking(&self, _: Stream, _: &[String]) -> Result<Tracking, CompanyError> {
        Err(self.error())
    }

    async fn count(&self, _: Stream, _: &Selection) -> Result<u64, CompanyError> {
        Err(self.error())
    }

    async fn read_all(
        &self,
        _: Stream,
        _: &Selection,
        _: Option<&str>,
    ) -> Result<Reading, CompanyError> {
        Err(self.error())
    }

    async fn read_changes(
        &self,
        _: Stream,
        _: &Selection,
        _: i64,
    ) -> Result<Reading, CompanyError> {
        Err(self.error())
    }

    async fn read_ids(
        &self,
        _: Stream,
        _: &Selection,
        _: &[String],
    ) -> Result<Vec<Entry>, CompanyError> {
        Err(self.error())
    }
}

#[async_trait]
impl Trade for RefusedCompany {
    async fn customers(&self, _: &[String]) -> Result<Vec<Option<CustomerTemplate>>, CompanyError> {
        Err(self.error())
    }

    async fn sales_items(&self, _: &[ItemKey]) -> Result<Vec<SalesItem>, CompanyError> {
        Err(self.error())
    }

    async fn unit_conversions(
        &self,
        _: &[UnitsOfItem],
    ) -> Result<Vec<Option<UnitConversion>>, CompanyError> {
        Err(self.error())
    }

    async fn trade_codes(&self) -> Result<TradeCodes, CompanyError> {
        Err(self.error())
    }

    async fn category_hierarchies(&self) -> Result<Vec<Code>, CompanyError> {
        Err(self.error())
    }

    async fn sales_orders(&self, _: &[Requisition]) -> Result<Vec<Vec<FoundOrder>>, CompanyError> {
        Err(self.error())
    }

    async fn address_keys(
        &self,
        _: &[Destination],
    ) -> Result<Vec<Option<AddressKey>>, CompanyError> {
        Err(self.error())
    }
}

#[async_trait]
impl AxBatch for RefusedCompany {
    async fn batch_jobs(&self, _: &AxBatchFilter) -> Result<Vec<AxBatchJob>, CompanyError> {
        Err(self.error())
    }

    async fn batch_history(&self, _: i64, _: usize) -> Result<Vec<AxBatchRun>, CompanyError> {
        Err(self.error())
    }
}

#[async_trait]
impl Browse for RefusedCompany {
    async fn items(&self, _: &ItemQuery) -> Result<ItemPage, CompanyError> {
        Err(self.error())
    }

    async fn category_tree(&self) -> Result<CategoryTree, CompanyError> {
        Err(self.error())
    }

    async fn item_groups(&self) -> Result<Vec<GroupCount>, CompanyError> {
        Err(self.error())
    }

    async fn let_through(&self, _: &Selection, _: &[String]) -> Result<Vec<bool>, CompanyError> {
        Err(self.error())
    }
}
