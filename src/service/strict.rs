//! Reads the JSON of a request that is not a batch, strictly: what does not fit is refused by the
//! name of the field. What only AX can judge (items, units, totals, stores) passes: marketplaces
//! deliver such orders, and it is AX that has to say so.

use std::collections::HashSet;

use serde::de::DeserializeOwned;

use crate::commerce::wire::MAX_ORDER_BYTES;
use crate::commerce::wire::account::User;
use crate::model::channel::Channel;
use crate::model::digest::content_hash;
use crate::model::order::{Address, MAX_NUMBER, MAX_ORDER_LINES, Payment, WebOrder};

use super::api::refusal::{Code, Refusal};
use super::batch::fault;

/// Longest id of an order or store.
const MAX_ID: usize = 40;
/// `/v1/orders/feed` is the feed.
const NO_ID: &str = "feed";

/// A checked order with its JSON as it is stored and given out.
#[derive(Debug)]
pub struct OrderContent {
    /// The order.
    pub order: WebOrder,
    /// Its JSON.
    pub json: Vec<u8>,
    /// [`content_hash`] of the JSON.
    pub hash: u64,
}

impl OrderContent {
    /// An order that is checked already.
    pub fn of(order: WebOrder) -> Result<Self, Refusal> {
        let json = serde_json::to_vec(&order)
            .map_err(|error| Refusal::new(Code::Internal, error.to_string()))?;
        let hash = content_hash(&json);
        Ok(Self { order, json, hash })
    }

    /// Reads and checks an order.
    pub fn read(body: &[u8]) -> Result<Self, Refusal> {
        if body.len() > MAX_ORDER_BYTES {
            return Err(Refusal::new(
                Code::BodyTooLarge,
                format!(
                    "an order has at most {MAX_ORDER_BYTES} bytes, this one has {}",
                    body.len()
                ),
            ));
        }
        Self::of_checked(read(body)?)
    }

    /// Checks an order.
    pub fn of_checked(order: WebOrder) -> Result<Self, Refusal> {
        check(&order)?;
        Self::of(order)
    }
}

/// Reads `body` as a `T`.
pub fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Refusal> {
    let text = std::str::from_utf8(body)
        .map_err(|error| Refusal::new(Code::BadBody, format!("the body is not UTF-8: {error}")))?;
    let value = serde_json::from_str(text).map_err(|error| {
        if !error.is_data() {
            return Refusal::new(Code::BadBody, format!("the body is not JSON: {error}"));
        }
        match fault::field(text, &error) {
            Some(field) => bad(&field, error),
            None => Refusal::new(Code::BadValue, error.to_string()),
        }
    })?;
    match fault::misplaced(text) {
        Some(field) => Err(bad(
            &field,
            "a list stands where an object or a word belongs, or the other way round",
        )),
        None => Ok(value),
    }
}

/// Reads a store or marketplace for the path of `id`.
pub fn channel(id: &str, body: &[u8]) -> Result<Channel, Refusal> {
    let channel: Channel = read(body)?;
    check_channel(&channel)?;
    check_path(id, &channel.id)?;
    Ok(channel)
}

/// Refuses a store or marketplace whose id, name or currency cannot be.
pub fn check_channel(channel: &Channel) -> Result<(), Refusal> {
    check_id("id", &channel.id)?;
    filled("name", &channel.name)?;
    check_currency(&channel.currency)
}

/// Reads a payment.
pub fn payment(body: &[u8]) -> Result<Payment, Refusal> {
    let payment: Payment = read(body)?;
    check_payment("", &payment)?;
    Ok(payment)
}

/// The id in the body has to be the one of the path.
pub fn check_path(path: &str, id: &str) -> Result<(), Refusal> {
    if path == id {
        return Ok(());
    }
    Err(bad(
        "id",
        format!("the path names {path:?}, the body {id:?}"),
    ))
}

