//! The same fight on a SQL Server: workers of one process, each with connections of its own. What the
//! ledger itself wrote down, by the server's clock, says whether a job ever had two of them.

use std::path::Path;
use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant};

use axcs::ledger::{EmbeddedLedger, Ledger, LedgerError, ServerLedger};
use axcs::model::words::count;
use axcs::sql::{Cell, Value};
use axcs::sqlserver::{Authentication, Encryption, Options, Row, Server, ServerError};
use rusqlite::Connection;
use secrecy::SecretString;
use tokio::task::JoinSet;

use super::fighter::{DUE, EVERY_MS, Fighter, Said};
use super::{Counts, by_hand_only, dealt_until, end_all, set_due};
use crate::Arguments;
use crate::mssql;

const WORKERS: u64 = 4;
/// How many times longer leases are than in a file: here a transaction takes as much longer.
const PACE: u64 = 4;
/// Fights for each occurrence that all of them see.
const FIGHTS_PER_DUE: u64 = 2;
/// What the server holds in the end, and how it goes into a file where the rules look at it.
const TABLES: [(&str, &str); 3] = [
    (
        "SELECT id, job, status, dry_run, owner, started, finished, streams, cause, due FROM axcs.run",
        "INSERT INTO run (id, job, status, dry_run, owner, started, finished, streams, cause, due)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
    ),
    (
        "SELECT batch, stream, run, ids, created FROM axcs.outbox",
        "INSERT INTO outbox (batch, stream, run, ids, created) VALUES (?1, ?2, ?3, ?4, ?5)",
    ),
    (
        "SELECT job, due, outcome, why, run, noted FROM axcs.occurrence",
        "INSERT INTO occurrence (job, due, outcome, why, run, noted) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    ),
];

/// What must not be found, and how to count it.
const RULES: [(&str, &str); 4] = [
    (
        "runs that began while another one held a lease that they need",
        "SELECT count(*) FROM run a JOIN run b ON a.id < b.id AND b.started < a.finished
             AND (a.job = b.job OR 'complete' IN (a.job, b.job))",
    ),
    (
        "runs that did not end",
        "SELECT count(*) FROM run WHERE status = 'executing' OR finished IS NULL",
    ),
    (
        "writes of a run that was over",
        "SELECT count(*) FROM outbox JOIN run ON run.id = outbox.run WHERE created NOT BETWEEN started AND finished",
    ),
    (
        "occurrences with more than one run, or runs without their record",
        "SELECT count(*) FROM (SELECT 1 FROM run r LEFT JOIN occurrence o
             ON o.job = r.job AND o.due = r.due AND o.outcome = 'run'
             WHERE r.cause = 'occurrence' GROUP BY r.job, r.due HAVING count(*) > 1 OR count(o.due) = 0)",
    ),
];

pub async fn server_lease(arguments: &Arguments) -> Result<(), String> {
    let fights = arguments.number("--fights", 80)?;
    let seed = arguments.number("--seed", 1)?;
    let began = Instant::now();
    let bed = mssql::Server::start();
    let server = || Server::new(options(&bed));
    let ledger: Arc<dyn Ledger> = Arc::new(ServerLedger::open(server()).await.unwrap());
    by_hand_only(&ledger).await;

    let ring = Ring { bed: &bed, seed };
    let each = fights / WORKERS;
    let fought = ring.of(move |mut fighter| async move { fighter.fight(each).await });
    let fought = fought.await?;
    let (first, until) = set_due(&ledger, fights / FIGHTS_PER_DUE).await;
    let met = ring.of(move |mut fighter| async move { fighter.meet(until).await });
    let met = met.await?;
    let last = dealt_until(&ledger).await;
    end_all(&ledger).await;

    let dir = tempfile::tempdir().unwrap();
    let file = copy(&server(), &dir.path().join("ledger.db")).await;
    let number = |sql: &str| -> u64 {
        let number: i64 = file.query_row(sql, [], |row| row.get(0)).unwrap();
        number.cast_unsigned()
    };
    for (broken, sql) in RULES {
        let found = number(sql);
        if found > 0 {
            return Err(format!("seed {seed}: {found} {broken}"));
        }
    }
    let noted = number(&format!(
        "SELECT count(*) FROM occurrence WHERE job = '{DUE}' AND due BETWEEN {first} AND {last}"
    ));
    let due = ((last - first) / EVERY_MS + 1).cast_unsigned();
    if noted != due {
        return Err(format!(
            "seed {seed}: {due} occurrences were due and {noted} have a record"
        ));
    }
    let of = |counts: &Counts, said| counts.get(&said).copied().unwrap_or_default();
    let taken = of(&fought, Said::Taken);
    let refused = of(&fought, Said::Held) + of(&fought, Said::Changed);
    let (late, run) = (of(&fought, Said::LateRefused), of(&met, Said::Taken));
    let written = number("SELECT count(*) FROM outbox");
    if [taken, refused, written, run].contains(&0) {
        return Err(format!(
            "seed {seed}: this was no fight: {taken} taken, {refused} refused, {written} written, {run} occurrences run"
        ));
    }
    println!(
        "server-lease | {WORKERS} workers: {} taken, {} refused, {} batches written, {} late writes refused, 0 double \
         holders; {} occurrences seen by all at once: {} run, one record each; {:.1} s",
        count(taken),
        count(refused),
        count(written),
        count(late),
        count(due),
        count(run),
        began.elapsed().as_secs_f64()
    );
    Ok(())
}

