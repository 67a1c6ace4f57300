//! The window with everything about a batch job of AX: its tasks, its history and their logs.

use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::Scroll;
use super::batch_jobs::look;
use crate::console::app::App;
use crate::console::theme::Role;
use crate::console::widgets::report;
use crate::console::widgets::sheet::{self, Page, fact};
use crate::console::words;
use crate::model::Exception;
use crate::model::ax_batch::{AxBatchJob, AxBatchRun, AxBatchStatus, AxBatchTask, AxBatchTimes};

/// Messages shown of a task: the last ones say why it ended.
const MESSAGES: usize = 20;

/// The window's state.
#[derive(Clone, Debug)]
pub struct BatchJobWindow {
    job: Box<AxBatchJob>,
    /// None while they are read.
    runs: Option<Result<Vec<AxBatchRun>, Exception>>,
    pub(super) scroll: Scroll,
}

impl BatchJobWindow {
    /// A window with the job as it was listed, that waits for its history.
    pub fn new(job: AxBatchJob) -> Self {
        Self {
            job: Box::new(job),
            runs: None,
            scroll: Scroll::default(),
        }
    }

    /// RecId of the job.
    pub fn id(&self) -> i64 {
        self.job.id
    }

    /// Takes in the history.
    pub fn loaded(&mut self, runs: Result<Vec<AxBatchRun>, Exception>) {
        self.runs = Some(runs);
    }

    pub(super) fn title(&self) -> String {
        format!("Batch job {}", self.job.id)
    }

    pub(super) fn lines(&self, app: &App, width: usize) -> Vec<Line<'static>> {
        let theme = app.theme();
        let dim = theme.style(Role::Dim);
        let page = Page {
            width,
            ..app.page()
        };
        let mut lines = facts(&self.job, page);
        if !self.job.tasks.is_empty() {
            lines.extend(sheet::heading("Tasks", page));
            for task in &self.job.tasks {
                lines.extend(task_lines(task, page));
            }
        }
        match &self.runs {
            None => {
                lines.push(Line::default());
                lines.push(Line::styled("The history is being read.", dim));
            }
            Some(Err(exception)) => lines.extend(report::exception_sections(exception, page)),
            Some(Ok(runs)) if runs.is_empty() => {
                lines.push(Line::default());
                lines.push(Line::styled("AX saved no run of it to the history.", dim));
            }
            Some(Ok(runs)) => {
                lines.extend(sheet::heading("History", page));
                for run in runs {
                    lines.extend(run_lines(run, page));
                }
            }
        }
        lines
    }
}

fn facts(job: &AxBatchJob, page: Page<'_>) -> Vec<Line<'static>> {
    let theme = page.theme;
    let plain = Style::new();
    let (symbol, role) = look(job.status, theme);
    let caption = words::cut(&job.caption, page.width, theme.symbols.ellipsis);
    let mut lines = vec![
        Line::from(words::spans(&caption, theme.style(Role::Title))),
        Line::default(),
    ];
    let status = format!("{symbol} {}", job.status);
    lines.extend(fact("Status", &status, theme.style(role), page));
    let late = if job.is_late(page.now) {
        theme.style(Role::Warn)
    } else {
        plain
    };
    lines.extend(fact("Progress", &job.progress(page.now), late, page));
    lines.extend(fact("Company", &job.company, plain, page));
    lines.extend(fact("User", &job.created_by, plain, page));
    let AxBatchTimes {
        planned,
        started,
        ended,
    } = job.times;
    for (name, at) in [("Planned", planned), ("Started", started)] {
        if let Some(at) = at {
            let when = words::when(at, page.now, page.zone);
            lines.extend(fact(name, &when, plain, page));
        }
    }
    if let Some(ended) = ended {
        let mut text = words::when(ended, page.now, page.zone);
        if let Some(took) = job.times.took() {
            text.push_str(&format!(", after {}", words::duration(took)));
        }
        lines.extend(fact("Ended", &text, plain, page));
    }
    lines
}

/// Symbol and status, then `text`, wrapped below itself where it is long.
fn lines_of(status: AxBatchStatus, text: &str, page: Page<'_>) -> Vec<Line<'static>> {
    let (symbol, role) = look(status, page.theme);
    let mut before = format!("{symbol} {:<11}", status.to_string());
    let cells = words::width(&before);
    words::wrap(text, page.width.saturating_sub(cells))
        .iter()
        .map(|text| {
            let mut spans = vec![Span::styled(before.clone(), page.theme.style(role))];
            spans.extend(words::spans(text, Style::new()));
            before = " ".repeat(cells);
            Line::from(spans)
        })
        .collect()
}

fn task_lines(task: &AxBatchTask, page: Page<'_>) -> Vec<Line<'static>> {
    let mut text = if task.caption.is_empty() {
        format!("task {}", task.id)
    } else {
        task.caption.clone()
    };
    for (name, value) in [
        ("on", &task.server),
        ("as", &task.executed_by),
        ("in group", &task.group),
    ] {
        if !value.is_empty() {
            text.push_str(&format!(", {name} {value}"));
        }
    }
    if task.retries > 0 {
        let retries = words::counted(task.retries.unsigned_abs().into(), "retry", "retries");
        text.push_str(&format!(", {retries}"));
    }
    let mut lines = lines_of(task.status, &text, page);
    lines.extend(log_lines(task, page));
    lines
}

fn run_lines(run: &AxBatchRun, page: Page<'_>) -> Vec<Line<'static>> {
    let at = run.times.started.or(run.times.planned);
    let mut text = at.map_or_else(
        || "not started".to_owned(),
        |at| words::when(at, page.now, page.zone),
    );
    if let Some(took) = run.times.took() {
        text.push_str(&format!(", took {}", words::duration(took)));
    }
    if !run.canceled_by.is_empty() {
        text.push_str(&format!(", canceled by {}", run.canceled_by));
    }
    let mut lines = lines_of(run.status, &text, page);
    lines.extend(run.tasks.iter().flat_map(|task| log_lines(task, page)));
    lines
}

/// The last messages of a task's log, wrapped below its status.
fn log_lines(task: &AxBatchTask, page: Page<'_>) -> Vec<Line<'static>> {
    const INDENT: &str = "    ";
    let style = if task.status == AxBatchStatus::Error {
        page.theme.style(Role::Bad)
    } else {
        page.theme.style(Role::Dim)
    };
    let hidden = task.log.len().saturating_sub(MESSAGES);
    let mut texts = Vec::new();
    if hidden > 0 {
        let earlier = words::counted(hidden as u64, "earlier message", "earlier messages");
        texts.push(format!("{} {earlier}", page.theme.symbols.ellipsis));
    }
    for message in &task.log[hidden..] {
        texts.extend(words::wrap(
            message,
            page.width.saturating_sub(INDENT.len()),
        ));
    }
    texts
        .iter()
        .map(|text| {
            let mut spans = vec![Span::raw(INDENT)];
            spans.extend(words::spans(text, style));
            Line::from(spans)
        })
        .collect()
}
