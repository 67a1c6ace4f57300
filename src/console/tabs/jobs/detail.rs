//! Draws the selected job's run and schedule, below or beside the list.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::{Line, Span, Text};

use super::schedule::{DUE_SINCE, FAILED, NEXT_START, WITHHELD};
use super::{JobsTab, View, triage};
use crate::console::keys::{Action, Context, JobAction};
use crate::console::theme::{Role, Theme};
use crate::console::widgets::{facts, streams};
use crate::console::words;
use crate::model::run::RunStatus;

/// Rows in which a table of streams says something.
const LEAST_TABLE: usize = 3;

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
    // Below it is told since when.
    let tells_since = tab.failing_words(job, view.now, view.zone).is_some();
    let facts = tab.schedule(job, view.now, view.zone).into_iter();
    for fact in facts.filter(|fact| fact.name != FAILED || !tells_since) {
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
    let speeds = tab.speeds(job);
    let table = |streams: &[crate::model::StreamProgress], status, height| {
        let columns = streams::View {
            status,
            width,
            now: tab.seen(job).unwrap_or(view.now),
            speeds: &speeds,
            theme,
        };
        streams::lines_within(streams, height, &key_to_all(view), columns)
    };
    if let Some(run) = tab.live_of(job) {
        let past = tab.past_line(job, width, view);
        // The streams move: they have the first right to the room.
        let past = past.filter(|_| run.streams.len() + LEAST_TABLE <= height);
        let mut lines: Vec<Line<'static>> = past.into_iter().collect();
        let left = height.saturating_sub(lines.len());
        lines.extend(table(&run.streams, RunStatus::Executing, left));
        return lines;
    }
    if let Some(refused) = tab.refused.get(&job) {
        return triage::lines(tab, refused, width, view);
    }
    if let Some(last) = tab.last_of(job) {
        let mut lines = last
            .exception
            .as_ref()
            .map(|exception| triage::lines(tab, exception, width, view))
            .unwrap_or_default();
        lines.extend(tab.past_line(job, width, view));
        let left = height.saturating_sub(lines.len());
        // A failure is worth more than how far its streams came: that is told in the window.
        if last.exception.is_none() || left >= LEAST_TABLE {
            lines.extend(table(&last.streams, last.status, left));
        }
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