/// The workers.
struct Ring<'a> {
    bed: &'a mssql::Server,
    seed: u64,
}

impl Ring<'_> {
    /// All of them do `work` at once; answers what they said.
    async fn of<W>(&self, work: impl Fn(Fighter) -> W) -> Result<Counts, String>
    where
        W: Future<Output = Result<(), LedgerError>> + Send + 'static,
    {
        let (tell, said) = mpsc::channel();
        let mut workers = JoinSet::new();
        for number in 1..=WORKERS {
            let ledger = ServerLedger::open(Server::new(options(self.bed))).await;
            let tell = tell.clone();
            let say = move |said: Said| tell.send(said).unwrap();
            workers.spawn(work(Fighter::new(
                Arc::new(ledger.unwrap()),
                format!("fighter {number}"),
                self.seed * 1_000 + number,
                PACE,
                Box::new(say),
            )));
        }
        drop(tell);
        while let Some(done) = workers.join_next().await {
            let fought = done.map_err(|panic| panic.to_string())?;
            fought.map_err(|error| error.to_string())?;
        }
        let mut counts = Counts::new();
        for said in said {
            *counts.entry(said).or_default() += 1;
        }
        Ok(counts)
    }
}

fn options(bed: &mssql::Server) -> Options {
    let (user, password) = bed.login();
    Options {
        host: bed.address().ip().to_string(),
        port: Some(bed.address().port()),
        instance: None,
        database: "AXCS".to_owned(),
        authentication: Authentication::Sql {
            user,
            password: SecretString::from(password),
        },
        encryption: Encryption::None,
        ca_file: None,
        trust_any: false,
        connect_timeout: Duration::from_secs(10),
        statement_timeout: Duration::from_secs(60),
    }
}

/// Puts what the server wrote down into a file, where the rules look at it.
async fn copy(server: &Server, path: &Path) -> Connection {
    drop(EmbeddedLedger::open(path).await.unwrap());
    let file = Connection::open(path).unwrap();
    for (read, write) in TABLES {
        let rows = server.call(move |link| {
            let mut rows = Vec::new();
            link.each::<ServerError>(read, &[], |_, row| {
                rows.push(values(row)?);
                Ok(())
            })?;
            Ok::<_, ServerError>(rows)
        });
        let mut write = file.prepare(write).unwrap();
        for row in rows.await.unwrap() {
            write.execute(rusqlite::params_from_iter(row)).unwrap();
        }
    }
    file
}

fn values(row: &Row) -> Result<Vec<Value<'static>>, ServerError> {
    let values = (0..row.width()).map(|column| {
        Ok(match row.cell(column)? {
            Cell::Null => Value::Null,
            Cell::Integer(number) => Value::Integer(number),
            Cell::Text(text) => Value::Text(text.into_owned().into()),
            other @ (Cell::Real(_) | Cell::Bytes(_)) => panic!("nobody wrote {other:?}"),
        })
    });
    values.collect()
}
