//! One of the workers that fight, killed at any moment where it is a process of its own. It says
//! each fight's outcome at once, so that whoever started it knows how many are left.

use std::sync::Arc;
use std::time::Duration;

use axcs::ledger::jobs::{Board, Cause, Due, JobRecord};
use axcs::ledger::{Begun, Cursor, Fence, Ledger, LedgerError};
use axcs::model::random::Random;
use axcs::model::run::RunSummary;
use axcs::model::schedule::{Occurrence, Outcome, Standing};
use axcs::model::{Job, RunStatus, Stream};
use jiff::{SignedDuration, Timestamp};

/// The job whose occurrences all workers see at once.
pub const DUE: Job = Job::DeliveryModes;
/// How often it is due, in milliseconds.
pub const EVERY_MS: i64 = 10;

/// What a fight comes to: each is one line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Said {
    /// The run was started.
    Taken,
    /// Another run holds the lease.
    Held,
    /// Somebody was faster.
    Changed,
    /// Besides: a write after the lease had ended was refused.
    LateRefused,
    /// Besides: it was not, since nobody had taken the lease.
    LateWritten,
}

impl Said {
    const ALL: [Self; 5] = [
        Self::Taken,
        Self::Held,
        Self::Changed,
        Self::LateRefused,
        Self::LateWritten,
    ];

    pub fn of(line: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|said| format!("{said:?}") == line)
    }

    pub const fn is_fight(self) -> bool {
        match self {
            Self::Taken | Self::Held | Self::Changed => true,
            Self::LateRefused | Self::LateWritten => false,
        }
    }
}

/// A worker that fights.
pub struct Fighter {
    ledger: Arc<dyn Ledger>,
    owner: String,
    random: Random,
    /// How many times slower than in a file everything is.
    pace: u64,
    say: Box<dyn Fn(Said) + Send + Sync>,
    /// Runs that it left without a word.
    left: Vec<Fence>,
}

type Fought = Result<(), LedgerError>;

impl Fighter {
    pub fn new(
        ledger: Arc<dyn Ledger>,
        owner: String,
        seed: u64,
        pace: u64,
        say: Box<dyn Fn(Said) + Send + Sync>,
    ) -> Self {
        Self {
            ledger,
            owner,
            random: Random::new(seed),
            pace,
            say,
            left: Vec::new(),
        }
    }

    /// Fights for the leases of any jobs.
    pub async fn fight(&mut self, fights: u64) -> Fought {
        for _ in 0..fights {
            let job = self.random.pick(&Job::ALL);
            let lease = Duration::from_millis(self.pace * self.random.between(15, 60));
            let cause = match self.random.below(3) {
                0 => Cause::Operator,
                _ => cause(&self.ledger.board().await?, job),
            };
            let begun = self.begin(job, lease, cause).await?;
            if let Begun::Started(fence) = begun {
                self.hold(fence, lease).await?;
            } else {
                self.pause(4).await;
            }
            if self.random.once_in(4) {
                self.rise_from_the_dead().await?;
            }
            if self.random.once_in(100) {
                self.ledger.suspend_all(&self.owner).await?;
                self.ledger.resume_all(&self.owner).await?;
            }
        }
        Ok(())
    }

    async fn begin(&self, job: Job, lease: Duration, cause: Cause) -> Result<Begun, LedgerError> {
        let needs: &[Job] = match job {
            Job::Complete => &Job::ALL,
            Job::Inventory | Job::TradeAgreements | Job::Orders | Job::DeliveryModes => &[job],
        };
        let begun = self
            .ledger
            .begin_run(job, needs, &self.owner, lease, false, cause)
            .await?;
        (self.say)(match begun {
            Begun::Started(_) => Said::Taken,
            Begun::Held(_) => Said::Held,
            Begun::Changed => Said::Changed,
        });
        Ok(begun)
    }

    async fn pause(&mut self, most: u64) {
        let pause = Duration::from_micros(self.random.below(most * 1_000));
        tokio::time::sleep(pause).await;
    }

    async fn hold(&mut self, fence: Fence, lease: Duration) -> Fought {
        match self.random.below(12) {
            0 => {
                // It stalls, and does not know how long.
                let stall = lease.as_millis() as u64;
                let stall = self.random.between(stall, 2 * stall);
                tokio::time::sleep(Duration::from_millis(stall)).await;
                if self.write_late(fence).await? {
                    self.finish(fence).await?;
                }
            }
            1 => self.left.push(fence),
            2 => {
                self.ledger.ask_cancel(fence.job, &self.owner).await?;
                self.finish(fence).await?;
            }
            _ => {
                for _ in 0..self.random.below(4) {
                    self.pause(3).await;
                    if !self.write(fence).await? {
                        return Ok(());
                    }
                    if self.random.once_in(2) && lost(self.ledger.beat(fence, lease, None).await)? {
                        return Ok(());
                    }
                }
                self.finish(fence).await?;
            }
        }
        Ok(())
    }

