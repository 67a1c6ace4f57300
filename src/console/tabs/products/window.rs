//! The part of a very long list that is held: what is in sight, and a page on either side of it.
//! The rest is read when it comes near, in the background.

use std::collections::VecDeque;

use ratatui::layout::{Position, Rect};

use crate::console::keys::Motion;
use crate::console::tabs::listing::{self, in_sight};
use crate::jobs::selection::{ListedRow, RowPage};
use crate::model::products::Start;

/// Rows that are read at once, and kept on either side of those in sight.
pub const PAGE: usize = 200;
/// So many rows behind those in sight, or before them, are read before anybody gets there.
const AHEAD: usize = PAGE / 2;

/// What follows the held rows on one side.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Side {
    /// Nothing.
    End,
    /// Perhaps more, from this item number on.
    From(String),
}

/// The part.
#[derive(Debug)]
pub struct Window {
    rows: VecDeque<ListedRow>,
    at: usize,
    /// The first row in sight.
    top: usize,
    height: usize,
    before: Side,
    behind: Side,
    /// Where somebody wants to be instead.
    jump: Option<Start>,
    /// Rows, down or up, that keys have asked for and that are still being read: whoever keeps a
    /// key pressed gets there, but for at most a page after letting go.
    owed: isize,
}

impl Default for Window {
    fn default() -> Self {
        Self {
            rows: VecDeque::new(),
            at: 0,
            top: 0,
            height: 1,
            before: Side::End,
            behind: Side::End,
            jump: Some(Start::First),
            owed: 0,
        }
    }
}

impl Window {
    /// The row the keys are about.
    pub fn selected(&self) -> Option<&ListedRow> {
        self.rows.get(self.at)
    }

    /// True without any row.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The rows in sight from above, each with whether it is selected.
    pub fn in_sight(&self) -> impl Iterator<Item = (&ListedRow, bool)> {
        let rows = self.rows.iter().enumerate().skip(self.top);
        rows.take(self.height)
            .map(|(place, row)| (row, place == self.at))
    }

    /// How many rows are held.
    #[cfg(test)]
    fn held(&self) -> usize {
        self.rows.len()
    }

    /// How far a search that has not filled the screen has come; none where it is over.
    pub fn searched_to(&self) -> Option<&str> {
        let below = self.rows.len().saturating_sub(self.top);
        match &self.behind {
            Side::From(item) if self.jump.is_none() && below < self.height => Some(item),
            Side::From(_) | Side::End => None,
        }
    }

    /// Begins anew at the first item. The rows stay until the new ones come.
    pub fn restart(&mut self) {
        self.jump = Some(Start::First);
    }

    /// Reads anew what is in sight. The rows stay until the new ones come.
    pub fn refresh(&mut self) {
        let top = self.rows.get(self.top).map(|row| row.item.item.clone());
        self.jump = Some(top.map_or(Start::First, Start::At));
    }

    /// True while other rows than those that are held are wanted.
    pub const fn is_another_wanted(&self) -> bool {
        self.jump.is_some()
    }

    /// Where the next page begins that has to be read now; none where enough is held.
    pub fn wants(&self) -> Option<Start> {
        if let Some(jump) = &self.jump {
            return Some(jump.clone());
        }
        let below = self.rows.len().saturating_sub(self.top + self.height);
        match (&self.behind, &self.before) {
            (Side::From(item), _) if below < AHEAD => Some(Start::After(item.clone())),
            (_, Side::From(item)) if self.top < AHEAD => Some(Start::Before(item.clone())),
            (Side::From(_) | Side::End, Side::From(_) | Side::End) => None,
        }
    }

    /// Takes in the page that begins at `start`. What was not asked for any more is left.
    pub fn take(&mut self, start: &Start, page: RowPage) {
        let edge = page.reached.map_or(Side::End, Side::From);
        match start {
            Start::First | Start::Last | Start::At(_) => {
                if self.jump.as_ref() == Some(start) {
                    self.jump = None;
                    self.replace(start, page.rows, edge);
                }
            }
            Start::After(item) => {
                if self.behind == Side::From(item.clone()) {
                    self.rows.extend(page.rows);
                    self.behind = edge;
                }
            }
            Start::Before(item) => {
                if self.before == Side::From(item.clone()) {
                    let added = page.rows.len();
                    for row in page.rows.into_iter().rev() {
                        self.rows.push_front(row);
                    }
                    self.before = edge;
                    if added == self.rows.len() {
                        self.at = added.saturating_sub(1);
                    } else {
                        self.at += added;
                        self.top += added;
                    }
                }
            }
        }
        let owed = std::mem::take(&mut self.owed);
        self.move_by(owed);
        self.keep_in_sight();
        self.trim();
    }

