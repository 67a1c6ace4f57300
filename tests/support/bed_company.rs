//! A company file in a SQL Server of the tests, as its T-SQL script puts it there.

use std::time::Duration;

use axcs::company::CompanyError;
use axcs::company::embedded::script::{Layout, script};
use axcs::company::sqlserver::SqlServerCompany;
use axcs::sqlserver::{Authentication, Encryption, Options, Server};
use secrecy::SecretString;

use super::mssql;
use super::support::Sample;

/// The company of `sample` in AX's own database, tracked from now on.
pub struct Ax {
    pub server: mssql::Server,
    pub client: mssql::Client,
}

impl Ax {
    pub async fn of(sample: &Sample) -> Self {
        Self::with(sample, Layout::R2, |script| script).await
    }

    /// `change` changes the script before it is run.
    pub async fn with(
        sample: &Sample,
        layout: Layout,
        change: impl FnOnce(String) -> String,
    ) -> Self {
        let mut text = Vec::new();
        script(&sample.path, layout, &mut text).unwrap();
        let text = change(String::from_utf8(text).unwrap());
        let server = mssql::Server::start();
        let client = server.connect().await;
        let mut ax = Self { server, client };
        let batches = text.split("\nGO\n");
        for batch in batches.filter(|batch| !batch.trim().is_empty()) {
            ax.run(batch).await;
        }
        ax
    }

    /// Runs a batch as an administrator or a user of AX.
    pub async fn run(&mut self, sql: &str) {
        let answer = self.client.simple_query(sql).await;
        let done = match answer {
            Ok(answer) => answer.into_results().await.map(drop),
            Err(error) => Err(error),
        };
        if let Err(error) = done {
            panic!("{error}: {}", sql.chars().take(2_000).collect::<String>());
        }
    }

    pub fn options(&self) -> Options {
        let (user, password) = self.server.login();
        Options {
            host: self.server.address().ip().to_string(),
            port: Some(self.server.address().port()),
            instance: None,
            database: self.server.database(),
            authentication: Authentication::Sql {
                user,
                password: SecretString::from(password),
            },
            encryption: Encryption::None,
            ca_file: None,
            trust_any: false,
            connect_timeout: Duration::from_secs(10),
            statement_timeout: Duration::from_secs(120),
        }
    }

    pub async fn open(
        &self,
        company: Option<&str>,
        partition: Option<&str>,
    ) -> Result<SqlServerCompany, CompanyError> {
        SqlServerCompany::open(Server::new(self.options()), company, partition).await
    }
}
