//! `axcs jobs recurrence`: what an operator says about when a job starts by itself, put into its
//! schedule. What is not said stays as it is.

pub mod preview;

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};

use clap::Args;

use super::super::Refusal;
use crate::model::Job;
use crate::model::recurrence::{self, End, Every, NotUnderstood};
use crate::model::schedule::{Missed, Overlap, QuietHours, Said, Schedule, Unusable};

/// Heading of the flags that say when it starts.
const WHEN: &str = "When it starts";
/// Heading of the flags around that.
const POLICIES: &str = "Policies";

/// When a job starts by itself; what is not said stays as it is
#[derive(Debug, Args)]
#[allow(clippy::struct_excessive_bools, reason = "each is a flag")]
#[command(after_help = "Examples:
  axcs jobs recurrence orders
  axcs jobs recurrence orders --every \"15 minutes\"
  axcs jobs recurrence trade-agreements --every day --at 04:00 --zone America/Chicago
  axcs jobs recurrence complete --every week --on sat --at 23:00 --quiet 22:00-05:00
  axcs jobs recurrence complete --every month --on \"last sun\" --end-by 2027-12-31
  axcs jobs recurrence complete --as-required

Minutes and hours count from the start in absolute time; days, weeks, months and years on the wall
clock of the zone: a time that a clock change skips is moved forward, one that comes twice is taken
the first time, and a day that the month does not have is its last.")]
pub struct RecurrenceArguments {
    /// The job
    pub job: Job,

    /// How often: a count with minutes, hours, days, weeks, months or years
    #[arg(long, value_name = "COUNT UNIT", help_heading = WHEN)]
    every: Option<Every>,
    /// Time of the day
    #[arg(long, value_name = "HH:MM", value_parser = recurrence::time_of_day, help_heading = WHEN)]
    at: Option<Time>,
    /// Weekdays (mon,thu), or the day of the month (1 to 31, last, "2nd tue", "last fri")
    #[arg(long, value_name = "DAYS", help_heading = WHEN)]
    on: Option<String>,
    /// First date and time, on the wall clock of the zone; today without it
    #[arg(long, value_name = "DATE[THH:MM]", value_parser = recurrence::date_time, help_heading = WHEN)]
    start: Option<DateTime>,
    /// Time zone by its IANA name; this machine's without it
    #[arg(long, value_name = "NAME", help_heading = WHEN)]
    zone: Option<String>,
    /// End after so many starts
    #[arg(long, value_name = "STARTS", group = "end", help_heading = WHEN)]
    end_after: Option<u32>,
    /// Last day
    #[arg(long, value_name = "DATE", group = "end", value_parser = recurrence::date, help_heading = WHEN)]
    end_by: Option<Date>,
    /// No end
    #[arg(long, group = "end", help_heading = WHEN)]
    no_end: bool,
    /// By hand only
    #[arg(long, conflicts_with_all = ["every", "at", "on", "start", "zone", "end"], help_heading = WHEN)]
    as_required: bool,

    /// What becomes of starts that nobody was there for: one, skip or up-to:N
    #[arg(long, value_name = "WHAT", help_heading = POLICIES)]
    missed: Option<Missed>,
    /// Skip missed starts that are older; 0: none is too old
    #[arg(long, value_name = "MINUTES", help_heading = POLICIES)]
    missed_window: Option<u32>,
    /// What becomes of a start while a run is in its way: skip, wait or cancel-other
    #[arg(long, value_name = "WHAT", help_heading = POLICIES)]
    overlap: Option<Overlap>,
    /// Withhold the job after so many failures in a row; 0: never
    #[arg(long, value_name = "FAILURES", help_heading = POLICIES)]
    pause_after: Option<u32>,
    /// Start some seconds later, each job by its own number
    #[arg(long, conflicts_with = "no_jitter", help_heading = POLICIES)]
    jitter: bool,
    /// Start on the second
    #[arg(long, help_heading = POLICIES)]
    no_jitter: bool,
    /// Start only in these hours, on the wall clock of the zone; none: at any time
    #[arg(long, value_name = "HH:MM-HH:MM", help_heading = POLICIES)]
    quiet: Option<Quiet>,
}

/// Quiet hours, or `none`.
#[derive(Clone, Copy, Debug)]
struct Quiet(Option<QuietHours>);

impl std::str::FromStr for Quiet {
    type Err = NotUnderstood;

    fn from_str(text: &str) -> Result<Self, NotUnderstood> {
        match text {
            "none" => Ok(Self(None)),
            _ => text.parse().map(|hours| Self(Some(hours))),
        }
    }
}

impl RecurrenceArguments {
    /// The schedule as it is to be; the same where nothing was said. `system_zone` is the IANA name
    /// of the zone that times are shown in.
    pub fn apply(
        &self,
        schedule: &Schedule,
        system_zone: &str,
        now: Timestamp,
    ) -> Result<Schedule, Refusal> {
        let wanted = self.said().apply(schedule, system_zone, now);
        wanted.map_err(|error| self.refusal(&error))
    }

    fn said(&self) -> Said {
        let end = match (self.end_after, self.end_by, self.no_end) {
            (Some(starts), _, _) => Some(End::After(starts)),
            (_, Some(last), _) => Some(End::By(last)),
            (_, _, true) => Some(End::Never),
            (None, None, false) => None,
        };
        Said {
            every: self.every,
            at: self.at,
            on: self.on.clone(),
            start: self.start,
            zone: self.zone.clone(),
            end,
            as_required: self.as_required,
            missed: self.missed,
            missed_window_minutes: self.missed_window,
            overlap: self.overlap,
            pause_after: self.pause_after,
            jitter: (self.jitter || self.no_jitter).then_some(self.jitter),
            quiet_hours: self.quiet.map(|quiet| quiet.0),
        }
    }

    fn refusal(&self, error: &Unusable) -> Refusal {
        let job = self.job;
        match error {
            Unusable::NoRecurrence => Refusal::usage(
                format!("{job} starts as required: there is no recurrence to change."),
                "It was not said how often it is to start.",
                "Say how often, such as --every \"15 minutes\" or --every day --at 04:00",
            ),
            Unusable::NoDays => Refusal::usage(
                format!("The recurrence of {job} cannot be set."),
                "--on chooses the days of weeks and months, and it comes every so many minutes, hours, days or years.",
                "Say --every week or --every month as well, or leave --on out. Years come on the day of the start: --start.",
            ),
            Unusable::NotUnderstood(_) | Unusable::Recurrence(_) => Refusal::usage(
                format!("The recurrence of {job} cannot be set."),
                format!("What was given cannot be used: {error}."),
                "Every option with examples: axcs jobs recurrence --help",
            ),
        }
    }
}

#[cfg(test)]
mod tests;
