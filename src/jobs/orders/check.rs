//! Whether an online order can become a sales order: checked before AX is asked, so that every
//! fault is told at once, in plain words, with what to do about it.

use std::collections::HashMap;

use super::super::correction;
use crate::company::trade::{Code, ItemKey, SalesItem, TradeCodes};
use crate::ledger::SetAside;
use crate::model::channel::{CustomerTemplate, KnownStore};
use crate::model::order::{MAX_NUMBER, OrderLine, WebOrder};
use crate::model::{Amount, Exception};

/// At most this many faults of one order are told.
const TOLD: usize = 10;

/// What the company and the ledger know of what an order refers to.
#[derive(Clone, Copy, Debug)]
pub struct Known<'k> {
    /// The order's store.
    pub store: Option<&'k KnownStore>,
    /// Customers by account.
    pub customers: &'k HashMap<String, CustomerTemplate>,
    /// Items and variants.
    pub items: &'k HashMap<ItemKey, SalesItem>,
    /// Charges codes, sales origins, modes of delivery.
    pub codes: &'k TradeCodes,
}

/// One thing that is wrong with an order.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Fault {
    code: &'static str,
    field: String,
    text: &'static str,
    cause: String,
    remedy: String,
}

/// Everything that is wrong with an order; never empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Faults(Vec<Fault>);

impl Faults {
    /// The order, set aside: the first fault names the exception, every one is told.
    pub fn into_set_aside(self, order: &WebOrder) -> SetAside {
        let more = self.0.len().saturating_sub(TOLD);
        let mut causes: Vec<String> = Vec::new();
        let mut remedies: Vec<String> = Vec::new();
        for fault in self.0.iter().take(TOLD) {
            causes.push(fault.cause.clone());
            if !remedies.contains(&fault.remedy) {
                remedies.push(fault.remedy.clone());
            }
        }
        if more > 0 {
            causes.push(format!("And {more} more."));
        }
        let (code, field, text) = self.0.first().map_or_else(
            || ("faulty", String::new(), "The online order is faulty."),
            |first| (first.code, first.field.clone(), first.text),
        );
        SetAside {
            id: order.id.clone(),
            code: code.to_owned(),
            field,
            exception: Exception::new(text, causes.join(" "), remedies.join(" ")),
        }
    }
}

/// Checks an order; answers its store and the customer it is made for.
pub fn check<'k>(
    order: &WebOrder,
    known: &Known<'k>,
) -> Result<(&'k KnownStore, &'k CustomerTemplate), Faults> {
    let mut faults = Vec::new();
    let store = store(order, known, &mut faults);
    let customer = store.and_then(|store| customer(order, store, known, &mut faults));
    currency(order, store, customer, &mut faults);
    header(order, known, &mut faults);
    for (at, line) in order.lines.iter().enumerate() {
        check_line(at, line, known, &mut faults);
    }
    amounts(order, &mut faults);
    match (store, customer) {
        (Some(store), Some(customer)) if faults.is_empty() => Ok((store, customer)),
        _ => Err(Faults(faults)),
    }
}

const AT_SOURCE: &str = "Correct the order at its source: it is tried again by itself.";

fn store<'k>(
    order: &WebOrder,
    known: &Known<'k>,
    faults: &mut Vec<Fault>,
) -> Option<&'k KnownStore> {
    let Some(store) = known.store else {
        faults.push(Fault {
            code: "unknown-store",
            field: "store".to_owned(),
            text: "The online order comes from an unknown store.",
            cause: format!("The store {:?} is not in the list of stores.", order.store),
            remedy: "Synchronize stores (axcs stores synchronize) and set the store's parameters, or correct the order at its source.".to_owned(),
        });
        return None;
    };
    let settings = &store.settings;
    let missing: Vec<&str> = [
        ("a customer template", &settings.customer_template),
        ("a shipping charges code", &settings.shipping_charges_code),
        ("a sales origin", &settings.sales_origin),
    ]
    .into_iter()
    .filter(|(_, value)| value.is_empty())
    .map(|(name, _)| name)
    .collect();
    if !missing.is_empty() {
        faults.push(Fault {
            code: "store-not-set-up",
            field: "store".to_owned(),
            text: "The store of the online order has no store parameters.",
            cause: format!(
                "The store {} has not got {}.",
                order.store,
                missing.join(", ")
            ),
            remedy: format!(
                "Set them: axcs stores set {} --customer-template ACCOUNT --shipping-charges-code CODE --sales-origin ORIGIN",
                order.store
            ),
        });
        return None;
    }
    check_code(
        &settings.shipping_charges_code,
        &known.codes.charges_codes,
        "charges code",
        order,
        faults,
    );
    check_code(
        &settings.sales_origin,
        &known.codes.sales_origins,
        "sales origin",
        order,
        faults,
    );
    Some(store)
}

