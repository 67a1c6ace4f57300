//! What an operator reads when something failed: what, why, and what to do.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::filter::Filter;
use super::job::Job;
use super::sort::{Direction, ExceptionSort, Sort};
use super::stream::Stream;

/// The exception texts of the AX documents, with the documented remedy
/// ("(USA) View and resolve exceptions for Commerce Services").
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Documented {
    /// The job is already running, here or elsewhere.
    AnotherInstance,
    /// The complete job found another job running.
    ConflictingJobs,
    /// The service could not be reached.
    NetworkError,
    /// The database keeps no changes.
    ChangeTrackingOff,
    /// The account is being made ready.
    BeingSetUp,
    /// The product selection changed since the last complete run.
    CompleteRequired,
}

impl Documented {
    /// Every one, in the order of the documents.
    pub const ALL: [Self; 6] = [
        Self::AnotherInstance,
        Self::ConflictingJobs,
        Self::NetworkError,
        Self::ChangeTrackingOff,
        Self::BeingSetUp,
        Self::CompleteRequired,
    ];

    /// The text, word for word.
    pub const fn text(self) -> &'static str {
        match self {
            Self::AnotherInstance => "Another instance of the job is already running.",
            Self::ConflictingJobs => {
                "Complete data synchronization was cancelled due to conflicting jobs."
            }
            Self::NetworkError => "A network error occurred and the page could not be displayed.",
            Self::ChangeTrackingOff => {
                "Commerce Services cannot be activated since change tracking is not enabled."
            }
            Self::BeingSetUp => "The service is being set up.",
            Self::CompleteRequired => {
                "A complete synchronization is required to upload the changes."
            }
        }
    }

    /// What the documents tell the operator to do, in the words of this program.
    pub const fn remedy(self) -> &'static str {
        match self {
            Self::AnotherInstance => {
                "Wait until it ends, or cancel it (c in any console, axcs jobs cancel JOB). \
                 Then start the job again; axcs run JOB --wait waits by itself."
            }
            Self::ConflictingJobs => {
                "Suspend all jobs (W in any console, axcs jobs suspend-all) and let the others end, or cancel them. \
                 Then start the complete job again, and resume all; axcs run complete --wait waits by itself."
            }
            Self::NetworkError => {
                "Check that the service runs and that this machine reaches its address, then start the job again."
            }
            Self::ChangeTrackingOff => {
                "Have change tracking enabled for the table, then start the job again: it finds by itself what changed meanwhile. \
                 In an embedded company: axcs company tracking enable TABLE"
            }
            Self::BeingSetUp => {
                "This can take up to 24 hours. Start the job again later; axcs service account tells how it stands."
            }
            Self::CompleteRequired => {
                "Run the complete job, which takes long with many products: axcs run complete"
            }
        }
    }

    /// The exception with its particular cause.
    pub fn because(self, cause: impl fmt::Display) -> Exception {
        Exception::new(self.text(), cause, self.remedy())
    }
}

/// Why a run or a record failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exception {
    /// What failed: the documented text where there is one.
    pub text: String,
    /// Why, in plain words, outermost cause first.
    pub cause: String,
    /// What to do about it.
    pub remedy: String,
    /// A database or the service was not reached, or did not answer.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub not_reached: bool,
}

impl Exception {
    /// An exception; the documented network error is one of something that was not reached.
    pub fn new(
        text: impl Into<String>,
        cause: impl fmt::Display,
        remedy: impl Into<String>,
    ) -> Self {
        let text = text.into();
        Self {
            not_reached: text == Documented::NetworkError.text(),
            text,
            cause: cause.to_string(),
            remedy: remedy.into(),
        }
    }

    /// The same, where a database or the service was not reached, or did not answer.
    #[must_use]
    pub fn not_reached(self) -> Self {
        self.not_reached_if(true)
    }

