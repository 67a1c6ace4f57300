//! What `axcs` itself remembers: runs, leases, cursors, what was acknowledged, what is under way,
//! what is set aside, and the product selection.
//!
//! [`Ledger`] is what the jobs ask. Its rules stand once and run on a SQLite file for one machine
//! ([`EmbeddedLedger`]) and on a SQL Server that several workers share ([`ServerLedger`]). Only the
//! ledger's own clock decides about leases.

pub mod administration;
pub mod books;
pub mod exceptions;
pub mod import;
pub mod jobs;
pub mod orders;
pub mod stores;

use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;

use crate::model::exception::Exception;
use crate::model::{Job, RunId, Selection, Stream};
use crate::sql::SqlError;
use crate::sqlserver::{ConnectError, ServerError};

pub use administration::AdministrationBook;
pub use books::{EmbeddedLedger, ServerLedger};
pub use exceptions::ExceptionBook;
pub use import::ImportBook;
pub use jobs::JobBook;
pub use orders::OrderBook;
pub use stores::StoreBook;

/// The ledger could not be used.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// The file cannot be opened.
    #[error("the ledger failed: {0}")]
    Store(#[from] crate::sqlite::SqliteError),
    /// There is no connection to the server.
    #[error("the ledger failed: {0}")]
    Unreachable(#[from] ConnectError),
    /// A statement failed.
    #[error("the ledger failed while {what}: {source}")]
    Statement {
        /// What was tried, as "reading the cursor".
        what: &'static str,
        /// What the database said.
        source: SqlError,
    },
    /// The ledger was written by a newer program.
    #[error(
        "the ledger {place} has format {found}, this axcs knows formats up to {known}: use the newer axcs"
    )]
    Newer {
        /// The file, or server and database.
        place: String,
        /// Format of the ledger.
        found: i64,
        /// Newest format this program knows.
        known: i64,
    },
    /// The run's lease is gone: another worker took the job over.
    #[error("run {0} lost its lease to another worker")]
    Fenced(RunId),
}

impl LedgerError {
    /// The same, where a statement failed, with what was tried.
    pub(crate) fn during(self, tried: &'static str) -> Self {
        if let Self::Statement { source, .. } = self {
            Self::Statement {
                what: tried,
                source,
            }
        } else {
            self
        }
    }

    /// True where the server was not reached, or did not answer.
    pub fn is_not_reached(&self) -> bool {
        match self {
            Self::Unreachable(_) => true,
            Self::Statement { source, .. } => source.is_not_reached(),
            Self::Store(_) | Self::Newer { .. } | Self::Fenced(_) => false,
        }
    }

    /// What to do about it.
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::Fenced(_) => "Nothing: the other worker goes on with the job.",
            Self::Newer { .. } => "Use the axcs that wrote the ledger, or a newer one.",
            Self::Unreachable(error) => error.step.remedy(),
            Self::Statement {
                source: SqlError::Server(error),
                ..
            } => remedy(error),
            Self::Store(_) | Self::Statement { .. } => {
                "Check that the ledger's disk has room and that nothing else writes to the file, then start the job again."
            }
        }
    }
}

/// What to do about an error of a server that was reached.
fn remedy(error: &ServerError) -> &'static str {
    if error.is_passing() {
        "Nothing: the next run goes on where it was. If it happens again, look for whoever keeps the ledger locked."
    } else if error.is_unreachable() {
        "Check that the server of the ledger runs and can be reached, then start the job again."
    } else if matches!(error.code(), Some(229 | 230 | 262 | 2760)) {
        "Make the login of axcs an owner (db_owner) of the ledger's own database, then start the job again."
    } else {
        "Check the ledger's database at the server: room, rights, and that nothing else writes to it. Then start the job again."
    }
}

impl From<SqlError> for LedgerError {
    fn from(source: SqlError) -> Self {
        Self::Statement {
            what: "using its database",
            source,
        }
    }
}

impl From<ServerError> for LedgerError {
    fn from(error: ServerError) -> Self {
        if let ServerError::Connect(error) = error {
            Self::Unreachable(error)
        } else {
            SqlError::from(error).into()
        }
    }
}

