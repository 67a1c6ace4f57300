//! One line of text that is typed: a search, a filter, a note.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use tui_textarea::{CursorMove, TextArea};

use crate::console::words;

/// The line with its cursor.
#[derive(Clone, Debug)]
pub struct Input(Box<TextArea<'static>>);

impl Input {
    /// A line with this text, the cursor behind it.
    pub fn new(text: &str) -> Self {
        let mut area = TextArea::new(vec![text.to_owned()]);
        area.set_cursor_line_style(Style::new());
        area.move_cursor(CursorMove::End);
        Self(Box::new(area))
    }

    /// What is typed so far.
    pub fn text(&self) -> &str {
        self.0.lines().first().map_or("", String::as_str)
    }

    /// A key that is no command. A line break would make it two lines.
    pub fn type_key(&mut self, key: KeyEvent) {
        let is_break = matches!(key.code, KeyCode::Enter | KeyCode::Char('\n' | '\r'))
            // The editor's own keys for a line break.
            || (key.code == KeyCode::Char('m') && key.modifiers.contains(KeyModifiers::CONTROL));
        // Shells take the line away by it; the editor would take back the last change.
        let is_clear =
            key.code == KeyCode::Char('u') && key.modifiers.contains(KeyModifiers::CONTROL);
        if is_clear {
            *self = Self::new("");
        } else if !is_break {
            self.0.input(key);
        }
    }

    /// Pasted text: its first line.
    pub fn paste(&mut self, text: &str) {
        let line = text.lines().next().unwrap_or_default();
        self.0.insert_str(words::clean(line));
    }

    /// Draws the line.
    pub fn draw(&self, frame: &mut Frame<'_>, area: Rect) {
        frame.render_widget(&*self.0, area);
    }
}
