//! An order as its shopper sees it: confirmed at first, later with its state and shipments.

use askama::Template;
use axum::extract::{Path, Request};
use axum::response::Response;

use crate::commerce::wire::OrderDetails;
use crate::service::api::refusal::Code;
use crate::service::store::Past;

use super::super::orders::{MOST_PAST, in_words};
use super::super::page::{self, Page, Trouble};
use super::super::session::Visit;
use super::checkout::{id_of, is_secret};
use super::{Shop, link, query};

#[derive(Template)]
#[template(path = "shop/placed.html")]
struct PlacedPage {
    page: Page,
    shop: Shop,
    /// Address of this page.
    link: String,
    details: OrderDetails,
    past: Vec<Past>,
}

pub async fn show(
    visit: Visit,
    Path(id): Path<String>,
    request: Request,
) -> Result<Response, Trouble> {
    let shop: Shop = super::find(&visit, id).await?.into();
    let query = query(&request);
    let secret = query.text("order");
    if !is_secret(secret) {
        return Err(Trouble::lost());
    }
    let store = &visit.site.store;
    let id = id_of(secret);
    let details = match store.order(id.clone()).await {
        Ok(details) if details.listed.store == shop.id => details,
        Ok(_) => return Err(Trouble::lost()),
        Err(refusal) if refusal.code == Code::NoSuchOrder => return Err(Trouble::lost()),
        Err(refusal) => return Err(refusal.into()),
    };
    page::show(&PlacedPage {
        page: Page::of(&visit, format!("Order {}", details.listed.number)),
        link: format!("{}{}", visit.base, link(&shop, "/placed", "order", secret)),
        past: store.order_past(id, MOST_PAST).await?,
        details,
        shop,
    })
}
