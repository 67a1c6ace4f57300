//! The page over the log file: the lines around it, and what has to be read next. It reads nothing
//! itself: errands go out, one at a time, and lines come with reports.

use crate::console::log_file::{LogErrand, LogPage, LogSize};
use crate::logging::file::{Placed, Way};
use crate::model::filter::Filter;
use crate::model::pattern::Pattern;

/// Pages of lines that are held at most.
const MOST_PAGES: usize = 16;

/// What lies beyond the lines that are held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Edge {
    /// From here on it has not been looked at.
    Open(u64),
    /// Nothing.
    Closed,
}

/// A search under way.
#[derive(Clone, Debug)]
struct Searching {
    pattern: Pattern,
    from: u64,
    way: Way,
}

/// What was asked last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Asked {
    Lines(Way, usize),
    Search,
    Ahead(Option<u64>),
}

/// The page over the file.
#[derive(Debug)]
pub struct FileView {
    lines: Vec<Placed>,
    up: Edge,
    down: Edge,
    /// The place of the line at the top; the end where it is greater than any.
    top_at: u64,
    /// The line at the top is to be so far above this place.
    aim: Option<u64>,
    height: usize,
    asked: Option<Asked>,
    /// What was asked is of no use any more.
    is_stale: bool,
    searching: Option<Searching>,
    /// The hit the page was moved to.
    pub current: Option<u64>,
    /// True where the last search came to the end of the file.
    pub found_nothing: bool,
    /// Number of the first line that is held, where it is known.
    number: Option<u64>,
    /// How great the file is.
    pub size: LogSize,
    /// Why it cannot be read.
    pub trouble: Option<String>,
}

impl FileView {
    /// The end of the file.
    pub fn at_end() -> Self {
        Self {
            lines: Vec::new(),
            up: Edge::Open(u64::MAX),
            down: Edge::Closed,
            top_at: u64::MAX,
            aim: None,
            height: 1,
            asked: None,
            is_stale: false,
            searching: None,
            current: None,
            found_nothing: false,
            number: None,
            size: LogSize::default(),
            trouble: None,
        }
    }

    /// True while the newest line stands at the bottom.
    pub const fn follows(&self) -> bool {
        self.top_at == u64::MAX
    }

    /// True where the page has nothing more to be read.
    pub const fn is_read(&self) -> bool {
        self.asked.is_none() && matches!((self.up, self.down), (Edge::Closed, Edge::Closed))
    }

    /// True while a search is under way.
    pub const fn is_searching(&self) -> bool {
        self.searching.is_some()
    }

    /// The lines in sight and below, from the top on.
    pub fn in_sight(&self) -> &[Placed] {
        &self.lines[self.top()..]
    }

    /// Number of the line at the top in the file, from 1, where it is known and no line is left out.
    pub fn number(&self) -> Option<u64> {
        Some(self.number? + self.top() as u64)
    }

    /// The line that keys are about: the hit, else the newest while it follows, else the one at the
    /// top.
    pub fn line(&self) -> Option<&Placed> {
        let hit = self.current?;
        self.lines.iter().find(|(place, _)| *place == hit)
    }

    /// The line that keys are about.
    pub fn chosen(&self) -> Option<&Placed> {
        self.line().or_else(|| {
            if self.follows() {
                self.lines.last()
            } else {
                self.in_sight().first()
            }
        })
    }

    pub fn set_height(&mut self, height: u16) {
        self.height = usize::from(height).max(1);
    }

    fn top(&self) -> usize {
        let last = self.lines.len().saturating_sub(self.height);
        let top = self
            .lines
            .partition_point(|(place, _)| *place < self.top_at);
        // At the end of the file the page is full.
        if self.down == Edge::Closed {
            top.min(last)
        } else {
            top.min(self.lines.len())
        }
    }

    /// Looks at another place, or at the same one through another filter.
    pub fn jump(&mut self, at: u64) {
        self.lines.clear();
        self.number = None;
        self.up = Edge::Open(at);
        self.down = if at == u64::MAX {
            Edge::Closed
        } else {
            Edge::Open(at)
        };
        self.top_at = at;
        self.aim = None;
        self.is_stale = self.asked.is_some();
    }

    /// The same place through another filter.
    pub fn again(&mut self) {
        self.jump(self.top_at);
    }

    pub fn scroll(&mut self, lines: isize) {
        let last = self.lines.len().saturating_sub(self.height);
        let top = self.top().saturating_add_signed(lines).min(last);
        if let Some((place, _)) = self.lines.get(top) {
            self.top_at = *place;
        }
    }

    /// Stands still, or follows.
    pub fn set_following(&mut self, follows: bool) {
        if follows {
            self.jump(u64::MAX);
        } else if let Some((place, _)) = self.in_sight().first() {
            self.top_at = *place;
        }
    }

    /// Begins to look for the next hit.
    pub fn search(&mut self, pattern: Pattern, way: Way) {
        let sight = self.in_sight();
        let from = match (way, self.current) {
            (Way::Down, Some(current)) => current + 1,
            (Way::Up, Some(current)) => current,
            (Way::Down, None) => sight.first().map_or(0, |(place, _)| *place),
            (Way::Up, None) => sight
                .iter()
                .take(self.height)
                .next_back()
                .map_or(u64::MAX, |(place, _)| place + 1),
        };
        self.found_nothing = false;
        self.searching = Some(Searching { pattern, from, way });
    }

