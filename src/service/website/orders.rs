//! *Orders*: every online order with how it stands, what happened to it and its packing slips.

use askama::Template;
use axum::extract::{Path, Request};
use axum::response::Response;

use crate::commerce::wire::OrderDetails;
use crate::model::channel::Channel;
use crate::model::order::OrderState;
use crate::model::shipment::Shipment;
use crate::service::api::caller::must_be_active;
use crate::service::fields::Fields;
use crate::service::rights::Right;
use crate::service::store::{Narrowed, OrderRow, Past};

use super::home::minute;
use super::page::{self, Page, Trouble};
use super::paging::{Paging, ROWS, address};
use super::session::Visit;
use super::sure::{self, Question};

/// At most this much of what happened to an order is shown.
pub const MOST_PAST: usize = 100;
/// Most characters that are searched for.
const MOST_SEARCHED: usize = 60;

/// Every state, with its word in a query.
const STATES: [(OrderState, &str); 7] = [
    (OrderState::Placed, "placed"),
    (OrderState::Downloaded, "downloaded"),
    (OrderState::Rejected, "rejected"),
    (OrderState::Accepted, "accepted"),
    (OrderState::PartiallyShipped, "partially-shipped"),
    (OrderState::Shipped, "shipped"),
    (OrderState::Cancelled, "cancelled"),
];

#[derive(Template)]
#[template(path = "orders.html")]
struct OrdersPage {
    page: Page,
    states: Vec<Narrowing>,
    stores: Vec<Narrowing>,
    number: String,
    orders: Vec<Row>,
    paging: Paging,
}

/// A choice of a list that narrows the orders down.
struct Narrowing {
    value: String,
    label: String,
    is_taken: bool,
}

struct Row {
    key: String,
    store: String,
    order: OrderRow,
}

#[derive(Template)]
#[template(path = "order.html")]
struct OrderPage {
    page: Page,
    details: OrderDetails,
    store: String,
    past: Vec<Past>,
    may_cancel: bool,
    may_correct: bool,
}

/// What an order's state means for whoever waits for it.
pub const fn in_words(state: OrderState) -> &'static str {
    match state {
        OrderState::Placed => "Placed",
        OrderState::Downloaded => "Downloaded",
        OrderState::Rejected => "Rejected",
        OrderState::Accepted => "Accepted",
        OrderState::PartiallyShipped => "Partially shipped",
        OrderState::Shipped => "Shipped",
        OrderState::Cancelled => "Cancelled",
    }
}

/// What happened, for people: the word of a state, or of an event.
pub fn past_in_words(what: &str) -> &str {
    match STATES.iter().find(|(_, word)| *word == what) {
        Some((state, _)) => in_words(*state),
        None => match what {
            "changed" => "Changed",
            "paid" => "Payment authorised",
            other => other,
        },
    }
}

/// True while a shopper may still take it back.
const fn is_open(state: OrderState) -> bool {
    match state {
        OrderState::Placed
        | OrderState::Downloaded
        | OrderState::Rejected
        | OrderState::Accepted => true,
        OrderState::PartiallyShipped | OrderState::Shipped | OrderState::Cancelled => false,
    }
}

/// Name of the store `id`; the id where it is gone.
fn name_of<'a>(stores: &'a [Channel], id: &'a str) -> &'a str {
    let store = stores.iter().find(|store| store.id == id);
    store.map_or(id, |store| &store.name)
}

/// Tracking numbers of a packing slip, for people.
pub fn tracking(shipment: &Shipment) -> String {
    shipment.tracking_numbers.join(", ")
}

pub async fn list(visit: Visit, request: Request) -> Result<Response, Trouble> {
    let query = Fields::read(request.uri().query().unwrap_or_default().as_bytes());
    let state = STATES.iter().find(|(_, word)| *word == query.text("state"));
    let number: String = query.text("number").chars().take(MOST_SEARCHED).collect();
    let narrowed = Narrowed {
        state: state.map(|(state, _)| *state),
        store: query.text("store").to_owned(),
        named: number.clone(),
    };
    let after = query.text("after");
    let store = &visit.site.store;
    let stores = store.stores().await?.stores;
    let orders = store
        .newest_orders(narrowed.clone(), after.parse().ok(), ROWS + 1)
        .await?;
    let mut rows: Vec<Row> = orders
        .into_iter()
        .map(|order| Row {
            key: order.key.to_string(),
            store: name_of(&stores, &order.store).to_owned(),
            order,
        })
        .collect();
    let list = address(
        "/orders",
        &[
            ("state", state.map_or("", |(_, word)| word)),
            ("store", &narrowed.store),
            ("number", &number),
        ],
    );
    page::show(&OrdersPage {
        page: Page::of(&visit, "Orders"),
        states: STATES
            .map(|(known, word)| Narrowing {
                value: word.to_owned(),
                label: in_words(known).to_owned(),
                is_taken: narrowed.state == Some(known),
            })
            .into(),
        stores: stores
            .into_iter()
            .map(|store| Narrowing {
                is_taken: store.id == narrowed.store,
                label: store.name,
                value: store.id,
            })
            .collect(),
        number,
        paging: Paging::cut(&mut rows, &list, after, |row| &row.key),
        orders: rows,
    })
}

pub async fn show(visit: Visit, Path(id): Path<String>) -> Result<Response, Trouble> {
    let store = &visit.site.store;
    let details = store.order(id.clone()).await?;
    let stores = store.stores().await?.stores;
    page::show(&OrderPage {
        page: Page::of(&visit, format!("Order {}", details.listed.number)),
        store: name_of(&stores, &details.listed.store).to_owned(),
        past: store.order_past(id, MOST_PAST).await?,
        may_cancel: visit.has(Some(Right::Orders)) && is_open(details.listed.state),
        may_correct: details.listed.state == OrderState::Rejected,
        details,
    })
}

/// Asks before an order is cancelled.
pub async fn ask(visit: Visit, Path(id): Path<String>) -> Result<Response, Trouble> {
    let details = visit.site.store.order(id).await?;
    let (listed, order) = (&details.listed, &details.order);
    let question = Question {
        title: format!("Cancel order {}", listed.number),
        words: format!(
            "This cancels 1 order: {} of {}{}, {} {}. AX learns it with the next run of the order job.",
            listed.number,
            order.customer.name,
            sure::with(&[(order.lines.len() as u64, "line", "lines")]),
            order.total,
            order.currency
        ),
        button: "Cancel the order",
        back: format!("/orders/{}", listed.id),
        ..Question::default()
    };
    sure::ask(&visit, question)
}

pub async fn cancel(visit: Visit, Path(id): Path<String>) -> Result<Response, Trouble> {
    let store = &visit.site.store;
    must_be_active(store.account_state())?;
    let listed = store.cancel(id).await?.listed;
    let words = format!("Order {} is cancelled.", listed.number);
    visit.done(words, &format!("/orders/{}", listed.id)).await
}
