//! The tab *Logs*: which lines are shown, from where, and what is searched for: those of this
//! console, or the file of all. It reads no clock and no file; lines come with messages.

mod audit;
mod draw;
mod file;
mod hits;
mod meant;
mod search;
mod store;

pub use draw::{areas, draw};

use std::collections::VecDeque;

use crossterm::event::KeyEvent;
use jiff::{Timestamp, Zoned};

use self::audit::Audit;
use self::file::FileView;
use self::search::Search;
use self::store::Store;
use super::Reply;
use super::filter::FilterLine;
use crate::console::app::Effect;
use crate::console::keys::{FilterAction, LogAction, Motion};
use crate::console::log_file::LogReport;
use crate::console::words;
use crate::logging::Batch;
use crate::model::filter::{Compare, Filter, Subject, Test};
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

/// The zone in which times are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Clock {
    /// That of the console.
    Local,
    /// UTC, as files and other machines have it.
    Utc,
}

/// The tab's state.
#[derive(Debug)]
pub struct LogsTab {
    store: Store,
    level: Level,
    /// Numbers of the shown lines; none while all are shown.
    shown: Option<VecDeque<u64>>,
    anchor: Anchor,
    filter: FilterLine,
    clock: Clock,
    wrap: bool,
    shift: usize,
    search: Option<Search>,
    /// The page over the file; none while the lines of this console are shown.
    file: Option<FileView>,
    /// The audit stands in the place of the log.
    audit: Option<Audit>,
    /// Size of the page of lines at the last layout.
    page: (u16, u16),
    now: Timestamp,
}

impl Default for LogsTab {
    fn default() -> Self {
        Self {
            store: Store::new(KEPT_LINES),
            level: Level::Debug,
            shown: None,
            anchor: Anchor::Follow,
            filter: FilterLine::new(Subject::Log),
            clock: Clock::Local,
            wrap: false,
            shift: 0,
            search: None,
            file: None,
            audit: None,
            page: (0, 0),
            now: Timestamp::UNIX_EPOCH,
        }
    }
}

impl LogsTab {
    /// Takes in new lines; true where that changes what an operator sees.
    pub fn add(&mut self, batch: &Batch) -> bool {
        if self.add_behind_audit(batch) {
            return false;
        }
        let from = self.store.end();
        self.store.add_lost(batch.dropped);
        for line in &batch.lines {
            self.store.push(line);
        }
        let first = self.store.first();
        let from = from.max(first);
        let new: Vec<u64> = self.passing(from).collect();
        if let Some(shown) = &mut self.shown {
            drop_before(shown, first);
            shown.extend(new.iter().copied());
        }
        if let Some(search) = &mut self.search {
            drop_before(&mut search.hits, first);
            search.extend(&self.store, new.into_iter());
        }
        if let Some(file) = &mut self.file {
            file.look_again();
        }
        batch.dropped > 0 || !batch.lines.is_empty()
    }

    /// Numbers of the lines that are to be shown, from `from` on.
    fn passing(&self, from: u64) -> impl Iterator<Item = u64> {
        let (terms, now) = (self.filter.terms(), self.now);
        self.store.at_least(self.level, from).filter(move |number| {
            terms.is_empty()
                || self
                    .store
                    .get(*number)
                    .is_some_and(|line| terms.lets(&line, now))
        })
    }

    /// The filter with the level, as the file is asked for it.
    fn terms(&self) -> Filter {
        let level = Test::Level(Compare::AtLeast, self.level);
        let of_level = (self.level != Level::Debug).then(|| Filter::from(level));
        self.filter
            .terms()
            .clone()
            .and(of_level.unwrap_or_default())
    }

    /// True while a filter is typed.
    pub const fn is_filter_typed(&self) -> bool {
        self.filter.is_typing()
    }

    /// True while a search or a filter takes a row.
    pub fn rows_below(&self) -> u16 {
        u16::from(self.search.is_some()) + u16::from(self.filter.is_shown())
    }

    /// True where `esc` has something to end.
    pub fn can_end(&self) -> bool {
        self.search.is_some() || self.filter.is_shown()
    }

    /// What has to be read of the file next.
    pub fn wants(&mut self) -> Option<Effect> {
        let terms = self.terms();
        let errand = self.file.as_mut()?.wants(&terms)?;
        Some(Effect::Log(errand, self.now))
    }

    /// True while the file is followed: other processes write it too.
    pub fn is_following_file(&self) -> bool {
        self.file.as_ref().is_some_and(FileView::follows)
    }

    /// The file may have grown.
    pub fn look_again(&mut self) {
        if let Some(file) = &mut self.file {
            file.look_again();
        }
    }

    /// Takes in what came of an errand at the file; answers what an operator is to be told.
    pub fn reported(&mut self, report: LogReport) -> Option<Result<String, String>> {
        let file = self.file.as_mut();
        match (report, file) {
            (LogReport::Page(page), Some(file)) => file.loaded(page),
            (LogReport::Found(found), Some(file)) => file.found(found),
            (LogReport::Known(size, number), Some(file)) => file.known(size, number),
            (LogReport::Written(Ok((lines, path))), _) => {
                let lines = words::counted(lines, "line", "lines");
                return Some(Ok(format!("{lines} written to {}.", path.display())));
            }
            (LogReport::Written(Err(why)), _) => {
                return Some(Err(format!("The lines cannot be written: {why}")));
            }
            (LogReport::Page(_) | LogReport::Found(_) | LogReport::Known(..), None) => {}
        }
        None
    }

