//! What only the file promises. What it promises as SQL Server does stands in `tests/contract`.

mod migration;

use std::path::PathBuf;
use std::time::Duration;

use crate::ledger::jobs::{Cause, JobBook as _};
use crate::ledger::{Begun, Cursor, EmbeddedLedger, Fence, Holder, Ledger as _, NewPass};
use crate::model::{Job, Stream};

const LEASE: Duration = Duration::from_secs(60);

async fn open() -> (tempfile::TempDir, PathBuf, EmbeddedLedger) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("ledger.db");
    let ledger = EmbeddedLedger::open(&path).await.unwrap();
    (dir, path, ledger)
}

async fn begin(ledger: &EmbeddedLedger, job: Job) -> Begun {
    ledger
        .begin_run(job, &[job], "a", LEASE, false, Cause::Operator)
        .await
        .unwrap()
}

async fn started(ledger: &EmbeddedLedger) -> Fence {
    let Begun::Started(fence) = begin(ledger, Job::Inventory).await else {
        panic!("nobody else holds the lease")
    };
    fence
}

fn pass_to(version: i64) -> NewPass {
    NewPass {
        load: None,
        target: cursor(version),
        reason: None,
        forget: false,
    }
}

fn cursor(version: i64) -> Cursor {
    Cursor {
        version,
        incarnation: "x".into(),
        selection_revision: 1,
    }
}

#[tokio::test]
async fn a_lease_of_an_older_program_is_believed() {
    let (_dir, path, ledger) = open().await;
    rusqlite::Connection::open(path)
        .unwrap()
        .execute_batch(
            "INSERT INTO run (job, status, dry_run, owner, started, streams)
                 VALUES ('orders', 'executing', 0, 'old', 1, '[]');
             INSERT INTO lease (job, owner, run, token, expires)
                 SELECT 'orders', 'old', id, 1, unixepoch() * 1000 + 30000 FROM run;",
        )
        .unwrap();
    let refused = begin(&ledger, Job::Orders).await;
    assert!(matches!(refused, Begun::Held(Holder { ref owner, .. }) if owner == "old"));
}

#[tokio::test]
async fn a_board_costs_the_same_however_many_runs_there_were() {
    let (_dir, path, _ledger) = open().await;
    let connection = rusqlite::Connection::open(path).unwrap();
    for statement in [super::jobs::JOBS, super::jobs::EXECUTING] {
        let (_, sql) = statement.sqlite.split_once("SELECT").unwrap();
        let plan = format!("EXPLAIN QUERY PLAN SELECT {sql}");
        let mut statement = connection.prepare(&plan).unwrap();
        let steps = statement.query_map(&[("@P1", &1)], |row| row.get(3));
        let steps: Vec<String> = steps.unwrap().collect::<Result<_, _>>().unwrap();
        assert!(steps.iter().any(|step| step.starts_with("SEARCH")));
        for step in steps {
            for whole in ["SCAN run", "SCAN newest", "SCAN holder"] {
                assert!(!step.starts_with(whole), "{step}");
            }
        }
    }
}
