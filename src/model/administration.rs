//! What an administrator sets for the company as a whole, and the record of who changed what.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// *Commerce Services Parameters* (AX 2012 R2, "(USA) Set up and maintain a Commerce Services
/// account").
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Parameters {
    /// *Company category hierarchy*: name of the hierarchy that contains the products to sell
    /// online (`ECORESCATEGORYHIERARCHY.NAME`). Only its categories are uploaded; empty for those
    /// of every hierarchy.
    #[serde(default)]
    pub category_hierarchy: String,
    /// *Shipping charge code*: charges code for orders of stores that name none (`MARKUPTABLE`).
    #[serde(default)]
    pub shipping_charges_code: String,
}

impl Parameters {
    /// True where both are set.
    pub fn is_complete(&self) -> bool {
        !self.category_hierarchy.is_empty() && !self.shipping_charges_code.is_empty()
    }

    /// What differs between these and `after`, in words; empty where nothing does.
    pub fn difference(&self, after: &Self) -> String {
        let fields = [
            (
                "company category hierarchy",
                &self.category_hierarchy,
                &after.category_hierarchy,
            ),
            (
                "shipping charge code",
                &self.shipping_charges_code,
                &after.shipping_charges_code,
            ),
        ];
        let changed = fields
            .into_iter()
            .filter(|(_, before, after)| before != after);
        let said = changed.map(|(name, before, after)| {
            let or_none = |text: &str| {
                if text.is_empty() {
                    "none".to_owned()
                } else {
                    text.to_owned()
                }
            };
            format!("{name}: {} to {}", or_none(before), or_none(after))
        });
        said.collect::<Vec<_>>().join("; ")
    }
}

/// The *Operation log*: every request to Commerce Services with its answer, in files.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OperationLog {
    /// Folder of the files, on each machine that works.
    pub folder: String,
    /// Since when it is on.
    pub since: Timestamp,
    /// When it goes off by itself.
    pub until: Timestamp,
    /// Who switched it on.
    pub by: String,
}

impl OperationLog {
    /// True where it is on.
    pub fn is_on(&self, now: Timestamp) -> bool {
        now < self.until
    }
}

/// Who changes something, and from where.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Author {
    /// Name of the user at the operating system.
    pub user: String,
    /// `console` or `command`, with host and process.
    pub place: String,
}

/// Longest text of a change that is kept, in characters.
pub const MOST_CHARACTERS: usize = 1_000;

/// A change, as it is noted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// What was changed, in one word for filters: `parameters`, `account`, `job` …
    pub subject: &'static str,
    /// The change in words.
    pub text: String,
}

impl Change {
    /// A change of `subject`, in words of which the first [`MOST_CHARACTERS`] are kept.
    pub fn new(subject: &'static str, text: impl Into<String>) -> Self {
        let text = text.into();
        let text = match text.char_indices().nth(MOST_CHARACTERS) {
            Some((end, _)) => format!("{}…", &text[..end]),
            None => text,
        };
        Self { subject, text }
    }
}

/// A change that was noted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditEntry {
    /// Its number; later changes have greater ones.
    pub id: i64,
    /// When.
    pub at: Timestamp,
    /// Who, and from where.
    #[serde(flatten)]
    pub author: Author,
    /// What was changed, in one word.
    pub subject: String,
    /// The change in words.
    pub text: String,
}

/// Which changes are meant.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditFilter {
    /// Of this subject.
    pub subject: Option<String>,
    /// With this text in user, place, or the change; upper and lower case alike.
    pub text: Option<String>,
    /// At most this many, newest first.
    pub limit: Option<usize>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_changed_is_said_with_both_values() {
        let before = Parameters {
            shipping_charges_code: "FREIGHT".into(),
            ..Parameters::default()
        };
        let after = Parameters {
            category_hierarchy: "Retail".into(),
            shipping_charges_code: "POST".into(),
        };
        assert_eq!(
            before.difference(&after),
            "company category hierarchy: none to Retail; shipping charge code: FREIGHT to POST"
        );
        assert_eq!(after.difference(&after), "");
        assert!(after.is_complete() && !before.is_complete());
    }

    #[test]
    fn a_long_change_is_cut_between_characters() {
        let change = Change::new("note", "ü".repeat(2_000));
        assert_eq!(change.text.chars().count(), MOST_CHARACTERS + 1);
        assert_eq!(Change::new("note", "short").text, "short");
    }
}
