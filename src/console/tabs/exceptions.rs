//! The tab *Exceptions*: which are listed, what is chosen of them, and what is asked for it. It
//! reads nothing itself; exceptions come with messages.

mod draw;
mod sort;

pub use draw::{draw, lay_out, steps_to};

use crossterm::event::KeyEvent;
use jiff::Zoned;

use self::sort::ExceptionColumn;
use super::filter::FilterLine;
use super::listing::{Keyed, Listing};
use super::{Loading, Reply};
use crate::console::app::{Effect, ExceptionsRead, Wish};
use crate::console::export::Rest;
use crate::console::keys::{ExceptionAction, FilterAction, Motion};
use crate::console::overlays::{ExceptionWindow, Note, Overlay};
use crate::jobs::correction::is_about_a_unit;
use crate::model::Exception;
use crate::model::csv;
use crate::model::exception::{ExceptionEntry, ExceptionFilter, ExceptionId, ExceptionState};
use crate::model::filter::{Field, Subject};
use crate::model::sort::Sort;

/// Exceptions that are listed at most: what is older is found by the filter.
pub const MOST_LISTED: usize = 300;

impl Keyed for ExceptionEntry {
    type Key = ExceptionId;

    fn key(&self) -> ExceptionId {
        self.id
    }
}

/// True for one that is not closed.
const fn is_waiting(entry: &ExceptionEntry) -> bool {
    matches!(entry.state, ExceptionState::Open | ExceptionState::Retrying)
}

/// The tab's state.
#[derive(Debug)]
pub struct ExceptionsTab {
    filter: FilterLine,
    sort: Sort<ExceptionColumn>,
    with_closed: bool,
    listing: Listing<ExceptionEntry>,
    /// Numbers of the last reading; none before the first.
    read: Option<Numbers>,
    /// Why they could not be read.
    trouble: Option<Exception>,
    loading: Loading,
}

#[derive(Debug)]
struct Numbers {
    /// What was asked for.
    filter: ExceptionFilter,
    /// Not closed, whatever the filter.
    open: u64,
    /// Not closed, of those the filter lets through.
    matching: u64,
}

impl Default for ExceptionsTab {
    fn default() -> Self {
        Self {
            filter: FilterLine::new(Subject::Exceptions),
            sort: Sort::default(),
            with_closed: false,
            listing: Listing::default(),
            read: None,
            trouble: None,
            loading: Loading::default(),
        }
    }
}

impl ExceptionsTab {
    /// Asks for the list, unless that is under way.
    pub fn load(&mut self) -> Option<Effect> {
        self.loading
            .ask()
            .then(|| Effect::LoadExceptions(Box::new(self.asked())))
    }

    /// What the list asks for.
    fn asked(&self) -> ExceptionFilter {
        ExceptionFilter {
            terms: self.filter.terms().clone(),
            // Who asks for a state means closed ones too.
            with_closed: self.with_closed || self.filter.terms().asks_for(Field::State),
            sort: sort::in_ledger(self.sort),
            limit: Some(MOST_LISTED),
            ..ExceptionFilter::default()
        }
    }

    /// The chosen exceptions as text, a line each.
    pub fn copied(&self) -> String {
        csv::lines(self.listing.chosen())
    }

    /// All that the filter lets through, listed or not.
    pub fn whole(&self) -> Rest {
        Rest::exceptions(self.asked())
    }

    /// Takes in the list.
    pub fn loaded(&mut self, result: Result<ExceptionsRead, Exception>) -> Option<Effect> {
        match result {
            Ok(mut read) => {
                sort::sort(&mut read.entries, self.sort);
                self.listing.take(read.entries);
                self.read = Some(Numbers {
                    filter: read.filter,
                    open: read.open,
                    matching: read.matching,
                });
                self.trouble = None;
            }
            Err(exception) => self.trouble = Some(exception),
        }
        let again = self.loading.answered();
        again.then(|| self.load()).flatten()
    }

    /// Number of exceptions that are not closed; none before the first reading.
    pub fn open(&self) -> Option<u64> {
        self.read.as_ref().map(|read| read.open)
    }

    /// True while a filter is typed.
    pub fn is_typing(&self) -> bool {
        self.filter.is_typing()
    }

    /// True while a filter is typed or in force.
    pub fn is_filtering(&self) -> bool {
        self.filter.is_shown()
    }

    /// Does what a key asks for the filter.
    pub fn on_filter(&mut self, action: FilterAction, now: &Zoned) -> Reply {
        match self.filter.on(action, now) {
            Ok(changed) => changed.then(|| self.load()).flatten().into(),
            Err(error) => Reply::Refuse(error.to_string()),
        }
    }

    /// A key while the filter is typed.
    pub fn type_key(&mut self, key: KeyEvent, now: &Zoned) -> Option<Effect> {
        let changed = self.filter.type_key(key, now);
        changed.then(|| self.load()).flatten()
    }

    /// Pasted text while the filter is typed.
    pub fn paste(&mut self, text: &str, now: &Zoned) -> Option<Effect> {
        let changed = self.filter.paste(text, now);
        changed.then(|| self.load()).flatten()
    }

    /// Moves the selection.
    pub fn go(&mut self, motion: Motion) {
        self.listing.go(motion);
    }

    /// Takes every mark away: what was asked for the marked is done.
    pub fn clear_marks(&mut self) {
        self.listing.clear_marks();
    }

