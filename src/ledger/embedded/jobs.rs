//! Jobs as the ledger's file keeps them.

mod board;
pub mod occurrences;
mod status;

use std::time::Duration;

use async_trait::async_trait;
use jiff::tz::TimeZone;
use rusqlite::{Connection, Row, Transaction, params};

use super::super::jobs::{Board, Cause, CursorAge, Due, JobBook, OccurrenceEntry, StatusChange};
use super::super::{Begun, Fence, LedgerError};
use super::leases::check;
use super::runs::now;
use super::{EmbeddedLedger, passes, rows, runs};
use crate::model::job::JobState;
use crate::model::run::RunSummary;
use crate::model::schedule::{Schedule, Standing};
use crate::model::{Job, JobStatus, Progress, RunId};

fn failed(source: rusqlite::Error) -> LedgerError {
    LedgerError::Statement {
        what: "keeping jobs",
        source: source.into(),
    }
}

/// A job's row.
pub struct Kept {
    pub job: Job,
    pub state: JobState,
    pub schedule: Schedule,
    pub standing: Standing,
    pub revision: i64,
}

/// The columns that [`kept`] reads.
const COLUMNS: &str =
    "job, status, reason, suspended_from, failures, is_asked, schedule, standing, revision";

fn kept(row: &Row<'_>) -> rusqlite::Result<Kept> {
    Ok(Kept {
        job: rows::word(row, 0)?,
        state: JobState {
            status: rows::named(row, 1)?,
            reason: row.get(2)?,
            suspended_from: rows::optional_named(row, 3)?,
            failures: row.get(4)?,
            is_asked: row.get(5)?,
        },
        schedule: rows::json(row, 6)?,
        standing: rows::json(row, 7)?,
        revision: row.get(8)?,
    })
}

pub fn load(connection: &Connection, job: Job) -> rusqlite::Result<Kept> {
    connection
        .prepare_cached(&format!("SELECT {COLUMNS} FROM job WHERE job = ?"))?
        .query_row([job.name()], kept)
}

/// Writes the row of the job as it is now.
pub fn save(transaction: &Transaction<'_>, kept: &Kept) -> rusqlite::Result<()> {
    let Kept {
        job,
        state,
        schedule,
        standing,
        revision: _,
    } = kept;
    transaction
        .prepare_cached(
            "UPDATE job SET status = ?, reason = ?, suspended_from = ?, failures = ?, is_asked = ?, \
             schedule = ?, standing = ?, revision = revision + 1 WHERE job = ?",
        )?
        .execute(params![
            rows::to_word(&state.status)?,
            state.reason,
            state.suspended_from.as_ref().map(rows::to_word).transpose()?,
            state.failures,
            state.is_asked,
            rows::to_json(schedule)?,
            rows::to_json(standing)?,
            job.name()
        ])?;
    Ok(())
}

/// Makes the rows of jobs that have none, with the recommended schedule on this machine's clock.
pub fn make_missing(transaction: &Transaction<'_>) -> rusqlite::Result<()> {
    let now = now(transaction)?;
    let zone = TimeZone::system();
    let (zone, name) = match zone.iana_name() {
        Some(name) => (zone.clone(), name.to_owned()),
        None => (TimeZone::UTC, "UTC".to_owned()),
    };
    let moment = rows::moment(now)?;
    let start = moment
        .to_zoned(zone)
        .date()
        .to_datetime(jiff::civil::Time::midnight());
    let standing = rows::to_json(&Standing::new(moment))?;
    for job in Job::ALL {
        let schedule = Schedule::recommended(job, start, &name);
        transaction.execute(
            "INSERT INTO job (job, status, reason, failures, is_asked, schedule, standing, revision) \
             SELECT ?1, ?2, '', 0, 0, ?3, ?4, 1 WHERE NOT EXISTS (SELECT 1 FROM job WHERE job = ?1)",
            params![
                job.name(),
                rows::to_word(&JobState::NEW.status)?,
                rows::to_json(&schedule)?,
                standing
            ],
        )?;
    }
    Ok(())
}

#[async_trait]
impl JobBook for EmbeddedLedger {
    async fn board(&self) -> Result<Board, LedgerError> {
        self.read("reading the jobs", board::board).await
    }

