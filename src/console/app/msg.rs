//! What happens to the console and what it asks to be done: the whole vocabulary of the loop.

use crossterm::event::Event;

use crate::jobs::RunOptions;
use crate::logging::Batch;
use crate::model::run::{JobOverview, LiveRuns, RunSummary};
use crate::model::{Exception, Job, RunId};
use crate::signals::Signal;

/// What happened.
#[derive(Debug)]
pub enum Msg {
    /// A key, a paste or a new size.
    Terminal(Event),
    /// The runs under way.
    Live(LiveRuns),
    /// The overview was read.
    Overview(Result<Vec<JobOverview>, Exception>),
    /// The runs of a job were read.
    Runs(Job, Result<Vec<RunSummary>, Exception>),
    /// A run was started or refused.
    Started(Job, Result<RunId, Exception>),
    /// There was no run to cancel.
    NothingToCancel(Job),
    /// Lines of the log.
    Log(Batch),
    /// Somebody ends the program.
    Signal(Signal),
    /// A second has passed while something is under way.
    Tick,
}

/// What must be done outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Read every job with its last run.
    LoadOverview,
    /// Read the last runs of a job.
    LoadRuns(Job),
    /// Start a run.
    Start(Job, RunOptions),
    /// Ask a run to stop.
    Cancel(Job),
    /// Draw every cell anew.
    Redraw,
    /// Stop this process until the shell continues it.
    Suspend,
    /// Leave.
    Quit(ExitReason),
}

/// Why the console was left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExitReason {
    /// The operator left.
    Quit,
    /// A signal ended it, or its terminal is gone.
    Signal(Signal),
}

/// How soon a change must be seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Pace {
    /// Progress: four times a second is as fast as one reads, and kind to a slow line.
    Calm,
    /// An answer to a key.
    Prompt,
}
