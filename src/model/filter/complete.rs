//! What may follow where a filter is being typed.

use super::field::{self, Field, Subject};

/// A word that may be typed next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Completion {
    /// The whole filter with it.
    pub text: String,
    /// The word itself, as it is offered: `state:`, `exception`.
    pub word: String,
    /// What it is, in a few words; empty for a value.
    pub about: &'static str,
}

/// What may follow behind `text`, the likeliest first. Nothing where it ends within quotes or behind
/// a value that may be anything.
pub fn complete(subject: Subject, text: &str) -> Vec<Completion> {
    if text.matches('"').count() % 2 == 1 {
        return Vec::new();
    }
    let begin = text.rfind(char::is_whitespace).map_or(0, |at| {
        at + text[at..].chars().next().map_or(1, char::len_utf8)
    });
    let (before, last) = text.split_at(begin);
    let (sign, word) = match last.strip_prefix('-') {
        Some(word) => ("-", word),
        None => ("", last),
    };
    let Some(at) = word.find([':', '=', '<', '>', '~']) else {
        let letters = word.is_empty().then(|| Completion {
            text: format!("{before}{sign}~"),
            word: "~".to_owned(),
            about: "letters in this order: ~kmllr",
        });
        return fields_of(subject, word)
            .map(|(field, operator)| Completion {
                text: format!("{before}{sign}{field}{operator}"),
                word: format!("{field}{operator}"),
                about: field.about(),
            })
            .chain(letters)
            .collect();
    };
    let (name, rest) = word.split_at(at);
    if rest.starts_with('~') {
        return Vec::new();
    }
    let value = rest.trim_start_matches([':', '=', '<', '>']);
    let compared = &rest[..rest.len() - value.len()];
    let fields = subject.fields().iter();
    let Some(field) = fields.copied().find(|field| field.name() == name) else {
        return Vec::new();
    };
    field::words(subject.kind(field))
        .into_iter()
        .filter(|word| word.starts_with(value) && *word != value)
        .map(|word| Completion {
            text: format!("{before}{sign}{name}{compared}{word}"),
            word: word.to_owned(),
            about: "",
        })
        .collect()
}

/// The fields whose name begins so, with the sign that is meant most.
fn fields_of(subject: Subject, begin: &str) -> impl Iterator<Item = (Field, &'static str)> {
    let begin = begin.to_ascii_lowercase();
    subject
        .fields()
        .iter()
        .copied()
        .filter(move |field| field.name().starts_with(&begin))
        .map(move |field| {
            let operator = match subject.kind(field) {
                field::Kind::Span | field::Kind::Amount => ">",
                field::Kind::Level => ">=",
                field::Kind::Word(_)
                | field::Kind::Name
                | field::Kind::Text
                | field::Kind::Number
                | field::Kind::Time => ":",
            };
            (field, operator)
        })
}
