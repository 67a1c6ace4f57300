//! How much goes with what is deleted: what the page says that asks before.

use crate::service::api::refusal::Refusal;

use super::Store;

/// What is to be deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Going {
    /// A store or marketplace.
    Channel,
    /// A department or category.
    Category,
    /// A user.
    User,
}

/// How many of something, and what one and several of it are called.
pub type Lot = (u64, &'static str, &'static str);

impl Going {
    /// What goes with it, and the statement that counts it: a column for each.
    const fn counts(self) -> (&'static [[&'static str; 2]], &'static str) {
        match self {
            Self::Channel => (
                &[
                    ["published product", "published products"],
                    ["mapped attribute", "mapped attributes"],
                    ["mapped category", "mapped categories"],
                ],
                "SELECT (SELECT count(*) FROM publication WHERE channel = ?1),
                        (SELECT count(*) FROM attribute_mapping WHERE channel = ?1),
                        (SELECT count(*) FROM category_mapping WHERE channel = ?1)",
            ),
            Self::Category => (
                &[["mapping", "mappings"]],
                "SELECT count(*) FROM category_mapping WHERE category = ?1",
            ),
            Self::User => (
                &[["session", "sessions"], ["machine", "machines"]],
                "SELECT (SELECT count(*) FROM session WHERE user = ?1),
                        (SELECT count(*) FROM machine WHERE user = ?1)",
            ),
        }
    }
}

impl Store {
    /// What goes with the one of that id.
    pub async fn goes_with(&self, what: Going, id: String) -> Result<Vec<Lot>, Refusal> {
        self.run(move |connection| {
            let (names, statement) = what.counts();
            let lots = connection
                .prepare_cached(statement)?
                .query_row([&id], |row| {
                    let count = |(column, [one, many]): (usize, &[&'static str; 2])| {
                        Ok((row.get::<_, i64>(column)? as u64, *one, *many))
                    };
                    names.iter().enumerate().map(count).collect()
                })?;
            Ok(lots)
        })
        .await
    }
}
