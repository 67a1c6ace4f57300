//! `/v1/stores/{id}/publications`: what is published at a store or marketplace, for the marketplace's
//! side to read and answer.

use std::sync::Arc;

use axum::Extension;
use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;

use crate::commerce::wire::publication::{PublicationAnswer, PublicationPage, PublicationState};
use crate::model::channel::ChannelKind;
use crate::service::store::Sought;
use crate::service::strict;

use super::caller::Caller;
use super::listing::{ListParameters, cursor};
use super::refusal::{Code, Refusal};
use super::request::{Id, NoParameters, Parameters};
use super::{Api, body, told};

pub async fn list(
    State(api): State<Arc<Api>>,
    Id(id): Id,
    Parameters(parameters): Parameters<ListParameters>,
) -> Result<Response, Refusal> {
    let (after, limit) = parameters.read()?;
    let channel = api.store.must_find_channel(id).await?;
    let after = after.parse().unwrap_or_default();
    let mut rows = api
        .store
        .publications(channel.id, Sought::default(), after, limit + 1)
        .await?;
    let is_more = rows.len() > limit;
    rows.truncate(limit);
    let last = rows.last().filter(|_| is_more);
    told(&PublicationPage {
        next: last.map(|row| cursor(&row.key.to_string())),
        publications: rows.into_iter().map(|row| row.publication).collect(),
    })
}

pub async fn answer(
    State(api): State<Arc<Api>>,
    Extension(caller): Extension<Caller>,
    Id(id): Id,
    Parameters(NoParameters {}): Parameters<NoParameters>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Refusal> {
    let body = body::read(&headers, body, api.deadlines.silence).await?;
    let answer: PublicationAnswer = strict::read(&body)?;
    let bad = |detail: &str| Err(Refusal::new(Code::BadValue, detail));
    match answer.state {
        PublicationState::Published if !answer.reason.is_empty() => {
            return bad("reason: what is published is not refused");
        }
        PublicationState::Published => {}
        PublicationState::Refused => strict::filled("reason", &answer.reason)?,
        PublicationState::Waiting => return bad("state: an answer is published or refused"),
    }
    let channel = api.store.must_find_channel(id).await?;
    match channel.kind {
        ChannelKind::Marketplace => {}
        ChannelKind::OnlineStore => {
            return bad("state: a store of the organization shows what is published by itself");
        }
    }
    let by = caller.name().to_owned();
    told(&api.store.answer_publication(channel.id, answer, by).await?)
}