/// A code of the store's parameters that AX does not have any more.
fn check_code(
    code: &str,
    codes: &[Code],
    what: &'static str,
    order: &WebOrder,
    faults: &mut Vec<Fault>,
) {
    if has(codes, code) {
        return;
    }
    faults.push(Fault {
        code: "store-parameter-unknown",
        field: "store".to_owned(),
        text: "A store parameter is not in AX.",
        cause: format!(
            "The {what} {code:?} of the store {} is not in the company.",
            order.store
        ),
        remedy: format!(
            "Make it in AX, or set another one: axcs stores set {}",
            order.store
        ),
    });
}

fn customer<'k>(
    order: &WebOrder,
    store: &KnownStore,
    known: &Known<'k>,
    faults: &mut Vec<Fault>,
) -> Option<&'k CustomerTemplate> {
    let own = &order.customer.account;
    let (account, fault) = if own.is_empty() {
        let template = &store.settings.customer_template;
        let fault = Fault {
            code: "store-parameter-unknown",
            field: "store".to_owned(),
            text: "A store parameter is not in AX.",
            cause: format!(
                "The customer template {template} of the store {} is not in the company.",
                order.store
            ),
            remedy: format!(
                "Make the customer in AX, or set another one: axcs stores set {}",
                order.store
            ),
        };
        (template, fault)
    } else {
        let fault = Fault {
            code: "unknown-customer",
            field: "customer.account".to_owned(),
            text: "The online order names an unknown customer.",
            cause: format!("The customer {own} is not in the company."),
            remedy: format!("Make the customer in AX and retry, or: {AT_SOURCE}"),
        };
        (own, fault)
    };
    let found = known.customers.get(account);
    if found.is_none() {
        faults.push(fault);
    }
    found
}

fn currency(
    order: &WebOrder,
    store: Option<&KnownStore>,
    customer: Option<&CustomerTemplate>,
    faults: &mut Vec<Fault>,
) {
    let wanted = [
        store.map(|store| (store.channel.currency.as_str(), "the store sells in")),
        customer.map(|customer| (customer.currency.as_str(), "the customer account has")),
    ];
    for (currency, whose) in wanted.into_iter().flatten() {
        if !currency.is_empty() && currency != order.currency {
            faults.push(Fault {
                code: "currency-mismatch",
                field: "currency".to_owned(),
                text: "The currency of the online order does not match.",
                cause: format!("The order is in {}, {whose} {currency}.", order.currency),
                remedy: AT_SOURCE.to_owned(),
            });
            return;
        }
    }
}

fn header(order: &WebOrder, known: &Known<'_>, faults: &mut Vec<Fault>) {
    if order.number.encode_utf16().count() > MAX_NUMBER || order.number.trim().is_empty() {
        faults.push(Fault {
            code: "bad-number",
            field: "number".to_owned(),
            text: "The number of the online order does not fit AX.",
            cause: format!(
                "A customer requisition has 1 to {MAX_NUMBER} characters, {:?} has not.",
                order.number
            ),
            remedy: AT_SOURCE.to_owned(),
        });
    }
    if order.number.trim() != order.number {
        faults.push(Fault {
            code: "bad-number",
            field: "number".to_owned(),
            text: "The number of the online order does not fit AX.",
            cause: format!(
                "The number {:?} begins or ends with a blank, which AX does not keep: the order would \
                 not be found again.",
                order.number
            ),
            remedy: AT_SOURCE.to_owned(),
        });
    }
    if !order.delivery_mode.is_empty() && !has(&known.codes.delivery_modes, &order.delivery_mode) {
        faults.push(Fault {
            code: "unknown-delivery-mode",
            field: "delivery_mode".to_owned(),
            text: "The online order names an unknown mode of delivery.",
            cause: format!(
                "The mode of delivery {:?} is not in the company.",
                order.delivery_mode
            ),
            remedy: format!("Make it in AX and retry, or: {AT_SOURCE}"),
        });
    }
    for (at, charge) in order.charges.iter().enumerate() {
        if !charge.code.is_empty() && !has(&known.codes.charges_codes, &charge.code) {
            faults.push(Fault {
                code: "unknown-charges-code",
                field: format!("charges[{at}].code"),
                text: "The online order names an unknown charges code.",
                cause: format!("The charges code {:?} is not in the company.", charge.code),
                remedy: format!("Make it in AX and retry, or: {AT_SOURCE}"),
            });
        }
    }
}

