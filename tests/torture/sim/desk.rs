//! The half of a simulated world's ledger that is about jobs: schedules, occurrences, runs and
//! leases, with the rules of the embedded one. Each method is one transaction.

use std::collections::BTreeMap;
use std::time::Duration;

use axcs::ledger::jobs::{Board, Cause, Due, JobRecord};
use axcs::ledger::{Begun, Fence, Holder};
use axcs::model::job::JobState;
use axcs::model::run::{RunSummary, StreamProgress};
use axcs::model::schedule::{Occurrence, Outcome, Schedule, Standing};
use axcs::model::{Job, JobStatus, Progress, RunId, RunStatus};
use axcs::sqlite::Mark;
use jiff::civil::datetime;
use jiff::{SignedDuration, Timestamp};

/// The run has lost its lease: nothing was changed.
#[derive(Debug)]
pub struct Fenced;

/// A board is believed for so long at most.
const MOST: SignedDuration = SignedDuration::from_mins(1);

/// A job.
#[derive(Debug)]
struct Kept {
    state: JobState,
    schedule: Schedule,
    standing: Standing,
    revision: i64,
}

#[derive(Debug)]
struct Lease {
    owner: String,
    run: RunId,
    token: i64,
    expires: i64,
    length: i64,
}

impl Lease {
    /// A lease that ends further away than it is long was written before the clock was set back.
    const fn lasts(&self, now: i64) -> bool {
        self.expires > now && self.expires - now <= self.length
    }
}

/// A run, and why it was started.
#[derive(Debug)]
pub struct RunRow {
    pub summary: RunSummary,
    pub cause: Cause,
    /// The occurrence that it was started for, by itself or by the run that it took over.
    pub due: Option<Timestamp>,
    cancel_by: Option<String>,
}

/// What became of an occurrence.
#[derive(Clone, Debug)]
pub struct Record {
    pub outcome: Outcome,
    pub run: Option<RunId>,
}

/// Who wants to run what.
#[derive(Debug)]
pub struct Wanted<'a> {
    pub job: Job,
    pub needs: &'a [Job],
    pub owner: &'a str,
    pub lease: Duration,
    pub dry_run: bool,
    pub cause: Cause,
}

/// Jobs, runs and leases.
#[derive(Debug)]
pub struct Desk {
    /// False where writes do not look for the lease.
    pub checks_fence: bool,
    /// False where everybody gets the lease.
    pub leases: bool,
    /// False where a decision is carried out whatever changed since.
    pub checks_revision: bool,
    changes: i64,
    jobs: BTreeMap<Job, Kept>,
    held: BTreeMap<Job, Lease>,
    pub runs: Vec<RunRow>,
    pub occurrences: BTreeMap<(Job, Timestamp), Record>,
    /// Occurrences that got a second record.
    pub twice: Vec<(Job, Timestamp)>,
}

impl Desk {
    /// Jobs that start by hand only.
    pub fn new(now: Timestamp) -> Self {
        let kept = |job| Kept {
            state: JobState::NEW,
            schedule: Schedule {
                recurrence: None,
                ..Schedule::recommended(job, datetime(2027, 1, 1, 0, 0, 0, 0), "UTC")
            },
            standing: Standing::new(now),
            revision: 1,
        };
        Self {
            checks_fence: true,
            leases: true,
            checks_revision: true,
            changes: 0,
            jobs: Job::ALL.into_iter().map(|job| (job, kept(job))).collect(),
            held: BTreeMap::new(),
            runs: Vec::new(),
            occurrences: BTreeMap::new(),
            twice: Vec::new(),
        }
    }

    fn job(&mut self, job: Job) -> &mut Kept {
        self.jobs.get_mut(&job).unwrap()
    }

    fn saved(&mut self, job: Job) -> &mut Kept {
        self.changes += 1;
        let kept = self.job(job);
        kept.revision += 1;
        kept
    }

    fn row(&mut self, run: RunId) -> &mut RunRow {
        &mut self.runs[run.0 as usize - 1]
    }

    /// Does the run hold its leases still?
    pub fn holds(&self, fence: Fence) -> bool {
        self.held.get(&fence.job).is_some_and(|lease| {
            (lease.token, lease.run) == (fence.token, fence.run)
                && self.runs[lease.run.0 as usize - 1].summary.status == RunStatus::Executing
        })
    }

    pub fn check(&self, fence: Fence) -> Result<(), Fenced> {
        if !self.checks_fence || self.holds(fence) {
            Ok(())
        } else {
            Err(Fenced)
        }
    }

    fn holder(&self, now: i64, job: Job) -> Option<Holder> {
        let lease = self.held.get(&job).filter(|lease| lease.lasts(now))?;
        Some(Holder {
            job: self.runs[lease.run.0 as usize - 1].summary.job,
            owner: lease.owner.clone(),
            expires: Timestamp::from_millisecond(lease.expires).unwrap(),
            remaining: Duration::from_millis((lease.expires - now) as u64),
        })
    }

