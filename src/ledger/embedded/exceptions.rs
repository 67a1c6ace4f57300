//! Exceptions: opened and cleared by what happens to records and runs, retried and resolved by
//! operators.

use async_trait::async_trait;
use rusqlite::{Connection, Row, Transaction, named_params, params_from_iter};

use super::super::exceptions::ExceptionBook;
use super::super::{LedgerError, SetAside};
use super::{EmbeddedLedger, orders, rows, runs};
use crate::model::exception::{
    Exception, ExceptionEntry, ExceptionFilter, ExceptionId, ExceptionState,
};
use crate::model::{Job, Stream};

/// The code of every run's exception.
const RUN: &str = "run";

fn failed(source: rusqlite::Error) -> LedgerError {
    LedgerError::Statement {
        what: "keeping exceptions",
        source,
    }
}

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

/// Opens an exception, or counts another attempt.
pub fn open(
    transaction: &Transaction<'_>,
    now: i64,
    opening: &Opening<'_>,
) -> rusqlite::Result<()> {
    transaction
        .prepare_cached(include_str!("exceptions/open.sql"))?
        .execute(named_params! {
            ":job": opening.job.name(),
            ":stream": opening.stream.map_or("", Stream::name),
            ":key": opening.key,
            ":code": opening.code,
            ":field": opening.field,
            ":text": opening.exception.text,
            ":cause": opening.exception.cause,
            ":remedy": opening.exception.remedy,
            ":now": now,
            ":generation": opening.generation,
            ":anew": opening.is_anew,
        })?;
    Ok(())
}

/// Opens the exception of a job whose run failed.
pub fn open_run(
    transaction: &Transaction<'_>,
    now: i64,
    job: Job,
    exception: &Exception,
) -> rusqlite::Result<()> {
    open(
        transaction,
        now,
        &Opening {
            job,
            stream: None,
            key: "",
            code: RUN,
            field: "",
            exception,
            generation: None,
            is_anew: false,
        },
    )
}

/// The job has ended well; the complete job does what all of them do.
pub fn clear_run(transaction: &Transaction<'_>, job: Job) -> rusqlite::Result<()> {
    let mut statement = transaction.prepare_cached(
        "UPDATE exception SET state = 'cleared' WHERE stream = '' AND key = '' AND job = ? AND state <> 'cleared'",
    )?;
    let ended: &[Job] = if job == Job::Complete {
        &Job::ALL
    } else {
        std::slice::from_ref(&job)
    };
    for job in ended {
        statement.execute([job.name()])?;
    }
    Ok(())
}

/// The cause of a record's exception is gone.
pub fn clear(transaction: &Transaction<'_>, stream: Stream, key: &str) -> rusqlite::Result<()> {
    transaction
        .prepare_cached(
            "UPDATE exception SET state = 'cleared' WHERE stream = ? AND key = ? AND state <> 'cleared'",
        )?
        .execute((stream.name(), key))?;
    Ok(())
}

/// The records of a stream that are not as they should be, which are none nearly always.
pub struct Stuck<'a> {
    connection: &'a Connection,
    stream: Stream,
    /// True where no record of the stream has an exception.
    pub is_empty: bool,
}

impl<'a> Stuck<'a> {
    pub fn of(connection: &'a Connection, stream: Stream) -> rusqlite::Result<Self> {
        let is_empty = connection
            .prepare_cached(
                "SELECT NOT EXISTS (SELECT 1 FROM exception WHERE stream = ? AND state <> 'cleared')",
            )?
            .query_row([stream.name()], |row| row.get(0))?;
        Ok(Self {
            connection,
            stream,
            is_empty,
        })
    }

    pub fn holds(&self, key: &str) -> rusqlite::Result<bool> {
        if self.is_empty {
            return Ok(false);
        }
        self.connection
            .prepare_cached(
                "SELECT EXISTS (SELECT 1 FROM exception WHERE stream = ? AND key = ? AND state <> 'cleared')",
            )?
            .query_row((self.stream.name(), key), |row| row.get(0))
    }
}

