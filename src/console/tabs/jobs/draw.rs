//! Draws the tab *Jobs*: two lines for each job, and below or beside them the selected job's run.

use std::fmt::Write as _;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Position, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span, Text};

use super::JobsTab;
use super::detail::draw_detail;
use crate::console::keys::Keymap;
use crate::console::theme::{Role, Theme};
use crate::console::widgets::{gauge, report};
use crate::console::words;
use crate::model::run::RunStatus;
use crate::model::{Job, JobStatus, Progress};

/// From this width on the run stands beside the list.
const WIDE: u16 = 180;

/// Cells before a job's name: mark, symbol, status.
const BEFORE_NAME: usize = 15;

/// What every name of a job begins with: it is left out where the start would have no room.
const PREFIX: &str = "Commerce Services ";

/// Cells of the longest name.
const LONGEST_NAME: usize = 64;

/// From this width of the list on names are whole beside most starts.
const WHOLE_NAMES: usize = BEFORE_NAME + LONGEST_NAME + 22;

/// What is drawn view, besides the tab.
#[derive(Clone, Copy)]
pub struct View<'a> {
    /// Now.
    pub now: Timestamp,
    /// The operator's zone.
    pub zone: &'a TimeZone,
    /// The keys in force, for sentences that name one.
    pub keys: &'a Keymap,
    /// Looks.
    pub theme: &'a Theme,
    /// False where the console starts no runs.
    pub can_run: bool,
}

/// Draws the tab.
pub fn draw(tab: &JobsTab, frame: &mut Frame<'_>, area: Rect, view: View<'_>) {
    let [list, bar, detail] = areas(area);
    let side = vec![Line::raw(view.theme.symbols.bar); usize::from(bar.height)];
    frame.render_widget(Text::from(side).style(view.theme.style(Role::Dim)), bar);
    draw_list(tab, frame, list, view);
    draw_detail(tab, frame, detail, view);
}

/// Rows of the list without air.
const LIST_HEIGHT: u16 = Job::ALL.len() as u16 * 2;

/// The list, the bar beside it where the run stands there, and the run.
fn areas(area: Rect) -> [Rect; 3] {
    if area.width >= WIDE {
        return Layout::horizontal([
            Constraint::Length(84),
            Constraint::Length(1),
            Constraint::Min(0),
        ])
        .areas(area);
    }
    // Air between the jobs once there is room for it, never at the cost of the streams.
    let height = if area.height >= LIST_HEIGHT + 20 {
        LIST_HEIGHT + 5
    } else {
        LIST_HEIGHT
    };
    let [list, detail] =
        Layout::vertical([Constraint::Length(height), Constraint::Min(0)]).areas(area);
    [list, Rect::default(), detail]
}

/// Rows of each job, and of the jobs the first in sight and how many are.
fn in_sight(tab: &JobsTab, list: Rect) -> (u16, usize, usize) {
    let each = 2 + u16::from(list.height >= LIST_HEIGHT + 5);
    // The selected job stays in sight on a screen that is too low for all of them.
    let fit = usize::from((list.height / each).max(1));
    (each, (tab.selected + 1).saturating_sub(fit), fit)
}

/// How far it is from the selected job to the one in this cell.
pub fn steps_to(tab: &JobsTab, area: Rect, cell: Position) -> Option<isize> {
    let [list, ..] = areas(area);
    let (each, first, fit) = in_sight(tab, list);
    let slot = usize::from(cell.y.checked_sub(list.y)? / each);
    let is_there = list.contains(cell) && slot < fit && first + slot < Job::ALL.len();
    is_there.then(|| (first + slot).cast_signed() - tab.selected.cast_signed())
}

fn draw_list(tab: &JobsTab, frame: &mut Frame<'_>, area: Rect, view: View<'_>) {
    let (each, first, fit) = in_sight(tab, area);
    for (slot, job) in Job::ALL.into_iter().skip(first).take(fit).enumerate() {
        let row = Rect {
            y: area.y + slot as u16 * each,
            height: 2,
            ..area
        }
        .intersection(area);
        let is_selected = tab.selected() == job;
        frame.render_widget(
            Text::from(job_lines(tab, job, usize::from(row.width), view)),
            row,
        );
        if is_selected {
            frame
                .buffer_mut()
                .set_style(row, view.theme.style(Role::Selection));
        }
    }
}

