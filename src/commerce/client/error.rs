//! What can go wrong between here and Commerce Services, by what it means for the caller.

use std::time::Duration;

use crate::commerce::wire::Problem;
use crate::model::exception::Documented;

/// How a call failed. Each says what was tried and why it failed; [`CommerceError::remedy`] says what
/// to do.
#[derive(Clone, Debug, thiserror::Error)]
pub enum CommerceError {
    /// The client cannot be made of these settings.
    #[error("the Commerce Services settings cannot be used: {0}")]
    Settings(String),
    /// Nothing reached the service.
    #[error("{call} was not sent: {reason}")]
    NotSent {
        /// Method and url.
        call: String,
        /// Why: name, connection or TLS.
        reason: String,
    },
    /// It may have reached the service and may have been done.
    #[error("{call} was sent and no answer came, so whether it was done is unknown: {reason}")]
    Unknown {
        /// Method and url.
        call: String,
        /// Why: the time was up or the connection broke.
        reason: String,
    },
    /// The service, or something before it, cannot do it now.
    #[error("{call} was answered {status}: {reason}")]
    Unavailable {
        /// Method and url.
        call: String,
        /// HTTP status.
        status: u16,
        /// What the service said.
        reason: String,
        /// When it wants to be asked again.
        retry_after: Option<Duration>,
    },
    /// The account is being made ready, which can take up to 24 hours: not worth another try in
    /// this run.
    #[error("{call} was answered 503: {reason}")]
    BeingSetUp {
        /// Method and url.
        call: String,
        /// What the service said.
        reason: String,
    },
    /// The account is signed up and not active for a company: nothing moves until somebody activates
    /// it. Not worth another try in this run.
    #[error("{call} was answered 403: {reason}")]
    AccountNotActive {
        /// Method and url.
        call: String,
        /// What the service said.
        reason: String,
    },
    /// The token is not accepted.
    #[error("{call} was answered 401: {reason}")]
    Unauthorized {
        /// Method and url.
        call: String,
        /// What the service said.
        reason: String,
    },
    /// The service understood and says no; the same again gets the same answer.
    #[error("{call} was refused: {title} ({code}). {detail}", title = .problem.title, code = .problem.code, detail = .problem.detail)]
    Refused {
        /// Method and url.
        call: String,
        /// What the service said.
        problem: Box<Problem>,
    },
    /// The answer is not one of Commerce Services.
    #[error(
        "{call} was answered {status} with something else than Commerce Services send ({reason}): {content_type:?} {excerpt:?}"
    )]
    Malformed {
        /// Method and url.
        call: String,
        /// HTTP status.
        status: u16,
        /// Content-Type of the answer.
        content_type: String,
        /// What is wrong with it.
        reason: String,
        /// Its first 200 characters in one line, without the token.
        excerpt: String,
    },
}

/// What a failure means for the caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// See [`CommerceError::Settings`].
    Settings,
    /// See [`CommerceError::NotSent`].
    NotSent,
    /// See [`CommerceError::Unknown`].
    Unknown,
    /// See [`CommerceError::Unavailable`].
    Unavailable,
    /// See [`CommerceError::BeingSetUp`].
    BeingSetUp,
    /// See [`CommerceError::AccountNotActive`].
    AccountNotActive,
    /// See [`CommerceError::Unauthorized`].
    Unauthorized,
    /// See [`CommerceError::Refused`].
    Refused,
    /// See [`CommerceError::Malformed`].
    Malformed,
}

impl CommerceError {
    /// What the failure means.
    pub const fn class(&self) -> Class {
        match self {
            Self::Settings(_) => Class::Settings,
            Self::NotSent { .. } => Class::NotSent,
            Self::Unknown { .. } => Class::Unknown,
            Self::Unavailable { .. } => Class::Unavailable,
            Self::BeingSetUp { .. } => Class::BeingSetUp,
            Self::AccountNotActive { .. } => Class::AccountNotActive,
            Self::Unauthorized { .. } => Class::Unauthorized,
            Self::Refused { .. } => Class::Refused,
            Self::Malformed { .. } => Class::Malformed,
        }
    }