    /// The same, where `is_so`.
    #[must_use]
    pub fn not_reached_if(self, is_so: bool) -> Self {
        Self {
            not_reached: self.not_reached || is_so,
            ..self
        }
    }
}

impl fmt::Display for Exception {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)?;
        if !self.cause.is_empty() {
            write!(f, " {}", self.cause)?;
        }
        Ok(())
    }
}

impl std::error::Error for Exception {}

/// The module that exceptions name, as the *Exceptions* form of AX does.
pub const MODULE: &str = "Commerce Services";

/// Number of an exception, given by the ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ExceptionId(pub i64);

impl fmt::Display for ExceptionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

/// How an exception stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ExceptionState {
    /// It waits for somebody.
    Open,
    /// The next run of its job tries again.
    Retrying,
    /// An operator closed it with a note. The same cause does not open it again.
    Resolved,
    /// The cause is gone.
    Cleared,
}

impl ExceptionState {
    /// One word.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Retrying => "retrying",
            Self::Resolved => "resolved",
            Self::Cleared => "cleared",
        }
    }
}

/// A failed record or run, as it is kept and listed: one for each job, stream and key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExceptionEntry {
    /// Its number.
    pub id: ExceptionId,
    /// The job that an operator starts to try again.
    pub job: Job,
    /// The stream of the record; none for a run.
    pub stream: Option<Stream>,
    /// Id of the record; empty for a run.
    pub key: String,
    /// Stable code for programs: `unknown-item`; `run` for a run.
    pub code: String,
    /// Field at fault; empty where there is none.
    pub field: String,
    /// What failed, why, and what to do.
    #[serde(flatten)]
    pub exception: Exception,
    /// How often it was tried.
    pub attempts: u32,
    /// When it failed first.
    pub first: Timestamp,
    /// When it failed last.
    pub last: Timestamp,
    /// How it stands.
    pub state: ExceptionState,
    /// What the operator noted when it was resolved.
    pub note: String,
}

impl ExceptionEntry {
    /// The documented text that it is, where there is one.
    pub fn documented(&self) -> Option<Documented> {
        Documented::ALL
            .into_iter()
            .find(|documented| documented.text() == self.exception.text)
    }
}

/// Which exceptions are meant.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExceptionFilter {
    /// These; with the other fields, those of them that match.
    pub ids: Option<Vec<ExceptionId>>,
    /// Of this job.
    pub job: Option<Job>,
    /// Of this stream.
    pub stream: Option<Stream>,
    /// With one of these keys: orders that an operator chose are named by theirs.
    pub keys: Option<Vec<String>>,
    /// With this code.
    pub code: Option<String>,
    /// Only those that it lets through.
    pub terms: Filter,
    /// Resolved and cleared ones too.
    pub with_closed: bool,
    /// Only those with a greater number.
    pub after: Option<ExceptionId>,
    /// In which order.
    pub sort: Sort<ExceptionSort>,
    /// At most this many.
    pub limit: Option<usize>,
}

impl ExceptionFilter {
    /// The first page of all that match, in the order of their numbers.
    #[must_use]
    pub fn in_pages(self, limit: usize) -> Self {
        Self {
            sort: Sort {
                by: ExceptionSort::Number,
                direction: Direction::Up,
            },
            limit: Some(limit),
            ..self
        }
    }

    /// The page behind this one; none where this was the last.
    pub fn behind(self, page: &[ExceptionEntry]) -> Option<Self> {
        let is_full = self.limit.is_some_and(|limit| page.len() >= limit);
        let last = page.last().filter(|_| is_full)?.id;
        Some(Self {
            after: Some(last),
            ..self
        })
    }
}

/// `error` and what caused it, in one line: "first: second: third".
pub fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let line = cause.to_string();
        // Some libraries repeat the cause in their own text.
        if !text.ends_with(&line) {
            text.push_str(": ");
            text.push_str(&line);
        }
        source = cause.source();
    }
    text
}