/// What a run proves at every write: it still holds its leases.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fence {
    /// The run.
    pub run: RunId,
    /// Its job.
    pub job: Job,
    /// Number that grew when the run took its leases.
    pub token: i64,
}

/// Who holds the lease that a run wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    /// The job that runs: the complete job holds the leases of all.
    pub job: Job,
    /// Host and process.
    pub owner: String,
    /// When the lease ends unless it is renewed.
    pub expires: Timestamp,
    /// How long that is from now, by the ledger's clock.
    pub remaining: Duration,
}

/// The answer to [`JobBook::begin_run`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Begun {
    /// The run may start.
    Started(Fence),
    /// Another run holds a lease it needs.
    Held(Holder),
    /// The job is not what the decision to start the run was made on: somebody was faster. Decide
    /// again.
    Changed,
}

/// How far a stream has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// Change version of the company.
    pub version: i64,
    /// Identity of the company's database and of its history when its values were read.
    pub incarnation: String,
    /// Product selection the stream was uploaded with.
    pub selection_revision: i64,
}

/// A stream being read whole, kept so that a killed run can go on where it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pass {
    /// Grows with each pass; marks what the pass has seen.
    pub generation: i64,
    /// The complete load at the service, where the pass uses one.
    pub load: Option<String>,
    /// The cursor that the pass earns.
    pub target: Cursor,
    /// Everything up to this record id is settled.
    pub resume_after: Option<String>,
    /// What went wrong with the stream's changes, if anything did.
    pub reason: Option<String>,
}

/// A pass that is to be begun.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewPass {
    /// The complete load at the service, where the pass uses one.
    pub load: Option<String>,
    /// The cursor that the pass earns.
    pub target: Cursor,
    /// What went wrong with the stream's changes, if anything did.
    pub reason: Option<String>,
    /// Forget what was acknowledged: the service does not hold it.
    pub forget: bool,
}

/// Where a stream stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Position {
    /// How far it has come; `None` before its first upload.
    pub cursor: Option<Cursor>,
    /// A pass that was begun and not finished.
    pub pass: Option<Pass>,
    /// Identities of the company's database under which values were sent since the cursor moved or
    /// the pass began. Where one of them is lost, so are values that the service was told.
    pub told_under: Vec<String>,
    /// True where a complete run that came to no good end within the last day has read the stream
    /// whole: the next complete run goes on behind it.
    pub is_read_by_unfinished: bool,
}

impl Position {
    /// The identities of the company's database that it was earned under.
    pub fn incarnations(&self) -> Vec<String> {
        let target = self.pass.as_ref().map(|pass| &pass.target);
        let earned = self.cursor.iter().chain(target);
        let earned = earned.map(|cursor| &cursor.incarnation);
        earned.chain(&self.told_under).cloned().collect()
    }
}

/// What the ledger believes the service holds of a stream, to be compared with what it says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Acknowledged {
    /// Number of records.
    pub count: u64,
    /// Sum of the records' digests (`model::digest::record_digest`).
    pub digest: u64,
}

/// A batch whose outcome is not known: it was written down before it was sent, and no answer was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unsettled {
    /// Number of the batch.
    pub batch: i64,
    /// Its records.
    pub ids: Vec<String>,
    /// How long ago it was last written down, by the ledger's clock.
    pub age: Duration,
}

/// A record the service refused, or that AX could not give.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetAside {
    /// Id of the record.
    pub id: String,
    /// Stable code.
    pub code: String,
    /// Field at fault.
    pub field: String,
    /// What failed, why, and what to do.
    pub exception: Exception,
}

/// What came of a batch.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settlement {
    /// Records the service holds now, with the hash of their value.
    pub held: Vec<(String, u64)>,
    /// Records the service does not hold any more.
    pub dropped: Vec<String>,
    /// Records set aside.
    pub set_aside: Vec<SetAside>,
}

