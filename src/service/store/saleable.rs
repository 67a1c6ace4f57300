//! What a shop can still sell: what AX has on hand, less the orders that AX has not taken yet.

use std::collections::BTreeMap;

use rusqlite::{Connection, TransactionBehavior, params};

use crate::commerce::wire::{OrdersTaken, Saleable};
use crate::model::catalog::{OnHand, ProductDimensions};
use crate::model::record::record_id;
use crate::model::{Amount, Stream};
use crate::service::api::refusal::{Code, Refusal};

use super::orders::facts::{amount, read_json};
use super::{Collection, Store};

/// On hand and ordered, by variant.
pub type Figures = BTreeMap<ProductDimensions, (Amount, Amount)>;

impl Store {
    /// Notes up to which event AX has taken the orders. It may go back.
    pub async fn take_orders(&self, taken: OrdersTaken) -> Result<OrdersTaken, Refusal> {
        self.run(move |connection| {
            let transaction =
                connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let (book, newest): (String, i64) =
                transaction.query_row("SELECT id, newest FROM book", [], |row| {
                    Ok((row.get(0)?, row.get(1)?))
                })?;
            if taken.book != book {
                return Err(Refusal::new(
                    Code::OtherBook,
                    format!(
                        "the order book is {book}, not {}: the service was made anew or restored; read the feed from 0",
                        taken.book
                    ),
                ));
            }
            if taken.seq > newest {
                return Err(Refusal::new(
                    Code::BeyondNewest,
                    format!("the newest event is {newest}, {} has not happened", taken.seq),
                ));
            }
            transaction.execute("UPDATE book SET taken = ?1", [taken.seq])?;
            transaction.commit()?;
            Ok(taken)
        })
        .await
    }

    /// What can be sold of each variant of `item`, over all warehouses.
    pub async fn saleable(&self, item: String) -> Result<Vec<Saleable>, Refusal> {
        self.run(move |connection| {
            let transaction = connection.transaction()?;
            let mut figures = Figures::new();
            add_on_hand(&transaction, &item, &mut figures)?;
            add_ordered(&transaction, &item, &mut figures)?;
            // A sum of more than 28 digits is nobody's stock: what does not fit is left out.
            let saleable = figures
                .into_iter()
                .map(|(dimensions, (on_hand, ordered))| Saleable {
                    item: item.clone(),
                    dimensions,
                    on_hand,
                    ordered,
                    saleable: on_hand.checked_sub(ordered).unwrap_or(on_hand),
                });
            Ok(saleable.collect())
        })
        .await
    }
}

/// Adds what AX has on hand of `item`.
pub fn add_on_hand(
    connection: &Connection,
    item: &str,
    figures: &mut Figures,
) -> Result<(), Refusal> {
    let collection = Collection::of(connection, Stream::OnHand)?;
    let item = record_id(&[item]);
    let mut select = connection.prepare_cached(include_str!("on_hand.sql"))?;
    // `}` is the character behind `|`.
    let mut rows = select.query(params![
        collection.id,
        format!("{item}|"),
        format!("{item}}}")
    ])?;
    while let Some(row) = rows.next()? {
        let record: OnHand = read_json(&row.get::<_, Vec<u8>>(0)?)?;
        let (on_hand, _) = figures.entry(record.dimensions).or_default();
        *on_hand = on_hand.checked_add(record.available).unwrap_or(*on_hand);
    }
    Ok(())
}

fn add_ordered(connection: &Connection, item: &str, figures: &mut Figures) -> Result<(), Refusal> {
    let taken: i64 = connection
        .prepare_cached("SELECT taken FROM book")?
        .query_row([], |row| row.get(0))?;
    let mut select = connection.prepare_cached(include_str!("ordered.sql"))?;
    let mut rows = select.query(params![taken, item])?;
    while let Some(row) = rows.next()? {
        let dimensions = ProductDimensions {
            configuration: row.get(0)?,
            size: row.get(1)?,
            colour: row.get(2)?,
            style: row.get(3)?,
        };
        let (_, ordered) = figures.entry(dimensions).or_default();
        let quantity = amount(&row.get::<_, String>(4)?)?;
        *ordered = ordered.checked_add(quantity).unwrap_or(*ordered);
    }
    Ok(())
}
