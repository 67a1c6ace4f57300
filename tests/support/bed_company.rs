//! A company file in a SQL Server, as its T-SQL script puts it there.

use std::path::Path;

use axcs::company::embedded::script::{Layout, script};

use super::mssql;

/// What puts the company in `file` into an empty database, batch by batch.
pub fn batches(file: &Path, layout: Layout, change: impl FnOnce(String) -> String) -> Vec<String> {
    let mut text = Vec::new();
    script(file, layout, &mut text).unwrap();
    let text = change(String::from_utf8(text).unwrap());
    let batches = text.split("\nGO\n").map(str::to_owned);
    batches.filter(|batch| !batch.trim().is_empty()).collect()
}

/// Says what failed, and the beginning of what was asked.
pub fn assert_done<T>(done: Result<T, impl std::fmt::Display>, sql: &str) {
    if let Err(error) = done {
        panic!("{error}: {}", sql.chars().take(2_000).collect::<String>());
    }
}

/// A company in AX's own database on the SQL Server of the tests, tracked from now on.
pub struct BedCompany {
    pub server: mssql::Server,
    /// A session of somebody who works in AX.
    client: mssql::Client,
}

impl BedCompany {
    pub async fn of(file: &Path) -> Self {
        let server = mssql::Server::start();
        let client = server.connect().await;
        let mut company = Self { server, client };
        for batch in batches(file, Layout::R2, |script| script) {
            company.run(&batch).await;
        }
        company
    }

    /// Runs a batch as an administrator or a user of AX.
    pub async fn run(&mut self, sql: &str) {
        run(&mut self.client, sql).await;
    }
}

/// Runs a batch in a session.
pub async fn run(client: &mut mssql::Client, sql: &str) {
    let done = match client.simple_query(sql).await {
        Ok(answer) => answer.into_results().await.map(drop),
        Err(error) => Err(error),
    };
    assert_done(done, sql);
}
