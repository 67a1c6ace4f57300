//! A list of records with a selected one, marked ones and a page in sight. The selection and the
//! marks stay with their records when the list is read again.

pub mod columns;
mod draw;

pub use draw::{Areas, BEFORE, areas, draw_beside, draw_rows, is_wide, page_beside};

use std::collections::BTreeSet;
use std::fmt::Debug;

use ratatui::layout::{Position, Rect};

use crate::console::keys::Motion;

/// How far a list of `len` rows has to go from the `selected` one to the one in this cell, where
/// `rows` are the cells of the list and `top` is its first row in sight; none where no row is.
pub fn steps(rows: Rect, cell: Position, top: usize, selected: usize, len: usize) -> Option<isize> {
    let row = top + usize::from(cell.y.checked_sub(rows.y)?);
    (rows.contains(cell) && row < len).then(|| row.cast_signed() - selected.cast_signed())
}

/// A record that can be told from its neighbours.
pub trait Keyed {
    /// What it is told by.
    type Key: Clone + Debug + Ord;

    /// Its key.
    fn key(&self) -> Self::Key;
}

/// The first row in sight of so many, as near to `top` as the selected one at `at` allows.
pub fn in_sight(top: usize, at: usize, height: usize, rows: usize) -> usize {
    let lowest = rows.saturating_sub(height);
    top.min(at).max((at + 1).saturating_sub(height)).min(lowest)
}

/// The list.
#[derive(Debug)]
pub struct Listing<T: Keyed> {
    rows: Vec<T>,
    at: usize,
    /// The first row in sight.
    top: usize,
    /// Rows in sight at the last layout.
    height: usize,
    marks: BTreeSet<T::Key>,
    /// The record that was marked last: where a range begins.
    marked_last: Option<T::Key>,
}

impl<T: Keyed> Default for Listing<T> {
    fn default() -> Self {
        Self {
            rows: Vec::new(),
            at: 0,
            top: 0,
            height: 1,
            marks: BTreeSet::new(),
            marked_last: None,
        }
    }
}

/// A row in sight.
#[derive(Debug)]
pub struct Seen<'a, T> {
    /// The record.
    pub row: &'a T,
    /// True for the one the keys are about.
    pub is_selected: bool,
    /// True where it is marked.
    pub is_marked: bool,
}

impl<T: Keyed> Listing<T> {
    /// Takes in what was read. Marks of records that are not in it any more go: what cannot be
    /// seen is not touched.
    pub fn take(&mut self, rows: Vec<T>) {
        let selected = self.selected().map(Keyed::key);
        self.rows = rows;
        let last = self.rows.len().saturating_sub(1);
        self.at = selected
            .and_then(|key| self.rows.iter().position(|row| row.key() == key))
            .unwrap_or(self.at.min(last));
        let keys: BTreeSet<T::Key> = self.rows.iter().map(Keyed::key).collect();
        self.marks.retain(|key| keys.contains(key));
        self.keep_in_sight();
    }

    /// True without any row.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// The record the keys are about.
    pub fn selected(&self) -> Option<&T> {
        self.rows.get(self.at)
    }

    /// Number of marked records.
    pub fn marked(&self) -> usize {
        self.marks.len()
    }

    /// The marked records; where none is, the selected one.
    pub fn chosen(&self) -> Vec<&T> {
        if self.marks.is_empty() {
            return self.selected().into_iter().collect();
        }
        self.rows
            .iter()
            .filter(|row| self.marks.contains(&row.key()))
            .collect()
    }

    /// Marks the selected record or takes its mark away, and goes to the next one.
    pub fn mark(&mut self) {
        if let Some(key) = self.selected().map(Keyed::key) {
            if !self.marks.remove(&key) {
                self.marks.insert(key.clone());
            }
            self.marked_last = Some(key);
            self.go(Motion::Down);
        }
    }

    /// Marks from the record that was marked last to the selected one, both of them too. Where that
    /// one is not listed any more, or there is none, only the selected one.
    pub fn mark_range(&mut self) {
        let last = self.marked_last.as_ref();
        let begun = last.and_then(|last| self.rows.iter().position(|row| row.key() == *last));
        let (from, to) = match begun {
            Some(begun) => (begun.min(self.at), begun.max(self.at)),
            None => (self.at, self.at),
        };
        let keys = self.rows.iter().skip(from).take(to + 1 - from);
        self.marks.extend(keys.map(Keyed::key));
        self.marked_last = self.selected().map(Keyed::key);
    }

    /// Marks every record that is listed; where all are, none.
    pub fn mark_all(&mut self) {
        if self.marks.len() == self.rows.len() {
            self.marks.clear();
        } else {
            self.marks = self.rows.iter().map(Keyed::key).collect();
        }
    }

