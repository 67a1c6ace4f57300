//! Why a machine is not signed in.

use crate::model::exception::{Documented, Exception};
use crate::secrets::SecretsError;

/// Why a machine is not signed in, or does not stay so. No text holds a token.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignInError {
    /// The service cannot be reached.
    #[error("{url} cannot be reached: {reason}")]
    NotReached {
        /// The address.
        url: String,
        /// Why.
        reason: String,
    },
    /// The service cannot do it now.
    #[error("{url} was answered {status}")]
    Unavailable {
        /// The address.
        url: String,
        /// HTTP status.
        status: u16,
    },
    /// The answer is not one of an authorization server.
    #[error("the answer of {url} cannot be used: {reason}")]
    Strange {
        /// The address.
        url: String,
        /// Why.
        reason: String,
    },
    /// The service sends elsewhere for its tokens.
    #[error("the service {service} names {endpoint} for its tokens, which is another address")]
    Elsewhere {
        /// The address in the settings.
        service: String,
        /// What it names.
        endpoint: String,
    },
    /// The service says no: `invalid_grant` for a grant that was revoked or has ended.
    #[error("the service refused the sign-in: {error} {description}")]
    Refused {
        /// The code (RFC 6749, 5.2).
        error: String,
        /// In words.
        description: String,
    },
    /// Somebody entered the code and refused.
    #[error("the code was entered at the website, and the sign-in was refused there")]
    Denied,
    /// Nobody entered the code in time.
    #[error("nobody entered the code in time")]
    Expired,
    /// There is no grant for this service.
    #[error("this machine is not signed in")]
    NotSignedIn,
    /// The tokens cannot be kept or read.
    #[error("the sign-in cannot be kept or read: {0}")]
    Keeper(#[from] SecretsError),
}

impl SignInError {
    /// What to do about it.
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::NotReached { .. } => Documented::NetworkError.remedy(),
            Self::Unavailable { .. } => {
                "Try again later; look into the log of the service if it stays so."
            }
            Self::Strange { .. } => {
                "Check the address of the service: a proxy, or another server, may answer in its place."
            }
            Self::Elsewhere { .. } => {
                "Have the service told its own address as it is in the settings (`service.url`): tokens go nowhere else."
            }
            Self::Refused { .. } | Self::Denied | Self::Expired | Self::NotSignedIn => {
                "Sign in again: axcs account sign-in"
            }
            Self::Keeper(_) => {
                "Make the place one that this user can read and write, then sign in again: axcs account sign-in"
            }
        }
    }

    /// True where the service did not answer, or something else did.
    pub const fn is_not_reached(&self) -> bool {
        match self {
            Self::NotReached { .. } | Self::Unavailable { .. } | Self::Strange { .. } => true,
            Self::Elsewhere { .. }
            | Self::Refused { .. }
            | Self::Denied
            | Self::Expired
            | Self::NotSignedIn
            | Self::Keeper(_) => false,
        }
    }

    /// What failed and what to do, in one line.
    pub fn in_words(&self) -> String {
        format!("{self}. {}", self.remedy())
    }
}

impl From<SignInError> for Exception {
    fn from(error: SignInError) -> Self {
        let text = match &error {
            SignInError::NotReached { .. } => Documented::NetworkError.text(),
            SignInError::Unavailable { .. } => "The service is not available.",
            SignInError::Strange { .. } | SignInError::Elsewhere { .. } => {
                "The service gave an answer that is not its own."
            }
            SignInError::NotSignedIn => "This machine is not signed in.",
            SignInError::Refused { .. } | SignInError::Denied | SignInError::Expired => {
                "This machine was not signed in."
            }
            SignInError::Keeper(_) => "The sign-in cannot be kept.",
        };
        Self::new(text, &error, error.remedy()).not_reached_if(error.is_not_reached())
    }
}
