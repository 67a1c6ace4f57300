//! When jobs start, read and changed: for the command and for the console, each change noted in the
//! audit.

use jiff::Timestamp;

use super::runner::Runner;
use crate::ledger::jobs::{Board, JobRecord};
use crate::model::Job;
use crate::model::exception::Exception;
use crate::model::schedule::{Replan, Schedule, Timetable};

/// How often it is tried to be faster than whoever else changes the job: its worker does at each of
/// its starts.
const TRIES: usize = 20;

impl Runner {
    /// When a job starts.
    pub async fn timetable(&self, job: Job) -> Result<Timetable, Exception> {
        let (record, board) = self.record(job).await?;
        Ok(Timetable {
            job,
            schedule: record.schedule,
            standing: record.standing,
            now: board.now,
        })
    }

    /// Gives a job the schedule that `wanted` makes of the one it has, where that is another one.
    /// Answers how the job stands then.
    ///
    /// # Errors
    /// Those of `wanted`, and where others change the job again and again.
    pub async fn replan<E: From<Exception>>(
        &self,
        job: Job,
        wanted: impl Fn(&Schedule, Timestamp) -> Result<Schedule, E>,
    ) -> Result<(JobRecord, Board), E> {
        for _ in 0..TRIES {
            let (record, board) = self.record(job).await?;
            let wanted = wanted(&record.schedule, board.now)?;
            if wanted == record.schedule {
                return Ok((record, board));
            }
            let ledger = &self.sides().ledger;
            let is_set = ledger.set_schedule(job, record.revision, wanted).await;
            // Where the job has changed meanwhile: once more, on what it is by now.
            if is_set.map_err(Exception::from)? {
                let (record, board) = self.record(job).await?;
                let pattern = record.schedule.pattern_in_words();
                self.note_change("job", format!("recurrence of {job}: {pattern}"))
                    .await?;
                self.nudge();
                return Ok((record, board));
            }
        }
        Err(Exception::new(
            format!("The recurrence of {job} was not set."),
            format!("The job was changed by others {TRIES} times meanwhile."),
            "Try it again.",
        )
        .into())
    }

    /// Gives a job the schedule that an operator wants, unless it has another one by now than the
    /// operator saw.
    pub async fn take(&self, replan: &Replan) -> Result<(), Exception> {
        let Replan {
            job,
            before,
            wanted,
        } = replan;
        let taken = self.replan(*job, |schedule, _| {
            if schedule == before || schedule == wanted {
                return Ok(wanted.clone());
            }
            Err(Exception::new(
                format!("The recurrence of {job} was not set."),
                format!(
                    "Somebody else has set another one meanwhile: {}.",
                    schedule.pattern_in_words()
                ),
                "Close this window and look at it again.",
            ))
        });
        taken.await.map(|_| ())
    }

    async fn record(&self, job: Job) -> Result<(JobRecord, Board), Exception> {
        let mut board = self.sides().ledger.board().await?;
        let at = board.jobs.iter().position(|record| record.job == job);
        let record = at.map(|at| board.jobs.swap_remove(at));
        let record = record.ok_or_else(|| {
            Exception::new(
                format!("The {job} job is not in the ledger."),
                "",
                "Check the ledger's file.",
            )
        })?;
        Ok((record, board))
    }
}
