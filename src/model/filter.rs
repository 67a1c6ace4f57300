//! The one language in which a list is narrowed, on screens and in commands: its terms, how they
//! are written, and what they let through. Nothing here reads a database or a clock.
//!
//! ```text
//! state:exception age>2h store:web "free words" -is:journal total>=100 customer~kmllr
//! ```
//!
//! A record has to satisfy every term; `-` turns one round. A word without a field is looked for in
//! the words that a list shows of a record, upper and lower case alike. Behind `~` stand letters that
//! are found where they come in that order, whatever is between.

mod complete;
mod field;
mod parse;
mod records;

pub use complete::{Completion, complete};
pub use field::{Field, Kind, Subject};
pub use parse::FilterError;
pub use records::log_fact;

use std::borrow::Cow;
use std::fmt::{self, Write as _};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::amount::Amount;
use super::log::Level;

/// What a list is narrowed to; without terms it lets everything through.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Filter {
    /// Each has to hold.
    pub terms: Vec<Term>,
}

/// One condition.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Term {
    /// True where the record must not satisfy the test.
    pub is_negated: bool,
    /// The test.
    pub test: Test,
}

/// What a record is tested for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Test {
    /// One of its texts holds this one, upper and lower case alike.
    Anywhere(String),
    /// The text of a field holds this one, upper and lower case alike.
    Holds(Field, String),
    /// The text of a field, or one of all texts, has these characters in this order, with anything
    /// between; upper and lower case alike.
    Roughly(Option<Field>, String),
    /// A field is exactly this name, or one of its words.
    Is(Field, String),
    /// A whole number.
    Number(Field, Compare, i64),
    /// A decimal number.
    Amount(Field, Compare, Amount),
    /// How long ago something was, or how long it took; in seconds.
    Span(Field, Compare, i64),
    /// When something was.
    Time(Field, Compare, Moment),
    /// How grave a line is.
    Level(Compare, Level),
}

/// How a value is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Compare {
    /// `:`, and `=` too.
    Equal,
    /// `<`
    Less,
    /// `<=`
    AtMost,
    /// `>`
    More,
    /// `>=`
    AtLeast,
}

/// A stretch of time, as exact as it was written: a day, a minute, a second, or from one to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moment {
    /// When it begins.
    pub from: Timestamp,
    /// When it is over, exclusive; whole seconds behind `from`.
    pub until: Timestamp,
}

/// The values that a test lets through, in the unit of the record: at least `from`, less than
/// `below`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Bounds {
    /// The least value, if there is one.
    pub from: Option<i64>,
    /// The least value that is too great, if there is one.
    pub below: Option<i64>,
}

impl Bounds {
    /// True for a value within.
    pub fn hold(self, value: i64) -> bool {
        self.from.is_none_or(|from| value >= from) && self.below.is_none_or(|below| value < below)
    }
}

impl Compare {
    /// The sign as it is written.
    pub const fn sign(self) -> &'static str {
        match self {
            Self::Equal => ":",
            Self::Less => "<",
            Self::AtMost => "<=",
            Self::More => ">",
            Self::AtLeast => ">=",
        }
    }

    /// The whole numbers that stand so to those from `first` to `last`.
    const fn bounds(self, first: i64, last: i64) -> Bounds {
        let (from, below) = match self {
            Self::Equal => (Some(first), Some(last.saturating_add(1))),
            Self::Less => (None, Some(first)),
            Self::AtMost => (None, Some(last.saturating_add(1))),
            Self::More => (Some(last.saturating_add(1)), None),
            Self::AtLeast => (Some(first), None),
        };
        Bounds { from, below }
    }

    /// True where a value stands so to another one.
    fn holds<T: Ord>(self, value: &T, other: &T) -> bool {
        match self {
            Self::Equal => value == other,
            Self::Less => value < other,
            Self::AtMost => value <= other,
            Self::More => value > other,
            Self::AtLeast => value >= other,
        }
    }
}

/// What a record answers for a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fact<'a> {
    /// It has no such field, or nothing in it.
    Nothing,
    /// A text or a name.
    Text(Cow<'a, str>),
    /// Words that hold for it.
    Words(Vec<&'static str>),
    /// A whole number; Unix milliseconds of a time, milliseconds of a length of time.
    Number(i64),
    /// A decimal number.
    Amount(Amount),
    /// How grave it is.
    Level(Level),
}

impl<'a, T: Into<Cow<'a, str>>> From<T> for Fact<'a> {
    fn from(text: T) -> Self {
        Self::Text(text.into())
    }
}

