//! By what the exceptions stand in the list: what an index of the ledger keeps in order, in whole; by
//! the other columns only what is listed.

use crate::model::exception::ExceptionEntry;
use crate::model::sort::{Direction, ExceptionSort, Sort};

/// A column that the list can be sorted by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ExceptionColumn {
    #[default]
    Last,
    Job,
    Record,
    Tries,
    State,
    Text,
}

impl ExceptionColumn {
    /// The column to the right, the way it is read most.
    pub const fn next(self) -> Sort<Self> {
        let (by, direction) = match self {
            Self::Last => (Self::Job, Direction::Up),
            Self::Job => (Self::Record, Direction::Up),
            Self::Record => (Self::Tries, Direction::Down),
            Self::Tries => (Self::State, Direction::Up),
            Self::State => (Self::Text, Direction::Up),
            Self::Text => (Self::Last, Direction::Down),
        };
        Sort { by, direction }
    }

    /// What the ledger can sort for it, however many there are.
    const fn of_ledger(self) -> Option<ExceptionSort> {
        match self {
            Self::Last => Some(ExceptionSort::Last),
            Self::Record => Some(ExceptionSort::Record),
            Self::Job | Self::Tries | Self::State | Self::Text => None,
        }
    }
}

/// How the ledger is asked for them.
pub fn in_ledger(sort: Sort<ExceptionColumn>) -> Sort<ExceptionSort> {
    match sort.by.of_ledger() {
        Some(by) => Sort {
            by,
            direction: sort.direction,
        },
        None => Sort::default(),
    }
}

/// Sorts what is listed by a column that the ledger keeps in no order.
pub fn sort(entries: &mut [ExceptionEntry], sort: Sort<ExceptionColumn>) {
    match sort.by {
        ExceptionColumn::Last | ExceptionColumn::Record => return,
        ExceptionColumn::Job => entries.sort_by_key(|entry| entry.job.name()),
        ExceptionColumn::Tries => entries.sort_by_key(|entry| entry.attempts),
        ExceptionColumn::State => entries.sort_by_key(|entry| entry.state.name()),
        ExceptionColumn::Text => entries.sort_by_cached_key(|entry| entry.exception.to_string()),
    }
    if sort.direction == Direction::Down {
        entries.reverse();
    }
}

/// The order in words; none for the one that nobody asked for.
pub fn words(sort: Sort<ExceptionColumn>, is_whole: bool) -> Option<String> {
    let (name, up, down) = match sort.by {
        ExceptionColumn::Last => ("last", "oldest first", "newest first"),
        ExceptionColumn::Job => ("job", "A to Z", "Z to A"),
        ExceptionColumn::Record => ("stream and record", "A to Z", "Z to A"),
        ExceptionColumn::Tries => ("tries", "fewest first", "most first"),
        ExceptionColumn::State => ("state", "A to Z", "Z to A"),
        ExceptionColumn::Text => ("text", "A to Z", "Z to A"),
    };
    if sort == Sort::default() {
        return None;
    }
    let way = match sort.direction {
        Direction::Up => up,
        Direction::Down => down,
    };
    let part = if is_whole || sort.by.of_ledger().is_some() {
        ""
    } else {
        ", of the newest only"
    };
    Some(format!("by {name}, {way}{part}"))
}
