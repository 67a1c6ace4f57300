//! The window that asks in production before something is taken away: it is answered by typing the
//! name of the profile, so that no habit of pressing a key answers it.

use crossterm::event::KeyEvent;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Text};
use ratatui::widgets::Clear;

use super::{Question, Scroll};
use crate::console::app::App;
use crate::console::theme::Role;
use crate::console::widgets::input::Input;
use crate::console::words;

/// Rows below what is asked: what to type, what is typed, what is wrong with it.
const BELOW: u16 = 3;

/// The window's state.
#[derive(Clone, Debug)]
pub struct NamedQuestion {
    question: Question,
    input: Input,
    /// True where another name was typed.
    is_refused: bool,
    pub(super) scroll: Scroll,
}

impl NamedQuestion {
    /// A window in which nothing is typed yet.
    pub fn new(question: Question) -> Self {
        Self {
            question,
            input: Input::new(""),
            is_refused: false,
            scroll: Scroll::default(),
        }
    }

    /// A key that is text.
    pub fn type_key(&mut self, key: KeyEvent) {
        self.is_refused = false;
        self.input.type_key(key);
    }

    /// Pasted text.
    pub fn paste(&mut self, text: &str) {
        self.is_refused = false;
        self.input.paste(text);
    }

    /// What was asked, once the name of the profile is typed; else the window says so.
    pub fn taken(&mut self, profile: &str) -> Option<Question> {
        self.is_refused = self.input.text().trim() != profile;
        (!self.is_refused).then(|| self.question.clone())
    }

    pub(super) fn title(&self) -> String {
        self.question.title()
    }

    /// What is asked. The last rows are those of [`Self::draw_input`].
    pub(super) fn lines(&self, app: &App, width: usize) -> Vec<Line<'static>> {
        let mut lines = self.question.text(app, width);
        lines.push(Line::default());
        lines.extend(self.below(app, width));
        lines
    }

    fn below(&self, app: &App, width: usize) -> [Line<'static>; BELOW as usize] {
        let theme = app.theme();
        let profile = words::clean(&app.place().profile).into_owned();
        let fit = |text: &str| words::cut(text, width, theme.symbols.ellipsis);
        let asked = format!("PRODUCTION: type the name of the profile, {profile}, to do it:");
        let wrong = format!("{} That is not {profile}.", theme.symbols.warning);
        [
            Line::styled(fit(&asked), theme.style(Role::Title)),
            Line::raw(self.input.text().to_owned()),
            if self.is_refused {
                Line::styled(fit(&wrong), theme.style(Role::Bad))
            } else {
                Line::default()
            },
        ]
    }

    /// Draws what is typed in the last rows of the window, wherever its text is scrolled.
    pub(super) fn draw_input(&self, app: &App, frame: &mut Frame<'_>, inside: Rect) {
        let height = inside.height.min(BELOW);
        let area = Rect {
            y: inside.bottom() - height,
            height,
            ..inside
        };
        let lines = self.below(app, usize::from(area.width));
        frame.render_widget(Clear, area);
        frame.render_widget(Text::from(lines.to_vec()), area);
        if height == BELOW {
            let row = Rect {
                y: area.y + 1,
                height: 1,
                ..area
            };
            self.input.draw(frame, row);
        }
    }
}
