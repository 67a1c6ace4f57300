//! The window with everything about one run.

use ratatui::text::Line;

use super::Scroll;
use crate::console::app::App;
use crate::console::widgets::report::{self, Told};
use crate::console::widgets::sheet::Page;
use crate::model::Job;
use crate::model::run::RunSummary;

/// The window's state.
#[derive(Clone, Debug)]
pub struct Details {
    job: Job,
    /// A run from the history; none for the job's live or last run.
    run: Option<Box<RunSummary>>,
    pub(super) scroll: Scroll,
}

impl Details {
    /// The job's live run, else its last one, as it changes.
    pub fn of_job(job: Job) -> Self {
        Self {
            job,
            run: None,
            scroll: Scroll::default(),
        }
    }

    /// One run of the history.
    pub fn of_run(run: RunSummary) -> Self {
        Self {
            job: run.job,
            run: Some(Box::new(run)),
            scroll: Scroll::default(),
        }
    }

    fn told<'a>(&'a self, app: &'a App) -> Option<Told<'a>> {
        match &self.run {
            Some(run) => Some(Told::from(&**run)),
            None => app
                .jobs()
                .live_of(self.job)
                .map(Told::from)
                .or_else(|| app.jobs().last_of(self.job).map(Told::from)),
        }
    }

    pub(super) fn title(&self, app: &App) -> String {
        self.told(app)
            .map_or_else(|| self.job.to_string(), |told| format!("Run {}", told.run))
    }

    pub(super) fn lines(&self, app: &App, width: usize) -> Vec<Line<'static>> {
        let page = Page {
            width,
            now: app.now(),
            zone: app.zone(),
            theme: app.theme(),
        };
        // A run of the history says nothing of starts to come.
        let schedule = match self.run {
            Some(_) => Vec::new(),
            None => app.jobs().schedule(self.job, page.now, page.zone),
        };
        let speeds = match self.run {
            Some(_) => Vec::new(),
            None => app.jobs().speeds(self.job),
        };
        self.told(app)
            .map(|told| {
                let told = Told {
                    speeds: &speeds,
                    ..told
                };
                report::lines(told, &schedule, page)
            })
            .unwrap_or_default()
    }
}
