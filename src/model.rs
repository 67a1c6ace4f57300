//! What operators talk about: data and rules. No I/O, no async, no terminal.

pub mod account;
pub mod administration;
pub mod amount;
pub mod ax_batch;
pub mod catalog;
pub mod channel;
pub mod check;
pub mod checklist;
pub mod container;
pub mod digest;
pub mod exception;
pub mod filter;
pub mod job;
pub mod log;
pub mod order;
pub mod pattern;
pub mod qr;
pub mod random;
pub mod record;
pub mod recurrence;
pub mod run;
pub mod schedule;
pub mod selection;
pub mod shipment;
pub mod sort;
pub mod staged;
pub mod stream;
pub mod words;

pub use amount::Amount;
pub use exception::Exception;
pub use filter::Filter;
pub use job::{Job, JobStatus};
pub use record::Record;
pub use run::{Counts, Progress, RunId, RunStatus, RunSummary, StreamProgress};
pub use selection::{Rule, Selection};
pub use stream::Stream;
