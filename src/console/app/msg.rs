//! What happens to the console and what it asks to be done: the whole vocabulary of the loop.

use crossterm::event::Event;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Change;
use crate::console::correction::{CorrectionErrand, CorrectionReport};
use crate::console::export::{ExportErrand, ExportReport};
use crate::console::gather::{Gathered, OrderWish};
use crate::console::keys::Keymap;
use crate::console::log_file::{LogErrand, LogReport};
use crate::console::looks::LooksError;
use crate::console::office::{Errand, Report};
use crate::console::outlet::Handed;
use crate::console::products::{Answer, Request};
use crate::console::theme::Theme;
use crate::console::timetable::{TimetableErrand, TimetableReport};
use crate::jobs::RunOptions;
use crate::logging::Batch;
use crate::model::ax_batch::{AxBatchJob, AxBatchRun};
use crate::model::exception::{ExceptionEntry, ExceptionFilter};
use crate::model::run::{JobOverview, LiveRuns, RunSummary};
use crate::model::staged::{OrderCounts, OrderFilter, OrderRow, StagedOrder};
use crate::model::{Exception, Job, RunId};
use crate::signals::Signal;

/// What happened.
#[derive(Debug)]
pub enum Msg {
    /// A key, a paste or a new size.
    Terminal(Event),
    /// A line was typed, where there is no screen.
    Line(String),
    /// There are no more lines.
    End,
    /// The runs under way.
    Live(Box<LiveRuns>),
    /// The overview was read.
    Overview(Result<Vec<JobOverview>, Exception>),
    /// The runs of a job were read.
    Runs(Job, Result<Vec<RunSummary>, Exception>),
    /// The batch jobs of AX were read.
    BatchJobs(Result<Vec<AxBatchJob>, Exception>),
    /// The history of the batch job with this RecId was read.
    BatchHistory(i64, Result<Vec<AxBatchRun>, Exception>),
    /// A run was started or refused.
    Started(Job, Result<RunId, Exception>),
    /// A run was asked to stop, or there was none.
    Canceled(Job, Result<bool, Exception>),
    /// Statuses were changed: those of these jobs.
    Changed(Change, Result<Vec<Job>, Exception>),
    /// Orders were read.
    Orders(Box<Result<OrdersRead, Exception>>),
    /// The orders were gathered of which the same is asked.
    Gathered(OrderWish, Result<Gathered, Exception>),
    /// The order of this id was read.
    Order(String, Result<Option<Box<StagedOrder>>, Exception>),
    /// Exceptions were read.
    Exceptions(Box<Result<ExceptionsRead, Exception>>),
    /// So many exceptions are tried again by the next runs.
    Retried(Result<u64, Exception>),
    /// So many exceptions were closed.
    Resolved(Result<u64, Exception>),
    /// What came of an errand of the administrator.
    Office(Box<Report>),
    /// What came of a question about products.
    Products(Box<Answer>),
    /// What came of an errand about when jobs start.
    Timetable(Box<TimetableReport>),
    /// What came of an errand about orders that are corrected.
    Correction(Box<CorrectionReport>),
    /// A text was copied or written, in words.
    Handed(Result<String, Exception>),
    /// The files of keys and colours have changed, and were read.
    Looks(Box<Result<(Keymap, Theme), LooksError>>),
    /// Lines of the log.
    Log(Batch),
    /// How far a list has come that is written to a file.
    ListExported(Box<ExportReport>),
    /// What came of an errand at the log file.
    LogFile(Box<LogReport>),
    /// Somebody ends the program.
    Signal(Signal),
    /// What moves with the time has to be looked at again.
    Tick,
}

impl From<Event> for Msg {
    fn from(event: Event) -> Self {
        Self::Terminal(event)
    }
}

/// Orders, as they were read.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct OrdersRead {
    /// Those that match, newest first.
    pub rows: Vec<OrderRow>,
    /// How many there are of each kind.
    pub counts: OrderCounts,
}

/// Exceptions, as they were read.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ExceptionsRead {
    /// What was asked for.
    pub filter: ExceptionFilter,
    /// Those that match, newest first.
    pub entries: Vec<ExceptionEntry>,
    /// How many are not closed.
    pub open: u64,
    /// How many of those the filter lets through, whatever its limit.
    pub matching: u64,
}

/// What must be done outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Read every job with its last run.
    LoadOverview,
    /// Read the last runs of a job.
    LoadRuns(Job),
    /// Read the batch jobs of AX.
    LoadBatchJobs,
    /// Read the history of the batch job with this RecId.
    LoadBatchHistory(i64),
    /// Start a run.
    Start(Job, RunOptions),
    /// Ask a run to stop, wherever it is.
    Cancel(Job),
    /// Change statuses.
    Change(Change),
    /// Read orders and how many there are of each kind.
    LoadOrders(OrderFilter),
    /// Gather all orders of which the same is asked.
    Gather(OrderWish, Box<OrderFilter>),
    /// Read the order of this id.
    LoadOrder(String),
    /// Read exceptions and how many there are.
    LoadExceptions(Box<ExceptionFilter>),
    /// Have exceptions tried again.
    Retry(Box<ExceptionFilter>),
    /// Close exceptions with a note.
    Resolve(Box<ExceptionFilter>, String),
    /// Do an errand of the administrator.
    Office(Errand),
    /// Do an errand at the log file; the time is what ages in its filter are measured by.
    Log(LogErrand, Timestamp),
    /// Ask something about products.
    Products(Request),
    /// Do an errand about when jobs start.
    Timetable(TimetableErrand),
    /// Do an errand about orders that are corrected.
    Correction(CorrectionErrand),
    /// Put a text into the clipboard of the terminal.
    Copy(Handed),
    /// Write a text to a file.
    Export(Handed),
    /// Write a list to a file, page by page.
    ExportList(ExportErrand),
    /// Ring the bell, and notify with this text where the terminal can.
    Ring(String),
    /// Wait until the files of keys and colours change, and read them.
    WatchLooks,
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
