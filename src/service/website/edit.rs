//! The page that edits one thing: a form, and a way to delete it where it may be.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;

use super::form::Form;
use super::page::{self, Page, Trouble};
use super::session::Visit;

#[derive(Template)]
#[template(path = "edit.html")]
pub struct EditPage {
    page: Page,
    lead: &'static str,
    form: Form,
    action: String,
    button: &'static str,
    back: String,
    deletion: Option<Deletion>,
}

/// A way to delete what is edited.
pub struct Deletion {
    /// Words of the link: *Delete the user*.
    pub title: &'static str,
    /// What goes with it.
    pub words: &'static str,
    /// The page that asks.
    pub path: String,
}

impl EditPage {
    /// A page with `form`, which is sent to `action` by a button with the word *Save*; `back` is
    /// the page it belongs to.
    pub fn of(
        visit: &Visit,
        title: impl Into<String>,
        form: Form,
        action: impl Into<String>,
        back: impl Into<String>,
    ) -> Self {
        Self {
            page: Page::of(visit, title),
            lead: "",
            form,
            action: action.into(),
            button: "Save",
            back: back.into(),
            deletion: None,
        }
    }

    /// With a sentence above the form.
    pub fn lead(self, lead: &'static str) -> Self {
        Self { lead, ..self }
    }

    /// With another word on the button.
    pub fn button(self, button: &'static str) -> Self {
        Self { button, ..self }
    }

    /// With a way to delete what is edited.
    pub fn deletion(self, deletion: Deletion) -> Self {
        Self {
            deletion: Some(deletion),
            ..self
        }
    }

    fn has_required(&self) -> bool {
        self.form.fields.iter().any(|field| field.is_required)
    }

    /// Shows it; with status 422 where the form has to be corrected.
    pub fn show(&self) -> Result<Response, Trouble> {
        page::show_with(status(&self.form), self)
    }
}

/// The status of a page with `form`.
pub fn status(form: &Form) -> StatusCode {
    if form.is_right() {
        StatusCode::OK
    } else {
        StatusCode::UNPROCESSABLE_ENTITY
    }
}

/// The number in an address; there is no such page where it is none.
pub fn number(id: &str) -> Result<i64, Trouble> {
    let number = id.parse::<i64>().ok().filter(|number| *number > 0);
    number.ok_or_else(Trouble::lost)
}
