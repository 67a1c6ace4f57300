//! What AX checks before it makes a sales order, each fault a line of the Infolog in AX's words.

use std::fmt::Display;

use rusqlite::{Connection, params};

use super::Failure;
use crate::company::CompanyFacts;
use crate::company::embedded::trade::{ReleasedItem, find_customers, find_items};
use crate::company::sales_orders::HandOver;
use crate::company::trade::ItemKey;
use crate::model::Amount;
use crate::model::order::{MAX_NUMBER, OrderLine};

/// Digits before and behind the point of `numeric(32,16)`.
const REAL_DIGITS: usize = 16;
/// Size of `AIFMESSAGELOG.MESSAGEID`, `SALESTABLE.CUSTOMERREF`.
const MESSAGE_ID: usize = 38;
const REFERENCE: usize = 60;

/// The released items of the order's lines, in their order.
pub(super) fn check(
    connection: &Connection,
    company: &CompanyFacts,
    hand_over: &HandOver,
) -> Result<Vec<ReleasedItem>, Failure> {
    let mut checks = Checks {
        connection,
        company,
        infolog: Vec::new(),
    };
    checks.heading(hand_over)?;
    checks.charges(hand_over)?;
    let items = checks.lines(&hand_over.order.lines)?;
    if checks.infolog.is_empty() {
        Ok(items)
    } else {
        Err(Failure::Refused(checks.infolog))
    }
}

struct Checks<'c> {
    connection: &'c Connection,
    company: &'c CompanyFacts,
    infolog: Vec<String>,
}

