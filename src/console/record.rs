//! A session on file, for a report of a fault: what the console was told, line by line as JSON, and the
//! same told again to another console.
//!
//! Keys, sizes, runs, orders, exceptions and log lines are written down. What the account, the
//! checklists, the products, the recurrences, AX's batch jobs and the log file answer is left out, named only: codes
//! of a sign-in are among it, and a report hardly needs the rest. Nothing secret is typed in the
//! console. A file holds the names and addresses that the screens showed.

use std::fs::{File, OpenOptions};
use std::io::{self, BufRead as _, BufReader, Lines, Write as _};
use std::path::{Path, PathBuf};

use crossterm::event::{
    Event, KeyEvent, KeyEventKind, KeyModifiers, MouseButton, MouseEvent, MouseEventKind,
};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use ratatui::layout::Size;
use serde::{Deserialize, Serialize};

use super::app::{App, Change, ExceptionsRead, Msg, OrdersRead, Setting};
use super::correction::CorrectionReport;
use super::gather::{Gathered, OrderWish};
use super::keys::{Chord, Keymap};
use super::theme::Theme;
use crate::jobs::runner::Place;
use crate::logging::Batch;
use crate::model::log::LogLine;
use crate::model::run::{JobOverview, LiveRuns, RunSummary};
use crate::model::staged::StagedOrder;
use crate::model::{Exception, Job, RunId};

/// What the files are: another number is another form.
const FORM: u32 = 1;

/// The first line: what the console was made with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Heading {
    form: u32,
    axcs: String,
    at: Timestamp,
    profile: String,
    production: bool,
    company: String,
    service: String,
    owner: String,
    zone: String,
    width: u16,
    height: u16,
    read_only: bool,
    /// The text of its `keys.toml`.
    keys: String,
}

/// Every other line.
#[derive(Debug, Serialize, Deserialize)]
struct Step {
    at: Timestamp,
    told: Told,
}

/// What the console was told.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Told {
    Key(String),
    Paste(String),
    Resize(u16, u16),
    Click(u16, u16),
    WheelUp(u16, u16),
    WheelDown(u16, u16),
    Line(String),
    Live(Box<LiveRuns>),
    Overview(Result<Vec<JobOverview>, Exception>),
    Runs(Job, Result<Vec<RunSummary>, Exception>),
    Started(Job, Result<RunId, Exception>),
    Canceled(Job, Result<bool, Exception>),
    Changed(Change, Result<Vec<Job>, Exception>),
    Orders(Box<Result<OrdersRead, Exception>>),
    Gathered(OrderWish, Result<Gathered, Exception>),
    Order(String, Result<Option<Box<StagedOrder>>, Exception>),
    Exceptions(Box<Result<ExceptionsRead, Exception>>),
    Retried(Result<u64, Exception>),
    Resolved(Result<u64, Exception>),
    Handed(Result<String, Exception>),
    Correction(Box<CorrectionReport>),
    Log(Vec<LogLine>, u64),
    Tick,
    /// The words say what.
    LeftOut(String),
}

impl Told {
    fn of(msg: &Msg) -> Self {
        let left_out = |what: &str| Self::LeftOut(what.to_owned());
        match msg {
            Msg::Terminal(event) => Self::of_terminal(event),
            Msg::Line(line) => Self::Line(line.clone()),
            Msg::End => left_out("end of the lines"),
            Msg::Live(live) => Self::Live(live.clone()),
            Msg::Overview(read) => Self::Overview(read.clone()),
            Msg::Runs(job, read) => Self::Runs(*job, read.clone()),
            Msg::Started(job, result) => Self::Started(*job, result.clone()),
            Msg::Canceled(job, result) => Self::Canceled(*job, result.clone()),
            Msg::Changed(change, result) => Self::Changed(*change, result.clone()),
            Msg::Orders(read) => Self::Orders(read.clone()),
            Msg::Gathered(wish, read) => Self::Gathered(*wish, read.clone()),
            Msg::Order(id, read) => Self::Order(id.clone(), read.clone()),
            Msg::Exceptions(read) => Self::Exceptions(read.clone()),
            Msg::Retried(result) => Self::Retried(result.clone()),
            Msg::Resolved(result) => Self::Resolved(result.clone()),
            Msg::Handed(result) => Self::Handed(result.clone()),
            Msg::Correction(report) => Self::Correction(report.clone()),
            Msg::Log(batch) => Self::Log(batch.lines.iter().cloned().collect(), batch.dropped),
            Msg::Tick => Self::Tick,
            Msg::BatchJobs(_) | Msg::BatchHistory(..) => left_out("batch jobs of AX"),
            Msg::Office(_) => left_out("account or checklists"),
            Msg::Products(_) => left_out("products"),
            Msg::Timetable(_) => left_out("recurrences"),
            Msg::ListExported(_) => left_out("a list that was written"),
            Msg::LogFile(_) => left_out("the log file"),
            Msg::Looks(_) => left_out("keys and colours"),
            Msg::Signal(signal) => Self::LeftOut(signal.to_string()),
        }
    }

