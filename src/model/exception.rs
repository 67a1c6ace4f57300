//! What an operator reads when something failed: what, why, and what to do.

use std::fmt;

use serde::{Deserialize, Serialize};

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
            Self::AnotherInstance => "Wait until it ends, or cancel it, then start the job again.",
            Self::ConflictingJobs => {
                "Wait until the other Commerce Services jobs end, or cancel them, then start the complete job again."
            }
            Self::NetworkError => {
                "Check that the service runs and that this machine reaches its address, then start the job again."
            }
            Self::ChangeTrackingOff => {
                "Have change tracking enabled for the database and its tables."
            }
            Self::BeingSetUp => "This can take up to 24 hours. Try again later.",
            Self::CompleteRequired => "Run the complete job: axcs run complete",
        }
    }

    /// The exception with its particular cause.
    pub fn because(self, cause: impl fmt::Display) -> Exception {
        Exception {
            text: self.text().to_owned(),
            cause: cause.to_string(),
            remedy: self.remedy().to_owned(),
        }
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
}

impl Exception {
    /// An exception the AX documents do not know.
    pub fn new(
        text: impl Into<String>,
        cause: impl fmt::Display,
        remedy: impl Into<String>,
    ) -> Self {
        Self {
            text: text.into(),
            cause: cause.to_string(),
            remedy: remedy.into(),
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
