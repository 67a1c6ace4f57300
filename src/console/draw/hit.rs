//! What stands in a cell of the screen, by the same layout that is drawn from: for the mouse. It
//! decides nothing about who gets a key.

use ratatui::layout::{Position, Rect};

use super::{LEAST, Titles, areas, footer, tabs, titles};
use crate::console::app::App;
use crate::console::keys::Action;
use crate::console::tabs::{Tab, checklists, exceptions, jobs, orders, products};

/// What stands in a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hit {
    /// The title of a tab.
    Tab(Tab),
    /// A row of the list in front, so far from the selected one.
    Row(isize),
    /// A key of the footer.
    Key(Action),
    /// Nothing that a click does anything about.
    Nothing,
}

/// What stands in this cell.
pub fn hit(app: &App, cell: Position) -> Hit {
    let screen = app.screen();
    if screen.width < LEAST.0 || screen.height < LEAST.1 {
        return Hit::Nothing;
    }
    let areas = areas(app, screen);
    if areas.footer.contains(cell) {
        return in_footer(app, areas.footer, cell).map_or(Hit::Nothing, Hit::Key);
    }
    let steps = match app.overlays().last() {
        Some(overlay) => overlay.steps_to(app, cell),
        None if areas.tabs.contains(cell) => {
            return in_tabs(app, areas.tabs, cell).map_or(Hit::Nothing, Hit::Tab);
        }
        None => in_body(app, areas.body, cell),
    };
    steps.map_or(Hit::Nothing, Hit::Row)
}

fn in_footer(app: &App, area: Rect, cell: Position) -> Option<Action> {
    let mut x = area.x;
    for (action, spans) in footer(app, usize::from(area.width)) {
        x += (spans[0].width() + spans[1].width()) as u16;
        if cell.x < x {
            return Some(action);
        }
    }
    None
}

fn in_tabs(app: &App, area: Rect, cell: Position) -> Option<Tab> {
    let titles: Titles = titles(app, usize::from(area.width));
    let mut x = area.x;
    for (tab, span) in tabs(app, titles) {
        x += span.width() as u16;
        if cell.x < x {
            return tab;
        }
    }
    None
}

fn in_body(app: &App, body: Rect, cell: Position) -> Option<isize> {
    let theme = app.theme();
    match app.tab() {
        Tab::Checklists => checklists::steps_to(app.checklists(), body, cell),
        Tab::Products => products::steps_to(app.products(), body, app.page(), cell),
        Tab::Jobs => jobs::steps_to(app.jobs(), body, cell),
        Tab::Orders => orders::steps_to(app.orders(), body, theme, cell),
        Tab::Exceptions => exceptions::steps_to(app.exceptions(), body, theme, cell),
        // They are texts.
        Tab::Account | Tab::Logs => None,
    }
}