    fn of_terminal(event: &Event) -> Self {
        match event {
            Event::Key(key) if key.kind != KeyEventKind::Release => {
                Self::Key(Chord::from(*key).to_string())
            }
            Event::Paste(text) => Self::Paste(text.clone()),
            Event::Resize(width, height) => Self::Resize(*width, *height),
            Event::Mouse(mouse) => match mouse.kind {
                MouseEventKind::Down(MouseButton::Left) => Self::Click(mouse.column, mouse.row),
                MouseEventKind::ScrollUp => Self::WheelUp(mouse.column, mouse.row),
                MouseEventKind::ScrollDown => Self::WheelDown(mouse.column, mouse.row),
                MouseEventKind::Down(MouseButton::Right | MouseButton::Middle)
                | MouseEventKind::Up(_)
                | MouseEventKind::Drag(_)
                | MouseEventKind::Moved
                | MouseEventKind::ScrollLeft
                | MouseEventKind::ScrollRight => Self::LeftOut("mouse".to_owned()),
            },
            Event::Key(_) | Event::FocusGained | Event::FocusLost => {
                Self::LeftOut("terminal".to_owned())
            }
        }
    }

    /// The message; none where it was left out, or a key is none that a keyboard has here.
    fn again(self) -> Option<Msg> {
        let mouse = |kind, column, row| {
            Some(Msg::Terminal(Event::Mouse(MouseEvent {
                kind,
                column,
                row,
                modifiers: KeyModifiers::NONE,
            })))
        };
        Some(match self {
            Self::Key(key) => {
                let chord: Chord = key.parse().ok()?;
                Msg::Terminal(Event::Key(KeyEvent::from(chord)))
            }
            Self::Paste(text) => Msg::Terminal(Event::Paste(text)),
            Self::Resize(width, height) => Msg::Terminal(Event::Resize(width, height)),
            Self::Click(x, y) => return mouse(MouseEventKind::Down(MouseButton::Left), x, y),
            Self::WheelUp(x, y) => return mouse(MouseEventKind::ScrollUp, x, y),
            Self::WheelDown(x, y) => return mouse(MouseEventKind::ScrollDown, x, y),
            Self::Line(line) => Msg::Line(line),
            Self::Live(live) => Msg::Live(live),
            Self::Overview(read) => Msg::Overview(read),
            Self::Runs(job, read) => Msg::Runs(job, read),
            Self::Started(job, result) => Msg::Started(job, result),
            Self::Canceled(job, result) => Msg::Canceled(job, result),
            Self::Changed(change, result) => Msg::Changed(change, result),
            Self::Orders(read) => Msg::Orders(read),
            Self::Gathered(wish, read) => Msg::Gathered(wish, read),
            Self::Order(id, read) => Msg::Order(id, read),
            Self::Exceptions(read) => Msg::Exceptions(read),
            Self::Retried(result) => Msg::Retried(result),
            Self::Resolved(result) => Msg::Resolved(result),
            Self::Handed(result) => Msg::Handed(result),
            Self::Correction(report) => Msg::Correction(report),
            Self::Log(lines, dropped) => Msg::Log(Batch {
                lines: lines.into(),
                dropped,
            }),
            Self::Tick => Msg::Tick,
            Self::LeftOut(_) => return None,
        })
    }
}

/// Writes a session down.
#[derive(Debug)]
pub struct Recorder {
    /// None once it could not be written to.
    file: Option<File>,
}

impl Recorder {
    /// Makes the file anew, for this account alone.
    ///
    /// # Errors
    /// Where it cannot be made.
    pub fn create(path: &Path) -> io::Result<Self> {
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = Some(options.open(path)?);
        Ok(Self { file })
    }