    /// Moves by so many rows; what cannot be done yet is owed.
    fn move_by(&mut self, rows: isize) {
        let last = self.rows.len().saturating_sub(1);
        let wanted = self.at.saturating_add_signed(rows);
        let missing = if rows < 0 {
            (self.at.cast_signed() + rows).min(0)
        } else {
            wanted.saturating_sub(last).cast_signed()
        };
        let side = if rows < 0 { &self.before } else { &self.behind };
        let most = PAGE.cast_signed();
        self.owed = match side {
            Side::From(_) => missing.clamp(-most, most),
            Side::End => 0,
        };
        self.at = wanted.min(last);
    }

    fn replace(&mut self, start: &Start, rows: Vec<ListedRow>, edge: Side) {
        let selected = self.selected().map(|row| row.item.item.clone());
        self.rows = rows.into();
        self.top = 0;
        self.owed = 0;
        match start {
            Start::First | Start::At(_) => {
                self.behind = edge;
                self.before = match start {
                    Start::At(item) => Side::From(item.clone()),
                    Start::First | Start::Last | Start::After(_) | Start::Before(_) => Side::End,
                };
                let kept = self
                    .rows
                    .iter()
                    .position(|row| Some(&row.item.item) == selected.as_ref());
                self.at = match start {
                    Start::At(_) => kept.unwrap_or(0),
                    Start::First | Start::Last | Start::After(_) | Start::Before(_) => 0,
                };
            }
            Start::Last | Start::After(_) | Start::Before(_) => {
                self.behind = Side::End;
                self.before = edge;
                self.at = self.rows.len().saturating_sub(1);
            }
        }
    }

    /// Lets go of what is more than a page away from what is in sight.
    fn trim(&mut self) {
        let most_below = self.top + self.height + PAGE;
        if self.rows.len() > most_below {
            self.rows.truncate(most_below);
            let last = self.rows.back().map(|row| row.item.item.clone());
            self.behind = last.map_or(Side::End, Side::From);
        }
        if let Some(above) = self.top.checked_sub(PAGE).filter(|above| *above > 0) {
            self.rows.drain(..above);
            self.top -= above;
            self.at -= above;
            let first = self.rows.front().map(|row| row.item.item.clone());
            self.before = first.map_or(Side::End, Side::From);
        }
    }

    /// Moves the selection as far as rows are held; both ends of the list are gone to at once.
    pub fn go(&mut self, motion: Motion) {
        let page = self.height.saturating_sub(1).max(1).cast_signed();
        let owed = std::mem::take(&mut self.owed);
        match motion {
            Motion::Up => self.move_by(owed.min(0) - 1),
            Motion::Down => self.move_by(owed.max(0) + 1),
            Motion::PageUp => self.move_by(owed.min(0) - page),
            Motion::PageDown => self.move_by(owed.max(0) + page),
            Motion::Top => {
                if self.before != Side::End {
                    self.jump = Some(Start::First);
                }
                self.at = 0;
            }
            Motion::Bottom => {
                if self.behind != Side::End {
                    self.jump = Some(Start::Last);
                }
                self.at = self.rows.len().saturating_sub(1);
            }
            Motion::Left | Motion::Right => {}
        }
        self.keep_in_sight();
        self.trim();
    }

    /// How far it is from the selected row to the one in this cell of the rows.
    pub fn steps_to(&self, rows: Rect, cell: Position) -> Option<isize> {
        listing::steps(rows, cell, self.top, self.at, self.rows.len())
    }

    /// Tells how many rows are in sight.
    pub fn set_height(&mut self, height: usize) {
        self.height = height.max(1);
        self.keep_in_sight();
    }

