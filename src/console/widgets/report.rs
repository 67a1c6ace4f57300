//! Everything about one run as lines of text: times, sums, what failed and why, its streams.

use jiff::Timestamp;
use ratatui::style::Style;
use ratatui::text::Line;

use super::sheet::{self, Page, fact};
use super::streams::{self, Speed};
use crate::console::theme::{Role, Theme};
use crate::console::words;
use crate::model::run::{Counts, Progress, RunStatus, RunSummary, StreamProgress};
use crate::model::stream::Direction;
use crate::model::{Exception, Job, RunId};

/// A run to tell about, live or from the ledger.
#[derive(Clone, Copy, Debug)]
pub struct Told<'a> {
    /// The run.
    pub run: RunId,
    /// Its job.
    pub job: Job,
    /// How it stands.
    pub status: RunStatus,
    /// True where an operator asked to cancel it.
    pub cancelling: bool,
    /// True where it sends nothing on purpose.
    pub dry_run: bool,
    /// Host and process that runs it, while it is under way.
    pub owner: Option<&'a str>,
    /// When it started.
    pub started: Timestamp,
    /// When it ended.
    pub finished: Option<Timestamp>,
    /// What it waits for.
    pub waiting: Option<&'a str>,
    /// Its streams.
    pub streams: &'a [StreamProgress],
    /// Why it failed.
    pub exception: Option<&'a Exception>,
    /// How fast its streams go, while they do.
    pub speeds: &'a [Speed],
}

impl<'a> From<&'a RunSummary> for Told<'a> {
    fn from(run: &'a RunSummary) -> Self {
        Self {
            run: run.run,
            job: run.job,
            status: run.status,
            cancelling: false,
            dry_run: run.dry_run,
            owner: None,
            started: run.started,
            finished: run.finished,
            waiting: None,
            streams: &run.streams,
            exception: run.exception.as_ref(),
            speeds: &[],
        }
    }
}

impl<'a> From<&'a Progress> for Told<'a> {
    fn from(run: &'a Progress) -> Self {
        Self {
            run: run.run,
            job: run.job,
            status: RunStatus::Executing,
            cancelling: run.cancelling,
            dry_run: run.dry_run,
            owner: Some(&run.owner),
            started: run.started,
            finished: None,
            waiting: run.waiting.as_deref(),
            streams: &run.streams,
            exception: None,
            speeds: &[],
        }
    }
}

/// A fact about when a job starts, or does not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobFact {
    /// Its name.
    pub name: &'static str,
    /// What there is to know.
    pub text: String,
    /// What it means, where it is more than a fact.
    pub role: Option<Role>,
}

/// Symbol and colour of a run.
pub fn look(status: RunStatus, theme: &Theme) -> (&'static str, Role) {
    let symbols = &theme.symbols;
    match status {
        RunStatus::Executing => (symbols.executing, Role::Busy),
        RunStatus::Ended => (symbols.ended, Role::Good),
        RunStatus::Error => (symbols.error, Role::Bad),
        RunStatus::Canceled => (symbols.canceled, Role::Warn),
    }
}

/// What the streams of a run moved, each way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Moved {
    received: u64,
    sent: u64,
}

impl Moved {
    fn of(streams: &[StreamProgress]) -> Self {
        let mut moved = Self::default();
        for stream in streams {
            match stream.stream.direction() {
                Direction::Up => moved.sent += stream.counts.acknowledged,
                Direction::Down => moved.received += stream.counts.acknowledged,
            }
        }
        moved
    }
}

/// `12 received, 1,204 sent, 118,203 unchanged, 3 quarantined`.
pub fn result(streams: &[StreamProgress], dry_run: bool) -> String {
    let counts = sum_of(streams);
    if counts.enumerated == 0 && counts.settled() == 0 {
        return "nothing had changed".to_owned();
    }
    let moved = Moved::of(streams);
    let (before, would) = if dry_run {
        ("dry run: ", "would be ")
    } else {
        ("", "")
    };
    let mut parts = Vec::new();
    if moved.received > 0 {
        parts.push(format!("{} {would}received", words::count(moved.received)));
    }
    if moved.sent > 0 || moved.received == 0 {
        parts.push(format!("{} {would}sent", words::count(moved.sent)));
    }
    parts.push(format!("{} unchanged", words::count(counts.unchanged)));
    if counts.quarantined > 0 {
        parts.push(format!("{} quarantined", words::count(counts.quarantined)));
    }
    format!("{before}{}", parts.join(", "))
}

fn sum_of(streams: &[StreamProgress]) -> Counts {
    let mut sum = Counts::default();
    for stream in streams {
        sum.add(&stream.counts);
    }
    sum
}

