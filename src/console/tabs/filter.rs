//! The filter of a list: typed in the list's last row, in force at every key that makes sense, with
//! what is wrong and what may follow beside it.

mod text;

pub use text::FilterText;

use crossterm::event::KeyEvent;
use jiff::Zoned;
use ratatui::Frame;
use ratatui::layout::Rect;

use crate::console::keys::FilterAction;
use crate::console::theme::{Role, Theme};
use crate::model::filter::{Completion, Filter, FilterError, Subject, complete};

/// The filter, while it is typed and after it is kept.
#[derive(Debug)]
pub struct FilterLine {
    subject: Subject,
    typed: FilterText,
    /// What is in force: as it could be read last.
    terms: Filter,
    /// Why what is typed is not in force.
    error: Option<FilterError>,
    /// What was offered, and which of it was taken last.
    offered: Option<(Vec<Completion>, usize)>,
}

impl FilterLine {
    /// No filter yet.
    pub fn new(subject: Subject) -> Self {
        Self {
            subject,
            typed: FilterText::default(),
            terms: Filter::default(),
            error: None,
            offered: None,
        }
    }

    /// The filter in force.
    pub const fn terms(&self) -> &Filter {
        &self.terms
    }

    /// True while it is typed.
    pub const fn is_typing(&self) -> bool {
        self.typed.is_typing()
    }

    /// True where it takes a row of the screen.
    pub const fn is_shown(&self) -> bool {
        self.typed.is_shown()
    }

    /// Does what a key asks for; true where the filter in force changed. What cannot be read is not
    /// kept.
    ///
    /// # Errors
    /// What is wrong with the text that was to be kept.
    pub fn on(&mut self, action: FilterAction, now: &Zoned) -> Result<bool, FilterError> {
        match action {
            FilterAction::Begin | FilterAction::Keep => {
                if let (FilterAction::Keep, Some(error)) = (action, &self.error) {
                    return Err(error.clone());
                }
                self.typed.on(action);
            }
            FilterAction::Complete => return Ok(self.complete(now)),
            FilterAction::End => {
                let was_narrowed = !self.terms.is_empty();
                *self = Self::new(self.subject);
                return Ok(was_narrowed);
            }
        }
        Ok(false)
    }

    /// Puts a filter in force that was not typed, in place of what is there.
    pub fn set(&mut self, terms: &Filter) {
        self.terms = terms.clone();
        self.typed.write(&terms.to_string());
        self.error = None;
    }

    /// Takes the word that may follow, or the next of several.
    fn complete(&mut self, now: &Zoned) -> bool {
        let (offered, at) = match self.offered.take() {
            Some((offered, at)) => {
                let next = (at + 1) % offered.len().max(1);
                (offered, next)
            }
            None => (complete(self.subject, self.typed.written()), 0),
        };
        let Some(taken) = offered.get(at) else {
            return false;
        };
        self.typed.write(&taken.text);
        let changed = self.read(now);
        // The only one is taken for good: what may follow it is offered next.
        self.offered = (offered.len() > 1).then_some((offered, at));
        changed
    }

    /// A key while it is typed; true where the filter in force changed.
    pub fn type_key(&mut self, key: KeyEvent, now: &Zoned) -> bool {
        self.typed.type_key(key);
        self.read(now)
    }

    /// Pasted text while it is typed; true where the filter in force changed.
    pub fn paste(&mut self, text: &str, now: &Zoned) -> bool {
        self.typed.paste(text);
        self.read(now)
    }

    /// Takes in what is written; true where the filter in force changed.
    fn read(&mut self, now: &Zoned) -> bool {
        self.offered = None;
        match Filter::parse(self.subject, self.typed.written(), now) {
            Ok(terms) => {
                self.error = None;
                let changed = terms != self.terms;
                self.terms = terms;
                changed
            }
            Err(error) => {
                self.error = Some(error);
                false
            }
        }
    }

    /// What stands at the end of the row: what is wrong, or what may follow.
    fn hint(&self, theme: &Theme) -> Option<(String, Role)> {
        if !self.is_typing() {
            return None;
        }
        let offers = || {
            let offered = match &self.offered {
                Some((offered, _)) => offered.clone(),
                None => complete(self.subject, self.typed.written()),
            };
            let words: Vec<String> = offered.into_iter().map(|offer| offer.word).collect();
            (!words.is_empty()).then(|| (words.join(" "), Role::Dim))
        };
        match &self.error {
            // What is not whole yet is not wrong: what may follow says more.
            Some(error) if error.column > self.typed.written().chars().count() => {
                offers().or_else(|| Some((error.hint.clone(), Role::Dim)))
            }
            Some(error) => {
                let text = format!("{} {error}", theme.symbols.warning);
                Some((text, Role::Warn))
            }
            None => offers(),
        }
    }

    /// Draws it in one row.
    pub fn draw(&self, frame: &mut Frame<'_>, area: Rect, theme: &Theme) {
        self.typed.draw(frame, area, theme, self.hint(theme));
    }
}