    /// Writes what the console is made with; `keys` is the text of its `keys.toml`.
    #[must_use]
    pub fn begun(mut self, setting: &Setting, keys: String) -> Self {
        let place = &setting.place;
        self.write(&Heading {
            form: FORM,
            axcs: env!("CARGO_PKG_VERSION").to_owned(),
            at: setting.now,
            profile: place.profile.clone(),
            production: place.is_production,
            company: place.company.clone(),
            service: place.service.clone(),
            owner: setting.owner.clone(),
            zone: setting.zone.iana_name().unwrap_or("UTC").to_owned(),
            width: setting.size.width,
            height: setting.size.height,
            read_only: setting.read_only,
            keys,
        });
        self
    }

    /// Writes what the console is told `at` a moment.
    pub fn note(&mut self, msg: &Msg, at: Timestamp) {
        if self.file.is_some() {
            let told = Told::of(msg);
            self.write(&Step { at, told });
        }
    }

    fn write(&mut self, line: &impl Serialize) {
        let Some(file) = &mut self.file else {
            return;
        };
        let written = serde_json::to_vec(line)
            .map_err(io::Error::other)
            .and_then(|mut bytes| {
                bytes.push(b'\n');
                file.write_all(&bytes)
            });
        if let Err(error) = written {
            // The console goes on without.
            tracing::warn!("the session is not written down any more: {error}");
            self.file = None;
        }
    }
}

/// A file that holds no session.
#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    /// It cannot be read.
    #[error("{}: {why}", .file.display())]
    File {
        /// The file.
        file: PathBuf,
        /// Why not.
        why: io::Error,
    },
    /// A line is none of a session.
    #[error("{}, line {line}: {why}", .file.display())]
    Line {
        /// The file.
        file: PathBuf,
        /// Its number, from 1 on.
        line: usize,
        /// What is wrong with it.
        why: String,
    },
}

/// A session that is told again, line by line as it is read.
#[derive(Debug)]
pub struct Session {
    file: PathBuf,
    heading: Heading,
    keys: Keymap,
    lines: Lines<BufReader<File>>,
    line: usize,
}

impl Session {
    /// Opens the file of a session.
    ///
    /// # Errors
    /// Where it cannot be read, or is none.
    pub fn open(file: &Path) -> Result<Self, ReplayError> {
        let unread = |why| ReplayError::File {
            file: file.to_owned(),
            why,
        };
        let wrong = |why: String| ReplayError::Line {
            file: file.to_owned(),
            line: 1,
            why,
        };
        let mut lines = BufReader::new(File::open(file).map_err(unread)?).lines();
        let first = lines.next().transpose().map_err(unread)?;
        let heading: Heading = serde_json::from_str(&first.unwrap_or_default())
            .map_err(|error| wrong(format!("this is no session of axcs: {error}")))?;
        if heading.form != FORM {
            let by = &heading.axcs;
            return Err(wrong(format!("axcs {by} wrote it in another form")));
        }
        let keys = Keymap::new(&heading.keys).map_err(|error| wrong(error.to_string()))?;
        Ok(Self {
            file: file.to_owned(),
            heading,
            keys,
            lines,
            line: 1,
        })
    }

    /// The size of the screen at the beginning.
    pub const fn size(&self) -> Size {
        Size {
            width: self.heading.width,
            height: self.heading.height,
        }
    }

    /// When it began.
    pub const fn began(&self) -> Timestamp {
        self.heading.at
    }

    /// The console as it was at the beginning, in colours of today.
    pub fn app(&self, theme: Theme) -> App {
        let heading = &self.heading;
        App::new(Setting {
            place: Place {
                profile: heading.profile.clone(),
                is_production: heading.production,
                company: heading.company.clone(),
                service: heading.service.clone(),
            },
            owner: heading.owner.clone(),
            zone: TimeZone::get(&heading.zone).unwrap_or(TimeZone::UTC),
            now: heading.at,
            size: self.size(),
            keys: self.keys.clone(),
            theme,
            read_only: heading.read_only,
            log_file: None,
            bell_after: None,
        })
    }

    /// What the console was told next and when; none at the end.
    ///
    /// # Errors
    /// Where a line cannot be read or understood.
    pub fn next_step(&mut self) -> Result<Option<(Timestamp, Msg)>, ReplayError> {
        loop {
            let Some(line) = self.lines.next() else {
                return Ok(None);
            };
            self.line += 1;
            let line = line.map_err(|why| ReplayError::File {
                file: self.file.clone(),
                why,
            })?;
            let step: Step = serde_json::from_str(&line).map_err(|error| ReplayError::Line {
                file: self.file.clone(),
                line: self.line,
                why: error.to_string(),
            })?;
            if let Some(msg) = step.told.again() {
                return Ok(Some((step.at, msg)));
            }
        }
    }
}