fn check_line(at: usize, line: &OrderLine, known: &Known<'_>, faults: &mut Vec<Fault>) {
    let key = ItemKey {
        item: line.item.clone(),
        dimensions: line.dimensions.clone(),
    };
    match known.items.get(&key) {
        None | Some(SalesItem::UnknownItem) => faults.push(Fault {
            code: "unknown-item",
            field: format!("lines[{at}].item"),
            text: "The online order names an unknown item.",
            cause: format!(
                "Line {}: the item {:?} is not released in the company.",
                line.line, line.item
            ),
            remedy: format!("Release the product in AX: the order is tried again by itself. Or: {AT_SOURCE}"),
        }),
        Some(SalesItem::UnknownVariant) => faults.push(Fault {
            code: "unknown-variant",
            field: format!("lines[{at}].dimensions"),
            text: "The online order names an unknown variant.",
            cause: format!(
                "Line {}: the item {} has no variant {}.",
                line.line,
                line.item,
                variant(line)
            ),
            remedy: format!("Release the variant in AX: the order is tried again by itself. Or: {AT_SOURCE}"),
        }),
        Some(SalesItem::Released { unit }) if *unit != line.unit => faults.push(Fault {
            code: correction::CODE,
            field: format!("lines[{at}].unit"),
            text: correction::TEXT,
            cause: format!(
                "Line {}: the item {} is sold by {unit:?} in AX, the order has {:?}.",
                line.line, line.item, line.unit
            ),
            remedy: format!("Correct the sales unit in AX. Or correct the orders to it, with c in any console or axcs exceptions correct (quantity and price are converted where AX has a conversion), and run the inventory job, so that the shop knows it. Or: {AT_SOURCE}"),
        }),
        Some(SalesItem::Released { .. }) => {}
    }
    if line.quantity <= Amount::ZERO {
        faults.push(Fault {
            code: "bad-quantity",
            field: format!("lines[{at}].quantity"),
            text: "The online order has a quantity that cannot be sold.",
            cause: format!("Line {}: the quantity is {}.", line.line, line.quantity),
            remedy: AT_SOURCE.to_owned(),
        });
    }
}

fn variant(line: &OrderLine) -> String {
    if line.dimensions.is_blank() {
        "without dimensions".to_owned()
    } else {
        line.dimensions.joined()
    }
}

/// Lines, charges and taxes must add up to the total, and the payment must cover it: AX works the
/// amounts out again, and would invoice something else than the customer was told.
fn amounts(order: &WebOrder, faults: &mut Vec<Fault>) {
    let mut sum = Some(Amount::ZERO);
    for (at, line) in order.lines.iter().enumerate() {
        let worked_out = line
            .quantity
            .checked_mul(line.price)
            .and_then(|gross| gross.checked_sub(line.discount))
            .map(Amount::to_cents);
        if worked_out != Some(line.amount) {
            faults.push(Fault {
                code: "total-mismatch",
                field: format!("lines[{at}].amount"),
                text: "The total of the online order does not add up.",
                cause: format!(
                    "Line {}: {} times {} less {} is not {}.",
                    line.line, line.quantity, line.price, line.discount, line.amount
                ),
                remedy: AT_SOURCE.to_owned(),
            });
        }
        sum = sum.and_then(|sum| sum.checked_add(line.amount));
    }
    let charges = order.charges.iter().map(|charge| charge.amount);
    let taxes = order.taxes.iter().map(|tax| tax.amount);
    for amount in charges.chain(taxes) {
        sum = sum.and_then(|sum| sum.checked_add(amount));
    }
    if sum != Some(order.total) {
        let sum = sum.map_or_else(|| "more than fits".to_owned(), |sum| sum.to_string());
        faults.push(Fault {
            code: "total-mismatch",
            field: "total".to_owned(),
            text: "The total of the online order does not add up.",
            cause: format!(
                "Lines, charges and taxes come to {sum} {}, the total is {}.",
                order.currency, order.total
            ),
            remedy: AT_SOURCE.to_owned(),
        });
    }
    if let Some(payment) = &order.payment
        && payment.amount != order.total
    {
        faults.push(Fault {
            code: "partial-authorization",
            field: "payment.amount".to_owned(),
            text: "The payment of the online order is not authorised for its total.",
            cause: format!(
                "{} {} are authorised, the total is {}; AX knows no partial authorisation.",
                payment.amount, order.currency, order.total
            ),
            remedy: AT_SOURCE.to_owned(),
        });
    }
}

fn has(codes: &[Code], code: &str) -> bool {
    codes
        .iter()
        .any(|known| known.code.eq_ignore_ascii_case(code))
}

#[cfg(test)]
mod tests;
