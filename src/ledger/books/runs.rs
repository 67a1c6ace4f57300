//! Runs and the leases they hold.

use std::time::Duration;

use jiff::Timestamp;

use super::super::jobs::Cause;
use super::super::{Begun, Fence};
use super::jobs::{Kept, load, occurrences, save};
use super::narrowed::{Column, Narrowed};
use super::{exceptions, leases, rows};
use crate::model::exception::Exception;
use crate::model::filter::{Field, Filter, Test};
use crate::model::run::{RunSummary, StreamProgress};
use crate::model::{Job, Progress, RunId, RunStatus};
use crate::sql::{Row, Session, SqlError, Text};
use crate::{statement, values};

const NOW: Text<'static> = statement!("runs", "now");
const DUE: Text<'static> = statement!("runs", "due");
const DEAD: Text<'static> = statement!("runs", "dead");
const ADD: Text<'static> = statement!("runs", "add");
const CUT_SHORT: Text<'static> = statement!("runs", "cut short");
const FAIL: Text<'static> = statement!("runs", "fail");
const PROGRESS: Text<'static> = statement!("runs", "progress");
const CANCEL_BY: Text<'static> = statement!("runs", "cancel by");
const FINISH: Text<'static> = statement!("runs", "finish");
const ASK_CANCEL: Text<'static> = statement!("runs", "ask cancel");
const LIST: Text<'static> = statement!("runs", "list");
const OLDER: Text<'static> = statement!("runs", "older");
const NEWEST_FIRST: Text<'static> = statement!("runs", "newest first");
const GET: Text<'static> = statement!("runs", "get");

/// The ledger's clock, in Unix milliseconds.
pub fn now(db: Session<'_>) -> Result<i64, SqlError> {
    db.row(&NOW, &[], |row| row.get(0))
}

/// A run that somebody wants to start.
pub struct Wanted<'a> {
    pub job: Job,
    pub needs: &'a [Job],
    pub owner: &'a str,
    pub lease: Duration,
    pub dry_run: bool,
    pub cause: &'a Cause,
}

pub fn begin(db: Session<'_>, wanted: &Wanted<'_>) -> Result<Begun, SqlError> {
    let Wanted {
        job, needs, cause, ..
    } = *wanted;
    let now = now(db)?;
    if !is_as_decided(db, now, wanted)? {
        return Ok(Begun::Changed);
    }
    for needed in needs {
        if let Some(holder) = leases::holder(db, now, *needed)? {
            return Ok(Begun::Held(holder));
        }
    }
    // Before the dead run is noted: afterwards it is not the newest that is under way.
    let due = match cause {
        Cause::Operator | Cause::Asked { .. } => None,
        Cause::Occurrence(due) => due.start.map(Timestamp::as_millisecond),
        Cause::TakeOver { of } => db.row(&DUE, &values![of.0], |row| row.get(0))?,
    };
    note_dead(db, now, needs)?;
    let mut kept = load(db, job)?;
    // What was just noted may have been one failure too many.
    if kept.state.is_withheld() && *cause != Cause::Operator {
        return Ok(Begun::Changed);
    }

    let run = insert(db, now, wanted, due)?;
    let token = leases::take(db, now, needs, wanted.owner, run, wanted.lease)?;
    match cause {
        Cause::Operator | Cause::Asked { .. } => {}
        Cause::Occurrence(due) => {
            occurrences::write(db, now, job, &due.records, Some(run))?;
            kept.standing = due.standing.clone();
        }
        Cause::TakeOver { of } => occurrences::hand_over(db, job, *of, run)?,
    }
    if !wanted.dry_run {
        kept.state.is_asked = false;
        save(db, &kept)?;
    }
    Ok(Begun::Started(Fence { run, job, token }))
}

