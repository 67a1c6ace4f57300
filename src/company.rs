//! The AX side: a company's records and its change tracking, read only.
//!
//! [`Company`] is what the jobs ask; `sqlserver` answers it from AX's own database, `embedded` from a
//! SQLite file with the same AX tables. `reading` is what both have in common; `refused` answers
//! where AX has no Commerce Services. Nothing here knows about the service or about what was sent
//! before.

pub mod aif;
pub mod batch;
pub mod browse;
pub mod embedded;
mod reading;
pub mod refused;
pub mod sales_orders;
pub mod sqlserver;
pub mod trade;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;

use crate::model::{Record, Selection, Stream};
use crate::sql::SqlError;
use crate::sqlserver::ConnectError;

/// Name, release and identity of a company.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CompanyFacts {
    /// `DATAAREAID`, at most four characters.
    pub id: String,
    /// Name of the legal entity.
    pub name: String,
    /// `PARTITION` (R2 and later).
    pub partition: i64,
    /// AX release in words, such as `AX 2012 R2`.
    pub release: String,
    /// What the company is read from, for messages: a file or a server.
    pub place: String,
}

/// The change tracking of the tables behind one stream.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tracking {
    /// Identity of the database and of its history up to now, to be kept with a cursor outside of
    /// the database.
    ///
    /// On SQL Server it is made of `database_guid` and `recovery_fork_guid` (every restore begins a
    /// new fork) and the version. Where the login may not see them, of the day the database was made
    /// and its `service_broker_guid`: then a backup that was restored in the database's own place is
    /// told only as long as its versions are behind those that were seen before.
    pub incarnation: String,
    /// Of the identities that were asked about, those of another database or of another history:
    /// it was made anew, or restored, and every cursor earned under them is void.
    pub strange: Vec<String>,
    /// Version of the newest change in the database (`CHANGE_TRACKING_CURRENT_VERSION`).
    pub current_version: i64,
    /// How long changes are kept, in minutes.
    pub retention_minutes: i64,
    /// The tables behind the stream.
    pub tables: Vec<TableTracking>,
}

/// The change tracking of one table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableTracking {
    /// AX table.
    pub table: String,
    /// A cursor below this has lost changes (`CHANGE_TRACKING_MIN_VALID_VERSION`); `None` where
    /// the table is not tracked.
    pub min_valid_version: Option<i64>,
}

/// What a key of a stream stands for now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entry {
    /// The record as it is.
    Present(Record),
    /// The record is deleted in AX or no longer selected.
    Gone {
        /// Id of the record.
        id: String,
    },
    /// The record is there but cannot be sent: to quarantine with it.
    Unreadable {
        /// Id of the record.
        id: String,
        /// The AX field at fault.
        field: String,
        /// Why, in plain words.
        reason: String,
    },
}

impl Entry {
    /// Id of the record.
    pub fn id(&self) -> String {
        match self {
            Self::Present(record) => record.id(),
            Self::Gone { id } | Self::Unreadable { id, .. } => id.clone(),
        }
    }
}

/// Some entries of a stream, in the order of their keys. No page is empty.
pub type Page = Vec<Entry>;

/// A stream being read: pages come through a bounded channel, so that reading never runs ahead of
/// sending by more than a few pages. Dropping it stops the reading.
#[derive(Debug)]
pub struct Reading {
    /// How many entries will come; exact for changes, counted just before for a whole stream.
    pub total: u64,
    /// The pages. After an error nothing follows.
    pub pages: mpsc::Receiver<Result<Page, CompanyError>>,
}