    /// What is asked for the chosen ones; none where it changes nothing.
    fn wish(&self, is_meant: impl Fn(&ExceptionEntry) -> bool) -> Option<Wish> {
        let chosen = self.listing.chosen().into_iter();
        let ids: Vec<ExceptionId> = chosen
            .filter(|entry| is_meant(entry))
            .map(|entry| entry.id)
            .collect();
        (!ids.is_empty()).then(|| Wish {
            number: ids.len() as u64,
            are_orders: false,
            filter: Box::new(ExceptionFilter {
                ids: Some(ids),
                ..ExceptionFilter::default()
            }),
        })
    }

    /// Trying again makes sense for the chosen ones that still wait for somebody.
    fn to_retry(&self) -> Option<Wish> {
        self.wish(|entry| entry.state == ExceptionState::Open)
    }

    /// The chosen ones that are not closed.
    fn to_resolve(&self) -> Option<Wish> {
        self.wish(is_waiting)
    }

    /// The chosen ones that another unit of the order may mend.
    fn to_correct(&self) -> Option<Wish> {
        self.wish(|entry| is_waiting(entry) && is_about_a_unit(&entry.exception))
    }

    /// What is asked for all that the list's filter lets through, listed or not.
    fn all(&self) -> Option<Wish> {
        let read = self.read.as_ref().filter(|read| read.matching > 0)?;
        Some(Wish {
            number: read.matching,
            are_orders: false,
            filter: Box::new(ExceptionFilter {
                with_closed: false,
                sort: Sort::default(),
                limit: None,
                ..read.filter.clone()
            }),
        })
    }

    /// True where the action makes sense now: the footer shows no other.
    pub fn offers(&self, action: ExceptionAction, read_only: bool) -> bool {
        match action {
            ExceptionAction::Details
            | ExceptionAction::Mark
            | ExceptionAction::MarkRange
            | ExceptionAction::MarkAll
            | ExceptionAction::Copy
            | ExceptionAction::Export => self.listing.selected().is_some(),
            ExceptionAction::Retry => !read_only && self.to_retry().is_some(),
            ExceptionAction::RetryAll | ExceptionAction::ResolveAll => {
                !read_only && self.all().is_some()
            }
            ExceptionAction::Correct | ExceptionAction::CorrectAll => {
                !read_only && self.to_correct().is_some()
            }
            ExceptionAction::Resolve => !read_only && self.to_resolve().is_some(),
            ExceptionAction::Closed | ExceptionAction::Sort | ExceptionAction::Turn => true,
        }
    }

    /// Does what a key asks for. Handing exceptions out is the console's part.
    pub fn on(&mut self, action: ExceptionAction, read_only: bool) -> Reply {
        match action {
            ExceptionAction::Details => match self.listing.selected() {
                Some(entry) => Reply::Open(Overlay::Exception(ExceptionWindow::new(entry))),
                None => Reply::Refuse("There is no exception to show.".to_owned()),
            },
            ExceptionAction::Closed => {
                self.with_closed = !self.with_closed;
                self.load().into()
            }
            ExceptionAction::Sort => {
                self.sort = self.sort.by.next();
                self.load().into()
            }
            ExceptionAction::Turn => {
                self.sort.direction = self.sort.direction.turned();
                self.load().into()
            }
            ExceptionAction::Mark => {
                self.listing.mark();
                Reply::Done
            }
            ExceptionAction::MarkRange => {
                self.listing.mark_range();
                Reply::Done
            }
            ExceptionAction::MarkAll => {
                self.listing.mark_all();
                Reply::Done
            }
            ExceptionAction::Retry
            | ExceptionAction::RetryAll
            | ExceptionAction::Correct
            | ExceptionAction::CorrectAll
            | ExceptionAction::Resolve
            | ExceptionAction::ResolveAll
                if read_only =>
            {
                Reply::Refuse("The console is read-only: it changes no exceptions.".to_owned())
            }
            ExceptionAction::Retry => match self.to_retry() {
                Some(wish) if self.listing.marked() == 0 => Reply::Perform(wish.retry()),
                Some(wish) => Reply::Open(wish.ask_retry()),
                None => Reply::Refuse("No chosen exception is open.".to_owned()),
            },
            ExceptionAction::RetryAll => match self.all() {
                Some(wish) => Reply::Open(wish.ask_retry()),
                None => Reply::Refuse("No exception in the list is open.".to_owned()),
            },
            ExceptionAction::Correct => match self.to_correct() {
                Some(wish) => Reply::Perform(wish.correct()),
                None => {
                    Reply::Refuse("No chosen exception is about the unit of an order.".to_owned())
                }
            },
            ExceptionAction::CorrectAll => match self.all() {
                Some(wish) => Reply::Perform(wish.correct()),
                None => Reply::Refuse("No exception in the list is open.".to_owned()),
            },
            ExceptionAction::Resolve => match self.to_resolve() {
                Some(wish) => Reply::Open(Overlay::Note(Note::new(wish))),
                None => Reply::Refuse("The chosen exceptions are closed already.".to_owned()),
            },
            ExceptionAction::ResolveAll => match self.all() {
                Some(wish) => Reply::Open(Overlay::Note(Note::new(wish))),
                None => Reply::Refuse("No exception in the list is open.".to_owned()),
            },
            ExceptionAction::Copy | ExceptionAction::Export => Reply::Done,
        }
    }
}
