//! Reading back what a collection holds.

use std::fmt::Write;
use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;

use crate::commerce::wire::{ListPage, MAX_LIST_LIMIT};

use super::refusal::{Code, Refusal};
use super::request::{Collection, NoParameters, Parameters};
use super::{Api, told};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ListParameters {
    #[serde(default)]
    after: String,
    #[serde(default = "usual_limit")]
    limit: usize,
}

impl ListParameters {
    /// The id to go on from, and how many to list.
    pub fn read(&self) -> Result<(String, usize), Refusal> {
        if !(1..=MAX_LIST_LIMIT).contains(&self.limit) {
            return Err(Refusal::new(
                Code::BadQuery,
                format!("limit is 1 to {MAX_LIST_LIMIT}"),
            ));
        }
        let after = read_cursor(&self.after).ok_or_else(|| {
            Refusal::new(
                Code::BadCursor,
                "after is the \"next\" of a page of this listing, as it was given",
            )
        })?;
        Ok((after, self.limit))
    }
}

const fn usual_limit() -> usize {
    1_000
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecordParameters {
    id: String,
}

pub async fn list(
    State(api): State<Arc<Api>>,
    Collection(stream): Collection,
    Parameters(parameters): Parameters<ListParameters>,
) -> Result<Response, Refusal> {
    let (after, limit) = parameters.read()?;
    let page = api.store.list(stream, after, limit).await?;
    told(&ListPage {
        next: page.next.as_deref().map(cursor),
        ..page
    })
}

pub async fn summary(
    State(api): State<Arc<Api>>,
    Collection(stream): Collection,
    Parameters(NoParameters {}): Parameters<NoParameters>,
) -> Result<Response, Refusal> {
    told(&api.store.summary(stream).await?)
}

pub async fn record(
    State(api): State<Arc<Api>>,
    Collection(stream): Collection,
    Parameters(RecordParameters { id }): Parameters<RecordParameters>,
) -> Result<Response, Refusal> {
    match api.store.record(stream, id.clone()).await? {
        Some(record) => told(&record),
        None => Err(Refusal::new(
            Code::NoSuchRecord,
            format!("{stream} has no record {id:?}"),
        )),
    }
}

/// Ids hold any character; a cursor is to survive every URL.
pub fn cursor(id: &str) -> String {
    id.bytes().fold(String::new(), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn read_cursor(text: &str) -> Option<String> {
    let digits = text.as_bytes().chunks(2);
    let bytes: Option<Vec<u8>> = digits
        .map(|pair| match pair {
            [high, low] => {
                let digit = |byte: &u8| char::from(*byte).to_digit(16);
                u8::try_from(digit(high)? * 16 + digit(low)?).ok()
            }
            _ => None,
        })
        .collect();
    String::from_utf8(bytes?).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_cursor_means_the_id_it_was_made_of(id in ".{0,60}") {
            prop_assert_eq!(read_cursor(&cursor(&id)), Some(id));
        }

        #[test]
        fn any_other_text_is_no_cursor_or_a_harmless_one(text in ".{0,60}") {
            if let Some(id) = read_cursor(&text) {
                prop_assert_eq!(cursor(&id), text.to_lowercase());
            }
        }
    }
}
