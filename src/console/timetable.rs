//! What the console asks about when jobs start, and what it hears.

use super::engine::Engine;
use crate::model::schedule::{Replan, Timetable};
use crate::model::{Exception, Job};

/// What is to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TimetableErrand {
    /// Read when a job starts.
    Load(Job),
    /// Find which jobs do not have their usual recurrence. The IANA name of the zone it is to be in.
    LoadUsual(String),
    /// Give a job another schedule.
    Take(Box<Replan>),
    /// Give several jobs another schedule.
    TakeAll(Vec<Replan>),
}

/// What came of it.
#[derive(Debug)]
pub enum TimetableReport {
    /// It was read.
    Loaded(Job, Result<Timetable, Exception>),
    /// What the usual recurrences would change.
    Usual(Result<Vec<Replan>, Exception>),
    /// A job has its schedule, in words.
    Taken(Result<String, Exception>),
    /// Several jobs have theirs, in words.
    AllTaken(Result<String, Exception>),
}

/// Does an errand.
pub async fn perform(engine: &dyn Engine, errand: TimetableErrand) -> TimetableReport {
    match errand {
        TimetableErrand::Load(job) => TimetableReport::Loaded(job, engine.timetable(job).await),
        TimetableErrand::LoadUsual(zone) => TimetableReport::Usual(usual(engine, &zone).await),
        TimetableErrand::Take(replan) => {
            let taken = engine.take(&replan).await;
            TimetableReport::Taken(taken.map(|()| told(&replan)))
        }
        TimetableErrand::TakeAll(replans) => {
            TimetableReport::AllTaken(take_all(engine, &replans).await)
        }
    }
}

async fn usual(engine: &dyn Engine, zone: &str) -> Result<Vec<Replan>, Exception> {
    let mut changes = Vec::new();
    for job in Job::ALL {
        let Timetable {
            schedule: before,
            now,
            ..
        } = engine.timetable(job).await?;
        if let Some(wanted) = before.with_usual(job, now, zone) {
            changes.push(Replan {
                job,
                before,
                wanted,
            });
        }
    }
    Ok(changes)
}

async fn take_all(engine: &dyn Engine, replans: &[Replan]) -> Result<String, Exception> {
    let mut all = Vec::new();
    for replan in replans {
        engine.take(replan).await?;
        all.push(told(replan));
    }
    Ok(all.join(" "))
}

fn told(replan: &Replan) -> String {
    let job = replan.job;
    match replan.wanted.recurrence {
        Some(_) => format!("{job} starts {}.", replan.wanted.pattern_in_words()),
        None => format!("{job} starts by hand only."),
    }
}
