//! What moves in a company while a demo runs: stock, prices and names change, items are deleted,
//! and the [`clerk`] ships sales orders.
//! Nothing here knows about jobs; the changes are found by change tracking, like anybody's.

pub mod clerk;
mod pick;

use std::time::{Duration, Instant};

use rusqlite::{Row, Transaction, TransactionBehavior, named_params};
use rust_decimal::Decimal;
use tokio_util::sync::CancellationToken;

use self::clerk::{ClerkError, Orders, Ship};
use self::pick::{Kind, Picked, Picker};
use super::{Embedded, tracking, writer};
use crate::company::{CompanyError, CompanyFacts};
use crate::model::random::Random;

/// How many rows of each kind to change.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Change {
    /// Rows of INVENTSUM whose quantity moves a little.
    pub stock: u32,
    /// Sales prices in INVENTTABLEMODULE.
    pub prices: u32,
    /// Names in ECORESPRODUCTTRANSLATION.
    pub names: u32,
    /// Released items deleted with the rows that belong to them.
    pub deletes: u32,
}

/// The change could not be made; nothing is changed.
#[derive(Debug, thiserror::Error)]
pub enum ActivityError {
    /// The file cannot be opened for writing.
    #[error(transparent)]
    Company(#[from] CompanyError),
    /// There are not as many rows as are to be changed.
    #[error("{wanted} {what} were to change, there are only {found}")]
    NotEnough {
        /// Kind of row.
        what: &'static str,
        /// How many were asked for.
        wanted: u32,
        /// How many there are.
        found: usize,
    },
    /// A quantity or price that is to change is no number.
    #[error("{column} of item {item} is {value:?}, not a number that can change")]
    NotANumber {
        /// AX table and column.
        column: &'static str,
        /// Item number.
        item: String,
        /// What is there.
        value: String,
    },
    /// The clerk could not do it.
    #[error(transparent)]
    Clerk(#[from] ClerkError),
    /// SQLite refused.
    #[error("changing the company failed: {0}")]
    Sqlite(#[from] rusqlite::Error),
}

/// Changes exactly as many distinct rows as `change` says, chosen by `seed` among the items of the
/// item group `within` (or all), all in one transaction. Returns what changed, in words.
pub fn apply(
    company: &Embedded,
    change: &Change,
    seed: u64,
    within: Option<&str>,
) -> Result<Vec<String>, ActivityError> {
    let mut connection = writer(company.path())?;
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let mut picker = Picker::new(&transaction, &company.facts, within, Random::new(seed))?;
    let mut words = Vec::new();
    // Deletions first: what is deleted cannot be picked again for another change.
    for (kind, wanted) in [
        (Kind::Item, change.deletes),
        (Kind::Stock, change.stock),
        (Kind::Price, change.prices),
        (Kind::Name, change.names),
    ] {
        for picked in picker.pick(kind, wanted)? {
            let moved = Moved {
                transaction: &transaction,
                company: &company.facts,
                picked: &picked,
            };
            words.push(match kind {
                Kind::Item => moved.delete()?,
                Kind::Stock => moved.stock(&mut picker.random)?,
                Kind::Price => moved.price(&mut picker.random)?,
                Kind::Name => moved.name(&mut picker.random)?,
            });
        }
    }
    transaction.commit()?;
    Ok(words)
}

/// What changes at each beat of [`keep_moving`].
const BEAT: Change = Change {
    stock: 5,
    prices: 1,
    names: 1,
    deletes: 0,
};
/// How often expired changes are forgotten: SQL Server's automatic clean-up.
const CLEAN_UP: Duration = Duration::from_secs(30 * 60);

/// Keeps a company alive until it is stopped: a small change each `interval`, told to the log.
pub async fn keep_moving(
    company: Embedded,
    within: Option<String>,
    interval: Duration,
    stop: CancellationToken,
) {
    let mut random = Random::new(jiff::Timestamp::now().as_microsecond() as u64);
    let mut cleaned = Instant::now();
    while stop
        .run_until_cancelled(tokio::time::sleep(interval))
        .await
        .is_some()
    {
        let (company, within, seed) = (company.clone(), within.clone(), random.next());
        let clean_up = cleaned.elapsed() >= CLEAN_UP;
        if clean_up {
            cleaned = Instant::now();
        }
        let beat = tokio::task::spawn_blocking(move || {
            let mut words = apply(&company, &BEAT, seed, within.as_deref())?;
            words.extend(orders_move_on(&company, seed)?);
            if clean_up {
                tracking::clean_up(&mut writer(company.path())?)?;
            }
            Ok::<_, ActivityError>(words)
        });
        match beat.await {
            Ok(Ok(words)) => words.iter().for_each(|words| tracing::info!("{words}")),
            Ok(Err(error)) => tracing::warn!("the sample company stands still: {error}"),
            Err(_) => return,
        }
    }
}

/// Ships the oldest open orders, some of them in parts, the rest of which is the oldest open order
/// of a later beat; now and then one is invoiced.
fn orders_move_on(company: &Embedded, seed: u64) -> Result<Vec<String>, ActivityError> {
    let mut random = Random::new(seed);
    let ship = Ship {
        orders: Orders::Oldest(random.between(0, 3) as u32),
        partial: random.once_in(3),
    };
    let mut words = clerk::ship(company, &ship, random.next())?;
    if random.once_in(3) {
        words.extend(clerk::invoice_oldest(company)?);
    }
    Ok(words)
}

/// One row on its way to another value.
struct Moved<'c> {
    transaction: &'c Transaction<'c>,
    company: &'c CompanyFacts,
    picked: &'c Picked,
}

impl Moved<'_> {
    fn stock(&self, random: &mut Random) -> Result<String, ActivityError> {
        let quantity = |column, name| self.read(include_str!("activity/stock.sql"), column, name);
        let available = quantity(0, "INVENTSUM.AVAILPHYSICAL")?;
        let posted = quantity(1, "INVENTSUM.POSTEDQTY")?;
        let physical = quantity(2, "INVENTSUM.PHYSICALINVENT")?;
        let step = Decimal::from(random.between(1, 5));
        let sold = random.once_in(2) && available >= step;
        let step = if sold { -step } else { step };
        self.transaction.execute(
            include_str!("activity/move_stock.sql"),
            named_params! {
                ":company": self.company.id,
                ":item": self.picked.item,
                ":dimension": self.picked.part,
                ":available": (available + step).to_string(),
                ":posted": (posted + step).to_string(),
                ":physical": (physical + step).to_string(),
                ":version": row_version(random),
            },
        )?;
        let place: String = self.transaction.query_row(
            include_str!("activity/place.sql"),
            [&self.company.id, &self.picked.part],
            |row| row.get(0),
        )?;
        let (item, now) = (&self.picked.item, available + step);
        Ok(format!(
            "{item}: available in {place} {} -> {}",
            available.normalize(),
            now.normalize()
        ))
    }

    fn price(&self, random: &mut Random) -> Result<String, ActivityError> {
        let sql = "SELECT PRICE FROM INVENTTABLEMODULE
                    WHERE DATAAREAID = ?1 AND ITEMID = ?2 AND MODULETYPE = 2 AND ?3 = ''";
        let old = self.read(sql, 0, "INVENTTABLEMODULE.PRICE")?;
        // Ten per cent up or down, in cents.
        let factor = Decimal::new(random.between(90, 110) as i64, 2);
        let mut new = (old * factor).round_dp(2);
        if new == old {
            new += Decimal::new(1, 2);
        }
        self.transaction.execute(
            "UPDATE INVENTTABLEMODULE SET PRICE = ?3, RECVERSION = ?4
              WHERE DATAAREAID = ?1 AND ITEMID = ?2 AND MODULETYPE = 2",
            (
                &self.company.id,
                &self.picked.item,
                new.to_string(),
                row_version(random),
            ),
        )?;
        let item = &self.picked.item;
        Ok(format!(
            "{item}: sales price {} -> {}",
            old.normalize(),
            new.normalize()
        ))
    }

    fn name(&self, random: &mut Random) -> Result<String, ActivityError> {
        let (product, old): (i64, String) = self.transaction.query_row(
            "SELECT t.PRODUCT, t.NAME FROM INVENTTABLE i
               JOIN ECORESPRODUCTTRANSLATION t ON t.PRODUCT = i.PRODUCT
              WHERE i.DATAAREAID = ?1 AND i.ITEMID = ?2 AND t.LANGUAGEID = ?3",
            [&self.company.id, &self.picked.item, &self.picked.part],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )?;
        let new = renamed(&old);
        self.transaction.execute(
            "UPDATE ECORESPRODUCTTRANSLATION SET NAME = ?3, RECVERSION = ?4
              WHERE PRODUCT = ?1 AND LANGUAGEID = ?2",
            (product, &self.picked.part, &new, row_version(random)),
        )?;
        let Picked { item, part } = self.picked;
        Ok(format!("{item}: name in {part} {old:?} -> {new:?}"))
    }

    /// Deletes the item as AX does: its own rows go, the shared product stays.
    fn delete(&self) -> Result<String, ActivityError> {
        for sql in [
            "DELETE FROM INVENTSUM WHERE DATAAREAID = ?1 AND ITEMID = ?2",
            "DELETE FROM INVENTDIMCOMBINATION WHERE DATAAREAID = ?1 AND ITEMID = ?2",
            "DELETE FROM INVENTITEMGROUPITEM WHERE ITEMDATAAREAID = ?1 AND ITEMID = ?2",
            "DELETE FROM INVENTTABLEMODULE WHERE DATAAREAID = ?1 AND ITEMID = ?2",
            "DELETE FROM INVENTTABLE WHERE DATAAREAID = ?1 AND ITEMID = ?2",
        ] {
            self.transaction
                .prepare_cached(sql)?
                .execute([&self.company.id, &self.picked.item])?;
        }
        Ok(format!("{}: deleted", self.picked.item))
    }

    /// A decimal of the picked row.
    fn read(&self, sql: &str, column: usize, name: &'static str) -> Result<Decimal, ActivityError> {
        let value: String = self.transaction.prepare_cached(sql)?.query_row(
            [&self.company.id, &self.picked.item, &self.picked.part],
            |row: &Row<'_>| row.get(column),
        )?;
        value.parse().map_err(|_| ActivityError::NotANumber {
            column: name,
            item: self.picked.item.clone(),
            value,
        })
    }
}

/// AX gives a changed row a new random version.
fn row_version(random: &mut Random) -> i64 {
    random.between(2, i32::MAX as u64) as i64
}

/// "Alpine Tent 204" becomes "Alpine Tent 204 (2)", then "(3)". The column holds 60 characters.
fn renamed(name: &str) -> String {
    let numbered = name.strip_suffix(')').and_then(|rest| {
        let (base, number) = rest.rsplit_once(" (")?;
        Some((base, number.parse::<u32>().ok()?))
    });
    let (base, number) = numbered.unwrap_or((name, 1));
    let suffix = format!(" ({})", number.saturating_add(1));
    let mut base = base.to_owned();
    while base.encode_utf16().count() + suffix.len() > 60 {
        base.pop();
    }
    base + &suffix
}

#[cfg(test)]
mod tests;
