//! Jobs as the ledger keeps them.

mod board;
pub mod occurrences;
mod status;

use std::time::Duration;

use async_trait::async_trait;
use jiff::tz::TimeZone;

#[cfg(test)]
pub use board::{EXECUTING, JOBS};

use super::super::jobs::{Board, Cause, CursorAge, Due, JobBook, OccurrenceEntry, StatusChange};
use super::super::{Begun, Fence, LedgerError};
use super::leases::check;
use super::runs::now;
use super::{Engine, SqlLedger, passes, rows, runs};
use crate::model::filter::{Field, Filter, Test};
use crate::model::job::JobState;
use crate::model::run::RunSummary;
use crate::model::schedule::{Schedule, Standing};
use crate::model::{Job, JobStatus, Progress, RunId};
use crate::sql::{Row, Session, SqlError, Text};
use crate::{statement, values};

const LOAD: Text<'static> = statement!("jobs", "load");
const SAVE: Text<'static> = statement!("jobs", "save");
const ADD: Text<'static> = statement!("jobs", "add");

/// A job's row.
pub struct Kept {
    pub job: Job,
    pub state: JobState,
    pub schedule: Schedule,
    pub standing: Standing,
    pub revision: i64,
}

fn kept(row: &Row<'_>) -> Result<Kept, SqlError> {
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

pub fn load(db: Session<'_>, job: Job) -> Result<Kept, SqlError> {
    db.row(&LOAD, &values![job.name()], kept)
}

/// Writes the row of the job as it is now.
pub fn save(db: Session<'_>, kept: &Kept) -> Result<(), SqlError> {
    let Kept {
        job,
        state,
        schedule,
        standing,
        revision: _,
    } = kept;
    let suspended_from = state.suspended_from.as_ref().map(rows::to_word);
    let row = values![
        job.name(),
        rows::to_word(&state.status)?,
        &state.reason,
        suspended_from.transpose()?,
        state.failures,
        state.is_asked,
        rows::to_json(schedule)?,
        rows::to_json(standing)?
    ];
    db.execute(&SAVE, &row)?;
    Ok(())
}

/// Makes the rows of jobs that have none, with the recommended schedule on this machine's clock.
pub fn make_missing(db: Session<'_>) -> Result<(), SqlError> {
    let now = now(db)?;
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
        let row = values![
            job.name(),
            rows::to_word(&JobState::NEW.status)?,
            rows::to_json(&schedule)?,
            &standing
        ];
        db.execute(&ADD, &row)?;
    }
    Ok(())
}

#[async_trait]
impl<E: Engine> JobBook for SqlLedger<E> {
    async fn board(&self) -> Result<Board, LedgerError> {
        self.read("reading the jobs", board::board).await
    }

    async fn outdated(&self, board: &Board) {
        self.engine.outdated(board).await;
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
        self.write("starting a run", move |db| {
            let wanted = runs::Wanted {
                job,
                needs: &needs,
                owner: &owner,
                lease,
                dry_run,
                cause: &cause,
            };
            Ok(runs::begin(db, &wanted)?)
        })
        .await
    }

    async fn beat(
        &self,
        fence: Fence,
        lease: Duration,
        progress: Option<Progress>,
    ) -> Result<Option<String>, LedgerError> {
        self.write("renewing a lease", move |db| {
            check(db, fence)?;
            Ok(runs::beat(db, fence, lease, progress.as_ref())?)
        })
        .await
    }

    async fn finish_run(&self, fence: Fence, summary: &RunSummary) -> Result<(), LedgerError> {
        let summary = summary.clone();
        self.write("ending a run", move |db| {
            check(db, fence)?;
            Ok(runs::finish(db, fence, &summary)?)
        })
        .await
    }

    async fn ask_cancel(&self, job: Job, by: &str) -> Result<bool, LedgerError> {
        let by = by.to_owned();
        self.write("asking a run to stop", move |db| {
            Ok(runs::ask_cancel(db, job, &by)?)
        })
        .await
    }

    async fn runs(&self, job: Option<Job>, limit: usize) -> Result<Vec<RunSummary>, LedgerError> {
        let of_job = job.map(|job| Test::Is(Field::Job, job.name().to_owned()));
        let terms = of_job.map(Filter::from).unwrap_or_default();
        self.runs_that(&terms, limit).await
    }

    async fn runs_that(
        &self,
        terms: &Filter,
        limit: usize,
    ) -> Result<Vec<RunSummary>, LedgerError> {
        let terms = terms.clone();
        self.read("listing runs", move |db| runs::list(db, &terms, limit))
            .await
    }

    async fn run(&self, run: RunId) -> Result<Option<RunSummary>, LedgerError> {
        self.read("reading a run", move |db| runs::get(db, run))
            .await
    }

    async fn note_occurrences(&self, job: Job, due: Due) -> Result<bool, LedgerError> {
        self.write("noting what was due", move |db| {
            Ok(occurrences::note(db, job, due)?)
        })
        .await
    }

    async fn occurrences(
        &self,
        job: Option<Job>,
        limit: usize,
    ) -> Result<Vec<OccurrenceEntry>, LedgerError> {
        self.read("listing what was due", move |db| {
            occurrences::list(db, job, limit)
        })
        .await
    }

    async fn set_schedule(
        &self,
        job: Job,
        revision: i64,
        schedule: Schedule,
    ) -> Result<bool, LedgerError> {
        self.write("setting a schedule", move |db| {
            Ok(status::set_schedule(db, job, revision, schedule)?)
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
        self.write("changing a status", move |db| {
            Ok(status::change(db, job, to, &by)?)
        })
        .await
    }

    async fn suspend_all(&self, by: &str) -> Result<Vec<Job>, LedgerError> {
        let by = by.to_owned();
        self.write("suspending all jobs", move |db| {
            Ok(status::each(db, |job| Ok(job.state.suspend(&by)))?)
        })
        .await
    }

    async fn resume_all(&self, _by: &str) -> Result<Vec<Job>, LedgerError> {
        self.write("resuming all jobs", move |db| {
            Ok(status::each(db, |job| status::resume(db, job))?)
        })
        .await
    }

    async fn note_worker(&self, owner: &str, is_there: bool) -> Result<(), LedgerError> {
        let owner = owner.to_owned();
        self.write("noting a worker", move |db| {
            Ok(board::note_worker(db, &owner, is_there)?)
        })
        .await
    }

    async fn cursor_ages(&self) -> Result<Vec<CursorAge>, LedgerError> {
        self.read("reading the age of cursors", passes::cursor_ages)
            .await
    }
}