/// A record that a filter can look at.
pub trait Filtered {
    /// What it is.
    const SUBJECT: Subject;

    /// What it answers for a field of its subject.
    fn fact(&self, field: Field) -> Fact<'_>;

    /// The words that a list shows of it: in them a word without a field is looked for.
    fn texts(&self) -> Vec<&str>;
}

impl Test {
    /// The field, unless it is every text.
    pub const fn field(&self) -> Option<Field> {
        match self {
            Self::Anywhere(_) => None,
            Self::Roughly(field, _) => *field,
            Self::Holds(field, _)
            | Self::Is(field, _)
            | Self::Number(field, ..)
            | Self::Amount(field, ..)
            | Self::Span(field, ..)
            | Self::Time(field, ..) => Some(*field),
            Self::Level(..) => Some(Field::Level),
        }
    }

    /// The values that it lets through, where it is about whole numbers or times: of an age the
    /// times that are so long before `now`.
    pub fn bounds(&self, now: Timestamp) -> Option<Bounds> {
        match self {
            Self::Number(_, compare, number) => Some(compare.bounds(*number, *number)),
            Self::Time(_, compare, moment) => Some(compare.bounds(
                moment.from.as_millisecond(),
                moment.until.as_millisecond().saturating_sub(1),
            )),
            Self::Span(field, compare, seconds) => {
                let length = seconds.saturating_mul(1_000);
                let lengths = compare.bounds(length, length);
                if *field == Field::Took {
                    return Some(lengths);
                }
                let now = now.as_millisecond();
                Some(Bounds {
                    from: lengths.below.map(|below| now.saturating_sub(below - 1)),
                    below: lengths.from.map(|from| now.saturating_sub(from - 1)),
                })
            }
            Self::Anywhere(_)
            | Self::Holds(..)
            | Self::Roughly(..)
            | Self::Is(..)
            | Self::Amount(..)
            | Self::Level(..) => None,
        }
    }

    fn holds<R: Filtered>(&self, record: &R, now: Timestamp) -> bool {
        if let Self::Anywhere(text) = self {
            return record.texts().into_iter().any(|held| holds(held, text));
        }
        if let Self::Roughly(None, letters) = self {
            return record.texts().into_iter().any(|held| follow(held, letters));
        }
        let fact = self
            .field()
            .map_or(Fact::Nothing, |field| record.fact(field));
        match (self, fact) {
            (Self::Holds(_, text), Fact::Text(held)) => holds(&held, text),
            (Self::Roughly(_, letters), Fact::Text(held)) => follow(&held, letters),
            (Self::Is(_, name), Fact::Text(held)) => held == name.as_str(),
            (Self::Is(_, word), Fact::Words(words)) => words.contains(&word.as_str()),
            (Self::Amount(_, compare, amount), Fact::Amount(held)) => compare.holds(&held, amount),
            (Self::Level(compare, level), Fact::Level(held)) => compare.holds(&held, level),
            (Self::Number(..) | Self::Span(..) | Self::Time(..), Fact::Number(held)) => {
                self.bounds(now).is_some_and(|bounds| bounds.hold(held))
            }
            (
                Self::Anywhere(_)
                | Self::Holds(..)
                | Self::Roughly(..)
                | Self::Is(..)
                | Self::Number(..)
                | Self::Amount(..)
                | Self::Span(..)
                | Self::Time(..)
                | Self::Level(..),
                _,
            ) => false,
        }
    }
}

/// The only letters beyond ASCII that have some of ASCII in lower case.
const PLAIN_WHEN_SMALL: [char; 2] = ['\u{130}', '\u{212a}'];

/// True where the text holds what is sought; upper and lower case alike.
pub fn holds(text: &str, sought: &str) -> bool {
    // Most words are plain: no text is copied for them.
    if sought.is_ascii() {
        let sought = sought.as_bytes();
        let mut parts = text.as_bytes().windows(sought.len().max(1));
        let is_found = parts.any(|part| part.eq_ignore_ascii_case(sought));
        if is_found || !text.contains(PLAIN_WHEN_SMALL) {
            return is_found;
        }
    }
    text.to_lowercase().contains(&sought.to_lowercase())
}

