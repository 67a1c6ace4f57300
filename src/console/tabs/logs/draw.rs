//! Draws the tab *Logs*: only the lines in sight are looked at.

use jiff::tz::TimeZone;
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::file::FileView;
use super::store::LineRef;
use super::{Anchor, Clock, LogsTab};
use crate::console::theme::{Role, Theme};
use crate::console::words;
use crate::model::log::Level;

/// Cells before the text: hit mark, time, level, run.
const BEFORE_TEXT: usize = 1 + 13 + 10 + 7;

/// Cells of a line's text on a page this wide.
pub(super) fn text_width(page: usize) -> usize {
    page.saturating_sub(BEFORE_TEXT).max(1)
}

/// Rows that a wrapped line takes on a page this wide.
pub(super) fn rows_of(text: &str, page: usize) -> usize {
    pieces(text, text_width(page)).len()
}

/// A text in pieces of at most `cells` cells: where each begins and ends, in bytes. A piece ends
/// after a blank where there is one in its second half.
fn pieces(text: &str, cells: usize) -> Vec<(usize, usize)> {
    let mut pieces = Vec::new();
    let (mut start, mut used) = (0, 0);
    let mut blank = None;
    let mut offset = 0;
    for (grapheme, wide) in words::graphemes(text) {
        if used + wide > cells && offset > start {
            let (end, carried) = blank
                .take()
                .filter(|(_, at)| *at > cells / 2)
                .map_or((offset, 0), |(end, at)| (end, used - at));
            pieces.push((start, end));
            (start, used) = (end, carried);
        }
        used += wide;
        offset += grapheme.len();
        if grapheme == " " {
            blank = Some((offset, used));
        }
    }
    pieces.push((start, text.len()));
    pieces
}

/// The three parts of the tab: what is shown, the lines, and the rows of search and filter.
pub fn areas(area: Rect, below: u16) -> [Rect; 3] {
    Layout::vertical([
        Constraint::Length(2),
        Constraint::Min(0),
        Constraint::Length(below),
    ])
    .areas(area)
}

/// Draws the tab.
pub fn draw(tab: &LogsTab, frame: &mut Frame<'_>, area: Rect, zone: &TimeZone, theme: &Theme) {
    let [head, lines, below] = areas(area, tab.rows_below());
    let [filter, search] = Layout::vertical([
        Constraint::Length(u16::from(tab.filter.is_shown())),
        Constraint::Length(u16::from(tab.search.is_some())),
    ])
    .areas(below);
    let zone = match tab.clock {
        Clock::Local => zone,
        Clock::Utc => &TimeZone::UTC,
    };
    draw_head(tab, frame, head, theme);
    draw_lines(tab, frame, lines, zone, theme);
    tab.filter.draw(frame, filter, theme);
    draw_search(tab, frame, search, theme);
}

/// How far the page has come in the file.
fn file_facts(file: &FileView, is_whole: bool) -> Vec<String> {
    let mut facts = vec!["log file".to_owned()];
    let number = file.number().filter(|_| is_whole);
    facts.push(match (number, file.size.lines) {
        (Some(number), Some(lines)) => {
            format!("line {} of {}", words::count(number), words::count(lines))
        }
        (None, Some(lines)) => words::counted(lines, "line", "lines"),
        (None | Some(_), None) => words::bytes(file.size.bytes),
    });
    facts
}

