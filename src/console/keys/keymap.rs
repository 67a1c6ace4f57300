//! The keys in force: the table, with what the operator changed, checked for conflicts.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;

use super::{Action, Chord, ConsoleAction, Context, Entry, TABLE, UnknownKey};

/// The keys in force.
#[derive(Clone, Debug)]
pub struct Keymap {
    bound: HashMap<(Context, Chord), Action>,
    /// Keys of each row of [`TABLE`], in the same order.
    rows: Vec<Vec<Chord>>,
}

/// A `keys.toml` that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeymapError {
    /// Not TOML, or not of the form `[context] action = ["key"]`.
    #[error("the keys cannot be read: {0}")]
    Toml(String),
    /// There is no such section.
    #[error("there is no section [{0}]; the sections are {list}", list = contexts())]
    UnknownContext(String),
    /// The section has no such action.
    #[error("there is no action {action:?} in [{context}]; it has {list}", list = actions(context))]
    UnknownAction {
        /// The section.
        context: &'static str,
        /// The word that names nothing.
        action: String,
    },
    /// A key that does not exist.
    #[error("[{context}] {action}: {source}")]
    Key {
        /// The section.
        context: &'static str,
        /// The action.
        action: Action,
        /// What is wrong with it.
        source: UnknownKey,
    },
    /// One key for two actions that can be asked for at the same place.
    #[error(
        "the key {key} stands for two actions: {first} in [{first_context}] and {second} in [{second_context}]; give one of them another key"
    )]
    Conflict {
        /// The key as written.
        key: String,
        /// One action,
        first: Action,
        /// and its section.
        first_context: &'static str,
        /// The other action,
        second: Action,
        /// and its section.
        second_context: &'static str,
    },
    /// A plain character where characters are text.
    #[error(
        "[{context}] {action}: the key {key} is text there; use a key with ctrl- or alt-, or one that has a name"
    )]
    Text {
        /// The section.
        context: &'static str,
        /// The action.
        action: Action,
        /// The key as written.
        key: String,
    },
}

fn contexts() -> String {
    Context::ALL.map(Context::name).join(", ")
}

fn actions(context: &str) -> String {
    TABLE
        .iter()
        .filter(|entry| entry.context.name() == context)
        .map(|entry| entry.action.name())
        .collect::<Vec<_>>()
        .join(", ")
}

/// The file as written: section, action, keys.
type File = BTreeMap<String, BTreeMap<String, Vec<String>>>;

impl Keymap {
    /// The table as it stands, changed by the text of a `keys.toml`. Actions it leaves out keep
    /// their keys; an empty list takes them away.
    pub fn new(text: &str) -> Result<Self, KeymapError> {
        let file: File =
            toml::from_str(text).map_err(|error| KeymapError::Toml(error.to_string()))?;
        for (section, changed) in &file {
            let context = Context::ALL
                .into_iter()
                .find(|context| context.name() == section)
                .ok_or_else(|| KeymapError::UnknownContext(section.clone()))?;
            let known = |word: &str| {
                TABLE
                    .iter()
                    .any(|entry| entry.context == context && entry.action.name() == word)
            };
            // Written for another system, `suspend` may stay in the file.
            if let Some(action) = changed.keys().find(|word| {
                !known(word) && word.as_str() != Action::Console(ConsoleAction::Suspend).name()
            }) {
                return Err(KeymapError::UnknownAction {
                    context: context.name(),
                    action: action.clone(),
                });
            }
        }
        let mut keymap = Self {
            bound: HashMap::new(),
            rows: Vec::with_capacity(TABLE.len()),
        };
        for entry in TABLE {
            let own = file
                .get(entry.context.name())
                .and_then(|section| section.get(entry.action.name()));
            let keys: Vec<&str> = own.map_or_else(
                || entry.keys.to_vec(),
                |keys| keys.iter().map(String::as_str).collect(),
            );
            keymap.bind(entry, &keys)?;
        }
        keymap.check_shadowed()?;
        Ok(keymap)
    }

    fn bind(&mut self, entry: &Entry, keys: &[&str]) -> Result<(), KeymapError> {
        let mut row = Vec::with_capacity(keys.len());
        for key in keys {
            let chord: Chord = key.parse().map_err(|source| KeymapError::Key {
                context: entry.context.name(),
                action: entry.action,
                source,
            })?;
            if entry.context.takes_text() && chord.is_text() {
                return Err(KeymapError::Text {
                    context: entry.context.name(),
                    action: entry.action,
                    key: chord.to_string(),
                });
            }
            let other = self.bound.insert((entry.context, chord), entry.action);
            if let Some(first) = other.filter(|first| *first != entry.action) {
                return Err(conflict(
                    chord,
                    (entry.context, first),
                    (entry.context, entry.action),
                ));
            }
            row.push(chord);
        }
        self.rows.push(row);
        Ok(())
    }

    /// A key may not hide the same key of a place around it.
    fn check_shadowed(&self) -> Result<(), KeymapError> {
        for (entry, keys) in TABLE.iter().zip(&self.rows) {
            for chord in keys {
                let mut around = entry.context.parent();
                while let Some(context) = around {
                    if let Some(hidden) = self.bound.get(&(context, *chord)) {
                        return Err(conflict(
                            *chord,
                            (entry.context, entry.action),
                            (context, *hidden),
                        ));
                    }
                    around = context.parent();
                }
            }
        }
        Ok(())
    }

    /// What a key asks for at this place; none where it asks for nothing or is text.
    pub fn resolve(&self, context: Context, chord: Chord) -> Option<Action> {
        if context.takes_text() && chord.is_text() {
            return None;
        }
        let mut place = Some(context);
        while let Some(context) = place {
            if let Some(action) = self.bound.get(&(context, chord)) {
                return Some(*action);
            }
            place = context.parent();
        }
        None
    }

