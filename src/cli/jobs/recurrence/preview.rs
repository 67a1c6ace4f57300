//! When a job starts, and its next starts, for operators.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Serialize;

use super::super::super::print;
use crate::model::Job;
use crate::model::recurrence::{self, RecurrenceError};
use crate::model::schedule::{self, Planned, Schedule, Standing, jitter_in_words};

/// Starts that are shown.
const STARTS: usize = 10;

/// A job's schedule with its next starts.
#[derive(Debug, Serialize)]
pub struct Preview {
    job: Job,
    /// In words.
    recurrence: String,
    schedule: Schedule,
    starts: Vec<Start>,
}

/// A start to come.
#[derive(Debug, Serialize)]
struct Start {
    #[serde(flatten)]
    planned: Planned,
    /// [`Planned::starts`] on the wall clock of the zone, with the offset.
    local: String,
    /// [`Planned::due`] likewise.
    local_due: String,
}

impl Preview {
    /// The next starts, if a worker is there and no run is in their way.
    pub fn of(
        job: Job,
        schedule: &Schedule,
        standing: &Standing,
        now: Timestamp,
    ) -> Result<Self, RecurrenceError> {
        let zone = match &schedule.recurrence {
            Some(recurrence) => recurrence::zone(&recurrence.zone)?,
            None => TimeZone::UTC,
        };
        let local = |at: Timestamp| {
            let at = at.to_zoned(zone.clone());
            at.strftime("%a %Y-%m-%d %H:%M:%S %:z").to_string()
        };
        let starts = schedule::preview(job, schedule, standing, now, STARTS)?
            .into_iter()
            .map(|planned| Start {
                local: local(planned.starts),
                local_due: local(planned.due),
                planned,
            })
            .collect();
        let recurrence = schedule.recurrence.as_ref();
        Ok(Self {
            job,
            recurrence: recurrence.map_or_else(|| "as required".to_owned(), ToString::to_string),
            schedule: schedule.clone(),
            starts,
        })
    }

    /// Prints it for an operator.
    pub fn show(&self) {
        print::facts(&self.facts());
        print::line("");
        if self.starts.is_empty() {
            print::line(self.no_starts());
        } else {
            let [start, due, why] = self.header();
            print::table(&[&start, &due, &why], &self.rows());
        }
    }

    fn facts(&self) -> Vec<(&'static str, String)> {
        let schedule = &self.schedule;
        let window = match schedule.missed_window_minutes {
            0 => String::new(),
            minutes => format!("; skipped after {minutes} minutes"),
        };
        let pause = match schedule.pause_after {
            0 => String::new(),
            1 => "after a failure".to_owned(),
            failures => format!("after {failures} failures in a row"),
        };
        let hours = schedule.quiet_hours;
        vec![
            ("Job", self.job.ax_name().to_owned()),
            ("Recurrence", self.recurrence.clone()),
            ("Missed", format!("{}{window}", schedule.missed)),
            ("Run in its way", schedule.overlap.to_string()),
            ("Withheld", pause),
            (
                "Quiet hours",
                hours.map(|hours| hours.to_string()).unwrap_or_default(),
            ),
            (
                "Jitter",
                jitter_in_words(self.job, schedule).unwrap_or_default(),
            ),
        ]
    }

    fn header(&self) -> [String; 3] {
        let zone = self.schedule.recurrence.as_ref();
        let zone = zone
            .map(|recurrence| recurrence.zone.as_str())
            .unwrap_or_default();
        [
            format!("NEXT STARTS, {zone}"),
            "OCCURRENCE".to_owned(),
            "WHY LATER".to_owned(),
        ]
    }

    fn rows(&self) -> Vec<Vec<String>> {
        let row = |start: &Start| {
            vec![
                start.local.clone(),
                start.local_due.clone(),
                start.planned.why.clone(),
            ]
        };
        self.starts.iter().map(row).collect()
    }

