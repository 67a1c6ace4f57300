//! Look-ups in AX's database: for orders, and of batch jobs.

use async_trait::async_trait;

use super::live::Live;
use super::{Fault, SqlServerCompany};
use crate::company::CompanyError;
use crate::company::batch::{AxBatch, AxBatchFilter};
use crate::company::reading::{
    Database as _, addresses, batch, failed, is_forbidden, trade, units,
};
use crate::company::trade::{
    AddressKey, Code, Destination, FoundOrder, ItemKey, Requisition, SalesItem, Trade, TradeCodes,
    UnitConversion, UnitsOfItem,
};
use crate::model::ax_batch::{AxBatchJob, AxBatchRun};
use crate::model::channel::CustomerTemplate;
use crate::sql::SqlError;

#[async_trait]
impl Trade for SqlServerCompany {
    async fn customers(
        &self,
        accounts: &[String],
    ) -> Result<Vec<Option<CustomerTemplate>>, CompanyError> {
        let accounts = accounts.to_vec();
        self.look_up("customers", move |live| trade::customers(live, &accounts))
            .await
    }

    async fn sales_items(&self, keys: &[ItemKey]) -> Result<Vec<SalesItem>, CompanyError> {
        let keys = keys.to_vec();
        self.look_up("items", move |live| trade::sales_items(live, &keys))
            .await
    }

    async fn unit_conversions(
        &self,
        wanted: &[UnitsOfItem],
    ) -> Result<Vec<Option<UnitConversion>>, CompanyError> {
        let wanted = wanted.to_vec();
        self.look_up("unit conversions", move |live| {
            match units::conversions(live, &wanted) {
                // Tables that the login may not see at all count as missing already.
                Err(error) if is_forbidden(&error) => {
                    tracing::warn!(
                        "the unit conversions cannot be read, so nothing is converted: {error}. The \
                         grants that the login needs: axcs doctor --grants"
                    );
                    Ok(vec![None; wanted.len()])
                }
                found => found,
            }
        })
        .await
    }

    async fn trade_codes(&self) -> Result<TradeCodes, CompanyError> {
        self.look_up("codes", |live| trade::codes(live)).await
    }

    async fn category_hierarchies(&self) -> Result<Vec<Code>, CompanyError> {
        self.look_up("category hierarchies", |live| {
            trade::category_hierarchies(live)
        })
        .await
    }

    async fn sales_orders(
        &self,
        requisitions: &[Requisition],
    ) -> Result<Vec<Vec<FoundOrder>>, CompanyError> {
        let wanted = requisitions.to_vec();
        self.look_up("sales orders", move |live| {
            trade::sales_orders(live, &wanted)
        })
        .await
    }

    async fn address_keys(
        &self,
        destinations: &[Destination],
    ) -> Result<Vec<Option<AddressKey>>, CompanyError> {
        let wanted = destinations.to_vec();
        self.look_up("postal addresses", move |live| {
            match addresses::keys(live, &wanted) {
                // Tables that the login may not see at all count as missing already.
                Err(error) if is_forbidden(&error) => {
                    tracing::warn!(
                        "the postal addresses of customers cannot be read, so delivery addresses \
                         travel as notes: {error}. The grants that the login needs: axcs doctor --grants"
                    );
                    Ok(vec![None; wanted.len()])
                }
                found => found,
            }
        })
        .await
    }
}

#[async_trait]
impl AxBatch for SqlServerCompany {
    async fn batch_jobs(&self, filter: &AxBatchFilter) -> Result<Vec<AxBatchJob>, CompanyError> {
        let filter = filter.clone();
        self.look_up("batch jobs", move |live| {
            batch::jobs(live.session(), &filter)
        })
        .await
    }

    async fn batch_history(&self, job: i64, limit: usize) -> Result<Vec<AxBatchRun>, CompanyError> {
        self.look_up("the history of a batch job", move |live| {
            batch::history(live.session(), job, limit)
        })
        .await
    }
}

impl SqlServerCompany {
    pub(super) async fn look_up<T: Send + 'static>(
        &self,
        what: &'static str,
        read: impl FnOnce(&Live<'_>) -> Result<T, SqlError> + Send + 'static,
    ) -> Result<T, CompanyError> {
        self.call(move |live| {
            read(live).map_err(|error| Fault::Company(failed(what.to_owned(), error)))
        })
        .await
    }
}
