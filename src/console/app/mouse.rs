//! What the mouse does, where it is wanted: nothing that a key does not do. A click on a row
//! selects it, one on the selected row opens it.

use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};
use ratatui::layout::Position;

use super::{App, Effect, Pace};
use crate::console::draw::{Hit, hit};
use crate::console::keys::{
    Action, ChecklistAction, Context, ExceptionAction, JobAction, Motion, OrderAction,
    ProductAction, WindowAction,
};
use crate::console::tabs::Tab;

/// Lines that a text moves for a notch of the wheel. A list moves by one row.
const NOTCH: usize = 3;

impl App {
    pub(super) fn on_mouse(&mut self, event: MouseEvent) -> Vec<Effect> {
        match event.kind {
            MouseEventKind::Down(MouseButton::Left) => {
                self.click(Position::new(event.column, event.row))
            }
            MouseEventKind::ScrollUp => self.roll(Motion::Up),
            MouseEventKind::ScrollDown => self.roll(Motion::Down),
            MouseEventKind::Down(MouseButton::Right | MouseButton::Middle)
            | MouseEventKind::Up(_)
            | MouseEventKind::Drag(_)
            | MouseEventKind::Moved
            | MouseEventKind::ScrollLeft
            | MouseEventKind::ScrollRight => Vec::new(),
        }
    }

    fn click(&mut self, cell: Position) -> Vec<Effect> {
        let hit = hit(self, cell);
        if hit == Hit::Nothing {
            return Vec::new();
        }
        self.touch(Pace::Prompt);
        self.toast = None;
        match hit {
            Hit::Tab(tab) => self.turn_to(tab),
            Hit::Key(action) => self.act(action),
            Hit::Row(0) => self.open_selected(),
            Hit::Row(steps) if steps < 0 => self.go_often(Motion::Up, steps.unsigned_abs()),
            Hit::Row(steps) => self.go_often(Motion::Down, steps.unsigned_abs()),
            Hit::Nothing => Vec::new(),
        }
    }

    fn roll(&mut self, motion: Motion) -> Vec<Effect> {
        self.touch(Pace::Prompt);
        let is_text = match self.tab {
            Tab::Account | Tab::Logs => true,
            Tab::Checklists | Tab::Products | Tab::Jobs | Tab::Orders | Tab::Exceptions => {
                self.overlays.last().is_some_and(|front| !front.is_list())
            }
        };
        self.go_often(motion, if is_text { NOTCH } else { 1 })
    }

    fn go_often(&mut self, motion: Motion, times: usize) -> Vec<Effect> {
        (0..times).filter_map(|_| self.go(motion)).collect()
    }

    /// Opens what is selected, where it can be opened.
    fn open_selected(&mut self) -> Vec<Effect> {
        let action = match self.context() {
            Context::Checklists => Action::Checklist(ChecklistAction::Open),
            Context::Products => Action::Product(ProductAction::Details),
            Context::Categories => Action::Product(ProductAction::List),
            Context::Jobs => Action::Job(JobAction::Details),
            Context::Orders => Action::Order(OrderAction::Details),
            Context::Exceptions => Action::Exception(ExceptionAction::Details),
            Context::Overlay => Action::Window(WindowAction::Open),
            Context::Anywhere
            | Context::Console
            | Context::Account
            | Context::Selection
            | Context::Logs
            | Context::Confirm
            | Context::Search
            | Context::Filter
            | Context::Note => return Vec::new(),
        };
        if self.offers(action) {
            self.act(action)
        } else {
            Vec::new()
        }
    }
}
