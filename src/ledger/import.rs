//! Orders laid out in plain columns, for a site's own import into AX: an X++ batch, SSIS, or
//! whatever reads and writes SQL. The import takes them there and answers in the same rows; what it
//! may do is told in `books/migration-4.tsql.sql`.

use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use jiff::civil::{Date, DateTime};

use super::LedgerError;
use crate::model::Amount;
use crate::model::order::WebOrder;

/// An order as it is laid out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportOrder {
    /// Id of the message: one try to give the order to AX.
    pub message_id: String,
    /// Which try it is, from 1.
    pub attempt: u32,
    /// `DATAAREAID`.
    pub company: String,
    /// Customer account that the order is made for.
    pub customer_account: String,
    /// The order, with everything filled in that its customer or its store decides: language, mode of
    /// delivery, charges codes.
    pub order: WebOrder,
    /// Sales origin.
    pub sales_origin: String,
    /// Day on which it is wanted.
    pub delivery_date: Date,
    /// Location id and first moment (UTC) of the delivery address, where AX has it.
    pub delivery_location: Option<(String, DateTime)>,
    /// What the customer wrote, and what has no column.
    pub notes: String,
}

/// What the import says of an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ImportState {
    /// Nothing yet.
    New,
    /// It has taken it.
    Taken,
    /// AX has a sales order of it.
    Created {
        /// Its number.
        sales_order: String,
    },
    /// AX made nothing.
    Refused {
        /// Why.
        error: String,
    },
}

/// An order that was laid out, as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Imported {
    /// What the import says.
    pub state: ImportState,
    /// Id of the online order.
    pub order: String,
    /// Customer account and customer requisition that its sales order has.
    pub customer_account: String,
    /// See `customer_account`.
    pub requisition: String,
    /// When it was laid out.
    pub since: Timestamp,
    /// How long ago that was, by the ledger's clock.
    pub age: Duration,
}

/// An old order that is not needed any more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OldImport {
    /// Id of its message.
    pub message_id: String,
    /// Id of the online order.
    pub order: String,
}

/// The tables of the import.
#[async_trait]
pub trait ImportBook: Send + Sync {
    /// Lays an order out, in one transaction, where that was not done before. False where the order
    /// is not being given to AX by this attempt (any more): nothing is written then, whoever asks.
    async fn lay_out(&self, order: ImportOrder) -> Result<bool, LedgerError>;

    /// How the orders with these message ids stand, in their order; `None` where none is laid out.
    async fn imports(&self, message_ids: Vec<String>)
    -> Result<Vec<Option<Imported>>, LedgerError>;

    /// Orders that were laid out longer than `age` ago and of which the order book knows what came:
    /// at most `limit`, oldest first.
    async fn old_imports(&self, age: Duration, limit: usize)
    -> Result<Vec<OldImport>, LedgerError>;

    /// Removes the rows of these message ids.
    async fn forget_imports(&self, message_ids: Vec<String>) -> Result<(), LedgerError>;
}

/// Digits of an amount on each side of its point (`numeric(32, 16)`).
const DIGITS: usize = 16;

impl ImportOrder {
    /// What of the order has no room in its columns, each fault a line as in AX's Infolog. Nothing is
    /// cut off and nothing is rounded.
    pub fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        let mut fits = |place: &str, column: &str, text: &str, room: usize| {
            if text.encode_utf16().count() > room {
                faults.push(format!(
                    "{place}Value '{text}' in field '{column}' is longer than {room} characters."
                ));
            }
        };
        for (column, text, room) in self.texts() {
            fits("", column, text, room);
        }
        for line in &self.order.lines {
            let place = format!("Line {}: ", line.line);
            let product = &line.dimensions;
            for (column, text, room) in [
                ("item", &line.item, 20),
                ("configuration", &product.configuration, 10),
                ("size", &product.size, 10),
                ("colour", &product.colour, 10),
                ("style", &product.style, 10),
                ("name", &line.name, 1_000),
                ("unit", &line.unit, 10),
            ] {
                fits(&place, column, text, room);
            }
        }
        for (at, charge) in self.order.charges.iter().enumerate() {
            let place = format!("Charge {}: ", at + 1);
            fits(&place, "code", &charge.code, 10);
            fits(&place, "text", &charge.text, 250);
        }
        for (place, column, amount) in self.amounts() {
            if !has_room(amount) {
                faults.push(format!(
                    "{place}Value '{amount}' in field '{column}' has more than {DIGITS} digits before or \
                     behind the point."
                ));
            }
        }
        faults
    }

    /// The texts of the order itself, each with the room of its column.
    fn texts(&self) -> [(&'static str, &str, usize); 23] {
        let order = &self.order;
        let (customer, address) = (&order.customer, &order.delivery_address);
        let location = self.delivery_location.as_ref();
        let location = location.map_or("", |(location, _)| location);
        let payment = order.payment.as_ref();
        [
            ("message_id", &self.message_id, 36),
            ("company", &self.company, 4),
            ("order_id", &order.id, 40),
            ("requisition", &order.number, 20),
            ("store", &order.store, 100),
            ("customer_account", &self.customer_account, 20),
            ("customer_name", &customer.name, 250),
            ("email", &customer.email, 250),
            ("phone", &customer.phone, 250),
            ("language", &customer.language, 20),
            ("currency", &order.currency, 3),
            ("sales_origin", &self.sales_origin, 10),
            ("delivery_mode", &order.delivery_mode, 10),
            ("delivery_name", &address.name, 250),
            ("delivery_street", &address.street, 250),
            ("delivery_zip_code", &address.zip_code, 250),
            ("delivery_city", &address.city, 250),
            ("delivery_state", &address.state, 250),
            ("delivery_country", &address.country, 250),
            ("delivery_location", location, 30),
            (
                "payment_provider",
                payment.map_or("", |payment| &payment.provider),
                250,
            ),
            (
                "payment_method",
                payment.map_or("", |payment| &payment.method),
                250,
            ),
            (
                "payment_authorization",
                payment.map_or("", |payment| &payment.authorization),
                250,
            ),
        ]
    }

    fn amounts(&self) -> Vec<(String, &'static str, Amount)> {
        let order = &self.order;
        let mut amounts = vec![(String::new(), "total", order.total)];
        if let Some(payment) = &order.payment {
            amounts.push((String::new(), "payment_amount", payment.amount));
        }
        for line in &order.lines {
            let place = format!("Line {}: ", line.line);
            for (column, amount) in [
                ("quantity", line.quantity),
                ("price", line.price),
                ("discount", line.discount),
                ("amount", line.amount),
            ] {
                amounts.push((place.clone(), column, amount));
            }
        }
        for (at, charge) in order.charges.iter().enumerate() {
            amounts.push((format!("Charge {}: ", at + 1), "amount", charge.amount));
        }
        amounts
    }
}

