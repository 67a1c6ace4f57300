//! The batch jobs of the company file. Loaded ones stand as AX left them: nothing here executes
//! them.

use async_trait::async_trait;
use jiff::civil::DateTime;
use rusqlite::types::Type;
use rusqlite::{Connection, Row, named_params};

use super::Embedded;
use crate::company::CompanyError;
use crate::company::batch::{
    AxBatch, AxBatchFilter, LEARNT_RUNS, MOST_JOBS, MOST_LOG, MOST_TASKS, sort,
};
use crate::model::ax_batch::{
    AxBatchJob, AxBatchRun, AxBatchStatus, AxBatchTask, AxBatchTimes, commerce_services_job,
    log_of, moment,
};

const JOBS: &str = include_str!("batch/jobs.sql");
const TASKS: &str = include_str!("batch/tasks.sql");
const RUNS: &str = include_str!("batch/runs.sql");
const RUN_TASKS: &str = include_str!("batch/run_tasks.sql");

#[async_trait]
impl AxBatch for Embedded {
    async fn batch_jobs(&self, filter: &AxBatchFilter) -> Result<Vec<AxBatchJob>, CompanyError> {
        let filter = filter.clone();
        self.look_up("batch jobs", move |connection, _| jobs(connection, &filter))
            .await
    }

    async fn batch_history(&self, job: i64, limit: usize) -> Result<Vec<AxBatchRun>, CompanyError> {
        self.look_up("the history of a batch job", move |connection, _| {
            let mut runs = runs(connection, job, limit)?;
            for run in &mut runs {
                run.tasks = tasks(connection, RUN_TASKS, run.id)?;
            }
            Ok(runs)
        })
        .await
    }
}

fn jobs(connection: &Connection, filter: &AxBatchFilter) -> rusqlite::Result<Vec<AxBatchJob>> {
    let id = match filter {
        AxBatchFilter::Id(id) => Some(*id),
        AxBatchFilter::CommerceServices | AxBatchFilter::Every | AxBatchFilter::Caption(_) => None,
    };
    let parameters = named_params! {
        ":id": id,
        ":caption": filter.pattern(),
        ":commerce_services": AxBatchFilter::CommerceServices.pattern(),
        ":most": MOST_JOBS as i64,
    };
    let mut jobs = connection
        .prepare_cached(JOBS)?
        .query_map(parameters, job)?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    for job in &mut jobs {
        job.tasks = tasks(connection, TASKS, job.id)?;
        let mut runs = runs(connection, job.id, LEARNT_RUNS)?;
        for place in AxBatchJob::worth_reading(&runs) {
            runs[place].tasks = tasks(connection, RUN_TASKS, runs[place].id)?;
        }
        job.learn(&runs);
    }
    sort(&mut jobs);
    Ok(jobs)
}

fn runs(connection: &Connection, job: i64, limit: usize) -> rusqlite::Result<Vec<AxBatchRun>> {
    let most = i64::try_from(limit).unwrap_or(i64::MAX);
    connection
        .prepare_cached(RUNS)?
        .query_map(named_params! {":id": job, ":most": most}, |row| {
            Ok(AxBatchRun {
                id: row.get(0)?,
                canceled_by: row.get(1)?,
                status: AxBatchStatus::from_ax(row.get(2)?),
                times: times(row, 3)?,
                tasks: Vec::new(),
            })
        })?
        .collect()
}

/// The tasks of a job or of a run, whose RecId is `id`.
fn tasks(connection: &Connection, sql: &str, id: i64) -> rusqlite::Result<Vec<AxBatchTask>> {
    let parameters = named_params! {
        ":id": id,
        ":log": MOST_LOG as i64,
        ":most": MOST_TASKS as i64,
    };
    connection
        .prepare_cached(sql)?
        .query_map(parameters, task)?
        .collect()
}

fn job(row: &Row<'_>) -> rusqlite::Result<AxBatchJob> {
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

fn task(row: &Row<'_>) -> rusqlite::Result<AxBatchTask> {
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
        log: log_of(row.get::<_, Option<Vec<u8>>>(11)?.as_deref()),
    })
}

/// Scheduled start, start and end from this column on.
fn times(row: &Row<'_>, first: usize) -> rusqlite::Result<AxBatchTimes> {
    Ok(AxBatchTimes {
        planned: at(row, first)?,
        started: at(row, first + 1)?,
        ended: at(row, first + 2)?,
    })
}

fn at(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<jiff::Timestamp>> {
    let text: String = row.get(column)?;
    let parsed = text.parse::<DateTime>().map_err(|error| {
        rusqlite::Error::FromSqlConversionFailure(column, Type::Text, error.into())
    })?;
    Ok(moment(parsed))
}
