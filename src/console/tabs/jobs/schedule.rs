//! When jobs start by themselves and what stands against it, in words: for the list, for the run
//! beside it, for the window and for the first lines.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::JobsTab;
use crate::console::theme::Role;
use crate::console::widgets::report::JobFact;
use crate::console::words;
use crate::model::run::{JobOverview, Reach};
use crate::model::{Job, JobStatus, Progress};

/// From here on the age of a cursor is a warning. A job that runs once a day has to come twice.
const FEW_HOURS: f64 = 12.0;

/// What moves with the time is looked at again after this, where nothing else calls for it.
const LOOK_AGAIN: SignedDuration = SignedDuration::from_mins(10);

/// Names of facts.
pub(super) const NEXT_START: &str = "Next start";
pub(super) const DUE_SINCE: &str = "Due since";
pub(super) const WITHHELD: &str = "Withheld";
pub(super) const FAILED: &str = "Failed";

/// What must be known of all jobs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Concern {
    /// In words.
    pub text: String,
    /// In fewer words.
    pub short: Option<String>,
    /// How bad it is.
    pub role: Role,
}

impl Concern {
    fn new(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            short: None,
            role: Role::Warn,
        }
    }

    fn or(mut self, short: impl Into<String>) -> Self {
        self.short = Some(short.into());
        self
    }
}

impl JobsTab {
    /// True where the job is withheld, or will be when its run has ended.
    pub fn is_withheld(&self, job: Job) -> bool {
        self.overview_of(job).is_some_and(|overview| {
            overview.status == JobStatus::Withhold || !overview.reason.is_empty()
        })
    }

    /// How many jobs are.
    pub(super) fn withheld(&self) -> usize {
        let is_withheld = |job: &Job| self.is_withheld(*job);
        Job::ALL.into_iter().filter(is_withheld).count()
    }

    /// When the job starts by itself.
    pub(super) fn next_of(&self, job: Job) -> Option<Timestamp> {
        if self.is_withheld(job) {
            return None;
        }
        self.overview_of(job)?.next
    }

    /// The job that starts next, and when.
    pub fn next(&self) -> Option<(Job, Timestamp)> {
        let next_of = |job| Some((job, self.next_of(job)?));
        let all = Job::ALL.into_iter().filter_map(next_of);
        all.min_by_key(|(_, next)| *next)
    }

    /// Hours until the oldest cursor of the job falls out of the retention.
    fn tracking(&self, job: Job, now: Timestamp) -> Option<f64> {
        let hours = self.overview_of(job)?.tracking_hours_left?;
        Some(hours - now.duration_since(self.loaded_at).as_secs_f64() / 3_600.0)
    }

    /// How long what the tab says of times stays true while nothing happens.
    pub fn true_for(&self, now: Timestamp) -> Option<SignedDuration> {
        let second = SignedDuration::from_secs(1);
        if self.live.ledger.is_some() {
            // Only runs of this process move.
            return self.own().next().map(|_| second);
        }
        if !self.live.executing.is_empty() {
            return Some(second);
        }
        let reach = match &self.live.reach {
            Reach::Fine => None,
            Reach::Throttled { until } => Some(until.duration_since(now) + second),
            Reach::Open { next_try, .. } => (*next_try > now).then_some(second),
        };
        let reach = reach.filter(SignedDuration::is_positive);
        let starts = Job::ALL.into_iter().filter_map(|job| self.next_of(job));
        let tracks = |overview: &JobOverview| overview.tracking_hours_left.is_some();
        let tracking = self.overview.iter().any(tracks).then_some(LOOK_AGAIN);
        let starts = starts.map(|next| until_stays_true(next, now));
        starts.chain(tracking).chain(reach).min()
    }

