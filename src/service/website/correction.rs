//! *Correct the order*: what AX refused is made right here, as `axcs service order correct` does.

use std::ops::Range;

use askama::Template;
use axum::extract::{Path, Request};
use axum::http::StatusCode;
use axum::response::Response;

use crate::commerce::wire::OrderDetails;
use crate::model::Amount;
use crate::model::catalog::ProductDimensions;
use crate::model::digest::parse_hex64;
use crate::model::order::{MAX_NUMBER, OrderLine, OrderState, WebOrder};
use crate::service::api::caller::must_be_active;
use crate::service::api::refusal::{Code, Refusal};
use crate::service::fields::Fields;
use crate::service::strict::OrderContent;

use super::form::{Field, Form};
use super::page::{self, Page, Trouble};
use super::paging::{Paging, ROWS};
use super::session::Visit;

#[derive(Template)]
#[template(path = "order_correct.html")]
struct CorrectionPage {
    page: Page,
    details: OrderDetails,
    /// How many lines stand before those of this page.
    after: usize,
    form: Form,
    paging: Paging,
}

fn path_of(id: &str) -> String {
    format!("/orders/{id}")
}

/// Name of a field of a line.
fn name(what: &str, line: &OrderLine) -> String {
    format!("{what}-{}", line.line)
}

/// Where the lines of a page stand in the order: an order may have two thousand.
fn shown(order: &WebOrder, fields: &Fields) -> Range<usize> {
    let after: usize = fields.text("after").parse().unwrap_or_default();
    let after = after.min(order.lines.len());
    after..(after + ROWS).min(order.lines.len())
}

fn form(sent: Option<&Fields>, order: &WebOrder, shown: Range<usize>) -> Form {
    let form = Form::of(sent)
        .with(
            Field::line("number", "Order number")
                .required()
                .most(MAX_NUMBER)
                .value(&order.number),
        )
        .with(
            Field::line("currency", "Currency")
                .required()
                .most(3)
                .value(&order.currency),
        )
        .with(
            Field::line("account", "Customer account")
                .most(20)
                .value(&order.customer.account)
                .hint("Empty for the store's."),
        )
        .with(
            Field::line("delivery_mode", "Mode of delivery")
                .most(10)
                .value(&order.delivery_mode)
                .hint("Empty for the store's."),
        );
    order.lines[shown].iter().fold(form, |form, line| {
        let label = |what: &str| format!("Line {}: {what}", line.line);
        form.with(
            Field::line(name("item", line), &label("item number"))
                .required()
                .value(&line.item),
        )
        .with(
            Field::line(name("variant", line), &label("variant"))
                .value(&line.dimensions.written())
                .hint(
                    "Configuration/size/color/style, such as //XL/Black. Empty where it has none.",
                ),
        )
        .with(
            Field::line(name("quantity", line), &label("quantity"))
                .required()
                .most(20)
                .value(&line.quantity.to_string()),
        )
        .with(
            Field::line(name("unit", line), &label("unit"))
                .required()
                .most(10)
                .value(&line.unit),
        )
    })
}

fn page(visit: &Visit, details: OrderDetails, form: Form, shown: &Range<usize>) -> CorrectionPage {
    let path = format!("{}/correct", path_of(&details.listed.id));
    let next = (shown.end < details.order.lines.len()).then(|| shown.end.to_string());
    let after = match shown.start {
        0 => String::new(),
        after => after.to_string(),
    };
    CorrectionPage {
        page: Page::of(visit, format!("Correct order {}", details.listed.number)),
        paging: Paging::to(&path, &after, next.as_deref()),
        after: shown.start,
        form,
        details,
    }
}

/// Shows the form, for an order that AX refused.
pub async fn show(
    visit: Visit,
    Path(id): Path<String>,
    request: Request,
) -> Result<Response, Trouble> {
    let details = visit.site.store.order(id).await?;
    if details.listed.state != OrderState::Rejected {
        return not_refused(&visit, &details).await;
    }
    let query = Fields::read(request.uri().query().unwrap_or_default().as_bytes());
    let shown = shown(&details.order, &query);
    let form = form(None, &details.order, shown.clone());
    page::show(&page(&visit, details, form, &shown))
}

