//! The bed as the torments use it: a small company in `AX`, the ledger in `AXCS`, both behind the
//! driver, and clerks who change the company by SQL.

use std::net::SocketAddr;

use axcs::sqlserver::{Options, Server};

use super::bed_company::BedCompany;
use super::support::{Sample, sample};

/// A company of AX on a SQL Server, with an empty database for the ledger beside it.
pub struct Bed {
    pub ax: BedCompany,
    /// The same company as a file.
    pub sample: Sample,
    changes: u64,
}

impl Bed {
    pub async fn new(items: u64) -> Self {
        let sample = sample(items);
        let ax = BedCompany::of(&sample.path).await;
        Self {
            ax,
            sample,
            changes: 0,
        }
    }

    /// How the company's database is reached at `address`.
    pub fn company(&self, address: SocketAddr) -> Options {
        Options {
            host: address.ip().to_string(),
            port: Some(address.port()),
            ..self.ax.server.options()
        }
    }

    /// Connections to the ledger's database at `address`.
    pub fn ledger(&self, address: SocketAddr) -> Server {
        Server::new(self.company(address).with_database("AXCS"))
    }

    /// A clerk renames a product in one language, counts the stock of another one, and changes prices and the
    /// text of a mode of delivery.
    pub async fn change(&mut self) {
        self.changes += 1;
        let change = self.changes;
        let name = format!(
            "UPDATE ECORESPRODUCTTRANSLATION SET NAME = N'Name {change}' WHERE LANGUAGEID = N'en-us' AND RECID % 7 = {}",
            change % 7
        );
        let stock = format!(
            "UPDATE INVENTSUM SET AVAILPHYSICAL = {change} WHERE RECID % 5 = {}",
            change % 5
        );
        let price = format!(
            "UPDATE PRICEDISCTABLE SET AMOUNT = {change} WHERE RECID % 3 = {}",
            change % 3
        );
        let mode = format!(
            "UPDATE DLVMODE SET TXT = N'Mode {change}' WHERE RECID % 2 = {}",
            change % 2
        );
        for sql in [name, stock, price, mode] {
            self.ax.run(&sql).await;
        }
    }

    /// Settings that name the bed.
    pub fn settings(&self) -> String {
        let address = self.ax.server.address();
        let (user, _) = self.ax.server.login();
        format!(
            "[sqlserver]\nhost = \"{}\"\nport = {}\ndatabase = \"AX\"\nuser = \"{user}\"\nencryption = \"none\"\n\
             ledger_database = \"AXCS\"\n",
            address.ip(),
            address.port()
        )
    }
}
