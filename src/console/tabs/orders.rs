//! The tab *Orders*: which staged orders are listed, what is chosen of them, and what is asked for
//! it. It reads nothing itself; orders come with messages.

mod draw;
mod sort;

pub use draw::{draw, lay_out, steps_to};

use std::collections::BTreeSet;

use crossterm::event::KeyEvent;
use jiff::Zoned;

use self::sort::OrderColumn;
use super::filter::FilterLine;
use super::listing::{Keyed, Listing};
use super::{Loading, Reply};
use crate::console::app::{Effect, OrdersRead, Wish};
use crate::console::export::Rest;
use crate::console::gather::{Gathered, MOST_GATHERED, OrderWish};
use crate::console::keys::{FilterAction, Motion, OrderAction};
use crate::console::overlays::{Note, OrderWindow, Overlay};
use crate::console::widgets::order::Reading;
use crate::console::words;
use crate::model::csv;
use crate::model::exception::ExceptionFilter;
use crate::model::filter::Subject;
use crate::model::sort::Sort;
use crate::model::staged::{OrderCounts, OrderFilter, OrderRow, OrderView, StagedOrder};
use crate::model::{Exception, Stream};

/// Orders that are listed at most: what is older is found by view and filter.
pub const MOST_LISTED: usize = 300;

impl Keyed for OrderRow {
    type Key = String;

    fn key(&self) -> String {
        self.id.clone()
    }
}

/// The tab's state.
#[derive(Debug)]
pub struct OrdersTab {
    view: OrderView,
    filter: FilterLine,
    sort: Sort<OrderColumn>,
    listing: Listing<OrderRow>,
    /// None before the first reading.
    counts: Option<OrderCounts>,
    /// Why they could not be read.
    trouble: Option<Exception>,
    loading: Loading,
    /// The order beside the list.
    beside: Option<(String, Reading)>,
    beside_under_way: bool,
    /// True where the order beside the list may have changed since it was read.
    beside_is_old: bool,
    /// True where an order stands beside the list.
    is_wide: bool,
}

impl Default for OrdersTab {
    fn default() -> Self {
        Self {
            view: OrderView::default(),
            filter: FilterLine::new(Subject::Orders),
            sort: Sort::default(),
            listing: Listing::default(),
            counts: None,
            trouble: None,
            loading: Loading::default(),
            beside: None,
            beside_under_way: false,
            beside_is_old: false,
            is_wide: false,
        }
    }
}

impl OrdersTab {
    /// Asks for the list, unless that is under way.
    pub fn load(&mut self) -> Option<Effect> {
        self.loading.ask().then(|| Effect::LoadOrders(self.asked()))
    }

    /// What the list asks for.
    fn asked(&self) -> OrderFilter {
        OrderFilter {
            view: self.view,
            terms: self.filter.terms().clone(),
            sort: sort::in_ledger(self.sort),
            after: None,
            limit: MOST_LISTED,
        }
    }

    /// The chosen orders as text, a line each.
    pub fn copied(&self) -> String {
        csv::lines(self.listing.chosen())
    }

    /// All that the filter lets through, listed or not.
    pub fn whole(&self) -> Rest {
        Rest::orders(self.asked())
    }

    /// Takes in the list.
    pub fn loaded(&mut self, result: Result<OrdersRead, Exception>) -> Option<Effect> {
        match result {
            Ok(mut read) => {
                sort::sort(&mut read.rows, self.sort);
                self.listing.take(read.rows);
                self.counts = Some(read.counts);
                self.trouble = None;
                self.beside_is_old = true;
            }
            Err(exception) => self.trouble = Some(exception),
        }
        let again = self.loading.answered();
        again.then(|| self.load()).flatten()
    }

    /// Asks for the order beside the list where that is not the one that stands there.
    pub fn load_beside(&mut self) -> Option<Effect> {
        if !self.is_wide || self.beside_under_way {
            return None;
        }
        let id = &self.listing.selected()?.id;
        let is_there = self.beside.as_ref().is_some_and(|(there, _)| there == id);
        if is_there && !self.beside_is_old {
            return None;
        }
        if !is_there {
            self.beside = Some((id.clone(), Reading::UnderWay));
        }
        (self.beside_under_way, self.beside_is_old) = (true, false);
        Some(Effect::LoadOrder(id.clone()))
    }

