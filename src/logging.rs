//! Tracing: a daily file for support, standard error for commands, a ring for the tab *Logs*.
//! It decides where lines go, not what is worth a line. Nobody may log a secret: nothing is
//! filtered here.

pub mod file;
pub mod line;

use std::collections::VecDeque;
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use tokio::sync::watch;
use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber, span};
use tracing_appender::non_blocking::{NonBlockingBuilder, WorkerGuard};
use tracing_appender::rolling::{Builder, Rotation};
use tracing_subscriber::Layer;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::{Context, SubscriberExt as _};
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::{SubscriberInitExt as _, TryInitError};

use crate::model::RunId;
use crate::model::log::{Level, LogLine};

/// How many lines wait in the ring until somebody takes them.
pub const RING_LINES: usize = 100_000;

/// How many lines may wait to be written into the file. Their places are made when the program starts:
/// eight times as many, as is usual, take 4 MB and a millisecond of the console's first frame.
const WAITING_LINES: usize = 16_000;

/// The driver of SQL Server: it warns of the settings at each connection that it makes, and calls each
/// refusal an error, also those that are expected. What counts is told where it is understood.
const DRIVER: &str = "tiberius";

/// Days the daily files are kept.
const KEPT_FILES: usize = 30;

/// Where the lines go.
#[derive(Clone, Debug)]
pub struct LoggingOptions {
    /// Folder of the daily files; none writes no file.
    pub file_dir: Option<PathBuf>,
    /// Lines to standard error too: for commands, never beside the console.
    pub stderr: bool,
    /// Lines of this program at least this grave; of its libraries warnings and errors, of the
    /// driver of SQL Server errors.
    pub level: Level,
}

