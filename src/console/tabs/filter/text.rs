//! The text that a list is narrowed to: typed in the list's last row, and still there once it is
//! kept.

use crossterm::event::KeyEvent;
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::{Line, Span};

use crate::console::keys::FilterAction;
use crate::console::theme::{Role, Theme};
use crate::console::widgets::input::Input;
use crate::console::words;

/// The text, while it is typed and after it is kept.
#[derive(Debug, Default)]
pub struct FilterText {
    /// What is typed; none once it is kept.
    input: Option<Input>,
    text: String,
}

impl FilterText {
    /// What is written.
    pub fn written(&self) -> &str {
        &self.text
    }

    /// The text in force; none where everything is listed.
    pub fn text(&self) -> Option<String> {
        let text = self.text.trim();
        (!text.is_empty()).then(|| text.to_owned())
    }

    /// True while it is typed.
    pub const fn is_typing(&self) -> bool {
        self.input.is_some()
    }

    /// True where it takes a row of the screen.
    pub const fn is_shown(&self) -> bool {
        self.is_typing() || !self.text.is_empty()
    }

    /// Does what a key asks for; true where the text in force changed.
    pub fn on(&mut self, action: FilterAction) -> bool {
        let before = self.text();
        match action {
            FilterAction::Begin => self.input = Some(Input::new(&self.text)),
            FilterAction::Keep => self.input = None,
            FilterAction::End => *self = Self::default(),
            // Only a language has words to complete.
            FilterAction::Complete => {}
        }
        self.text() != before
    }

    /// Writes another text in its place.
    pub fn write(&mut self, text: &str) {
        text.clone_into(&mut self.text);
        if self.is_typing() {
            self.input = Some(Input::new(text));
        }
    }

    /// A key while it is typed; true where the text in force changed.
    pub fn type_key(&mut self, key: KeyEvent) -> bool {
        self.edit(|input| input.type_key(key))
    }

    /// Pasted text while it is typed; true where the text in force changed.
    pub fn paste(&mut self, text: &str) -> bool {
        self.edit(|input| input.paste(text))
    }

    fn edit(&mut self, change: impl FnOnce(&mut Input)) -> bool {
        let before = self.text();
        let Some(input) = &mut self.input else {
            return false;
        };
        change(input);
        input.text().clone_into(&mut self.text);
        self.text() != before
    }

    /// Draws it in one row, with what is to be said beside it.
    pub fn draw(
        &self,
        frame: &mut Frame<'_>,
        area: Rect,
        theme: &Theme,
        beside: Option<(String, Role)>,
    ) {
        if area.is_empty() {
            return;
        }
        let most = area.width / 2;
        let wide = beside
            .as_ref()
            .map_or(0, |(text, _)| (words::width(text) as u16 + 2).min(most));
        let [label, text, aside] = Layout::horizontal([
            Constraint::Length(9),
            Constraint::Min(1),
            Constraint::Length(wide),
        ])
        .areas(area);
        frame.render_widget(Line::styled(" Filter: ", theme.style(Role::Accent)), label);
        match &self.input {
            Some(input) => input.draw(frame, text),
            None => frame.render_widget(Span::raw(words::clean(&self.text)), text),
        }
        if let Some((said, role)) = beside {
            let room = usize::from(wide).saturating_sub(2);
            let said = words::cut(&said, room, theme.symbols.ellipsis);
            frame.render_widget(Line::styled(format!(" {said} "), theme.style(role)), aside);
        }
    }
}
