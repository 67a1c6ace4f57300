//! Orders enter AX the supported way: through an inbound port of the Application Integration Framework
//! with the service `SalesOrderService`, by a file or over HTTP.
//!
//! [`document`] says which field holds what, [`schema`] in which order, [`check`] finds what AX would
//! refuse; `file` and `http` are the doors. Nothing here writes to AX's database.

pub mod check;
pub mod document;
mod file;
mod followed;
mod http;
pub mod message;
mod reply;
pub mod schema;
pub mod xml;

use std::fmt;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

pub use file::FileService;
pub use followed::Followed;
pub use http::HttpService;

use self::document::Entity;
use self::message::Header;
use self::schema::{Schema, SchemaError};
use super::sales_orders::{HandOver, HandOverError, SalesOrderService};
use crate::secrets::PasswordSource;

/// A message that AX refused stays in its queue, where somebody may still mend it.
const REFUSED_IN_QUEUE: &str = "Correct the message in AX (System administration > Periodic > Services \
     and AIF > Queue manager), or delete it there and correct what the text names. Then retry the order: it \
     is looked for, and sent as a new message where AX has not made it.";
/// Longest `DATAAREAID`.
const COMPANY: usize = 4;

/// How orders are given to AX.
#[derive(Clone, Debug)]
pub struct AifOptions {
    /// `DATAAREAID`: stands in every message.
    pub company: String,
    /// Key of the partition (R2 and later); empty for the one of the submitting user.
    pub partition_key: String,
    /// Folder with the schemas (`.xsd`) that the site saved from its port; none for the documented
    /// one.
    pub schema_folder: Option<PathBuf>,
    /// Folders or a server that do not answer are not waited for any longer.
    pub deadline: Duration,
    /// The door.
    pub door: Door,
}

/// The adapter of the inbound port.
#[derive(Clone, Debug)]
pub enum Door {
    /// The file system adapter.
    File(Folders),
    /// The HTTP adapter.
    Http(Address),
}

/// The folders of a port with the file system adapter.
#[derive(Clone, Debug)]
pub struct Folders {
    /// From where AX fetches messages. Messages are made ready in a folder beside it, whose name ends
    /// in `-staging`.
    pub inbound: PathBuf,
    /// A copy of every message, because AX deletes what it fetches. It tells which messages were sent:
    /// that of an order is needed until its sales order was seen.
    pub archive: PathBuf,
    /// The response address of the port, where it has one. Answers to messages of the archive are
    /// moved there.
    pub replies: Option<PathBuf>,
    /// A message without a sales order is overdue after this time.
    pub overdue: Duration,
    /// Copies of messages whose orders are not open any more are removed after this time; `None` for
    /// never.
    pub kept: Option<Duration>,
}

/// How the user of a port says who they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Authentication {
    /// Name and password with each request.
    Basic,
    /// The handshake of Windows, NTLM; where it is built in.
    Ntlm,
}

/// The address of a port with the HTTP adapter.
#[derive(Clone)]
pub struct Address {
    /// The *WSDL URI* of the port without `?wsdl`, such as
    /// `https://ax.example.com/MicrosoftDynamicsAXAif60/WebOrders/xppservice.svc`.
    pub url: String,
    /// The user in whose name AX makes the orders.
    pub user: String,
    /// Where their password comes from.
    pub password: PasswordSource,
    /// How they say who they are.
    pub authentication: Authentication,
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // An address may hold a password.
        f.debug_struct("Address")
            .field("user", &self.user)
            .field("authentication", &self.authentication)
            .finish_non_exhaustive()
    }
}

/// The options cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum AifError {
    /// The schema of the port.
    #[error(transparent)]
    Schema(#[from] SchemaError),
    /// Something else; what, and what to do.
    #[error("{0}")]
    Options(String),
}

/// The sales order document service behind an inbound port of AX.
pub fn service(options: AifOptions) -> Result<Arc<dyn SalesOrderService>, AifError> {
    let length = options.company.encode_utf16().count();
    if !(1..=COMPANY).contains(&length) {
        return Err(AifError::Options(format!(
            "{:?} is not the id of a company: it has 1 to {COMPANY} characters",
            options.company
        )));
    }
    let schema = match &options.schema_folder {
        Some(folder) => Schema::read(folder)?,
        None => Schema::documented(),
    };
    let port = Port {
        schema,
        company: options.company,
        partition_key: options.partition_key,
    };
    Ok(match options.door {
        Door::File(folders) => Arc::new(FileService::new(port, folders, options.deadline)?),
        Door::Http(address) => Arc::new(HttpService::new(port, address, options.deadline)?),
    })
}

/// What is the same for every message through a port.
#[derive(Clone, Debug)]
struct Port {
    schema: Schema,
    company: String,
    partition_key: String,
}

impl Port {
    /// The text of a message, held against the schema.
    fn message(
        &self,
        hand_over: &HandOver,
        write: fn(Header<'_>, &Entity) -> io::Result<Vec<u8>>,
    ) -> Result<Vec<u8>, HandOverError> {
        let refused = |infolog| HandOverError::Refused { infolog };
        let message_id = &hand_over.message_id;
        if !is_message_id(message_id) {
            let line = format!("'{message_id}' in field 'Message ID' is not a GUID.");
            return Err(refused(vec![line]));
        }
        let document = document::sales_order(hand_over, &self.schema);
        let document = check::checked(document, &self.schema).map_err(refused)?;
        let header = Header {
            message_id,
            company: &self.company,
            partition_key: &self.partition_key,
        };
        write(header, &document)
            .map_err(|error| refused(vec![format!("The message cannot be written: {error}")]))
    }
}

/// 32 hexadecimal digits with hyphens, as in `6f0b6b0e-5c55-5c0b-9c6b-2e9b7b5e10a1`.
fn is_message_id(text: &str) -> bool {
    let parts: Vec<usize> = text.split('-').map(str::len).collect();
    let is_digit = |character: char| character.is_ascii_hexdigit() || character == '-';
    parts == [8, 4, 4, 4, 12] && text.chars().all(is_digit)
}
