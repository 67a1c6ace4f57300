//! A real SQL Server, where a site has one: `AXCS_TEST_MSSQL` says where, for a login that may make
//! databases.
//!
//! ```text
//! AXCS_TEST_MSSQL='server=tcp:host,1433;user id=…;password=…;encrypt=true;TrustServerCertificate=true'
//! AXCS_TEST_MSSQL_KEEP=1            keeps the databases
//! AXCS_TEST_MSSQL_REPORT=run.json   writes what the server is, and the outcome of each test
//! cargo test --test sqlserver -- --include-ignored real_server
//! ```
//!
//! That command fails where the variable is not set. Each test has a database of its own,
//! `axcs_test_` and sixteen random digits, which is dropped at its end; no other is touched, but for
//! databases of such names that are older than a day: they were left behind.
//!
//! README tells of the report that is kept as `tests/contract/last_real_run.json`.

use std::path::PathBuf;
use std::process::Command;
use std::sync::PoisonError;
use std::time::Duration;

use axcs::sql::{Session, SqlError, Text};
use axcs::sqlserver::{Authentication, Encryption, Options, Server, ServerError};
use secrecy::SecretString;
use serde_json::{Value as Json, json};
use tokio::sync::Mutex;

pub const VARIABLE: &str = "AXCS_TEST_MSSQL";
const PREFIX: &str = "axcs_test_";

/// What the server says of itself.
const FACTS: &str = "SELECT CAST(SERVERPROPERTY('ProductVersion') AS nvarchar(128)),
    CAST(SERVERPROPERTY('Edition') AS nvarchar(128)),
    CAST(DATABASEPROPERTYEX(DB_NAME(), 'Collation') AS nvarchar(128)),
    CAST(compatibility_level AS int) FROM sys.databases WHERE database_id = DB_ID()";
/// Databases of the tests that are older than a day.
const LEFT_BEHIND: &str = "SELECT name FROM sys.databases
    WHERE name LIKE N'axcs[_]test[_]%' AND create_date < DATEADD(day, -1, GETDATE())";

/// The server's `master`; none where the variable is not set.
pub fn master() -> Option<Options> {
    let text = std::env::var(VARIABLE).ok()?;
    Some(options(&text).unwrap_or_else(|wrong| panic!("{VARIABLE}: {wrong}")))
}

/// What a connection string says, as far as it is needed here.
fn options(text: &str) -> Result<Options, String> {
    let (mut host, mut port, mut instance) = (None, None, None);
    let (mut user, mut password) = (None, None);
    let (mut encryption, mut trust_any) = (Encryption::Required, false);
    for part in text.split(';').filter(|part| !part.trim().is_empty()) {
        // What stands there may be a part of the password.
        let (key, value) = part
            .split_once('=')
            .ok_or("a part without '='; a password here holds no ';'")?;
        let value = value.trim();
        let is_true = || match value.to_ascii_lowercase().as_str() {
            "true" | "yes" => Ok(true),
            "false" | "no" => Ok(false),
            _ => Err(format!("{} is true or false", key.trim())),
        };
        match key.trim().to_ascii_lowercase().as_str() {
            "server" | "data source" => {
                let server = value.strip_prefix("tcp:").unwrap_or(value);
                let (name, number) = match server.split_once(',') {
                    Some((name, number)) => (name, Some(number)),
                    None => (server, None),
                };
                if let Some(number) = number {
                    let number = number.trim().parse::<u16>();
                    port = Some(number.map_err(|_| "the port is no number".to_owned())?);
                }
                let (name, named) = match name.split_once('\\') {
                    Some((name, named)) => (name, Some(named.to_owned())),
                    None => (name, None),
                };
                host = Some(name.to_owned()).filter(|name| !name.is_empty());
                instance = named;
            }
            "user id" | "uid" => user = Some(value.to_owned()),
            "password" | "pwd" => password = Some(value.to_owned()),
            "encrypt" if value == "DANGER_PLAINTEXT" => encryption = Encryption::None,
            "encrypt" if is_true()? => encryption = Encryption::Required,
            "encrypt" => encryption = Encryption::Login,
            "trustservercertificate" => trust_any = is_true()?,
            // The name of the key only: what follows may be secret.
            other => return Err(format!("{other:?} is not known here")),
        }
    }
    Ok(Options {
        host: host.ok_or("server is missing")?,
        port,
        instance,
        database: "master".to_owned(),
        authentication: Authentication::Sql {
            user: user.ok_or("user id is missing")?,
            password: SecretString::from(password.ok_or("password is missing")?),
        },
        encryption,
        ca_file: None,
        trust_any,
        connect_timeout: Duration::from_secs(15),
        statement_timeout: Duration::from_secs(120),
    })
}

/// True for a name that only a database of these tests has.
fn is_ours(name: &str) -> bool {
    name.strip_prefix(PREFIX).is_some_and(|random| {
        random.len() == 16
            && random
                .bytes()
                .all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
    })
}

