//! The promises of the job book, on real files that several ledgers share.

mod begin;
mod board;
mod leases;
mod occurrences;
mod operators;

use std::sync::Arc;
use std::time::Duration;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Span, Timestamp};

use axcs::ledger::jobs::{Board, Cause, Due, JobRecord, LOOK};
use axcs::ledger::{Begun, Fence, Ledger};
use axcs::model::exception::Documented;
use axcs::model::recurrence::Recurrence;
use axcs::model::run::RunSummary;
use axcs::model::schedule::{Occurrence, Outcome, Schedule, Standing};
use axcs::model::{Job, JobStatus, RunStatus};
use axcs::values;

use super::{Engine, Place, open};

const LEASE: Duration = Duration::from_secs(60);
const HOUR_MS: i64 = 3_600_000;

/// A ledger of its own.
pub struct Bench {
    place: Place,
    ledger: Arc<dyn Ledger>,
}

impl Bench {
    async fn new(engine: Engine) -> Self {
        let (place, ledger) = open(engine).await;
        Self { place, ledger }
    }

    /// The same ledger as another process opens it.
    async fn other(&self) -> Arc<dyn Ledger> {
        self.place.open().await.unwrap()
    }

    /// Changes the ledger behind its back.
    async fn sql(&self, sql: &str) {
        self.place.sql(sql, Vec::new()).await;
    }

    async fn number(&self, sql: &str) -> i64 {
        self.place.number(sql).await
    }

    /// As if the ledger's clock had jumped by so much: what it wrote lies elsewhere now.
    async fn jump_clock(&self, by_ms: i64) {
        self.sql(&format!(
            "UPDATE axcs.lease SET expires = expires - ({by_ms}) WHERE expires > 0"
        ))
        .await;
        self.sql(&format!(
            "UPDATE axcs.worker SET since = since - ({by_ms}), seen = seen - ({by_ms})"
        ))
        .await;
    }

    /// The worker of every run that is under way dies: its leases end.
    async fn kill(&self) {
        self.sql("UPDATE axcs.lease SET expires = 1 WHERE expires > 0")
            .await;
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
        let mut schedule = self.record(job).await.schedule;
        let now = self.board().await.now.to_zoned(TimeZone::UTC).datetime();
        let start = now - Span::new().days(80) + Span::new().minutes(7);
        schedule.recurrence = schedule.recurrence.map(|recurrence| Recurrence {
            zone: "UTC".into(),
            start: start.with().subsec_nanosecond(0).build().unwrap(),
            ..recurrence
        });
        let schedule = serde_json::to_string(&schedule).unwrap();
        let changed = "UPDATE axcs.job SET schedule = @P1 WHERE job = @P2";
        let changed = self
            .place
            .sql(changed, values![schedule, job.name()].into());
        assert_eq!(changed.await, 1);
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
    ledger: &Arc<dyn Ledger>,
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
