//! A company in one SQLite file: the AX tables, change tracking kept by triggers, and what makes,
//! loads, describes and moves such a file. The jobs see it as a [`Company`] like any other.

pub mod activity;
mod address;
mod batch;
mod browse;
mod contents;
mod file;
pub mod generator;
pub mod load;
mod new_file;
mod number_sequence;
mod row;
mod sales_orders;
mod schema;
pub mod script;
mod selection;
mod stock;
pub mod tables;
pub mod tracking;
mod trade;

use std::path::{Path, PathBuf};

use async_trait::async_trait;
use rusqlite::Connection;
use tokio::sync::oneshot;

pub use contents::{CompanyCounts, Contents, TableContents, info};
pub use generator::generate;
pub use load::{LoadError, Loaded, load};
pub use new_file::{Existing, NewFileError};
pub use number_sequence::NumberError;

use self::file::File;
use self::sales_orders::Desk;
use super::reading::{self, Begun, Reader, Told};
use super::{Company, CompanyError, CompanyFacts, Entry, Reading, Tracking, choose};
use crate::model::{Selection, Stream};
use crate::sql::SqlError;
use crate::sqlite::Access;

/// A company file, opened for reading. Every call opens a connection of its own, so that one slow
/// reader never holds up another.
#[derive(Clone, Debug)]
pub struct Embedded {
    path: PathBuf,
    facts: CompanyFacts,
    desk: Desk,
}

impl Embedded {
    /// Opens the company `company` of the file at `path`; without a name the only one there is.
    ///
    /// # Errors
    /// [`CompanyError::Unavailable`] says what is wrong with the file, [`CompanyError::Unfit`] which
    /// companies it has.
    pub fn open(path: &Path, company: Option<&str>) -> Result<Self, CompanyError> {
        let connection = schema::open(path, Access::ReadOnly)?;
        let companies = companies(&connection, path)?;
        let facts = choose(companies, company).map_err(|reason| CompanyError::Unfit {
            place: path.display().to_string(),
            reason,
        })?;
        Ok(Self {
            path: path.to_owned(),
            facts,
            desk: Desk::default(),
        })
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Opens the stream for `read`, which runs on a thread of its own.
    async fn begin(
        &self,
        stream: Stream,
        selection: &Selection,
        read: impl FnOnce(&Reader<'_>, Begun) -> Result<(), Told> + Send + 'static,
    ) -> Result<Reading, CompanyError> {
        let (company, selection) = (self.clone(), selection.clone());
        let (begun, answer) = oneshot::channel();
        // The answer says what became of it.
        drop(tokio::task::spawn_blocking(move || {
            let mut begun = Some(begun);
            let opened = company.with_reader(stream, &selection, |reader| {
                begun.take().map(|begun| read(reader, begun));
                Ok(())
            });
            if let (Err(error), Some(begun)) = (opened, begun) {
                drop(begun.send(Err(error)));
            }
        }));
        answer
            .await
            .unwrap_or_else(|_| Err(reading::stopped(reading::name(stream))))
    }

    /// Runs `read` on a thread of its own.
    async fn ask<T: Send + 'static>(
        &self,
        stream: Stream,
        selection: &Selection,
        read: impl FnOnce(&Reader<'_>) -> Result<T, CompanyError> + Send + 'static,
    ) -> Result<T, CompanyError> {
        let (company, selection) = (self.clone(), selection.clone());
        tokio::task::spawn_blocking(move || company.with_reader(stream, &selection, read))
            .await
            .unwrap_or_else(|_| Err(reading::stopped(reading::name(stream))))
    }

    /// Runs `read` with a connection that knows its company and its selection. Blocks.
    fn with_reader<T>(
        &self,
        stream: Stream,
        selection: &Selection,
        read: impl FnOnce(&Reader<'_>) -> Result<T, CompanyError>,
    ) -> Result<T, CompanyError> {
        let connection = schema::open(&self.path, Access::ReadOnly)?;
        let file = File {
            connection: &connection,
            company: &self.facts,
        };
        let reader = Reader::new(&file, stream)?;
        selection::set_up(&connection, &self.facts, selection)
            .map_err(|error| reading::failed(reading::name(stream), error.into()))?;
        read(&reader)
    }

    /// Runs `read` on a thread that may block, in one snapshot.
    async fn look_up<T, E>(
        &self,
        what: &'static str,
        read: impl FnOnce(&Connection, &CompanyFacts) -> Result<T, E> + Send + 'static,
    ) -> Result<T, CompanyError>
    where
        T: Send + 'static,
        E: Into<SqlError>,
    {
        let company = self.clone();
        tokio::task::spawn_blocking(move || {
            let connection = schema::open(&company.path, Access::ReadOnly)?;
            let read = || {
                let snapshot = connection.unchecked_transaction()?;
                let answer = read(&connection, &company.facts).map_err(Into::into)?;
                snapshot.commit()?;
                Ok(answer)
            };
            read().map_err(|error| reading::failed(what.to_owned(), error))
        })
        .await
        .unwrap_or_else(|_| Err(reading::stopped(what.to_owned())))
    }
}

#[async_trait]
impl Company for Embedded {
    async fn facts(&self) -> Result<CompanyFacts, CompanyError> {
        Ok(self.facts.clone())
    }

    async fn tracking(&self, stream: Stream, known: &[String]) -> Result<Tracking, CompanyError> {
        let known = known.to_vec();
        self.ask(stream, &Selection::default(), move |reader| {
            reader.tracking(&known)
        })
        .await
    }

    async fn count(&self, stream: Stream, selection: &Selection) -> Result<u64, CompanyError> {
        self.ask(stream, selection, reading::count).await
    }

    async fn read_all(
        &self,
        stream: Stream,
        selection: &Selection,
        after: Option<&str>,
    ) -> Result<Reading, CompanyError> {
        let after = after.unwrap_or_default().to_owned();
        self.begin(stream, selection, move |reader, begun| {
            reading::all(reader, &after, begun)
        })
        .await
    }

    async fn read_changes(
        &self,
        stream: Stream,
        selection: &Selection,
        since: i64,
    ) -> Result<Reading, CompanyError> {
        self.begin(stream, selection, move |reader, begun| {
            reading::changes(reader, since, begun)
        })
        .await
    }

    async fn read_ids(
        &self,
        stream: Stream,
        selection: &Selection,
        ids: &[String],
    ) -> Result<Vec<Entry>, CompanyError> {
        let ids = ids.to_vec();
        self.ask(stream, selection, move |reader| reader.current(&ids))
            .await
    }
}

/// A connection that may write to the company at `path`: for the activity, and for whoever looks
/// after its change tracking.
pub fn writer(path: &Path) -> Result<Connection, CompanyError> {
    schema::open(path, Access::Create)
}

fn companies(connection: &Connection, path: &Path) -> Result<Vec<CompanyFacts>, CompanyError> {
    let read = || {
        connection
            .prepare("SELECT ID, NAME, PARTITION FROM DATAAREA WHERE ISVIRTUAL = 0 ORDER BY ID")?
            .query_map([], |row| {
                Ok(CompanyFacts {
                    id: row.get(0)?,
                    name: row.get(1)?,
                    partition: row.get(2)?,
                    release: "AX 2012 R2".to_owned(),
                    place: path.display().to_string(),
                })
            })?
            .collect::<rusqlite::Result<_>>()
    };
    read().map_err(|error: rusqlite::Error| CompanyError::Read {
        what: "DATAAREA".to_owned(),
        source: error.into(),
    })
}