/// True where nothing has changed since somebody decided that the run is to be started.
fn is_as_decided(db: Session<'_>, now: i64, wanted: &Wanted<'_>) -> Result<bool, SqlError> {
    let Kept {
        state, revision, ..
    } = load(db, wanted.job)?;
    let read = match wanted.cause {
        Cause::Operator => return Ok(true),
        Cause::TakeOver { of } => {
            let interrupted = dead(db, now, wanted.job)? == Some((*of, false));
            return Ok(interrupted && !state.is_withheld());
        }
        Cause::Asked { revision } => {
            if !state.is_asked {
                return Ok(false);
            }
            *revision
        }
        Cause::Occurrence(due) => due.revision,
    };
    Ok(read == revision && !state.is_withheld())
}

/// The job's newest run, where it was no dry run and its worker died; and whether an operator
/// started it.
pub fn dead(db: Session<'_>, now: i64, job: Job) -> Result<Option<(RunId, bool)>, SqlError> {
    db.optional(&DEAD, &values![job.name(), now], |row| {
        Ok((RunId(row.get(0)?), row.get(1)?))
    })
}

fn insert(
    db: Session<'_>,
    now: i64,
    wanted: &Wanted<'_>,
    due: Option<i64>,
) -> Result<RunId, SqlError> {
    let streams: Vec<_> = wanted
        .job
        .streams()
        .iter()
        .copied()
        .map(StreamProgress::pending)
        .collect();
    let cause = match wanted.cause {
        Cause::Operator => "operator",
        Cause::Asked { .. } => "asked",
        Cause::Occurrence(_) => "occurrence",
        Cause::TakeOver { .. } => "take-over",
    };
    let run = values![
        wanted.job.name(),
        wanted.dry_run,
        wanted.owner,
        now,
        rows::to_json(&streams)?,
        cause,
        due
    ];
    db.row(&ADD, &run, |row| row.get(0).map(RunId))
}

/// Notes runs that were under way on these leases when they ran out as failed: they did not get to
/// say how they ended.
pub fn note_dead(db: Session<'_>, now: i64, needs: &[Job]) -> Result<(), SqlError> {
    let exception = Exception::new(
        "The run stopped without saying how it ended.",
        "Its process was killed or lost its database.",
        "Nothing: the next run goes on where it was. If it happens again, look into the log of that time.",
    );
    let text = rows::to_json(&exception)?;
    for needed in needs {
        let dead: Vec<(RunId, Job, bool)> =
            db.rows(&CUT_SHORT, &values![needed.name()], |row| {
                Ok((RunId(row.get(0)?), rows::word(row, 1)?, row.get(2)?))
            })?;
        for (run, job, dry_run) in dead {
            db.execute(&FAIL, &values![run.0, now, &text])?;
            leases::give_back(db, run)?;
            if !dry_run {
                settle(db, now, job, RunStatus::Error, Some(&exception))?;
            }
        }
    }
    Ok(())
}

/// What the end of a run, not a dry one, means for its job.
fn settle(
    db: Session<'_>,
    now: i64,
    job: Job,
    status: RunStatus,
    exception: Option<&Exception>,
) -> Result<(), SqlError> {
    match (status, exception) {
        (RunStatus::Error, Some(exception)) => {
            exceptions::open_run(db, now, job, exception)?;
        }
        (RunStatus::Ended, _) => exceptions::clear_run(db, job)?,
        (RunStatus::Error | RunStatus::Canceled | RunStatus::Executing, _) => {}
    }
    let mut kept = load(db, job)?;
    kept.state.after_run(status, &kept.schedule);
    save(db, &kept)
}

pub fn beat(
    db: Session<'_>,
    fence: Fence,
    lease: Duration,
    progress: Option<&Progress>,
) -> Result<Option<String>, SqlError> {
    leases::extend(db, now(db)?, fence.run, lease)?;
    if let Some(progress) = progress {
        let streams = rows::to_json(&progress.streams)?;
        let waiting = progress.waiting.as_deref();
        db.execute(&PROGRESS, &values![fence.run.0, streams, waiting])?;
    }
    db.row(&CANCEL_BY, &values![fence.run.0], |row| row.get(0))
}

