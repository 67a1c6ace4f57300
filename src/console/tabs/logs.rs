//! The tab *Logs*: which lines are shown, from where, and what is searched for. It reads no clock
//! and no file; lines come with messages.

mod draw;
mod search;
mod store;

pub use draw::{areas, draw};

use std::collections::VecDeque;

use crossterm::event::KeyEvent;

use self::search::Needle;
use self::store::Store;
use super::Reply;
use crate::console::keys::{LogAction, Motion};
use crate::console::widgets::input::Input;
use crate::logging::Batch;
use crate::model::RunId;
use crate::model::log::Level;

/// Lines the tab keeps.
const KEPT_LINES: usize = 100_000;

/// Cells that one step sideways moves.
const SIDE_STEP: usize = 16;

/// Where the page stands in the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Anchor {
    /// The newest line stands at the bottom, also when lines are added.
    Follow,
    /// The line with this number stands at the top.
    Top(u64),
}

/// The search in force.
#[derive(Debug)]
struct Search {
    /// What is typed; none once it is kept.
    input: Option<Input>,
    text: String,
    needle: Option<Needle>,
    /// Numbers of the shown lines that hold the text.
    hits: VecDeque<u64>,
    /// The hit the page was moved to.
    current: Option<u64>,
    /// Where the page stood when the search began.
    began_at: Anchor,
}

/// The tab's state.
#[derive(Debug)]
pub struct LogsTab {
    store: Store,
    level: Level,
    /// The only run whose lines are shown; none while all are.
    run: Option<RunId>,
    /// Numbers of the shown lines; none while all are shown.
    shown: Option<VecDeque<u64>>,
    anchor: Anchor,
    wrap: bool,
    shift: usize,
    search: Option<Search>,
    /// Size of the page of lines at the last layout.
    page: (u16, u16),
}

impl Default for LogsTab {
    fn default() -> Self {
        Self {
            store: Store::new(KEPT_LINES),
            level: Level::Debug,
            run: None,
            shown: None,
            anchor: Anchor::Follow,
            wrap: false,
            shift: 0,
            search: None,
            page: (0, 0),
        }
    }
}

impl LogsTab {
    /// Takes in new lines; true where that changes what an operator sees.
    pub fn add(&mut self, batch: &Batch) -> bool {
        let from = self.store.end();
        self.store.add_lost(batch.dropped);
        for line in &batch.lines {
            self.store.push(line);
        }
        let first = self.store.first();
        let from = from.max(first);
        if let Some(shown) = &mut self.shown {
            drop_before(shown, first);
            shown.extend(self.store.of(self.level, self.run, from));
        }
        if let Some(search) = &mut self.search {
            drop_before(&mut search.hits, first);
            if let Some(needle) = &search.needle {
                search.hits.extend(
                    self.store
                        .of(self.level, self.run, from)
                        .filter(|number| holds(&self.store, needle, *number)),
                );
            }
        }
        batch.dropped > 0 || !batch.lines.is_empty()
    }

    /// True while a search text is typed.
    pub fn is_typing(&self) -> bool {
        self.search
            .as_ref()
            .is_some_and(|search| search.input.is_some())
    }

    /// True while there is a search, typed or kept.
    pub fn is_searching(&self) -> bool {
        self.search.is_some()
    }

    /// The only run whose lines are shown, where one was chosen.
    pub const fn run(&self) -> Option<RunId> {
        self.run
    }

    /// Shows every line of a run and no other, from its first one on, until the search is ended.
    pub fn show_run(&mut self, run: RunId) {
        self.search = None;
        self.level = Level::Debug;
        self.run = Some(run);
        self.select();
        self.anchor = Anchor::Top(0);
    }

    /// Finds the lines that level and run let through.
    fn select(&mut self) {
        let is_all = self.level == Level::Debug && self.run.is_none();
        let shown = || self.store.of(self.level, self.run, 0).collect();
        self.shown = (!is_all).then(shown);
    }

    /// Tells the tab how many cells its lines have.
    pub fn set_page(&mut self, width: u16, height: u16) {
        self.page = (width, height);
    }

