//! *Home*: how the account stands, and what is still to be done.

use askama::Template;
use axum::response::Response;
use jiff::Timestamp;

use crate::commerce::wire::account::AccountState;

use super::account;
use super::page::{self, Page, Trouble};
use super::session::Visit;
use super::settings;

#[derive(Template)]
#[template(path = "home.html")]
struct HomePage {
    page: Page,
    /// State in a word, for its colour too.
    state: &'static str,
    /// What the state means.
    means: &'static str,
    since: String,
    by: String,
    /// Id and name of the company it is activated for.
    company: String,
    missing: Vec<Missing>,
}

/// Something that is to be done yet.
struct Missing {
    label: &'static str,
    path: &'static str,
}

/// Name of a state, and what it means for the user.
pub const fn in_words(state: AccountState) -> (&'static str, &'static str) {
    match state {
        AccountState::NotSignedUp => ("Not signed up", "Nobody has signed up."),
        AccountState::BeingSetUp => (
            "Being set up",
            "The service is being set up. This can take up to 24 hours; try later.",
        ),
        AccountState::SignedUp => (
            "Signed up",
            "Activate it from the console: Configuration checklist, Activate online service. \
             Until then no records and orders move.",
        ),
        AccountState::Active => ("Active", "Records and orders move."),
        AccountState::Deactivated => (
            "Deactivated",
            "No records and orders move until it is activated again from the console.",
        ),
        AccountState::Disconnected => (
            "Disconnected",
            "It has no company. Activate it from the console of the one it is for.",
        ),
    }
}

/// A time for people: to the minute, UTC.
pub fn minute(time: Timestamp) -> String {
    time.strftime("%Y-%m-%d %H:%M UTC").to_string()
}

pub async fn show(visit: Visit) -> Result<Response, Trouble> {
    let account = visit.site.store.account();
    let (state, means) = in_words(account.state);
    let mut missing = Vec::new();
    if visit.has(Some(crate::service::rights::Right::Account)) {
        let facts: account::Facts = visit.site.store.setting().await?;
        if facts.street.is_empty() || facts.city.is_empty() || facts.country.is_empty() {
            missing.push(Missing {
                label: "Address of the organization",
                path: "/account",
            });
        }
        for (requirement, is_met) in visit.site.store.common_requirements().await? {
            let (path, label) = settings::place(requirement);
            if !is_met {
                missing.push(Missing { label, path });
            }
        }
    }
    page::show(&HomePage {
        page: Page::of(&visit, "Home"),
        state,
        means,
        since: account.since.map_or_else(String::new, minute),
        by: account.by,
        company: account.company.map_or_else(String::new, |company| {
            format!("{} {}", company.id, company.name)
        }),
        missing,
    })
}