    /// Takes in an order, if it is the one to stand beside the list.
    pub fn order_loaded(&mut self, id: &str, result: &Result<Option<Box<StagedOrder>>, Exception>) {
        if let Some((there, reading)) = &mut self.beside
            && there == id
        {
            *reading = Reading::from(result.clone());
            self.beside_under_way = false;
        }
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

    /// The chosen orders that can be tried again.
    fn to_retry(&self) -> Vec<String> {
        self.chosen(OrderWish::Retry)
    }

    /// The chosen orders that another unit may mend.
    fn to_correct(&self) -> Vec<String> {
        self.chosen(OrderWish::Correct)
    }

    /// The chosen orders whose exception can be closed.
    fn to_resolve(&self) -> Vec<String> {
        self.chosen(OrderWish::Resolve)
    }

    fn chosen(&self, wish: OrderWish) -> Vec<String> {
        let chosen = self.listing.chosen().into_iter();
        chosen
            .filter(|row| wish.is_for(row))
            .map(|row| row.id.clone())
            .collect()
    }

    /// Has all gathered that the filter lets through, listed or not.
    fn gather(&self, wish: OrderWish) -> Reply {
        Reply::Perform(Effect::Gather(wish, Box::new(self.asked())))
    }

    /// Asks before something is done with all that were gathered; what correcting them would change
    /// is looked at first.
    pub fn gathered(wanted: OrderWish, gathered: Gathered) -> Reply {
        let ids = match gathered {
            Gathered::All(ids) => ids,
            Gathered::TooMany => {
                return Reply::Refuse(format!(
                    "These are more than {} orders: narrow the list by a filter first.",
                    words::count(MOST_GATHERED as u64)
                ));
            }
        };
        match (wanted, wish(ids)) {
            (OrderWish::Retry, Some(wish)) => Reply::Open(wish.ask_retry()),
            (OrderWish::Correct, Some(wish)) => Reply::Perform(wish.correct()),
            (OrderWish::Resolve, Some(wish)) => Reply::Open(Overlay::Note(Note::new(wish))),
            (OrderWish::Retry, None) => {
                Reply::Refuse("No order that the filter lists is in exception.".to_owned())
            }
            (OrderWish::Correct, None) => Reply::Refuse(
                "No order that the filter lists is set aside for its unit.".to_owned(),
            ),
            (OrderWish::Resolve, None) => {
                Reply::Refuse("No order that the filter lists has an exception.".to_owned())
            }
        }
    }

    /// True where the action makes sense now: the footer shows no other.
    pub fn offers(&self, action: OrderAction, read_only: bool) -> bool {
        match action {
            OrderAction::Details
            | OrderAction::Mark
            | OrderAction::MarkRange
            | OrderAction::MarkAll
            | OrderAction::Copy
            | OrderAction::Export => self.listing.selected().is_some(),
            OrderAction::Retry => !read_only && !self.to_retry().is_empty(),
            OrderAction::Correct => !read_only && !self.to_correct().is_empty(),
            OrderAction::Resolve => !read_only && !self.to_resolve().is_empty(),
            OrderAction::RetryAll | OrderAction::CorrectAll | OrderAction::ResolveAll => {
                !read_only && self.counts.is_some_and(|counts| counts.exception > 0)
            }
            OrderAction::Run => !read_only,
            OrderAction::View | OrderAction::Sort | OrderAction::Turn => true,
        }
    }

    /// Does what a key asks for. Starting a run is the tab *Jobs*' part, handing orders out the
    /// console's.
    pub fn on(&mut self, action: OrderAction, read_only: bool) -> Reply {
        match action {
            OrderAction::Details => match self.listing.selected() {
                Some(row) => Reply::Open(Overlay::Order(OrderWindow::new(row.id.clone()))),
                None => Reply::Refuse("There is no order to show.".to_owned()),
            },
            OrderAction::View => {
                let at = OrderView::ALL.iter().position(|view| *view == self.view);
                let next = at.map_or(0, |at| (at + 1) % OrderView::ALL.len());
                self.view = OrderView::ALL[next];
                self.load().into()
            }
            OrderAction::Sort => {
                self.sort = self.sort.by.next();
                self.load().into()
            }
            OrderAction::Turn => {
                self.sort.direction = self.sort.direction.turned();
                self.load().into()
            }
            OrderAction::Mark => {
                self.listing.mark();
                Reply::Done
            }
            OrderAction::MarkRange => {
                self.listing.mark_range();
                Reply::Done
            }
            OrderAction::MarkAll => {
                self.listing.mark_all();
                Reply::Done
            }
            OrderAction::Retry
            | OrderAction::RetryAll
            | OrderAction::Correct
            | OrderAction::CorrectAll
            | OrderAction::Resolve
            | OrderAction::ResolveAll
                if read_only =>
            {
                Reply::Refuse("The console is read-only: it changes no orders.".to_owned())
            }
            OrderAction::Retry => match wish(self.to_retry()) {
                Some(wish) if self.listing.marked() == 0 => Reply::Perform(wish.retry()),
                Some(wish) => Reply::Open(wish.ask_retry()),
                None => Reply::Refuse("No chosen order is in exception.".to_owned()),
            },
            OrderAction::Correct => match wish(self.to_correct()) {
                Some(wish) => Reply::Perform(wish.correct()),
                None => Reply::Refuse("No chosen order is set aside for its unit.".to_owned()),
            },
            OrderAction::Resolve => match wish(self.to_resolve()) {
                Some(wish) => Reply::Open(Overlay::Note(Note::new(wish))),
                None => Reply::Refuse("No chosen order has an exception.".to_owned()),
            },
            OrderAction::RetryAll => self.gather(OrderWish::Retry),
            OrderAction::CorrectAll => self.gather(OrderWish::Correct),
            OrderAction::ResolveAll => self.gather(OrderWish::Resolve),
            OrderAction::Run | OrderAction::Copy | OrderAction::Export => Reply::Done,
        }
    }
}

/// What is asked for the exceptions of these orders; none without any.
fn wish(ids: Vec<String>) -> Option<Wish> {
    let keys: Vec<String> = ids
        .into_iter()
        .collect::<BTreeSet<_>>()
        .into_iter()
        .collect();
    (!keys.is_empty()).then(|| Wish {
        number: keys.len() as u64,
        are_orders: true,
        filter: Box::new(ExceptionFilter {
            stream: Some(Stream::Orders),
            keys: Some(keys),
            ..ExceptionFilter::default()
        }),
    })
}
