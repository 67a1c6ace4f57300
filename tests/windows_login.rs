//! Windows accounts outside Windows: NTLM and Kerberos, at a SQL Server and at the HTTP door of AX, each
//! against the server's side of others. What is not installed is skipped by name.

#![cfg(all(unix, feature = "service", any(feature = "kerberos", feature = "ntlm")))]
#![allow(
    dead_code,
    clippy::print_stderr,
    clippy::unwrap_used,
    clippy::wildcard_enum_match_arm,
    reason = "a test stops where something is not as it should be, and says what it skips"
)]

#[path = "support/acceptor.rs"]
mod acceptor;
#[path = "support/axcs.rs"]
mod axcs_program;
#[path = "support/bed_company.rs"]
mod bed_company;
#[cfg(feature = "kerberos")]
#[path = "windows_login/kerberos.rs"]
mod kerberos;
#[cfg(feature = "ntlm")]
#[path = "aif/made.rs"]
mod made;
#[path = "support/mssql.rs"]
mod mssql;
#[cfg(feature = "ntlm")]
#[path = "windows_login/ntlm.rs"]
mod ntlm;
#[cfg(feature = "ntlm")]
#[path = "windows_login/port.rs"]
mod port;
#[path = "sqlserver/site.rs"]
mod site;

use std::sync::{Arc, Mutex};

use acceptor::{Acceptors, Step};
use mssql::Handshake;
use site::Site;

/// Lets the accounts in that the acceptors know; answers who came.
fn let_accounts_in(site: &Site, acceptors: Acceptors) -> Arc<Mutex<Vec<String>>> {
    let came: Arc<Mutex<Vec<String>>> = Arc::default();
    let list = Arc::clone(&came);
    site.server().let_accounts_in(Arc::new(move || {
        let mut acceptor = acceptors.start();
        let list = Arc::clone(&list);
        Box::new(move |token| match acceptor.hear(token) {
            Step::Goes(said) => Handshake::Goes(said),
            Step::Ends(said, account) => {
                list.lock().unwrap().push(account);
                Handshake::Ends(said)
            }
            Step::Refused(_) => Handshake::Refused,
        })
    }));
    came
}
