//! Sign-in, account, users and long operations, as they travel.
//!
//! Sign-in is the OAuth 2.0 device authorization grant (RFC 8628) with refresh, revocation
//! (RFC 7009) and metadata (RFC 8414). A machine is one grant; its client id is [`CLIENT_ID`], a
//! public client without a secret.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub use crate::model::account::{
    Account, AccountState, LinkedCompany, Migration, Operation, OperationState, Role, User,
    UserState,
};

/// The client id of every axcs (RFC 6749, 2.2): a public client.
pub const CLIENT_ID: &str = "axcs";
/// Path of the metadata (RFC 8414, 3).
pub const METADATA_PATH: &str = "/.well-known/oauth-authorization-server";
/// `grant_type` of a device that polls (RFC 8628, 3.4).
pub const DEVICE_GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";

/// What the authorization server can do (RFC 8414, 2).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Metadata {
    /// Address of the service.
    pub issuer: String,
    /// Where a device asks for its codes.
    pub device_authorization_endpoint: String,
    /// Where codes and refresh tokens become access tokens.
    pub token_endpoint: String,
    /// Where tokens end.
    pub revocation_endpoint: String,
    /// [`DEVICE_GRANT`] and `refresh_token`.
    pub grant_types_supported: Vec<String>,
    /// `none`: clients are public.
    pub token_endpoint_auth_methods_supported: Vec<String>,
}

/// A device's codes (RFC 8628, 3.2).
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceAuthorization {
    /// What the device polls with; a secret.
    pub device_code: String,
    /// What the user types at the service's website, such as `WDJB-MJHT`.
    pub user_code: String,
    /// Where.
    pub verification_uri: String,
    /// The same with the code in it, for a QR code.
    pub verification_uri_complete: String,
    /// Seconds for which both codes are good.
    pub expires_in: u64,
    /// Least seconds between two polls; 5 more after each `slow_down`.
    pub interval: u64,
}

impl std::fmt::Debug for DeviceAuthorization {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DeviceAuthorization")
            .field("verification_uri", &self.verification_uri)
            .field("expires_in", &self.expires_in)
            .finish_non_exhaustive()
    }
}

/// Tokens (RFC 6749, 5.1).
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenAnswer {
    /// For requests.
    pub access_token: String,
    /// `Bearer`.
    pub token_type: String,
    /// Seconds for which the access token is good.
    pub expires_in: u64,
    /// For the next access token; good once: each use gives another one. A second use of the same
    /// one ends the grant, as somebody else has it then.
    pub refresh_token: String,
}

impl std::fmt::Debug for TokenAnswer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TokenAnswer")
            .field("expires_in", &self.expires_in)
            .finish_non_exhaustive()
    }
}

/// Why there are no tokens (RFC 6749, 5.2; RFC 8628, 3.5): `authorization_pending`, `slow_down`,
/// `access_denied`, `expired_token`, `invalid_grant`, `invalid_request` …
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenError {
    /// The code.
    pub error: String,
    /// In words.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub error_description: String,
}

/// Makes an account one that is being set up, or active: what the operator of the service does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetAccount {
    /// [`AccountState::BeingSetUp`] or [`AccountState::Active`]; the latter ends the set-up and
    /// leaves the account as it was before.
    pub state: AccountState,
}

/// Every user, sorted by sign-in name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserList {
    /// Every one there is.
    pub users: Vec<User>,
}

/// An invitation: whoever has the link sets the password, once.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invitation {
    /// The link; a secret until it is used.
    pub link: String,
    /// Until when it is good.
    pub expires: Timestamp,
}

impl std::fmt::Debug for Invitation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Invitation")
            .field("expires", &self.expires)
            .finish_non_exhaustive()
    }
}
