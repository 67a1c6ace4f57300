//! The next starts of a job, decided as the worker decides them.

use jiff::Timestamp;
use serde::Serialize;

use super::times::Times;
use super::{Schedule, Standing, decide, jitter};
use crate::model::Job;
use crate::model::recurrence::RecurrenceError;

/// A start to come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Planned {
    /// The occurrence.
    pub due: Timestamp,
    /// When it starts.
    pub starts: Timestamp,
    /// Why not when it is due; empty where it does.
    pub why: String,
}

/// The next starts, at most `count`: if a worker is there, and no run is in their way.
pub fn preview(
    job: Job,
    schedule: &Schedule,
    standing: &Standing,
    now: Timestamp,
    count: usize,
) -> Result<Vec<Planned>, RecurrenceError> {
    let mut planned = Vec::new();
    let Some(recurrence) = &schedule.recurrence else {
        return Ok(planned);
    };
    let times = Times::of(job, schedule, recurrence.occurrences()?);
    let mut standing = standing.clone();
    let mut at = now;
    while planned.len() < count {
        let decision = decide(job, schedule, &standing, at, false)?;
        if let Some(due) = decision.start {
            let why = why(job, schedule, &times, due, at);
            planned.push(Planned {
                due,
                starts: at,
                why,
            });
        }
        standing = decision.standing;
        match decision.next {
            Some(next) if next > at || !decision.records.is_empty() => at = next,
            Some(_) | None => break,
        }
    }
    Ok(planned)
}

/// Why an occurrence starts when it does.
fn why(job: Job, schedule: &Schedule, times: &Times, due: Timestamp, starts: Timestamp) -> String {
    let mut reasons = Vec::new();
    let jitter = jitter(job, schedule).as_secs();
    match schedule.quiet_hours {
        Some(hours) if times.start(due) > times.turn(due) => {
            reasons.push(format!("waits for the quiet hours, {hours}"));
        }
        Some(_) | None if jitter > 0 => reasons.push(format!("jitter of {jitter} s")),
        Some(_) | None => {}
    }
    if starts > times.start(due) {
        reasons.push("was due before".to_owned());
    }
    reasons.join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::recurrence::{End, Pattern};
    use jiff::civil::datetime;

    fn recommended(job: Job) -> Schedule {
        Schedule::recommended(job, datetime(2026, 11, 21, 0, 0, 0, 0), "Europe/Zurich")
    }

    fn starts(job: Job, schedule: &Schedule, now: &str, count: usize) -> Vec<(String, String)> {
        let now = now.parse().unwrap();
        preview(job, schedule, &Standing::new(now), now, count)
            .unwrap()
            .into_iter()
            .map(|planned| (format!("{} {}", planned.due, planned.starts), planned.why))
            .collect()
    }

    #[test]
    fn the_preview_shows_each_start_and_why_it_is_late() {
        let mut schedule = recommended(Job::Orders);
        let now = "2026-11-21T10:20:00Z";
        assert_eq!(
            starts(Job::Orders, &schedule, now, 2),
            [
                (
                    "2026-11-21T10:30:00Z 2026-11-21T10:30:27Z",
                    "jitter of 27 s"
                ),
                (
                    "2026-11-21T10:45:00Z 2026-11-21T10:45:27Z",
                    "jitter of 27 s"
                )
            ]
            .map(|(a, b)| (a.to_owned(), b.to_owned()))
        );
        schedule.jitter = false;
        schedule.quiet_hours = Some("22:00-05:00".parse().unwrap());
        // Those of the day wait together, for 21:00 UTC.
        assert_eq!(
            starts(Job::Orders, &schedule, now, 2),
            [
                ("2026-11-21T21:00:00Z 2026-11-21T21:00:00Z", ""),
                ("2026-11-21T21:15:00Z 2026-11-21T21:15:00Z", "")
            ]
            .map(|(a, b)| (a.to_owned(), b.to_owned()))
        );
        if let Some(recurrence) = &mut schedule.recurrence {
            recurrence.pattern = Pattern::Hours(9);
            recurrence.end = End::After(2);
        }
        assert_eq!(
            starts(Job::Orders, &schedule, now, 10),
            [
                (
                    "2026-11-21T17:00:00Z 2026-11-21T21:00:00Z",
                    "waits for the quiet hours, 22:00-05:00"
                ),
                ("2026-11-22T02:00:00Z 2026-11-22T02:00:00Z", "")
            ]
            .map(|(a, b)| (a.to_owned(), b.to_owned()))
        );
    }

    #[test]
    fn as_required_has_no_starts() {
        let schedule = recommended(Job::Complete);
        assert_eq!(
            starts(Job::Complete, &schedule, "2026-11-21T10:20:00Z", 10),
            []
        );
    }
}