    fn keep_in_sight(&mut self) {
        self.top = in_sight(self.top, self.at, self.height, self.rows.len());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::products::ListedItem;

    const ITEMS: usize = 1_000_000;

    fn name(number: usize) -> String {
        format!("I{number:07}")
    }

    /// What a company of a million items answers, of which every `step`th matches.
    fn answer(start: &Start, step: usize) -> RowPage {
        const LOOK_AT: usize = 2_000;
        let at = |item: &String| item[1..].parse::<usize>().unwrap();
        let row = |number: usize| ListedRow {
            item: ListedItem {
                item: name(number),
                name: String::new(),
                group: String::new(),
                categories: Vec::new(),
            },
            named: Vec::new(),
        };
        let matches = |number: &usize| number.is_multiple_of(step);
        let page = |numbers: Vec<usize>, edge: Option<usize>| {
            let is_full = numbers.len() > PAGE;
            let kept: Vec<usize> = numbers.into_iter().take(PAGE).collect();
            let last = kept.last().copied();
            let edge = if is_full { last } else { edge };
            (kept, edge.map(name))
        };
        let (mut numbers, reached) = match start {
            Start::First | Start::At(_) | Start::After(_) => {
                let first = match start {
                    Start::At(item) => at(item),
                    Start::After(item) => at(item) + 1,
                    Start::First | Start::Last | Start::Before(_) => 0,
                };
                let end = (first + LOOK_AT).min(ITEMS);
                let found = (first..end).filter(matches).take(PAGE + 1).collect();
                page(found, (end < ITEMS).then(|| end - 1))
            }
            Start::Last | Start::Before(_) => {
                let end = match start {
                    Start::Before(item) => at(item),
                    Start::First | Start::Last | Start::At(_) | Start::After(_) => ITEMS,
                };
                let first = end.saturating_sub(LOOK_AT);
                let found = (first..end).rev().filter(matches).take(PAGE + 1).collect();
                page(found, (first > 0).then_some(first))
            }
        };
        if start.is_backwards() {
            numbers.reverse();
        }
        RowPage {
            rows: numbers.into_iter().map(row).collect(),
            reached,
        }
    }

    fn fill(window: &mut Window, step: usize) -> usize {
        let mut pages = 0;
        while let Some(start) = window.wants() {
            window.take(&start, answer(&start, step));
            pages += 1;
            assert!(pages < 2_000, "it never has enough");
        }
        pages
    }

    fn seen(window: &Window) -> Vec<String> {
        window
            .in_sight()
            .map(|(row, _)| row.item.item.clone())
            .collect()
    }

    #[test]
    fn only_what_is_in_sight_and_a_page_on_either_side_is_held() {
        let mut window = Window::default();
        window.set_height(40);
        fill(&mut window, 1);
        for motion in [Motion::PageDown, Motion::Down, Motion::PageUp] {
            for _ in 0..300 {
                window.go(motion);
                fill(&mut window, 1);
                assert!(window.held() <= 40 + 2 * PAGE + PAGE, "{}", window.held());
            }
        }
        assert_eq!(window.selected().unwrap().item.item, name(300));
        let rows = seen(&window);
        assert!(rows.windows(2).all(|pair| pair[0] < pair[1]));
    }

    #[test]
    fn keys_that_are_faster_than_the_reading_are_owed_but_no_more_than_a_page() {
        let mut window = Window::default();
        window.set_height(40);
        fill(&mut window, 1);
        for _ in 0..7 {
            window.go(Motion::PageDown);
        }
        fill(&mut window, 1);
        assert_eq!(window.selected().unwrap().item.item, name(7 * 39));
        for _ in 0..60 {
            window.go(Motion::PageDown);
        }
        let last = window.rows.back().unwrap().item.item[1..]
            .parse::<usize>()
            .unwrap();
        fill(&mut window, 1);
        assert_eq!(window.selected().unwrap().item.item, name(last + PAGE));
        // Another wish lets go of what was owed.
        window.go(Motion::PageDown);
        window.go(Motion::PageDown);
        window.go(Motion::Up);
        let at = window.selected().unwrap().item.item.clone();
        fill(&mut window, 1);
        assert_eq!(window.selected().unwrap().item.item, at);
    }

    #[test]
    fn both_ends_are_a_page_away() {
        let mut window = Window::default();
        window.set_height(20);
        fill(&mut window, 1);
        window.go(Motion::Bottom);
        assert!(fill(&mut window, 1) <= 2);
        assert_eq!(seen(&window).last(), Some(&name(ITEMS - 1)));
        assert_eq!(window.selected().unwrap().item.item, name(ITEMS - 1));
        window.go(Motion::PageUp);
        fill(&mut window, 1);
        window.go(Motion::Top);
        assert!(fill(&mut window, 1) <= 2);
        assert_eq!(seen(&window)[0], name(0));
    }

    #[test]
    fn a_rare_match_is_searched_for_step_by_step_and_found() {
        let mut window = Window::default();
        window.set_height(20);
        let start = window.wants().unwrap();
        window.take(&start, answer(&start, 400_000));
        assert_eq!(seen(&window), [name(0)]);
        assert_eq!(window.searched_to(), Some(&*name(1_999)));
        fill(&mut window, 400_000);
        assert_eq!(seen(&window), [name(0), name(400_000), name(800_000)]);
        assert_eq!(window.searched_to(), None);
    }

    #[test]
    fn what_is_read_again_keeps_its_place_and_its_selection() {
        let mut window = Window::default();
        window.set_height(20);
        fill(&mut window, 1);
        for _ in 0..30 {
            window.go(Motion::Down);
        }
        let before = seen(&window);
        window.refresh();
        fill(&mut window, 1);
        assert_eq!(seen(&window), before);
        assert_eq!(window.selected().unwrap().item.item, name(30));
        // An answer to what is not asked any more changes nothing.
        window.take(&Start::First, RowPage::default());
        window.take(&Start::After(name(7)), RowPage::default());
        assert_eq!(seen(&window), before);
    }

    #[test]
    fn an_empty_list_is_empty_and_wants_no_more() {
        let mut window = Window::default();
        window.take(&Start::First, RowPage::default());
        for motion in [Motion::Bottom, Motion::PageUp, Motion::Top, Motion::Down] {
            window.go(motion);
        }
        assert_eq!((window.is_empty(), window.wants()), (true, None));
    }
}