    /// Moves the page.
    pub fn go(&mut self, motion: Motion) {
        match motion {
            Motion::Up => self.scroll(-1),
            Motion::Down => self.scroll(1),
            Motion::PageUp => self.scroll(-self.page_step()),
            Motion::PageDown => self.scroll(self.page_step()),
            Motion::Top => self.anchor = Anchor::Top(self.number_at(0)),
            Motion::Bottom => self.anchor = Anchor::Follow,
            Motion::Left => self.shift = self.shift.saturating_sub(SIDE_STEP),
            Motion::Right => self.shift_right(),
        }
    }

    /// Does what a key asks for.
    pub fn on(&mut self, action: LogAction) -> Reply {
        match action {
            LogAction::Follow => self.toggle_follow(),
            LogAction::Level => self.cycle_level(),
            LogAction::Wrap => self.toggle_wrap(),
            LogAction::Search => self.open_search(),
            LogAction::NextHit => return self.go_to_hit(true),
            LogAction::PreviousHit => return self.go_to_hit(false),
            LogAction::KeepSearch => self.keep_search(),
            LogAction::EndSearch => self.end_search(),
        }
        Reply::Done
    }

    fn page_step(&self) -> isize {
        isize::from(self.page.1.saturating_sub(1).max(1) as i16)
    }

    /// Number of shown lines.
    fn len(&self) -> usize {
        self.shown.as_ref().map_or(self.store.len(), VecDeque::len)
    }

    /// Number of the shown line at this place; that of the line to come where there is none.
    fn number_at(&self, place: usize) -> u64 {
        match &self.shown {
            Some(shown) => shown.get(place).copied().unwrap_or(self.store.end()),
            None => (self.store.first() + place as u64).min(self.store.end()),
        }
    }

    /// Place of the first shown line from this number on.
    fn place_of(&self, number: u64) -> usize {
        match &self.shown {
            Some(shown) => shown.partition_point(|shown| *shown < number),
            None => number.saturating_sub(self.store.first()) as usize,
        }
        .min(self.len())
    }

    /// Place of the line at the top when the newest one stands at the bottom.
    fn last_top(&self) -> usize {
        let height = usize::from(self.page.1).max(1);
        if !self.wrap {
            return self.len().saturating_sub(height);
        }
        let mut rows = 0;
        let mut top = self.len();
        while top > 0 {
            let text = self
                .store
                .get(self.number_at(top - 1))
                .map_or("", |line| line.text);
            rows += draw::rows_of(text, usize::from(self.page.0));
            if rows > height {
                break;
            }
            top -= 1;
        }
        top.min(self.len().saturating_sub(1))
    }

    /// Place of the line at the top of the page.
    fn top(&self) -> usize {
        let last = self.last_top();
        match self.anchor {
            Anchor::Follow => last,
            Anchor::Top(number) => self.place_of(number).min(last),
        }
    }

    fn scroll(&mut self, lines: isize) {
        let top = self.top().saturating_add_signed(lines).min(self.last_top());
        self.anchor = Anchor::Top(self.number_at(top));
    }

    fn toggle_follow(&mut self) {
        self.anchor = match self.anchor {
            Anchor::Follow => Anchor::Top(self.number_at(self.top())),
            Anchor::Top(_) => Anchor::Follow,
        };
    }

    fn shift_right(&mut self) {
        if !self.wrap {
            let top = self.top();
            let longest = (top..(top + usize::from(self.page.1)).min(self.len()))
                .filter_map(|place| self.store.get(self.number_at(place)))
                .map(|line| crate::console::words::width(line.text))
                .max()
                .unwrap_or(0);
            // Not past the end of the longest line in sight.
            if self.shift + draw::text_width(usize::from(self.page.0)) < longest {
                self.shift += SIDE_STEP;
            }
        }
    }

    fn toggle_wrap(&mut self) {
        self.wrap = !self.wrap;
        self.shift = 0;
    }

    fn cycle_level(&mut self) {
        let top = self.number_at(self.top());
        self.level = match self.level {
            Level::Debug => Level::Info,
            Level::Info => Level::Warning,
            Level::Warning => Level::Error,
            Level::Error => Level::Debug,
        };
        self.select();
        if let Anchor::Top(_) = self.anchor {
            self.anchor = Anchor::Top(top);
        }
        if let Some(search) = &mut self.search {
            search.needle_changed(&self.store, self.level, self.run, false);
        }
    }

