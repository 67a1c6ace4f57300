//! A site: AX on a SQL Server, the settings of axcs, and a folder for the rest.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::axcs_program::{Axcs, Said, said};
use crate::bed_company::{BedCompany, run};
use crate::mssql::{Client, Server};

/// AX on a SQL Server, and axcs beside it.
pub struct Site {
    ax: BedCompany,
    pub axcs: Axcs,
}

impl Site {
    /// The company in `file` becomes AX's database.
    pub async fn of(file: &Path) -> Self {
        let ax = BedCompany::of(file).await;
        let axcs = Axcs::new();
        let site = Self { ax, axcs };
        site.settings(&[], "");
        site
    }

    /// The SQL Server that AX is on.
    pub fn server(&self) -> &Server {
        &self.ax.server
    }

    /// A generated company of `items` items.
    pub async fn generated(items: &str) -> Self {
        let maker = Axcs::new();
        maker.ok(&["company", "generate", "--items", items]);
        Self::of(&maker.dir().join("company.db")).await
    }

    /// Writes the settings; `changes` go before what works, `more` behind it.
    pub fn settings(&self, changes: &[(&str, &str)], more: &str) {
        let (user, _) = self.server().login();
        let address = self.server().address();
        let mut lines = vec![
            ("host", format!("'{}'", address.ip())),
            ("port", address.port().to_string()),
            ("database", "'AX'".to_owned()),
            ("user", format!("'{user}'")),
            ("encryption", "'none'".to_owned()),
            ("connect_timeout_seconds", "3".to_owned()),
        ];
        for (key, value) in changes {
            lines.retain(|(known, _)| known != key);
            lines.push((key, (*value).to_owned()));
        }
        let mut text = "[engine]\nlease_seconds = 2\n[sqlserver]\n".to_owned();
        for (key, value) in lines {
            writeln!(text, "{key} = {value}").unwrap();
        }
        text.push_str(more);
        fs::write(self.axcs.dir().join("short.toml"), text).unwrap();
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.axcs.command(arguments);
        command.env("AXCS_SQL_PASSWORD", self.server().login().1);
        command
    }

    /// Runs a command, on a thread that may block: the server of the test goes on.
    pub fn run(&self, arguments: &[&str]) -> Said {
        self.said(self.command(arguments))
    }

    pub fn said(&self, command: Command) -> Said {
        let said = tokio::task::block_in_place(|| said(command));
        let (_, password) = self.server().login();
        assert!(!format!("{said:?}").contains(&password), "{said:?}");
        said
    }

    /// Runs a command that has to succeed.
    pub fn ok(&self, arguments: &[&str]) -> Said {
        let said = self.run(arguments);
        assert_eq!(said.code, 0, "{arguments:?}: {said:?}");
        said
    }

    pub fn json(&self, arguments: &[&str]) -> Value {
        self.ok(&[arguments, &["--json"]].concat()).json()
    }

    /// Runs a job to its good end, and answers its summary.
    pub fn job(&self, job: &str) -> Value {
        self.ok(&["run", job, "--json"]).last_json()["summary"].clone()
    }

    /// Both ends hold the same.
    pub fn assert_verified(&self) {
        let verified = self.json(&["verify"]);
        assert_eq!(verified["differences"], 0, "{verified}");
    }

    /// Somebody changes something in AX.
    pub async fn in_ax(&mut self, sql: &str) {
        self.ax.run(sql).await;
    }

    /// A session in a database of the server.
    async fn session(&self, database: &str) -> Client {
        let mut config = self.server().config();
        config.database(database);
        let client = crate::mssql::connect(config, self.server().address()).await;
        client.unwrap()
    }

    /// Somebody changes something in the ledger's database.
    pub async fn in_ledger(&self, sql: &str) {
        run(&mut self.session("AXCS").await, sql).await;
    }

    /// The texts that `sql` finds in the ledger's database, row by row.
    pub async fn texts_in_ledger(&self, sql: &str) -> Vec<Vec<String>> {
        let mut client = self.session("AXCS").await;
        let answer = client.simple_query(sql).await.unwrap();
        let rows = answer.into_first_result().await.unwrap();
        let texts = |row: &tiberius::Row| {
            let columns = 0..row.len();
            columns
                .map(|column| row.get::<&str, _>(column).unwrap_or_default().to_owned())
                .collect()
        };
        rows.iter().map(texts).collect()
    }

    /// How many rows `sql` finds in a database of the server.
    pub async fn count(&self, database: &str, sql: &str) -> i64 {
        let mut client = self.session(database).await;
        let answer = client.simple_query(sql).await.unwrap();
        let row = answer.into_row().await.unwrap().unwrap();
        row.try_get::<i64, _>(0)
            .ok()
            .flatten()
            .or_else(|| row.get::<i32, _>(0).map(i64::from))
            .unwrap()
    }
}
