//! Writes a checked order: address, SALESTABLE, SALESLINE with its stock, charges, card
//! authorisation and note.

use std::collections::HashMap;

use rusqlite::types::Value;
use rusqlite::{Connection, ErrorCode, OptionalExtension, named_params, params};
use rust_decimal::Decimal;

use super::{Failure, now};
use crate::company::CompanyFacts;
use crate::company::embedded::address;
use crate::company::embedded::number_sequence::{self, DIMENSION, LOT, SALES_ORDER};
use crate::company::embedded::row::{insert, real, text};
use crate::company::embedded::stock::{Demand, Stock};
use crate::company::embedded::trade::ReleasedItem;
use crate::company::sales_orders::{HandOver, HandedOver};
use crate::model::Amount;
use crate::model::catalog::ProductDimensions;
use crate::model::order::OrderLine;

/// `SalesType`: a draft without effect on stock.
const JOURNAL: i64 = 0;
/// `SalesType`: a sales order.
const SALES: i64 = 3;
/// `SalesStatus`: open order.
const OPEN_ORDER: i64 = 1;
/// `ItemReservation`: automatic.
const AUTOMATIC: i64 = 1;
/// `MarkupModule`: customer.
const CUSTOMER: i64 = 1;
/// `CreditCardProcessorStatus`: approved.
const APPROVED: i64 = 1;
/// `DocuRestriction`: internal.
const INTERNAL: i64 = 0;
/// Table id of SALESTABLE in this company; ids of AX differ by installation.
const SALESTABLE_ID: i64 = 366;

/// Writes the order; a repeat of customer account and customer requisition becomes a journal.
pub(super) fn write(
    connection: &Connection,
    company: &CompanyFacts,
    hand_over: &HandOver,
    items: &[ReleasedItem],
) -> Result<HandedOver, Failure> {
    let is_journal = connection
        .prepare_cached(
            // SQLite would read every sales order of the company.
            "SELECT 1 FROM SALESTABLE INDEXED BY SALESTABLE_DATAAREAID_CUSTACCOUNT_PURCHORDERFORMNUM
              WHERE DATAAREAID = ? AND CUSTACCOUNT = ? AND PURCHORDERFORMNUM = ? AND PARTITION = ?",
        )?
        .exists(params![
            company.id,
            hand_over.customer.account,
            hand_over.order.number,
            company.partition
        ])?;
    let sales_order = number_sequence::next(connection, company, &SALES_ORDER)?;
    let writing = Writing {
        connection,
        company,
        hand_over,
        sales_order: &sales_order,
        is_journal,
        address: delivery_address(connection, company, hand_over)?,
    };
    let recid = writing.heading()?;
    writing.lines(items)?;
    writing.charges(recid)?;
    writing.payment()?;
    writing.note(recid)?;
    Ok(HandedOver::Created {
        sales_order,
        is_journal,
    })
}

struct Writing<'w> {
    connection: &'w Connection,
    company: &'w CompanyFacts,
    hand_over: &'w HandOver,
    sales_order: &'w str,
    is_journal: bool,
    /// RecId of the delivery address.
    address: i64,
}