fn entry(row: &Row<'_>) -> rusqlite::Result<ExceptionEntry> {
    let is_run = row.get_ref("stream")?.as_str()?.is_empty();
    Ok(ExceptionEntry {
        id: ExceptionId(row.get("id")?),
        job: rows::word(row, 1)?,
        stream: (!is_run).then(|| rows::word(row, 2)).transpose()?,
        key: row.get("key")?,
        code: row.get("code")?,
        field: row.get("field")?,
        exception: Exception {
            text: row.get("text")?,
            cause: row.get("cause")?,
            remedy: row.get("remedy")?,
        },
        attempts: row.get("attempts")?,
        first: rows::time(row, 10)?,
        last: rows::time(row, 11)?,
        state: rows::named(row, 12)?,
        note: row.get("note")?,
    })
}

/// Shows every entry that matches to `each`, newest first, until it says that this is enough.
fn for_each(
    connection: &Connection,
    filter: &ExceptionFilter,
    mut each: impl FnMut(ExceptionEntry) -> bool,
) -> rusqlite::Result<()> {
    let ids = filter.ids.as_ref().map(rows::to_json).transpose()?;
    let keys = filter.keys.as_ref().map(rows::to_json).transpose()?;
    let stream = filter.stream.map(Stream::name);
    // Only what is asked for stands in the statement, so that an index can answer it.
    let asked: [(&str, Option<&str>); 5] = [
        ("id IN (SELECT value FROM json_each(?))", ids.as_deref()),
        ("key IN (SELECT value FROM json_each(?))", keys.as_deref()),
        ("job = ?", filter.job.map(Job::name)),
        ("stream = ?", stream),
        ("code = ?", filter.code.as_deref()),
    ];
    let mut sql = String::from(include_str!("exceptions/list.sql"));
    let mut values = Vec::new();
    for (condition, value) in asked {
        if let Some(value) = value {
            sql.push_str(" AND ");
            sql.push_str(condition);
            values.push(value);
        }
    }
    if !filter.with_closed {
        sql.push_str(" AND state IN ('open', 'retrying')");
    }
    sql.push_str(" ORDER BY last DESC, id DESC");
    let sought = filter.text.as_ref().map(|text| text.to_lowercase());
    let mut statement = connection.prepare_cached(&sql)?;
    let mut found = statement.query(params_from_iter(values))?;
    while let Some(row) = found.next()? {
        let entry = entry(row)?;
        let matches = sought.as_ref().is_none_or(|sought| {
            [
                &entry.key,
                &entry.field,
                &entry.exception.text,
                &entry.exception.cause,
            ]
            .into_iter()
            .any(|text| text.to_lowercase().contains(sought))
        });
        if matches && !each(entry) {
            break;
        }
    }
    Ok(())
}

fn list(
    connection: &Connection,
    filter: &ExceptionFilter,
) -> rusqlite::Result<Vec<ExceptionEntry>> {
    let limit = filter.limit.unwrap_or(usize::MAX);
    let mut entries = Vec::new();
    if limit > 0 {
        for_each(connection, filter, |entry| {
            entries.push(entry);
            entries.len() < limit
        })?;
    }
    Ok(entries)
}

fn count(connection: &Connection, filter: &ExceptionFilter) -> rusqlite::Result<u64> {
    let mut count = 0;
    for_each(connection, filter, |_| {
        count += 1;
        true
    })?;
    Ok(count)
}

