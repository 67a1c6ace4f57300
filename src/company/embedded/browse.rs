//! The items of the company file, as an operator looks through them.

use async_trait::async_trait;

use super::Embedded;
use super::file::File;
use crate::company::CompanyError;
use crate::company::browse::Browse;
use crate::company::reading::browse;
use crate::model::products::{CategoryTree, GroupCount, ItemPage, ItemQuery};
use crate::model::{Selection, Stream};

#[async_trait]
impl Browse for Embedded {
    async fn items(&self, query: &ItemQuery) -> Result<ItemPage, CompanyError> {
        let query = query.clone();
        self.look_up("items", move |connection, company| {
            let file = File {
                connection,
                company,
            };
            browse::page(&file, &query)
        })
        .await
    }

    async fn category_tree(&self) -> Result<CategoryTree, CompanyError> {
        self.look_up("categories", |connection, company| {
            browse::tree(&File {
                connection,
                company,
            })
        })
        .await
    }

    async fn item_groups(&self) -> Result<Vec<GroupCount>, CompanyError> {
        self.look_up("item groups", |connection, company| {
            browse::groups(&File {
                connection,
                company,
            })
        })
        .await
    }

    async fn let_through(
        &self,
        selection: &Selection,
        items: &[String],
    ) -> Result<Vec<bool>, CompanyError> {
        let items = items.to_vec();
        self.ask(Stream::Items, selection, move |reader| {
            browse::let_through(reader, &items)
        })
        .await
    }
}
