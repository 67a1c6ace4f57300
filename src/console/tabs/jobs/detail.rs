//! Draws the selected job's run and schedule, below or beside the list.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span, Text};

use super::schedule::{DUE_SINCE, NEXT_START, WITHHELD};
use super::{JobsTab, View};
use crate::console::keys::{Action, Context, JobAction};
use crate::console::theme::{Role, Theme};
use crate::console::widgets::{facts, streams};
use crate::console::words;
use crate::model::Exception;
use crate::model::run::RunStatus;

/// Draws it.
pub(super) fn draw_detail(tab: &JobsTab, frame: &mut Frame<'_>, area: Rect, view: View<'_>) {
    if area.height == 0 {
        return;
    }
    let theme = view.theme;
    let [head, body] = Layout::vertical([Constraint::Length(1), Constraint::Min(0)]).areas(area);
    frame.render_widget(
        rule(&detail_title(tab, view), usize::from(head.width), theme),
        head,
    );

    let height = usize::from(body.height);
    let mut lines = schedule_lines(tab, body, view);
    let below = Rect {
        height: body.height.saturating_sub(lines.len() as u16),
        ..body
    };
    lines.extend(detail_lines(tab, below, view));
    if lines.len() > height && height > 0 {
        let hidden = lines.len() - (height - 1);
        lines.truncate(height - 1);
        let more = words::counted(hidden as u64, "more line", "more lines");
        let text = format!("{} {more}{}", theme.symbols.ellipsis, key_to_all(view));
        lines.push(Line::styled(text, theme.style(Role::Dim)));
    }
    frame.render_widget(Text::from(lines), body);
}

/// When the job starts, and what stands against it: short facts in a row, and why it is withheld
/// below them. A run under way that needs every row has them.
fn schedule_lines(tab: &JobsTab, area: Rect, view: View<'_>) -> Vec<Line<'static>> {
    let job = tab.selected();
    let width = usize::from(area.width);
    let theme = view.theme;
    if let Some(run) = tab.live_of(job)
        && run.streams.len() + 3 > usize::from(area.height)
    {
        return Vec::new();
    }
    let mut spans = Vec::new();
    let mut below = Vec::new();
    for fact in tab.schedule(job, view.now, view.zone) {
        let text = match fact.name {
            NEXT_START => format!("next {}", fact.text),
            DUE_SINCE => format!("due since {}", fact.text),
            _ => fact.text,
        };
        let (text, style) = match fact.role {
            Some(role) => (
                format!("{} {text}", theme.symbols.warning),
                theme.style(role),
            ),
            None => (text, theme.style(Role::Dim)),
        };
        if fact.name == WITHHELD {
            let lines = words::wrap(&text, width.saturating_sub(4)).into_iter();
            below.extend(lines.enumerate().map(|(index, line)| {
                let margin = if index == 0 { " " } else { "   " };
                Line::styled(format!("{margin}{line}"), style)
            }));
        } else {
            spans.push(Span::styled(text, style));
        }
    }
    let mut lines = if spans.is_empty() {
        Vec::new()
    } else {
        facts::lines(spans, width, theme)
    };
    lines.append(&mut below);
    lines
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
        let dry = if run.dry_run { "dry run, " } else { "" };
        let by = if tab.is_elsewhere(run) {
            format!(" by {}", run.owner)
        } else {
            String::new()
        };
        if let Some(seen) = tab.seen(job) {
            let seen = words::clock(seen, view.now, view.zone);
            return format!("{job}: run {}, {dry}executing at {seen}{by}", run.run);
        }
        return format!("{job}: run {}, {dry}executing for {since}{by}", run.run);
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
            now: tab.seen(job).unwrap_or(view.now),
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
