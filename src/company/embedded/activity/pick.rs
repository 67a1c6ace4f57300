//! Picks distinct rows at random without looking at the whole company.

use std::collections::HashSet;

use rusqlite::{Connection, OptionalExtension, params};

use super::ActivityError;
use crate::company::CompanyFacts;
use crate::model::random::Random;

/// A kind of row that can be picked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A released item.
    Item,
    /// An open row of INVENTSUM.
    Stock,
    /// A sales price.
    Price,
    /// A name in one language.
    Name,
}

impl Kind {
    const fn name(self) -> &'static str {
        match self {
            Self::Item => "items",
            Self::Stock => "rows of stock",
            Self::Price => "sales prices",
            Self::Name => "names",
        }
    }

    /// The parts of an item (?2) in a company (?1) that are such rows.
    const fn parts(self) -> &'static str {
        match self {
            Self::Item => "SELECT '' FROM INVENTTABLE WHERE DATAAREAID = ?1 AND ITEMID = ?2",
            Self::Stock => {
                "SELECT INVENTDIMID FROM INVENTSUM
                  WHERE DATAAREAID = ?1 AND ITEMID = ?2 AND CLOSED = 0"
            }
            Self::Price => {
                "SELECT '' FROM INVENTTABLEMODULE
                  WHERE DATAAREAID = ?1 AND ITEMID = ?2 AND MODULETYPE = 2"
            }
            Self::Name => {
                "SELECT t.LANGUAGEID FROM INVENTTABLE i
                   JOIN ECORESPRODUCTTRANSLATION t ON t.PRODUCT = i.PRODUCT
                  WHERE i.DATAAREAID = ?1 AND i.ITEMID = ?2"
            }
        }
    }
}

/// A row that was picked.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Picked {
    pub(super) item: String,
    /// What tells it from other rows of the item: a dimension id or a language.
    pub(super) part: String,
}

pub(super) struct Picker<'c> {
    connection: &'c Connection,
    company: &'c CompanyFacts,
    within: Option<&'c str>,
    /// Lowest and highest RecId of an item.
    recids: (i64, i64),
    pub(super) random: Random,
}

impl<'c> Picker<'c> {
    pub(super) fn new(
        connection: &'c Connection,
        company: &'c CompanyFacts,
        within: Option<&'c str>,
        random: Random,
    ) -> rusqlite::Result<Self> {
        // Two queries: SQLite answers each from one end of the index.
        let end = |sql| connection.query_row(sql, [], |row| row.get::<_, Option<i64>>(0));
        let low = end("SELECT min(RECID) FROM INVENTTABLE")?;
        let high = end("SELECT max(RECID) FROM INVENTTABLE")?;
        Ok(Self {
            connection,
            company,
            within,
            recids: (low.unwrap_or_default(), high.unwrap_or_default()),
            random,
        })
    }

    /// `wanted` distinct rows.
    pub(super) fn pick(&mut self, kind: Kind, wanted: u32) -> Result<Vec<Picked>, ActivityError> {
        let wanted_rows = wanted as usize;
        let (mut picked, mut seen) = (Vec::new(), HashSet::new());
        let mut tries = 20 * wanted_rows + 100;
        while picked.len() < wanted_rows && tries > 0 {
            tries -= 1;
            let Some(item) = self.random_item()? else {
                break;
            };
            let parts = self.parts(kind, &item)?;
            if parts.is_empty() {
                continue;
            }
            let part = parts[self.random.below(parts.len() as u64) as usize].clone();
            let row = Picked { item, part };
            if seen.insert(row.clone()) {
                picked.push(row);
            }
        }
        // Few rows are left: take them in order.
        let mut item = String::new();
        while picked.len() < wanted_rows {
            let Some(next) = self.item_after(&item)? else {
                return Err(ActivityError::NotEnough {
                    what: kind.name(),
                    wanted,
                    found: picked.len(),
                });
            };
            for part in self.parts(kind, &next)? {
                let row = Picked {
                    item: next.clone(),
                    part,
                };
                if picked.len() < wanted_rows && seen.insert(row.clone()) {
                    picked.push(row);
                }
            }
            item = next;
        }
        Ok(picked)
    }

    fn random_item(&mut self) -> rusqlite::Result<Option<String>> {
        let (low, high) = self.recids;
        let recid = low + self.random.between(0, high.abs_diff(low)) as i64;
        let sql = "SELECT ITEMID FROM INVENTTABLE INDEXED BY INVENTTABLE_RECID
                    WHERE RECID >= ? AND DATAAREAID = ? ORDER BY RECID LIMIT 1";
        let item: Option<String> = self
            .connection
            .prepare_cached(sql)?
            .query_row(params![recid, self.company.id], |row| row.get(0))
            .optional()?;
        match (item, self.within) {
            (Some(item), None) => Ok(Some(item)),
            // The next item of the group, or its first one at the end.
            (item, _) => match self.item_after(&item.unwrap_or_default())? {
                Some(item) => Ok(Some(item)),
                None => self.item_after(""),
            },
        }
    }

    /// The item behind `item` (of the item group, where picking is limited to one).
    fn item_after(&self, item: &str) -> rusqlite::Result<Option<String>> {
        let sql = match self.within {
            Some(_) => {
                "SELECT ITEMID FROM INVENTITEMGROUPITEM
                  WHERE ITEMDATAAREAID = ?1 AND ITEMGROUPID = ?3 AND ITEMID > ?2
                  ORDER BY ITEMID LIMIT 1"
            }
            None => {
                "SELECT ITEMID FROM INVENTTABLE
                  WHERE DATAAREAID = ?1 AND ITEMID > ?2 AND ?3 IS NULL ORDER BY ITEMID LIMIT 1"
            }
        };
        self.connection
            .prepare_cached(sql)?
            .query_row(params![self.company.id, item, self.within], |row| {
                row.get(0)
            })
            .optional()
    }

    fn parts(&self, kind: Kind, item: &str) -> rusqlite::Result<Vec<String>> {
        self.connection
            .prepare_cached(kind.parts())?
            .query_map([&self.company.id, item], |row| row.get(0))?
            .collect()
    }
}
