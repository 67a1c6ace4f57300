//! Where text that is typed goes: the window in front, else the tab.

use crossterm::event::KeyEvent;

use super::{App, Effect};
use crate::console::overlays::Overlay;
use crate::console::tabs::Tab;

impl App {
    /// A key that is no command where text is typed.
    pub(super) fn type_key(&mut self, key: KeyEvent) -> Option<Effect> {
        if let Some(Overlay::Note(note)) = self.overlays.last_mut() {
            note.type_key(key);
            return None;
        }
        if let Some(Overlay::Named(named)) = self.overlays.last_mut() {
            named.type_key(key);
            return None;
        }
        if let Some(Overlay::Form(form)) = self.overlays.last_mut() {
            form.type_key(key);
            return None;
        }
        if let Some(Overlay::Palette(palette)) = self.overlays.last_mut() {
            palette.type_key(key);
            return None;
        }
        if let Some(Overlay::Recurrence(editor)) = self.overlays.last_mut() {
            editor.type_key(key);
            return None;
        }
        let here = self.here();
        match self.tab {
            Tab::Products => self.products.type_key(key),
            Tab::Orders => self.orders.type_key(key, &here),
            Tab::Exceptions => self.exceptions.type_key(key, &here),
            Tab::Logs => {
                self.logs.type_key(key, &here);
                None
            }
            Tab::Account | Tab::Checklists | Tab::Jobs => None,
        }
    }

    pub(super) fn paste(&mut self, text: &str) -> Option<Effect> {
        if let Some(Overlay::Note(note)) = self.overlays.last_mut() {
            note.paste(text);
            return None;
        }
        if let Some(Overlay::Named(named)) = self.overlays.last_mut() {
            named.paste(text);
            return None;
        }
        if let Some(Overlay::Form(form)) = self.overlays.last_mut() {
            form.paste(text);
            return None;
        }
        if let Some(Overlay::Palette(palette)) = self.overlays.last_mut() {
            palette.paste(text);
            return None;
        }
        if let Some(Overlay::Recurrence(editor)) = self.overlays.last_mut() {
            editor.paste(text);
            return None;
        }
        let here = self.here();
        match self.tab {
            Tab::Products => self.products.paste(text),
            Tab::Orders => self.orders.paste(text, &here),
            Tab::Exceptions => self.exceptions.paste(text, &here),
            Tab::Logs => {
                self.logs.paste(text, &here);
                None
            }
            Tab::Account | Tab::Checklists | Tab::Jobs => None,
        }
    }
}
