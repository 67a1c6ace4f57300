//! *Settings*: what the organization sets up once for all its stores, and how far it is.

use askama::Template;
use axum::response::Response;

use crate::service::store::Requirement;

use super::page::{self, Page, Trouble};
use super::session::Visit;

#[derive(Template)]
#[template(path = "settings.html")]
struct SettingsPage {
    page: Page,
    settings: Vec<Setting>,
}

/// A setting, and how it stands.
struct Setting {
    label: &'static str,
    path: &'static str,
    words: &'static str,
    is_met: bool,
}

/// Where a requirement is met, and what that place is called. Empty where it is not at this
/// website, or at the store's own pages.
pub const fn place(requirement: Requirement) -> (&'static str, &'static str) {
    match requirement {
        Requirement::Payment => ("/settings/payment", "Payment"),
        Requirement::Shipping => ("/settings/shipping", "Shipping methods"),
        Requirement::SalesTax => ("/settings/sales-tax", "Sales tax"),
        Requirement::Categories => ("/departments", "Departments"),
        Requirement::Account
        | Requirement::Parameters
        | Requirement::Products
        | Requirement::Attributes => ("", ""),
    }
}

pub async fn show(visit: Visit) -> Result<Response, Trouble> {
    let requirements = visit.site.store.common_requirements().await?;
    let settings = requirements.into_iter().map(|(requirement, is_met)| {
        let (path, label) = place(requirement);
        let words = requirement.in_words();
        Setting {
            label,
            path,
            words,
            is_met,
        }
    });
    page::show(&SettingsPage {
        page: Page::of(&visit, "Settings"),
        settings: settings.collect(),
    })
}