pub fn finish(db: Session<'_>, fence: Fence, summary: &RunSummary) -> Result<(), SqlError> {
    let now = now(db)?;
    let exception = summary.exception.as_ref().map(rows::to_json).transpose()?;
    let end = values![
        fence.run.0,
        status_word(summary.status),
        now,
        rows::to_json(&summary.streams)?,
        exception
    ];
    db.execute(&FINISH, &end)?;
    if !summary.dry_run {
        let exception = summary.exception.as_ref();
        settle(db, now, fence.job, summary.status, exception)?;
    }
    leases::give_back(db, fence.run)
}

/// The first who asks is remembered.
pub fn ask_cancel(db: Session<'_>, job: Job, by: &str) -> Result<bool, SqlError> {
    let now = now(db)?;
    let asked = db.execute(&ASK_CANCEL, &values![job.name(), now, by])?;
    Ok(asked > 0)
}

const fn status_word(status: RunStatus) -> &'static str {
    match status {
        RunStatus::Executing => "executing",
        RunStatus::Ended => "ended",
        RunStatus::Error => "error",
        RunStatus::Canceled => "canceled",
    }
}

fn summary(row: &Row<'_>) -> Result<RunSummary, SqlError> {
    Ok(RunSummary {
        run: RunId(row.get(0)?),
        job: rows::word(row, 1)?,
        status: rows::named(row, 2)?,
        dry_run: row.get(3)?,
        started: rows::time(row, 4)?,
        finished: rows::optional_time(row, 5)?,
        streams: rows::json(row, 6)?,
        exception: rows::optional_json(row, 7)?,
    })
}

/// Where a list of runs answers a test; how long one took, and what is told of it, is looked at run
/// by run.
fn column(test: &Test) -> Option<Column> {
    use Field as F;
    let text = match test.field()? {
        F::Run => statement!("runs", "number of it"),
        F::Job => statement!("runs", "job of it"),
        F::State => statement!("runs", "status of it"),
        F::Age | F::Started => statement!("runs", "start of it"),
        F::Dry => statement!("runs", "dry or not"),
        F::Is
        | F::Placed
        | F::Downloaded
        | F::Changed
        | F::Store
        | F::Number
        | F::Id
        | F::Customer
        | F::Account
        | F::SalesOrder
        | F::Total
        | F::Currency
        | F::Lines
        | F::Tries
        | F::Stream
        | F::Record
        | F::Code
        | F::Fault
        | F::Text
        | F::Cause
        | F::First
        | F::Last
        | F::Note
        | F::Took
        | F::Sent
        | F::SetAside
        | F::Level
        | F::At => return None,
    };
    Some(Column::Value(text))
}

/// Runs that are read at once while each is looked at.
const PAGE: usize = 200;

pub fn list(db: Session<'_>, terms: &Filter, limit: usize) -> Result<Vec<RunSummary>, SqlError> {
    let narrowed = Narrowed::of(db, terms, 2, column)?;
    let page = if narrowed.is_whole() { limit } else { PAGE };
    let mut listed: Vec<RunSummary> = Vec::new();
    let mut last: Option<i64> = None;
    while listed.len() < limit {
        let mut sql = db.pick(&LIST).to_owned();
        if last.is_some() {
            sql.push_str(db.pick(&OLDER));
        }
        sql.push_str(&narrowed.sql);
        sql.push_str(db.pick(&NEWEST_FIRST));
        let mut values = values![rows::limit(page), last].to_vec();
        values.extend(narrowed.values.iter().cloned());
        let read = db.rows(&Text::both(&sql), &values, summary)?;
        let is_last = read.len() < page;
        last = read.last().map(|run| run.run.0);
        let matching = read.into_iter().filter(|run| narrowed.lets(run));
        listed.extend(matching.take(limit - listed.len()));
        if is_last {
            break;
        }
    }
    Ok(listed)
}

pub fn get(db: Session<'_>, run: RunId) -> Result<Option<RunSummary>, SqlError> {
    db.optional(&GET, &values![run.0], summary)
}
