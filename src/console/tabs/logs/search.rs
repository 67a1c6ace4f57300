//! The search in the log: what is typed, what it means, and the lines that hold it.

use std::collections::VecDeque;

use super::Anchor;
use super::store::Store;
use crate::console::widgets::input::Input;
use crate::model::pattern::Pattern;

/// The search in force.
#[derive(Debug)]
pub struct Search {
    /// What is typed; none once it is kept.
    pub input: Option<Input>,
    pub text: String,
    /// True where the text is a regular expression.
    pub is_regex: bool,
    pub pattern: Option<Pattern>,
    /// Why the text is no expression.
    pub error: Option<String>,
    /// Numbers of the shown lines that hold it.
    pub hits: VecDeque<u64>,
    /// The hit the page was moved to.
    pub current: Option<u64>,
    /// Where the page stood when the search began.
    pub began_at: Anchor,
}

impl Search {
    /// A search that begins with the text of the one before.
    pub fn begin(before: Option<Self>, at: Anchor) -> Self {
        let (text, is_regex) = match before {
            Some(before) => (before.text, before.is_regex),
            None => (String::new(), false),
        };
        let mut search = Self {
            input: Some(Input::new(&text)),
            text,
            is_regex,
            pattern: None,
            error: None,
            hits: VecDeque::new(),
            current: None,
            began_at: at,
        };
        search.read();
        search
    }

    /// Takes in the text; answers what was looked for before.
    pub fn read(&mut self) -> Option<Pattern> {
        self.error = None;
        let now = if self.is_regex {
            Pattern::regex(&self.text).unwrap_or_else(|error| {
                self.error = Some(error);
                None
            })
        } else {
            Pattern::text(&self.text)
        };
        std::mem::replace(&mut self.pattern, now)
    }

    /// Finds the hits among these lines.
    pub fn find(&mut self, store: &Store, shown: impl Iterator<Item = u64>) {
        let Some(pattern) = &self.pattern else {
            self.hits.clear();
            return;
        };
        self.hits = shown
            .filter(|number| holds(store, pattern, *number))
            .collect();
    }

    /// Adds the hits among lines that came behind.
    pub fn extend(&mut self, store: &Store, shown: impl Iterator<Item = u64>) {
        if let Some(pattern) = &self.pattern {
            self.hits
                .extend(shown.filter(|number| holds(store, pattern, *number)));
        }
    }

    /// Keeps of the known hits those that hold the longer text.
    pub fn narrow(&mut self, store: &Store) {
        if let Some(pattern) = &self.pattern {
            self.hits.retain(|number| holds(store, pattern, *number));
        }
    }
}

fn holds(store: &Store, pattern: &Pattern, number: u64) -> bool {
    store
        .get(number)
        .is_some_and(|line| pattern.is_in(line.text))
}
