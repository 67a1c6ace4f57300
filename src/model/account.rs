//! The account at Commerce Services, its users, and the upgrade of an account of the first release.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

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

impl AccountState {
    /// The operator's words.
    pub const fn name(self) -> &'static str {
        match self {
            Self::NotSignedUp => "not signed up",
            Self::BeingSetUp => "being set up",
            Self::SignedUp => "signed up",
            Self::Active => "active",
            Self::Deactivated => "deactivated",
            Self::Disconnected => "disconnected",
        }
    }

    /// True where records and orders may move. An account that nobody signed up is opened by the
    /// machine's own token.
    pub const fn moves_records(self) -> bool {
        match self {
            Self::NotSignedUp | Self::Active => true,
            Self::BeingSetUp | Self::SignedUp | Self::Deactivated | Self::Disconnected => false,
        }
    }

    /// True where it can be activated.
    pub const fn can_be_activated(self) -> bool {
        match self {
            Self::SignedUp | Self::Deactivated | Self::Disconnected => true,
            Self::NotSignedUp | Self::BeingSetUp | Self::Active => false,
        }
    }

    /// True where it belongs to a company: it can be disconnected from it.
    pub const fn is_linked(self) -> bool {
        match self {
            Self::Active | Self::Deactivated => true,
            Self::NotSignedUp | Self::BeingSetUp | Self::SignedUp | Self::Disconnected => false,
        }
    }
}

impl fmt::Display for AccountState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
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

/// What is known of the account from this machine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AccountView {
    /// The account.
    #[serde(flatten)]
    pub account: Account,
    /// Sign-in name of the user who let this machine in; empty for the service's own token.
    pub user: String,
    /// Rights of this machine.
    pub rights: Vec<String>,
    /// Since when this machine is signed in; none where it uses a token of a file or none at all.
    pub signed_in: Option<Timestamp>,
    /// Where the sign-in is kept; empty without one.
    pub kept_at: String,
    /// Address of the website.
    pub website: String,
}

/// What somebody has to enter at the website to sign this machine in.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct SignInCode {
    /// Address of the page.
    pub address: String,
    /// The same with the code in it, for a QR code.
    pub address_with_code: String,
    /// The code.
    pub code: String,
    /// Until when it is good.
    pub expires: Timestamp,
}

impl fmt::Debug for SignInCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignInCode")
            .field("address", &self.address)
            .field("expires", &self.expires)
            .finish_non_exhaustive()
    }
}

/// A step of the account that an operator asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum AccountStep {
    /// Make it usable for this company, after the checks.
    Activate,
    /// Switch it off until it is activated again.
    Deactivate,
    /// Take it away from its company.
    Disconnect,
    /// Get this machine another token.
    Renew,
    /// Give this machine's sign-in back.
    SignOut,
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

impl Role {
    /// Every role, the mightiest first.
    pub const ALL: [Self; 4] = [
        Self::ServiceAdministrator,
        Self::CatalogManager,
        Self::OrderManager,
        Self::Viewer,
    ];

    /// The word in commands and on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Self::ServiceAdministrator => "service-administrator",
            Self::CatalogManager => "catalog-manager",
            Self::OrderManager => "order-manager",
            Self::Viewer => "viewer",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// There is no such role.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no role; there are: {roles}", roles = Role::ALL.map(Role::name).join(", "))]
pub struct UnknownRole(String);

impl FromStr for Role {
    type Err = UnknownRole;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let found = Self::ALL.into_iter().find(|role| role.name() == name);
        found.ok_or_else(|| UnknownRole(name.to_owned()))
    }
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

impl UserState {
    /// The operator's word.
    pub const fn name(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Invited => "invited",
            Self::Active => "active",
        }
    }
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

impl Migration {
    /// The word in addresses and audits.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Account => "account",
            Self::Data => "data",
        }
    }
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
