//! Look-ups for orders in the company file.

use async_trait::async_trait;
use rusqlite::Connection;

use super::Embedded;
use super::file::File;
pub(super) use crate::company::reading::trade::ReleasedItem;
use crate::company::reading::{addresses, trade, units};
use crate::company::trade::{
    AddressKey, Code, Destination, FoundOrder, ItemKey, Requisition, SalesItem, Trade, TradeCodes,
    UnitConversion, UnitsOfItem,
};
use crate::company::{CompanyError, CompanyFacts};
use crate::model::channel::CustomerTemplate;
use crate::sql::SqlError;

#[async_trait]
impl Trade for Embedded {
    async fn customers(
        &self,
        accounts: &[String],
    ) -> Result<Vec<Option<CustomerTemplate>>, CompanyError> {
        let accounts = accounts.to_vec();
        self.look_up("customers", move |connection, company| {
            trade::customers(
                &File {
                    connection,
                    company,
                },
                &accounts,
            )
        })
        .await
    }

    async fn sales_items(&self, keys: &[ItemKey]) -> Result<Vec<SalesItem>, CompanyError> {
        let keys = keys.to_vec();
        self.look_up("items", move |connection, company| {
            trade::sales_items(
                &File {
                    connection,
                    company,
                },
                &keys,
            )
        })
        .await
    }

    async fn unit_conversions(
        &self,
        wanted: &[UnitsOfItem],
    ) -> Result<Vec<Option<UnitConversion>>, CompanyError> {
        let wanted = wanted.to_vec();
        self.look_up("unit conversions", move |connection, company| {
            units::conversions(
                &File {
                    connection,
                    company,
                },
                &wanted,
            )
        })
        .await
    }

    async fn trade_codes(&self) -> Result<TradeCodes, CompanyError> {
        self.look_up("codes", |connection, company| {
            trade::codes(&File {
                connection,
                company,
            })
        })
        .await
    }

    async fn category_hierarchies(&self) -> Result<Vec<Code>, CompanyError> {
        self.look_up("category hierarchies", |connection, company| {
            trade::category_hierarchies(&File {
                connection,
                company,
            })
        })
        .await
    }

    async fn sales_orders(
        &self,
        requisitions: &[Requisition],
    ) -> Result<Vec<Vec<FoundOrder>>, CompanyError> {
        let wanted = requisitions.to_vec();
        self.look_up("sales orders", move |connection, company| {
            trade::sales_orders(
                &File {
                    connection,
                    company,
                },
                &wanted,
            )
        })
        .await
    }

    async fn address_keys(
        &self,
        destinations: &[Destination],
    ) -> Result<Vec<Option<AddressKey>>, CompanyError> {
        let wanted = destinations.to_vec();
        self.look_up("postal addresses", move |connection, company| {
            addresses::keys(
                &File {
                    connection,
                    company,
                },
                &wanted,
            )
        })
        .await
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
