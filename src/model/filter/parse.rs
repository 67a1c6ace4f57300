//! Reads a filter as it is written. What cannot be read is answered with what, where, and what to
//! write instead.

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, Zoned};

use super::field::{self, Field, Kind, Subject};
use super::{Compare, Filter, Moment, Term, Test};
use crate::model::log::Level;

/// Units of a length of time with their seconds, greatest first.
pub(super) const UNITS: [(&str, i64); 5] = [
    ("w", 604_800),
    ("d", 86_400),
    ("h", 3_600),
    ("m", 60),
    ("s", 1),
];

/// A filter that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("column {column}: {what}; {hint}")]
pub struct FilterError {
    /// Where, counted in characters from 1.
    pub column: usize,
    /// What is wrong.
    pub what: String,
    /// What to write instead.
    pub hint: String,
}

/// What stands between a field and its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sign {
    Compares(Compare),
    /// `~`
    Roughly,
}

impl Sign {
    const fn written(self) -> &'static str {
        match self {
            Self::Compares(compare) => compare.sign(),
            Self::Roughly => "~",
        }
    }
}

/// A part of the filter: where it stands, and its text.
struct Piece {
    column: usize,
    text: String,
}

impl Piece {
    fn wrong(&self, what: impl Into<String>, hint: impl Into<String>) -> FilterError {
        FilterError {
            column: self.column,
            what: what.into(),
            hint: hint.into(),
        }
    }
}

impl Filter {
    /// Reads a filter for the records of `subject`. `now` tells which day it is, and in which zone
    /// times are written that name none.
    ///
    /// # Errors
    /// Where a field is unknown or its value is none of its kind.
    pub fn parse(subject: Subject, text: &str, now: &Zoned) -> Result<Self, FilterError> {
        let mut reader = Reader {
            characters: text.chars().collect(),
            at: 0,
        };
        let mut terms = Vec::new();
        while reader.skip_blanks() {
            terms.push(reader.term(subject, now)?);
        }
        Ok(Self { terms })
    }
}

struct Reader {
    characters: Vec<char>,
    at: usize,
}

impl Reader {
    fn peek(&self) -> Option<char> {
        self.characters.get(self.at).copied()
    }

    /// True where something follows.
    fn skip_blanks(&mut self) -> bool {
        while self.peek().is_some_and(char::is_whitespace) {
            self.at += 1;
        }
        self.peek().is_some()
    }

    fn column(&self) -> usize {
        self.at + 1
    }

    fn term(&mut self, subject: Subject, now: &Zoned) -> Result<Term, FilterError> {
        let is_negated = self.peek() == Some('-');
        if is_negated {
            self.at += 1;
            if self.peek().is_none_or(char::is_whitespace) {
                return Err(FilterError {
                    column: self.at,
                    what: "nothing follows the -".to_owned(),
                    hint: "it turns round the word or field behind it: -state:closed".to_owned(),
                });
            }
        }
        let test = match self.field() {
            Some((name, sign)) => {
                let field = known(subject, &name)?;
                let value = self.text(|character| !character.is_whitespace())?;
                test(subject, field, sign, &value, &name, now)?
            }
            None if self.peek() == Some('~') => {
                self.at += 1;
                let letters = self.text(|character| !character.is_whitespace())?;
                if letters.text.is_empty() {
                    return Err(letters.wrong(
                        "nothing follows the ~",
                        "write letters in the order in which they come: ~kmllr finds Karen Miller",
                    ));
                }
                Test::Roughly(None, letters.text)
            }
            None => Test::Anywhere(self.text(|character| !character.is_whitespace())?.text),
        };
        Ok(Term { is_negated, test })
    }

