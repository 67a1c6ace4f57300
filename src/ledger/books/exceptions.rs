//! Exceptions: opened and cleared by what happens to records and runs, retried and resolved by
//! operators.

mod listing;

pub use listing::{count, list};

use async_trait::async_trait;

use super::super::exceptions::ExceptionBook;
use super::super::{LedgerError, SetAside};
use super::runs::now;
use super::{Engine, SqlLedger, orders};
use crate::model::exception::{Exception, ExceptionEntry, ExceptionFilter, ExceptionState};
use crate::model::{Job, Stream};
use crate::sql::{Session, SqlError, Text};
use crate::{statement, values};

/// The code of every run's exception.
const RUN: &str = "run";

const OPEN: Text<'static> = statement!("exceptions", "open");
const CLEAR_RUN: Text<'static> = statement!("exceptions", "clear run");
const CLEAR: Text<'static> = statement!("exceptions", "clear");
const CLEAR_CODE: Text<'static> = statement!("exceptions", "clear code");
const NONE_IS_STUCK: Text<'static> = statement!("exceptions", "none is stuck");
const IS_STUCK: Text<'static> = statement!("exceptions", "is stuck");
const RESOLVED: Text<'static> = statement!("exceptions", "resolved");
const MARK_RETRYING: Text<'static> = statement!("exceptions", "mark retrying");
const MARK_RESOLVED: Text<'static> = statement!("exceptions", "mark resolved");
const RETRIES: Text<'static> = statement!("exceptions", "retries");

/// An exception that is about to be opened.
pub struct Opening<'a> {
    pub job: Job,
    /// None for a run.
    pub stream: Option<Stream>,
    pub key: &'a str,
    pub code: &'a str,
    pub field: &'a str,
    pub exception: &'a Exception,
    /// The pass that has seen the record.
    pub generation: Option<i64>,
    /// True where it is opened though an operator resolved the same cause before.
    pub is_anew: bool,
}

impl<'a> Opening<'a> {
    /// Of a record that is set aside.
    pub fn of_record(stream: Stream, record: &'a SetAside, generation: Option<i64>) -> Self {
        Self {
            job: stream.job(),
            stream: Some(stream),
            key: &record.id,
            code: &record.code,
            field: &record.field,
            exception: &record.exception,
            generation,
            is_anew: false,
        }
    }
}

/// Opens exceptions, or counts another attempt.
pub fn open(db: Session<'_>, now: i64, openings: &[Opening<'_>]) -> Result<(), SqlError> {
    let sets: Vec<_> = openings
        .iter()
        .map(|opening| {
            values![
                opening.job.name(),
                opening.stream.map_or("", Stream::name),
                opening.key,
                opening.code,
                opening.field,
                &opening.exception.text,
                &opening.exception.cause,
                &opening.exception.remedy,
                now,
                opening.generation,
                opening.is_anew,
            ]
        })
        .collect();
    db.execute_each(&OPEN, &sets)?;
    Ok(())
}

/// Opens the exception of a job whose run failed.
pub fn open_run(
    db: Session<'_>,
    now: i64,
    job: Job,
    exception: &Exception,
) -> Result<(), SqlError> {
    let opening = Opening {
        job,
        stream: None,
        key: "",
        code: RUN,
        field: "",
        exception,
        generation: None,
        is_anew: false,
    };
    open(db, now, &[opening])
}

/// The job has ended well; the complete job does what all of them do.
pub fn clear_run(db: Session<'_>, job: Job) -> Result<(), SqlError> {
    let ended: &[Job] = if job == Job::Complete {
        &Job::ALL
    } else {
        std::slice::from_ref(&job)
    };
    let sets: Vec<_> = ended.iter().map(|job| values![job.name()]).collect();
    db.execute_each(&CLEAR_RUN, &sets)?;
    Ok(())
}

/// The causes of these records' exceptions are gone.
pub fn clear(db: Session<'_>, stream: Stream, keys: &[&str]) -> Result<(), SqlError> {
    let sets: Vec<_> = keys
        .iter()
        .map(|key| values![stream.name(), *key])
        .collect();
    db.execute_each(&CLEAR, &sets)?;
    Ok(())
}

/// Clears a record's exception where it has one of these codes; true where it has.
pub fn clear_codes(
    db: Session<'_>,
    stream: Stream,
    key: &str,
    codes: &[&str],
) -> Result<bool, SqlError> {
    let sets: Vec<_> = codes
        .iter()
        .map(|code| values![stream.name(), key, *code])
        .collect();
    Ok(db.execute_each(&CLEAR_CODE, &sets)? > 0)
}

/// The records of a stream that are not as they should be, which are none nearly always.
pub struct Stuck<'a> {
    db: Session<'a>,
    stream: Stream,
    /// True where no record of the stream has an exception.
    pub is_empty: bool,
}

