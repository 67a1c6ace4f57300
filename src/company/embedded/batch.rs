//! The batch jobs of the company file. Loaded ones stand as AX left them: nothing here executes
//! them.

use async_trait::async_trait;

use super::Embedded;
use crate::company::CompanyError;
use crate::company::batch::{AxBatch, AxBatchFilter};
use crate::company::reading::batch;
use crate::model::ax_batch::{AxBatchJob, AxBatchRun};
use crate::sql::Session;

#[async_trait]
impl AxBatch for Embedded {
    async fn batch_jobs(&self, filter: &AxBatchFilter) -> Result<Vec<AxBatchJob>, CompanyError> {
        let filter = filter.clone();
        self.look_up("batch jobs", move |connection, _| {
            batch::jobs(Session::Sqlite(connection), &filter)
        })
        .await
    }

    async fn batch_history(&self, job: i64, limit: usize) -> Result<Vec<AxBatchRun>, CompanyError> {
        self.look_up("the history of a batch job", move |connection, _| {
            batch::history(Session::Sqlite(connection), job, limit)
        })
        .await
    }
}
