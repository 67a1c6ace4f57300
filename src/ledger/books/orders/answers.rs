//! Acknowledgements: what the service is to be told about each order, and what it was told.

use super::super::rows;
use super::known::Known;
use crate::model::Record;
use crate::model::digest::content_hash;
use crate::model::order::{Acknowledgement, Outcome};
use crate::model::staged::Stage;
use crate::sql::{Row, Session, SqlError, Text};
use crate::{statement, values};

const RENEW: Text<'static> = statement!("answers", "renew");
const RAISE_VERSION: Text<'static> = statement!("answers", "raise version");
const VERSION: Text<'static> = statement!("answers", "version");
const TOLD: Text<'static> = statement!("answers", "told");
const FORGET: Text<'static> = statement!("answers", "forget");
const OF_ORDER: Text<'static> = statement!("answers", "of order");
const LIST: Text<'static> = statement!("answers", "list");
const CHANGED: Text<'static> = statement!("answers", "changed");

/// What the service is to be told of an order in a stage.
fn outcome(stage: Stage, sales_order: String, reason: String) -> (Outcome, String, String) {
    match stage {
        Stage::Downloaded | Stage::AwaitingPayment | Stage::HandedOver | Stage::Cancelled => {
            (Outcome::Downloaded, String::new(), String::new())
        }
        Stage::Accepted => (Outcome::Accepted, sales_order, String::new()),
        Stage::Exception | Stage::Closed => (Outcome::Rejected, String::new(), reason),
    }
}

fn acknowledgement(row: &Row<'_>) -> Result<Acknowledgement, SqlError> {
    let (outcome, sales_order, reason) = outcome(rows::named(row, 2)?, row.get(3)?, row.get(4)?);
    Ok(Acknowledgement {
        order: row.get(0)?,
        seq: row.get(1)?,
        outcome,
        sales_order,
        withdrawn: row.get(5)?,
        reason,
    })
}

/// The hash that the order's acknowledgement has when it is sent.
fn hash(order: &Known) -> Result<i64, SqlError> {
    let (outcome, sales_order, reason) =
        outcome(order.stage, order.sales_order.clone(), order.reason.clone());
    let acknowledgement = Acknowledgement {
        order: order.id.clone(),
        seq: order.seq,
        outcome,
        sales_order,
        withdrawn: order.withdrawn.clone(),
        reason,
    };
    let mut value = Vec::new();
    Record::Acknowledgement(acknowledgement)
        .write_json(&mut value)
        .map_err(|error| SqlError::Unwritable(error.to_string()))?;
    Ok(content_hash(&value).cast_signed())
}

/// Gives the acknowledgements of orders that were just written a version where their values are
/// others: one version for all, as they are seen in one moment.
pub fn update<'k>(
    db: Session<'_>,
    orders: impl Iterator<Item = &'k Known>,
) -> Result<(), SqlError> {
    let hashes: Vec<_> = orders
        .map(|order| Ok(values![&order.id, hash(order)?]))
        .collect::<Result<_, SqlError>>()?;
    if db.execute_each(&RENEW, &hashes)? > 0 {
        db.execute(&RAISE_VERSION, &[])?;
    }
    Ok(())
}

/// The version given last.
pub fn version(db: Session<'_>) -> Result<i64, SqlError> {
    db.row(&VERSION, &[], |row| row.get(0))
}

/// Notes what the service holds.
pub fn told(db: Session<'_>, held: &[(String, u64)]) -> Result<(), SqlError> {
    let sets: Vec<_> = held
        .iter()
        .map(|(id, hash)| values![id, hash.cast_signed()])
        .collect();
    db.execute_each(&TOLD, &sets)?;
    Ok(())
}

/// Notes what the service does not hold any more.
pub fn untold(db: Session<'_>, dropped: &[String]) -> Result<(), SqlError> {
    let sets: Vec<_> = dropped.iter().map(|id| values![id, None::<i64>]).collect();
    db.execute_each(&TOLD, &sets)?;
    Ok(())
}

/// Notes that the service holds none.
pub fn forget(db: Session<'_>) -> Result<(), SqlError> {
    db.execute(&FORGET, &[])?;
    Ok(())
}

/// Of orders of the service's order book.
pub fn of_book(
    db: Session<'_>,
    orders: &[String],
) -> Result<Vec<Option<Acknowledgement>>, SqlError> {
    let sets: Vec<_> = orders.iter().map(|id| values![id]).collect();
    db.optional_each(&OF_ORDER, &sets, acknowledgement)
}

pub fn list(db: Session<'_>, after: &str, limit: usize) -> Result<Vec<Acknowledgement>, SqlError> {
    db.rows(&LIST, &values![after, limit as i64], acknowledgement)
}

pub fn changed(
    db: Session<'_>,
    since: i64,
    after: &str,
    limit: usize,
) -> Result<Vec<String>, SqlError> {
    let values = values![since, after, limit as i64];
    db.rows(&CHANGED, &values, |row| row.get(0))
}
