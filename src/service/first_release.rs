//! An account of the first release as a file: lines of JSON, each `{"kind": …, "value": …}` with a value as
//! the API has it. Whether the values hold together is found by the migration, as it was with the
//! accounts of old.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::commerce::wire::account::Migration;
use crate::model::channel::Channel;
use crate::model::order::WebOrder;
use crate::model::{Record, Stream};

use super::api::refusal::{Code, Refusal};
use super::store::Facts;
use super::strict;

/// An account to try the upgrade with: one of its stores has no currency, so that its migration stops
/// there.
pub const SAMPLE: &str = include_str!("first_release/sample.ndjson");

/// What a line holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// What the account says about the organization.
    Settings,
    /// An online store or marketplace.
    Store,
    /// A category.
    Category,
    /// A product.
    Item,
    /// An order that AX does not have yet.
    Order,
}

impl Kind {
    /// The migration that takes it over.
    pub const fn migration(self) -> Migration {
        match self {
            Self::Settings | Self::Store => Migration::Account,
            Self::Category | Self::Item | Self::Order => Migration::Data,
        }
    }

    /// What a migration that is at such lines says.
    pub const fn step(self) -> &'static str {
        match self {
            Self::Settings => "settings",
            Self::Store => "online stores",
            Self::Category => "categories",
            Self::Item => "products",
            Self::Order => "orders",
        }
    }

    /// The collection it belongs to.
    pub const fn stream(self) -> Option<Stream> {
        match self {
            Self::Category => Some(Stream::Categories),
            Self::Item => Some(Stream::Items),
            Self::Settings | Self::Store | Self::Order => None,
        }
    }
}

/// A line: something that the account holds.
#[derive(Clone, Debug)]
pub struct Held {
    /// What it is.
    pub kind: Kind,
    /// Its id among those.
    pub id: String,
    /// Its JSON.
    pub json: String,
}

/// A line that is none.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line} of the account of the first release: {reason}")]
pub struct Unreadable {
    /// Its number, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub reason: String,
}

/// Reads the lines of a file; blank ones are skipped.
pub fn read(text: &str) -> Result<Vec<Held>, Unreadable> {
    let lines = text.lines().enumerate();
    lines
        .filter(|(_, line)| !line.trim().is_empty())
        .map(|(index, line)| {
            read_line(line).map_err(|refusal| Unreadable {
                line: index + 1,
                reason: refusal.detail,
            })
        })
        .collect()
}

fn read_line(line: &str) -> Result<Held, Refusal> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Line {
        kind: Kind,
        value: Box<RawValue>,
    }
    let Line { kind, value } = serde_json::from_str(line)
        .map_err(|error| Refusal::new(Code::BadBody, error.to_string()))?;
    let json = value.get();
    let body = json.as_bytes();
    let id = match kind {
        Kind::Settings => {
            strict::read::<Facts>(body)?;
            String::new()
        }
        Kind::Store => strict::read::<Channel>(body)?.id,
        Kind::Category => Record::Category(strict::read(body)?).id(),
        Kind::Item => Record::Item(strict::read(body)?).id(),
        Kind::Order => strict::read::<WebOrder>(body)?.id,
    };
    Ok(Held {
        kind,
        id,
        json: json.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sample_has_something_for_each_step() {
        let held = read(SAMPLE).unwrap();
        for kind in [
            Kind::Settings,
            Kind::Store,
            Kind::Category,
            Kind::Item,
            Kind::Order,
        ] {
            assert!(held.iter().any(|held| held.kind == kind), "{kind:?}");
        }
    }

    #[test]
    fn a_line_that_is_none_is_named_with_what_is_wrong() {
        let wrong = read("\n{\"kind\":\"store\",\"value\":{\"id\":\"a\"}}").unwrap_err();
        assert_eq!(wrong.line, 2);
        assert!(wrong.reason.contains("kind"), "{wrong}");
        let wrong = read("{\"kind\":\"shop\",\"value\":{}}").unwrap_err();
        assert!(wrong.reason.contains("shop"), "{wrong}");
        let wrong = read("{\"kind\":\"item\",\"value\":{\"item\":\"1\"}}").unwrap_err();
        assert!(wrong.reason.contains("product_type"), "{wrong}");
    }
}