    /// The job's newest run, where its worker died.
    fn dead(&self, now: i64, job: Job) -> Option<&RunRow> {
        let newest = self.runs.iter().rev().find(|row| row.summary.job == job)?;
        let RunSummary {
            run,
            status,
            dry_run,
            ..
        } = newest.summary;
        let is_alive = self
            .held
            .values()
            .any(|lease| lease.run == run && lease.lasts(now));
        (status == RunStatus::Executing && !dry_run && !is_alive).then_some(newest)
    }

    pub fn board(&self, now: Timestamp) -> Board {
        let at = now.as_millisecond();
        let jobs = self.jobs.iter().map(|(job, kept)| {
            let holder = self.holder(at, *job);
            let dead = self.dead(at, *job);
            let is_withheld = kept.state.is_withheld();
            let status = if holder.as_ref().is_some_and(|holder| holder.job == *job) {
                JobStatus::Executing
            } else if dead.is_some() && !is_withheld {
                JobStatus::Error
            } else {
                kept.state.status
            };
            JobRecord {
                job: *job,
                status,
                reason: kept.state.reason.clone(),
                schedule: kept.schedule.clone(),
                standing: kept.standing.clone(),
                failures: kept.state.failures,
                is_asked: kept.state.is_asked,
                holder,
                interrupted: dead
                    .filter(|row| row.cause != Cause::Operator && !is_withheld)
                    .map(|row| row.summary.run),
                revision: kept.revision,
            }
        });
        let ends = self.held.values().filter(|lease| lease.lasts(at));
        let ends = ends.map(|lease| Timestamp::from_millisecond(lease.expires).unwrap());
        Board {
            operation_log: None,
            now,
            until: ends.fold(now + MOST, Timestamp::min),
            mark: Some(self.mark()),
            changes: self.changes,
            jobs: jobs.collect(),
            executing: Vec::new(),
            workers: Vec::new(),
        }
    }

    /// Another one after every write that a board shows.
    pub fn mark(&self) -> Mark {
        let leases = self.held.values();
        Mark {
            others: leases.map(|lease| lease.token + lease.expires).sum(),
            own: self.changes as u64,
        }
    }

    fn is_as_decided(&self, now: i64, job: Job, cause: &Cause) -> bool {
        let kept = &self.jobs[&job];
        let read = match cause {
            Cause::Operator => return true,
            Cause::TakeOver { of } => {
                return self
                    .dead(now, job)
                    .is_some_and(|row| row.summary.run == *of)
                    && !kept.state.is_withheld();
            }
            Cause::Asked { revision } if kept.state.is_asked => *revision,
            Cause::Asked { .. } => return false,
            Cause::Occurrence(due) => due.revision,
        };
        (read == kept.revision || !self.checks_revision) && !kept.state.is_withheld()
    }

    pub fn begin_run(&mut self, now: Timestamp, wanted: Wanted<'_>) -> Begun {
        let Wanted {
            job,
            needs,
            owner,
            lease,
            dry_run,
            cause,
        } = wanted;
        let at = now.as_millisecond();
        if !self.is_as_decided(at, job, &cause) {
            return Begun::Changed;
        }
        for needed in needs.iter().filter(|_| self.leases) {
            if let Some(holder) = self.holder(at, *needed) {
                return Begun::Held(holder);
            }
        }
        let due = match &cause {
            Cause::Operator | Cause::Asked { .. } => None,
            Cause::Occurrence(due) => due.start,
            Cause::TakeOver { of } => self.row(*of).due,
        };
        if self.leases {
            self.note_dead(now, needs);
        }
        if self.job(job).state.is_withheld() && cause != Cause::Operator {
            return Begun::Changed;
        }
        let run = RunId(self.runs.len() as i64 + 1);
        let token = 1 + self
            .held
            .values()
            .map(|lease| lease.token)
            .max()
            .unwrap_or(0);
        let length = lease.as_millis() as i64;
        for needed in needs {
            let lease = Lease {
                owner: owner.to_owned(),
                run,
                token,
                expires: at + length,
                length,
            };
            self.held.insert(*needed, lease);
        }
        match &cause {
            Cause::Operator | Cause::Asked { .. } => {}
            Cause::Occurrence(due) => {
                self.write_down(job, &due.records, Some(run));
                self.job(job).standing = due.standing.clone();
            }
            Cause::TakeOver { of } => {
                let theirs = self
                    .occurrences
                    .iter_mut()
                    .filter(|((of_job, _), record)| *of_job == job && record.run == Some(*of));
                theirs.for_each(|(_, record)| record.run = Some(run));
            }
        }
        let streams = job.streams().iter().copied();
        self.runs.push(RunRow {
            summary: RunSummary {
                run,
                job,
                status: RunStatus::Executing,
                dry_run,
                started: now,
                finished: None,
                streams: streams.map(StreamProgress::pending).collect(),
                exception: None,
            },
            cause,
            due,
            cancel_by: None,
        });
        self.changes += 1;
        if !dry_run {
            self.saved(job).state.is_asked = false;
        }
        Begun::Started(Fence { run, job, token })
    }

