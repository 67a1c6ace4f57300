//! The window that asks before something is done.

use ratatui::text::{Line, Span};

use crate::console::app::{App, Wish};
use crate::console::keys::{Action, Context, WindowAction};
use crate::console::theme::Role;
use crate::console::words;

/// What is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Question {
    /// Run the complete job?
    RunComplete,
    /// Leave although runs are under way here?
    Quit,
    /// Try these exceptions again?
    Retry(Wish),
    /// Close these exceptions with this note?
    Resolve(Wish, String),
}

impl Question {
    pub(super) fn title(&self) -> String {
        match self {
            Self::RunComplete => "Run the complete job?".to_owned(),
            Self::Quit => "Quit?".to_owned(),
            Self::Retry(wish) => format!("Retry {}?", wish.records()),
            Self::Resolve(wish, _) => format!("Resolve {}?", wish.records()),
        }
    }

    pub(super) fn lines(&self, app: &App, width: usize) -> Vec<Line<'static>> {
        let theme = app.theme();
        let text = match self {
            Self::RunComplete => {
                "It reads every stream of the company whole, sends what Commerce Services does not \
                 hold yet, has it drop what the company no longer has, and takes over its stores \
                 and orders. With many products this takes a while. It does not run beside another \
                 job."
                    .to_owned()
            }
            Self::Quit => {
                let runs = app.jobs().live().executing.len() as u64;
                let (verb, them, their) = if runs == 1 {
                    ("is", "it", "its")
                } else {
                    ("are", "them", "their")
                };
                format!(
                    "{} {verb} executing. Quit and stop {them} at {their} next checkpoint?",
                    words::counted(runs, "run", "runs")
                )
            }
            Self::Retry(wish) => {
                let then = if wish.are_orders {
                    "The next run of the orders job gives AX again what it has not taken"
                } else {
                    "What failed is tried again by the next run of its job"
                };
                format!("This touches {}. {then}.", wish.records())
            }
            Self::Resolve(wish, note) => {
                let then = if wish.are_orders {
                    "What AX has not taken is not handed over any more"
                } else {
                    "The same cause opens none of it again"
                };
                format!("This closes {}. {then}. The note: {note}", wish.records())
            }
        };
        let mut lines: Vec<Line<'static>> = words::wrap(&text, width)
            .into_iter()
            .map(Line::raw)
            .collect();
        let key = |action| {
            app.keys()
                .key_for(Context::Confirm, Action::Window(action))
                .unwrap_or_default()
        };
        lines.push(Line::default());
        lines.push(Line::from(vec![
            Span::styled(key(WindowAction::Yes), theme.style(Role::Accent)),
            Span::raw(" yes    "),
            Span::styled(key(WindowAction::No), theme.style(Role::Accent)),
            Span::raw(" no"),
        ]));
        lines
    }
}