    /// A run that was left is still there somewhere, and wants to write.
    async fn rise_from_the_dead(&mut self) -> Fought {
        if !self.left.is_empty() {
            let fence = self.left.remove(0);
            self.write_late(fence).await?;
        }
        Ok(())
    }

    async fn write_late(&mut self, fence: Fence) -> Result<bool, LedgerError> {
        let written = self.write(fence).await?;
        (self.say)(if written {
            Said::LateWritten
        } else {
            Said::LateRefused
        });
        Ok(written)
    }

    /// Writes for the job; false where it has lost its lease.
    async fn write(&mut self, fence: Fence) -> Result<bool, LedgerError> {
        let stream: Stream = self.random.pick(fence.job.streams());
        let written = if self.random.once_in(2) {
            let ids = vec!["A".to_owned()];
            self.ledger.intend(fence, stream, ids, None).await.map(drop)
        } else {
            let cursor = Cursor {
                version: fence.token,
                incarnation: "x".to_owned(),
                selection_revision: 0,
            };
            self.ledger.move_cursor(fence, stream, &cursor).await
        };
        Ok(!lost(written)?)
    }

    async fn finish(&mut self, fence: Fence) -> Fought {
        let ends = [RunStatus::Ended, RunStatus::Error, RunStatus::Canceled];
        let Some(summary) = self.ledger.run(fence.run).await? else {
            return Err(LedgerError::Fenced(fence.run));
        };
        let summary = over_by_hand(summary, self.random.pick(&ends));
        lost(self.ledger.finish_run(fence, &summary).await).map(drop)
    }

    /// Looks, with all others in the same moment, for what is due until this moment.
    pub async fn meet(&mut self, until: i64) -> Fought {
        loop {
            let board = self.ledger.board().await?;
            let now = board.now.as_millisecond();
            if now >= until {
                return Ok(());
            }
            let Some(record) = board.jobs.into_iter().find(|record| record.job == DUE) else {
                return Ok(());
            };
            let newest = now - now % EVERY_MS;
            if record.standing.dealt_until.as_millisecond() >= newest {
                let left = (newest + EVERY_MS - now).cast_unsigned();
                tokio::time::sleep(Duration::from_millis(left)).await;
                continue;
            }
            if record.holder.is_some() {
                self.ledger
                    .note_occurrences(DUE, due(&record, newest, Outcome::Skipped))
                    .await?;
                (self.say)(Said::Held);
                continue;
            }
            let cause = Cause::Occurrence(Box::new(due(&record, newest, Outcome::Run)));
            let begun = self.begin(DUE, Duration::from_secs(1), cause).await?;
            if let Begun::Started(fence) = begun {
                self.finish(fence).await?;
            }
        }
    }
}

/// How a run says itself that it is over: the witness knows it by that.
pub fn over_by_hand(mut summary: RunSummary, status: RunStatus) -> RunSummary {
    summary.status = status;
    summary.streams[0].reload = Some("over by its own hand".to_owned());
    summary
}

/// Every occurrence until `newest`, the older ones skipped.
fn due(record: &JobRecord, newest: i64, outcome: Outcome) -> Due {
    let first = record.standing.dealt_until.as_millisecond() + EVERY_MS;
    let records: Vec<Occurrence> = (first..=newest)
        .step_by(EVERY_MS as usize)
        .map(|due| Occurrence {
            due: Timestamp::from_millisecond(due).unwrap(),
            outcome: if due == newest {
                outcome
            } else {
                Outcome::Skipped
            },
            why: String::new(),
        })
        .collect();
    let last = records.last().map(|last| last.due);
    Due {
        revision: record.revision,
        start: last.filter(|_| outcome == Outcome::Run),
        standing: Standing {
            dealt_until: last.unwrap_or(record.standing.dealt_until),
            ..record.standing.clone()
        },
        records,
    }
}

/// Why a worker would start the job: its last run was interrupted, or it is due every millisecond.
fn cause(board: &Board, job: Job) -> Cause {
    let Some(record) = board.jobs.iter().find(|record| record.job == job) else {
        return Cause::Operator;
    };
    if let Some(of) = record.interrupted {
        return Cause::TakeOver { of };
    }
    let next = record.standing.dealt_until + SignedDuration::from_millis(1);
    Cause::Occurrence(Box::new(Due {
        revision: record.revision,
        start: Some(next),
        records: vec![Occurrence {
            due: next,
            outcome: Outcome::Run,
            why: String::new(),
        }],
        standing: Standing {
            dealt_until: next,
            ..record.standing.clone()
        },
    }))
}

/// True where the run has lost its lease; any other error is one.
fn lost<T>(written: Result<T, LedgerError>) -> Result<bool, LedgerError> {
    match written {
        Ok(_) => Ok(false),
        Err(LedgerError::Fenced(_)) => Ok(true),
        Err(error) => Err(error),
    }
}
