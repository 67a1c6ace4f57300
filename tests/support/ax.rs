//! A company file copied into a SQL Server of the tests, and edits that both understand.

use axcs::company::CompanyError;
use axcs::company::embedded::tables::{self, Kind, Table};
use axcs::company::sqlserver::SqlServerCompany;
use axcs::sqlserver::{Authentication, Encryption, Options, Password, Server};
use rusqlite::types::ValueRef;
use std::time::Duration;

use super::mssql;
use super::support::Sample;

/// How AX keeps a type.
fn sql_type(kind: Kind) -> String {
    match kind {
        Kind::String(size) if size > 4_000 => "nvarchar(max) NOT NULL DEFAULT N''".to_owned(),
        Kind::String(size) => format!("nvarchar({size}) NOT NULL DEFAULT N''"),
        Kind::Integer => "int NOT NULL DEFAULT 0".to_owned(),
        Kind::Int64 => "bigint NOT NULL DEFAULT 0".to_owned(),
        Kind::Int64OrNull => "bigint NULL".to_owned(),
        Kind::Real => "numeric(32,16) NOT NULL DEFAULT 0".to_owned(),
        Kind::DateTime => "datetime NOT NULL DEFAULT '1900-01-01 00:00:00'".to_owned(),
    }
}

fn literal(value: ValueRef<'_>) -> String {
    match value {
        ValueRef::Null => "NULL".to_owned(),
        ValueRef::Integer(number) => number.to_string(),
        ValueRef::Text(text) => {
            let text = std::str::from_utf8(text).unwrap();
            format!("N'{}'", text.replace('\'', "''"))
        }
        ValueRef::Real(_) | ValueRef::Blob(_) => panic!("no value of AX"),
    }
}

/// What differs from the file: columns left out, and primary keys of another kind.
#[derive(Default)]
pub struct Differences {
    pub without: &'static [(&'static str, &'static str)],
    pub keys: &'static [(&'static str, &'static str)],
}

impl Differences {
    fn columns(&self, table: &Table) -> Vec<&'static tables::Column> {
        let lacks = |column: &str| {
            let mut without = self.without.iter();
            without.any(|(of, name)| (*of == "*" || *of == table.name) && *name == column)
        };
        // The tables are static, so are their columns.
        let table = tables::find(table.name).unwrap();
        let columns = table.columns.iter();
        columns.filter(|column| !lacks(column.name)).collect()
    }

    fn create(&self, table: &Table) -> String {
        let columns: Vec<String> = self
            .columns(table)
            .iter()
            .map(|column| format!("{} {}", column.name, sql_type(column.kind)))
            .collect();
        let key = self.keys.iter().find(|(of, _)| *of == table.name);
        let key = key.map_or_else(|| table.key.join(", "), |(_, key)| (*key).to_owned());
        format!(
            "CREATE TABLE dbo.{name} ({}, CONSTRAINT I_{name} PRIMARY KEY ({key}))",
            columns.join(", "),
            name = table.name
        )
    }
}

/// The company of `sample` in AX's own database, tracked from now on.
pub struct Ax {
    pub server: mssql::Server,
    pub client: mssql::Client,
}

impl Ax {
    pub async fn of(sample: &Sample) -> Self {
        Self::with(sample, &Differences::default()).await
    }

    pub async fn with(sample: &Sample, differences: &Differences) -> Self {
        let server = mssql::Server::start();
        let client = server.connect().await;
        let mut ax = Self { server, client };
        for table in tables::all() {
            ax.run(&differences.create(table)).await;
            ax.fill(sample, table, differences).await;
        }
        ax.run("ALTER DATABASE CURRENT SET CHANGE_TRACKING = ON (CHANGE_RETENTION = 2 DAYS, AUTO_CLEANUP = ON)")
            .await;
        for table in tables::all().filter(|table| table.tracked) {
            ax.run(&format!(
                "ALTER TABLE dbo.{} ENABLE CHANGE_TRACKING",
                table.name
            ))
            .await;
        }
        ax
    }

    async fn fill(&mut self, sample: &Sample, table: &Table, differences: &Differences) {
        let columns = differences.columns(table);
        let columns: Vec<&str> = columns.iter().map(|column| column.name).collect();
        let columns = columns.join(", ");
        let rows: Vec<String> = {
            let mut statement = sample
                .writer
                .prepare(&format!("SELECT {columns} FROM {}", table.name))
                .unwrap();
            let width = statement.column_count();
            let rows = statement.query_map([], |row| {
                let cells = (0..width).map(|at| Ok(literal(row.get_ref(at)?)));
                let cells = cells.collect::<rusqlite::Result<Vec<_>>>()?;
                Ok(format!("({})", cells.join(", ")))
            });
            rows.unwrap().collect::<Result<_, _>>().unwrap()
        };
        for rows in rows.chunks(500) {
            self.run(&format!(
                "INSERT INTO dbo.{} ({columns}) VALUES {}",
                table.name,
                rows.join(", ")
            ))
            .await;
        }
    }

    /// Runs a batch as an administrator or a user of AX.
    pub async fn run(&mut self, sql: &str) {
        let answer = self.client.simple_query(sql).await;
        let done = match answer {
            Ok(answer) => answer.into_results().await.map(drop),
            Err(error) => Err(error),
        };
        if let Err(error) = done {
            panic!("{error}\n{}", &sql[..sql.len().min(2_000)]);
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
                password: Password::new(password),
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