/// What makes a database; fails where there is one of this name.
fn making(name: &str) -> Result<String, String> {
    if is_ours(name) {
        Ok(format!("CREATE DATABASE [{name}]"))
    } else {
        Err(format!("{name:?} is no name of a database of the tests"))
    }
}

/// What drops a database of the tests, whoever is connected to it.
fn dropping(name: &str) -> Result<String, String> {
    making(name)?;
    Ok(format!(
        "IF DB_ID(N'{name}') IS NOT NULL BEGIN \
         ALTER DATABASE [{name}] SET SINGLE_USER WITH ROLLBACK IMMEDIATE; DROP DATABASE [{name}] END"
    ))
}

/// A database that is dropped with its owner.
#[derive(Debug)]
pub struct Database {
    master: Options,
    name: String,
}

impl Database {
    /// An empty database.
    pub async fn create() -> Self {
        // SQL Server makes one at a time: each is a copy of its database model.
        static TURN: Mutex<bool> = Mutex::const_new(false);
        let master = master().unwrap_or_else(|| panic!("{VARIABLE} is not set"));
        let server = Server::new(master.clone());
        let mut has_cleared = TURN.lock().await;
        if !*has_cleared {
            for name in rows(&server, LEFT_BEHIND, |row| row.get::<String>(0)).await {
                if let Ok(sql) = dropping(&name) {
                    run(&server, sql).await.unwrap();
                }
            }
            *has_cleared = true;
        }
        let name = format!("{PREFIX}{:016x}", getrandom::u64().unwrap());
        run(&server, making(&name).unwrap()).await.unwrap();
        Self { master, name }
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    pub fn options(&self) -> Options {
        self.master.with_database(&self.name)
    }

    /// Lets transactions see one moment, or not.
    pub async fn allow_snapshot(&self, allowed: bool) {
        let to = if allowed { "ON" } else { "OFF" };
        let sql = format!(
            "ALTER DATABASE [{}] SET ALLOW_SNAPSHOT_ISOLATION {to}",
            self.name
        );
        let server = Server::new(self.master.clone());
        run(&server, sql).await.unwrap();
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if std::env::var_os("AXCS_TEST_MSSQL_KEEP").is_some() {
            return;
        }
        let (server, sql) = (Server::new(self.master.clone()), dropping(&self.name));
        let dropped = std::thread::spawn(move || {
            let runtime = tokio::runtime::Runtime::new().unwrap();
            runtime.block_on(run(&server, sql.unwrap()))
        });
        if !matches!(dropped.join(), Ok(Ok(()))) {
            eprintln!("{} is still there", self.name);
        }
    }
}

/// Runs a batch.
pub async fn run(server: &Server, sql: String) -> Result<(), ServerError> {
    server.call(move |link| link.script(&sql)).await
}

/// What `row` makes of each row.
pub async fn rows<T: Send + 'static>(
    server: &Server,
    sql: &'static str,
    row: impl FnMut(&axcs::sql::Row<'_>) -> Result<T, SqlError> + Send + 'static,
) -> Vec<T> {
    let read =
        move |link: &axcs::sqlserver::Link| Session::Server(link).rows(&Text::both(sql), &[], row);
    server.call(read).await.unwrap()
}

/// What the server is.
pub async fn facts(server: &Server) -> Json {
    let facts = rows(server, FACTS, |row| {
        Ok(json!({
            "version": row.get::<String>(0)?, "edition": row.get::<String>(1)?,
            "collation": row.get::<String>(2)?, "compatibility_level": row.get::<i64>(3)?,
        }))
    });
    facts.await.remove(0)
}

/// Keeps the promise on the real server, where there is one, and notes what came of it.
pub async fn keep(name: &'static str, promise: impl Future<Output = ()>) {
    let Some(master) = master() else {
        eprintln!("skipped: {VARIABLE} is not set");
        return;
    };
    let mut outcome = Outcome {
        name,
        facts: Json::Null,
    };
    outcome.facts = facts(&Server::new(master)).await;
    promise.await;
}

/// A test, until it is over.
struct Outcome {
    name: &'static str,
    /// What the server is; null where it could not be asked.
    facts: Json,
}

impl Drop for Outcome {
    fn drop(&mut self) {
        static KNOWN: std::sync::Mutex<(Json, Vec<Json>)> =
            std::sync::Mutex::new((Json::Null, Vec::new()));
        let Some(file) = std::env::var_os("AXCS_TEST_MSSQL_REPORT").map(PathBuf::from) else {
            return;
        };
        let has_passed = !std::thread::panicking();
        let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
        let (facts, tests) = &mut *known;
        if !self.facts.is_null() {
            *facts = self.facts.take();
        }
        tests.push(json!({"name": self.name, "has_passed": has_passed}));
        let report = report(facts, tests);
        // A test that fails already must not fail again here.
        if let Err(error) = std::fs::write(&file, format!("{report:#}\n")) {
            eprintln!("{} is not written: {error}", file.display());
        }
    }
}

/// What `tests/contract/last_real_run.json` is a copy of.
fn report(facts: &Json, tests: &[Json]) -> Json {
    let commit = Command::new("git")
        .args(["rev-parse", "--short", "HEAD"])
        .output();
    let commit = commit.map_or_else(
        |_| String::new(),
        |told| String::from_utf8_lossy(&told.stdout).trim().to_owned(),
    );
    let date = jiff::Zoned::now().date().to_string();
    json!({"date": date, "commit": commit, "server": facts, "tests": tests})
}

/// What README says of the last run.
pub fn line(last: &Json) -> String {
    let told = if last.is_null() {
        "never".to_owned()
    } else {
        let text = |value: &Json| value.as_str().unwrap().to_owned();
        let tests = last["tests"].as_array().unwrap();
        let failed = tests.iter().filter(|test| test["has_passed"] != true);
        format!(
            "{} ({}), {}, commit {}, {} tests, {} failed",
            text(&last["server"]["version"]),
            text(&last["server"]["edition"]),
            text(&last["date"]),
            text(&last["commit"]),
            tests.len(),
            failed.count()
        )
    };
    format!("SQL Server adapter: wire-tested; last run on a real server: {told}.")
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret as _;

    use super::*;

    #[test]
    fn a_connection_string_says_server_login_and_encryption() {
        let of = |text: &str| options(text).unwrap();
        let tcp = of(
            "server=tcp:db.example,1444;User Id=sa;PASSWORD=a=b; encrypt=false;\
            TrustServerCertificate=Yes;",
        );
        assert_eq!((&*tcp.host, tcp.port), ("db.example", Some(1444)));
        let Authentication::Sql { user, password } = tcp.authentication else {
            panic!("{tcp:?}");
        };
        assert_eq!((&*user, password.expose_secret()), ("sa", "a=b"));
        assert_eq!((tcp.encryption, tcp.trust_any), (Encryption::Login, true));
        assert_eq!(tcp.database, "master");
        let named = of("data source=db\\AX;uid=u;pwd=p;encrypt=DANGER_PLAINTEXT");
        assert_eq!((named.instance.as_deref(), named.port), (Some("AX"), None));
        assert_eq!(named.encryption, Encryption::None);
        let plain = of("server=db;uid=u;pwd=p");
        assert_eq!(
            (plain.encryption, plain.trust_any),
            (Encryption::Required, false)
        );
    }

    #[test]
    fn what_is_not_understood_is_refused_without_telling_the_password() {
        for (text, reason) in [
            ("server=db;uid=u", "password is missing"),
            ("uid=u;pwd=p", "server is missing"),
            ("server=;uid=u;pwd=p", "server is missing"),
            ("server=db,x;uid=u;pwd=p", "the port is no number"),
            ("server=db;uid=u;pwd=p;encrypt=maybe", "encrypt is true"),
            ("server=db;uid=u;pwd=p;database=AX", "\"database\" is not"),
            ("server=db;uid=u;pwd=s3cret;s3cret", "a part without '='"),
        ] {
            let refused = options(text).unwrap_err();
            assert!(refused.starts_with(reason), "{refused}");
            assert!(!refused.contains("s3cret"));
        }
    }

    #[test]
    fn no_database_is_made_or_dropped_that_is_not_of_the_tests() {
        let ours = "axcs_test_0123456789abcdef";
        assert_eq!(
            making(ours).as_deref(),
            Ok("CREATE DATABASE [axcs_test_0123456789abcdef]")
        );
        assert!(
            dropping(ours)
                .unwrap()
                .contains("DROP DATABASE [axcs_test_0")
        );
        for name in [
            "MicrosoftDynamicsAX",
            "axcs_test_",
            "axcs_test_0123456789abcdeF",
            "axcs_test_0123456789abcdef0",
            "axcs_test_0123456789abc]--",
            "AXCS_TEST_0123456789abcdef",
        ] {
            assert!(making(name).is_err() && dropping(name).is_err(), "{name}");
        }
    }

    #[test]
    fn the_line_of_a_run_says_server_day_and_outcome() {
        let server = json!({"version": "10.50.6000.34", "edition": "Standard Edition"});
        let tests = [
            json!({"name": "a", "has_passed": true}),
            json!({"name": "b", "has_passed": false}),
        ];
        let run = Json::from_iter([
            ("date", json!("2026-11-21")),
            ("commit", json!("abc1234")),
            ("server", server),
            ("tests", json!(tests)),
        ]);
        assert_eq!(
            line(&run),
            "SQL Server adapter: wire-tested; last run on a real server: 10.50.6000.34 (Standard \
             Edition), 2026-11-21, commit abc1234, 2 tests, 1 failed."
        );
    }
}