/// What `axcs` remembers. Every method that changes something for a run takes its [`Fence`] and
/// fails with [`LedgerError::Fenced`], changing nothing, where the run has lost its leases.
#[async_trait]
pub trait Ledger:
    JobBook
    + OrderBook
    + ImportBook
    + ExceptionBook
    + StoreBook
    + AdministrationBook
    + Send
    + Sync
    + 'static
{
    /// Where the ledger is, for messages.
    fn place(&self) -> String;

    /// Where a stream stands.
    async fn position(&self, stream: Stream) -> Result<Position, LedgerError>;

    /// What the service should hold of a stream.
    async fn acknowledged(&self, stream: Stream) -> Result<Acknowledged, LedgerError>;

    /// Begins a pass and forgets an unfinished one.
    async fn begin_pass(
        &self,
        fence: Fence,
        stream: Stream,
        pass: NewPass,
    ) -> Result<Pass, LedgerError>;

    /// Notes that a pass has settled everything up to `after`.
    async fn advance_pass(
        &self,
        fence: Fence,
        stream: Stream,
        after: &str,
    ) -> Result<(), LedgerError>;

    /// Records, acknowledged or with an exception that is not cleared, that the pass has not seen: at most `limit`, in the order of ids,
    /// behind `after`.
    async fn unseen(
        &self,
        stream: Stream,
        generation: i64,
        after: &str,
        limit: usize,
    ) -> Result<Vec<String>, LedgerError>;

    /// Moves the cursor and ends the pass, if there is one.
    async fn move_cursor(
        &self,
        fence: Fence,
        stream: Stream,
        cursor: &Cursor,
    ) -> Result<(), LedgerError>;

    /// Which of the records does the service hold already? For each one whether its value (its
    /// absence, for `None`) is what was acknowledged and it has no exception that is not cleared.
    /// Within a pass (its generation) they are marked as seen, for a run that holds its leases.
    async fn is_unchanged(
        &self,
        stream: Stream,
        seen_in: Option<(Fence, i64)>,
        records: Vec<(String, Option<u64>)>,
    ) -> Result<Vec<bool>, LedgerError>;

    /// Writes down that values are about to be sent that were read under this identity of the
    /// company's database.
    async fn note_incarnation(
        &self,
        fence: Fence,
        stream: Stream,
        incarnation: &str,
    ) -> Result<(), LedgerError>;

    /// Writes down that a batch with these records is about to be sent; answers its number, which
    /// is also the version of its lines: it only grows. A batch of unknown outcome that it
    /// `replaces` is forgotten in the same moment: its records are under way again.
    async fn intend(
        &self,
        fence: Fence,
        stream: Stream,
        ids: Vec<String>,
        replaces: Option<i64>,
    ) -> Result<i64, LedgerError>;

    /// Writes down that the batch is about to be sent again: its age begins anew.
    async fn intend_again(&self, fence: Fence, batch: i64) -> Result<(), LedgerError>;

    /// Writes down what came of a batch and forgets the intent.
    async fn settle(
        &self,
        fence: Fence,
        stream: Stream,
        batch: i64,
        generation: Option<i64>,
        settlement: Settlement,
    ) -> Result<(), LedgerError>;

    /// Sets records aside that were never sent.
    async fn set_aside(
        &self,
        fence: Fence,
        stream: Stream,
        generation: Option<i64>,
        records: Vec<SetAside>,
    ) -> Result<(), LedgerError>;

    /// Makes the next batch number greater than `version`: the service holds that one.
    async fn raise_version(&self, version: i64) -> Result<(), LedgerError>;

    /// Batches of unknown outcome.
    async fn unsettled(&self, stream: Stream) -> Result<Vec<Unsettled>, LedgerError>;

    /// Forgets batches after their records were settled by later ones.
    async fn forget_batches(&self, fence: Fence, batches: Vec<i64>) -> Result<(), LedgerError>;

    /// The product selection.
    async fn selection(&self) -> Result<Selection, LedgerError>;

    /// Replaces the product selection where it still has the revision it was read with; answers
    /// the stored selection, or `None` where somebody else changed it meanwhile.
    async fn store_selection(&self, selection: Selection)
    -> Result<Option<Selection>, LedgerError>;

    /// A name for this ledger that no other ledger has: part of every idempotency key.
    async fn incarnation(&self) -> Result<String, LedgerError>;
}
