//! `--where`: the filter language of the lists, read from the command line.

use jiff::{Timestamp, Zoned};

use crate::model::filter::{Field, Filter, Kind, Subject};
use crate::model::zone;

/// What `--where` says. It is looked at before the settings are, which tell the zone of its times.
#[derive(Clone, Debug)]
pub struct Terms {
    subject: Subject,
    text: String,
    /// In the machine's zone.
    filter: Filter,
}

impl Terms {
    /// The filter, its times in the zone that times are shown in.
    pub fn filter(self) -> Filter {
        let now = zone::local(Timestamp::now());
        // What is right in one zone is right in another.
        Filter::parse(self.subject, &self.text, &now).unwrap_or(self.filter)
    }
}

/// A filter of orders.
pub fn orders(text: &str) -> Result<Terms, String> {
    read(Subject::Orders, text)
}

/// A filter of exceptions.
pub fn exceptions(text: &str) -> Result<Terms, String> {
    read(Subject::Exceptions, text)
}

/// A filter of runs.
pub fn runs(text: &str) -> Result<Terms, String> {
    read(Subject::Runs, text)
}

fn read(subject: Subject, text: &str) -> Result<Terms, String> {
    let filter = Filter::parse(subject, text, &Zoned::now()).map_err(|error| error.to_string())?;
    let text = text.to_owned();
    Ok(Terms {
        subject,
        text,
        filter,
    })
}

/// The help of `--where`: how a filter is written, and what it can name.
pub fn help(subject: Subject, example: &str) -> String {
    let mut text = format!(
        "What --where takes: terms with blanks between them, of which all must hold.\n  {example}\n  \
A word alone is looked for in all that a list shows; \"several words\" stand in quotes; ~letters are found\n  in that order with anything between, also in one field: customer~kmllr; - turns a term round.\n\n\
Fields:\n"
    );
    for field in subject.fields() {
        let form = form(subject, *field);
        text.push_str(&format!("  {:<34} {}\n", form, field.about()));
    }
    text.push_str("Times are of the zone of the settings, else this machine's: 2026-11-29, 14:00, 2026-11-29T14:00, today, or FROM..TO.");
    text
}

/// How the value of a field is written.
fn form(subject: Subject, field: Field) -> String {
    match subject.kind(field) {
        Kind::Word(words) if words.len() > 4 => format!("{field}:WORD"),
        Kind::Word(words) => format!("{field}:{}", words.join("|")),
        Kind::Name => format!("{field}:NAME"),
        Kind::Text => format!("{field}:PART"),
        Kind::Number => format!("{field}:N  {field}>N"),
        Kind::Amount => format!("{field}>AMOUNT"),
        Kind::Span => format!("{field}>2h  {field}<30m"),
        Kind::Time => format!("{field}:DAY  {field}>TIME"),
        Kind::Level => format!("{field}>=LEVEL"),
    }
}
