//! The batch jobs of AX, with what they wrote into their logs.

use async_trait::async_trait;

use super::CompanyError;
use crate::model::ax_batch::{AxBatchJob, AxBatchRun, COMMERCE_SERVICES};
use crate::sql::literal_pattern;

/// Jobs of one answer, at most: a site that never cleans up has very many.
pub const MOST_JOBS: usize = 500;
/// Tasks of a job or of a run, at most; those in Error come first.
pub const MOST_TASKS: usize = 50;
/// Bytes of a task's packed log, at most.
pub const MOST_LOG: usize = 64 * 1024;
/// Runs of a job from which its usual duration and its last error are told.
pub const LEARNT_RUNS: usize = 50;

/// Which batch jobs are meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AxBatchFilter {
    /// Those whose caption begins with "Commerce Services".
    CommerceServices,
    /// All of them.
    Every,
    /// Those with this text in their caption, upper and lower case alike.
    Caption(String),
    /// The one with this RecId.
    Id(i64),
}

impl AxBatchFilter {
    /// The caption as a pattern of SQL's LIKE, in which `\` takes the meaning from a sign.
    pub fn pattern(&self) -> String {
        match self {
            Self::CommerceServices => format!("{COMMERCE_SERVICES}%"),
            Self::Every | Self::Id(_) => "%".to_owned(),
            Self::Caption(text) => format!("%{}%", literal_pattern(text)),
        }
    }
}

/// The batch jobs of AX; of all its companies, since a batch job may belong to any.
#[async_trait]
pub trait AxBatch: Send + Sync {
    /// At most [`MOST_JOBS`] batch jobs, newest first behind those of Commerce Services; these in
    /// the order of the AX documents. Empty where AX has none, or keeps them elsewhere.
    async fn batch_jobs(&self, filter: &AxBatchFilter) -> Result<Vec<AxBatchJob>, CompanyError>;

    /// The newest runs of a batch job that AX saved to its history, newest first, with the logs of
    /// their tasks.
    async fn batch_history(&self, job: i64, limit: usize) -> Result<Vec<AxBatchRun>, CompanyError>;
}

/// Orders jobs as [`AxBatch::batch_jobs`] promises, where they come newest first.
pub fn sort(jobs: &mut [AxBatchJob]) {
    jobs.sort_by_key(|job| {
        let beginning = job.caption.get(..COMMERCE_SERVICES.len());
        let is_ours = beginning.is_some_and(|text| text.eq_ignore_ascii_case(COMMERCE_SERVICES));
        (job.job.is_none(), job.job, !is_ours)
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_looked_for_letter_by_letter() {
        for (text, pattern) in [
            ("orders", "%orders%"),
            ("100 %", "%100 \\%%"),
            ("a_b[c]\\", "%a\\_b\\[c]\\\\%"),
        ] {
            assert_eq!(AxBatchFilter::Caption(text.to_owned()).pattern(), pattern);
        }
        assert_eq!(AxBatchFilter::Every.pattern(), "%");
    }
}
