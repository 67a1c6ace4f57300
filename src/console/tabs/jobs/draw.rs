//! Draws the tab *Jobs*: two lines for each job, and below or beside them the selected job's run.

use std::fmt::Write as _;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span, Text};

use super::JobsTab;
use crate::console::keys::{Action, Context, JobAction, Keymap};
use crate::console::theme::{Role, Theme};
use crate::console::widgets::{gauge, report, streams};
use crate::console::words;
use crate::model::run::RunStatus;
use crate::model::{Exception, Job, JobStatus, Progress};

/// From this width on the run stands beside the list.
const WIDE: u16 = 180;

/// Cells before a job's name: mark, symbol, status.
const BEFORE_NAME: usize = 15;

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
    let list_height = Job::ALL.len() as u16 * 2;
    let (list, detail) = if area.width >= WIDE {
        let [list, bar, detail] = Layout::horizontal([
            Constraint::Length(84),
            Constraint::Length(1),
            Constraint::Min(0),
        ])
        .areas(area);
        let side = vec![Line::raw(view.theme.symbols.bar); usize::from(bar.height)];
        frame.render_widget(Text::from(side).style(view.theme.style(Role::Dim)), bar);
        (list, detail)
    } else {
        // Air between the jobs once there is room for it, never at the cost of the streams.
        let height = if area.height >= list_height + 20 {
            list_height + 5
        } else {
            list_height
        };
        let [list, detail] =
            Layout::vertical([Constraint::Length(height), Constraint::Min(0)]).areas(area);
        (list, detail)
    };
    let gap = u16::from(list.height >= list_height + 5);
    draw_list(tab, frame, list, gap, view);
    draw_detail(tab, frame, detail, view);
}

fn draw_list(tab: &JobsTab, frame: &mut Frame<'_>, area: Rect, gap: u16, view: View<'_>) {
    let each = 2 + gap;
    // The selected job stays in sight on a screen that is too low for all of them.
    let fit = usize::from((area.height / each).max(1));
    let first = (tab.selected + 1).saturating_sub(fit);
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
    let (symbol, word, role) = if tab.is_cancelling(job) {
        (symbols.canceled, "Cancelling", Role::Warn)
    } else if tab.is_starting(job) {
        (symbols.executing, "Starting", Role::Busy)
    } else {
        let status = tab.status(job);
        let (symbol, role) = match status {
            JobStatus::Withhold => (symbols.waiting, Role::Warn),
            JobStatus::Waiting => (symbols.waiting, Role::Dim),
            JobStatus::Executing => (symbols.executing, Role::Busy),
            JobStatus::Error => (symbols.error, Role::Bad),
            JobStatus::Ended => (symbols.ended, Role::Good),
            JobStatus::Canceled => (symbols.canceled, Role::Warn),
        };
        (symbol, status.name(), role)
    };
    let is_selected = tab.selected() == job;
    let mark = Span::styled(
        if is_selected { symbols.selected } else { " " },
        theme.style(Role::Accent),
    );
    let room = width.saturating_sub(BEFORE_NAME);
    let first = Line::from(vec![
        mark.clone(),
        Span::styled(format!("{symbol} {word:<10}  "), theme.style(role)),
        Span::styled(
            words::cut(job.ax_name(), room, symbols.ellipsis),
            theme.style(Role::Title),
        ),
    ]);
    let mut second = vec![mark, Span::raw(" ".repeat(BEFORE_NAME - 1))];
    second.extend(second_line(tab, job, room, view));
    vec![first, Line::from(second)]
}

