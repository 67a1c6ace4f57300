//! The promises of the job book, on real files that several ledgers share.

mod begin;
mod board;
mod leases;
mod occurrences;
mod operators;

use std::path::PathBuf;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::ledger::jobs::{Board, Cause, Due, JobBook as _, JobRecord};
use crate::ledger::{Begun, EmbeddedLedger, Fence};
use crate::model::exception::Documented;
use crate::model::run::RunSummary;
use crate::model::schedule::{Occurrence, Outcome, Schedule, Standing};
use crate::model::{Job, JobStatus, RunStatus};

const LEASE: Duration = Duration::from_secs(60);
const HOUR_MS: i64 = 3_600_000;

/// A ledger in a file of its own.
struct File {
    dir: tempfile::TempDir,
    ledger: EmbeddedLedger,
}

impl File {
    async fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let ledger = EmbeddedLedger::open(&dir.path().join("ledger.db"))
            .await
            .unwrap();
        Self { dir, ledger }
    }

    fn path(&self) -> PathBuf {
        self.dir.path().join("ledger.db")
    }

    /// The same file as another process opens it.
    async fn other(&self) -> EmbeddedLedger {
        EmbeddedLedger::open(&self.path()).await.unwrap()
    }

    /// Changes the file behind the ledger's back.
    fn sql(&self, sql: &str) {
        rusqlite::Connection::open(self.path())
            .unwrap()
            .execute_batch(sql)
            .unwrap();
    }

    fn number(&self, sql: &str) -> i64 {
        rusqlite::Connection::open(self.path())
            .unwrap()
            .query_row(sql, [], |row| row.get(0))
            .unwrap()
    }

    /// As if the ledger's clock had jumped by so much: what it wrote lies elsewhere now.
    fn jump_clock(&self, by_ms: i64) {
        self.sql(&format!(
            "UPDATE lease SET expires = expires - ({by_ms}) WHERE expires > 0;
             UPDATE worker SET since = since - ({by_ms}), seen = seen - ({by_ms});"
        ));
    }

    /// The worker of every run that is under way dies: its leases end.
    fn kill(&self) {
        self.sql("UPDATE lease SET expires = 1 WHERE expires > 0");
    }

    async fn board(&self) -> Board {
        self.ledger.board().await.unwrap()
    }

    async fn record(&self, job: Job) -> JobRecord {
        let board = self.board().await;
        board.jobs.into_iter().find(|of| of.job == job).unwrap()
    }

    async fn status(&self, job: Job) -> JobStatus {
        self.record(job).await.status
    }

    async fn begin(&self, job: Job, cause: Cause) -> Begun {
        begin(&self.ledger, job, "a", LEASE, cause).await
    }

    async fn started(&self, job: Job, cause: Cause) -> Fence {
        fence(self.begin(job, cause).await)
    }

    /// A run of `job` that ends like this.
    async fn run(&self, job: Job, status: RunStatus) -> Fence {
        let fence = self.started(job, Cause::Operator).await;
        self.finish(fence, status).await;
        fence
    }

    async fn finish(&self, fence: Fence, status: RunStatus) {
        let exception = Documented::NetworkError.because("no route to host");
        let summary = RunSummary {
            status,
            exception: (status == RunStatus::Error).then_some(exception),
            ..self.ledger.run(fence.run).await.unwrap().unwrap()
        };
        self.ledger.finish_run(fence, &summary).await.unwrap();
    }

    /// A decision about `job` made now: `records` lie so many minutes from now; the one that is
    /// run is started.
    async fn due(&self, job: Job, records: &[(i64, Outcome)]) -> Due {
        let record = self.record(job).await;
        let now = Timestamp::from_second(self.board().await.now.as_second()).unwrap();
        let records: Vec<Occurrence> = records
            .iter()
            .map(|(minutes, outcome)| Occurrence {
                due: now + SignedDuration::from_mins(*minutes),
                outcome: *outcome,
                why: match outcome {
                    Outcome::Run => String::new(),
                    Outcome::Coalesced | Outcome::Skipped => "as it was decided".into(),
                },
            })
            .collect();
        let start = records.iter().find(|of| of.outcome == Outcome::Run);
        Due {
            revision: record.revision,
            start: start.map(|of| of.due),
            standing: Standing {
                dealt_until: records.last().map_or(now, |of| of.due),
                started: record.standing.started + u32::from(start.is_some()),
                ..record.standing
            },
            records,
        }
    }

    /// A run of `job` for an occurrence that is due now.
    async fn by_schedule(&self, job: Job) -> Fence {
        let due = self.due(job, &[(0, Outcome::Run)]).await;
        self.started(job, Cause::Occurrence(Box::new(due))).await
    }

    /// As if nobody had looked at the job's schedule for so many minutes. It comes every 15
    /// minutes, and not within the next seven.
    async fn neglect(&self, job: Job, minutes: i64) {
        self.sql(&format!(
            "UPDATE job SET schedule = json_set(schedule, '$.recurrence.zone', 'UTC', '$.recurrence.start',
                strftime('%Y-%m-%dT%H:%M:%S', 'now', '-80 days', '+7 minutes')) WHERE job = '{job}'"
        ));
        let mut due = self.due(job, &[]).await;
        due.standing.dealt_until -= SignedDuration::from_mins(minutes);
        assert!(self.ledger.note_occurrences(job, due).await.unwrap());
    }

    async fn set_pause_after(&self, job: Job, failures: u32) {
        let record = self.record(job).await;
        let schedule = Schedule {
            pause_after: failures,
            ..record.schedule
        };
        let set = self.ledger.set_schedule(job, record.revision, schedule);
        assert!(set.await.unwrap());
    }
}

async fn begin(
    ledger: &EmbeddedLedger,
    job: Job,
    owner: &str,
    lease: Duration,
    cause: Cause,
) -> Begun {
    let needs: &[Job] = if job == Job::Complete {
        &Job::ALL
    } else {
        &[job]
    };
    ledger
        .begin_run(job, needs, owner, lease, false, cause)
        .await
        .unwrap()
}

fn fence(begun: Begun) -> Fence {
    match begun {
        Begun::Started(fence) => fence,
        other @ (Begun::Held(_) | Begun::Changed) => panic!("{other:?}"),
    }
}
