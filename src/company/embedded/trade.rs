//! Look-ups for orders in the company file.

use async_trait::async_trait;
use rusqlite::Connection;

use super::file::File;
use super::{Embedded, schema};
pub(super) use crate::company::reading::trade::ReleasedItem;
use crate::company::reading::{failed, trade};
use crate::company::trade::{FoundOrder, ItemKey, Requisition, SalesItem, Trade, TradeCodes};
use crate::company::{CompanyError, CompanyFacts};
use crate::model::channel::CustomerTemplate;
use crate::sql::SqlError;
use crate::sqlite::Access;

#[async_trait]
impl Trade for Embedded {
    async fn customers(
        &self,
        accounts: &[String],
    ) -> Result<Vec<Option<CustomerTemplate>>, CompanyError> {
        let accounts = accounts.to_vec();
        self.look_up("customers", move |file| trade::customers(file, &accounts))
            .await
    }

    async fn sales_items(&self, keys: &[ItemKey]) -> Result<Vec<SalesItem>, CompanyError> {
        let keys = keys.to_vec();
        self.look_up("items", move |file| trade::sales_items(file, &keys))
            .await
    }

    async fn trade_codes(&self) -> Result<TradeCodes, CompanyError> {
        self.look_up("codes", |file| trade::codes(file)).await
    }

    async fn sales_orders(
        &self,
        requisitions: &[Requisition],
    ) -> Result<Vec<Vec<FoundOrder>>, CompanyError> {
        let wanted = requisitions.to_vec();
        self.look_up("sales orders", move |file| {
            trade::sales_orders(file, &wanted)
        })
        .await
    }
}

impl Embedded {
    /// Runs `read` on a thread that may block, in one snapshot.
    async fn look_up<T: Send + 'static>(
        &self,
        what: &'static str,
        read: impl FnOnce(&File<'_>) -> Result<T, SqlError> + Send + 'static,
    ) -> Result<T, CompanyError> {
        let company = self.clone();
        tokio::task::spawn_blocking(move || {
            let connection = schema::open(&company.path, Access::ReadOnly)?;
            let read = || {
                let snapshot = connection.unchecked_transaction()?;
                let answer = read(&File {
                    connection: &connection,
                    company: &company.facts,
                })?;
                snapshot.commit()?;
                Ok(answer)
            };
            read().map_err(|error| failed(what.to_owned(), error))
        })
        .await
        .unwrap_or_else(|_| {
            Err(CompanyError::Read {
                what: what.to_owned(),
                source: "the reading thread ended early".into(),
            })
        })
    }
}

/// The customers with these accounts, in their order.
pub(super) fn find_customers(
    connection: &Connection,
    company: &CompanyFacts,
    accounts: &[String],
) -> rusqlite::Result<Vec<Option<CustomerTemplate>>> {
    let file = File {
        connection,
        company,
    };
    trade::customers(&file, accounts).map_err(of_file)
}

/// The released items of these keys, in their order.
pub(super) fn find_items(
    connection: &Connection,
    company: &CompanyFacts,
    keys: &[ItemKey],
) -> rusqlite::Result<Vec<Option<ReleasedItem>>> {
    let file = File {
        connection,
        company,
    };
    trade::items(&file, keys).map_err(of_file)
}

/// What a file's statement failed with.
fn of_file(error: SqlError) -> rusqlite::Error {
    if let SqlError::Sqlite(error) = error {
        error
    } else {
        rusqlite::Error::ToSqlConversionFailure(error.into())
    }
}