impl Checks<'_> {
    fn heading(&mut self, hand_over: &HandOver) -> Result<(), Failure> {
        let HandOver {
            message_id,
            order,
            customer,
            settings,
            attempt: _,
            address_key: _,
        } = hand_over;
        self.filled("Message ID", message_id);
        self.fits("Message ID", message_id, MESSAGE_ID);
        if self.filled("Customer account", &customer.account) {
            let account = std::slice::from_ref(&customer.account);
            if find_customers(self.connection, self.company, account)? == [None] {
                self.not_found(&customer.account, "Customer account", "Customers");
            }
        }
        // By requisition and reference the order is found again: neither may be cut.
        self.filled("Customer requisition", &order.number);
        self.fits("Customer requisition", &order.number, MAX_NUMBER);
        self.fits("Customer reference", &order.id, REFERENCE);
        if self.filled("Currency", &order.currency) {
            self.fits("Currency", &order.currency, 3);
        }
        let mode = hand_over.delivery_mode();
        self.related(
            "DLVMODE",
            "CODE",
            mode,
            ["Mode of delivery", "Modes of delivery"],
        )?;
        let origin = &settings.sales_origin;
        self.related(
            "SALESORIGIN",
            "ORIGINID",
            origin,
            ["Sales origin", "Sales origin"],
        )?;
        self.related("INVENTSITE", "SITEID", &customer.site, ["Site", "Sites"])?;
        self.related(
            "INVENTLOCATION",
            "INVENTLOCATIONID",
            &customer.warehouse,
            ["Warehouse", "Warehouses"],
        )?;
        if let Some(payment) = &order.payment {
            self.number("Approval amount", payment.amount);
        }
        Ok(())
    }

    fn charges(&mut self, hand_over: &HandOver) -> Result<(), Failure> {
        for charge in &hand_over.order.charges {
            let code = hand_over.charges_code(charge);
            if self.filled("Charges code", code) {
                self.related(
                    "MARKUPTABLE",
                    "MODULETYPE = 1 AND MARKUPCODE",
                    code,
                    ["Charges code", "Charges code"],
                )?;
            }
            self.number("Charges value", charge.amount);
        }
        Ok(())
    }

    fn lines(&mut self, lines: &[OrderLine]) -> Result<Vec<ReleasedItem>, Failure> {
        if lines.is_empty() {
            self.infolog
                .push("The sales order must have at least one line.".to_owned());
        }
        let keys: Vec<ItemKey> = lines
            .iter()
            .map(|line| ItemKey {
                item: line.item.clone(),
                dimensions: line.dimensions.clone(),
            })
            .collect();
        let found = find_items(self.connection, self.company, &keys)?;
        for (line, item) in lines.iter().zip(&found) {
            if self.filled("Item number", &line.item) {
                match item {
                    Some(item) => self.variant(line, item),
                    None => self.not_found(&line.item, "Item number", "Items"),
                }
            }
            if line.quantity <= Amount::ZERO {
                self.must_be_filled("Quantity");
            }
            for (field, value) in [
                ("Quantity", line.quantity),
                ("Unit price", line.price),
                ("Discount", line.discount),
                ("Net amount", line.amount),
            ] {
                self.number(field, value);
            }
        }
        Ok(found.into_iter().flatten().collect())
    }

    fn variant(&mut self, line: &OrderLine, item: &ReleasedItem) {
        if !item.is_released {
            let product = &line.dimensions;
            let named = [
                &product.configuration,
                &product.size,
                &product.colour,
                &product.style,
            ];
            let named: Vec<&str> = named
                .into_iter()
                .map(String::as_str)
                .filter(|dimension| !dimension.is_empty())
                .collect();
            self.infolog.push(if !named.is_empty() {
                let (item, named) = (&line.item, named.join(", "));
                format!("The product variant '{named}' of item number '{item}' is not released.")
            } else if item.has_variants {
                format!(
                    "Field 'Product dimensions' must be filled in for item number '{}'.",
                    line.item
                )
            } else {
                format!("Item number '{}' is not released.", line.item)
            });
        }
        if self.filled("Unit", &line.unit)
            && !item.unit.is_empty()
            && !item.unit.eq_ignore_ascii_case(&line.unit)
        {
            self.infolog.push(format!(
                "Unit conversion from '{}' to '{}' does not exist for item number '{}'.",
                line.unit, item.unit, line.item
            ));
        }
    }

    /// The value, where there is one, is in a table of the company.
    fn related(
        &mut self,
        table: &str,
        key: &str,
        value: &str,
        [field, name]: [&str; 2],
    ) -> Result<(), Failure> {
        if value.is_empty() {
            return Ok(());
        }
        let sql =
            format!("SELECT 1 FROM {table} WHERE DATAAREAID = ? AND PARTITION = ? AND {key} = ?");
        let is_there = self.connection.prepare_cached(&sql)?.exists(params![
            self.company.id,
            self.company.partition,
            value
        ])?;
        if !is_there {
            self.not_found(value, field, name);
        }
        Ok(())
    }

    fn filled(&mut self, field: &str, value: &str) -> bool {
        if value.is_empty() {
            self.must_be_filled(field);
        }
        !value.is_empty()
    }

    fn must_be_filled(&mut self, field: &str) {
        self.infolog
            .push(format!("Field '{field}' must be filled in."));
    }

    fn not_found(&mut self, value: impl Display, field: &str, table: &str) {
        self.infolog.push(format!(
            "Value '{value}' in field '{field}' is not found in the relating table '{table}'."
        ));
    }

    fn fits(&mut self, field: &str, value: &str, size: usize) {
        if value.encode_utf16().count() > size {
            self.infolog.push(format!(
                "Value '{value}' in field '{field}' is longer than {size} characters."
            ));
        }
    }

    fn number(&mut self, field: &str, value: Amount) {
        let digits = value.to_string();
        let digits = digits.trim_start_matches('-');
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        if whole.len() > REAL_DIGITS || fraction.len() > REAL_DIGITS {
            self.infolog.push(format!(
                "Value '{value}' in field '{field}' has more than {REAL_DIGITS} digits before or \
                 behind the point."
            ));
        }
    }
}
