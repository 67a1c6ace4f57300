//! The window in which a note is typed before exceptions are closed with it.

use crossterm::event::KeyEvent;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;

use crate::console::app::{App, Wish};
use crate::console::theme::Role;
use crate::console::widgets::input::Input;
use crate::console::words;

/// Longest note: it is read in one window.
const MOST_CHARACTERS: usize = 500;

/// The window's state.
#[derive(Clone, Debug)]
pub struct Note {
    wish: Wish,
    input: Input,
    /// What was wrong with it when it was to be taken.
    refused: Option<&'static str>,
}

impl Note {
    /// A window without a note.
    pub fn new(wish: Wish) -> Self {
        Self {
            wish,
            input: Input::new(""),
            refused: None,
        }
    }

    /// A key that is text.
    pub fn type_key(&mut self, key: KeyEvent) {
        self.refused = None;
        self.input.type_key(key);
    }

    /// Pasted text.
    pub fn paste(&mut self, text: &str) {
        self.refused = None;
        self.input.paste(text);
    }

    /// What is closed and the note, once there is one that can be taken.
    pub fn taken(&mut self) -> Option<(Wish, String)> {
        let note = words::clean(self.input.text().trim()).into_owned();
        if note.is_empty() {
            self.refused = Some("A note says why nothing more is to be done: it cannot be empty.");
            return None;
        }
        if note.chars().count() > MOST_CHARACTERS {
            self.refused = Some("A note has at most 500 characters.");
            return None;
        }
        Some((self.wish.clone(), note))
    }

    pub(super) fn title(&self) -> String {
        format!("Resolve {}", self.wish.records())
    }

    /// The text above the line that is typed; the line itself is the last but one row.
    pub(super) fn lines(&self, app: &App, width: usize) -> Vec<Line<'static>> {
        let theme = app.theme();
        let text = if self.wish.are_orders {
            "What was done about it. What AX has not taken is not handed over any more:"
        } else {
            "What was done about it, and why nothing more is to be done:"
        };
        let mut lines: Vec<Line<'static>> = words::wrap(text, width)
            .into_iter()
            .map(Line::raw)
            .collect();
        // Here the note is typed.
        lines.push(Line::default());
        let below = self.refused.map(|text| {
            let text = format!("{} {text}", theme.symbols.warning);
            Line::styled(
                words::cut(&text, width, theme.symbols.ellipsis),
                theme.style(Role::Warn),
            )
        });
        lines.push(below.unwrap_or_default());
        lines
    }

    /// Draws what is typed in the last but one row of the window.
    pub(super) fn draw_input(&self, frame: &mut Frame<'_>, inside: Rect) {
        if inside.height >= 2 {
            let row = Rect {
                y: inside.bottom() - 2,
                height: 1,
                ..inside
            };
            self.input.draw(frame, row);
        }
    }
}