    async fn begin_run(
        &self,
        job: Job,
        needs: &[Job],
        owner: &str,
        lease: Duration,
        dry_run: bool,
        cause: Cause,
    ) -> Result<Begun, LedgerError> {
        let (needs, owner) = (needs.to_vec(), owner.to_owned());
        self.write("starting a run", move |transaction| {
            let wanted = runs::Wanted {
                job,
                needs: &needs,
                owner: &owner,
                lease,
                dry_run,
                cause: &cause,
            };
            runs::begin(transaction, &wanted).map_err(failed)
        })
        .await
    }

    async fn beat(
        &self,
        fence: Fence,
        lease: Duration,
        progress: Option<Progress>,
    ) -> Result<Option<String>, LedgerError> {
        self.write("renewing a lease", move |transaction| {
            check(transaction, fence)?;
            runs::beat(transaction, fence, lease, progress.as_ref()).map_err(failed)
        })
        .await
    }

    async fn finish_run(&self, fence: Fence, summary: &RunSummary) -> Result<(), LedgerError> {
        let summary = summary.clone();
        self.write("ending a run", move |transaction| {
            check(transaction, fence)?;
            runs::finish(transaction, fence, &summary).map_err(failed)
        })
        .await
    }

    async fn ask_cancel(&self, job: Job, by: &str) -> Result<bool, LedgerError> {
        let by = by.to_owned();
        self.write("asking a run to stop", move |transaction| {
            runs::ask_cancel(transaction, job, &by).map_err(failed)
        })
        .await
    }

    async fn runs(&self, job: Option<Job>, limit: usize) -> Result<Vec<RunSummary>, LedgerError> {
        self.read("listing runs", move |connection| {
            runs::list(connection, job, limit)
        })
        .await
    }

    async fn run(&self, run: RunId) -> Result<Option<RunSummary>, LedgerError> {
        self.read("reading a run", move |connection| {
            runs::get(connection, run)
        })
        .await
    }

    async fn note_occurrences(&self, job: Job, due: Due) -> Result<bool, LedgerError> {
        self.write("noting what was due", move |transaction| {
            occurrences::note(transaction, job, due).map_err(failed)
        })
        .await
    }

    async fn occurrences(
        &self,
        job: Option<Job>,
        limit: usize,
    ) -> Result<Vec<OccurrenceEntry>, LedgerError> {
        self.read("listing what was due", move |connection| {
            occurrences::list(connection, job, limit)
        })
        .await
    }

    async fn set_schedule(
        &self,
        job: Job,
        revision: i64,
        schedule: Schedule,
    ) -> Result<bool, LedgerError> {
        self.write("setting a schedule", move |transaction| {
            status::set_schedule(transaction, job, revision, schedule).map_err(failed)
        })
        .await
    }

    async fn change_status(
        &self,
        job: Job,
        to: JobStatus,
        by: &str,
    ) -> Result<StatusChange, LedgerError> {
        let by = by.to_owned();
        self.write("changing a status", move |transaction| {
            status::change(transaction, job, to, &by).map_err(failed)
        })
        .await
    }

    async fn suspend_all(&self, by: &str) -> Result<Vec<Job>, LedgerError> {
        let by = by.to_owned();
        self.write("suspending all jobs", move |transaction| {
            status::each(transaction, |job| Ok(job.state.suspend(&by))).map_err(failed)
        })
        .await
    }

    async fn resume_all(&self, _by: &str) -> Result<Vec<Job>, LedgerError> {
        self.write("resuming all jobs", move |transaction| {
            status::each(transaction, |job| status::resume(transaction, job)).map_err(failed)
        })
        .await
    }

    async fn note_worker(&self, owner: &str, is_there: bool) -> Result<(), LedgerError> {
        let owner = owner.to_owned();
        self.write("noting a worker", move |transaction| {
            board::note_worker(transaction, &owner, is_there).map_err(failed)
        })
        .await
    }

    async fn cursor_ages(&self) -> Result<Vec<CursorAge>, LedgerError> {
        self.read("reading the age of cursors", passes::cursor_ages)
            .await
    }
}

#[cfg(test)]
mod tests;
