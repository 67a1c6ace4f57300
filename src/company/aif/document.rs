//! A hand-over as a sales order document: which field holds what. The embedded company's service
//! reads a hand-over in the same way.

use jiff::civil::Date;
use rust_decimal::Decimal;

use super::schema::{ROOT, Schema};
use crate::company::sales_orders::{HandOver, formatted};
use crate::company::trade::AddressKey;
use crate::model::Amount;
use crate::model::order::OrderLine;

/// The field of the delivery address.
const ADDRESS: &str = "DeliveryPostalAddress";

/// What a field holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// A text, never empty.
    Text(String),
    /// A decimal number, written with a point.
    Number(Amount),
    /// A day, `YYYY-MM-DD`.
    Day(Date),
    /// Name of a value of an enumeration of AX, never its number and never its label.
    Name(&'static str),
    /// The key of a postal address that AX has.
    Address(AddressKey),
}

/// A field, or an entity inside of an entity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// A field by its name.
    Field(&'static str, Value),
    /// An entity.
    Entity(Entity),
}

impl Part {
    /// Name of its element.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Field(name, _) => name,
            Self::Entity(entity) => entity.name,
        }
    }
}

/// An entity of the document, such as `SalesTable`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entity {
    /// Name of its element.
    pub name: &'static str,
    /// What is in it.
    pub parts: Vec<Part>,
}

impl Entity {
    const fn new(name: &'static str) -> Self {
        Self {
            name,
            parts: Vec::new(),
        }
    }

    fn put(&mut self, name: &'static str, value: Value) {
        self.parts.push(Part::Field(name, value));
    }

    /// An empty element would be an empty text in AX and no default: it is left out.
    fn text(&mut self, name: &'static str, text: &str) {
        if !text.is_empty() {
            self.put(name, Value::Text(text.to_owned()));
        }
    }

