//! The items of AX's database, as an operator looks through them.

use async_trait::async_trait;

use super::SqlServerCompany;
use crate::company::CompanyError;
use crate::company::browse::Browse;
use crate::company::reading::browse;
use crate::model::products::{CategoryTree, GroupCount, ItemPage, ItemQuery};
use crate::model::{Selection, Stream};

#[async_trait]
impl Browse for SqlServerCompany {
    async fn items(&self, query: &ItemQuery) -> Result<ItemPage, CompanyError> {
        let query = query.clone();
        self.look_up("items", move |live| browse::page(live, &query))
            .await
    }

    async fn category_tree(&self) -> Result<CategoryTree, CompanyError> {
        self.look_up("categories", |live| browse::tree(live)).await
    }

    async fn item_groups(&self) -> Result<Vec<GroupCount>, CompanyError> {
        self.look_up("item groups", |live| browse::groups(live))
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