fn draw_head(tab: &LogsTab, frame: &mut Frame<'_>, area: Rect, theme: &Theme) {
    let dot = format!(" {} ", theme.symbols.dot);
    let follows = match &tab.file {
        Some(file) => file.follows(),
        None => tab.anchor == Anchor::Follow,
    };
    let mut facts = vec![
        if follows {
            Span::styled("following", theme.style(Role::Good))
        } else {
            Span::styled("standing still", theme.style(Role::Warn))
        },
        Span::raw(match tab.level {
            Level::Debug if tab.audit.is_some() => "the audit: who changed what".to_owned(),
            Level::Debug => "every level".to_owned(),
            Level::Info | Level::Warning => format!("{} and graver", tab.level),
            Level::Error => "errors only".to_owned(),
        }),
    ];
    match &tab.file {
        Some(file) => facts.extend(
            file_facts(file, tab.terms().is_empty())
                .into_iter()
                .map(Span::raw),
        ),
        None => facts.push(Span::raw(if tab.shown.is_some() {
            format!(
                "{} of {}",
                words::count(tab.len() as u64),
                words::counted(tab.store.len() as u64, "line", "lines")
            )
        } else {
            words::counted(tab.store.len() as u64, "line", "lines")
        })),
    }
    if tab.clock == Clock::Utc {
        facts.push(Span::raw("times in UTC"));
    }
    if tab.wrap {
        facts.push(Span::raw("wrapped"));
    } else if tab.shift > 0 {
        facts.push(Span::raw(format!("from column {}", tab.shift + 1)));
    }
    if tab.file.is_none() && tab.store.dropped() > 0 {
        let text = format!("{} dropped", words::count(tab.store.dropped()));
        facts.push(Span::styled(text, theme.style(Role::Warn)));
    }
    let mut spans = vec![Span::raw(" ")];
    for (index, fact) in facts.into_iter().enumerate() {
        if index > 0 {
            spans.push(Span::styled(dot.clone(), theme.style(Role::Dim)));
        }
        spans.push(fact);
    }
    let heading = format!(" {:<13}{:<10}{:>5}  {}", "Time", "Level", "Run", "Text");
    let lines = vec![
        Line::from(spans),
        Line::styled(heading, theme.style(Role::Dim)),
    ];
    frame.render_widget(ratatui::text::Text::from(lines), area);
}

fn draw_lines(tab: &LogsTab, frame: &mut Frame<'_>, area: Rect, zone: &TimeZone, theme: &Theme) {
    let height = usize::from(area.height);
    if let Some(file) = &tab.file {
        draw_file(tab, file, frame, area, zone, theme);
        return;
    }
    if tab.len() == 0 {
        let text = if let Some(audit) = &tab.audit {
            match (audit.is_read, tab.store.is_empty()) {
                (false, _) => "The audit is being read.",
                (true, true) => "Nobody has changed anything yet.",
                (true, false) => "No change passes the filter.",
            }
        } else if tab.store.is_empty() {
            "Nothing has been logged yet."
        } else {
            "No line of this console is that grave and passes the filter. The log file has those of all \
             processes."
        };
        let lines = words::wrap(text, usize::from(area.width).saturating_sub(2)).into_iter();
        let lines: Vec<Line<'_>> = lines
            .map(|line| Line::styled(format!(" {line}"), theme.style(Role::Dim)))
            .collect();
        frame.render_widget(ratatui::text::Text::from(lines), area);
        return;
    }
    let mut rows = Vec::with_capacity(height);
    let mut place = tab.top();
    while rows.len() < height && place < tab.len() {
        let number = tab.number_at(place);
        if let Some(line) = tab.store.get(number) {
            let current = tab.search.as_ref().and_then(|search| search.current);
            let is_current = current == Some(number);
            let width = usize::from(area.width);
            push_rows(tab, is_current, line, &mut rows, width, zone, theme);
        }
        place += 1;
    }
    rows.truncate(height);
    frame.render_widget(ratatui::text::Text::from(rows), area);
}

