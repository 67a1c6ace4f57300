//! The window with every key, written from the key table, and where this program stands.

use ratatui::text::{Line, Span};

use super::Scroll;
use crate::console::app::App;
use crate::console::keys::Context;
use crate::console::theme::Role;
use crate::console::words;

/// The window's state.
#[derive(Clone, Copy, Debug, Default)]
pub struct Help {
    pub(super) scroll: Scroll,
}

pub(super) fn lines(app: &App, width: usize) -> Vec<Line<'static>> {
    let theme = app.theme();
    let fact = |name: &'static str, text: &str| {
        Line::from(vec![
            Span::styled(format!("{name:<10}"), theme.style(Role::Dim)),
            Span::raw(words::cut(
                text,
                width.saturating_sub(10),
                theme.symbols.ellipsis,
            )),
        ])
    };
    let log = app.log_file().map_or_else(
        || "none is written".to_owned(),
        |file| file.display().to_string(),
    );
    let mut lines = vec![
        fact(
            "Version",
            &format!("{} {}", env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION")),
        ),
        fact("Log file", &log),
    ];
    // What is in front comes first.
    let front = app.tab().context();
    let mut contexts = vec![front];
    contexts.extend(Context::ALL.into_iter().filter(|context| *context != front));
    for context in contexts {
        lines.push(Line::default());
        lines.push(Line::styled(context.title(), theme.style(Role::Title)));
        for (entry, keys) in app
            .keys()
            .rows()
            .filter(|(entry, _)| entry.context == context)
        {
            let keys = if keys.is_empty() {
                "none".to_owned()
            } else {
                words::joined(keys)
            };
            lines.push(Line::from(vec![
                Span::styled(format!("  {keys:<18}"), theme.style(Role::Accent)),
                Span::raw(entry.help),
            ]));
        }
    }
    lines
}