    /// Every row of the table with its keys in force.
    pub fn rows(&self) -> impl Iterator<Item = (&'static Entry, &[Chord])> {
        TABLE.iter().zip(self.rows.iter().map(Vec::as_slice))
    }

    /// The rows that hold at this place, those of the place itself first.
    pub fn rows_at(&self, context: Context) -> impl Iterator<Item = (&'static Entry, &[Chord])> {
        let mut places = vec![context];
        while let Some(around) = places.last().and_then(|place| place.parent()) {
            places.push(around);
        }
        places
            .into_iter()
            .flat_map(|place| self.rows().filter(move |(entry, _)| entry.context == place))
    }

    /// The first key for an action at this place, as text for a sentence.
    pub fn key_for(&self, context: Context, action: Action) -> Option<String> {
        self.rows_at(context)
            .find(|(entry, keys)| entry.action == action && !keys.is_empty())
            .and_then(|(_, keys)| keys.first().map(ToString::to_string))
    }

    /// `config/keys.toml`: the table with the default keys.
    pub fn default_toml() -> String {
        let mut text = String::from(
            "# The default keys of the console, written from its own table; a test keeps them equal.\n\
             # Copy what you want to change. An empty list takes the keys of an action away.\n\
             # Plain characters are text where something is typed ([filter], [search], [note])\n\
             # and cannot be bound there.\n",
        );
        for context in Context::ALL {
            let _ = write!(text, "\n[{}] # {}\n", context.name(), context.title());
            for entry in TABLE.iter().filter(|entry| entry.context == context) {
                let keys: Vec<String> = entry.keys.iter().map(|key| format!("{key:?}")).collect();
                let _ = writeln!(
                    text,
                    "{} = [{}] # {}",
                    entry.action,
                    keys.join(", "),
                    entry.help
                );
            }
        }
        text
    }
}

fn conflict(key: Chord, first: (Context, Action), second: (Context, Action)) -> KeymapError {
    KeymapError::Conflict {
        key: key.to_string(),
        first: first.1,
        first_context: first.0.name(),
        second: second.1,
        second_context: second.0.name(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::{JobAction, WindowAction};
    use super::*;

    fn chord(text: &str) -> Chord {
        text.parse().unwrap()
    }

    #[test]
    fn the_table_has_no_conflict_and_every_action_a_key() {
        let keymap = Keymap::new("").unwrap();
        assert!(keymap.rows().all(|(_, keys)| !keys.is_empty()));
    }

    #[test]
    fn every_line_of_the_help_fits_on_the_usual_screen() {
        for (entry, _) in Keymap::new("").unwrap().rows() {
            // 80 cells less border, margin and keys.
            assert!(entry.help.len() <= 56, "{}", entry.help);
        }
    }

    #[test]
    fn an_inner_place_is_asked_before_the_outer() {
        let keymap = Keymap::new("").unwrap();
        assert_eq!(
            keymap.resolve(Context::Jobs, chord("r")),
            Some(Action::Job(JobAction::Run))
        );
        assert_eq!(
            keymap.resolve(Context::Jobs, chord("q")),
            Some(Action::Console(ConsoleAction::Quit))
        );
        assert_eq!(
            keymap.resolve(Context::Overlay, chord("q")),
            Some(Action::Window(WindowAction::Close))
        );
        assert_eq!(
            keymap.resolve(Context::Logs, chord("ctrl-l")),
            Some(Action::Console(ConsoleAction::Redraw))
        );
        assert_eq!(keymap.resolve(Context::Search, chord("q")), None);
        assert_eq!(keymap.resolve(Context::Overlay, chord("1")), None);
    }

    #[test]
    fn keys_can_be_changed_and_taken_away() {
        let keymap = Keymap::new("[jobs]\nrun = ['z']\nhistory = []").unwrap();
        assert_eq!(
            keymap.resolve(Context::Jobs, chord("z")),
            Some(Action::Job(JobAction::Run))
        );
        assert_eq!(keymap.resolve(Context::Jobs, chord("r")), None);
        assert_eq!(keymap.resolve(Context::Jobs, chord("h")), None);
        assert_eq!(
            keymap
                .key_for(Context::Jobs, Action::Job(JobAction::Run))
                .as_deref(),
            Some("z")
        );
    }

    #[test]
    fn a_conflict_names_both_actions() {
        for (changes, first, second) in [
            ("[jobs]\nrun = ['c']", "run", "cancel"),
            ("[jobs]\nrun = ['q']", "run", "quit"),
            ("[anywhere]\nredraw = ['enter']", "open-item", "redraw"),
        ] {
            let error = Keymap::new(changes).unwrap_err().to_string();
            assert!(error.contains(first) && error.contains(second), "{error}");
        }
    }

    #[test]
    fn what_names_nothing_is_refused_by_name() {
        for (changes, says) in [
            (
                "[job]\nrun = ['x']",
                "there is no section [job]; the sections are account",
            ),
            (
                "[jobs]\nrum = ['x']",
                "there is no action \"rum\" in [jobs]; it has run, dry-run",
            ),
            ("[jobs]\nrun = ['strg-x']", "\"strg-x\" is no key"),
            ("[search]\nkeep-search = ['a']", "is text there"),
            ("[jobs]\nrun = 'x'", "cannot be read"),
        ] {
            let error = Keymap::new(changes).unwrap_err().to_string();
            assert!(error.contains(says), "{error}");
        }
    }
}
