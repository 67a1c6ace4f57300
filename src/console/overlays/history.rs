//! The window with the last runs of a job.

use ratatui::text::{Line, Span};

use super::{Details, Overlay, Scroll};
use crate::console::app::App;
use crate::console::keys::Motion;
use crate::console::theme::Role;
use crate::console::widgets::report;
use crate::console::widgets::sheet::Page;
use crate::console::words;
use crate::model::run::RunSummary;
use crate::model::{Exception, Job};

/// Lines above the first run.
const HEADING: usize = 1;

/// The window's state.
#[derive(Clone, Debug)]
pub struct History {
    job: Job,
    /// None while they are read.
    runs: Option<Result<Vec<RunSummary>, Exception>>,
    selected: usize,
    pub(super) scroll: Scroll,
}

impl History {
    /// A window that waits for its runs.
    pub fn new(job: Job) -> Self {
        Self {
            job,
            runs: None,
            selected: 0,
            scroll: Scroll::default(),
        }
    }

    /// The job it is about.
    pub fn job(&self) -> Job {
        self.job
    }

    /// Takes in the runs.
    pub fn loaded(&mut self, runs: Result<Vec<RunSummary>, Exception>) {
        self.runs = Some(runs);
    }

    /// The window for the selected run.
    pub fn open(&self) -> Option<Overlay> {
        let runs = self.runs.as_ref()?.as_ref().ok()?;
        let run = runs.get(self.selected)?;
        Some(Overlay::Details(Details::of_run(run.clone())))
    }

    pub(super) fn title(&self) -> String {
        format!("Last runs of the {} job", self.job)
    }

    /// How far it is from the selected run to the one in this line.
    pub(super) fn steps_to(&self, line: usize) -> Option<isize> {
        let runs = self.runs.as_ref()?.as_ref().ok()?;
        let run = line.checked_sub(HEADING).filter(|run| *run < runs.len())?;
        Some(run.cast_signed() - self.selected.cast_signed())
    }

    pub(super) fn on(&mut self, motion: Motion, height: usize) {
        let count = self
            .runs
            .as_ref()
            .and_then(|runs| runs.as_ref().ok())
            .map_or(0, Vec::len);
        let last = count.saturating_sub(1);
        let page = height.saturating_sub(HEADING + 1).max(1);
        self.selected = match motion {
            Motion::Up => self.selected.saturating_sub(1),
            Motion::Down => self.selected + 1,
            Motion::PageUp => self.selected.saturating_sub(page),
            Motion::PageDown => self.selected + page,
            Motion::Top => 0,
            Motion::Bottom => last,
            Motion::Left | Motion::Right => self.selected,
        }
        .min(last);
        // The selected run stays in sight, and the heading with the first one.
        let line = self.selected + HEADING;
        if self.selected == 0 {
            self.scroll = Scroll(0);
        } else if line < self.scroll.0 {
            self.scroll = Scroll(line);
        } else if line >= self.scroll.0 + height {
            self.scroll = Scroll(line + 1 - height);
        }
    }

    pub(super) fn lines(&self, app: &App, width: usize) -> Vec<Line<'static>> {
        let theme = app.theme();
        let dim = theme.style(Role::Dim);
        let runs = match &self.runs {
            None => return vec![Line::styled("The runs are being read.", dim)],
            Some(Err(exception)) => {
                let page = Page {
                    width,
                    now: app.now(),
                    zone: app.zone(),
                    theme,
                };
                return report::exception_sections(exception, page);
            }
            Some(Ok(runs)) if runs.is_empty() => {
                return vec![Line::styled("It has not run yet.", dim)];
            }
            Some(Ok(runs)) => runs,
        };
        let mut lines = vec![Line::styled(
            format!(
                "  {:>5}  {:<11}{:<24}{:>10}  {}",
                "Run", "Status", "Started", "Took", "Result"
            ),
            dim,
        )];
        for (index, run) in runs.iter().enumerate() {
            lines.push(run_line(run, index == self.selected, app, width));
        }
        lines
    }
}

fn run_line(run: &RunSummary, is_selected: bool, app: &App, width: usize) -> Line<'static> {
    let theme = app.theme();
    let (symbol, role) = report::look(run.status, theme);
    let took = run
        .finished
        .map(|finished| words::duration(finished.duration_since(run.started)))
        .unwrap_or_default();
    let result = run.exception.as_ref().map_or_else(
        || report::result(&run.streams, run.dry_run),
        |exception| exception.text.clone(),
    );
    let mark = if is_selected {
        theme.symbols.selected
    } else {
        " "
    };
    let before = format!(
        "{:<24}{took:>10}  ",
        words::when(run.started, app.now(), app.zone())
    );
    let room = width.saturating_sub(20 + words::width(&before));
    let line = Line::from(vec![
        Span::styled(mark, theme.style(Role::Accent)),
        Span::raw(format!(" {:>5}  ", run.run.to_string())),
        Span::styled(
            format!("{:<11}", format!("{symbol} {}", run.status)),
            theme.style(role),
        ),
        Span::raw(before),
        Span::raw(format!(
            "{:<room$}",
            words::cut(&result, room, theme.symbols.ellipsis)
        )),
    ]);
    if is_selected {
        line.patch_style(theme.style(Role::Selection))
    } else {
        line
    }
}