    fn open_search(&mut self) {
        let text = self.search.take().map(|search| search.text);
        let mut search = Search {
            input: Some(Input::new(text.as_deref().unwrap_or_default())),
            needle: text.as_deref().and_then(Needle::new),
            text: text.unwrap_or_default(),
            hits: VecDeque::new(),
            current: None,
            began_at: self.anchor,
        };
        search.needle_changed(&self.store, self.level, self.run, false);
        self.search = Some(search);
    }

    /// A key while a search text is typed.
    pub fn type_key(&mut self, key: KeyEvent) {
        self.edit(|input| input.type_key(key));
    }

    /// Pasted text while a search text is typed.
    pub fn paste(&mut self, text: &str) {
        self.edit(|input| input.paste(text));
    }

    fn edit(&mut self, change: impl FnOnce(&mut Input)) {
        let Some(search) = &mut self.search else {
            return;
        };
        let Some(input) = &mut search.input else {
            return;
        };
        change(input);
        let text = input.text().to_owned();
        if text == search.text {
            return;
        }
        let before = std::mem::replace(&mut search.needle, Needle::new(&text));
        search.text = text;
        let narrows = match (&search.needle, &before) {
            (Some(now), Some(before)) => now.narrows(before),
            (Some(_) | None, None) | (None, Some(_)) => false,
        };
        search.needle_changed(&self.store, self.level, self.run, narrows);
        search.current = None;
        self.anchor = search.began_at;
        // As one types, the page shows the hit that is nearest above the end of where it stood.
        let _ = self.go_to_hit(false);
    }

    fn keep_search(&mut self) {
        if let Some(search) = &mut self.search {
            search.input = None;
            if search.needle.is_none() {
                self.search = None;
            }
        }
    }

    fn end_search(&mut self) {
        if self.search.is_none() && self.run.take().is_some() {
            self.select();
            self.anchor = Anchor::Follow;
        }
        if let Some(search) = self.search.take()
            && search.input.is_some()
        {
            self.anchor = search.began_at;
        }
    }

    /// Moves to the next hit below or above the current one, round the ends.
    fn go_to_hit(&mut self, down: bool) -> Reply {
        let top = self.top();
        let (page_first, page_end) = (
            self.number_at(top),
            self.number_at((top + usize::from(self.page.1)).min(self.len())),
        );
        let Some(search) = &mut self.search else {
            return Reply::Refuse("There is no search: / begins one.".to_owned());
        };
        if search.hits.is_empty() {
            return if search.input.is_some() || search.needle.is_none() {
                Reply::Done
            } else {
                Reply::Refuse(format!("No shown line holds {:?}.", search.text))
            };
        }
        let hits = &search.hits;
        let index = if down {
            let after = search.current.map_or(page_first, |current| current + 1);
            let index = hits.partition_point(|hit| *hit < after);
            index % hits.len()
        } else {
            let before = search.current.unwrap_or(page_end);
            let index = hits.partition_point(|hit| *hit < before);
            (index + hits.len() - 1) % hits.len()
        };
        let hit = hits[index];
        search.current = Some(hit);
        let place = self.place_of(hit);
        let height = usize::from(self.page.1).max(1);
        if place < top || place >= top + height || self.wrap {
            // A third of the page above it: what led there is read first.
            let top = place.saturating_sub(height / 3).min(self.last_top());
            self.anchor = Anchor::Top(self.number_at(top));
        } else {
            self.anchor = Anchor::Top(page_first);
        }
        Reply::Done
    }
}

impl Search {
    /// Finds the hits anew, or among those that are known already.
    fn needle_changed(&mut self, store: &Store, level: Level, run: Option<RunId>, narrows: bool) {
        let Some(needle) = &self.needle else {
            self.hits.clear();
            return;
        };
        if narrows {
            self.hits.retain(|number| holds(store, needle, *number));
        } else {
            self.hits = store
                .of(level, run, 0)
                .filter(|number| holds(store, needle, *number))
                .collect();
        }
    }
}

fn holds(store: &Store, needle: &Needle, number: u64) -> bool {
    store
        .get(number)
        .is_some_and(|line| needle.is_in(line.text))
}

fn drop_before(numbers: &mut VecDeque<u64>, first: u64) {
    let gone = numbers.partition_point(|number| *number < first);
    numbers.drain(..gone);
}
