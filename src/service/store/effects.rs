//! What uploads say about orders: acknowledgements, shipments and order statuses are checked
//! against the order book, and move it, in the transaction of their batch.

use std::collections::BTreeSet;

use rusqlite::{Connection, OptionalExtension, params};

use crate::commerce::wire::{LineResult, LineStatus};
use crate::model::order::{Acknowledgement, Outcome};
use crate::model::record::split_record_id;
use crate::model::shipment::Shipment;
use crate::model::{Record, Stream};
use crate::service::api::refusal::{Code, Refusal};

use super::orders::facts::{settle, word};

/// The orders that a batch or a commit has said something about.
#[derive(Debug, Default)]
pub struct Effects {
    touched: BTreeSet<i64>,
}

/// A line that does not go with the order book.
struct Misfit {
    code: &'static str,
    field: &'static str,
    detail: String,
}

impl Effects {
    /// True where records of `stream` say something about orders.
    pub const fn concern(stream: Stream) -> bool {
        matches!(
            stream,
            Stream::Acknowledgements | Stream::Shipments | Stream::OrderStatuses
        )
    }

    /// Applies an upsert of `stream` to the order book, or returns the answer of its refusal,
    /// having changed nothing.
    pub fn upsert(
        &mut self,
        connection: &Connection,
        stream: Stream,
        id: &str,
        json: &[u8],
    ) -> Result<Option<LineResult>, Refusal> {
        let json = std::str::from_utf8(json).unwrap_or_default();
        let record = Record::from_json(stream, json)
            .map_err(|error| Refusal::new(Code::Internal, error.to_string()))?;
        let done = match &record {
            Record::Acknowledgement(record) => self.acknowledge(connection, record)?,
            Record::Shipment(record) => self.ship(connection, id, record)?,
            Record::OrderStatus(record) => self.report(
                connection,
                &record.sales_order,
                Some(&word(&record.status)?),
            )?,
            Record::Category(_)
            | Record::DimensionGroup(_)
            | Record::ItemTaxGroup(_)
            | Record::DeliveryMode(_)
            | Record::Item(_)
            | Record::TradeAgreement(_)
            | Record::OnHand(_)
            | Record::StoreParameters(_) => Ok(()),
        };
        Ok(done.err().map(|misfit| LineResult {
            id: id.to_owned(),
            status: LineStatus::Rejected,
            version: None,
            code: Some(misfit.code.to_owned()),
            field: Some(misfit.field.to_owned()),
            detail: Some(misfit.detail),
        }))
    }

    /// Takes back what the record `id` of `stream` said. A sales order once told remains told.
    pub fn delete(
        &mut self,
        connection: &Connection,
        stream: Stream,
        id: &str,
    ) -> Result<(), Refusal> {
        match stream {
            Stream::Acknowledgements => {
                let key: Option<i64> = connection
                    .prepare_cached(
                        "UPDATE online_order SET answered = NULL, outcome = NULL WHERE id = ?1 RETURNING key",
                    )?
                    .query_row([id], |row| row.get(0))
                    .optional()?;
                self.touched.extend(key);
            }
            Stream::Shipments => {
                let parts = split_record_id(id);
                let sales_order = parts.last().map(String::as_str).unwrap_or_default();
                if let Some(key) = by_sales_order(connection, sales_order)? {
                    connection
                        .prepare_cached(
                            "DELETE FROM order_shipment WHERE order_key = ?1 AND shipment = ?2",
                        )?
                        .execute(params![key, id])?;
                    self.touched.insert(key);
                }
            }
            Stream::OrderStatuses => {
                // Where no order has it, there is nothing to take back.
                let _ = self.report(connection, id, None)?;
            }
            Stream::Stores
            | Stream::Categories
            | Stream::DimensionGroups
            | Stream::ItemTaxGroups
            | Stream::DeliveryModes
            | Stream::StoreParameters
            | Stream::Items
            | Stream::TradeAgreements
            | Stream::Orders
            | Stream::OnHand => {}
        }
        Ok(())
    }

    /// Writes down how each of the orders stands now. To be called when the records are written.
    pub fn settle(&self, connection: &Connection) -> Result<(), Refusal> {
        for key in &self.touched {
            settle(connection, *key)?;
        }
        Ok(())
    }