    fn texts(&mut self, fields: &[(&'static str, &str)]) {
        for (name, text) in fields {
            self.text(name, text);
        }
    }

    fn entity(&mut self, entity: Self) {
        if !entity.parts.is_empty() {
            self.parts.push(Part::Entity(entity));
        }
    }
}

/// The document of a hand-over; its parts are not in the order of the schema yet.
///
/// One order is one `SalesTable`. `SalesId` and `SalesType` are left out: AX has them from its number
/// sequence and its parameters.
pub fn sales_order(hand_over: &HandOver, schema: &Schema) -> Entity {
    let mut notes = hand_over.notes();
    let mut heading = heading(hand_over);
    // AX takes an address only by the key of one that it has, and a port may not take it at all.
    let takes_key = schema.facets("SalesTable", ADDRESS).is_some();
    let key = hand_over.address_key.as_ref().filter(|_| takes_key);
    if let Some(key) = key {
        heading.put(ADDRESS, Value::Address(key.clone()));
    } else {
        let address = &hand_over.order.delivery_address;
        let lines = formatted(address);
        notes.push(format!("Delivery address: {}, {lines}", address.name));
    }
    for line in &hand_over.order.lines {
        let discount = discount_of_one(line).filter(|one| fits(*one, schema));
        if discount.is_none() {
            notes.push(format!(
                "Line {}: the discount of {} {} is on the whole line",
                line.line, line.discount, hand_over.order.currency
            ));
        }
        heading.entity(sales_line(hand_over, line, discount));
    }
    if !notes.is_empty() {
        heading.entity(note(&notes));
    }
    for entity in charges(hand_over) {
        heading.entity(entity);
    }
    let mut document = Entity::new(ROOT);
    document.entity(heading);
    document
}

fn heading(hand_over: &HandOver) -> Entity {
    let HandOver {
        order,
        customer,
        settings,
        ..
    } = hand_over;
    let mut heading = Entity::new("SalesTable");
    heading.texts(&[
        ("CurrencyCode", &order.currency),
        ("CustAccount", &customer.account),
        ("CustGroup", &customer.customer_group),
        // By requisition and reference the sales order is found again.
        ("PurchOrderFormNum", &order.number),
        ("CustomerRef", &order.id),
        ("DeliveryName", &order.delivery_address.name),
        ("DlvMode", hand_over.delivery_mode()),
        ("DlvTerm", &customer.delivery_terms),
        ("Email", &order.customer.email),
        ("EndDisc", &customer.total_discount),
        ("InventLocationId", &customer.warehouse),
        ("InventSiteId", &customer.site),
        ("InvoiceAccount", &customer.account),
        ("LanguageId", hand_over.language()),
        ("LineDisc", &customer.line_discount),
        ("MultiLineDisc", &customer.multiline_discount),
        ("Payment", &customer.payment_terms),
        ("PriceGroupId", &customer.price_group),
        ("SalesName", &order.customer.name),
        ("SalesOriginId", &settings.sales_origin),
        ("TaxGroup", &customer.tax_group),
    ]);
    for name in [
        "DeliveryDate",
        "ReceiptDateRequested",
        "ShippingDateRequested",
    ] {
        heading.put(name, Value::Day(hand_over.day()));
    }
    heading.put("Reservation", Value::Name("Automatic"));
    if let Some(payment) = &order.payment {
        heading.text("CreditCardAuthorization", &payment.authorization);
        heading.put("CreditCardApprovalAmount", Value::Number(payment.amount));
    }
    heading
}

/// Price and amount are what the buyer was told; a discount of zero is said too, or AX would look for
/// one in its trade agreements.
fn sales_line(hand_over: &HandOver, line: &OrderLine, discount: Option<Amount>) -> Entity {
    let mut sales_line = Entity::new("SalesLine");
    sales_line.texts(&[
        ("ItemId", &line.item),
        ("Name", &line.name),
        ("SalesUnit", &line.unit),
    ]);
    for (name, number) in [
        ("LineNum", Amount::from(i64::from(line.line))),
        ("SalesQty", line.quantity),
        ("SalesPrice", line.price),
        ("PriceUnit", Amount::from(1)),
        ("LineAmount", line.amount),
        ("LinePercent", Amount::ZERO),
    ] {
        sales_line.put(name, Value::Number(number));
    }
    if let Some(discount) = discount {
        sales_line.put("LineDisc", Value::Number(discount));
    }
    let product = &line.dimensions;
    let mut dimensions = Entity::new("InventDim");
    dimensions.texts(&[
        ("ConfigId", &product.configuration),
        ("InventColorId", &product.colour),
        ("InventSizeId", &product.size),
        ("InventStyleId", &product.style),
        ("InventLocationId", &hand_over.customer.warehouse),
        ("InventSiteId", &hand_over.customer.site),
    ]);
    sales_line.entity(dimensions);
    sales_line
}

/// A note of type Note, for those who work in AX.
fn note(notes: &[String]) -> Entity {
    let mut note = Entity::new("DocuRefHeader");
    note.texts(&[
        ("Name", "Online order"),
        ("Notes", &plain(&notes.join("\n"))),
        ("TypeId", "Note"),
    ]);
    note.put("Restriction", Value::Name("Internal"));
    note
}

fn charges(hand_over: &HandOver) -> impl Iterator<Item = Entity> {
    hand_over.order.charges.iter().map(|charge| {
        let mut entity = Entity::new("MarkupTransHeader");
        entity.texts(&[
            ("CurrencyCode", &hand_over.order.currency),
            ("MarkupCode", hand_over.charges_code(charge)),
            ("Txt", &charge.text),
        ]);
        entity.put("MarkupCategory", Value::Name("Fixed"));
        entity.put("Value", Value::Number(charge.amount));
        entity
    })
}

/// `SALESLINE.LINEDISC` is the discount on one unit, the order's is on the whole line; `None` where
/// it cannot be told of one unit without rounding.
fn discount_of_one(line: &OrderLine) -> Option<Amount> {
    if line.discount.is_zero() {
        return Some(Amount::ZERO);
    }
    let decimal = |amount: Amount| amount.to_string().parse::<Decimal>().ok();
    let quantity = decimal(line.quantity)?;
    let one = decimal(line.discount)?.checked_div(quantity)?.normalize();
    let one: Amount = one.to_string().parse().ok()?;
    (one.checked_mul(line.quantity) == Some(line.discount)).then_some(one)
}

/// Whether the line discount has room for the digits of an amount.
fn fits(amount: Amount, schema: &Schema) -> bool {
    let most = schema
        .facets("SalesLine", "LineDisc")
        .and_then(|facets| facets.digits);
    most.is_none_or(|most| digits_behind_point(amount) <= most)
}

/// Digits behind the point, zeros at the end left out.
pub fn digits_behind_point(amount: Amount) -> usize {
    let digits = amount.to_string();
    digits
        .split_once('.')
        .map_or(0, |(_, fraction)| fraction.len())
}

/// True for a character that a document may hold (XML 1.0, 2.2). A return would come out as a new line.
pub const fn is_allowed(character: char) -> bool {
    matches!(character, '\t' | '\n' | ' '..='\u{fffd}' | '\u{10000}'..)
}

/// What a buyer wrote, without the characters that no document may hold.
fn plain(text: &str) -> String {
    text.chars().filter(|it| is_allowed(*it)).collect()
}