/// The whole report, with what there is to tell of its job's starts.
pub fn lines(told: Told<'_>, schedule: &[JobFact], page: Page<'_>) -> Vec<Line<'static>> {
    let theme = page.theme;
    let (symbol, role) = look(told.status, theme);
    let name = words::cut(told.job.ax_name(), page.width, theme.symbols.ellipsis);
    let mut lines = vec![
        Line::styled(name, theme.style(Role::Title)),
        Line::default(),
    ];
    let status = status_words(told, symbol);
    lines.extend(fact("Status", &status, theme.style(role), page));
    let started = words::when(told.started, page.now, page.zone);
    lines.extend(fact("Started", &started, Style::new(), page));
    if let Some(finished) = told.finished {
        let took = words::duration(finished.duration_since(told.started));
        let text = format!(
            "{}, after {took}",
            words::when(finished, page.now, page.zone)
        );
        lines.extend(fact("Finished", &text, Style::new(), page));
    }
    if let Some(owner) = told.owner {
        lines.extend(fact("Executed by", owner, Style::new(), page));
    }
    if let Some(waiting) = told.waiting {
        lines.extend(fact("Waiting", waiting, theme.style(Role::Warn), page));
    }
    lines.extend(sums(told, page));
    for told in schedule {
        let style = told.role.map_or_else(Style::new, |role| theme.style(role));
        lines.extend(fact(told.name, &told.text, style, page));
    }
    if let Some(exception) = told.exception {
        lines.extend(exception_sections(exception, page));
    }
    if !told.streams.is_empty() {
        lines.extend(sheet::heading("Streams", page));
        lines.extend(streams::lines(
            told.streams,
            streams::View {
                status: told.status,
                width: page.width,
                now: page.now,
                speeds: told.speeds,
                theme,
            },
        ));
    }
    lines
}

fn status_words(told: Told<'_>, symbol: &str) -> String {
    let mut text = format!("{symbol} {}", told.status);
    if told.cancelling {
        text.push_str(", cancelling: it stops at its next checkpoint");
    }
    if told.dry_run {
        text.push_str(if told.status == RunStatus::Executing {
            ", dry run: nothing is moved"
        } else {
            ", dry run: nothing was moved"
        });
    }
    text
}

/// The sums of all streams, in the words of the balance that every run must keep.
fn sums(told: Told<'_>, page: Page<'_>) -> Vec<Line<'static>> {
    let sum = sum_of(told.streams);
    let moved = Moved::of(told.streams);
    let received = if moved.received > 0 {
        format!("{} received + ", words::count(moved.received))
    } else {
        String::new()
    };
    let records = format!(
        "{} enumerated = {received}{} sent + {} unchanged + {} quarantined",
        words::count(sum.enumerated),
        words::count(moved.sent),
        words::count(sum.unchanged),
        words::count(sum.quarantined),
    );
    let mut lines = fact("Records", &records, Style::new(), page);
    if !sum.balances() {
        let open = words::count(sum.enumerated.abs_diff(sum.settled()));
        let text = if told.status == RunStatus::Executing {
            format!("{open} still under way")
        } else {
            format!("{open} not settled: the next run takes them up again")
        };
        lines.extend(fact("", &text, page.theme.style(Role::Warn), page));
    }
    if sum.deleted + sum.retired > 0 {
        let text = format!(
            "{} deletions among them, {} dropped by the service after a complete load",
            words::count(sum.deleted),
            words::count(sum.retired),
        );
        lines.extend(fact("Deleted", &text, Style::new(), page));
    }
    let payload = format!(
        "{} in {}, {}",
        words::bytes(sum.payload_bytes),
        words::counted(sum.batches, "batch", "batches"),
        words::counted(sum.retries, "retry", "retries"),
    );
    lines.extend(fact("Payload", &payload, Style::new(), page));
    lines
}

/// What failed, why to the last cause, and what to do, each under its heading.
pub fn exception_sections(exception: &Exception, page: Page<'_>) -> Vec<Line<'static>> {
    let theme = page.theme;
    let mut lines = Vec::new();
    for (heading, text, style) in [
        ("What failed", &exception.text, theme.style(Role::Bad)),
        ("Why", &exception.cause, Style::new()),
        ("What to do", &exception.remedy, Style::new()),
    ] {
        if text.is_empty() {
            continue;
        }
        lines.extend(sheet::heading(heading, page));
        for line in words::wrap(text, page.width.saturating_sub(2)) {
            lines.push(Line::styled(format!("  {line}"), style));
        }
    }
    lines
}