    /// The same for a request that needed this one before it, and was therefore not sent itself.
    #[must_use]
    pub fn before_sending(self) -> Self {
        match self {
            Self::Unknown { call, reason } => Self::NotSent { call, reason },
            Self::Settings(_)
            | Self::NotSent { .. }
            | Self::Unavailable { .. }
            | Self::BeingSetUp { .. }
            | Self::AccountNotActive { .. }
            | Self::Unauthorized { .. }
            | Self::Refused { .. }
            | Self::Malformed { .. } => self,
        }
    }

    /// True where the service takes none of the lines because of what some of them hold, and does
    /// not say which: a smaller batch may pass. What stands before the service has limits too.
    pub fn is_about_contents(&self) -> bool {
        let is_about_key = self
            .problem()
            .is_some_and(|problem| problem.code == "idempotency-key-reused");
        matches!(self.status(), Some(413 | 422)) && !is_about_key
    }

    /// True where the service did not answer, or something else did.
    pub const fn is_not_reached(&self) -> bool {
        match self {
            Self::NotSent { .. }
            | Self::Unknown { .. }
            | Self::Unavailable { .. }
            | Self::Malformed { .. } => true,
            Self::Settings(_)
            | Self::BeingSetUp { .. }
            | Self::AccountNotActive { .. }
            | Self::Unauthorized { .. }
            | Self::Refused { .. } => false,
        }
    }

    /// HTTP status, where there was an answer.
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Unavailable { status, .. } | Self::Malformed { status, .. } => Some(*status),
            Self::BeingSetUp { .. } => Some(503),
            Self::AccountNotActive { .. } => Some(403),
            Self::Unauthorized { .. } => Some(401),
            Self::Refused { problem, .. } => Some(problem.status),
            Self::Settings(_) | Self::NotSent { .. } | Self::Unknown { .. } => None,
        }
    }

    /// The problem document of a refusal.
    pub fn problem(&self) -> Option<&Problem> {
        match self {
            Self::Refused { problem, .. } => Some(problem),
            Self::Settings(_)
            | Self::NotSent { .. }
            | Self::Unknown { .. }
            | Self::Unavailable { .. }
            | Self::BeingSetUp { .. }
            | Self::AccountNotActive { .. }
            | Self::Unauthorized { .. }
            | Self::Malformed { .. } => None,
        }
    }

    /// What to do about it.
    pub const fn remedy(&self) -> &'static str {
        match self {
            Self::Settings(_) => "Correct `service` in the settings: axcs config show",
            Self::NotSent { .. } => Documented::NetworkError.remedy(),
            Self::Unknown { .. } => {
                "Nothing is lost: the next run settles what was sent. Check that the service is not overloaded, then start the job again."
            }
            Self::Unavailable { .. } => {
                "Try again later; look into the log of the service if it stays so."
            }
            Self::BeingSetUp { .. } => Documented::BeingSetUp.remedy(),
            Self::AccountNotActive { .. } => {
                "Activate the account: axcs account activate, or the tab Account of the console. Then start the job again."
            }
            Self::Unauthorized { .. } => {
                "Sign this machine in: axcs account sign-in. Or give this axcs the token that the service was started with: AXCS_TOKEN or `service.token_file`."
            }
            Self::Refused { .. } => {
                "Look into the cause; the job goes on where it was when it is started again."
            }
            Self::Malformed { .. } => {
                "Check the address of the service: a proxy, a sign-in page or another server may answer in its place."
            }
        }
    }

    /// A few words for a line of progress: `service unavailable (503)`.
    pub fn in_brief(&self) -> String {
        match self {
            Self::Settings(_) => "settings cannot be used".to_owned(),
            Self::NotSent { reason, .. } => {
                let root = reason.rsplit(": ").next().unwrap_or_default();
                format!("service cannot be reached: {root}")
            }
            Self::Unknown { .. } => "no answer".to_owned(),
            Self::Unavailable { status: 429, .. } => "throttled by the service".to_owned(),
            Self::Unavailable { status, .. } => format!("service unavailable ({status})"),
            Self::BeingSetUp { .. } => "service is being set up".to_owned(),
            Self::AccountNotActive { .. } => "account not active".to_owned(),
            Self::Unauthorized { .. } => "token not accepted".to_owned(),
            Self::Refused { problem, .. } => format!("refused: {}", problem.code),
            Self::Malformed { status, .. } => format!("not an answer of the service ({status})"),
        }
    }
}