    /// Ends a search that is under way.
    pub fn end_search(&mut self) {
        self.searching = None;
        self.current = None;
        self.found_nothing = false;
    }

    /// What has to be read next; nothing while something is.
    pub fn wants(&mut self, filter: &Filter) -> Option<LogErrand> {
        if self.asked.is_some() || self.trouble.is_some() {
            return None;
        }
        if let Some(searching) = &self.searching {
            self.asked = Some(Asked::Search);
            return Some(LogErrand::Search {
                filter: filter.clone(),
                pattern: searching.pattern.clone(),
                from: searching.from,
                way: searching.way,
            });
        }
        let (top, height) = (self.top(), self.height);
        let page = |at, rows| LogErrand::Page {
            filter: filter.clone(),
            at,
            rows,
        };
        if let Edge::Open(at) = self.down
            && top + 2 * height > self.lines.len()
        {
            self.asked = Some(Asked::Lines(Way::Down, 3 * height));
            return Some(page(at, (0, 3 * height)));
        }
        if let Edge::Open(at) = self.up
            && top < height
        {
            self.asked = Some(Asked::Lines(Way::Up, 3 * height));
            return Some(page(at, (3 * height, 0)));
        }
        let first = self.lines.first().map(|(place, _)| *place);
        if self.size.lines.is_none() || (self.number.is_none() && first.is_some()) {
            self.asked = Some(Asked::Ahead(first));
            return Some(LogErrand::LookAhead { first });
        }
        None
    }

    /// The file may have grown.
    pub fn look_again(&mut self) {
        if self.follows() && self.asked.is_none() && self.down == Edge::Closed {
            self.down = match self.lines.last() {
                Some((place, _)) => Edge::Open(place + 1),
                None => Edge::Open(0),
            };
        }
    }

    /// Takes in lines.
    pub fn loaded(&mut self, page: Result<LogPage, String>) {
        let asked = self.asked.take();
        if std::mem::take(&mut self.is_stale) {
            return;
        }
        let page = match page {
            Ok(page) => page,
            Err(why) => {
                self.trouble = Some(why);
                return;
            }
        };
        self.size = page.size;
        let Some(Asked::Lines(way, most)) = asked else {
            return;
        };
        let edge = |further: Option<u64>, is_full: bool, next: Option<u64>| match (further, next) {
            (Some(further), _) => Edge::Open(further),
            (None, Some(next)) if is_full => Edge::Open(next),
            (None, Some(_) | None) => Edge::Closed,
        };
        match way {
            Way::Down => {
                let last = page.below.last().map(|(place, _)| place + 1);
                self.down = edge(page.further_down, page.below.len() >= most, last);
                if self.lines.is_empty() {
                    self.number = page.number;
                }
                self.lines.extend(page.below);
            }
            Way::Up => {
                let first = page.above.first().map(|(place, _)| *place);
                self.up = edge(page.further_up, page.above.len() >= most, first);
                if !page.above.is_empty() {
                    self.number = page.number;
                }
                self.lines.splice(0..0, page.above);
            }
        }
        self.settle();
        self.trim();
    }

    /// Puts the line that was aimed at a third of the page below the top.
    fn settle(&mut self) {
        let Some(aim) = self.aim else {
            return;
        };
        let at = self.lines.partition_point(|(place, _)| *place < aim);
        let above = self.height / 3;
        if at >= above || self.up == Edge::Closed {
            let top = at.saturating_sub(above);
            if let Some((place, _)) = self.lines.get(top) {
                self.top_at = *place;
                self.aim = None;
            }
        }
    }

    /// Forgets lines that are far away.
    fn trim(&mut self) {
        let most = MOST_PAGES * self.height;
        if self.lines.len() <= most {
            return;
        }
        let top = self.top();
        let from = top.saturating_sub(most / 2);
        let to = (from + most).min(self.lines.len());
        if to < self.lines.len() {
            self.down = Edge::Open(self.lines[to].0);
            self.lines.truncate(to);
        }
        if from > 0 {
            self.up = Edge::Open(self.lines[from].0);
            self.lines.drain(..from);
            self.number = self.number.map(|number| number + from as u64);
        }
    }

    /// Takes in what a search came to.
    pub fn found(&mut self, found: Result<(Option<Placed>, Option<u64>), String>) {
        self.asked = None;
        self.is_stale = false;
        let Some(searching) = &mut self.searching else {
            return;
        };
        match found {
            Ok((Some((place, _)), _)) => {
                self.searching = None;
                self.current = Some(place);
                let sight = self.in_sight();
                let is_seen = sight
                    .iter()
                    .take(self.height)
                    .any(|(seen, _)| *seen == place);
                if is_seen {
                    self.set_following(false);
                } else {
                    self.jump(place);
                    self.aim = Some(place);
                }
            }
            Ok((None, Some(further))) => searching.from = further,
            Ok((None, None)) => {
                self.searching = None;
                self.found_nothing = true;
            }
            Err(why) => {
                self.searching = None;
                self.trouble = Some(why);
            }
        }
    }

    /// Takes in how far the file was looked at, and the number of the first line that was held then.
    pub fn known(&mut self, size: LogSize, number: Option<u64>) {
        let asked = self.asked.take();
        self.is_stale = false;
        self.size = size;
        let first = self.lines.first().map(|(place, _)| *place);
        if asked == Some(Asked::Ahead(first)) && first.is_some() {
            self.number = number;
        }
    }
}
