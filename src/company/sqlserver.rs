//! The company in AX's own database on SQL Server, which is only read: no statement here writes to
//! anything but temporary tables.
//!
//! The statements and what a row means are those of every company; here stands what a database has
//! to be asked before: its release, its layout, its company, and how its changes are tracked.

mod browse;
mod grants;
mod layout;
mod live;
mod messages;
mod probe;
mod selection;
mod tables;
mod trade;

use async_trait::async_trait;
use tokio::sync::oneshot;

pub use self::grants::{enabling, grants};
use self::live::Live;
pub use self::messages::{Aif, MessageInAx};
use self::probe::Known;
use super::reading::{self, Begun, Reader, Told};
use super::{Company, CompanyError, CompanyFacts, Entry, Reading, Tracking};
use crate::model::{Selection, Stream};
use crate::sqlserver::{Server, ServerError};

/// A company of a database of AX 2012, AX 2012 Feature Pack or AX 2012 R2.
#[derive(Clone, Debug)]
pub struct SqlServerCompany {
    server: Server,
    known: Known,
}

/// Why a call came to nothing.
#[derive(Debug)]
enum Fault {
    Company(CompanyError),
    Unfit(String),
    Release(String),
    Server(ServerError),
    /// Whoever reads knows already.
    Told,
}

impl From<ServerError> for Fault {
    fn from(error: ServerError) -> Self {
        Self::Server(error)
    }
}

impl From<CompanyError> for Fault {
    fn from(error: CompanyError) -> Self {
        Self::Company(error)
    }
}

impl SqlServerCompany {
    /// Looks at the database of `server` and opens its company `company`, of the partition with the
    /// key `partition` (R2): without names the only company, and the initial partition.
    ///
    /// # Errors
    /// [`CompanyError::Unreachable`] where there is no connection; [`CompanyError::Release`] where AX
    /// has no Commerce Services; [`CompanyError::Unfit`] says what the database lacks, or which
    /// companies it has.
    pub async fn open(
        server: Server,
        company: Option<&str>,
        partition: Option<&str>,
    ) -> Result<Self, CompanyError> {
        let (company, partition) = (company.map(str::to_owned), partition.map(str::to_owned));
        let known = server.call(move |link| {
            let known = probe::look(link, company.as_deref(), partition.as_deref());
            known.map_err(Fault::from)
        });
        match known.await {
            Ok(known) => Ok(Self { server, known }),
            Err(fault) => Err(told(fault, &server)),
        }
    }

    /// Runs `read` with a connection.
    async fn call<T: Send + 'static>(
        &self,
        read: impl FnOnce(&Live<'_>) -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, CompanyError> {
        let known = self.known.clone();
        let done = self.server.call(move |link| {
            let known = &known;
            read(&Live { link, known })
        });
        done.await.map_err(|fault| told(fault, &self.server))
    }

    /// Runs `read` with a connection that knows its company and its selection.
    async fn ask<T: Send + 'static>(
        &self,
        stream: Stream,
        selection: &Selection,
        read: impl FnOnce(&Reader<'_>) -> Result<T, CompanyError> + Send + 'static,
    ) -> Result<T, CompanyError> {
        let selection = selection.clone();
        self.call(move |live| with_reader(live, stream, &selection, |reader| Ok(read(reader)?)))
            .await
    }

    /// Opens the stream for `read`, which holds a connection of its own.
    async fn begin(
        &self,
        stream: Stream,
        selection: &Selection,
        read: impl FnOnce(&Reader<'_>, Begun) -> Result<(), Told> + Send + 'static,
    ) -> Result<Reading, CompanyError> {
        let (company, selection) = (self.clone(), selection.clone());
        let (begun, answer) = oneshot::channel();
        let reading = tokio::spawn(async move {
            let read = move |live: &Live<'_>| {
                with_reader(live, stream, &selection, |reader| {
                    match read(reader, begun) {
                        Err(Told { is_broken: true }) => Err(Fault::Told),
                        Ok(()) | Err(Told { is_broken: false }) => Ok(()),
                    }
                })
            };
            company.call(read).await
        });
        if let Ok(begun) = answer.await {
            return begun;
        }
        // It ended before there was anything to answer.
        match reading.await {
            Ok(Err(error)) => Err(error),
            Ok(Ok(())) | Err(_) => Err(reading::stopped(reading::name(stream))),
        }
    }
}

/// Runs `read` with a connection that knows the selection, where the stream follows it.
fn with_reader<T>(
    live: &Live<'_>,
    stream: Stream,
    selection: &Selection,
    read: impl FnOnce(&Reader<'_>) -> Result<T, Fault>,
) -> Result<T, Fault> {
    let reader = Reader::new(live, stream)?;
    let failed = |error| Fault::Company(reading::failed(reading::name(stream), error));
    if !stream.follows_selection() {
        return read(&reader);
    }
    selection::set_up(live, selection).map_err(failed)?;
    let answer = read(&reader)?;
    selection::clear(live).map_err(failed)?;
    Ok(answer)
}

/// What a caller is told.
fn told(fault: Fault, server: &Server) -> CompanyError {
    let unfit = |reason: String| CompanyError::Unfit {
        place: server.place(),
        reason,
    };
    match fault {
        Fault::Company(error) => error,
        Fault::Unfit(reason) => unfit(reason),
        Fault::Release(reason) => CompanyError::Release {
            place: server.place(),
            reason,
        },
        Fault::Server(ServerError::Connect(error)) => error.into(),
        Fault::Server(error) if error.is_unreachable() => {
            reading::failed("the company".to_owned(), error.into())
        }
        Fault::Server(error) => unfit(error.to_string()),
        Fault::Told => CompanyError::Read {
            what: "the company".to_owned(),
            source: "the reading ended early".into(),
        },
    }
}

#[async_trait]
impl Company for SqlServerCompany {
    async fn facts(&self) -> Result<CompanyFacts, CompanyError> {
        Ok(self.known.facts.clone())
    }

    async fn sees_moments(&self) -> Result<Option<bool>, CompanyError> {
        Ok(Some(self.known.has_snapshots))
    }

    async fn tracking(&self, stream: Stream, known: &[String]) -> Result<Tracking, CompanyError> {
        let known = known.to_vec();
        self.call(move |live| Ok(Reader::new(live, stream)?.tracking(&known)?))
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

#[cfg(test)]
mod tests;
