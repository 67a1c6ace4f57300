//! Every job at a glance: how it stands, when it starts next, and how long its change tracking
//! lasts.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::runner::Sides;
use crate::company::CompanyError;
use crate::ledger::jobs::JobRecord;
use crate::model::exception::{Exception, ExceptionFilter};
use crate::model::history::{self, History};
use crate::model::run::JobOverview;
use crate::model::{Job, RunStatus, Stream, schedule};

/// Seconds in an hour.
const HOUR: f64 = 3_600.0;

/// Every job, in the order of [`Job::ALL`], and whether the company could be read beside it.
pub async fn overview(
    sides: &Sides,
) -> Result<(Vec<JobOverview>, Result<(), Exception>), Exception> {
    let board = sides.ledger.board().await?;
    let company = company(sides).await;
    let hours_left = if company.is_ok() {
        hours_left(sides, board.now).await?
    } else {
        BTreeMap::new()
    };
    let mut overview = Vec::with_capacity(board.jobs.len());
    for record in board.jobs {
        let job = record.job;
        let mut quarantined = 0;
        for stream in job.streams() {
            let filter = ExceptionFilter {
                stream: Some(*stream),
                ..ExceptionFilter::default()
            };
            quarantined += sides.ledger.exception_count(&filter).await?;
        }
        // One may be under way.
        let runs = sides.ledger.runs(Some(job), history::RUNS + 1).await?;
        let of_job = job.streams().iter().filter(|_| job != Job::Complete);
        overview.push(JobOverview {
            job,
            status: record.status,
            next: next(&record, board.now)?,
            recurrence: record.schedule.pattern_in_words(),
            reason: record.reason,
            failures: record.failures,
            history: History::of(&runs),
            last: runs
                .into_iter()
                .find(|run| run.status != RunStatus::Executing),
            quarantined,
            tracking_hours_left: of_job
                .filter_map(|stream| hours_left.get(stream).copied())
                .reduce(f64::min),
        });
    }
    Ok((overview, company))
}

/// Whether the company can be read at all.
pub async fn company(sides: &Sides) -> Result<(), Exception> {
    match sides.company.tracking(Stream::OnHand, &[]).await {
        Err(
            error @ (CompanyError::Unreachable(_)
            | CompanyError::Unavailable { .. }
            | CompanyError::Unfit { .. }
            | CompanyError::Release { .. }),
        ) => Err(error.into()),
        Err(error) if error.is_not_reached() => Err(error.into()),
        // What is wrong with one stream is told by its runs.
        Ok(_)
        | Err(
            CompanyError::Read { .. } | CompanyError::Forbidden { .. } | CompanyError::Gap { .. },
        ) => Ok(()),
    }
}

/// When the job starts next by itself.
fn next(record: &JobRecord, now: Timestamp) -> Result<Option<Timestamp>, Exception> {
    if record.is_withheld() {
        return Ok(None);
    }
    if record.is_asked || record.interrupted.is_some() {
        return Ok(Some(now));
    }
    let planned = schedule::preview(record.job, &record.schedule, &record.standing, now, 1)
        .map_err(|error| {
            Exception::new(
                format!(
                    "The recurrence of {} cannot be followed.",
                    record.job.ax_name()
                ),
                error,
                format!("Set it anew: axcs jobs recurrence {}", record.job),
            )
        })?;
    Ok(planned.first().map(|planned| planned.starts))
}

/// For each stream with a cursor, the hours until the change tracking of its tables may have
/// forgotten what comes behind it.
async fn hours_left(sides: &Sides, now: Timestamp) -> Result<BTreeMap<Stream, f64>, Exception> {
    let mut hours = BTreeMap::new();
    for cursor in sides.ledger.cursor_ages().await? {
        if !cursor.stream.is_read_from_company() {
            continue;
        }
        // A stream that cannot be read is told by its runs, not by a list of jobs.
        let Ok(tracking) = sides.company.tracking(cursor.stream, &[]).await else {
            continue;
        };
        let age = now.duration_since(cursor.read).as_secs_f64() / HOUR;
        let kept = tracking.retention_minutes as f64 / 60.0;
        hours.insert(cursor.stream, kept - age);
    }
    Ok(hours)
}
