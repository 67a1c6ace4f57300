//! Publishing and withdrawing products, ticked, found or of a catalog: the number of products is told
//! and asked about first ("(USA) List products and catalogs in online marketplaces").

use askama::Template;
use axum::extract::{Path, Request};
use axum::response::Response;

use crate::commerce::wire::publication::PublicationState;
use crate::model::channel::{Channel, ChannelKind};
use crate::service::fields::Fields;
use crate::service::rights::Right;
use crate::service::store::{
    Act, Acted, Catalog, Chosen, Counted, FoundProducts, Product, Publishing,
};

use super::home::minute;
use super::page::{self, Page, Trouble};
use super::paging::{Paging, ROWS, address};
use super::products::{MOST_CHOICES, MOST_SEARCH, product_address};
use super::publications::{asked, path_of};
use super::session::Visit;

#[derive(Template)]
#[template(path = "publications_choose.html")]
struct ChoosePage {
    page: Page,
    channel: Channel,
    /// Which products are listed, in words.
    which: String,
    search: String,
    /// The chosen products, as fields of a form.
    fields: Vec<(&'static str, String)>,
    /// What all of the listed products are called on a button.
    all: String,
    /// Number, name, and whether it is listed now.
    catalogs: Vec<(Catalog, bool)>,
    rows: Vec<(Product, Option<PublicationState>)>,
    /// How many changes the index does not know yet.
    behind: u64,
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

#[derive(Template)]
#[template(path = "publications_progress.html")]
struct ProgressPage {
    page: Page,
    channel: Channel,
    publishing: Publishing,
    /// What is done so far, in words.
    told: String,
    may_stop: bool,
}

/// The products that a query or form names all together: a catalog, or what a search finds.
pub fn chosen(fields: &Fields) -> Chosen {
    match fields.text("catalog").parse() {
        Ok(catalog) => Chosen::Catalog(catalog),
        Err(_) => Chosen::Found {
            search: fields.text("search").chars().take(MOST_SEARCH).collect(),
            category: fields.text("category").to_owned(),
        },
    }
}

/// The same as fields of a query or form.
pub fn query_of(chosen: &Chosen) -> Vec<(&'static str, String)> {
    match chosen {
        Chosen::Items(items) => items.iter().map(|item| ("item", item.clone())).collect(),
        Chosen::Catalog(catalog) => vec![("catalog", catalog.to_string())],
        Chosen::Found { search, category } => [("search", search), ("category", category)]
            .into_iter()
            .filter(|(_, value)| !value.is_empty())
            .map(|(name, value)| (name, value.clone()))
            .collect(),
    }
}

/// Which products these are, for people.
pub async fn in_words(visit: &Visit, chosen: &Chosen) -> Result<String, Trouble> {
    let store = &visit.site.store;
    Ok(match chosen {
        Chosen::Items(items) => format!("{} products", items.len()),
        Chosen::Catalog(catalog) => {
            format!("the catalog {}", store.catalog(*catalog).await?.name)
        }
        Chosen::Found { search, category } => {
            let mut words = match search.as_str() {
                "" => "every product".to_owned(),
                search => format!("what {search:?} finds"),
            };
            if !category.is_empty() {
                for category in store.category_paths(vec![category.clone()]).await? {
                    words = format!("{words} in {}", category.path);
                }
            }
            words
        }
    })
}

/// What a form asks for: something to be done to some products. The word of it goes back into the
/// form that asks.
fn read(fields: &Fields) -> Result<(Act, Chosen, &'static str), Trouble> {
    let these = || Chosen::Items(fields.all("item").map(str::to_owned).collect());
    Ok(match fields.text("do") {
        "publish-these" => (Act::Publish, these(), "publish-these"),
        "publish-all" => (Act::Publish, chosen(fields), "publish-all"),
        "withdraw-these" => (Act::Withdraw, these(), "withdraw-these"),
        "withdraw-all" => (Act::Withdraw, chosen(fields), "withdraw-all"),
        _ => return Err(Trouble::unreadable()),
    })
}

pub async fn choose(
    visit: Visit,
    Path(id): Path<String>,
    request: Request,
) -> Result<Response, Trouble> {
    let store = &visit.site.store;
    let channel = store.must_find_channel(id).await?;
    let query = asked(&request);
    let chosen = chosen(&query);
    let after = query.text("after");
    let found = products(&visit, &chosen, after).await?;
    let items = found
        .products
        .iter()
        .map(|product| product.item.item.clone());
    let states = store.states_at(channel.id.clone(), items.collect()).await?;
    let fields = query_of(&chosen);
    let names: Vec<(&str, &str)> = fields
        .iter()
        .map(|(name, value)| (*name, &**value))
        .collect();
    let list = address(&format!("{}/choose", path_of(&channel)), &names);
    let (search, all) = match &chosen {
        Chosen::Found { search, category } if search.is_empty() && category.is_empty() => {
            (String::new(), "all".to_owned())
        }
        Chosen::Found { search, category } => {
            let count = store.count_found(search.clone(), category.clone()).await?;
            (search.clone(), format!("all {count} found"))
        }
        Chosen::Catalog(_) | Chosen::Items(_) => (String::new(), "the catalog".to_owned()),
    };
    let catalogs = store.catalogs(String::new(), MOST_CHOICES).await?;
    page::show(&ChoosePage {
        page: Page::of(&visit, format!("Publish products at {}", channel.name)),
        paging: Paging::to(&list, after, found.next.as_deref()),
        which: in_words(&visit, &chosen).await?,
        rows: found.products.into_iter().zip(states).collect(),
        behind: store.to_be_indexed().await?,
        catalogs: catalogs
            .into_iter()
            .map(|catalog| {
                let is_listed = chosen == Chosen::Catalog(catalog.id);
                (catalog, is_listed)
            })
            .collect(),
        search,
        fields,
        all,
        channel,
    })
}

/// The chosen products behind the key `after`.
async fn products(visit: &Visit, chosen: &Chosen, after: &str) -> Result<FoundProducts, Trouble> {
    let store = &visit.site.store;
    let after = after.to_owned();
    Ok(match chosen.clone() {
        Chosen::Found { search, category } => {
            store.find_products(search, category, after, ROWS).await?
        }
        Chosen::Catalog(catalog) => store.catalog_products(catalog, after, ROWS).await?,
        Chosen::Items(items) => FoundProducts {
            products: store.products(items).await?,
            next: None,
        },
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
    let (act, chosen, word) = read(&fields)?;
    let counted = store
        .count_chosen(channel.id.clone(), act, chosen.clone())
        .await?;
    if counted.products == 0 {
        let words = match act {
            Act::Publish => "There is nothing to publish: choose some products first.",
            Act::Withdraw => "There is nothing to withdraw: none of these products is there.",
        };
        return visit.done(words, &path_of(&channel)).await;
    }
    let mut fields = query_of(&chosen);
    fields.push(("do", word.to_owned()));
    fields.push(("counted", counted.products.to_string()));
    let (title, is_withdrawal) = match act {
        Act::Publish => ("Publish", false),
        Act::Withdraw => ("Withdraw", true),
    };
    page::show(&AskPage {
        page: Page::of(&visit, title),
        channel,
        is_withdrawal,
        counted,
        fields,
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
    let (act, chosen, _) = read(&fields)?;
    let agreed: Option<u64> = fields.text("counted").parse().ok();
    let now = store
        .count_chosen(channel.id.clone(), act, chosen.clone())
        .await?
        .products;
    if agreed != Some(now) {
        return ask(visit, Path(id), fields).await;
    }
    let by = visit.signed_in()?.sign_in.clone();
    let acted = store.act(channel.id.clone(), act, chosen, now, by).await?;
    let list = path_of(&channel);
    let progress = progress_of(&channel);
    match acted {
        Acted::Begun => Ok(page::see(&progress)),
        Acted::Busy => {
            let words =
                "Something else is under way here. Wait for its end, or stop it; then repeat it.";
            visit.done(words, &progress).await
        }
        Acted::Done(counted) => {
            let refused = counted.lacking;
            let words = told(act, channel.kind, counted.products - refused, refused);
            visit.done(words, &list).await
        }
    }
}

fn progress_of(channel: &Channel) -> String {
    format!("{}/progress", path_of(channel))
}

/// What was done to how many products, for people.
fn told(act: Act, kind: ChannelKind, done: u64, refused: u64) -> String {
    let what = match (act, kind) {
        (Act::Publish, ChannelKind::OnlineStore) => "published",
        (Act::Publish, ChannelKind::Marketplace) => "written down for the marketplace",
        (Act::Withdraw, _) => "withdrawn",
    };
    match refused {
        0 => format!("{done} products are {what}."),
        refused => format!("{done} products are {what}, {refused} are refused."),
    }
}

/// How far a long operation is. The page comes again by itself until it has ended.
pub async fn progress(visit: Visit, Path(id): Path<String>) -> Result<Response, Trouble> {
    let store = &visit.site.store;
    let channel = store.must_find_channel(id).await?;
    let Some(publishing) = store.publishing(channel.id.clone()).await? else {
        return Ok(page::see(&path_of(&channel)));
    };
    let title = match publishing.act {
        Act::Publish => format!("Publishing at {}", channel.name),
        Act::Withdraw => format!("Withdrawing from {}", channel.name),
    };
    let mut page = Page::of(&visit, title);
    page.is_moving = publishing.ended.is_none();
    page::show(&ProgressPage {
        page,
        may_stop: visit.has(Some(Right::Catalog)),
        told: told(
            publishing.act,
            channel.kind,
            publishing.done - publishing.refused,
            publishing.refused,
        ),
        channel,
        publishing,
    })
}

pub async fn stop(visit: Visit, Path(id): Path<String>) -> Result<Response, Trouble> {
    let store = &visit.site.store;
    let channel = store.must_find_channel(id).await?;
    let by = visit.signed_in()?.sign_in.clone();
    let words = if store.stop_publishing(channel.id.clone(), by).await? {
        "It is stopped. What was done before stays."
    } else {
        "It had ended before."
    };
    visit.done(words, &progress_of(&channel)).await
}