/// The lines of the file in sight.
fn draw_file(
    tab: &LogsTab,
    file: &FileView,
    frame: &mut Frame<'_>,
    area: Rect,
    zone: &TimeZone,
    theme: &Theme,
) {
    let height = usize::from(area.height);
    let said = match &file.trouble {
        Some(why) => Some((format!(" The log file cannot be read: {why}"), Role::Warn)),
        None if !file.in_sight().is_empty() => None,
        None if file.is_read() => Some((" No line of the file passes.".to_owned(), Role::Dim)),
        None => Some((" The file is being read.".to_owned(), Role::Dim)),
    };
    if let Some((text, role)) = said {
        let text = words::cut(&text, usize::from(area.width), theme.symbols.ellipsis);
        frame.render_widget(Line::styled(text, theme.style(role)), area);
        return;
    }
    let mut rows = Vec::with_capacity(height);
    for (place, line) in file.in_sight().iter().take(height) {
        let is_current = file.current == Some(*place);
        let width = usize::from(area.width);
        // What came from outside may hold what a terminal obeys.
        let text = words::clean(&line.text);
        let line = LineRef {
            text: &text,
            ..LineRef::from(line)
        };
        push_rows(tab, is_current, line, &mut rows, width, zone, theme);
    }
    if file.follows() && rows.len() > height {
        rows.drain(..rows.len() - height);
    }
    rows.truncate(height);
    frame.render_widget(ratatui::text::Text::from(rows), area);
}

fn push_rows(
    tab: &LogsTab,
    is_current: bool,
    line: LineRef<'_>,
    rows: &mut Vec<Line<'static>>,
    width: usize,
    zone: &TimeZone,
    theme: &Theme,
) {
    let (level, text_style) = level_look(line.level, theme);
    let mark = if is_current {
        theme.symbols.selected
    } else {
        " "
    };
    let time = line
        .at
        .to_zoned(zone.clone())
        .strftime("%H:%M:%S%.3f")
        .to_string();
    let run = line.run.map(|run| run.to_string()).unwrap_or_default();
    let before = vec![
        Span::styled(mark, theme.style(Role::Accent)),
        Span::styled(format!("{time:<13}"), theme.style(Role::Dim)),
        level,
        Span::styled(format!("{run:>5}  "), theme.style(Role::Dim)),
    ];
    let cells = text_width(width);
    let hits = tab
        .search
        .as_ref()
        .and_then(|search| search.pattern.as_ref())
        .map(|pattern| pattern.places(line.text))
        .unwrap_or_default();
    let spans_between = |start: usize, end: usize| {
        let mut spans = Vec::new();
        let mut from = start;
        for hit in &hits {
            let (hit_start, hit_end) = (hit.start.clamp(from, end), hit.end.clamp(from, end));
            if hit_start < hit_end {
                spans.push(Span::styled(
                    line.text[from..hit_start].to_owned(),
                    text_style,
                ));
                let style = text_style.patch(theme.style(Role::Hit));
                spans.push(Span::styled(
                    line.text[hit_start..hit_end].to_owned(),
                    style,
                ));
                from = hit_end;
            }
        }
        spans.push(Span::styled(line.text[from..end].to_owned(), text_style));
        spans
    };
    if tab.wrap {
        let mut before = before;
        for (start, end) in pieces(line.text, cells) {
            let mut spans =
                std::mem::replace(&mut before, vec![Span::raw(" ".repeat(BEFORE_TEXT))]);
            spans.extend(spans_between(start, end));
            rows.push(Line::from(spans));
        }
    } else {
        let start = byte_at(line.text, tab.shift);
        let room = byte_at(&line.text[start..], cells) + start;
        let is_cut = room < line.text.len();
        let end = if is_cut {
            byte_at(&line.text[start..], cells - 1) + start
        } else {
            room
        };
        let mut spans = before;
        spans.extend(spans_between(start, end));
        if is_cut {
            spans.push(Span::styled(theme.symbols.ellipsis, theme.style(Role::Dim)));
        }
        rows.push(Line::from(spans));
    }
}

/// Where the grapheme that begins at or after this cell stands, in bytes.
fn byte_at(text: &str, cell: usize) -> usize {
    let (mut used, mut offset) = (0, 0);
    for (grapheme, wide) in words::graphemes(text) {
        if used + wide > cell {
            break;
        }
        used += wide;
        offset += grapheme.len();
    }
    offset
}