fn has_room(amount: Amount) -> bool {
    let digits = amount.to_string();
    let digits = digits.trim_start_matches('-');
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    whole.len() <= DIGITS && part.len() <= DIGITS
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::order::{Charge, OrderLine, Payment};

    /// An order in which every text is as long as its column has room.
    fn full(more: usize) -> ImportOrder {
        let json = serde_json::json!({
            "id": "", "number": "", "store": "", "placed": "2026-11-20T10:00:00Z", "currency": "",
            "customer": {"name": ""}, "total": "999999999999.9999999999999999", "lines": [],
            "delivery_address": {"name": "", "street": "", "city": "", "country": ""}
        });
        let text = |room: usize| "ü".repeat(room + more);
        let mut order: WebOrder = serde_json::from_value(json).unwrap();
        let amount = order.total;
        order.id = text(40);
        order.number = text(20);
        order.store = text(100);
        order.currency = text(3);
        order.delivery_mode = text(10);
        let customer = &mut order.customer;
        for field in [&mut customer.name, &mut customer.email, &mut customer.phone] {
            *field = text(250);
        }
        customer.language = text(20);
        let address = &mut order.delivery_address;
        for field in [
            &mut address.name,
            &mut address.street,
            &mut address.zip_code,
            &mut address.city,
            &mut address.state,
            &mut address.country,
        ] {
            *field = text(250);
        }
        order.lines.push(OrderLine {
            line: 1,
            item: text(20),
            dimensions: crate::model::catalog::ProductDimensions {
                configuration: text(10),
                size: text(10),
                colour: text(10),
                style: text(10),
            },
            name: text(1_000),
            quantity: amount,
            unit: text(10),
            price: amount,
            discount: amount,
            amount,
        });
        order.charges.push(Charge {
            code: text(10),
            text: text(250),
            amount,
        });
        order.payment = Some(Payment {
            provider: text(250),
            method: text(250),
            authorization: text(250),
            amount,
            authorized: order.placed,
        });
        ImportOrder {
            message_id: text(36),
            attempt: 1,
            company: text(4),
            customer_account: text(20),
            order,
            sales_origin: text(10),
            delivery_date: jiff::civil::date(2026, 11, 27),
            delivery_location: Some((text(30), jiff::civil::date(2020, 1, 1).at(0, 0, 0, 0))),
            notes: text(100_000),
        }
    }

    /// The columns of the script with their room, by the names of `faults`.
    fn rooms() -> Vec<(String, usize)> {
        let script = include_str!("books/migration-4.tsql.sql");
        let columns = script.lines().filter_map(|line| {
            let (name, rest) = line.trim().split_once(" nvarchar(")?;
            let room = rest.split_once(')')?.0.parse().ok()?;
            Some((name.to_owned(), room))
        });
        columns.collect()
    }

    #[test]
    fn what_has_room_is_laid_out_and_what_has_none_is_named() {
        assert_eq!(full(0).faults(), [] as [String; 0]);
        let mut expected: Vec<(String, usize)> = rooms();
        // What only the import fills, and the key of lines and charges once more.
        expected.retain(|(name, _)| !["state", "sales_order"].contains(&name.as_str()));
        let keys = expected.iter().filter(|(name, _)| name == "message_id");
        assert_eq!(keys.count(), 3);
        let first = expected.remove(0);
        expected.retain(|(name, _)| name != "message_id");
        expected.insert(0, first);
        let faults = full(1).faults();
        let told: Vec<(String, usize)> = faults
            .iter()
            .map(|fault| {
                let (_, rest) = fault.split_once("in field '").unwrap();
                let (name, rest) = rest.split_once("' is longer than ").unwrap();
                let room = rest.trim_end_matches(" characters.").parse().unwrap();
                (name.to_owned(), room)
            })
            .collect();
        assert_eq!(told, expected);

        let mut order = full(0);
        order.order.lines[0].price = "10000000000000000".parse().unwrap();
        order.order.total = "-0.12345678901234567".parse().unwrap();
        let faults = order.faults();
        assert_eq!(faults.len(), 2, "{faults:?}");
        assert!(faults[1].starts_with("Line 1: Value '10000000000000000' in field 'price'"));
    }
}