    /// Runs that were under way on these leases did not get to say how they ended.
    fn note_dead(&mut self, now: Timestamp, needs: &[Job]) {
        for needed in needs {
            let Some(run) = self.held.get(needed).map(|lease| lease.run) else {
                continue;
            };
            let row = self.row(run);
            if row.summary.status == RunStatus::Executing {
                row.summary.status = RunStatus::Error;
                row.summary.finished = Some(now);
                let (job, dry_run) = (row.summary.job, row.summary.dry_run);
                self.ended(run, job, dry_run, RunStatus::Error);
            }
        }
    }

    fn ended(&mut self, run: RunId, job: Job, dry_run: bool, status: RunStatus) {
        self.changes += 1;
        for lease in self.held.values_mut().filter(|lease| lease.run == run) {
            lease.expires = 0;
        }
        if !dry_run {
            let kept = self.saved(job);
            kept.state.after_run(status, &kept.schedule);
        }
    }

    pub fn beat(
        &mut self,
        now: Timestamp,
        fence: Fence,
        lease: Duration,
        progress: Option<Progress>,
    ) -> Result<Option<String>, Fenced> {
        self.check(fence)?;
        let length = lease.as_millis() as i64;
        for lease in self
            .held
            .values_mut()
            .filter(|lease| lease.run == fence.run)
        {
            lease.expires = now.as_millisecond() + length;
            lease.length = length;
        }
        let row = self.row(fence.run);
        if let Some(progress) = progress {
            row.summary.streams = progress.streams;
        }
        Ok(row.cancel_by.clone())
    }

    pub fn finish_run(&mut self, fence: Fence, summary: &RunSummary) -> Result<(), Fenced> {
        self.check(fence)?;
        self.row(fence.run).summary = summary.clone();
        self.ended(fence.run, fence.job, summary.dry_run, summary.status);
        Ok(())
    }

    pub fn ask_cancel(&mut self, now: Timestamp, job: Job, by: &str) -> bool {
        let at = now.as_millisecond();
        let lease = self.held.get(&job).filter(|lease| lease.lasts(at));
        let Some(run) = lease.map(|lease| lease.run) else {
            return false;
        };
        let row = self.row(run);
        if row.summary.job == job {
            row.cancel_by.get_or_insert_with(|| by.to_owned());
        }
        row.summary.job == job
    }

    pub fn run(&self, run: RunId) -> Option<RunSummary> {
        let row = self.runs.get(usize::try_from(run.0 - 1).ok()?)?;
        Some(row.summary.clone())
    }

    /// True where no run is under way, nor one that was cut short and not noted as such.
    pub fn is_quiet(&self) -> bool {
        let is_over = |row: &RunRow| row.summary.status != RunStatus::Executing;
        self.runs.iter().all(is_over)
    }

    /// The newest complete run that ended well.
    pub fn last_complete(&self) -> RunId {
        let ended = self.runs.iter().rev().find(|row| {
            row.summary.job == Job::Complete
                && row.summary.status == RunStatus::Ended
                && !row.summary.dry_run
        });
        ended.map_or(RunId(0), |row| row.summary.run)
    }

    /// Writes down what became of occurrences.
    fn write_down(&mut self, job: Job, records: &[Occurrence], run: Option<RunId>) {
        for Occurrence { due, outcome, .. } in records {
            let record = Record {
                outcome: *outcome,
                run: match outcome {
                    Outcome::Run | Outcome::Coalesced => run,
                    Outcome::Skipped => None,
                },
            };
            if self.occurrences.insert((job, *due), record).is_some() {
                self.twice.push((job, *due));
            }
        }
        if run.is_some() {
            // Those that were coalesced into one that had to wait until now.
            let waiting = self.occurrences.iter_mut().filter(|((of, _), record)| {
                *of == job && record.outcome == Outcome::Coalesced && record.run.is_none()
            });
            waiting.for_each(|(_, record)| record.run = run);
        }
    }

    pub fn note_occurrences(&mut self, job: Job, due: Due) -> bool {
        if self.checks_revision && self.job(job).revision != due.revision {
            return false;
        }
        self.write_down(job, &due.records, None);
        self.saved(job).standing = due.standing;
        true
    }

    pub fn set_schedule(&mut self, now: Timestamp, job: Job, schedule: Schedule) {
        let kept = self.saved(job);
        kept.state.reschedule(&schedule);
        kept.schedule = schedule;
        kept.standing = Standing::new(now);
    }

    /// How a job's schedule has been dealt with.
    pub fn standing(&self, job: Job) -> &Standing {
        &self.jobs[&job].standing
    }

    /// A job's schedule.
    pub fn schedule(&self, job: Job) -> &Schedule {
        &self.jobs[&job].schedule
    }

    /// An operator withholds a job.
    pub fn withhold(&mut self, job: Job) {
        self.saved(job).state.withhold("an operator".to_owned());
    }

    /// An operator sets a job to Waiting.
    pub fn release(&mut self, job: Job) {
        self.saved(job).state.wait();
    }
}