fn level_look(level: Level, theme: &Theme) -> (Span<'static>, Style) {
    let (symbol, role, text) = match level {
        Level::Debug => (" ", Role::Dim, theme.style(Role::Dim)),
        Level::Info => (" ", Role::Good, Style::new()),
        Level::Warning => (theme.symbols.warning, Role::Warn, Style::new()),
        Level::Error => (theme.symbols.error, Role::Bad, Style::new()),
    };
    (
        Span::styled(
            format!("{:<10}", format!("{symbol} {level}")),
            theme.style(role),
        ),
        text,
    )
}

fn draw_search(tab: &LogsTab, frame: &mut Frame<'_>, area: Rect, theme: &Theme) {
    let Some(search) = &tab.search else {
        return;
    };
    let in_file = tab.file.as_ref().map(|file| {
        if file.is_searching() {
            "searching".to_owned()
        } else if file.found_nothing {
            "no further hit".to_owned()
        } else {
            String::new()
        }
    });
    let says = match (&search.pattern, search.hits.len()) {
        _ if search.error.is_some() => {
            let error = search.error.as_deref().unwrap_or_default();
            words::cut(error, usize::from(area.width / 2), theme.symbols.ellipsis)
        }
        (Some(_), _) if in_file.is_some() => in_file.clone().unwrap_or_default(),
        (None, _) => "type what to look for".to_owned(),
        (Some(_), 0) => "no hit".to_owned(),
        (Some(_), hits) => match search.current {
            Some(current) => {
                let index = search.hits.partition_point(|hit| *hit < current) + 1;
                format!(
                    "line {} of {} with a hit",
                    words::count(index as u64),
                    words::count(hits as u64)
                )
            }
            None => words::counted(hits as u64, "line with a hit", "lines with a hit"),
        },
    };
    let (name, label_width) = if search.is_regex {
        (" Expression: ", 13)
    } else {
        (" Search: ", 9)
    };
    let [label, text, hits] = Layout::horizontal([
        Constraint::Length(label_width),
        Constraint::Min(1),
        Constraint::Length(words::width(&says) as u16 + 2),
    ])
    .areas(area);
    frame.render_widget(Line::styled(name, theme.style(Role::Accent)), label);
    match &search.input {
        Some(input) => input.draw(frame, text),
        None => frame.render_widget(Line::raw(search.text.clone()), text),
    }
    let is_without = match &tab.file {
        Some(file) => file.found_nothing,
        None => search.pattern.is_some() && search.hits.is_empty(),
    };
    let role = if is_without || search.error.is_some() {
        Role::Warn
    } else {
        Role::Dim
    };
    frame.render_widget(Line::styled(format!(" {says} "), theme.style(role)), hits);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(text: &str, cells: usize) -> Vec<&str> {
        pieces(text, cells)
            .into_iter()
            .map(|(start, end)| &text[start..end])
            .collect()
    }

    #[test]
    fn a_wrapped_line_breaks_between_words_and_loses_nothing() {
        assert_eq!(cut("one two three", 8), ["one two ", "three"]);
        assert_eq!(cut("abcdefghij", 4), ["abcd", "efgh", "ij"]);
        assert_eq!(cut("a bcdefghij", 6), ["a bcde", "fghij"]);
        assert_eq!(cut("配送方法", 4), ["配送", "方法"]);
        assert_eq!(cut("", 4), [""]);
    }

    proptest::proptest! {
        #[test]
        fn no_piece_is_wider_than_the_page(text in "[ab 配]{0,60}", cells in 2_usize..20) {
            let pieces = cut(&text, cells);
            proptest::prop_assert_eq!(pieces.concat(), text.as_str());
            for piece in pieces {
                proptest::prop_assert!(words::width(piece) <= cells, "{}", piece);
            }
        }
    }
}