/// What a job's second line tells: the run under way, else the last result.
fn second_line(tab: &JobsTab, job: Job, room: usize, view: View<'_>) -> Vec<Span<'static>> {
    let theme = view.theme;
    let cut = |text: &str| words::cut(text, room, theme.symbols.ellipsis);
    if let Some(run) = tab.live_of(job) {
        return live_spans(tab, run, room, theme);
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
        return vec![Span::raw(cut("executes in another process"))];
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

fn live_spans(tab: &JobsTab, run: &Progress, room: usize, theme: &Theme) -> Vec<Span<'static>> {
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
    let tail = if let Some(waiting) = &run.waiting {
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

fn draw_detail(tab: &JobsTab, frame: &mut Frame<'_>, area: Rect, view: View<'_>) {
    if area.height == 0 {
        return;
    }
    let theme = view.theme;
    let [head, body] = Layout::vertical([Constraint::Length(1), Constraint::Min(0)]).areas(area);
    frame.render_widget(
        rule(&detail_title(tab, view), usize::from(head.width), theme),
        head,
    );

    let mut lines = detail_lines(tab, body, view);
    let height = usize::from(body.height);
    if lines.len() > height && height > 0 {
        let hidden = lines.len() - (height - 1);
        lines.truncate(height - 1);
        let more = words::counted(hidden as u64, "more line", "more lines");
        let text = format!("{} {more}{}", theme.symbols.ellipsis, key_to_all(view));
        lines.push(Line::styled(text, theme.style(Role::Dim)));
    }
    frame.render_widget(Text::from(lines), body);
}

/// ` (enter shows all)`.
fn key_to_all(view: View<'_>) -> String {
    view.keys
        .key_for(Context::Jobs, Action::Job(JobAction::Details))
        .map_or_else(String::new, |key| format!(" ({key} shows all)"))
}

/// A rule from side to side with a title in it.
fn rule(title: &str, width: usize, theme: &Theme) -> Line<'static> {
    let rule = theme.symbols.rule;
    let title = words::cut(title, width.saturating_sub(4), theme.symbols.ellipsis);
    let rest = width.saturating_sub(words::width(&title) + 3);
    Line::from(vec![
        Span::styled(rule, theme.style(Role::Dim)),
        Span::styled(format!(" {title} "), theme.style(Role::Title)),
        Span::styled(rule.repeat(rest), theme.style(Role::Dim)),
    ])
}

fn detail_title(tab: &JobsTab, view: View<'_>) -> String {
    let job = tab.selected();
    if let Some(run) = tab.live_of(job) {
        let since = words::whole_duration(view.now.duration_since(run.started));
        return format!("{job}: run {}, executing for {since}", run.run);
    }
    if tab.refused.contains_key(&job) {
        return format!("{job}: not started");
    }
    match tab.last_of(job) {
        Some(run) => {
            let dry = if run.dry_run { ", dry run" } else { "" };
            format!(
                "{job}: run {}, {}{dry}, started {}",
                run.run,
                run.status,
                words::when(run.started, view.now, view.zone)
            )
        }
        None => job.to_string(),
    }
}

fn detail_lines(tab: &JobsTab, area: Rect, view: View<'_>) -> Vec<Line<'static>> {
    let (width, height) = (usize::from(area.width), usize::from(area.height));
    let job = tab.selected();
    let theme = view.theme;
    let table = |streams: &[crate::model::StreamProgress], status, height| {
        let columns = streams::View {
            status,
            width,
            now: view.now,
            theme,
        };
        streams::lines_within(streams, height, &key_to_all(view), columns)
    };
    if let Some(run) = tab.live_of(job) {
        return table(&run.streams, RunStatus::Executing, height);
    }
    if let Some(refused) = tab.refused.get(&job) {
        return exception_lines(refused, false, width, view);
    }
    if let Some(last) = tab.last_of(job) {
        let mut lines = last
            .exception
            .as_ref()
            .map(|exception| exception_lines(exception, true, width, view))
            .unwrap_or_default();
        let left = height.saturating_sub(lines.len());
        lines.extend(table(&last.streams, last.status, left));
        return lines;
    }
    let text = if tab.is_known(job) {
        let key = |action| {
            view.keys
                .key_for(Context::Jobs, Action::Job(action))
                .unwrap_or_default()
        };
        format!(
            "It has not run yet: {} runs it, {} counts what it would move.",
            key(JobAction::Run),
            key(JobAction::DryRun)
        )
    } else {
        format!("Its last run {}.", tab.unknown_because())
    };
    let style = theme.style(Role::Dim);
    words::wrap(&text, width.saturating_sub(2))
        .into_iter()
        .map(|line| Line::styled(format!(" {line}"), style))
        .collect()
}

/// What failed, the first line of why, what to do, and the keys for it.
fn exception_lines(
    exception: &Exception,
    has_run: bool,
    width: usize,
    view: View<'_>,
) -> Vec<Line<'static>> {
    let theme = view.theme;
    let room = width.saturating_sub(10);
    let fact = |name: &'static str, text: String, style: Style| {
        Line::from(vec![
            Span::styled(format!(" {name:<8} "), theme.style(Role::Dim)),
            Span::styled(text, style),
        ])
    };
    let mut lines = vec![fact(
        "Failed",
        words::cut(&exception.text, room, theme.symbols.ellipsis),
        theme.style(Role::Bad),
    )];
    if let Some(first) = exception
        .cause
        .lines()
        .next()
        .filter(|line| !line.is_empty())
    {
        lines.push(fact(
            "Why",
            words::cut(first, room, theme.symbols.ellipsis),
            Style::new(),
        ));
    }
    for (index, line) in words::wrap(&exception.remedy, room).into_iter().enumerate() {
        lines.push(fact(
            if index == 0 { "To do" } else { "" },
            line,
            Style::new(),
        ));
    }
    let key = |action| view.keys.key_for(Context::Jobs, Action::Job(action));
    let mut keys = Vec::new();
    if let Some(run) = key(JobAction::Run).filter(|_| view.can_run) {
        keys.push(format!("{run} runs it again"));
    }
    if let Some(details) = key(JobAction::Details).filter(|_| has_run) {
        keys.push(format!("{details} shows the whole cause"));
    }
    lines.push(fact("Keys", keys.join(", "), theme.style(Role::Accent)));
    lines
}
