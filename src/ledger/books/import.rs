//! The tables of a site's own import: an order's rows are written once and read back.

use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use super::super::LedgerError;
use super::super::import::{ImportBook, ImportOrder, ImportState, Imported, OldImport};
use super::{Engine, SqlLedger, rows, runs};
use crate::sql::{Row, Session, SqlError, Text};
use crate::{statement, values};

const IS_OUT: Text<'static> = statement!("import", "is out");
const IS_THERE: Text<'static> = statement!("import", "is there");
const ADD_ORDER: Text<'static> = statement!("import", "add order");
const ADD_LINE: Text<'static> = statement!("import", "add line");
const ADD_CHARGE: Text<'static> = statement!("import", "add charge");
const FIND: Text<'static> = statement!("import", "find");
const OLD: Text<'static> = statement!("import", "old");
const FORGET: [Text<'static>; 3] = [
    statement!("import", "forget lines"),
    statement!("import", "forget charges"),
    statement!("import", "forget order"),
];

/// A moment as the columns hold it, in UTC.
fn text_of(moment: Timestamp) -> String {
    moment.strftime("%Y-%m-%d %H:%M:%S").to_string()
}

fn moment(row: &Row<'_>, column: usize) -> Result<Timestamp, SqlError> {
    let text = rows::text(row, column)?;
    text.parse::<DateTime>()
        .and_then(|moment| moment.to_zoned(TimeZone::UTC))
        .map(|moment| moment.timestamp())
        .map_err(|error| SqlError::unreadable(column, error))
}

fn lay_out(db: Session<'_>, import: &ImportOrder) -> Result<bool, SqlError> {
    let id = &import.message_id;
    if db.row(&IS_THERE, &values![id], |row| row.get(0))? {
        return Ok(true);
    }
    let order = &import.order;
    let attempt = values![&order.id, import.attempt];
    if !db.row(&IS_OUT, &attempt, |row| row.get::<bool>(0))? {
        return Ok(false);
    }
    let now = rows::moment(runs::now(db)?)?;
    let (customer, address) = (&order.customer, &order.delivery_address);
    let (location, valid_from) = match &import.delivery_location {
        Some((location, valid_from)) => {
            let valid_from = valid_from.strftime("%Y-%m-%d %H:%M:%S").to_string();
            (location.as_str(), valid_from)
        }
        None => ("", String::new()),
    };
    let payment = order.payment.as_ref();
    let of_payment =
        |text: fn(&crate::model::order::Payment) -> String| payment.map(text).unwrap_or_default();
    let heading = values![
        id,
        &import.company,
        &order.id,
        &order.number,
        &order.store,
        &import.customer_account,
        &customer.name,
        &customer.email,
        &customer.phone,
        &customer.language,
        &order.currency,
        &import.sales_origin,
        &order.delivery_mode,
        &address.name,
        &address.street,
        &address.zip_code,
        &address.city,
        &address.state,
        &address.country,
        location,
        valid_from,
        text_of(order.placed),
        import.delivery_date.to_string(),
        &import.notes,
        of_payment(|payment| payment.provider.clone()),
        of_payment(|payment| payment.method.clone()),
        of_payment(|payment| payment.authorization.clone()),
        of_payment(|payment| payment.amount.to_string()),
        order.total.to_string(),
        text_of(now),
    ];
    db.execute(&ADD_ORDER, &heading)?;
    let lines = order.lines.iter().map(|line| {
        let product = &line.dimensions;
        values![
            id,
            line.line,
            &line.item,
            &product.configuration,
            &product.size,
            &product.colour,
            &product.style,
            &line.name,
            line.quantity.to_string(),
            &line.unit,
            line.price.to_string(),
            line.discount.to_string(),
            line.amount.to_string(),
        ]
    });
    db.execute_each(&ADD_LINE, &lines.collect::<Vec<_>>())?;
    let charges = (1_i64..).zip(&order.charges).map(|(number, charge)| {
        values![
            id,
            number,
            &charge.code,
            &charge.text,
            charge.amount.to_string()
        ]
    });
    db.execute_each(&ADD_CHARGE, &charges.collect::<Vec<_>>())?;
    Ok(true)
}

fn imported(row: &Row<'_>, now: Timestamp) -> Result<Imported, SqlError> {
    let state: String = row.get(0)?;
    let since = moment(row, 6)?;
    Ok(Imported {
        state: match state.as_str() {
            "new" => ImportState::New,
            "taken" => ImportState::Taken,
            "created" => ImportState::Created {
                sales_order: row.get(1)?,
            },
            "refused" => ImportState::Refused { error: row.get(2)? },
            other => return Err(SqlError::unreadable(0, format!("{other:?} is no state"))),
        },
        order: row.get(3)?,
        customer_account: row.get(4)?,
        requisition: row.get(5)?,
        since,
        age: Duration::try_from(now.duration_since(since)).unwrap_or_default(),
    })
}

fn find(db: Session<'_>, message_ids: &[String]) -> Result<Vec<Option<Imported>>, SqlError> {
    let now = rows::moment(runs::now(db)?)?;
    let ids: Vec<_> = message_ids.iter().map(|id| values![id]).collect();
    db.optional_each(&FIND, &ids, |row| imported(row, now))
}

#[async_trait]
impl<E: Engine> ImportBook for SqlLedger<E> {
    async fn lay_out(&self, order: ImportOrder) -> Result<bool, LedgerError> {
        self.write("laying an order out for the import", move |db| {
            Ok(lay_out(db, &order)?)
        })
        .await
    }

    async fn imports(
        &self,
        message_ids: Vec<String>,
    ) -> Result<Vec<Option<Imported>>, LedgerError> {
        self.read("reading what the import says", move |db| {
            find(db, &message_ids)
        })
        .await
    }

    async fn old_imports(
        &self,
        age: Duration,
        limit: usize,
    ) -> Result<Vec<OldImport>, LedgerError> {
        self.read("looking for old rows of the import", move |db| {
            let now = rows::moment(runs::now(db)?)?;
            let before = now.saturating_sub(age).unwrap_or(Timestamp::MIN);
            let values = values![text_of(before), rows::limit(limit)];
            db.rows(&OLD, &values, |row| {
                Ok(OldImport {
                    message_id: row.get(0)?,
                    order: row.get(1)?,
                })
            })
        })
        .await
    }

    async fn forget_imports(&self, message_ids: Vec<String>) -> Result<(), LedgerError> {
        self.write("removing old rows of the import", move |db| {
            let ids: Vec<_> = message_ids.iter().map(|id| values![id]).collect();
            for forget in &FORGET {
                db.execute_each(forget, &ids)?;
            }
            Ok(())
        })
        .await
    }
}
