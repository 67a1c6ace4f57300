//! `/v1/orders`: placing, correcting, paying and cancelling orders, and the feed of their events.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use tokio::time::timeout;

use crate::commerce::wire::{MAX_FEED_LIMIT, MAX_FEED_WAIT, OrderListPage};
use crate::model::digest::parse_hex64;
use crate::service::strict::{self, OrderContent};

use super::listing::{ListParameters, cursor};
use super::refusal::{Code, Refusal};
use super::request::{Id, NoParameters, Parameters};
use super::{Api, body, json, told};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FeedParameters {
    #[serde(default)]
    after: i64,
    #[serde(default = "usual_limit")]
    limit: usize,
    /// Seconds.
    #[serde(default)]
    wait: u64,
}

const fn usual_limit() -> usize {
    100
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CorrectionParameters {
    /// Hash of the content that is corrected.
    of: Option<String>,
}

pub async fn list(
    State(api): State<Arc<Api>>,
    Parameters(parameters): Parameters<ListParameters>,
) -> Result<Response, Refusal> {
    let (after, limit) = parameters.read()?;
    let page = api.store.orders(after, limit).await?;
    told(&OrderListPage {
        next: page.next.as_deref().map(cursor),
        ..page
    })
}

pub async fn place(
    State(api): State<Arc<Api>>,
    Parameters(NoParameters {}): Parameters<NoParameters>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Refusal> {
    let content = content(&api, &headers, body).await?;
    let done = api.store.place(content).await?;
    let status = if done.is_new {
        StatusCode::CREATED
    } else {
        StatusCode::OK
    };
    Ok((status, told(&done.listed)?).into_response())
}

pub async fn correct(
    State(api): State<Arc<Api>>,
    Id(id): Id,
    Parameters(CorrectionParameters { of }): Parameters<CorrectionParameters>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Refusal> {
    let content = content(&api, &headers, body).await?;
    strict::check_path(&id, &content.order.id)?;
    let bad = |of: &String| {
        let detail = format!("of is the hash of an order, 16 hexadecimal digits, not {of:?}");
        Refusal::new(Code::BadQuery, detail)
    };
    let of = of.map(|of| parse_hex64(&of).ok_or_else(|| bad(&of)));
    told(&api.store.correct(content, of.transpose()?).await?.listed)
}

pub async fn pay(
    State(api): State<Arc<Api>>,
    Id(id): Id,
    Parameters(NoParameters {}): Parameters<NoParameters>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Refusal> {
    let body = body::read(&headers, body, api.deadlines.silence).await?;
    let payment = strict::payment(&body)?;
    told(&api.store.pay(id, payment).await?.listed)
}

pub async fn cancel(
    State(api): State<Arc<Api>>,
    Id(id): Id,
    Parameters(NoParameters {}): Parameters<NoParameters>,
) -> Result<Response, Refusal> {
    told(&api.store.cancel(id).await?.listed)
}

pub async fn show(
    State(api): State<Arc<Api>>,
    Id(id): Id,
    Parameters(NoParameters {}): Parameters<NoParameters>,
) -> Result<Response, Refusal> {
    told(&api.store.order(id).await?)
}

pub async fn feed(
    State(api): State<Arc<Api>>,
    Parameters(FeedParameters { after, limit, wait }): Parameters<FeedParameters>,
) -> Result<Response, Refusal> {
    let bad = |detail: String| Err(Refusal::new(Code::BadQuery, detail));
    if after < 0 {
        return bad("after is the number of an event, or 0".to_owned());
    }
    if !(1..=MAX_FEED_LIMIT).contains(&limit) {
        return bad(format!("limit is 1 to {MAX_FEED_LIMIT}"));
    }
    if wait > MAX_FEED_WAIT {
        return bad(format!("wait is 0 to {MAX_FEED_WAIT} seconds"));
    }
    if wait > 0 {
        // A cursor beyond the newest event is void: its reader has to learn that at once.
        let mut newest = api.store.newest_event();
        let event = newest.wait_for(|newest| *newest != after);
        let waiting = timeout(Duration::from_secs(wait), event);
        // Whether an event came, the time is up or the service stops: it is answered.
        drop(api.stop.run_until_cancelled(waiting).await);
    }
    api.store.feed(after, limit).await.map(json)
}

async fn content(api: &Api, headers: &HeaderMap, body: Body) -> Result<OrderContent, Refusal> {
    // Bounds what bodies take of the memory; the request's deadline bounds the wait.
    let _turn = api.turns.acquire().await;
    let body = body::read(headers, body, api.deadlines.silence).await?;
    tokio::task::spawn_blocking(move || OrderContent::read(&body))
        .await
        .map_err(|_| Refusal::new(Code::Internal, "reading the order failed"))?
}
