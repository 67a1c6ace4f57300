//! Draws the whole screen from the state: first lines, tab, refusal, footer, windows. It changes
//! nothing.

mod hit;
mod top;

pub use hit::{Hit, hit};

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::{Line, Span, Text};

use super::app::{App, Toast};
use super::keys::Action;
use super::tabs::{Tab, account, checklists, exceptions, jobs, logs, orders, products};
use super::theme::Role;
use super::words;

/// The least screen that shows a tab.
pub const LEAST: (u16, u16) = (60, 15);

/// A narrower screen names the tab in front only.
const LEAST_FOR_TITLES: u16 = 80;

/// How much the tabs say of themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Titles {
    /// Every title, with blanks around it.
    Wide,
    /// Every title.
    Tight,
    /// That of the tab in front only.
    Front,
}

struct Areas {
    place: Rect,
    status: Rect,
    tabs: Rect,
    body: Rect,
    toast: Rect,
    footer: Rect,
}

fn areas(app: &App, screen: Rect) -> Areas {
    let [place, status, tabs, body, toast, footer] = Layout::vertical([
        Constraint::Length(1),
        Constraint::Length(1),
        Constraint::Length(1),
        Constraint::Min(0),
        Constraint::Length(u16::from(app.toast().is_some())),
        Constraint::Length(1),
    ])
    .areas(screen);
    Areas {
        place,
        status,
        tabs,
        body,
        toast,
        footer,
    }
}

/// The cells that hold lines of the log.
pub fn log_page(app: &App) -> Rect {
    logs::areas(areas(app, app.screen()).body, app.logs().rows_below())[1]
}

/// The cells of the tab.
pub fn body(app: &App) -> Rect {
    areas(app, app.screen()).body
}

/// Draws the screen.
pub fn draw(app: &App, frame: &mut Frame<'_>) {
    let screen = frame.area();
    if screen.width < LEAST.0 || screen.height < LEAST.1 {
        draw_too_small(frame);
        return;
    }
    let areas = areas(app, screen);
    top::draw_place(app, frame, areas.place);
    top::draw_status(app, frame, areas.status);
    draw_tabs(app, frame, areas.tabs);
    match app.tab() {
        Tab::Account => account::draw(app.account(), frame, areas.body, app.page()),
        Tab::Checklists => checklists::draw(app.checklists(), frame, areas.body, app.page()),
        Tab::Products => products::draw(app.products(), frame, areas.body, app.page()),
        Tab::Jobs => {
            let view = jobs::View {
                now: app.now(),
                zone: app.zone(),
                keys: app.keys(),
                theme: app.theme(),
                can_run: !app.is_read_only(),
            };
            jobs::draw(app.jobs(), frame, areas.body, view);
        }
        Tab::Orders => orders::draw(app.orders(), frame, areas.body, app.page()),
        Tab::Exceptions => exceptions::draw(app.exceptions(), frame, areas.body, app.page()),
        Tab::Logs => logs::draw(app.logs(), frame, areas.body, app.zone(), app.theme()),
    }
    for (depth, overlay) in app.overlays().iter().enumerate() {
        overlay.draw(app, frame, &app.overlays()[..depth]);
    }
    draw_toast(app, frame, areas.toast);
    draw_footer(app, frame, areas.footer);
}

fn draw_too_small(frame: &mut Frame<'_>) {
    let area = frame.area();
    let text = format!(
        "Too small: {}x{} cells. The console needs {}x{}.",
        area.width, area.height, LEAST.0, LEAST.1
    );
    let lines: Vec<Line<'_>> = words::wrap(&text, usize::from(area.width))
        .into_iter()
        .map(Line::raw)
        .collect();
    frame.render_widget(Text::from(lines), area);
}

