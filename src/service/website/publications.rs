//! *Publish*: what is published at each store and marketplace. Publishing and withdrawing itself is
//! `publishing.rs`.

use askama::Template;
use axum::extract::{Path, Request};
use axum::response::Response;

use crate::commerce::wire::publication::PublicationState;
use crate::model::channel::{Channel, ChannelKind};
use crate::service::fields::Fields;
use crate::service::rights::Right;
use crate::service::store::{PublicationRow, Publishing, Sought};

use super::home::minute;
use super::page::{self, Page, Trouble};
use super::paging::{Paging, ROWS, address};
use super::publishing::{chosen, in_words, query_of};
use super::session::Visit;

/// Most characters that are searched for.
const MOST_SEARCHED: usize = 100;

/// Every state, with its word in a query.
const STATES: [(PublicationState, &str); 3] = [
    (PublicationState::Published, "published"),
    (PublicationState::Waiting, "waiting"),
    (PublicationState::Refused, "refused"),
];

#[derive(Template)]
#[template(path = "publications.html")]
struct ChannelsPage {
    page: Page,
    /// What is to be published, in words; empty where nothing was chosen before.
    chosen: String,
    /// Each with its products in words, and where its name leads.
    channels: Vec<(Channel, String, String)>,
}

#[derive(Template)]
#[template(path = "publications_of.html")]
struct PublicationsPage {
    page: Page,
    channel: Channel,
    may_publish: bool,
    /// The long operation under way, or the last one.
    publishing: Option<Publishing>,
    states: Vec<(&'static str, &'static str, bool)>,
    /// All of what is listed can be named by its words.
    is_whole: bool,
    search: String,
    rows: Vec<(String, PublicationRow)>,
    paging: Paging,
}

/// How many products stand how, for people.
fn counts_in_words(counts: &[(PublicationState, u64)]) -> String {
    let words: Vec<String> = STATES
        .iter()
        .filter_map(|(state, word)| {
            let (_, count) = counts.iter().find(|(known, _)| known == state)?;
            Some(format!("{count} {word}"))
        })
        .collect();
    if words.is_empty() {
        "Nothing".to_owned()
    } else {
        words.join(", ")
    }
}

/// What the address asks for.
pub fn asked(request: &Request) -> Fields {
    Fields::read(request.uri().query().unwrap_or_default().as_bytes())
}

/// The page of what is published at a channel.
pub fn path_of(channel: &Channel) -> String {
    format!("/publications/{}", channel.id)
}

/// Every store and marketplace. Where products were chosen before, their names lead to publishing
/// these there.
pub async fn channels(visit: Visit, request: Request) -> Result<Response, Trouble> {
    let store = &visit.site.store;
    let query = asked(&request);
    let chosen = chosen(&query);
    let fields = query_of(&chosen);
    let named: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (*n, &**v)).collect();
    let words = if named.is_empty() {
        String::new()
    } else {
        in_words(&visit, &chosen).await?
    };
    let mut channels = Vec::new();
    for channel in store.stores().await?.stores {
        let counts = store.publication_counts(channel.id.clone()).await?;
        let link = if named.is_empty() {
            path_of(&channel)
        } else {
            address(&format!("{}/choose", path_of(&channel)), &named)
        };
        channels.push((channel, counts_in_words(&counts), link));
    }
    page::show(&ChannelsPage {
        page: Page::of(&visit, "Publish"),
        chosen: words,
        channels,
    })
}

pub async fn list(
    visit: Visit,
    Path(id): Path<String>,
    request: Request,
) -> Result<Response, Trouble> {
    let store = &visit.site.store;
    let channel = store.must_find_channel(id).await?;
    let query = asked(&request);
    let state = STATES.iter().find(|(_, word)| *word == query.text("state"));
    let search: String = query.text("search").chars().take(MOST_SEARCHED).collect();
    let sought = Sought {
        state: state.map(|(state, _)| *state),
        search: search.clone(),
    };
    let after = query.text("after");
    let found = store
        .publications(
            channel.id.clone(),
            sought,
            after.parse().unwrap_or_default(),
            ROWS + 1,
        )
        .await?;
    let mut rows: Vec<(String, PublicationRow)> = found
        .into_iter()
        .map(|row| (row.key.to_string(), row))
        .collect();
    let list = address(
        &path_of(&channel),
        &[
            ("state", state.map_or("", |(_, word)| word)),
            ("search", &search),
        ],
    );
    page::show(&PublicationsPage {
        page: Page::of(&visit, format!("Published at {}", channel.name)),
        may_publish: visit.has(Some(Right::Catalog)),
        publishing: store.publishing(channel.id.clone()).await?,
        states: STATES
            .map(|(known, word)| (word, known.name(), Some(known) == state.map(|(s, _)| *s)))
            .into(),
        is_whole: state.is_none(),
        search,
        paging: Paging::cut(&mut rows, &list, after, |(key, _)| key),
        rows,
        channel,
    })
}