    /// The name of a field and the sign behind it, where they stand here.
    fn field(&mut self) -> Option<(Piece, Sign)> {
        let rest = &self.characters[self.at..];
        let length = rest
            .iter()
            .position(|character| !(character.is_ascii_alphabetic() || *character == '-'))
            .filter(|length| *length > 0)?;
        let is_or_equal = rest.get(length + 1) == Some(&'=');
        let (sign, length_of_sign) = match rest[length] {
            ':' | '=' => (Sign::Compares(Compare::Equal), 1),
            '<' if is_or_equal => (Sign::Compares(Compare::AtMost), 2),
            '<' => (Sign::Compares(Compare::Less), 1),
            '>' if is_or_equal => (Sign::Compares(Compare::AtLeast), 2),
            '>' => (Sign::Compares(Compare::More), 1),
            '~' => (Sign::Roughly, 1),
            _ => return None,
        };
        let name = Piece {
            column: self.column(),
            text: rest[..length].iter().collect(),
        };
        self.at += length + length_of_sign;
        Some((name, sign))
    }

    /// A text in quotes, else as far as its characters are `taken`.
    fn text(&mut self, taken: impl Fn(char) -> bool) -> Result<Piece, FilterError> {
        let column = self.column();
        let mut text = String::new();
        if self.peek() != Some('"') {
            while let Some(character) = self.peek().filter(|character| taken(*character)) {
                text.push(character);
                self.at += 1;
            }
            return Ok(Piece { column, text });
        }
        self.at += 1;
        loop {
            let next = self.peek();
            self.at += 1;
            match next {
                Some('"') => break,
                Some('\\') => {
                    text.extend(self.peek());
                    self.at += 1;
                }
                Some(character) => text.push(character),
                None => {
                    return Err(FilterError {
                        column,
                        what: "the quotes are not closed".to_owned(),
                        hint: "write another \" behind the text".to_owned(),
                    });
                }
            }
        }
        let piece = Piece { column, text };
        if piece.text.is_empty() {
            return Err(piece.wrong(
                "nothing stands between the quotes",
                "write the text that is looked for",
            ));
        }
        Ok(piece)
    }
}

/// The field of this name.
fn known(subject: Subject, name: &Piece) -> Result<Field, FilterError> {
    let fields = subject.fields();
    let lower = name.text.to_ascii_lowercase();
    let found = fields.iter().copied().find(|field| field.name() == lower);
    found.ok_or_else(|| {
        let names: Vec<&str> = fields.iter().map(|field| field.name()).collect();
        name.wrong(
            format!("there is no field {}", name.text),
            format!(
                "the fields are {}; a text with : < or ~ stands in quotes",
                names.join(", ")
            ),
        )
    })
}

fn test(
    subject: Subject,
    field: Field,
    sign: Sign,
    value: &Piece,
    name: &Piece,
    now: &Zoned,
) -> Result<Test, FilterError> {
    let kind = subject.kind(field);
    if value.text.is_empty() {
        return Err(value.wrong(format!("nothing follows {field}"), example(field, kind)));
    }
    let wrong = || {
        value.wrong(
            format!("{field} cannot be {:?}", value.text),
            example(field, kind),
        )
    };
    let is_meant = match (kind, sign) {
        (Kind::Name | Kind::Text, Sign::Roughly)
        | (_, Sign::Compares(Compare::Equal))
        | (
            Kind::Number | Kind::Amount | Kind::Span | Kind::Time | Kind::Level,
            Sign::Compares(_),
        ) => true,
        (
            Kind::Word(_) | Kind::Number | Kind::Amount | Kind::Span | Kind::Time | Kind::Level,
            Sign::Roughly,
        )
        | (Kind::Word(_) | Kind::Name | Kind::Text, Sign::Compares(_)) => false,
    };
    if !is_meant {
        return Err(name.wrong(
            format!("{field} cannot be compared by {}", sign.written()),
            example(field, kind),
        ));
    }
    let Sign::Compares(compare) = sign else {
        return Ok(Test::Roughly(Some(field), value.text.clone()));
    };
    Ok(match kind {
        Kind::Word(_) => Test::Is(
            field,
            subject
                .word(field, &value.text)
                .ok_or_else(wrong)?
                .to_owned(),
        ),
        Kind::Name => Test::Is(field, value.text.clone()),
        Kind::Text => Test::Holds(field, value.text.clone()),
        Kind::Number => Test::Number(field, compare, value.text.parse().map_err(|_| wrong())?),
        Kind::Amount => Test::Amount(field, compare, value.text.parse().map_err(|_| wrong())?),
        Kind::Level => {
            let lower = value.text.to_lowercase();
            let mut levels = Level::ALL.into_iter();
            let level = levels.find(|level| level.name() == lower);
            Test::Level(compare, level.ok_or_else(wrong)?)
        }
        Kind::Span if compare == Compare::Equal => return Err(wrong()),
        Kind::Span => Test::Span(field, compare, span(&value.text).ok_or_else(wrong)?),
        Kind::Time => Test::Time(field, compare, moment(&value.text, now).ok_or_else(wrong)?),
    })
}

