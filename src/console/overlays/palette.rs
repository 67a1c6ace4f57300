//! The palette: everything that a key can ask for here, found by a few letters of its help.

use crossterm::event::KeyEvent;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::console::app::App;
use crate::console::keys::{Action, ConsoleAction, Context, Entry, Motion};
use crate::console::theme::Role;
use crate::console::widgets::input::Input;
use crate::console::words;

/// Rows that are listed at most.
const MOST: usize = 12;

/// The window's state.
#[derive(Debug)]
pub struct Palette {
    /// Where it was opened.
    context: Context,
    input: Input,
    at: usize,
}

impl Palette {
    /// Everything that can be asked for at a place.
    pub fn new(context: Context) -> Self {
        Self {
            context,
            input: Input::new(""),
            at: 0,
        }
    }

    /// A key that is text.
    pub fn type_key(&mut self, key: KeyEvent) {
        self.input.type_key(key);
        self.at = 0;
    }

    /// Pasted text.
    pub fn paste(&mut self, text: &str) {
        self.input.paste(text);
        self.at = 0;
    }

    /// What can be asked for now and is meant by the letters, the likeliest first, with its keys.
    fn found<'a>(&self, app: &'a App) -> Vec<(&'a Entry, String)> {
        let typed = self.input.text();
        let mut found: Vec<(i32, &Entry, String)> = app
            .keys()
            .rows_at(self.context)
            .filter(|(entry, _)| {
                let is_move = matches!(entry.action, Action::Move(_));
                let is_palette = entry.action == Action::Console(ConsoleAction::Palette);
                !is_move && !is_palette && app.offers(entry.action)
            })
            .filter_map(|(entry, keys)| {
                let by_help = closeness(entry.help, typed);
                // The word of the footer and the name in keys.toml are what people remember.
                let word = entry.footer.unwrap_or_default();
                let by_word = closeness(word, typed).map(|closeness| closeness + 4);
                let by_name = closeness(entry.action.name(), typed).map(|closeness| closeness + 2);
                let best = by_help.max(by_word).max(by_name)?;
                Some((best, entry, words::joined(keys)))
            })
            .collect();
        found.sort_by_key(|(closeness, ..)| std::cmp::Reverse(*closeness));
        found
            .into_iter()
            .map(|(_, entry, keys)| (entry, keys))
            .take(MOST)
            .collect()
    }

    /// What is selected.
    pub fn chosen(&self, app: &App) -> Option<Action> {
        let found = self.found(app);
        let at = self.at.min(found.len().saturating_sub(1));
        found.get(at).map(|(entry, _)| entry.action)
    }

    pub(super) fn on(&mut self, motion: Motion, rows: usize) {
        let last = rows.saturating_sub(2).min(MOST - 1);
        self.at = match motion {
            Motion::Up | Motion::Left => self.at.saturating_sub(1),
            Motion::Down | Motion::Right => self.at + 1,
            Motion::PageUp | Motion::Top => 0,
            Motion::PageDown | Motion::Bottom => last,
        }
        .min(last);
    }

    pub(super) fn title(&self) -> String {
        format!("What to do: {}", self.context.title())
    }

    /// The line that is typed, then what it finds.
    pub(super) fn lines(&self, app: &App, width: usize) -> Vec<Line<'static>> {
        let theme = app.theme();
        let mut lines = vec![Line::default()];
        let found = self.found(app);
        if found.is_empty() {
            lines.push(Line::styled(
                "Nothing that can be asked for here has these letters.",
                theme.style(Role::Warn),
            ));
        }
        let at = self.at.min(found.len().saturating_sub(1));
        for (index, (entry, keys)) in found.into_iter().enumerate() {
            let is_selected = index == at;
            let mark = if is_selected {
                theme.symbols.selected
            } else {
                " "
            };
            let keys = words::fit(&keys, 12, theme.symbols.ellipsis);
            let room = width.saturating_sub(1 + 12 + 1);
            let help = words::fit(entry.help, room, theme.symbols.ellipsis);
            let row = Line::from(vec![
                Span::styled(mark, theme.style(Role::Accent)),
                Span::styled(keys, theme.style(Role::Accent)),
                Span::raw(" "),
                Span::raw(help),
            ]);
            lines.push(row.style(if is_selected {
                theme.style(Role::Selection)
            } else {
                Style::new()
            }));
        }
        lines
    }

    /// Draws what is typed in the first row.
    pub(super) fn draw_input(&self, frame: &mut Frame<'_>, inside: Rect) {
        if !inside.is_empty() {
            self.input.draw(
                frame,
                Rect {
                    height: 1,
                    ..inside
                },
            );
        }
    }
}

/// How well the letters are met in the text, in their order: those that begin a word or follow
/// each other count more. None where one is missing.
fn closeness(text: &str, typed: &str) -> Option<i32> {
    let mut score = 0;
    let mut before: Option<char> = None;
    let mut was_met = false;
    let mut wanted = typed
        .chars()
        .filter(|character| !character.is_whitespace())
        .flat_map(char::to_lowercase)
        .peekable();
    for character in text.chars().flat_map(char::to_lowercase) {
        let Some(next) = wanted.peek() else {
            break;
        };
        let is_met = *next == character;
        if is_met {
            let begins = before.is_none_or(|before| !before.is_alphanumeric());
            score += 1 + 3 * i32::from(was_met) + 2 * i32::from(begins);
            wanted.next();
        }
        was_met = is_met;
        before = Some(character);
    }
    wanted.peek().is_none().then_some(score)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_are_met_in_their_order_and_beginnings_count_more() {
        assert_eq!(closeness("resume all", "xr"), None);
        assert_eq!(closeness("resume all", "ar"), None);
        assert!(closeness("anything", "").is_some());
        let suspend = closeness("suspend all: withhold every job", "sa").unwrap();
        let other = closeness("everything about the last run", "sa");
        assert!(other.is_none_or(|other| other < suspend));
        assert!(closeness("Retry all", "RETRY") > closeness("read every try", "retry"));
    }
}