async fn not_refused(visit: &Visit, details: &OrderDetails) -> Result<Response, Trouble> {
    let words = "Only an order that AX refused is corrected here.";
    visit.done(words, &path_of(&details.listed.id)).await
}

pub async fn correct(
    visit: Visit,
    Path(id): Path<String>,
    fields: Fields,
) -> Result<Response, Trouble> {
    let store = &visit.site.store;
    must_be_active(store.account_state())?;
    let details = store.order(id).await?;
    if details.listed.state != OrderState::Rejected {
        return not_refused(&visit, &details).await;
    }
    let shown = shown(&details.order, &fields);
    let mut form = form(Some(&fields), &details.order, shown.clone());
    if fields.text("hash") != details.listed.hash {
        form.fault(
            "hash",
            "The order was changed meanwhile. Look at it again, then save.",
        );
    }
    let order = corrected(&visit, &mut form, &details.order, shown.clone()).await?;
    if form.is_right() {
        match save(&visit, order, parse_hex64(&details.listed.hash)).await {
            Ok(words) => return visit.done(words, &path_of(&details.listed.id)).await,
            Err(refusal) => form.refuse(refusal)?,
        }
    }
    let page = page(&visit, details, form, &shown);
    page::show_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
}

async fn save(visit: &Visit, order: WebOrder, of: Option<u64>) -> Result<String, Refusal> {
    let content = OrderContent::of_checked(order)?;
    let done = visit.site.store.correct(content, of).await?;
    Ok(if done.is_new {
        format!(
            "Order {} is corrected. AX gets it with the next run of the order job.",
            done.listed.number
        )
    } else {
        "Nothing was changed.".to_owned()
    })
}

/// The order as the form has it; what cannot be is said there.
async fn corrected(
    visit: &Visit,
    form: &mut Form,
    order: &WebOrder,
    shown: Range<usize>,
) -> Result<WebOrder, Trouble> {
    let mut order = order.clone();
    if !form.is_right() {
        return Ok(order);
    }
    form.text("number").clone_into(&mut order.number);
    order.currency = form.text("currency").to_uppercase();
    form.text("account").clone_into(&mut order.customer.account);
    form.text("delivery_mode")
        .clone_into(&mut order.delivery_mode);
    for line in &mut order.lines[shown.clone()] {
        correct_line(visit, form, line).await?;
    }
    order.make_total_right();
    for line in &order.lines[shown] {
        if line.amount < Amount::ZERO {
            form.fault(
                &name("quantity", line),
                "The discount of the line is more than that.",
            );
        }
    }
    Ok(order)
}

/// Another item or variant comes with its own name, unit and price; else the price stays the one that
/// the shopper was told.
async fn correct_line(visit: &Visit, form: &mut Form, line: &mut OrderLine) -> Result<(), Trouble> {
    let text = |what: &str| form.text(&name(what, line)).to_owned();
    let (item, variant, quantity) = (text("item"), text("variant"), text("quantity"));
    let unit = text("unit");
    let dimensions = if variant == line.dimensions.written() {
        line.dimensions.clone()
    } else {
        ProductDimensions::read(&variant)
    };
    match quantity.parse::<Amount>() {
        Ok(quantity) if quantity > Amount::ZERO => line.quantity = quantity,
        Ok(_) | Err(_) => form.fault(&name("quantity", line), "A quantity is a number above 0."),
    }
    let is_typed = unit != line.unit;
    line.unit = unit;
    if item == line.item && dimensions == line.dimensions {
        return Ok(());
    }
    let product = match visit.site.store.product(item).await {
        Ok(product) => product,
        Err(refusal) if refusal.code == Code::NoSuchRecord => {
            form.fault(&name("item", line), "AX has uploaded no such item.");
            return Ok(());
        }
        Err(refusal) => return Err(refusal.into()),
    };
    let has_variant = match product.item.variants.as_slice() {
        [] => dimensions.is_blank(),
        variants => variants.iter().any(|known| known.dimensions == dimensions),
    };
    if !has_variant {
        form.fault(&name("variant", line), "The item has no such variant.");
    }
    if product.price <= Amount::ZERO {
        form.fault(&name("item", line), "The item has no sales price in AX.");
    }
    if !is_typed {
        line.unit = product.item.unit;
    }
    line.item = product.item.item;
    line.name = product.title;
    line.price = product.price;
    line.dimensions = dimensions;
    Ok(())
}
