//! A company file in a SQL Server, of the tests or a real one, as its T-SQL script puts it there.

use axcs::company::CompanyError;
use axcs::company::embedded::script::Layout;
use axcs::company::sqlserver::{SqlServerCompany, enabling, grants};
use axcs::sqlserver::{Options, Server};

use super::bed_company::{assert_done, batches};
use super::contract::{Engine, Place};
use super::support::Sample;
use super::{mssql, real_server};

/// The company of `sample` in AX's own database, tracked from now on.
pub struct Ax {
    pub place: Place,
}

impl Ax {
    pub async fn of(engine: Engine, sample: &Sample) -> Self {
        Self::with(engine, sample, Layout::R2, |script| script).await
    }

    /// `change` changes the script before it is run.
    pub async fn with(
        engine: Engine,
        sample: &Sample,
        layout: Layout,
        change: impl FnOnce(String) -> String,
    ) -> Self {
        let place = Place::new(engine).await;
        let ax = Self { place };
        for batch in batches(&sample.path, layout, change) {
            let is_about_tracking =
                batch.starts_with("ALTER ") || batch.contains("\nALTER DATABASE ");
            // A real server is told by the scripts of the administrator.
            if engine != Engine::RealServer || !is_about_tracking {
                ax.run(&batch).await;
            }
        }
        if let Place::RealServer(database) = &ax.place {
            database.allow_snapshot(true).await;
            ax.run(&enabling(database.name(), 2)).await;
            ax.run("CREATE USER [reader] WITHOUT LOGIN").await;
            ax.run(&grants("reader")).await;
        }
        ax
    }

    /// The SQL Server of the tests.
    pub fn bed(&self) -> &mssql::Server {
        self.place.bed()
    }

    /// Runs a batch as an administrator or a user of AX.
    pub async fn run(&self, sql: &str) {
        let done = real_server::run(&Server::new(self.options()), sql.to_owned()).await;
        assert_done(done, sql);
    }

    pub fn options(&self) -> Options {
        self.place.options()
    }

    pub async fn open(
        &self,
        company: Option<&str>,
        partition: Option<&str>,
    ) -> Result<SqlServerCompany, CompanyError> {
        SqlServerCompany::open(Server::new(self.options()), company, partition).await
    }
}
