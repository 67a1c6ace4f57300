//! The one place where it is decided what becomes of each due occurrence: run, coalesced or
//! skipped, each exactly one record with its reason, in order.
//!
//! Occurrences up to [`Standing::dealt_until`] have their record. Those behind it whose turn has
//! come (the occurrence and the jitter are over) stand in a row: first those that are caught up
//! with, then those that wait or were missed, then the fresh ones. A decision deals with the row
//! from its front, and starts one run at most.

use jiff::{SignedDuration, Timestamp};

use super::quiet::later;
use super::times::Times;
use super::{Decision, Missed, Occurrence, Outcome, Overlap, Schedule, Standing};
use crate::model::Job;
use crate::model::recurrence::{End, Recurrence, RecurrenceError};

/// An occurrence that nobody started so long after its start is missed.
const MISSED_AFTER: SignedDuration = SignedDuration::from_secs(60);
/// How long those that wait for a run are left alone: its end may have passed unnoticed.
const LOOK_AGAIN: SignedDuration = SignedDuration::from_secs(60);
/// Records of one decision.
const MOST_RECORDS: usize = 1_000;

const MISSED: &str =
    "it was missed: nobody was there to start it, and missed occurrences are skipped";
const COALESCED: &str = "one run, for a later occurrence, does the work of all that were due";
const IN_THE_WAY: &str = "a run was in its way";

/// Decides what is to be done about `job` at `now`, the ledger's time. `in_the_way`: a run of it,
/// or of a job that it does not run beside, is under way.
pub fn decide(
    job: Job,
    schedule: &Schedule,
    standing: &Standing,
    now: Timestamp,
    in_the_way: bool,
) -> Result<Decision, RecurrenceError> {
    look(job, schedule, standing, now, |row, due| {
        row.decide(due, in_the_way)
    })
}

/// Skips every occurrence whose turn has come, of a job that is not to start by itself: `why` says
/// why not, as "the job was withheld".
pub fn skip_due(
    job: Job,
    schedule: &Schedule,
    standing: &Standing,
    now: Timestamp,
    why: &str,
) -> Result<Decision, RecurrenceError> {
    look(job, schedule, standing, now, |row, due| row.skip(due, why))
}

/// Deals with the row in one way or the other.
fn look(
    job: Job,
    schedule: &Schedule,
    standing: &Standing,
    now: Timestamp,
    deal: impl FnOnce(&mut Row<'_>, &[Timestamp]),
) -> Result<Decision, RecurrenceError> {
    schedule.check()?;
    let Some(recurrence) = &schedule.recurrence else {
        return Ok(as_required(standing));
    };
    let times = Times::of(job, schedule, recurrence.occurrences()?);
    let mut row = Row {
        schedule,
        recurrence,
        times: &times,
        standing,
        now,
        records: Vec::new(),
        start: None,
        cancel_other: false,
        catch_up_until: None,
        waiting: None,
    };
    let due = row.due();
    if row.starts_left() == 0 {
        row.skip_behind_the_end(&due);
    } else {
        deal(&mut row, &due);
    }
    Ok(row.decision(&due))
}

/// Nothing comes by itself.
fn as_required(standing: &Standing) -> Decision {
    Decision {
        records: Vec::new(),
        start: None,
        cancel_other: false,
        standing: Standing {
            catch_up_until: None,
            waiting: None,
            ..standing.clone()
        },
        next: None,
    }
}

/// The occurrences whose turn has come and that have no record, while they are dealt with.
struct Row<'a> {
    schedule: &'a Schedule,
    recurrence: &'a Recurrence,
    times: &'a Times,
    /// Before the decision.
    standing: &'a Standing,
    now: Timestamp,
    records: Vec<Occurrence>,
    start: Option<Timestamp>,
    cancel_other: bool,
    /// After the decision.
    catch_up_until: Option<Timestamp>,
    /// After the decision.
    waiting: Option<Timestamp>,
}

