//! The filter of a list: typed in the list's last row, in force at every key that makes sense, with
//! what is wrong and what may follow beside it.

use crossterm::event::KeyEvent;
use jiff::Zoned;
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::{Line, Span};

use crate::console::keys::FilterAction;
use crate::console::theme::{Role, Theme};
use crate::console::widgets::input::Input;
use crate::console::words;
use crate::model::filter::{Completion, Filter, FilterError, Subject, complete};

/// The filter, while it is typed and after it is kept.
#[derive(Debug)]
pub struct FilterLine {
    subject: Subject,
    /// What is typed; none once it is kept.
    input: Option<Input>,
    text: String,
    /// What is in force: as it could be read last.
    terms: Filter,
    /// Why what is typed is not in force.
    error: Option<FilterError>,
    /// What was offered, and which of it was taken last.
    offered: Option<(Vec<Completion>, usize)>,
}

impl FilterLine {
    /// No filter yet.
    pub const fn new(subject: Subject) -> Self {
        Self {
            subject,
            input: None,
            text: String::new(),
            terms: Filter { terms: Vec::new() },
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
        self.input.is_some()
    }

    /// True where it takes a row of the screen.
    pub fn is_shown(&self) -> bool {
        self.is_typing() || !self.text.is_empty()
    }

    /// Does what a key asks for; true where the filter in force changed. What cannot be read is not
    /// kept.
    ///
    /// # Errors
    /// What is wrong with the text that was to be kept.
    pub fn on(&mut self, action: FilterAction, now: &Zoned) -> Result<bool, FilterError> {
        match action {
            FilterAction::Begin => self.input = Some(Input::new(&self.text)),
            FilterAction::Keep => match &self.error {
                Some(error) => return Err(error.clone()),
                None => self.input = None,
            },
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
        self.text = terms.to_string();
        self.error = None;
    }

    /// Takes the word that may follow, or the next of several.
    fn complete(&mut self, now: &Zoned) -> bool {
        let (offered, at) = match self.offered.take() {
            Some((offered, at)) => {
                let next = (at + 1) % offered.len().max(1);
                (offered, next)
            }
            None => (complete(self.subject, &self.text), 0),
        };
        let Some(taken) = offered.get(at) else {
            return false;
        };
        self.input = Some(Input::new(&taken.text));
        self.text.clone_from(&taken.text);
        // The only one is taken for good: what may follow it is offered next.
        self.offered = (offered.len() > 1).then_some((offered, at));
        self.read(now)
    }

    /// A key while it is typed; true where the filter in force changed.
    pub fn type_key(&mut self, key: KeyEvent, now: &Zoned) -> bool {
        self.edit(now, |input| input.type_key(key))
    }

    /// Pasted text while it is typed; true where the filter in force changed.
    pub fn paste(&mut self, text: &str, now: &Zoned) -> bool {
        self.edit(now, |input| input.paste(text))
    }

    fn edit(&mut self, now: &Zoned, change: impl FnOnce(&mut Input)) -> bool {
        let Some(input) = &mut self.input else {
            return false;
        };
        change(input);
        input.text().clone_into(&mut self.text);
        self.offered = None;
        self.read(now)
    }

    /// Takes in what is written; true where the filter in force changed.
    fn read(&mut self, now: &Zoned) -> bool {
        match Filter::parse(self.subject, &self.text, now) {
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
                None => complete(self.subject, &self.text),
            };
            let words: Vec<String> = offered.into_iter().map(|offer| offer.word).collect();
            (!words.is_empty()).then(|| (words.join(" "), Role::Dim))
        };
        match &self.error {
            // What is not whole yet is not wrong: what may follow says more.
            Some(error) if error.column > self.text.chars().count() => {
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
        if area.is_empty() {
            return;
        }
        let hint = self.hint(theme);
        let most = area.width / 2;
        let wide = hint
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
        if let Some((hint, role)) = hint {
            let room = usize::from(wide).saturating_sub(2);
            let hint = words::cut(&hint, room, theme.symbols.ellipsis);
            frame.render_widget(Line::styled(format!(" {hint} "), theme.style(role)), aside);
        }
    }
}