/// Refuses a user whose names or e-mail cannot be.
pub fn check_user(user: &User) -> Result<(), Refusal> {
    let fits = (1..=60).contains(&user.sign_in.chars().count())
        && user
            .sign_in
            .chars()
            .all(|character| !character.is_whitespace() && !character.is_control());
    if !fits {
        return Err(bad(
            "sign_in",
            "a sign-in name is 1 to 60 characters without blanks",
        ));
    }
    for (field, text) in [
        ("first_name", &user.first_name),
        ("last_name", &user.last_name),
    ] {
        filled(field, text)?;
        if text.chars().count() > 100 {
            return Err(bad(field, "a name has at most 100 characters"));
        }
    }
    let is_email = user.email.len() <= 254
        && user
            .email
            .split_once('@')
            .is_some_and(|(name, host)| !name.is_empty() && !host.is_empty());
    if !is_email || user.email.chars().any(char::is_whitespace) {
        return Err(bad("email", "an e-mail address is name@host"));
    }
    Ok(())
}

fn check(order: &WebOrder) -> Result<(), Refusal> {
    check_id("id", &order.id)?;
    if order.id == NO_ID {
        return Err(bad("id", format!("{NO_ID:?} is not the id of an order")));
    }
    let units = order.number.encode_utf16().count();
    if !(1..=MAX_NUMBER).contains(&units) {
        return Err(bad(
            "number",
            format!("a number has 1 to {MAX_NUMBER} UTF-16 units, this one has {units}"),
        ));
    }
    if order.number.trim() != order.number {
        return Err(bad(
            "number",
            "it begins or ends with a blank, which AX does not keep",
        ));
    }
    filled("store", &order.store)?;
    check_currency(&order.currency)?;
    filled("customer.name", &order.customer.name)?;
    check_address("delivery_address", &order.delivery_address)?;
    if let Some(address) = &order.invoice_address {
        check_address("invoice_address", address)?;
    }
    if let Some(payment) = &order.payment {
        check_payment("payment.", payment)?;
    }
    if !(1..=MAX_ORDER_LINES).contains(&order.lines.len()) {
        return Err(bad(
            "lines",
            format!(
                "an order has 1 to {MAX_ORDER_LINES} lines, this one has {}",
                order.lines.len()
            ),
        ));
    }
    let mut numbers = HashSet::new();
    for (index, line) in order.lines.iter().enumerate() {
        let field = |name: &str| format!("lines[{index}].{name}");
        if line.line == 0 {
            return Err(bad(&field("line"), "lines are numbered from 1"));
        }
        if !numbers.insert(line.line) {
            return Err(bad(
                &field("line"),
                format!("another line has the number {}", line.line),
            ));
        }
        filled(&field("item"), &line.item)?;
    }
    Ok(())
}

fn check_address(field: &str, address: &Address) -> Result<(), Refusal> {
    filled(&format!("{field}.name"), &address.name)
}

fn check_payment(prefix: &str, payment: &Payment) -> Result<(), Refusal> {
    filled(&format!("{prefix}provider"), &payment.provider)?;
    filled(&format!("{prefix}authorization"), &payment.authorization)
}

fn check_id(field: &str, id: &str) -> Result<(), Refusal> {
    let fits = (1..=MAX_ID).contains(&id.len())
        && id
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
        // A path would take it for a folder.
        && !matches!(id, "." | "..");
    if fits {
        return Ok(());
    }
    Err(bad(
        field,
        format!("an id is 1 to {MAX_ID} letters, digits, \"-\", \"_\" and \".\""),
    ))
}

fn check_currency(currency: &str) -> Result<(), Refusal> {
    if currency.len() == 3 && currency.bytes().all(|byte| byte.is_ascii_alphabetic()) {
        return Ok(());
    }
    Err(bad("currency", "a currency is three letters (ISO 4217)"))
}

/// Refuses an empty field.
pub fn filled(field: &str, text: &str) -> Result<(), Refusal> {
    if text.trim().is_empty() {
        return Err(bad(field, "it is empty"));
    }
    Ok(())
}

fn bad(field: &str, why: impl std::fmt::Display) -> Refusal {
    let separator = if field.is_empty() { "" } else { ": " };
    Refusal::new(Code::BadValue, format!("{field}{separator}{why}"))
}