/// The company could not be read.
#[derive(Debug, thiserror::Error)]
pub enum CompanyError {
    /// The database or file cannot be opened.
    #[error("the company cannot be opened at {place}: {reason}")]
    Unavailable {
        /// File or server.
        place: String,
        /// Why and what to do.
        reason: String,
    },
    /// The database or file is not as it has to be, or has no such company.
    #[error("the company cannot be opened at {place}: {reason}")]
    Unfit {
        /// File or server.
        place: String,
        /// Why and what to do.
        reason: String,
    },
    /// The release of AX has no Commerce Services.
    #[error("the company cannot be opened at {place}: {reason}")]
    Release {
        /// File or server.
        place: String,
        /// Which release it is, and how that shows.
        reason: String,
    },
    /// There is no connection to the server.
    #[error(transparent)]
    Unreachable(#[from] ConnectError),
    /// The database answered with an error.
    #[error("reading {what} failed")]
    Read {
        /// Table or stream.
        what: String,
        /// What the database said.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The login lacks a right.
    #[error("reading {what} failed")]
    Forbidden {
        /// Table or stream.
        what: String,
        /// Which right.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// Changes since the cursor are no longer complete: the stream has to be read whole.
    #[error("{table} keeps changes from version {min_valid_version} on, the cursor is at {cursor}")]
    Gap {
        /// AX table.
        table: String,
        /// First version from which its changes are complete.
        min_valid_version: i64,
        /// Where the stream's cursor is.
        cursor: i64,
    },
}

impl CompanyError {
    /// True where the database was not reached, or did not answer, or the file cannot be opened.
    pub fn is_not_reached(&self) -> bool {
        match self {
            Self::Unavailable { .. } | Self::Unreachable(_) => true,
            Self::Read { source, .. } | Self::Forbidden { source, .. } => source
                .downcast_ref::<SqlError>()
                .is_some_and(SqlError::is_not_reached),
            Self::Unfit { .. } | Self::Release { .. } | Self::Gap { .. } => false,
        }
    }
}

/// A company of AX 2012; what orders look up is asked through [`trade::Trade`], the batch jobs of
/// AX through [`batch::AxBatch`], what whoever selects products looks through by [`browse::Browse`].
///
/// All readings see committed data. A record id means the same in every method: what
/// [`Record::id`] says.
#[async_trait]
pub trait Company: trade::Trade + batch::AxBatch + browse::Browse + Send + Sync + 'static {
    /// Name, release and identity.
    async fn facts(&self) -> Result<CompanyFacts, CompanyError>;

    /// Whether several statements can see one and the same moment (`ALLOW_SNAPSHOT_ISOLATION`); none
    /// where that is no question, as in a file.
    async fn sees_moments(&self) -> Result<Option<bool>, CompanyError> {
        Ok(None)
    }

    /// The change tracking of the tables behind `stream`, now, and which of the identities `known`
    /// are not its own. Asked *before* a reading, its `current_version` is the cursor that the
    /// reading earns.
    async fn tracking(&self, stream: Stream, known: &[String]) -> Result<Tracking, CompanyError>;

    /// How many records of `stream` the selection lets through.
    async fn count(&self, stream: Stream, selection: &Selection) -> Result<u64, CompanyError>;

    /// Every record of `stream` that the selection lets through, in key order.
    ///
    /// `after` resumes behind that record id: it was the last of a page already dealt with.
    /// [`Entry::Gone`] does not occur.
    async fn read_all(
        &self,
        stream: Stream,
        selection: &Selection,
        after: Option<&str>,
    ) -> Result<Reading, CompanyError>;

    /// What became of every key of `stream` whose source rows changed after version `since`:
    /// net changes, each key once, with its current value. The cost follows the number of
    /// changes, not the size of the company.
    ///
    /// # Errors
    /// [`CompanyError::Gap`] where a table no longer keeps every change since `since`.
    async fn read_changes(
        &self,
        stream: Stream,
        selection: &Selection,
        since: i64,
    ) -> Result<Reading, CompanyError>;

    /// Current values of the named records, in the order of `ids`; what is not there or not
    /// selected is [`Entry::Gone`].
    async fn read_ids(
        &self,
        stream: Stream,
        selection: &Selection,
        ids: &[String],
    ) -> Result<Vec<Entry>, CompanyError>;
}

/// The company that is meant; without a name the only one. Why there is none, if there is none.
fn choose(mut companies: Vec<CompanyFacts>, wanted: Option<&str>) -> Result<CompanyFacts, String> {
    let list: Vec<&str> = companies
        .iter()
        .map(|company| company.id.as_str())
        .collect();
    let list = list.join(", ");
    match wanted {
        Some(name) => {
            let found = |company: &CompanyFacts| company.id.eq_ignore_ascii_case(name);
            match companies.iter().position(found) {
                Some(at) => Ok(companies.swap_remove(at)),
                None => Err(format!("it holds no company {name:?}; it holds: {list}")),
            }
        }
        None => match companies.pop() {
            Some(only) if companies.is_empty() => Ok(only),
            Some(_) => Err(format!(
                "it holds several companies, name one of them: {list}"
            )),
            None => Err("it holds no company: the table DATAAREA is empty".to_owned()),
        },
    }
}