    /// What must be known of all jobs, the most urgent first.
    pub fn concerns(&self, now: Timestamp) -> Vec<Concern> {
        let mut concerns = Vec::new();
        if let Some(trouble) = &self.trouble {
            concerns.push(Concern::new(format!("jobs cannot be read: {trouble}")));
        }
        if self.live.workers == 0 && self.next().is_some() {
            concerns.push(Concern::new("no worker: jobs start only by hand").or("no worker"));
        }
        let aging = self.aging(now);
        let (passed, aging) = match aging {
            Some((hours, concern)) if hours < 0.0 => (Some(concern), None),
            Some((_, concern)) => (None, Some(concern)),
            None => (None, None),
        };
        concerns.extend(passed);
        let failed = self.number_in(JobStatus::Error);
        if failed > 0 {
            let jobs = counted(failed, "job", "jobs");
            concerns.push(Concern::new(format!("{jobs} in Error")));
        }
        concerns.extend(aging);
        let withheld = self.withheld();
        if withheld > 0 {
            let jobs = counted(withheld, "job", "jobs");
            concerns.push(Concern::new(format!("{jobs} withheld")));
        }
        let slow = |run: &Progress| Some((run.job, self.times_usual(run.job, now)?));
        for (job, times) in self.live.executing.iter().filter_map(slow) {
            let text = format!("{job} takes {times} times longer than usual");
            concerns.push(Concern::new(text).or(format!("{job} takes long")));
        }
        concerns
    }

    /// Records in quarantine.
    pub fn quarantined(&self) -> u64 {
        // The complete job has every stream: the others' exceptions are among its own.
        let quarantined = self.overview.iter().map(|overview| overview.quarantined);
        quarantined.max().unwrap_or(0)
    }

    /// Hours of change tracking left for the oldest cursor, in words, where that is no concern.
    pub fn tracking_words(&self, now: Timestamp) -> Option<String> {
        let all = Job::ALL.into_iter();
        let hours = all.filter_map(|job| self.tracking(job, now));
        let hours = hours.min_by(f64::total_cmp)?;
        (hours >= FEW_HOURS).then(|| format!("tracking {}", few_hours(hours)))
    }

    /// The job with the oldest cursor, where it is too old.
    fn aging(&self, now: Timestamp) -> Option<(f64, Concern)> {
        let tracking = |job| Some((self.tracking(job, now)?, job));
        let all = Job::ALL.into_iter().filter_map(tracking);
        let (hours, job) = all.min_by(|(one, _), (other, _)| one.total_cmp(other))?;
        if hours >= FEW_HOURS {
            return None;
        }
        let (text, role) = tracking_words(hours);
        let short = if hours < 0.0 {
            format!("{job}: tracking passed")
        } else {
            format!("{job}: tracking {}", few_hours(hours))
        };
        let concern = Concern::new(format!("{job}: {text}")).or(short);
        Some((hours, Concern { role, ..concern }))
    }

    /// When the job starts, in a few words: `14:15, in 12 min`.
    pub(super) fn start_words(
        &self,
        job: Job,
        now: Timestamp,
        zone: &TimeZone,
    ) -> Option<(String, Role)> {
        if self.is_withheld(job) || !self.is_known(job) || self.seen(job).is_some() {
            return None;
        }
        let Some(next) = self.next_of(job) else {
            return Some(("by hand only".to_owned(), Role::Dim));
        };
        let text = format!(
            "{}, {}",
            words::clock(next, now, zone),
            words::until(next, now)
        );
        let is_late = next + SignedDuration::from_mins(1) <= now;
        Some((text, if is_late { Role::Warn } else { Role::Dim }))
    }

    /// Everything about the job's starts.
    pub fn schedule(&self, job: Job, now: Timestamp, zone: &TimeZone) -> Vec<JobFact> {
        let Some(overview) = self.overview_of(job) else {
            return Vec::new();
        };
        let mut facts = Vec::new();
        let mut tell = |name, text, role| facts.push(JobFact { name, text, role });
        if !overview.recurrence.is_empty() {
            tell("Starts", overview.recurrence.clone(), None);
        }
        match self.next_of(job).filter(|_| self.seen(job).is_none()) {
            Some(next) if next > now => tell(NEXT_START, words::when(next, now, zone), None),
            Some(due) => tell(DUE_SINCE, words::when(due, now, zone), None),
            None => {}
        }
        if overview.failures > 1 {
            let text = format!("{} failures in a row", overview.failures);
            tell(FAILED, text, Some(Role::Warn));
        }
        if let Some(hours) = self.tracking(job, now).filter(|_| self.seen(job).is_none()) {
            let (text, role) = tracking_words(hours);
            tell("Tracking", text, (hours < FEW_HOURS).then_some(role));
        }
        if self.is_withheld(job) {
            let reason = Some(&overview.reason).filter(|reason| !reason.is_empty());
            let text = reason.map_or("withheld", String::as_str).to_owned();
            tell(WITHHELD, text, Some(Role::Warn));
        }
        facts
    }
}

