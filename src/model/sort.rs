//! In which order a list stands.

use serde::{Deserialize, Serialize};

/// Which way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Direction {
    /// The newest or greatest first.
    #[default]
    Down,
    /// The oldest or least first; names from A to Z.
    Up,
}

impl Direction {
    /// The other way.
    #[must_use]
    pub const fn turned(self) -> Self {
        match self {
            Self::Down => Self::Up,
            Self::Up => Self::Down,
        }
    }
}

/// By what, and which way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sort<B> {
    /// By what; records that are alike stand in the order of their time and id.
    pub by: B,
    /// Which way.
    pub direction: Direction,
}

/// What orders can be sorted by however many there are: an index keeps each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OrderSort {
    /// When it was placed.
    #[default]
    Placed,
    /// The number the customer knows, upper and lower case alike.
    Number,
    /// The store, and in it when it was placed.
    Store,
    /// The stage, and in it the order of events.
    Stage,
}

impl OrderSort {
    /// Every one.
    pub const ALL: [Self; 4] = [Self::Placed, Self::Number, Self::Store, Self::Stage];

    /// The word in commands.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Placed => "placed",
            Self::Number => "number",
            Self::Store => "store",
            Self::Stage => "stage",
        }
    }
}

/// What exceptions can be sorted by however many there are: an index keeps each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum ExceptionSort {
    /// When it failed last.
    #[default]
    Last,
    /// The stream and the id of the record; runs first.
    Record,
    /// Its number, which never changes.
    Number,
}

impl ExceptionSort {
    /// Every one.
    pub const ALL: [Self; 3] = [Self::Last, Self::Record, Self::Number];
}