    /// Does what a key asks for the filter.
    pub fn on_filter(&mut self, action: FilterAction, now: &Zoned) -> Reply {
        match self.filter.on(action, now) {
            Ok(changed) => {
                if changed {
                    self.filtered();
                }
                Reply::Done
            }
            Err(error) => Reply::Refuse(error.to_string()),
        }
    }

    /// Shows what passes the filter now, from the same line on.
    fn filtered(&mut self) {
        let top = self.number_at(self.top());
        self.shown = if self.level == Level::Debug && self.filter.terms().is_empty() {
            None
        } else {
            Some(self.passing(0).collect())
        };
        if let Anchor::Top(_) = self.anchor {
            self.anchor = Anchor::Top(top);
        }
        self.find_anew();
        if let Some(file) = &mut self.file {
            file.again();
        }
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

    /// Tells the tab how many cells its lines have.
    pub fn set_page(&mut self, width: u16, height: u16, now: Timestamp) {
        self.page = (width, height);
        self.now = now;
        if let Some(file) = &mut self.file {
            file.set_height(height);
        }
    }

    /// Moves the page.
    pub fn go(&mut self, motion: Motion) {
        match motion {
            Motion::Up => self.scroll(-1),
            Motion::Down => self.scroll(1),
            Motion::PageUp => self.scroll(-self.page_step()),
            Motion::PageDown => self.scroll(self.page_step()),
            Motion::Top => match &mut self.file {
                Some(file) => file.jump(0),
                None => self.anchor = Anchor::Top(self.number_at(0)),
            },
            Motion::Bottom => match &mut self.file {
                Some(file) => file.jump(u64::MAX),
                None => self.anchor = Anchor::Follow,
            },
            Motion::Left => self.shift = self.shift.saturating_sub(SIDE_STEP),
            Motion::Right => self.shift_right(),
        }
    }

    /// Does what a key asks for.
    pub fn on(&mut self, action: LogAction) -> Reply {
        match action {
            LogAction::Follow => self.toggle_follow(),
            LogAction::Level if self.audit.is_some() => {
                return Reply::Refuse("The lines of the audit have no level.".to_owned());
            }
            LogAction::Level => self.cycle_level(),
            LogAction::Wrap => self.toggle_wrap(),
            LogAction::Search => self.open_search(),
            LogAction::NextHit => return self.go_to_hit(true),
            LogAction::PreviousHit => return self.go_to_hit(false),
            LogAction::KeepSearch => return self.keep_search(),
            LogAction::EndSearch => self.end_search(),
            LogAction::Regex => self.toggle_regex(),
            LogAction::File if self.file.is_some() => self.file = None,
            LogAction::File => {
                self.leave_audit();
                self.open_file();
            }
            LogAction::Audit => return self.toggle_audit(),
            LogAction::Run => return self.only_this_run(),
            LogAction::Clock => {
                self.clock = match self.clock {
                    Clock::Local => Clock::Utc,
                    Clock::Utc => Clock::Local,
                }
            }
            LogAction::Export => return Reply::Perform(self.export()),
            LogAction::Copy => {
                return match self.chosen() {
                    Some(line) => Reply::Perform(Effect::Copy(self.handed([line]))),
                    None => Reply::Refuse("There is no line to copy.".to_owned()),
                };
            }
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
        if let Some(file) = &mut self.file {
            file.scroll(lines);
            return;
        }
        let top = self.top().saturating_add_signed(lines).min(self.last_top());
        self.anchor = Anchor::Top(self.number_at(top));
    }

    fn toggle_follow(&mut self) {
        if let Some(file) = &mut self.file {
            file.set_following(!file.follows());
            return;
        }
        self.anchor = match self.anchor {
            Anchor::Follow => Anchor::Top(self.number_at(self.top())),
            Anchor::Top(_) => Anchor::Follow,
        };
    }

    fn shift_right(&mut self) {
        if !self.wrap {
            let top = self.top();
            let height = usize::from(self.page.1);
            let wide = |text: &str| words::width(text);
            let longest = match &self.file {
                Some(file) => file
                    .in_sight()
                    .iter()
                    .take(height)
                    .map(|(_, line)| wide(&line.text))
                    .max(),
                None => (top..(top + height).min(self.len()))
                    .filter_map(|place| self.store.get(self.number_at(place)))
                    .map(|line| wide(line.text))
                    .max(),
            }
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
        self.level = match self.level {
            Level::Debug => Level::Info,
            Level::Info => Level::Warning,
            Level::Warning => Level::Error,
            Level::Error => Level::Debug,
        };
        self.filtered();
    }

    /// A key while a search text or a filter is typed.
    pub fn type_key(&mut self, key: KeyEvent, now: &Zoned) {
        if !self.filter.is_typing() {
            self.edit(|input| input.type_key(key));
        } else if self.filter.type_key(key, now) {
            self.filtered();
        }
    }

    /// Pasted text while one of them is typed.
    pub fn paste(&mut self, text: &str, now: &Zoned) {
        if !self.filter.is_typing() {
            self.edit(|input| input.paste(text));
        } else if self.filter.paste(text, now) {
            self.filtered();
        }
    }
}

fn drop_before(numbers: &mut VecDeque<u64>, first: u64) {
    let gone = numbers.partition_point(|number| *number < first);
    numbers.drain(..gone);
}