impl<'a> Stuck<'a> {
    pub fn of(db: Session<'a>, stream: Stream) -> Result<Self, SqlError> {
        let is_empty = db.row(&NONE_IS_STUCK, &values![stream.name()], |row| row.get(0))?;
        Ok(Self {
            db,
            stream,
            is_empty,
        })
    }

    /// For each key whether it is one of them.
    pub fn holds(&self, keys: &[&str]) -> Result<Vec<bool>, SqlError> {
        if self.is_empty {
            return Ok(vec![false; keys.len()]);
        }
        let sets: Vec<_> = keys
            .iter()
            .map(|key| values![self.stream.name(), *key])
            .collect();
        let found = self.db.optional_each(&IS_STUCK, &sets, |_| Ok(()))?;
        Ok(found.iter().map(Option::is_some).collect())
    }
}

pub fn ask_retry(
    db: Session<'_>,
    now: i64,
    filter: &ExceptionFilter,
) -> Result<Vec<ExceptionEntry>, SqlError> {
    let mut marked = Vec::new();
    let mut changed = Vec::new();
    for mut entry in list(db, filter)? {
        match entry.state {
            ExceptionState::Cleared => continue,
            ExceptionState::Retrying => {}
            ExceptionState::Open | ExceptionState::Resolved => {
                if entry.stream == Some(Stream::Orders) && !orders::retry(db, now, &entry.key)? {
                    continue;
                }
                changed.push(values![entry.id.0]);
                entry.state = ExceptionState::Retrying;
                entry.note.clear();
            }
        }
        marked.push(entry);
    }
    db.execute_each(&MARK_RETRYING, &changed)?;
    Ok(marked)
}

pub fn resolve(
    db: Session<'_>,
    now: i64,
    filter: &ExceptionFilter,
    note: &str,
) -> Result<u64, SqlError> {
    let mut changed = Vec::new();
    for entry in list(db, filter)? {
        match entry.state {
            ExceptionState::Cleared | ExceptionState::Resolved => continue,
            ExceptionState::Open | ExceptionState::Retrying => {}
        }
        changed.push(values![entry.id.0, note]);
        if entry.stream == Some(Stream::Orders) {
            orders::close(db, now, &entry.key, &entry.code, note)?;
        }
    }
    db.execute_each(&MARK_RESOLVED, &changed)
}

pub fn resolved(db: Session<'_>, stream: Stream) -> Result<u64, SqlError> {
    let count = db.row(&RESOLVED, &values![stream.name()], |row| row.get::<i64>(0))?;
    Ok(count.cast_unsigned())
}

pub fn retries(db: Session<'_>, stream: Stream, others: usize) -> Result<Vec<String>, SqlError> {
    let values = values![stream.name(), others as i64];
    db.rows(&RETRIES, &values, |row| row.get(0))
}

#[async_trait]
impl<E: Engine> ExceptionBook for SqlLedger<E> {
    async fn exceptions(
        &self,
        filter: &ExceptionFilter,
    ) -> Result<Vec<ExceptionEntry>, LedgerError> {
        let filter = filter.clone();
        self.read("listing exceptions", move |db| list(db, &filter))
            .await
    }

    async fn exception_count(&self, filter: &ExceptionFilter) -> Result<u64, LedgerError> {
        let filter = filter.clone();
        self.read("counting exceptions", move |db| count(db, &filter))
            .await
    }

    async fn note_refusal(&self, job: Job, exception: &Exception) -> Result<(), LedgerError> {
        let exception = exception.clone();
        self.write("noting that a run could not be started", move |db| {
            Ok(open_run(db, now(db)?, job, &exception)?)
        })
        .await
    }

    async fn ask_retry(
        &self,
        filter: &ExceptionFilter,
    ) -> Result<Vec<ExceptionEntry>, LedgerError> {
        let filter = filter.clone();
        self.write("marking exceptions to be tried again", move |db| {
            Ok(ask_retry(db, now(db)?, &filter)?)
        })
        .await
    }

    async fn resolved(&self, stream: Stream) -> Result<u64, LedgerError> {
        self.read("counting resolved exceptions", move |db| {
            resolved(db, stream)
        })
        .await
    }

    async fn resolve(&self, filter: &ExceptionFilter, note: &str) -> Result<u64, LedgerError> {
        let (filter, note) = (filter.clone(), note.to_owned());
        self.write("resolving exceptions", move |db| {
            Ok(resolve(db, now(db)?, &filter, &note)?)
        })
        .await
    }

    async fn retries(&self, stream: Stream, others: usize) -> Result<Vec<String>, LedgerError> {
        self.read("looking for records to be tried again", move |db| {
            retries(db, stream, others)
        })
        .await
    }
}

#[cfg(test)]
mod tests;
