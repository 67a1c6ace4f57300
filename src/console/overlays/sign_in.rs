//! The window with the code that signs this machine in: address, code, and a QR code where there is
//! room for one.

use ratatui::text::{Line, Span};

use super::Scroll;
use crate::console::app::App;
use crate::console::theme::Role;
use crate::console::words;
use crate::model::account::SignInCode;
use crate::model::qr;

/// The window's state.
#[derive(Clone, Debug)]
pub struct SignInWindow {
    code: SignInCode,
    pub(super) scroll: Scroll,
}

impl SignInWindow {
    /// The window with this code.
    pub const fn new(code: SignInCode) -> Self {
        Self {
            code,
            scroll: Scroll(0),
        }
    }

    /// Where the code is entered.
    pub fn address(&self) -> &str {
        &self.code.address
    }

    pub(super) fn lines(&self, app: &App, width: usize) -> Vec<Line<'static>> {
        let theme = app.theme();
        let row = |name: &'static str, text: String, role| {
            Line::from(vec![
                Span::styled(format!("{name:<7}"), theme.style(Role::Dim)),
                Span::styled(text, theme.style(role)),
            ])
        };
        let address = words::cut(
            &words::clean(&self.code.address),
            width.saturating_sub(7),
            theme.symbols.ellipsis,
        );
        let until = words::clock(self.code.expires, app.now(), app.zone());
        let mut lines = vec![
            row("Open", address, Role::Accent),
            row(
                "Enter",
                words::clean(&self.code.code).into_owned(),
                Role::Title,
            ),
            row("Until", until, Role::Title),
            Line::default(),
        ];
        let on_dark = theme.is_dark();
        let text = &self.code.address_with_code;
        // Two cells a module need too much room for most screens.
        let drawn = if theme.symbols.has_half_blocks() {
            qr::half_blocks(text, on_dark)
        } else {
            qr::ascii(text, on_dark)
        };
        let room = usize::from(app.screen().height).saturating_sub(6 + lines.len());
        if let Some(rows) = drawn
            && rows.len() <= room
            && rows.iter().all(|row| words::width(row) <= width)
        {
            lines.extend(rows.into_iter().map(Line::raw));
        }
        let text = "Any browser will do, on a telephone too. The wait goes on when this is closed.";
        let wrapped = words::wrap(text, width).into_iter();
        lines.extend(wrapped.map(|line| Line::styled(line, theme.style(Role::Dim))));
        lines
    }
}