    fn acknowledge(
        &mut self,
        connection: &Connection,
        answer: &Acknowledgement,
    ) -> Result<Result<(), Misfit>, Refusal> {
        let order: Option<(i64, i64, Option<String>)> = connection
            .prepare_cached("SELECT key, seq, sales_order FROM online_order WHERE id = ?1")?
            .query_row([&answer.order], |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?))
            })
            .optional()?;
        let Some((key, newest, mut told)) = order else {
            return Ok(Err(Misfit {
                code: "no-such-order",
                field: "order",
                detail: format!("there is no order {:?}", answer.order),
            }));
        };
        if told.is_some() && told.as_ref() == Some(&answer.withdrawn) {
            connection
                .prepare_cached(include_str!("withdraw.sql"))?
                .execute([key])?;
            self.touched.insert(key);
            told = None;
        }
        if answer.outcome == Outcome::Accepted {
            if answer.sales_order.is_empty() {
                return Ok(Err(Misfit {
                    code: "bad-value",
                    field: "sales_order",
                    detail: "an accepted order has a sales order".to_owned(),
                }));
            }
            let conflict = match &told {
                Some(told) if *told != answer.sales_order => Some(format!(
                    "the order {} is the sales order {told} already",
                    answer.order
                )),
                Some(_) => None,
                None => by_sales_order(connection, &answer.sales_order)?
                    .is_some()
                    .then(|| {
                        format!(
                            "the sales order {} was told for another order already",
                            answer.sales_order
                        )
                    }),
            };
            if let Some(detail) = conflict {
                return Ok(Err(Misfit {
                    code: "sales-order-conflict",
                    field: "sales_order",
                    detail,
                }));
            }
            connection
                .prepare_cached(include_str!("accept.sql"))?
                .execute(params![key, answer.sales_order, answer.seq])?;
        }
        // A rejection of an older event says nothing about the order as it is now.
        if answer.outcome == Outcome::Accepted || answer.seq == newest {
            connection
                .prepare_cached(
                    "UPDATE online_order SET answered = ?2, outcome = ?3, reason = ?4 WHERE key = ?1",
                )?
                .execute(params![
                    key,
                    answer.seq,
                    word(&answer.outcome)?,
                    answer.reason
                ])?;
            self.touched.insert(key);
        }
        Ok(Ok(()))
    }

    fn ship(
        &mut self,
        connection: &Connection,
        id: &str,
        shipment: &Shipment,
    ) -> Result<Result<(), Misfit>, Refusal> {
        let Some(key) = by_sales_order(connection, &shipment.sales_order)? else {
            return Ok(Err(no_such_sales_order(&shipment.sales_order)));
        };
        let mut find = connection
            .prepare_cached("SELECT 1 FROM order_line WHERE order_key = ?1 AND line = ?2")?;
        for line in &shipment.lines {
            if !find.exists(params![key, line.line])? {
                return Ok(Err(Misfit {
                    code: "no-such-line",
                    field: "lines",
                    detail: format!(
                        "the order of sales order {} has no line {}",
                        shipment.sales_order, line.line
                    ),
                }));
            }
        }
        connection
            .prepare_cached(
                "INSERT INTO order_shipment (order_key, shipment) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
            )?
            .execute(params![key, id])?;
        self.touched.insert(key);
        Ok(Ok(()))
    }

    fn report(
        &mut self,
        connection: &Connection,
        sales_order: &str,
        status: Option<&str>,
    ) -> Result<Result<(), Misfit>, Refusal> {
        let Some(key) = by_sales_order(connection, sales_order)? else {
            return Ok(Err(no_such_sales_order(sales_order)));
        };
        connection
            .prepare_cached("UPDATE online_order SET status = ?2 WHERE key = ?1")?
            .execute(params![key, status])?;
        self.touched.insert(key);
        Ok(Ok(()))
    }
}

fn no_such_sales_order(sales_order: &str) -> Misfit {
    Misfit {
        code: "no-such-order",
        field: "sales_order",
        detail: format!(
            "no order is known to be the sales order {sales_order:?}; its acknowledgement comes first"
        ),
    }
}

fn by_sales_order(connection: &Connection, sales_order: &str) -> rusqlite::Result<Option<i64>> {
    connection
        .prepare_cached("SELECT key FROM online_order WHERE sales_order = ?1")?
        .query_row([sales_order], |row| row.get(0))
        .optional()
}