/// What may be written for a field.
fn example(field: Field, kind: Kind) -> String {
    match kind {
        Kind::Word(_) => format!("write one of {}", field::words(kind).join(", ")),
        Kind::Name => format!("write the whole name: {field}:NAME, or letters of it: {field}~nm"),
        Kind::Text => {
            format!("write a part of it: {field}:\"some words\", or letters of it: {field}~smwrds")
        }
        Kind::Number => format!("write a whole number: {field}:2 or {field}>2"),
        Kind::Amount => format!("write a number: {field}>99.50"),
        Kind::Span => {
            format!(
                "write longer or shorter than so long: {field}>2h or {field}<30m (s, m, h, d, w)"
            )
        }
        Kind::Time => format!(
            "write a day, a time or both: {field}:2026-11-29, {field}>14:00, \
             {field}:today, {field}:2026-11-29T14:00..2026-11-29T14:30"
        ),
        Kind::Level => format!(
            "write {field}>=LEVEL with one of {}",
            field::words(kind).join(", ")
        ),
    }
}

/// `90m` in seconds.
fn span(text: &str) -> Option<i64> {
    let digits = text.find(|character: char| !character.is_ascii_digit())?;
    let (number, unit) = text.split_at(digits);
    let unit = if unit == "min" { "m" } else { unit };
    let (_, seconds) = UNITS.iter().find(|(name, _)| *name == unit)?;
    number.parse::<i64>().ok()?.checked_mul(*seconds)
}

/// A time, or from one to another.
fn moment(text: &str, now: &Zoned) -> Option<Moment> {
    let Some((from, until)) = text.split_once("..") else {
        return stretch(text, now);
    };
    let (from, until) = (stretch(from, now)?.from, stretch(until, now)?.until);
    (from < until).then_some(Moment { from, until })
}

/// A day, a minute or a second, as it is written.
fn stretch(text: &str, now: &Zoned) -> Option<Moment> {
    let zone = now.time_zone();
    match text {
        "today" => return day(now.date(), zone),
        "yesterday" => return day(now.date().yesterday().ok()?, zone),
        "now" => return for_long(now.timestamp(), 1),
        _ => {}
    }
    // Whole seconds: a list shows no more.
    if let Ok(at) = text.parse::<Timestamp>() {
        return for_long(at, 1);
    }
    let seconds = if text.matches(':').count() > 1 { 1 } else { 60 };
    if text.contains(':') {
        let at = if text.contains(['T', '-']) {
            text.parse::<DateTime>().ok()?
        } else {
            now.date().to_datetime(text.parse::<Time>().ok()?)
        };
        return for_long(at.to_zoned(zone.clone()).ok()?.timestamp(), seconds);
    }
    day(text.parse().ok()?, zone)
}

fn day(date: Date, zone: &TimeZone) -> Option<Moment> {
    let begin = |date: Date| Some(date.to_zoned(zone.clone()).ok()?.timestamp());
    Some(Moment {
        from: begin(date)?,
        until: begin(date.tomorrow().ok()?)?,
    })
}

fn for_long(from: Timestamp, seconds: i64) -> Option<Moment> {
    let from = Timestamp::from_second(from.as_second()).ok()?;
    let until = from.checked_add(SignedDuration::from_secs(seconds)).ok()?;
    Some(Moment { from, until })
}