impl Writing<'_> {
    fn heading(&self) -> Result<i64, Failure> {
        let HandOver {
            order,
            customer,
            settings,
            ..
        } = self.hand_over;
        // As AX stores a day.
        let day = format!("{} 00:00:00", self.hand_over.day());
        let mut fields = vec![
            ("SALESID", text(self.sales_order)),
            ("SALESNAME", text(&order.customer.name)),
            ("CUSTACCOUNT", text(&customer.account)),
            ("INVOICEACCOUNT", text(&customer.account)),
            ("CUSTGROUP", text(&customer.customer_group)),
            ("SALESSTATUS", Value::from(OPEN_ORDER)),
            ("SALESTYPE", Value::from(self.sales_type())),
            ("SALESORIGINID", text(&settings.sales_origin)),
            ("PURCHORDERFORMNUM", text(&order.number)),
            ("CUSTOMERREF", text(&order.id)),
            ("DELIVERYDATE", text(&day)),
            ("RECEIPTDATEREQUESTED", text(&day)),
            ("SHIPPINGDATEREQUESTED", text(&day)),
            ("DLVMODE", text(self.hand_over.delivery_mode())),
            ("DLVTERM", text(&customer.delivery_terms)),
            ("PAYMENT", text(&customer.payment_terms)),
            ("TAXGROUP", text(&customer.tax_group)),
            ("PRICEGROUPID", text(&customer.price_group)),
            ("LINEDISC", text(&customer.line_discount)),
            ("MULTILINEDISC", text(&customer.multiline_discount)),
            ("ENDDISC", text(&customer.total_discount)),
            ("CURRENCYCODE", text(&order.currency)),
            ("LANGUAGEID", text(self.hand_over.language())),
            ("INVENTSITEID", text(&customer.site)),
            ("INVENTLOCATIONID", text(&customer.warehouse)),
            ("DELIVERYNAME", text(&order.delivery_address.name)),
            ("DELIVERYPOSTALADDRESS", Value::from(self.address)),
            ("EMAIL", text(&order.customer.email)),
            ("RESERVATION", Value::from(AUTOMATIC)),
            ("CREATEDDATETIME", now()),
        ];
        if let Some(payment) = &order.payment {
            fields.extend([
                ("CREDITCARDAUTHORIZATION", text(&payment.authorization)),
                ("CREDITCARDAPPROVALAMOUNT", real(payment.amount)),
            ]);
        }
        insert(self.connection, self.company, "SALESTABLE", fields).map_err(|error| {
            // The sequence stands behind a number that was given by hand or loaded.
            match error.sqlite_error_code() {
                Some(ErrorCode::ConstraintViolation) => Failure::Refused(vec![format!(
                    "Cannot create a record in Sales orders (SalesTable). Sales order: {}. The \
                     record already exists.",
                    self.sales_order
                )]),
                _ => error.into(),
            }
        })
    }

    fn lines(&self, items: &[ReleasedItem]) -> Result<(), Failure> {
        let mut dimensions = HashMap::new();
        for (line, item) in self.hand_over.order.lines.iter().zip(items) {
            let dimension = match dimensions.get(&line.dimensions) {
                Some(known) => String::clone(known),
                None => {
                    let found = self.dimension(&line.dimensions)?;
                    dimensions.insert(&line.dimensions, found.clone());
                    found
                }
            };
            self.line(line, item, &dimension)?;
        }
        Ok(())
    }

    fn line(&self, line: &OrderLine, item: &ReleasedItem, dimension: &str) -> Result<(), Failure> {
        let HandOver {
            order, customer, ..
        } = self.hand_over;
        let lot = number_sequence::next(self.connection, self.company, &LOT)?;
        let fields = vec![
            ("SALESID", text(self.sales_order)),
            ("LINENUM", text(&line.line.to_string())),
            ("ITEMID", text(&line.item)),
            ("NAME", text(&line.name)),
            ("INVENTDIMID", text(dimension)),
            ("INVENTTRANSID", text(&lot)),
            ("QTYORDERED", real(line.quantity)),
            ("SALESQTY", real(line.quantity)),
            ("REMAINSALESPHYSICAL", real(line.quantity)),
            ("REMAINSALESFINANCIAL", real(Amount::ZERO)),
            ("REMAININVENTPHYSICAL", real(line.quantity)),
            ("SALESPRICE", real(line.price)),
            ("PRICEUNIT", text("1")),
            ("LINEDISC", text(&discount_of_one(line))),
            ("LINEAMOUNT", real(line.amount)),
            ("SALESUNIT", text(&line.unit)),
            ("SALESSTATUS", Value::from(OPEN_ORDER)),
            ("SALESTYPE", Value::from(self.sales_type())),
            ("TAXGROUP", text(&customer.tax_group)),
            ("TAXITEMGROUP", text(&item.tax_group)),
            ("DLVMODE", text(self.hand_over.delivery_mode())),
            ("DELIVERYPOSTALADDRESS", Value::from(self.address)),
            ("CURRENCYCODE", text(&order.currency)),
            ("CUSTACCOUNT", text(&customer.account)),
            ("RESERVATION", Value::from(AUTOMATIC)),
        ];
        insert(self.connection, self.company, "SALESLINE", fields)?;
        if !self.is_journal && item.is_stocked {
            let stock = Stock {
                connection: self.connection,
                company: self.company,
            };
            stock.reserve(&Demand {
                sales_order: self.sales_order,
                lot: &lot,
                item: &line.item,
                dimension,
                product: &line.dimensions,
                site: &customer.site,
                warehouse: &customer.warehouse,
                quantity: line.quantity,
            })?;
        }
        Ok(())
    }

    /// The id of the dimensions with the customer's site and warehouse; a new one where AX has not
    /// met them together.
    fn dimension(&self, product: &ProductDimensions) -> Result<String, Failure> {
        let customer = &self.hand_over.customer;
        let found = self
            .connection
            .prepare_cached(include_str!("dimension.sql"))?
            .query_row(
                named_params! {
                    ":company": self.company.id,
                    ":partition": self.company.partition,
                    ":configuration": product.configuration,
                    ":size": product.size,
                    ":colour": product.colour,
                    ":style": product.style,
                    ":site": customer.site,
                    ":warehouse": customer.warehouse,
                },
                |row| row.get(0),
            )
            .optional()?;
        if let Some(found) = found {
            return Ok(found);
        }
        let id = number_sequence::next(self.connection, self.company, &DIMENSION)?;
        let fields = vec![
            ("INVENTDIMID", text(&id)),
            ("CONFIGID", text(&product.configuration)),
            ("INVENTSIZEID", text(&product.size)),
            ("INVENTCOLORID", text(&product.colour)),
            ("INVENTSTYLEID", text(&product.style)),
            ("INVENTSITEID", text(&customer.site)),
            ("INVENTLOCATIONID", text(&customer.warehouse)),
            ("MODIFIEDDATETIME", now()),
        ];
        insert(self.connection, self.company, "INVENTDIM", fields)?;
        Ok(id)
    }

    fn charges(&self, recid: i64) -> Result<(), Failure> {
        let HandOver {
            order, customer, ..
        } = self.hand_over;
        for (at, charge) in order.charges.iter().enumerate() {
            let code = self.hand_over.charges_code(charge);
            let (tax_item_group, name): (String, String) = self
                .connection
                .prepare_cached(
                    "SELECT TAXITEMGROUP, TXT FROM MARKUPTABLE
                      WHERE DATAAREAID = ? AND MODULETYPE = ? AND MARKUPCODE = ?",
                )?
                .query_row(params![self.company.id, CUSTOMER, code], |row| {
                    Ok((row.get(0)?, row.get(1)?))
                })?;
            let told = if charge.text.is_empty() {
                &name
            } else {
                &charge.text
            };
            // Category fixed, on the heading: both 0.
            let fields = vec![
                ("TRANSTABLEID", Value::from(SALESTABLE_ID)),
                ("TRANSRECID", Value::from(recid)),
                ("LINENUM", text(&(at + 1).to_string())),
                ("MODULETYPE", Value::from(CUSTOMER)),
                ("MARKUPCODE", text(code)),
                ("VALUE", real(charge.amount)),
                ("CALCULATEDAMOUNT", real(charge.amount)),
                ("CURRENCYCODE", text(&order.currency)),
                ("TAXGROUP", text(&customer.tax_group)),
                ("TAXITEMGROUP", text(&tax_item_group)),
                ("TXT", text(told)),
            ];
            insert(self.connection, self.company, "MARKUPTRANS", fields)?;
        }
        Ok(())
    }

    fn payment(&self) -> Result<(), Failure> {
        let order = &self.hand_over.order;
        let Some(payment) = &order.payment else {
            return Ok(());
        };
        let fields = vec![
            ("SALESID", text(self.sales_order)),
            ("LINENUM", text("1")),
            ("AUTHORIZATION", text(&payment.authorization)),
            ("APPROVALAMOUNTCUR", real(payment.amount)),
            ("CURRENCYCODE", text(&order.currency)),
            ("PROCESSORSTATUS", Value::from(APPROVED)),
        ];
        insert(self.connection, self.company, "CREDITCARDAUTHTRANS", fields)?;
        Ok(())
    }

    fn note(&self, recid: i64) -> Result<(), Failure> {
        let notes = self.hand_over.notes();
        if notes.is_empty() {
            return Ok(());
        }
        let fields = vec![
            ("REFTABLEID", Value::from(SALESTABLE_ID)),
            ("REFRECID", Value::from(recid)),
            ("REFCOMPANYID", text(&self.company.id)),
            ("TYPEID", text("Note")),
            ("NAME", text("Online order")),
            ("NOTES", text(&notes.join("\n"))),
            ("RESTRICTION", Value::from(INTERNAL)),
        ];
        insert(self.connection, self.company, "DOCUREF", fields)?;
        Ok(())
    }

    fn sales_type(&self) -> i64 {
        if self.is_journal { JOURNAL } else { SALES }
    }
}

/// RecId of the delivery address: the one that the key names, else a new one.
fn delivery_address(
    connection: &Connection,
    company: &CompanyFacts,
    hand_over: &HandOver,
) -> Result<i64, Failure> {
    let Some(key) = &hand_over.address_key else {
        let new = &hand_over.order.delivery_address;
        return Ok(address::write(connection, company, new, now(), None)?);
    };
    address::find(connection, company, key)?.ok_or_else(|| {
        Failure::Refused(vec![format!(
            "Value '{}, {}' in field 'Delivery address' is not found in the relating table 'Addresses'.",
            key.location, key.valid_from
        )])
    })
}

/// `SALESLINE.LINEDISC` is the discount on one unit, the order's is on the whole line.
fn discount_of_one(line: &OrderLine) -> String {
    let decimal = |amount: Amount| amount.to_string().parse::<Decimal>().ok();
    decimal(line.discount)
        .zip(decimal(line.quantity))
        .and_then(|(discount, quantity)| discount.checked_div(quantity))
        .map_or_else(String::new, |one| one.round_dp(16).normalize().to_string())
}