/// The tabs in a rule from side to side.
fn draw_tabs(app: &App, frame: &mut Frame<'_>, area: Rect) {
    let width = usize::from(area.width);
    let tabs = tabs(app, titles(app, width)).into_iter();
    let mut spans: Vec<Span<'_>> = tabs.map(|(_, span)| span).collect();
    let theme = app.theme();
    let (rule, dim) = (theme.symbols.rule, theme.style(Role::Dim));
    let used: usize = spans.iter().map(Span::width).sum();
    let name = format!(" {} {} ", env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"));
    match width.checked_sub(used + name.len() + 1) {
        Some(rest) => {
            spans.push(Span::styled(rule.repeat(rest), dim));
            spans.push(Span::styled(name, dim));
            spans.push(Span::styled(rule, dim));
        }
        None => spans.push(Span::styled(rule.repeat(width.saturating_sub(used)), dim)),
    }
    frame.render_widget(Line::from(spans), area);
}

fn titles(app: &App, width: usize) -> Titles {
    let wide = tabs(app, Titles::Wide).into_iter();
    if width < usize::from(LEAST_FOR_TITLES) {
        Titles::Front
    } else if wide.map(|(_, span)| span.width()).sum::<usize>() <= width {
        Titles::Wide
    } else {
        Titles::Tight
    }
}

/// The row of the tabs, each part with the tab that it names.
fn tabs(app: &App, titles: Titles) -> Vec<(Option<Tab>, Span<'static>)> {
    let theme = app.theme();
    let rule = theme.symbols.rule;
    let dim = theme.style(Role::Dim);
    let mut spans = vec![(None, Span::styled(rule, dim))];
    for (index, tab) in Tab::ALL.into_iter().enumerate() {
        let open = match tab {
            Tab::Exceptions => app.exceptions().open().filter(|open| *open > 0),
            Tab::Account
            | Tab::Checklists
            | Tab::Products
            | Tab::Jobs
            | Tab::Orders
            | Tab::Logs => None,
        };
        let (left, right, style) = if tab == app.tab() {
            // Brackets too: the tab in front is seen without any colour.
            ("[", "]", theme.style(Role::Accent))
        } else {
            match titles {
                Titles::Wide | Titles::Front => (" ", " ", dim),
                Titles::Tight => ("", "", dim),
            }
        };
        let title = if titles == Titles::Front && tab != app.tab() {
            format!("{left}{}", index + 1)
        } else {
            format!("{left}{} {}", index + 1, tab.title())
        };
        spans.push((Some(tab), Span::styled(title, style)));
        if let Some(open) = open {
            // Only the ledger knows how many there are now.
            let mark = if app.jobs().live().ledger.is_some() {
                "?"
            } else {
                ""
            };
            let text = format!(" {}{mark}", words::count(open));
            spans.push((Some(tab), Span::styled(text, theme.style(Role::Warn))));
        }
        spans.push((Some(tab), Span::styled(right, style)));
        spans.push((None, Span::styled(rule, dim)));
    }
    spans
}

fn draw_toast(app: &App, frame: &mut Frame<'_>, area: Rect) {
    let theme = app.theme();
    let (symbol, text, role) = match app.toast() {
        None => return,
        Some(Toast::Refused(text)) => (theme.symbols.warning, text, Role::Warn),
        Some(Toast::Told(text)) => (theme.symbols.ended, text, Role::Good),
    };
    let text = format!(" {symbol} {text}");
    let text = words::cut(&text, usize::from(area.width), theme.symbols.ellipsis);
    frame.render_widget(ratatui::widgets::Clear, area);
    frame.render_widget(Line::styled(text, theme.style(role)), area);
}

fn draw_footer(app: &App, frame: &mut Frame<'_>, area: Rect) {
    let hints = footer(app, usize::from(area.width)).into_iter();
    let spans: Vec<Span<'_>> = hints.flat_map(|(_, spans)| spans).collect();
    frame.render_widget(Line::from(spans), area);
}

/// A key of the footer: what it asks for, the key and the word.
type Hint = (Action, [Span<'static>; 2]);

/// The keys that can be pressed now, from the key table; the last two always have room.
fn footer(app: &App, cells: usize) -> Vec<Hint> {
    let theme = app.theme();
    let hints: Vec<Hint> = app
        .keys()
        .rows_at(app.context())
        .filter(|(entry, keys)| !keys.is_empty() && app.offers(entry.action))
        .filter_map(|(entry, keys)| {
            let word = entry.footer?;
            let key = Span::styled(format!(" {}", keys.first()?), theme.style(Role::Accent));
            Some((entry.action, [key, Span::raw(format!(" {word} "))]))
        })
        .collect();
    let width = |(_, hint): &Hint| hint[0].width() + hint[1].width();
    let always = hints.len().saturating_sub(2);
    let mut room = cells.saturating_sub(hints[always..].iter().map(width).sum::<usize>());
    let mut kept = Vec::new();
    for (index, hint) in hints.into_iter().enumerate() {
        let needed = width(&hint);
        if index < always {
            if needed > room {
                continue;
            }
            room -= needed;
        }
        kept.push(hint);
    }
    kept
}
