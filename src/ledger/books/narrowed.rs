//! A filter as a statement understands it: conditions with bound values, and the terms that are
//! left to be looked at record by record.

use std::fmt::Write as _;

use jiff::Timestamp;
use rusqlite::Connection;
use rusqlite::functions::FunctionFlags;

use super::rows;
use super::runs::now;
use crate::model::filter::{self, Field, Filter, Filtered, Term, Test};
use crate::sql::{Session, SqlError, Text, Value};

/// What a statement compares for a test.
#[derive(Clone, Copy, Debug)]
pub enum Column {
    /// What stands here is compared with the value of the test; it has always a value.
    Value(Text<'static>),
    /// This is true where the test holds.
    Condition(Text<'static>),
    /// Among these texts of a SQLite file something is looked for by the functions that [`teach`] adds:
    /// parts of a statement, which together have commas between the texts.
    Texts(&'static [&'static str]),
}

/// Lets the statements of a connection to a file look for a text as the rest of the program does.
pub fn teach(connection: &Connection) -> rusqlite::Result<()> {
    teach_one(connection, "holds", filter::holds)?;
    teach_one(connection, "follow", filter::follow)
}

/// A function of what is sought and any number of texts: true where `finds` finds it in one of them.
fn teach_one(
    connection: &Connection,
    name: &str,
    finds: fn(&str, &str) -> bool,
) -> rusqlite::Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
    connection.create_scalar_function(name, -1, flags, move |values| {
        let sought = values.get_raw(0).as_str()?;
        for text in 1..values.len() {
            if finds(values.get_raw(text).as_str()?, sought) {
                return Ok(true);
            }
        }
        Ok(false)
    })
}

/// The filter of one statement.
#[derive(Debug)]
pub struct Narrowed<'f> {
    /// Conditions, each with its `AND`.
    pub sql: String,
    /// Their values.
    pub values: Vec<Value<'f>>,
    /// Terms that no column answers: parts and letters of texts in either case, and decimal
    /// numbers. LIKE would tell the cases of other scripts apart in a file, and follow the collation
    /// on a server.
    rest: Vec<&'f Term>,
    now: Timestamp,
}

impl<'f> Narrowed<'f> {
    /// The filter for a statement that has values up to `@P{before}` already; `column` says where a
    /// test is answered, if anywhere.
    pub fn of(
        db: Session<'_>,
        filter: &'f Filter,
        before: usize,
        column: impl Fn(&Test) -> Option<Column>,
    ) -> Result<Self, SqlError> {
        let mut narrowed = Self {
            sql: String::new(),
            values: Vec::new(),
            rest: Vec::new(),
            now: if filter.terms.iter().any(needs_now) {
                rows::moment(now(db)?)?
            } else {
                Timestamp::UNIX_EPOCH
            },
        };
        for term in &filter.terms {
            let condition = column(&term.test)
                .and_then(|column| narrowed.condition(db, &term.test, column, before));
            match condition {
                Some(condition) => {
                    let condition = if term.is_negated {
                        format!("(NOT ({condition}))")
                    } else {
                        format!("({condition})")
                    };
                    let _ = writeln!(narrowed.sql, "AND {condition}");
                }
                None => narrowed.rest.push(term),
            }
        }
        Ok(narrowed)
    }

    fn condition(
        &mut self,
        db: Session<'_>,
        test: &'f Test,
        column: Column,
        before: usize,
    ) -> Option<String> {
        let column = match column {
            Column::Condition(condition) => return Some(db.pick(&condition).to_owned()),
            Column::Value(value) => db.pick(&value),
            Column::Texts(texts) => return self.found(db, test, texts, before),
        };
        let mut compared = |sign: &str, value: Value<'f>| {
            self.values.push(value);
            format!("{column} {sign} @P{}", before + self.values.len())
        };
        if let Test::Is(_, name) = test {
            return Some(compared("=", Value::from(name)));
        }
        let bounds = test.bounds(self.now)?;
        let from = bounds.from.map(|from| compared(">=", Value::from(from)));
        let below = bounds.below.map(|below| compared("<", Value::from(below)));
        let both: Vec<String> = from.into_iter().chain(below).collect();
        Some(both.join(" AND "))
    }

    /// The condition that a text is found in one of `texts`.
    fn found(
        &mut self,
        db: Session<'_>,
        test: &'f Test,
        texts: &[&str],
        before: usize,
    ) -> Option<String> {
        let (function, sought) = match (db, test) {
            (Session::Sqlite(_), Test::Anywhere(part) | Test::Holds(_, part)) => ("holds", part),
            (Session::Sqlite(_), Test::Roughly(_, letters)) => ("follow", letters),
            _ => return None,
        };
        self.values.push(Value::from(sought));
        let number = before + self.values.len();
        Some(format!("{function}(@P{number}, {})", texts.concat()))
    }

    /// True where the statement answers the whole filter.
    pub fn is_whole(&self) -> bool {
        self.rest.is_empty()
    }

    /// True for a record of the statement that the rest of the filter lets through.
    pub fn lets<R: Filtered>(&self, record: &R) -> bool {
        self.rest.iter().all(|term| term.lets(record, self.now))
    }
}

/// True where a term counts from now.
fn needs_now(term: &Term) -> bool {
    match &term.test {
        Test::Span(field, ..) => *field != Field::Took,
        Test::Anywhere(_)
        | Test::Holds(..)
        | Test::Roughly(..)
        | Test::Is(..)
        | Test::Number(..)
        | Test::Amount(..)
        | Test::Time(..)
        | Test::Level(..) => false,
    }
}
