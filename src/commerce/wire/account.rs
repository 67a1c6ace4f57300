//! Sign-in, account, users and long operations, as they travel.
//!
//! Sign-in is the OAuth 2.0 device authorization grant (RFC 8628) with refresh, revocation
//! (RFC 7009) and metadata (RFC 8414). A machine is one grant; its client id is [`CLIENT_ID`], a
//! public client without a secret.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

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
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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

/// How an account stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AccountState {
    /// Nobody has signed up. The machine's own token opens the service all the same.
    NotSignedUp,
    /// It is being made ready, which can take up to 24 hours: every other request is answered
    /// with 503 and the code `being-set-up`.
    BeingSetUp,
    /// Signed up, and not activated for a company yet: what moves records or orders is refused
    /// with 403 and the code `account-not-active`.
    SignedUp,
    /// It can be used.
    Active,
    /// Switched off until somebody activates it again; refused as above.
    Deactivated,
    /// Taken away from its company; refused as above until it is activated for one again.
    Disconnected,
}

/// The account, as far as it can be asked in any of its states.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Account {
    /// How it stands.
    pub state: AccountState,
    /// Name of the organization; empty before somebody signs up.
    #[serde(default)]
    pub name: String,
    /// Since when it stands so.
    #[serde(default)]
    pub since: Option<Timestamp>,
    /// Who made it so: a user's sign-in name, or `axcs service` at the service itself.
    #[serde(default)]
    pub by: String,
    /// The company it is activated for.
    #[serde(default)]
    pub company: Option<LinkedCompany>,
    /// True for an account of the first release (AX 2012 before the Feature Pack): it has to be
    /// migrated.
    #[serde(default)]
    pub is_first_release: bool,
}

/// The company that an account is activated for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LinkedCompany {
    /// `DATAAREAID`.
    pub id: String,
    /// Name of the legal entity.
    pub name: String,
    /// `PARTITION`; 0 before R2.
    pub partition: i64,
    /// Release of AX in words, such as `AX 2012 R2`. R3 is refused: `release-refused`.
    pub release: String,
}

/// Makes an account one that is being set up, or active: what the operator of the service does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetAccount {
    /// [`AccountState::BeingSetUp`] or [`AccountState::Active`]; the latter ends the set-up and
    /// leaves the account as it was before.
    pub state: AccountState,
}

/// What a user of the service may do. Only the first one is documented ("(USA) Set up users for
/// Commerce Services"); the others are ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Everything; whoever signs up is one.
    ServiceAdministrator,
    /// Departments, catalogs, products, images, publishing.
    CatalogManager,
    /// Orders.
    OrderManager,
    /// Looks only.
    Viewer,
}

/// How far a user has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum UserState {
    /// Not invited yet.
    New,
    /// Invited; has not answered.
    Invited,
    /// Has a password.
    Active,
}

/// A user of the service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct User {
    /// Id at the service; empty for one that is to be added.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub id: String,
    /// Sign-in name (the documents' Microsoft account). It never changes: delete the user and add
    /// another one.
    pub sign_in: String,
    /// First name.
    pub first_name: String,
    /// Last name.
    pub last_name: String,
    /// Primary e-mail.
    pub email: String,
    /// Roles, sorted. A user is deleted only when none is left.
    pub roles: Vec<Role>,
    /// How far they have come; ignored where a user is written.
    #[serde(default = "new_user")]
    pub state: UserState,
}

const fn new_user() -> UserState {
    UserState::New
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

/// A step of the upgrade of an account of the first release.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Migration {
    /// Settings and stores of the account ("(USA) Migrate the Commerce Services account").
    Account,
    /// Its products, catalogs and orders; after the account ("(USA) Migrate the Commerce Services
    /// data").
    Data,
}

/// How a long operation stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OperationState {
    /// Under way.
    Running,
    /// Done.
    Done,
    /// Stopped at an error; asked for again, it goes on where it was.
    Failed,
}

/// A long operation at the service. `POST /v1/migrations/{account|data}` answers 202 with it, and
/// the same one while it runs; `GET /v1/operations/{id}` tells how it goes on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Operation {
    /// Its id.
    pub id: String,
    /// What it does.
    pub migration: Migration,
    /// How it stands.
    pub state: OperationState,
    /// What it is at, in words.
    pub step: String,
    /// Records done.
    pub done: u64,
    /// Records in all.
    pub total: u64,
    /// When it was asked for first.
    pub started: Timestamp,
    /// When it was done or failed.
    #[serde(default)]
    pub ended: Option<Timestamp>,
    /// Why it failed, in words; empty otherwise.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
}
