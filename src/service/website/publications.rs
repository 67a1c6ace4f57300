//! *Publish*: what is published at each store and marketplace; publishing and withdrawing, with the
//! number of products told and asked about first ("(USA) List products and catalogs in online
//! marketplaces").

use askama::Template;
use axum::extract::{Path, Request};
use axum::response::Response;

use crate::commerce::wire::publication::PublicationState;
use crate::model::channel::{Channel, ChannelKind};
use crate::service::fields::Fields;
use crate::service::rights::Right;
use crate::service::store::{Candidate, Chosen, Counted, PublicationRow, Sought};

use super::home::minute;
use super::page::{self, Page, Trouble};
use super::paging::{Paging, ROWS, address};
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
    channels: Vec<(Channel, String)>,
}

#[derive(Template)]
#[template(path = "publications_of.html")]
struct PublicationsPage {
    page: Page,
    channel: Channel,
    may_publish: bool,
    states: Vec<(&'static str, &'static str, bool)>,
    search: String,
    rows: Vec<(String, PublicationRow)>,
    paging: Paging,
}

#[derive(Template)]
#[template(path = "publications_choose.html")]
struct ChoosePage {
    page: Page,
    channel: Channel,
    beginning: String,
    candidates: Vec<Candidate>,
    paging: Paging,
}

#[derive(Template)]
#[template(path = "publications_ask.html")]
struct AskPage {
    page: Page,
    channel: Channel,
    is_withdrawal: bool,
    counted: Counted,
    /// The fields that name the products, as they were sent.
    fields: Vec<(&'static str, String)>,
}

/// What is done to the chosen products.
enum Act {
    Publish,
    Withdraw,
}

/// What a form asks for: something to be done to some products.
fn read(fields: &Fields) -> Result<(Act, Chosen), Trouble> {
    let act = match fields.text("act") {
        "publish" => Act::Publish,
        "withdraw" => Act::Withdraw,
        _ => return Err(Trouble::unreadable()),
    };
    let chosen = match fields.text("which") {
        "all" => Chosen::Beginning(fields.raw("beginning").to_owned()),
        _ => Chosen::Items(fields.all("item").map(str::to_owned).collect()),
    };
    Ok((act, chosen))
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

fn query(request: &Request) -> Fields {
    Fields::read(request.uri().query().unwrap_or_default().as_bytes())
}

fn path_of(channel: &Channel) -> String {
    format!("/publications/{}", channel.id)
}

pub async fn channels(visit: Visit) -> Result<Response, Trouble> {
    let store = &visit.site.store;
    let mut channels = Vec::new();
    for channel in store.stores().await?.stores {
        let counts = store.publication_counts(channel.id.clone()).await?;
        channels.push((channel, counts_in_words(&counts)));
    }
    page::show(&ChannelsPage {
        page: Page::of(&visit, "Publish"),
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
    let query = query(&request);
    let state = STATES.iter().find(|(_, word)| *word == query.text("state"));
    let search: String = query.text("search").chars().take(MOST_SEARCHED).collect();
    let sought = Sought {
        state: state.map(|(state, _)| *state),
        words: search.clone(),
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
        .map(|row| (row.id.to_string(), row))
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
        states: STATES
            .map(|(known, word)| (word, known.name(), Some(known) == state.map(|(s, _)| *s)))
            .into(),
        search,
        paging: Paging::cut(&mut rows, &list, after, |(key, _)| key),
        rows,
        channel,
    })
}

pub async fn choose(
    visit: Visit,
    Path(id): Path<String>,
    request: Request,
) -> Result<Response, Trouble> {
    let store = &visit.site.store;
    let channel = store.must_find_channel(id).await?;
    let query = query(&request);
    let beginning: String = query
        .text("beginning")
        .chars()
        .take(MOST_SEARCHED)
        .collect();
    let after = query.raw("after");
    let mut candidates = store
        .candidates(
            channel.id.clone(),
            Chosen::Beginning(beginning.clone()),
            after.to_owned(),
            ROWS + 1,
        )
        .await?;
    let list = address(
        &format!("{}/choose", path_of(&channel)),
        &[("beginning", &beginning)],
    );
    page::show(&ChoosePage {
        page: Page::of(&visit, format!("Publish products at {}", channel.name)),
        paging: Paging::cut(&mut candidates, &list, after, |row| &row.item),
        candidates,
        beginning,
        channel,
    })
}

/// Says how many products it is, and asks.
pub async fn ask(
    visit: Visit,
    Path(id): Path<String>,
    fields: Fields,
) -> Result<Response, Trouble> {
    let store = &visit.site.store;
    let channel = store.must_find_channel(id).await?;
    let (act, chosen) = read(&fields)?;
    let counted = match act {
        Act::Publish => store.count_chosen(chosen.clone()).await?,
        Act::Withdraw => Counted {
            products: store
                .count_withdrawn(channel.id.clone(), chosen.clone())
                .await?,
            ..Counted::default()
        },
    };
    if counted.products == 0 {
        let back = path_of(&channel);
        return visit.done("Choose some products first.", &back).await;
    }
    let (which, names) = match chosen {
        Chosen::Items(items) => ("these", items.into_iter().map(|i| ("item", i)).collect()),
        Chosen::Beginning(beginning) => ("all", vec![("beginning", beginning)]),
    };
    let mut sent: Vec<(&'static str, String)> = names;
    sent.push(("which", which.to_owned()));
    let (title, word) = match act {
        Act::Publish => ("Publish", "publish"),
        Act::Withdraw => ("Withdraw", "withdraw"),
    };
    sent.push(("act", word.to_owned()));
    sent.push(("counted", counted.products.to_string()));
    page::show(&AskPage {
        page: Page::of(&visit, title),
        channel,
        is_withdrawal: matches!(act, Act::Withdraw),
        counted,
        fields: sent,
    })
}

/// Does what was asked about, where it is still about as many products.
pub async fn act(
    visit: Visit,
    Path(id): Path<String>,
    fields: Fields,
) -> Result<Response, Trouble> {
    let store = &visit.site.store;
    let channel = store.must_find_channel(id.clone()).await?;
    let (act, chosen) = read(&fields)?;
    let agreed: Option<u64> = fields.text("counted").parse().ok();
    let now = match act {
        Act::Publish => store.count_chosen(chosen.clone()).await?.products,
        Act::Withdraw => {
            store
                .count_withdrawn(channel.id.clone(), chosen.clone())
                .await?
        }
    };
    if agreed != Some(now) {
        return ask(visit, Path(id), fields).await;
    }
    let by = visit.signed_in()?.sign_in.clone();
    let words = match act {
        Act::Publish => {
            let counted = store.publish(channel.id.clone(), chosen, by).await?;
            let taken = counted.products - counted.lacking;
            let done = match channel.kind {
                ChannelKind::OnlineStore => "published",
                ChannelKind::Marketplace => "written down for the marketplace",
            };
            match counted.lacking {
                0 => format!("{taken} products are {done}."),
                lacking => format!("{taken} products are {done}, {lacking} are refused."),
            }
        }
        Act::Withdraw => {
            let count = store.withdraw(channel.id.clone(), chosen).await?;
            format!("{count} products are withdrawn.")
        }
    };
    visit.done(words, &path_of(&channel)).await
}