/// True where the characters stand in the text in this order; upper and lower case alike.
pub fn follow(text: &str, letters: &str) -> bool {
    let mut held = text.chars().flat_map(char::to_lowercase);
    let mut sought = letters.chars().flat_map(char::to_lowercase);
    sought.all(|letter| held.any(|other| other == letter))
}

impl Term {
    /// True where the record satisfies it.
    pub fn lets<R: Filtered>(&self, record: &R, now: Timestamp) -> bool {
        self.test.holds(record, now) != self.is_negated
    }
}

impl From<Test> for Term {
    fn from(test: Test) -> Self {
        Self {
            is_negated: false,
            test,
        }
    }
}

impl From<Test> for Filter {
    fn from(test: Test) -> Self {
        Self {
            terms: vec![test.into()],
        }
    }
}

impl Filter {
    /// A text to be found in one of the texts of a record; blank ones let everything through.
    pub fn anywhere(text: &str) -> Self {
        let text = text.trim();
        if text.is_empty() {
            Self::default()
        } else {
            Test::Anywhere(text.to_owned()).into()
        }
    }

    /// True where it lets everything through.
    pub fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }

    /// True where it asks for something of a field; that it must not be something does not count.
    pub fn asks_for(&self, field: Field) -> bool {
        let mut asked = self.terms.iter().filter(|term| !term.is_negated);
        asked.any(|term| term.test.field() == Some(field))
    }

    /// The terms of both.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.terms.extend(other.terms);
        self
    }

    /// True where the record satisfies every term.
    pub fn lets<R: Filtered>(&self, record: &R, now: Timestamp) -> bool {
        self.terms.iter().all(|term| term.lets(record, now))
    }
}

impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, term) in self.terms.iter().enumerate() {
            if index > 0 {
                f.write_char(' ')?;
            }
            fmt::Display::fmt(term, f)?;
        }
        Ok(())
    }
}

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_negated {
            f.write_char('-')?;
        }
        match &self.test {
            Test::Anywhere(text) => f.write_str(&quoted(text)),
            Test::Roughly(field, letters) => {
                if let Some(field) = field {
                    write!(f, "{field}")?;
                }
                write!(f, "~{}", quoted(letters))
            }
            Test::Holds(field, text) | Test::Is(field, text) => {
                write!(f, "{field}:{}", quoted(text))
            }
            Test::Number(field, compare, number) => write!(f, "{field}{}{number}", compare.sign()),
            Test::Amount(field, compare, amount) => write!(f, "{field}{}{amount}", compare.sign()),
            Test::Span(field, compare, seconds) => {
                write!(f, "{field}{}{}", compare.sign(), span(*seconds))
            }
            Test::Time(field, compare, moment) => write!(f, "{field}{}{moment}", compare.sign()),
            Test::Level(compare, level) => write!(f, "level{}{level}", compare.sign()),
        }
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let second = SignedDuration::from_secs(1);
        let last = self.until.checked_sub(second).unwrap_or(self.from);
        write!(f, "{}", self.from)?;
        if last > self.from {
            write!(f, "..{last}")?;
        }
        Ok(())
    }
}

/// A length of time in its greatest whole unit: `2h`, `90m`.
fn span(seconds: i64) -> String {
    let units = parse::UNITS.iter();
    let mut whole = units.filter(|(_, length)| seconds != 0 && seconds % length == 0);
    match whole.next() {
        Some((unit, length)) => format!("{}{unit}", seconds / length),
        None => format!("{seconds}s"),
    }
}

/// A text as it has to be written: in quotes where it would be taken for something else.
fn quoted(text: &str) -> Cow<'_, str> {
    let is_plain = |character: char| character.is_alphanumeric() || "_.@#/+-%".contains(character);
    if !text.is_empty() && !text.starts_with('-') && text.chars().all(is_plain) {
        return Cow::Borrowed(text);
    }
    let mut written = String::with_capacity(text.len() + 2);
    written.push('"');
    for character in text.chars() {
        if matches!(character, '"' | '\\') {
            written.push('\\');
        }
        written.push(character);
    }
    written.push('"');
    Cow::Owned(written)
}

#[cfg(test)]
mod tests;
