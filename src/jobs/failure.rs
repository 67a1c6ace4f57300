//! Turns the errors of company, ledger and service into what an operator reads.

use tokio::task::JoinError;

use crate::commerce::client::CommerceError;
use crate::company::CompanyError;
use crate::ledger::LedgerError;
use crate::model::exception::{Documented, Exception, chain};

/// Why a run stopped before its end.
#[derive(Debug)]
pub enum Stop {
    /// An operator, or the end of the program, asked for it.
    Canceled,
    /// Something failed.
    Failed(Exception),
}

impl<E: Into<Exception>> From<E> for Stop {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

/// A task of the engine that panicked: a fault of the program, not of anything it works with.
pub fn fault(text: &str, error: &JoinError) -> Exception {
    Exception::new(
        text,
        error,
        "Start the job again and report it: this is a fault of the program.",
    )
}

impl From<LedgerError> for Exception {
    fn from(error: LedgerError) -> Self {
        let remedy = error.remedy();
        Self::new("The ledger could not be used.", chain(&error), remedy)
            .not_reached_if(error.is_not_reached())
    }
}

impl From<CompanyError> for Exception {
    fn from(error: CompanyError) -> Self {
        let remedy = match &error {
            CompanyError::Unreachable(error) => error.step.remedy(),
            CompanyError::Unavailable { .. } | CompanyError::Unfit { .. } => {
                "Correct what is named there; axcs doctor tells whether it is right."
            }
            CompanyError::Release { .. } => {
                "Name a database of AX 2012, its Feature Pack or AX 2012 R2: `sqlserver.database` in the settings."
            }
            CompanyError::Forbidden { .. } => {
                "Have the administrator of AX's database run the script that this prints: axcs doctor --grants"
            }
            CompanyError::Read { .. } if error.is_not_reached() => {
                "Check that the company's database runs and can be reached, then try again: axcs doctor"
            }
            CompanyError::Read { .. } => "Check that the company's database is whole: axcs doctor",
            CompanyError::Gap { .. } => "Start the job again: the stream is then read whole.",
        };
        Self::new("The company could not be read.", chain(&error), remedy)
            .not_reached_if(error.is_not_reached())
    }
}

impl From<CommerceError> for Exception {
    fn from(error: CommerceError) -> Self {
        let text = match &error {
            CommerceError::NotSent { .. } | CommerceError::Unknown { .. } => {
                Documented::NetworkError.text()
            }
            CommerceError::Settings(_) => "The service cannot be spoken to.",
            CommerceError::Unavailable { .. } => "The service is not available.",
            CommerceError::BeingSetUp { .. } => Documented::BeingSetUp.text(),
            CommerceError::AccountNotActive { .. } => "The account is not active.",
            CommerceError::Unauthorized { .. } => "The service refused the sign-in.",
            CommerceError::Refused { .. } => "The service refused the request.",
            CommerceError::Malformed { .. } => "The service gave an answer that is not its own.",
        };
        Self::new(text, chain(&error), error.remedy()).not_reached_if(error.is_not_reached())
    }
}