/// Logging could not be set up.
#[derive(Debug, thiserror::Error)]
pub enum LoggingError {
    /// The folder or the file cannot be written.
    #[error(
        "the log cannot be written to {folder}: {source}; name another folder or make it writable"
    )]
    Folder {
        /// The folder that was tried.
        folder: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// Logging was set up before in this process.
    #[error("logging is set up twice")]
    Twice(#[from] TryInitError),
}

/// Writes what is left when it is dropped: keep it until the program ends.
#[derive(Debug)]
#[must_use = "the last lines are lost when it is dropped early"]
pub struct Guard {
    _worker: Option<WorkerGuard>,
    /// Today's file.
    pub file: Option<PathBuf>,
}

/// Sets up logging for this process, once.
pub fn start(options: &LoggingOptions) -> Result<(Ring, Guard), LoggingError> {
    let ring = Ring::new(RING_LINES);
    let filter = filter(options.level);

    let (file_layer, worker, file) = match &options.file_dir {
        None => (None, None, None),
        Some(folder) => {
            let failed = |source| LoggingError::Folder {
                folder: folder.clone(),
                source,
            };
            std::fs::create_dir_all(folder).map_err(failed)?;
            let appender = Builder::new()
                .rotation(Rotation::DAILY)
                .filename_prefix(env!("CARGO_PKG_NAME"))
                .filename_suffix("log")
                .max_log_files(KEPT_FILES)
                .build(folder)
                .map_err(|error| failed(io::Error::other(error)))?;
            let (writer, worker) = NonBlockingBuilder::default()
                .buffered_lines_limit(WAITING_LINES)
                .finish(appender);
            let layer = tracing_subscriber::fmt::layer()
                .with_ansi(false)
                .with_writer(writer);
            // The appender names its files by the UTC day.
            let today = Timestamp::now().strftime("%Y-%m-%d");
            let file = folder.join(format!("{}.{today}.log", env!("CARGO_PKG_NAME")));
            (Some(layer), Some(worker), Some(file))
        }
    };
    let stderr_layer = options.stderr.then(|| {
        tracing_subscriber::fmt::layer()
            .with_ansi(false)
            .with_writer(io::stderr)
    });
    tracing_subscriber::registry()
        .with(ring.layer())
        .with(file_layer)
        .with(stderr_layer)
        .with(filter)
        .try_init()?;
    Ok((
        ring,
        Guard {
            _worker: worker,
            file,
        },
    ))
}

/// Which lines are kept.
fn filter(level: Level) -> Targets {
    Targets::new()
        .with_target(env!("CARGO_PKG_NAME"), LevelFilter::from(level))
        .with_target(DRIVER, LevelFilter::OFF)
        .with_default(LevelFilter::WARN)
}

impl From<Level> for LevelFilter {
    fn from(level: Level) -> Self {
        match level {
            Level::Debug => Self::DEBUG,
            Level::Info => Self::INFO,
            Level::Warning => Self::WARN,
            Level::Error => Self::ERROR,
        }
    }
}

/// Lines that wait to be shown: bounded, oldest dropped first.
///
/// Whoever shows them takes them out, so that a line is kept once.
#[derive(Clone, Debug)]
pub struct Ring {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    limit: usize,
    waiting: Mutex<Batch>,
    /// Lines ever written.
    written: watch::Sender<u64>,
}

/// Lines taken from the ring, oldest first.
#[derive(Debug, Default)]
pub struct Batch {
    /// The lines.
    pub lines: VecDeque<LogLine>,
    /// Lines dropped before them because nobody took them in time.
    pub dropped: u64,
}

impl Ring {
    /// An empty ring for at most `limit` waiting lines.
    pub fn new(limit: usize) -> Self {
        Self {
            shared: Arc::new(Shared {
                limit: limit.max(1),
                waiting: Mutex::default(),
                written: watch::Sender::new(0),
            }),
        }
    }

    /// Adds a line.
    pub fn push(&self, line: LogLine) {
        {
            let mut waiting = self.waiting();
            if waiting.lines.len() >= self.shared.limit {
                waiting.lines.pop_front();
                waiting.dropped += 1;
            }
            waiting.lines.push_back(line);
        }
        self.shared.written.send_modify(|written| *written += 1);
    }

    /// Everything that waits.
    pub fn take(&self) -> Batch {
        std::mem::take(&mut *self.waiting())
    }

    /// Changes whenever a line is added: the number of lines ever written.
    pub fn changed(&self) -> watch::Receiver<u64> {
        self.shared.written.subscribe()
    }

    /// The layer that writes into this ring.
    pub fn layer(&self) -> RingLayer {
        RingLayer { ring: self.clone() }
    }

    fn waiting(&self) -> MutexGuard<'_, Batch> {
        // A panic between two pushes leaves whole lines behind.
        self.shared
            .waiting
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// Turns events into lines of a [`Ring`]. The field `run` of an event or of the spans around it
/// becomes the line's run.
#[derive(Debug)]
pub struct RingLayer {
    ring: Ring,
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for RingLayer {
    fn on_new_span(
        &self,
        attributes: &span::Attributes<'_>,
        id: &span::Id,
        context: Context<'_, S>,
    ) {
        let mut found = Words::default();
        attributes.record(&mut found);
        if let (Some(run), Some(span)) = (found.run, context.span(id)) {
            span.extensions_mut().replace(run);
        }
    }

    fn on_record(&self, id: &span::Id, values: &span::Record<'_>, context: Context<'_, S>) {
        let mut found = Words::default();
        values.record(&mut found);
        if let (Some(run), Some(span)) = (found.run, context.span(id)) {
            span.extensions_mut().replace(run);
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let mut words = Words::default();
        event.record(&mut words);
        let run = words.run.or_else(|| {
            context.event_scope(event).and_then(|mut spans| {
                spans.find_map(|span| span.extensions().get::<RunId>().copied())
            })
        });
        self.ring.push(LogLine {
            at: Timestamp::now(),
            level: level_of(*event.metadata().level()),
            run,
            text: words.text(),
        });
    }
}

fn level_of(level: tracing::Level) -> Level {
    if level == tracing::Level::ERROR {
        Level::Error
    } else if level == tracing::Level::WARN {
        Level::Warning
    } else if level == tracing::Level::INFO {
        Level::Info
    } else {
        Level::Debug
    }
}

/// The words of an event while its fields are visited.
#[derive(Default)]
struct Words {
    message: String,
    fields: String,
    run: Option<RunId>,
}

impl Words {
    fn text(self) -> String {
        let mut text = self.message;
        text.push_str(&self.fields);
        // One line each: a body in several lines must not look like several events.
        if text.contains(char::is_control) {
            text = text
                .split(char::is_control)
                .filter(|part| !part.is_empty())
                .collect::<Vec<_>>()
                .join(" ");
        }
        text
    }

    fn field(&mut self, field: &Field, value: std::fmt::Arguments<'_>) {
        use std::fmt::Write as _;
        // Writing to a String cannot fail.
        let _ = match field.name() {
            "message" => self.message.write_fmt(value),
            name => write!(self.fields, " {name}={value}"),
        };
    }
}

impl Visit for Words {
    fn record_i64(&mut self, field: &Field, value: i64) {
        if field.name() == "run" {
            self.run = Some(RunId(value));
        } else {
            self.field(field, format_args!("{value}"));
        }
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        match (field.name(), i64::try_from(value)) {
            ("run", Ok(run)) => self.run = Some(RunId(run)),
            _ => self.field(field, format_args!("{value}")),
        }
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.field(field, format_args!("{value}"));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        // `run = %run` arrives here.
        if field.name() == "run"
            && let Ok(run) = format!("{value:?}").parse()
        {
            self.run = Some(RunId(run));
            return;
        }
        self.field(field, format_args!("{value:?}"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines_of(speak: impl FnOnce()) -> Vec<LogLine> {
        let ring = Ring::new(10);
        let subscriber = tracing_subscriber::registry().with(ring.layer());
        tracing::subscriber::with_default(subscriber, speak);
        ring.take().lines.into()
    }

    #[test]
    fn a_line_carries_level_run_and_fields() {
        let lines = lines_of(|| {
            tracing::info!(run = 7, stream = "items", sent = 3, "batch accepted");
            let span = tracing::info_span!("run", run = %RunId(8));
            let _entered = span.enter();
            tracing::warn!("next try in {} s", 8);
        });
        assert_eq!(lines[0].level, Level::Info);
        assert_eq!(lines[0].run, Some(RunId(7)));
        assert_eq!(lines[0].text, "batch accepted stream=items sent=3");
        assert_eq!(lines[1].level, Level::Warning);
        assert_eq!(lines[1].run, Some(RunId(8)));
        assert_eq!(lines[1].text, "next try in 8 s");
    }

    #[test]
    fn what_the_driver_calls_an_error_is_told_where_it_is_understood() {
        let filter = filter(Level::Debug);
        assert!(!filter.would_enable("tiberius::client", &tracing::Level::ERROR));
        assert!(filter.would_enable("hyper", &tracing::Level::WARN));
        assert!(filter.would_enable("axcs::sqlserver", &tracing::Level::DEBUG));
    }

    #[test]
    fn a_body_in_several_lines_stays_one_line() {
        let lines = lines_of(|| tracing::error!("answered <html>\r\n\u{1b}[2J<body>"));
        assert_eq!(lines[0].text, "answered <html> [2J<body>");
    }

    #[test]
    fn a_full_ring_drops_the_oldest_and_says_how_many() {
        let ring = Ring::new(2);
        let changed = ring.changed();
        for number in 0..5 {
            ring.push(LogLine {
                at: Timestamp::UNIX_EPOCH,
                level: Level::Info,
                run: None,
                text: number.to_string(),
            });
        }
        assert_eq!(*changed.borrow(), 5);
        let batch = ring.take();
        assert_eq!(batch.dropped, 3);
        let texts: Vec<_> = batch.lines.iter().map(|line| line.text.as_str()).collect();
        assert_eq!(texts, ["3", "4"]);
        assert!(ring.take().lines.is_empty());
    }

    #[test]
    fn the_file_stands_where_the_guard_says() {
        let folder = tempfile::tempdir().unwrap();
        let options = LoggingOptions {
            file_dir: Some(folder.path().join("logs")),
            stderr: false,
            level: Level::Info,
        };
        let (ring, guard) = start(&options).unwrap();
        tracing::info!("a line for the file");
        tracing::debug!("not grave enough");
        let file = guard.file.clone().unwrap();
        drop(guard);
        assert!(
            std::fs::read_to_string(file)
                .unwrap()
                .contains("a line for the file")
        );
        assert!(
            ring.take()
                .lines
                .iter()
                .any(|line| line.text == "a line for the file")
        );
        assert!(start(&options).is_err(), "a second set-up is refused");
    }
}
