//! Pieces of screen that take plain values, never the whole application.

pub mod gauge;
pub mod report;
pub mod streams;