fn job_lines(tab: &JobsTab, job: Job, width: usize, view: View<'_>) -> Vec<Line<'static>> {
    let theme = view.theme;
    let symbols = &theme.symbols;
    let (symbol, word, role) = status_words(tab, job, theme);
    let is_selected = tab.selected() == job;
    let mark = Span::styled(
        if is_selected { symbols.selected } else { " " },
        theme.style(Role::Accent),
    );
    let room = width.saturating_sub(BEFORE_NAME);
    let name = if width >= WHOLE_NAMES {
        job.ax_name()
    } else {
        job.ax_name().trim_start_matches(PREFIX)
    };
    let (right, style) = right_end(tab, job, room, view);
    let mut right = words::cut(&right, room / 2, symbols.ellipsis);
    if !right.is_empty() {
        // Nothing stands against the border.
        right.push(' ');
    }
    let gap = if right.is_empty() { 0 } else { 2 };
    let name_room = room.saturating_sub(words::width(&right) + gap);
    let name = words::cut(name, name_room, symbols.ellipsis);
    let blanks = room.saturating_sub(words::width(&name) + words::width(&right));
    let first = Line::from(vec![
        mark.clone(),
        Span::styled(format!("{symbol} {word:<10}  "), theme.style(role)),
        Span::styled(name, theme.style(Role::Title)),
        Span::raw(" ".repeat(blanks)),
        Span::styled(right, style),
    ]);
    let mut second = vec![mark, Span::raw(" ".repeat(BEFORE_NAME - 1))];
    second.extend(second_line(tab, job, room, view));
    vec![first, Line::from(second)]
}

/// Symbol, word and role of how the job stands.
fn status_words(tab: &JobsTab, job: Job, theme: &Theme) -> (&'static str, String, Role) {
    let symbols = &theme.symbols;
    if tab.is_cancelling(job) {
        return (symbols.canceled, "Cancelling".to_owned(), Role::Warn);
    }
    if tab.is_starting(job) {
        return (symbols.executing, "Starting".to_owned(), Role::Busy);
    }
    let status = tab.status(job);
    if tab.seen(job).is_some() && tab.is_known(job) {
        // How it stood.
        return (symbols.waiting, format!("{status}?"), Role::Dim);
    }
    let (symbol, role) = match status {
        JobStatus::Withhold => (symbols.withhold, Role::Warn),
        JobStatus::Waiting => (symbols.waiting, Role::Dim),
        JobStatus::Executing => (symbols.executing, Role::Busy),
        JobStatus::Error => (symbols.error, Role::Bad),
        JobStatus::Ended => (symbols.ended, Role::Good),
        JobStatus::Canceled => (symbols.canceled, Role::Warn),
    };
    let failures = tab.overview_of(job).map_or(0, |overview| overview.failures);
    let word = if status == JobStatus::Error && failures > 1 {
        // `Error ×12`: ten cells have room for 999.
        format!("{status} {}{}", symbols.times, failures.min(999))
    } else {
        status.to_string()
    };
    (symbol, word, role)
}

/// What stands behind a job's name: who runs it, else when it starts.
fn right_end(tab: &JobsTab, job: Job, room: usize, view: View<'_>) -> (String, Style) {
    if let Some(run) = tab.live_of(job) {
        let mut parts = Vec::new();
        if run.dry_run {
            parts.push("dry run".to_owned());
        }
        if tab.is_elsewhere(run) {
            parts.push(format!("by {}", run.owner));
        }
        if let Some(times) = tab.times_usual(job, view.now) {
            parts.insert(
                0,
                format!("{times}{} longer than usual", view.theme.symbols.times),
            );
            return (parts.join(", "), view.theme.style(Role::Warn));
        }
        return (parts.join(" "), view.theme.style(Role::Accent));
    }
    let Some((start, role)) = tab.start_words(job, view.now, view.zone) else {
        return (String::new(), Style::new());
    };
    let recurrence = tab.overview_of(job).map_or("", |job| &job.recurrence);
    let long = format!("{recurrence}, {start}");
    let has_room = room >= LONGEST_NAME + 3 + words::width(&long);
    let recurs = tab.next_of(job).is_some() && !recurrence.is_empty();
    let text = if recurs && has_room { long } else { start };
    (text, view.theme.style(role))
}

/// What a job's second line tells: the run under way, else the last result.
fn second_line(tab: &JobsTab, job: Job, room: usize, view: View<'_>) -> Vec<Span<'static>> {
    let theme = view.theme;
    let cut = |text: &str| words::cut(text, room, theme.symbols.ellipsis);
    if let Some(run) = tab.live_of(job) {
        return live_spans(tab, run, room, view);
    }
    if tab.is_starting(job) {
        return vec![Span::styled(
            cut("is being started"),
            theme.style(Role::Dim),
        )];
    }
    if let Some(refused) = tab.refused.get(&job) {
        let text = format!("not started: {}", refused.text);
        return vec![Span::styled(cut(&text), theme.style(Role::Bad))];
    }
    if tab.status(job) == JobStatus::Executing {
        return vec![Span::raw(cut("executes; how far it is comes in a moment"))];
    }
    if let Some(overview) = tab
        .overview_of(job)
        .filter(|overview| !overview.reason.is_empty())
    {
        return vec![Span::styled(cut(&overview.reason), theme.style(Role::Warn))];
    }
    let Some(last) = tab.last_of(job) else {
        let text = if tab.is_known(job) {
            "has not run yet"
        } else {
            tab.unknown_because()
        };
        return vec![Span::styled(cut(text), theme.style(Role::Dim))];
    };
    let at = last.finished.unwrap_or(last.started);
    let when = words::when(at, view.now, view.zone);
    let took = words::duration(at.duration_since(last.started));
    let (what, style) = match (&last.exception, last.status) {
        (Some(exception), RunStatus::Error) => (exception.text.clone(), theme.style(Role::Bad)),
        (Some(_) | None, RunStatus::Canceled) => (
            format!("stopped: {}", report::result(&last.streams, last.dry_run)),
            Style::new(),
        ),
        (Some(_) | None, RunStatus::Ended | RunStatus::Executing) | (None, RunStatus::Error) => {
            (report::result(&last.streams, last.dry_run), Style::new())
        }
    };
    // Where both have no room the time goes first: an error is worth more than its hour.
    let long = format!("  {when}, {took}");
    let short = format!("  {when}");
    let taken = words::width(&what);
    let tail = [long, short]
        .into_iter()
        .find(|tail| taken + words::width(tail) <= room)
        .unwrap_or_default();
    vec![
        Span::styled(cut(&what), style),
        Span::styled(tail, theme.style(Role::Dim)),
    ]
}

fn live_spans(tab: &JobsTab, run: &Progress, room: usize, view: View<'_>) -> Vec<Span<'static>> {
    let theme = view.theme;
    let settled = run.counts().settled();
    let mut spans = Vec::new();
    let wide = room >= 90;
    match run.total() {
        Some(total) => {
            let ratio = settled as f64 / total.max(1) as f64;
            let cells = if wide { 24 } else { 13 };
            let role = if tab.is_cancelling(run.job) {
                Role::Warn
            } else {
                Role::Busy
            };
            spans.extend(gauge::spans(cells, ratio, role, theme));
            spans.push(Span::styled(
                format!(" {:>4}", words::percent(ratio, false)),
                theme.style(Role::Title),
            ));
            spans.push(Span::raw(format!(
                "  {} of {}",
                words::count(settled),
                words::count(total)
            )));
        }
        None => spans.push(Span::raw(words::counted(settled, "record", "records"))),
    }
    let tail = if let Some(seen) = tab.seen(run.job) {
        let seen = words::clock(seen, view.now, view.zone);
        Some((format!("as of {seen}"), Role::Dim))
    } else if let Some(waiting) = &run.waiting {
        Some((format!("{} {waiting}", theme.symbols.warning), Role::Warn))
    } else {
        speed(tab, run, wide).map(|text| (text, Role::Dim))
    };
    if let Some((text, role)) = tail {
        let used: usize = spans.iter().map(Span::width).sum();
        // A run that waits goes no further: why is worth more than the counts.
        if run.waiting.is_some() && used + 2 + words::width(&text) > room {
            spans.pop();
        }
        let used: usize = spans.iter().map(Span::width).sum();
        let text = words::cut(
            &format!("  {text}"),
            room.saturating_sub(used),
            theme.symbols.ellipsis,
        );
        spans.push(Span::styled(text, theme.style(role)));
    }
    spans
}

/// `51,204/s, 33 s left`.
fn speed(tab: &JobsTab, run: &Progress, wide: bool) -> Option<String> {
    let meter = tab.meters.get(&run.job)?;
    let unit = if wide { " records/s" } else { "/s" };
    let mut text = format!("{}{unit}", words::count(meter.rate()?));
    if let Some(left) = meter.left(run) {
        let _ = write!(text, "  {} left", words::whole_duration(left));
    }
    Some(text)
}