    /// Takes every mark away.
    pub fn clear_marks(&mut self) {
        self.marks.clear();
    }

    /// How far it is from the selected row to the one in this cell of the rows.
    pub fn steps_to(&self, rows: Rect, cell: Position) -> Option<isize> {
        steps(rows, cell, self.top, self.at, self.rows.len())
    }

    /// Moves the selection.
    pub fn go(&mut self, motion: Motion) {
        let last = self.rows.len().saturating_sub(1);
        let page = self.height.saturating_sub(1).max(1);
        self.at = match motion {
            Motion::Up => self.at.saturating_sub(1),
            Motion::Down => self.at + 1,
            Motion::PageUp => self.at.saturating_sub(page),
            Motion::PageDown => self.at + page,
            Motion::Top => 0,
            Motion::Bottom => last,
            Motion::Left | Motion::Right => self.at,
        }
        .min(last);
        self.keep_in_sight();
    }

    /// Tells the list how many rows are in sight.
    pub fn set_height(&mut self, height: u16) {
        self.height = usize::from(height).max(1);
        self.keep_in_sight();
    }

    fn keep_in_sight(&mut self) {
        self.top = in_sight(self.top, self.at, self.height, self.rows.len());
    }

    /// The rows in sight, from above.
    pub fn in_sight(&self) -> impl Iterator<Item = Seen<'_, T>> {
        self.rows
            .iter()
            .enumerate()
            .skip(self.top)
            .take(self.height)
            .map(|(index, row)| Seen {
                row,
                is_selected: index == self.at,
                is_marked: self.marks.contains(&row.key()),
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    impl Keyed for u32 {
        type Key = Self;

        fn key(&self) -> Self {
            *self
        }
    }

    fn listing(rows: std::ops::Range<u32>) -> Listing<u32> {
        let mut listing = Listing::default();
        listing.set_height(5);
        listing.take(rows.collect());
        listing
    }

    fn seen(listing: &Listing<u32>) -> Vec<u32> {
        listing.in_sight().map(|seen| *seen.row).collect()
    }

    #[test]
    fn the_selection_stays_with_its_record() {
        let mut listing = listing(0..20);
        for _ in 0..7 {
            listing.go(Motion::Down);
        }
        assert_eq!(
            (listing.selected(), seen(&listing)),
            (Some(&7), vec![3, 4, 5, 6, 7])
        );
        listing.take((3..30).collect());
        assert_eq!(listing.selected(), Some(&7));
        listing.take((10..12).collect());
        assert_eq!(
            (listing.selected(), seen(&listing)),
            (Some(&11), vec![10, 11])
        );
        listing.take(Vec::new());
        assert_eq!(listing.selected(), None);
        listing.go(Motion::Bottom);
        listing.mark();
        assert!(listing.chosen().is_empty());
    }

    #[test]
    fn what_is_not_listed_any_more_is_not_marked() {
        let mut listing = listing(0..9);
        listing.mark();
        listing.mark();
        assert_eq!(listing.chosen(), [&0, &1]);
        listing.take((1..9).collect());
        assert_eq!(listing.chosen(), [&1]);
        listing.clear_marks();
        assert_eq!(
            listing.chosen(),
            [&2],
            "the selected one where none is marked"
        );
    }

    #[test]
    fn a_range_and_all_are_marked_and_all_twice_is_none() {
        let mut listing = listing(0..9);
        listing.go(Motion::Down);
        listing.mark_range();
        assert_eq!(listing.chosen(), [&1], "without a beginning the one itself");
        listing.go(Motion::PageDown);
        listing.mark_range();
        assert_eq!(listing.chosen(), [&1, &2, &3, &4, &5]);
        listing.go(Motion::Top);
        listing.mark_range();
        assert_eq!(listing.marked(), 6, "upwards too");
        listing.mark_all();
        assert_eq!(listing.marked(), 9);
        listing.mark_all();
        assert_eq!(listing.marked(), 0);
        listing.take(Vec::new());
        listing.mark_range();
        listing.mark_all();
        assert!(listing.chosen().is_empty());
    }

    #[test]
    fn every_motion_stays_within_the_list() {
        let mut listing = listing(0..12);
        for (motion, selected) in [
            (Motion::Up, 0),
            (Motion::PageDown, 4),
            (Motion::Bottom, 11),
            (Motion::PageDown, 11),
            (Motion::PageUp, 7),
            (Motion::Left, 7),
            (Motion::Top, 0),
        ] {
            listing.go(motion);
            assert_eq!(listing.selected(), Some(&selected), "{motion:?}");
            assert_eq!(seen(&listing).len(), 5);
            assert!(seen(&listing).contains(&selected));
        }
    }
}