fn ask_retry(
    transaction: &Transaction<'_>,
    filter: &ExceptionFilter,
) -> rusqlite::Result<Vec<ExceptionEntry>> {
    let now = runs::now(transaction)?;
    let mut marked = Vec::new();
    for mut entry in list(transaction, filter)? {
        match entry.state {
            ExceptionState::Cleared => continue,
            ExceptionState::Retrying => {}
            ExceptionState::Open | ExceptionState::Resolved => {
                if entry.stream == Some(Stream::Orders)
                    && !orders::retry(transaction, now, &entry.key)?
                {
                    continue;
                }
                transaction
                    .prepare_cached(
                        "UPDATE exception SET state = 'retrying', note = '' WHERE id = ?",
                    )?
                    .execute([entry.id.0])?;
                entry.state = ExceptionState::Retrying;
                entry.note.clear();
            }
        }
        marked.push(entry);
    }
    Ok(marked)
}

fn resolve(
    transaction: &Transaction<'_>,
    filter: &ExceptionFilter,
    note: &str,
) -> rusqlite::Result<u64> {
    let now = runs::now(transaction)?;
    let mut resolved = 0;
    for entry in list(transaction, filter)? {
        match entry.state {
            ExceptionState::Cleared | ExceptionState::Resolved => continue,
            ExceptionState::Open | ExceptionState::Retrying => {}
        }
        transaction
            .prepare_cached("UPDATE exception SET state = 'resolved', note = ? WHERE id = ?")?
            .execute((note, entry.id.0))?;
        if entry.stream == Some(Stream::Orders) {
            orders::close(transaction, now, &entry.key, &entry.code, note)?;
        }
        resolved += 1;
    }
    Ok(resolved)
}

#[async_trait]
impl ExceptionBook for EmbeddedLedger {
    async fn exceptions(
        &self,
        filter: &ExceptionFilter,
    ) -> Result<Vec<ExceptionEntry>, LedgerError> {
        let filter = filter.clone();
        self.read("listing exceptions", move |connection| {
            list(connection, &filter)
        })
        .await
    }

    async fn exception_count(&self, filter: &ExceptionFilter) -> Result<u64, LedgerError> {
        let filter = filter.clone();
        self.read("counting exceptions", move |connection| {
            count(connection, &filter)
        })
        .await
    }

    async fn note_refusal(&self, job: Job, exception: &Exception) -> Result<(), LedgerError> {
        let exception = exception.clone();
        self.write(
            "noting that a run could not be started",
            move |transaction| {
                runs::now(transaction)
                    .and_then(|now| open_run(transaction, now, job, &exception))
                    .map_err(failed)
            },
        )
        .await
    }

    async fn ask_retry(
        &self,
        filter: &ExceptionFilter,
    ) -> Result<Vec<ExceptionEntry>, LedgerError> {
        let filter = filter.clone();
        self.write("marking exceptions to be tried again", move |transaction| {
            ask_retry(transaction, &filter).map_err(failed)
        })
        .await
    }

    async fn resolved(&self, stream: Stream) -> Result<u64, LedgerError> {
        // The second condition names the index.
        self.read("counting resolved exceptions", move |connection| {
            connection
                .prepare_cached(
                    "SELECT count(*) FROM exception \
                     WHERE stream = ? AND state = 'resolved' AND state <> 'cleared'",
                )?
                .query_row([stream.name()], |row| row.get::<_, i64>(0))
                .map(i64::cast_unsigned)
        })
        .await
    }

    async fn resolve(&self, filter: &ExceptionFilter, note: &str) -> Result<u64, LedgerError> {
        let (filter, note) = (filter.clone(), note.to_owned());
        self.write("resolving exceptions", move |transaction| {
            resolve(transaction, &filter, &note).map_err(failed)
        })
        .await
    }

    async fn retries(&self, stream: Stream, others: usize) -> Result<Vec<String>, LedgerError> {
        self.read("looking for records to be tried again", move |connection| {
            let mut statement =
                connection.prepare_cached(include_str!("exceptions/retries.sql"))?;
            let found = statement.query_map((stream.name(), others as i64), |row| row.get(0))?;
            found.collect()
        })
        .await
    }
}

#[cfg(test)]
mod tests;
