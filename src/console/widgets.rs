//! Pieces of screen that take plain values, never the whole application.

pub mod exception;
pub mod facts;
pub mod gauge;
pub mod input;
pub mod order;
pub mod past;
pub mod report;
pub mod sheet;
pub mod streams;
