//! The window with the batch jobs of AX: how each stands, and what its log said last.

use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::{BatchJobWindow, Overlay, Scroll};
use crate::console::app::App;
use crate::console::keys::Motion;
use crate::console::theme::{Role, Theme};
use crate::console::widgets::report;
use crate::console::widgets::sheet::Page;
use crate::console::words;
use crate::model::Exception;
use crate::model::ax_batch::{AxBatchJob, AxBatchStatus};

/// Lines of a job.
const EACH: usize = 2;
/// Cells before a job's caption: mark, symbol, status.
const BEFORE: usize = 15;
/// Cells of company and start.
const BEHIND: usize = 18;

/// Where there is nothing to list.
const NONE: &str = "AX has no batch job. A company file holds those of the export that it was \
                    loaded from (BATCHJOB.csv and its tasks and histories); one that an older \
                    axcs made holds none until it is loaded or generated again.";

/// The window's state.
#[derive(Clone, Debug, Default)]
pub struct BatchJobs {
    /// None while they are read.
    jobs: Option<Result<Vec<AxBatchJob>, Exception>>,
    selected: usize,
    pub(super) scroll: Scroll,
}

impl BatchJobs {
    /// Takes in the jobs; the selection stays with its job.
    pub fn loaded(&mut self, jobs: Result<Vec<AxBatchJob>, Exception>) {
        let selected = self.selected().map(|job| job.id);
        self.jobs = Some(jobs);
        let place = self.list().iter().position(|job| Some(job.id) == selected);
        self.selected = place.unwrap_or(0);
    }

    fn list(&self) -> &[AxBatchJob] {
        match &self.jobs {
            Some(Ok(jobs)) => jobs,
            Some(Err(_)) | None => &[],
        }
    }

    fn selected(&self) -> Option<&AxBatchJob> {
        self.list().get(self.selected)
    }

    /// The window for the selected job.
    pub fn open(&self) -> Option<Overlay> {
        let job = self.selected()?.clone();
        Some(Overlay::BatchJob(BatchJobWindow::new(job)))
    }

    /// How far it is from the selected job to the one in this line.
    pub(super) fn steps_to(&self, line: usize) -> Option<isize> {
        let job = line / EACH;
        let is_there = job < self.list().len();
        is_there.then(|| job.cast_signed() - self.selected.cast_signed())
    }

    pub(super) fn on(&mut self, motion: Motion, height: usize) {
        let last = self.list().len().saturating_sub(1);
        let page = (height / EACH).saturating_sub(1).max(1);
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
        // Both lines of the selected job stay in sight.
        let first = self.selected * EACH;
        let lowest = (first + EACH).saturating_sub(height);
        self.scroll = Scroll(self.scroll.0.clamp(lowest.min(first), first));
    }

    pub(super) fn lines(&self, app: &App, width: usize) -> Vec<Line<'static>> {
        let theme = app.theme();
        let dim = theme.style(Role::Dim);
        let page = Page {
            width,
            ..app.page()
        };
        match &self.jobs {
            None => vec![Line::styled("The batch jobs are being read.", dim)],
            Some(Err(exception)) => report::exception_sections(exception, page),
            Some(Ok(jobs)) if jobs.is_empty() => {
                let lines = words::wrap(NONE, width).into_iter();
                lines.map(|line| Line::styled(line, dim)).collect()
            }
            Some(Ok(jobs)) => jobs
                .iter()
                .enumerate()
                .flat_map(|(place, job)| job_lines(job, place == self.selected, page))
                .collect(),
        }
    }
}

/// Symbol and colour of a status.
pub(super) fn look(status: AxBatchStatus, theme: &Theme) -> (&'static str, Role) {
    let symbols = &theme.symbols;
    match status {
        AxBatchStatus::Withhold => (symbols.withhold, Role::Warn),
        AxBatchStatus::Executing => (symbols.executing, Role::Busy),
        AxBatchStatus::Error => (symbols.error, Role::Bad),
        AxBatchStatus::Ended => (symbols.ended, Role::Good),
        AxBatchStatus::Canceling | AxBatchStatus::Canceled => (symbols.canceled, Role::Warn),
        AxBatchStatus::Waiting
        | AxBatchStatus::Ready
        | AxBatchStatus::DidNotRun
        | AxBatchStatus::Other(_) => (symbols.waiting, Role::Dim),
    }
}

fn job_lines(job: &AxBatchJob, is_selected: bool, page: Page<'_>) -> [Line<'static>; EACH] {
    let theme = page.theme;
    let ellipsis = theme.symbols.ellipsis;
    let (symbol, role) = look(job.status, theme);
    let mark = if is_selected {
        theme.symbols.selected
    } else {
        " "
    };
    let mark = Span::styled(mark, theme.style(Role::Accent));
    let room = page.width.saturating_sub(BEFORE);
    let started = job.times.started;
    let started = started.map(|at| words::short_when(at, page.now, page.zone));
    let behind = format!(
        "  {:<4} {:>11}",
        words::cut(&job.company, 4, ellipsis),
        started.unwrap_or_default()
    );
    let status = words::cut(&job.status.to_string(), 10, ellipsis);
    let caption = words::fit(&job.caption, room.saturating_sub(BEHIND), ellipsis);
    let mut first = vec![
        mark.clone(),
        Span::styled(format!("{symbol} {status:<10}  "), theme.style(role)),
    ];
    first.extend(words::spans(&caption, theme.style(Role::Title)));
    first.push(Span::styled(behind, theme.style(Role::Dim)));

    let (text, style) = second(job, page);
    let text = words::fit(&text, room, ellipsis);
    let mut second = vec![mark, Span::raw(" ".repeat(BEFORE - 1))];
    second.extend(words::spans(&text, style));
    [first, second].map(|spans| {
        let line = Line::from(spans);
        if is_selected {
            line.patch_style(theme.style(Role::Selection))
        } else {
            line
        }
    })
}

/// How far the job is, and what its log said last.
fn second(job: &AxBatchJob, page: Page<'_>) -> (String, Style) {
    let theme = page.theme;
    let failed = job.last_error.is_some() && job.last_error == job.last_log;
    let progress = job.progress(page.now);
    let said = job.last_log.as_ref().map(|log| log.last().to_owned());
    let mut parts: Vec<String> = [Some(progress), said].into_iter().flatten().collect();
    parts.retain(|part| !part.is_empty());
    let role = if job.is_late(page.now) {
        Role::Warn
    } else if failed {
        Role::Bad
    } else {
        Role::Dim
    };
    if parts.is_empty() {
        parts.push("AX kept no log".to_owned());
    }
    let dot = format!(" {} ", theme.symbols.dot);
    (parts.join(&dot), theme.style(role))
}
