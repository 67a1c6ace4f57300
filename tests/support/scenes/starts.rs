//! When the jobs of the scenes start, and the editor of a recurrence.

use axcs::console::app::{Effect, Msg};
use axcs::console::timetable::{TimetableErrand, TimetableReport};
use axcs::model::schedule::{Replan, Schedule, Standing, Timetable};
use axcs::model::{Exception, Job};

use super::{Look, Stage, now};

/// Inventory comes every 15 minutes; nobody gave the others a recurrence.
pub fn timetable(job: Job) -> Timetable {
    let start = "2026-03-01T00:00".parse().unwrap();
    let usual = Schedule::recommended(job, start, "America/New_York");
    let schedule = Schedule {
        recurrence: usual.recurrence.clone().filter(|_| job == Job::Inventory),
        ..usual
    };
    Timetable {
        job,
        schedule,
        standing: Standing::new(now()),
        now: now(),
    }
}

fn told(report: TimetableReport) -> Msg {
    Msg::Timetable(Box::new(report))
}

/// What the usual recurrences change.
pub fn usual() -> Vec<Replan> {
    let change = |job: Job| {
        let before = timetable(job).schedule;
        let wanted = before.with_usual(job, now(), "America/New_York")?;
        Some(Replan {
            job,
            before,
            wanted,
        })
    };
    Job::ALL.into_iter().filter_map(change).collect()
}

pub fn answer(errand: &TimetableErrand) -> Msg {
    told(match errand {
        TimetableErrand::Load(job) => TimetableReport::Loaded(*job, Ok(timetable(*job))),
        TimetableErrand::LoadUsual(_) => TimetableReport::Usual(Ok(usual())),
        TimetableErrand::Take(replan) => {
            let words = replan.wanted.pattern_in_words();
            TimetableReport::Taken(Ok(format!("{} starts {words}.", replan.job)))
        }
        TimetableErrand::TakeAll(replans) => {
            let number = replans.len();
            TimetableReport::AllTaken(Ok(format!("{number} jobs have their usual recurrence.")))
        }
    })
}

/// The editor, after these keys.
pub fn editor(size: (u16, u16), look: Look, keys: &str) -> Stage {
    let mut stage = Stage::new(size, look).answering();
    stage.press("e").press(keys);
    stage
}

/// The editor with another field typed anew.
pub fn typed(size: (u16, u16), look: Look, field: &str, text: &str) -> Stage {
    let mut stage = editor(size, look, field);
    stage.press(&"backspace ".repeat(20)).write(text);
    stage
}

/// The editor whose text was refused.
pub fn refused(size: (u16, u16), look: Look) -> Stage {
    let mut stage = Stage::new(size, look);
    stage.press("e");
    stage.send(told(TimetableReport::Loaded(
        Job::Inventory,
        Ok(timetable(Job::Inventory)),
    )));
    stage.press(&"backspace ".repeat(20)).write("hour");
    stage.press("enter");
    stage.send(told(TimetableReport::Taken(Err(Exception::new(
        "The recurrence of inventory was not set.",
        "Somebody else has set another one meanwhile: every 5 minutes.",
        "Close this window and look at it again.",
    )))));
    stage
}

/// What was asked to be changed.
pub fn taken(effects: &[Effect]) -> Vec<Replan> {
    let mut taken = Vec::new();
    for effect in effects {
        if let Effect::Timetable(TimetableErrand::Take(replan)) = effect {
            taken.push((**replan).clone());
        } else if let Effect::Timetable(TimetableErrand::TakeAll(replans)) = effect {
            taken.extend(replans.iter().cloned());
        }
    }
    taken
}
