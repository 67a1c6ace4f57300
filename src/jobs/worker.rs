//! Starts what is due: the same loop in `axcs worker` and in every console that works. Several of
//! them may share a ledger; whoever takes the lease first has the run, and each due occurrence is
//! written down in the moment in which it is dealt with.

use std::time::Duration;

use jiff::Timestamp;
use tokio::time::{Instant, sleep, sleep_until, timeout_at};
use tokio_util::sync::CancellationToken;

use super::overview;
use super::runner::{RunOptions, Runner};
use crate::ledger::jobs::{Board, Cause, Due, JobRecord, LOOK};
use crate::ledger::{Begun, LedgerError};
use crate::model::Job;
use crate::model::exception::chain;
use crate::model::recurrence::RecurrenceError;
use crate::model::schedule::{self, Decision};

/// Past a moment that is waited for, so that the ledger's clock has surely reached it.
const PAST: Duration = Duration::from_millis(3);
/// How often a company that could not be read is tried again.
const TRY_COMPANY: Duration = Duration::from_secs(5);
/// How often a worker says that it is there.
const BE_SEEN: Duration = Duration::from_secs(20);

/// Why a job was not dealt with.
#[derive(Debug, thiserror::Error)]
enum WorkError {
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    #[error("its recurrence cannot be followed: {0}")]
    Recurrence(#[from] RecurrenceError),
}

/// When to look at a job again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Again {
    /// It has changed meanwhile.
    AtOnce,
    /// At this moment, or when something changes.
    At(Option<Timestamp>),
}

/// A board that was dealt with: nothing is left to do before its time.
struct Dealt {
    board: Board,
    /// When its time comes, by the clock that nobody sets.
    until: Instant,
}

impl Dealt {
    fn new(board: Board, read: Instant) -> Self {
        let whole = board.until.duration_since(board.now);
        let whole = Duration::try_from(whole).unwrap_or_default();
        Self {
            until: read + whole + PAST,
            board,
        }
    }
}

impl Runner {
    /// Shows what is under way elsewhere and, where it `works`, runs what is due, until it is
    /// stopped. Runs under way then go on: [`Runner::shut_down`] ends them.
    pub async fn attend(&self, works: bool, stop: CancellationToken) {
        tokio::join!(
            self.look_after_jobs(works, &stop),
            self.wait_for_company(&stop)
        );
    }

    /// Tries a company again that could not be read, until it can.
    async fn wait_for_company(&self, stop: &CancellationToken) {
        let mut live = self.live();
        let try_again = async {
            // The sender lives as long as `self`.
            while live.wait_for(|runs| runs.company.is_some()).await.is_ok() {
                sleep(TRY_COMPANY).await;
                self.show_company(overview::company(self.sides()).await);
            }
        };
        tokio::select! {
            biased;
            () = stop.cancelled() => {}
            () = try_again => {}
        }
    }

    async fn look_after_jobs(&self, works: bool, stop: &CancellationToken) {
        let mut reach = self.sides().reach();
        let mut be_seen = works.then(Instant::now);
        let mut trouble = Vec::new();
        loop {
            if be_seen.is_some_and(|due| due <= Instant::now()) {
                be_seen = Some(Instant::now() + BE_SEEN);
                // Whoever cannot say so cannot read the board either, and says that.
                let _ = self.note_worker(true).await;
            }
            self.show_reach(&reach.borrow_and_update());
            let mut said = Vec::new();
            let dealt = match self.sides().ledger.board().await {
                Ok(mut board) => {
                    let read = Instant::now();
                    self.show(&board);
                    if works {
                        self.work(&mut board, &mut said).await;
                    }
                    Some(Dealt::new(board, read))
                }
                Err(error) => {
                    said.push(format!(
                        "the jobs cannot be looked after: {}. {}",
                        chain(&error),
                        error.remedy()
                    ));
                    self.show_lost_ledger(error.into());
                    None
                }
            };
            // Once, not every second.
            for new in said.iter().filter(|said| !trouble.contains(*said)) {
                tracing::error!("{new}");
            }
            trouble = said;
            tokio::select! {
                biased;
                () = stop.cancelled() => break,
                () = self.nudged() => {}
                // The sender lives as long as the sides.
                _ = reach.changed() => {}
                () = self.news(dealt.as_ref()) => {}
                () = sleep_until(be_seen.unwrap_or_else(Instant::now)), if be_seen.is_some() => {}
            }
        }
        if works {
            let _ = self.note_worker(false).await;
        }
    }

