//! What leaves the console: texts for the clipboard and for files, the bell when a long run ends,
//! and the progress for the terminal's tab.

use jiff::SignedDuration;
use ratatui::text::Line;

use super::{App, Effect, Toast};
use crate::console::outlet::{Handed, TabProgress};
use crate::console::overlays::{Details, Overlay};
use crate::console::words;
use crate::model::run::LiveRuns;
use crate::model::{Exception, Job, RunId};

/// A run of this console that took long and is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Over {
    job: Job,
    run: RunId,
    took: SignedDuration,
}

impl Handed {
    /// Lines under a title, with where and when they were seen.
    pub fn new(app: &App, title: &str, lines: &[Line<'_>]) -> Self {
        let place = app.place();
        let mut text = format!(
            "axcs {}: {title}\n{} {}, {}, seen {}\n\n",
            env!("CARGO_PKG_VERSION"),
            place.profile,
            place.company,
            place.service,
            words::when(app.now(), app.now(), app.zone()),
        );
        for line in lines {
            text.push_str(line.to_string().trim_end());
            text.push('\n');
        }
        let is_plain = |c: char| c.is_ascii_alphanumeric();
        let words = title
            .split(|c| !is_plain(c))
            .filter(|part| !part.is_empty());
        let words: Vec<String> = words.map(str::to_lowercase).collect();
        Self {
            name: format!("axcs-{}.txt", words.join("-")),
            text,
        }
    }
}

impl App {
    /// The text of the window in front, else of what the tab selects.
    pub(super) fn text_in_front(&self) -> Option<Handed> {
        match self.overlays.last() {
            Some(overlay) => Some(overlay.text(self)),
            None => self.text_of_job(self.jobs.selected()),
        }
    }

    /// Everything about a job's live or last run.
    fn text_of_job(&self, job: Job) -> Option<Handed> {
        let is_known = self.jobs.live_of(job).is_some() || self.jobs.last_of(job).is_some();
        is_known.then(|| Overlay::Details(Details::of_job(job)).text(self))
    }

    /// Takes in what became of a text.
    pub(super) fn handed(&mut self, result: Result<String, Exception>) {
        match result {
            Ok(text) => self.toast = Some(Toast::Told(text)),
            Err(exception) => self.refuse(format!("{exception} {}", exception.remedy)),
        }
    }

    /// Notes which long runs of this console are over, before `live` is taken in.
    pub(super) fn note_over(&mut self, live: &LiveRuns) {
        let Some(long) = self.setting.bell_after else {
            return;
        };
        let now = self.setting.now;
        let is_over = |run: RunId| live.executing.iter().all(|other| other.run != run);
        let over = self.jobs.own().filter(|run| is_over(run.run));
        let over = over.map(|run| Over {
            job: run.job,
            run: run.run,
            took: now.duration_since(run.started),
        });
        let over: Vec<Over> = over.filter(|over| over.took >= long).collect();
        self.over.extend(over);
    }

    /// Rings for the long runs of which it is known now how they ended.
    pub(super) fn ring(&mut self) -> Vec<Effect> {
        let jobs = &self.jobs;
        let mut effects = Vec::new();
        self.over.retain(|over| {
            let Some(last) = jobs.last_of(over.job).filter(|last| last.run >= over.run) else {
                // The list of jobs is older than its end.
                return true;
            };
            if last.run == over.run {
                let took = words::whole_duration(over.took);
                let text = format!("axcs: {} {} after {took}", over.job, last.status);
                effects.push(Effect::Ring(text));
            }
            false
        });
        effects
    }

    /// How far what executes has come.
    pub fn tab_progress(&self) -> TabProgress {
        let executing = &self.jobs.live().executing;
        let Some(run) = executing.first() else {
            return TabProgress::Nothing;
        };
        let Some(total) = run.total() else {
            return TabProgress::Unknown;
        };
        let percent = 100 * run.counts().settled() / total.max(1);
        let percent = percent.min(99) as u8;
        if run.waiting.is_some() {
            TabProgress::Waiting(percent)
        } else {
            TabProgress::Percent(percent)
        }
    }
}
