//! The step before something goes for good: a page that says what and how much, and asks.
//!
//! `get(things::ask)` and `post(things::delete)` stand at one path, to which the page of the thing
//! links.

use askama::Template;
use axum::response::Response;

use crate::service::store::Lot;

use super::page::{self, Page, Trouble};
use super::session::Visit;

/// What is asked.
#[derive(Clone, Debug, Default)]
pub struct Question {
    /// Title of the page: `Delete Autumn`.
    pub title: String,
    /// What goes, with its numbers, and what stays.
    pub words: String,
    /// Words of the button.
    pub button: &'static str,
    /// What the form brings along.
    pub fields: Vec<(&'static str, String)>,
    /// Where one goes who leaves it.
    pub back: String,
}

#[derive(Template)]
#[template(path = "sure.html")]
struct SurePage {
    page: Page,
    question: Question,
}

/// Asks; the form is sent to the path of the page that asks.
pub fn ask(visit: &Visit, question: Question) -> Result<Response, Trouble> {
    page::show(&SurePage {
        page: Page::of(visit, question.title.clone()),
        question,
    })
}

/// `, with 1 session and 2 machines`; nothing where nothing goes along.
pub fn with(lots: &[Lot]) -> String {
    let told: Vec<String> = lots
        .iter()
        .filter(|(count, ..)| *count > 0)
        .map(said)
        .collect();
    match told.split_last() {
        None => String::new(),
        Some((only, [])) => format!(", with {only}"),
        Some((last, others)) => format!(", with {} and {last}", others.join(", ")),
    }
}

fn said((count, one, many): &Lot) -> String {
    let name = if *count == 1 { one } else { many };
    format!("{count} {name}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_goes_along_is_said_with_its_numbers() {
        assert_eq!(with(&[(0, "line", "lines")]), "");
        assert_eq!(with(&[(1, "line", "lines")]), ", with 1 line");
        let lots = [
            (2, "a", "as"),
            (0, "b", "bs"),
            (1, "c", "cs"),
            (3, "d", "ds"),
        ];
        assert_eq!(with(&lots), ", with 2 as, 1 c and 3 ds");
    }
}
