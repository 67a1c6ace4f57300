//! The storefront of an online store, at `/shop/{store}`, for whoever comes along: what is on offer,
//! and an order form for one product that makes a real order in the order book.
//!
//! The secret of an order is in its form already: id and number are derived from it, so a form makes
//! one order however often it is sent, and whoever has the secret, and nobody else, sees the order.

use askama::Template;
use axum::extract::{Path, Request};
use axum::response::Response;

use crate::model::channel::{Channel, ChannelKind};
use crate::service::api::caller::must_be_active;
use crate::service::fields::Fields;
use crate::service::store::{Offer, OfferedVariant};

use super::images;
use super::page::{self, Page, Trouble};
use super::paging::{Paging, ROWS, address};
use super::session::Visit;

pub mod checkout;
pub mod placed;
mod terms;

/// Most characters that are searched for.
const MOST_SEARCHED: usize = 100;

/// The store that a page belongs to; `shop/base.html` shows it.
#[derive(Clone, Debug)]
struct Shop {
    /// Id of the store.
    id: String,
    /// Its name.
    name: String,
    /// Its currency.
    currency: String,
}

impl From<Channel> for Shop {
    fn from(channel: Channel) -> Self {
        Self {
            id: channel.id,
            name: channel.name,
            currency: channel.currency,
        }
    }
}

#[derive(Template)]
#[template(path = "shop/list.html")]
struct ListPage {
    page: Page,
    shop: Shop,
    search: String,
    offers: Vec<Row>,
    paging: Paging,
}

struct Row {
    link: String,
    offer: Offer,
}

#[derive(Template)]
#[template(path = "shop/product.html")]
struct ProductPage {
    page: Page,
    shop: Shop,
    offer: Offer,
    variants: Vec<(String, String)>,
}

/// The store `id`, open or not.
async fn find(visit: &Visit, id: String) -> Result<Channel, Trouble> {
    let channel = visit.site.store.must_find_channel(id).await;
    let channel = channel.map_err(|_| Trouble::lost())?;
    match channel.kind {
        ChannelKind::OnlineStore => Ok(channel),
        ChannelKind::Marketplace => Err(Trouble::lost()),
    }
}

/// The store `id`, where it sells now.
async fn open(visit: &Visit, id: String) -> Result<Shop, Trouble> {
    let channel = find(visit, id).await?;
    let state = visit.site.store.account_state();
    if !channel.open || must_be_active(state).is_err() {
        return Err(Trouble::closed());
    }
    Ok(channel.into())
}

/// Path of a page of the store with one value in its query.
fn link(shop: &Shop, page: &str, name: &str, value: &str) -> String {
    address(&format!("/shop/{}{page}", shop.id), &[(name, value)])
}

/// What tells a variant from the others, in a form.
fn variant_word(variant: &OfferedVariant) -> String {
    let dimensions = &variant.dimensions;
    crate::model::record::record_id(&[
        &dimensions.configuration,
        &dimensions.size,
        &dimensions.colour,
        &dimensions.style,
    ])
}

fn query(request: &Request) -> Fields {
    Fields::read(request.uri().query().unwrap_or_default().as_bytes())
}

pub async fn list(
    visit: Visit,
    Path(id): Path<String>,
    request: Request,
) -> Result<Response, Trouble> {
    let shop = open(&visit, id).await?;
    let query = query(&request);
    let search: String = query.text("search").chars().take(MOST_SEARCHED).collect();
    let after: i64 = query.text("after").parse().unwrap_or_default();
    let store = &visit.site.store;
    let page = store
        .offers(shop.id.clone(), search.clone(), after, ROWS)
        .await?;
    let list = link(&shop, "", "search", &search);
    let next = page.next.map(|next| next.to_string());
    page::show(&ListPage {
        page: Page::of(&visit, &shop.name),
        paging: Paging::to(&list, query.text("after"), next.as_deref()),
        offers: page
            .offers
            .into_iter()
            .map(|offer| Row {
                link: link(&shop, "/product", "item", &offer.product.item.item),
                offer,
            })
            .collect(),
        search,
        shop,
    })
}

/// The product that a query or form names, and the store.
async fn product(visit: &Visit, id: String, fields: &Fields) -> Result<(Shop, Offer), Trouble> {
    let shop = open(visit, id).await?;
    let item = fields.text("item").to_owned();
    let offer = visit.site.store.offer(shop.id.clone(), item).await?;
    Ok((shop, offer.ok_or_else(Trouble::sold_out)?))
}

pub async fn show(
    visit: Visit,
    Path(id): Path<String>,
    request: Request,
) -> Result<Response, Trouble> {
    let (shop, offer) = product(&visit, id, &query(&request)).await?;
    page::show(&ProductPage {
        page: Page::of(&visit, &offer.product.title),
        variants: offer
            .variants
            .iter()
            .filter(|variant| !variant.dimensions.is_blank())
            .map(|variant| (variant_word(variant), variant.dimensions.joined()))
            .collect(),
        offer,
        shop,
    })
}

/// An image of a product that is published at the store.
pub async fn image(
    visit: Visit,
    Path((id, hash)): Path<(String, String)>,
) -> Result<Response, Trouble> {
    let shop = open(&visit, id).await?;
    let store = &visit.site.store;
    if !store.is_published_image(shop.id, hash.clone()).await? {
        return Err(Trouble::lost());
    }
    images::send(&visit.site, &hash, "public").await
}