    /// Waits until the board is to be read again.
    async fn news(&self, dealt: Option<&Dealt>) {
        match dealt {
            None => sleep(LOOK).await,
            Some(Dealt { board, until }) => {
                let outdated = self.sides().ledger.outdated(board);
                // Its time is met exactly; looks are a second apart.
                drop(timeout_at(*until, outdated).await);
            }
        }
    }

    /// Does what the board says is to be done, and has it read again when more is, or where the
    /// holder of a lease may be dead: then its job is to be taken over.
    async fn work(&self, board: &mut Board, trouble: &mut Vec<String>) {
        for record in &board.jobs {
            match self.deal_with(record, board).await {
                Ok(Again::AtOnce) => {
                    board.until = board.now;
                    return;
                }
                Ok(Again::At(Some(next))) => board.until = board.until.min(next),
                Ok(Again::At(None)) => {}
                Err(error) => {
                    trouble.push(format!("{}: {}", record.job.ax_name(), chain(&error)));
                    // What is in the way may not be on the board: it is tried again.
                    board.until = board.until.min(board.now + LOOK);
                }
            }
        }
    }

    async fn deal_with(&self, record: &JobRecord, board: &Board) -> Result<Again, WorkError> {
        let job = record.job;
        let is_held = |one: &JobRecord| one.holder.is_some();
        let in_the_way = match job {
            Job::Complete => board.jobs.iter().any(is_held),
            Job::Inventory | Job::TradeAgreements | Job::Orders | Job::DeliveryModes => {
                is_held(record)
            }
        };
        if record.is_withheld() {
            let decision = schedule::skip_due(
                job,
                &record.schedule,
                &record.standing,
                board.now,
                "the job was withheld",
            )?;
            return self.note(record, decision).await;
        }
        if !in_the_way {
            let cause = match record.interrupted {
                Some(of) => Some(Cause::TakeOver { of }),
                None => record.is_asked.then_some(Cause::Asked {
                    revision: record.revision,
                }),
            };
            if let Some(cause) = cause {
                return match self.begin(job, cause).await? {
                    Begun::Started(_) | Begun::Changed => Ok(Again::AtOnce),
                    Begun::Held(_) => Ok(Again::At(None)),
                };
            }
        }
        let decide = |in_the_way| {
            schedule::decide(
                job,
                &record.schedule,
                &record.standing,
                board.now,
                in_the_way,
            )
        };
        let mut decision = decide(in_the_way)?;
        if decision.start.is_some() && !decision.cancel_other {
            let due = due(record, &decision);
            match self.begin(job, Cause::Occurrence(Box::new(due))).await? {
                Begun::Started(_) | Begun::Changed => return Ok(Again::AtOnce),
                // Somebody was faster, with another job.
                Begun::Held(_) => decision = decide(true)?,
            }
        }
        if decision.cancel_other {
            for other in board
                .jobs
                .iter()
                .filter(|other| other.job == job || job == Job::Complete)
            {
                if let Some(holder) = &other.holder {
                    let by = format!("the recurrence of {}", job.ax_name());
                    self.sides().ledger.ask_cancel(holder.job, &by).await?;
                }
            }
            // Nothing is written down before the run can start: it is decided anew until then.
            return Ok(Again::At(None));
        }
        self.note(record, decision).await
    }

    /// Writes a decision down that starts nothing.
    async fn note(&self, record: &JobRecord, decision: Decision) -> Result<Again, WorkError> {
        if decision.records.is_empty() && decision.standing == record.standing {
            return Ok(Again::At(decision.next));
        }
        let (next, due) = (decision.next, due(record, &decision));
        for occurrence in &due.records {
            tracing::info!(
                "{}: the occurrence of {} was skipped: {}",
                record.job.ax_name(),
                occurrence.due,
                occurrence.why
            );
        }
        let noted = self
            .sides()
            .ledger
            .note_occurrences(record.job, due)
            .await?;
        Ok(if noted {
            Again::At(next)
        } else {
            Again::AtOnce
        })
    }

    async fn begin(&self, job: Job, cause: Cause) -> Result<Begun, LedgerError> {
        let options = RunOptions::default();
        let begun = self.try_begin(job, options, cause).await?;
        if let Begun::Started(fence) = &begun {
            self.carry_out(*fence, options);
        }
        Ok(begun)
    }
}

fn due(record: &JobRecord, decision: &Decision) -> Due {
    Due {
        revision: record.revision,
        start: decision.start,
        records: decision.records.clone(),
        standing: decision.standing.clone(),
    }
}
