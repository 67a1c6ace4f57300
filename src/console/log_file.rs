//! The log file behind the tab *Logs*: read on a thread that may wait, in steps that are short, so
//! that no key waits for it.

use std::fs::File;
use std::io::{self, BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;

use super::outlet::file_name;
use crate::logging::file::{LogFile, Placed, Quest, Way};
use crate::model::filter::Filter;
use crate::model::pattern::Pattern;

/// Blocks that are read in one step: some hundredths of a second.
pub const STEP: usize = 16;

/// What is asked of the log file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LogErrand {
    /// Lines around a place: so many above it, so many from it on.
    Page {
        /// Only those that it lets through.
        filter: Filter,
        /// The place; the end of the file where it is greater.
        at: u64,
        /// Lines above it and from it on.
        rows: (usize, usize),
    },
    /// The next line that holds something.
    Search {
        /// Only those that it lets through.
        filter: Filter,
        /// What it holds.
        pattern: Pattern,
        /// From where.
        from: u64,
        /// Which way.
        way: Way,
    },
    /// Look at further blocks, so that lines can be counted.
    LookAhead {
        /// The place of a line whose number is wanted.
        first: Option<u64>,
    },
    /// Write what passes the filter into a file.
    Export {
        /// Only those that it lets through.
        filter: Filter,
    },
}

/// What came of it.
#[derive(Debug)]
pub enum LogReport {
    /// Lines in the order of the file.
    Page(Result<LogPage, String>),
    /// The line that was looked for; else from where to go on, or none that holds it.
    Found(Result<(Option<Placed>, Option<u64>), String>),
    /// How far the file was looked at, and the number of the line that was asked for, where it is
    /// known by now.
    Known(LogSize, Option<u64>),
    /// So many lines were written into a file.
    Written(Result<(u64, PathBuf), String>),
}

/// How great the file is, as far as known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LogSize {
    /// Its bytes.
    pub bytes: u64,
    /// Its lines, once all of it was looked at.
    pub lines: Option<u64>,
}

/// Lines of the file around a place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LogPage {
    /// The lines above the place, oldest first.
    pub above: Vec<Placed>,
    /// The lines from the place on.
    pub below: Vec<Placed>,
    /// From where it has to be gone on upwards, where no more were found in one step.
    pub further_up: Option<u64>,
    /// The same downwards.
    pub further_down: Option<u64>,
    /// Number of the first of these lines in the file, from 1, where it is known.
    pub number: Option<u64>,
    /// How great the file is.
    pub size: LogSize,
}

/// The file, opened when it is asked for first.
#[derive(Clone, Debug)]
pub struct Shelf {
    /// None where this console writes none.
    path: Option<PathBuf>,
    /// Folder of what is written out of it.
    exports: PathBuf,
    file: Arc<Mutex<Option<LogFile>>>,
}

impl Shelf {
    /// The file of this path, and the folder of what is written out of it.
    pub fn new(path: Option<PathBuf>, exports: PathBuf) -> Self {
        Self {
            path,
            exports,
            file: Arc::default(),
        }
    }

    /// Folder of what is written out of it, and of the lists.
    pub fn exports(&self) -> &Path {
        &self.exports
    }

    /// Does an errand at the file.
    pub async fn perform(&self, errand: LogErrand, now: Timestamp) -> LogReport {
        let shelf = self.clone();
        let kind = Kind::of(&errand);
        let done = tokio::task::spawn_blocking(move || shelf.work(errand, now));
        match done.await {
            Ok(report) => report,
            Err(error) => kind.failed(error.to_string()),
        }
    }

    fn work(&self, errand: LogErrand, now: Timestamp) -> LogReport {
        let kind = Kind::of(&errand);
        let Some(path) = &self.path else {
            return kind.failed("this console writes no log file".to_owned());
        };
        let mut held = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        if held.as_ref().is_none_or(|file| file.path() != *path) {
            *held = match LogFile::open(path) {
                Ok(file) => Some(file),
                Err(error) => return kind.failed(format!("{}: {error}", path.display())),
            };
        }
        let Some(file) = held.as_mut() else {
            return kind.failed(String::new());
        };
        match perform(file, errand, &self.exports, now) {
            Ok(report) => report,
            Err(error) => {
                // It may be there again, or be another one, the next time.
                *held = None;
                kind.failed(format!("{}: {error}", path.display()))
            }
        }
    }
}

/// What is answered to an errand, so that a failure is answered there.
#[derive(Clone, Copy)]
enum Kind {
    Page,
    Search,
    LookAhead,
    Written,
}

impl Kind {
    const fn of(errand: &LogErrand) -> Self {
        match errand {
            LogErrand::Page { .. } => Self::Page,
            LogErrand::Search { .. } => Self::Search,
            LogErrand::LookAhead { .. } => Self::LookAhead,
            LogErrand::Export { .. } => Self::Written,
        }
    }

    fn failed(self, why: String) -> LogReport {
        match self {
            Self::Page | Self::LookAhead => LogReport::Page(Err(why)),
            Self::Search => LogReport::Found(Err(why)),
            Self::Written => LogReport::Written(Err(why)),
        }
    }
}

fn size(file: &LogFile) -> LogSize {
    LogSize {
        bytes: file.length(),
        lines: file.lines(),
    }
}

fn perform(
    file: &mut LogFile,
    errand: LogErrand,
    exports: &Path,
    now: Timestamp,
) -> io::Result<LogReport> {
    file.refresh()?;
    Ok(match errand {
        LogErrand::Page { filter, at, rows } => {
            let mut quest = Quest {
                filter,
                pattern: None,
                from: at,
                way: Way::Down,
                most: rows.1,
                blocks: STEP,
            };
            let below = file.find(&quest, now)?;
            (quest.way, quest.most) = (Way::Up, rows.0);
            let mut above = file.find(&quest, now)?;
            above.lines.reverse();
            let first = above.lines.first().or(below.lines.first());
            let number = match first {
                Some((place, _)) => file.number_of(*place)?,
                None => None,
            };
            LogReport::Page(Ok(LogPage {
                above: above.lines,
                below: below.lines,
                further_up: above.further,
                further_down: below.further,
                number,
                size: size(file),
            }))
        }
        LogErrand::Search {
            filter,
            pattern,
            from,
            way,
        } => {
            let quest = Quest {
                filter,
                pattern: Some(pattern),
                from,
                way,
                most: 1,
                blocks: STEP,
            };
            let mut found = file.find(&quest, now)?;
            LogReport::Found(Ok((found.lines.pop(), found.further)))
        }
        LogErrand::LookAhead { first } => {
            file.look_ahead(STEP)?;
            let number = match first {
                Some(place) => file.number_of(place)?,
                None => None,
            };
            LogReport::Known(size(file), number)
        }
        LogErrand::Export { filter } => {
            LogReport::Written(write(exports, now, |into| file.export(&filter, now, into)))
        }
    })
}

/// Writes a new file, which is never one that is there already.
fn write(
    folder: &Path,
    now: Timestamp,
    lines: impl FnOnce(&mut BufWriter<File>) -> io::Result<u64>,
) -> Result<(u64, PathBuf), String> {
    let path = folder.join(file_name("log", "txt", now));
    let created = std::fs::create_dir_all(folder).and_then(|()| File::create_new(&path));
    let written = created.and_then(|file| {
        let mut into = BufWriter::new(file);
        let number = lines(&mut into)?;
        into.flush()?;
        Ok(number)
    });
    match written {
        Ok(number) => Ok((number, path)),
        Err(error) => Err(format!("{}: {error}", path.display())),
    }
}