    fn no_starts(&self) -> &'static str {
        match self.schedule.recurrence {
            Some(_) => "It does not start by itself any more: the recurrence has ended.",
            None => "It starts by hand only: axcs run",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::recurrence::{End, Pattern};

    fn preview(change: impl FnOnce(&mut Schedule)) -> Preview {
        let start = "2026-10-24T02:30".parse().unwrap();
        let mut schedule = Schedule::recommended(Job::Orders, start, "Europe/Zurich");
        change(&mut schedule);
        let now = "2026-10-23T22:00:00Z".parse().unwrap();
        Preview::of(Job::Orders, &schedule, &Standing::new(now), now).unwrap()
    }

    #[test]
    fn the_next_ten_starts_are_shown_on_the_clock_of_the_zone_with_its_offset() {
        let daily = preview(|schedule| {
            schedule.recurrence.as_mut().unwrap().pattern = Pattern::Days(1);
        });
        let rows = daily.rows();
        assert_eq!(rows.len(), 10);
        assert_eq!(
            rows[1],
            [
                "Sun 2026-10-25 02:30:27 +02:00",
                "Sun 2026-10-25 02:30:00 +02:00",
                "jitter of 27 s"
            ]
        );
        assert_eq!(
            rows[2],
            [
                "Mon 2026-10-26 02:30:27 +01:00",
                "Mon 2026-10-26 02:30:00 +01:00",
                "jitter of 27 s"
            ]
        );
        assert_eq!(daily.header()[0], "NEXT STARTS, Europe/Zurich");
        let quiet = preview(|schedule| {
            schedule.recurrence.as_mut().unwrap().pattern = Pattern::Hours(36);
            schedule.quiet_hours = Some("22:00-05:00".parse().unwrap());
        });
        assert_eq!(
            quiet.rows()[1],
            [
                "Sun 2026-10-25 22:00:00 +01:00",
                "Sun 2026-10-25 13:30:00 +01:00",
                "waits for the quiet hours, 22:00-05:00"
            ]
        );
    }

    #[test]
    fn the_policies_are_told_in_words_and_those_that_do_nothing_are_left_out() {
        let usual = preview(|_| {});
        let told: Vec<_> = usual
            .facts()
            .into_iter()
            .filter(|(_, text)| !text.is_empty())
            .collect();
        assert_eq!(
            told[1..4],
            [
                (
                    "Recurrence",
                    "every 15 minutes from 2026-10-24 02:30 Europe/Zurich".to_owned()
                ),
                ("Missed", "one run for all of them".to_owned()),
                ("Run in its way", "skipped".to_owned())
            ]
        );
        assert_eq!(told[4].0, "Jitter");
        let full = preview(|schedule| {
            schedule.missed_window_minutes = 90;
            schedule.pause_after = 3;
            schedule.jitter = false;
        });
        let told = full.facts();
        assert!(told.contains(&(
            "Missed",
            "one run for all of them; skipped after 90 minutes".to_owned()
        )));
        assert!(told.contains(&("Withheld", "after 3 failures in a row".to_owned())));
        assert!(told.contains(&("Jitter", String::new())));
    }

    #[test]
    fn scripts_read_moments_and_operators_wall_clocks() {
        let json = serde_json::to_value(preview(|_| {})).unwrap();
        assert_eq!(json["job"], "orders");
        assert_eq!(json["schedule"]["recurrence"]["pattern"]["minutes"], 15);
        assert_eq!(
            json["starts"][0],
            serde_json::json!({
                "due": "2026-10-24T00:30:00Z",
                "starts": "2026-10-24T00:30:27Z",
                "why": "jitter of 27 s",
                "local": "Sat 2026-10-24 02:30:27 +02:00",
                "local_due": "Sat 2026-10-24 02:30:00 +02:00",
            })
        );
    }

    #[test]
    fn a_job_that_does_not_start_says_so() {
        let by_hand = preview(|schedule| schedule.recurrence = None);
        assert_eq!(by_hand.no_starts(), "It starts by hand only: axcs run");
        assert_eq!(by_hand.recurrence, "as required");
        let ended = preview(|schedule| {
            let recurrence = schedule.recurrence.as_mut().unwrap();
            recurrence.start = "2026-10-01T00:00".parse().unwrap();
            recurrence.end = End::By("2026-10-20".parse().unwrap());
        });
        assert!(ended.starts.is_empty());
        assert!(ended.no_starts().ends_with("the recurrence has ended."));
    }
}
