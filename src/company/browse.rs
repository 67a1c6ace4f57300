//! The company's items as an operator looks through them: pages in the order of item numbers, the
//! category hierarchies with counts, and which items a selection lets through.

use async_trait::async_trait;

use super::CompanyError;
use crate::model::Selection;
use crate::model::products::{CategoryTree, GroupCount, ItemPage, ItemQuery};

/// Look-ups for whoever selects products. None but the counts costs more in a larger company.
#[async_trait]
pub trait Browse: Send + Sync {
    /// A page of the released items.
    async fn items(&self, query: &ItemQuery) -> Result<ItemPage, CompanyError>;

    /// Every category hierarchy (`ECORESCATEGORYHIERARCHY`) by name, with the number of released
    /// items in each node. Reads every item once.
    async fn category_tree(&self) -> Result<CategoryTree, CompanyError>;

    /// The item groups that items are of, by name. Reads every item once.
    async fn item_groups(&self) -> Result<Vec<GroupCount>, CompanyError>;

    /// Which of these items the selection lets through, in their order.
    async fn let_through(
        &self,
        selection: &Selection,
        items: &[String],
    ) -> Result<Vec<bool>, CompanyError>;
}