impl Row<'_> {
    /// Those in the row, oldest first: as many as one decision can need to see.
    fn due(&self) -> Vec<Timestamp> {
        // Behind the end there are none but those that were in the row before it was reached.
        if self.starts_left() == 0 && self.standing.waiting.is_none() {
            return Vec::new();
        }
        let catch_up = match self.schedule.missed {
            Missed::UpTo(most) => most as usize,
            Missed::One | Missed::Skip => 0,
        };
        self.times
            .following(self.standing.dealt_until)
            .take_while(|due| self.times.turn(*due) <= self.now)
            .take(MOST_RECORDS + catch_up + 1)
            .collect()
    }

    /// How many runs may still be started.
    fn starts_left(&self) -> usize {
        match self.recurrence.end {
            End::Never | End::By(_) => usize::MAX,
            End::After(starts) => {
                let started = u32::from(self.start.is_some());
                starts.saturating_sub(self.standing.started.saturating_add(started)) as usize
            }
        }
    }

    fn decide(&mut self, due: &[Timestamp], in_the_way: bool) {
        let line = self.caught_up_with(due);
        let missed = line + self.newly_missed(&due[line..]);
        let (missed, fresh) = due.split_at(missed);
        let (too_old, missed) = missed.split_at(self.too_old(missed));
        let minutes = self.schedule.missed_window_minutes;
        self.skip(
            too_old,
            &format!("it was missed for more than {minutes} minutes"),
        );
        let (line, rest) = match self.schedule.missed {
            Missed::Skip => {
                self.skip(missed, MISSED);
                (&[][..], fresh)
            }
            // They share the run of the fresh ones, if there are any.
            Missed::One => (&[][..], &due[too_old.len()..]),
            Missed::UpTo(most) => {
                let most = self.starts_left().min(most as usize);
                let (older, line) = missed.split_at(missed.len().saturating_sub(most));
                let why = format!("it was missed, and only the newest {most} are caught up with");
                self.skip(older, &why);
                (line, fresh)
            }
        };
        self.start_one(line, rest, in_the_way);
    }

    /// How many at the front are being caught up with.
    fn caught_up_with(&self, due: &[Timestamp]) -> usize {
        match (self.schedule.missed, self.standing.catch_up_until) {
            (Missed::UpTo(_), Some(until)) => due.partition_point(|due| *due <= until),
            (Missed::UpTo(_) | Missed::One | Missed::Skip, _) => 0,
        }
    }

    /// How many of those behind them are found to be missed now.
    fn newly_missed(&self, due: &[Timestamp]) -> usize {
        if self.standing.waiting.is_some() {
            return 0;
        }
        due.partition_point(|due| later(self.times.start(*due), MISSED_AFTER) < self.now)
    }

    /// How many of the missed are older than the window.
    fn too_old(&self, missed: &[Timestamp]) -> usize {
        match self.schedule.missed_window_minutes {
            0 => 0,
            minutes => {
                let window = SignedDuration::from_mins(minutes.into());
                missed.partition_point(|due| later(self.times.start(*due), window) < self.now)
            }
        }
    }

    /// Starts the run that is to be started now, and says what becomes of the others.
    ///
    /// `line`: those that are caught up with one after the other; `rest`: those behind them, that
    /// share one run.
    fn start_one(&mut self, line: &[Timestamp], rest: &[Timestamp], in_the_way: bool) {
        if self.times.opening(self.now) > self.now {
            return self.hold(line, rest);
        }
        let cancels = self.schedule.overlap == Overlap::CancelOther && !rest.is_empty();
        match line {
            [] => self.start_shared(rest, in_the_way),
            _ if in_the_way => {
                self.cancel_other = cancels;
                self.hold(line, rest);
            }
            // The newest was wanted whatever was in its way: also before those of the line.
            _ if cancels => {
                self.coalesce(line);
                self.start_shared(rest, false);
            }
            [first, others @ ..] => {
                self.run(*first);
                if self.starts_left() == 0 {
                    self.skip_behind_the_end(others);
                    self.skip_behind_the_end(rest);
                } else if others.is_empty() {
                    // The run that was just started is in their way.
                    self.start_shared(rest, true);
                } else {
                    self.hold(others, rest);
                }
            }
        }
    }

    /// One run for all of them, if the overlap allows it.
    fn start_shared(&mut self, rest: &[Timestamp], in_the_way: bool) {
        let Some((newest, older)) = rest.split_last() else {
            return;
        };
        if in_the_way {
            match self.schedule.overlap {
                Overlap::Skip => return self.skip(rest, IN_THE_WAY),
                Overlap::Wait => {}
                Overlap::CancelOther => self.cancel_other = true,
            }
            return self.hold(&[], rest);
        }
        self.coalesce(older);
        self.run(*newest);
    }

    fn hold(&mut self, line: &[Timestamp], rest: &[Timestamp]) {
        self.catch_up_until = line.last().copied();
        self.waiting = rest.first().copied();
    }

    fn run(&mut self, due: Timestamp) {
        self.record(&[due], Outcome::Run, "");
        self.start = Some(due);
    }

    fn coalesce(&mut self, due: &[Timestamp]) {
        self.record(due, Outcome::Coalesced, COALESCED);
    }

    fn skip(&mut self, due: &[Timestamp], why: &str) {
        self.record(due, Outcome::Skipped, why);
    }

    fn skip_behind_the_end(&mut self, due: &[Timestamp]) {
        self.skip(
            due,
            "the recurrence ended before, with the last of its starts",
        );
    }

    fn record(&mut self, due: &[Timestamp], outcome: Outcome, why: &str) {
        // One more than fits shows that it is too many.
        let room = (MOST_RECORDS + 1).saturating_sub(self.records.len());
        let records = due.iter().take(room).map(|due| Occurrence {
            due: *due,
            outcome,
            why: why.to_owned(),
        });
        self.records.extend(records);
    }

    /// The decision; what does not fit into it is left in the row.
    fn decision(mut self, due: &[Timestamp]) -> Decision {
        let is_cut = self.records.len() > MOST_RECORDS;
        if is_cut {
            self.cut(due);
        }
        let dealt_until = self
            .records
            .last()
            .map_or(self.standing.dealt_until, |last| last.due);
        let next = if is_cut {
            Some(self.now)
        } else {
            self.next(dealt_until)
        };
        Decision {
            standing: Standing {
                dealt_until,
                catch_up_until: self.catch_up_until,
                waiting: self.waiting,
                started: self
                    .standing
                    .started
                    .saturating_add(self.start.is_some().into()),
            },
            records: self.records,
            start: self.start,
            cancel_other: self.cancel_other,
            next,
        }
    }

    /// Leaves those behind the last record that fits as they were.
    fn cut(&mut self, due: &[Timestamp]) {
        self.records.truncate(MOST_RECORDS);
        self.start = self
            .start
            .filter(|start| self.records.iter().any(|record| record.due == *start));
        self.cancel_other = false;
        self.catch_up_until = self.standing.catch_up_until;
        // Those that waited wait on; behind a start they wait for its run.
        let waits = self.standing.waiting.is_some() || self.start.is_some();
        self.waiting = due.get(MOST_RECORDS).copied().filter(|_| waits);
    }

    fn next(&self, dealt_until: Timestamp) -> Option<Timestamp> {
        if self.starts_left() == 0 {
            return None;
        }
        let coming = self.times.next_turn(dealt_until, self.now);
        let opening = self.times.opening(self.now);
        match (self.catch_up_until, self.waiting) {
            (None, None) => coming,
            _ if opening > self.now => Some(opening),
            _ => {
                let again = later(self.now, LOOK_AGAIN);
                Some(coming.map_or(again, |coming| coming.min(again)))
            }
        }
    }
}

#[cfg(test)]
mod tests;