/// How far the oldest cursor is from the end of the retention.
fn tracking_words(hours: f64) -> (String, Role) {
    if hours < 0.0 {
        let text = "change tracking passed: the next run reads the stream whole";
        return (text.to_owned(), Role::Bad);
    }
    let left = few_hours(hours);
    (format!("change tracking: {left} left"), Role::Warn)
}

/// `11 h`, `40 min`.
fn few_hours(hours: f64) -> String {
    if hours < 1.0 {
        format!("{:.0} min", (hours * 60.0).floor())
    } else {
        format!("{:.0} h", hours.floor())
    }
}

/// How the service is reached, where it is not as it should be: long and short.
pub fn reach_words(reach: &Reach, now: Timestamp, zone: &TimeZone) -> Option<[String; 2]> {
    match reach {
        Reach::Fine => None,
        Reach::Throttled { until } if *until < now => None,
        Reach::Throttled { until } => {
            let until = words::clock(*until, now, zone);
            Some([
                format!("the service throttles: nothing is sent until {until}"),
                format!("throttled until {until}"),
            ])
        }
        Reach::Open {
            since,
            failures,
            why,
            next_try,
        } => {
            let since = words::clock(*since, now, zone);
            let left = next_try.duration_since(now);
            let next = if left.as_secs() > 0 {
                format!("next try in {}", words::age(left))
            } else {
                "tried by the next request".to_owned()
            };
            Some([
                format!(
                    "service fails since {since}, {next}: {failures} failures, the last: {why}"
                ),
                format!("service fails since {since}, {next}"),
            ])
        }
    }
}

/// How long [`words::until`] stays as it is.
fn until_stays_true(at: Timestamp, now: Timestamp) -> SignedDuration {
    let left = at.duration_since(now).as_secs();
    SignedDuration::from_secs(match left {
        172_801.. => left % 86_400 + 1,
        3_601.. => left % 3_600 + 1,
        61.. => left % 60 + 1,
        1.. => 1,
        -59.. => 60 + left,
        -3_599.. => 60 + left % 60,
        -172_799.. => 3_600 + left % 3_600,
        _ => 86_400 + left % 86_400,
    })
}

fn counted(number: usize, one: &str, many: &str) -> String {
    words::counted(number as u64, one, many)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_looked_at_again_when_its_words_change_and_not_much_sooner() {
        let at: Timestamp = "2026-03-12T14:15:00Z".parse().unwrap();
        let around = |middle: i64| middle - 130..middle + 130;
        let spans = [0, 3_600, 7_200, 172_800, 259_200].map(around);
        let ahead = spans.clone().into_iter().flatten();
        let behind = spans.into_iter().flatten().map(|seconds| -seconds);
        for seconds in ahead.chain(behind) {
            let now = at - SignedDuration::from_secs(seconds);
            let said = words::until(at, now);
            let span = until_stays_true(at, now);
            assert!(span.as_secs() >= 1, "{seconds}");
            let just_before = now + span - SignedDuration::from_secs(2);
            if just_before > now {
                assert_eq!(words::until(at, just_before), said, "{seconds} {span}");
            }
            let then = words::until(at, now + span);
            assert_ne!(then, said, "{seconds} {span}");
        }
    }

    #[test]
    fn the_age_of_a_cursor_is_told_in_hours_then_minutes_then_as_an_alarm() {
        assert_eq!(tracking_words(46.9).0, "change tracking: 46 h left");
        assert_eq!(tracking_words(0.99).0, "change tracking: 59 min left");
        let (text, role) = tracking_words(-0.01);
        assert!(text.ends_with("the next run reads the stream whole"));
        assert_eq!(role, Role::Bad);
    }
}
