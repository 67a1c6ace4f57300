//! The batch jobs of AX, with their tasks and what AX saved of their runs.

use jiff::civil::DateTime;

use crate::company::batch::{AxBatchFilter, LEARNT_RUNS, MOST_JOBS, MOST_LOG, MOST_TASKS, sort};
use crate::model::ax_batch::{
    AxBatchJob, AxBatchRun, AxBatchStatus, AxBatchTask, AxBatchTimes, commerce_services_job,
    log_of, moment,
};
use crate::sql::{Row, Session, SqlError, Text, Value};
use crate::{statement, values};

const JOBS: Text<'static> = statement!("batch", "jobs");
const TASKS: Text<'static> = statement!("batch", "tasks");
const RUNS: Text<'static> = statement!("batch", "runs");
const RUN_TASKS: Text<'static> = statement!("batch", "run_tasks");

/// See [`crate::company::batch::AxBatch::batch_history`].
pub(in crate::company) fn history(
    session: Session<'_>,
    job: i64,
    limit: usize,
) -> Result<Vec<AxBatchRun>, SqlError> {
    let mut runs = runs(session, job, limit)?;
    for run in &mut runs {
        run.tasks = tasks(session, &RUN_TASKS, run.id)?;
    }
    Ok(runs)
}

/// See [`crate::company::batch::AxBatch::batch_jobs`].
pub(in crate::company) fn jobs(
    session: Session<'_>,
    filter: &AxBatchFilter,
) -> Result<Vec<AxBatchJob>, SqlError> {
    let id = match filter {
        AxBatchFilter::Id(id) => Some(*id),
        AxBatchFilter::CommerceServices | AxBatchFilter::Every | AxBatchFilter::Caption(_) => None,
    };
    let captions = [filter.pattern(), AxBatchFilter::CommerceServices.pattern()];
    let [caption, commerce_services] = &captions;
    let wanted = values![id, caption, commerce_services, MOST_JOBS as i64];
    let mut jobs = session.rows(&JOBS, &wanted, job)?;
    for job in &mut jobs {
        job.tasks = tasks(session, &TASKS, job.id)?;
        let mut runs = runs(session, job.id, LEARNT_RUNS)?;
        for place in AxBatchJob::worth_reading(&runs) {
            runs[place].tasks = tasks(session, &RUN_TASKS, runs[place].id)?;
        }
        job.learn(&runs);
    }
    sort(&mut jobs);
    Ok(jobs)
}

fn runs(session: Session<'_>, job: i64, limit: usize) -> Result<Vec<AxBatchRun>, SqlError> {
    let most = i64::try_from(limit).unwrap_or(i64::MAX);
    session.rows(&RUNS, &values![job, most], |row| {
        Ok(AxBatchRun {
            id: row.get(0)?,
            canceled_by: row.get(1)?,
            status: AxBatchStatus::from_ax(row.get(2)?),
            times: times(row, 3)?,
            tasks: Vec::new(),
        })
    })
}

/// The tasks of a job or of a run, whose `RecId` is `id`.
fn tasks(session: Session<'_>, text: &Text<'_>, id: i64) -> Result<Vec<AxBatchTask>, SqlError> {
    let wanted: [Value<'_>; 3] = values![id, MOST_LOG as i64, MOST_TASKS as i64];
    session.rows(text, &wanted, task)
}

fn job(row: &Row<'_>) -> Result<AxBatchJob, SqlError> {
    let caption: String = row.get(1)?;
    Ok(AxBatchJob {
        id: row.get(0)?,
        job: commerce_services_job(&caption),
        caption,
        company: row.get(2)?,
        created_by: row.get(3)?,
        canceled_by: row.get(4)?,
        status: AxBatchStatus::from_ax(row.get(5)?),
        times: times(row, 6)?,
        tasks: Vec::new(),
        usual_seconds: None,
        last_log: None,
        last_error: None,
    })
}

fn task(row: &Row<'_>) -> Result<AxBatchTask, SqlError> {
    Ok(AxBatchTask {
        id: row.get(0)?,
        caption: row.get(1)?,
        class_number: row.get(2)?,
        company: row.get(3)?,
        group: row.get(4)?,
        status: AxBatchStatus::from_ax(row.get(5)?),
        server: row.get(6)?,
        executed_by: row.get(7)?,
        retries: row.get(8)?,
        times: AxBatchTimes {
            planned: None,
            started: at(row, 9)?,
            ended: at(row, 10)?,
        },
        log: log_of(row.get::<Option<Vec<u8>>>(11)?.as_deref()),
    })
}

/// Scheduled start, start and end from this column on.
fn times(row: &Row<'_>, first: usize) -> Result<AxBatchTimes, SqlError> {
    Ok(AxBatchTimes {
        planned: at(row, first)?,
        started: at(row, first + 1)?,
        ended: at(row, first + 2)?,
    })
}

fn at(row: &Row<'_>, column: usize) -> Result<Option<jiff::Timestamp>, SqlError> {
    let text: String = row.get(column)?;
    let parsed = text.parse::<DateTime>();
    let parsed = parsed.map_err(|error| SqlError::unreadable(column, error))?;
    Ok(moment(parsed))
}
