//! A line that was typed where there is no screen: a command by the name of its action or by its key,
//! or a text where one is asked for.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::{App, Effect, Pace};
use crate::console::keys::{
    Action, Chord, ConsoleAction, Context, FilterAction, LogAction, Motion, WindowAction,
};
use crate::console::overlays::Overlay;
use crate::console::tabs::Tab;

/// Most rows that one command moves by.
const FARTHEST: usize = 1_000;

impl App {
    /// Does what a line asks for. Where a text is typed the line is the text, unless it begins with
    /// a colon.
    pub(super) fn on_line(&mut self, line: &str) -> Vec<Effect> {
        self.touch(Pace::Prompt);
        self.toast = None;
        if !self.context().takes_text() {
            return self.command(line.trim());
        }
        match line.trim().strip_prefix(':') {
            Some(command) => self.command(command.trim()),
            None => self.typed_line(line),
        }
    }

    fn command(&mut self, line: &str) -> Vec<Effect> {
        let (word, number) = line.split_once(' ').unwrap_or((line, ""));
        if word.is_empty() {
            return Vec::new();
        }
        let Some(action) = self.named(word) else {
            self.refuse(format!("There is no command {word:?} here."));
            return Vec::new();
        };
        match (action, number.trim().parse::<usize>()) {
            (Action::Move(_), Ok(times)) => {
                let times = 0..times.min(FARTHEST);
                times.flat_map(|_| self.act(action)).collect()
            }
            (_, _) if number.is_empty() => self.act(action),
            (_, _) => {
                self.refuse(format!("{word} takes no {number:?}."));
                Vec::new()
            }
        }
    }

    /// What a word asks for here: the name of an action, a key, or the title of a tab.
    fn named(&self, word: &str) -> Option<Action> {
        let context = self.context();
        let keys = &self.setting.keys;
        let by_name = keys
            .rows_at(context)
            .find(|(entry, _)| entry.action.name() == word);
        let by_key = || keys.resolve(context, word.parse::<Chord>().ok()?);
        let by_title = || {
            let is_it = |tab: &Tab| tab.title().eq_ignore_ascii_case(word);
            let tab = Tab::ALL.into_iter().find(is_it)?;
            self.overlays
                .is_empty()
                .then_some(Action::Console(match tab {
                    Tab::Account => ConsoleAction::TabAccount,
                    Tab::Checklists => ConsoleAction::TabChecklists,
                    Tab::Products => ConsoleAction::TabProducts,
                    Tab::Jobs => ConsoleAction::TabJobs,
                    Tab::Orders => ConsoleAction::TabOrders,
                    Tab::Exceptions => ConsoleAction::TabExceptions,
                    Tab::Logs => ConsoleAction::TabLogs,
                }))
        };
        by_name
            .map(|(entry, _)| entry.action)
            .or_else(by_key)
            .or_else(by_title)
    }

    /// Puts a text in place of what is typed, and takes it; among several fields the next one is
    /// gone to instead.
    fn typed_line(&mut self, line: &str) -> Vec<Effect> {
        let key = |code, modifiers| KeyEvent::new(code, modifiers);
        let clear = key(KeyCode::Char('u'), KeyModifiers::CONTROL);
        let mut effects: Vec<Effect> = self.type_key(clear).into_iter().collect();
        for character in line.chars().filter(|character| !character.is_control()) {
            let typed = key(KeyCode::Char(character), KeyModifiers::NONE);
            effects.extend(self.type_key(typed));
        }
        let has_fields = matches!(
            self.overlays.last(),
            Some(Overlay::Form(_) | Overlay::Recurrence(_))
        );
        let context = self.context();
        let take = if context == Context::Search {
            Action::Log(LogAction::KeepSearch)
        } else if context == Context::Filter {
            Action::Filter(FilterAction::Keep)
        } else if has_fields {
            Action::Move(Motion::Down)
        } else {
            Action::Window(WindowAction::Save)
        };
        effects.extend(self.act(take));
        effects
    }
}
