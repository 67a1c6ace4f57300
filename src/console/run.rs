//! The console's loop: waits for whatever happens next, has the state updated, performs the
//! effects, draws. Nothing runs while nothing happens.

use std::io::{self, IsTerminal as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use color_eyre::eyre::{Result, WrapErr as _};
use crossterm::event::Event;
use futures_util::future::BoxFuture;
use futures_util::stream::FuturesUnordered;
use futures_util::{Stream, StreamExt as _};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};

use super::app::{App, Change, Effect, ExceptionsRead, ExitReason, Msg, OrdersRead, Pace, Setting};
use super::draw;
use super::engine::Engine;
use super::keys::Keymap;
use super::log_file::Shelf;
use super::office::{self, Office};
use super::terminal::{self, Screen, Session};
use super::theme::{Depth, Palette, Symbols, Theme};
use crate::jobs::Runner;
use crate::jobs::administration::Administration;
use crate::logging::Ring;
use crate::model::exception::ExceptionFilter;
use crate::model::run::LiveRuns;
use crate::model::staged::OrderFilter;
use crate::model::{Exception, Job};
use crate::signals::{self, Signal};

/// Runs shown in a history.
const HISTORY_RUNS: usize = 100;
/// Runs shown of a batch job of AX: each comes with its logs.
const BATCH_RUNS: usize = 20;

/// Least time between two frames: 30 a second for what a key changes, 4 for what progresses.
const fn frame_gap(pace: Pace) -> Duration {
    match pace {
        Pace::Prompt => Duration::from_millis(33),
        Pace::Calm => Duration::from_millis(250),
    }
}

/// Least time between two looks at progress or log, however often they change.
const LOOK_GAP: Duration = Duration::from_millis(100);

/// How the console is to look and what it may do.
#[derive(Clone, Debug, Default)]
pub struct ConsoleOptions {
    /// ASCII symbols only, whatever the locale says.
    pub ascii: bool,
    /// No colours, whatever the terminal can show. `NO_COLOR` does the same.
    pub mono: bool,
    /// The colours.
    pub palette: Palette,
    /// Nothing may be changed: no run, no order, no exception.
    pub read_only: bool,
    /// Text of a `keys.toml`, empty for the default keys.
    pub keys: String,
    /// Today's log file, named in the help.
    pub log_file: Option<PathBuf>,
}

/// Runs the console on this process's terminal until the operator leaves or a signal ends it.
pub async fn run(
    runner: Arc<Runner>,
    administration: Arc<Administration>,
    ring: Ring,
    options: ConsoleOptions,
) -> Result<ExitReason> {
    let variable = |name: &str| std::env::var(name).ok();
    terminal::check(
        io::stdin().is_terminal(),
        io::stdout().is_terminal(),
        variable("TERM").as_deref(),
    )?;
    let depth = if options.mono {
        Depth::Mono
    } else {
        Depth::detect(variable)
    };
    let symbols = if options.ascii {
        Symbols::ASCII
    } else {
        Symbols::detect(cfg!(windows), variable)
    };
    // Everything that can be wrong is found before the screen is taken.
    let keys = Keymap::new(&options.keys)?;
    let theme = Theme::new(options.palette, depth, symbols)?;
    let engine: Arc<dyn Engine> = runner;
    let signals = signals::listen().wrap_err("signals cannot be listened to")?;

    let (_session, screen) = Session::begin().wrap_err("the terminal cannot be set up")?;
    let app = App::new(Setting {
        place: engine.place(),
        owner: engine.owner(),
        zone: TimeZone::system(),
        now: Timestamp::now(),
        size: Screen::size(&screen).wrap_err("the terminal does not tell its size")?,
        keys,
        theme,
        read_only: options.read_only,
        log_file: options.log_file,
    });
    let input = terminal::events();
    let sides = Doors {
        engine,
        office: administration,
    };
    let mut console = Console::new(app, sides, ring, screen, input, signals);
    terminal::as_console(console.run())
        .await
        .wrap_err("the console cannot draw on the terminal")
}

/// What the console works with.
#[derive(Clone)]
pub struct Doors {
    /// The jobs.
    pub engine: Arc<dyn Engine>,
    /// What an administrator does.
    pub office: Arc<dyn Office>,
}

/// What came first.
enum Arrival {
    Msg(Msg),
    FrameDue,
}

/// What came of a frame.
enum Drawn {
    Shown,
    /// There is no terminal any more.
    Gone,
}

/// The loop with everything it waits for. Generic over screen, keys and signals, so that tests run
/// all of it.
pub struct Console<S, I, G> {
    app: App,
    doors: Doors,
    screen: S,
    input: I,
    /// False once the terminal has nothing more to say.
    listening: bool,
    signals: G,
    live: watch::Receiver<LiveRuns>,
    log: watch::Receiver<u64>,
    ring: Ring,
    shelf: Shelf,
    pending: FuturesUnordered<BoxFuture<'static, Msg>>,
    clock: fn() -> Timestamp,
    last_frame: Option<Instant>,
    last_look: Option<Instant>,
    /// When what is on the screen is not true any more.
    next_tick: Option<Instant>,
}

impl<S: std::fmt::Debug, I, G> std::fmt::Debug for Console<S, I, G> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Console")
            .field("app", &self.app)
            .field("screen", &self.screen)
            .finish_non_exhaustive()
    }
}

impl<S, I, G> Console<S, I, G>
where
    S: Screen,
    I: Stream<Item = io::Result<Event>> + Unpin,
    G: Stream<Item = Signal> + Unpin,
{
    /// A console that has not begun.
    pub fn new(mut app: App, doors: Doors, ring: Ring, screen: S, input: I, signals: G) -> Self {
        let mut live = doors.engine.live();
        // What is there already counts as news.
        live.mark_changed();
        let mut log = ring.changed();
        log.mark_changed();
        let first = app.begin();
        let mut console = Self {
            app,
            doors,
            screen,
            input,
            listening: true,
            signals,
            live,
            log,
            ring,
            shelf: Shelf::default(),
            pending: FuturesUnordered::new(),
            clock: Timestamp::now,
            last_frame: None,
            last_look: None,
            next_tick: None,
        };
        for effect in first {
            console.load(effect);
        }
        console
    }

    /// Tells the time by another clock.
    #[must_use]
    pub fn with_clock(mut self, clock: fn() -> Timestamp) -> Self {
        self.clock = clock;
        self
    }

    /// Runs until somebody leaves.
    pub async fn run(&mut self) -> io::Result<ExitReason> {
        loop {
            if let Some(reason) = self.step().await? {
                return Ok(reason);
            }
        }
    }

    /// Draws a frame that is due, or waits for one thing to happen and answers it.
    pub async fn step(&mut self) -> io::Result<Option<ExitReason>> {
        // Before anything else, so that a flood of news cannot keep a frame from being drawn.
        let is_due = self.frame_due().is_some_and(|due| due <= Instant::now());
        let arrival = if is_due {
            Arrival::FrameDue
        } else {
            self.arrival().await
        };
        match arrival {
            Arrival::Msg(msg) => self.answer(msg),
            Arrival::FrameDue => match self.draw() {
                Drawn::Shown => Ok(None),
                Drawn::Gone => self.answer(Msg::Signal(Signal::HangUp)),
            },
        }
    }

    fn answer(&mut self, msg: Msg) -> io::Result<Option<ExitReason>> {
        if matches!(msg, Msg::Tick) {
            self.next_tick = None;
        }
        let effects = self.app.update(msg, (self.clock)());
        // News does not put off a tick that is to come.
        self.next_tick = self.app.true_for().map(|span| {
            let then = Instant::now() + span.unsigned_abs();
            self.next_tick.map_or(then, |before| before.min(then))
        });
        for effect in effects {
            if let Some(reason) = self.perform(effect)? {
                return Ok(Some(reason));
            }
        }
        Ok(None)
    }

    /// True where nothing is under way, nothing is to be drawn and no news waits: what a test
    /// waits for instead of a time.
    pub fn is_idle(&self) -> bool {
        self.pending.is_empty()
            && self.app.dirty().is_none()
            && !self.live.has_changed().unwrap_or(false)
            && !self.log.has_changed().unwrap_or(false)
    }

    /// The state.
    pub const fn app(&self) -> &App {
        &self.app
    }

    /// What is drawn on.
    pub const fn screen(&self) -> &S {
        &self.screen
    }

    fn frame_due(&self) -> Option<Instant> {
        let pace = self.app.dirty()?;
        Some(
            self.last_frame
                .map_or_else(Instant::now, |last| last + frame_gap(pace)),
        )
    }

    async fn arrival(&mut self) -> Arrival {
        let frame_due = self.frame_due();
        let look = self
            .last_look
            .map_or_else(Instant::now, |last| last + LOOK_GAP);
        let next_tick = self.next_tick;
        tokio::select! {
            biased;
            Some(signal) = self.signals.next() => Arrival::Msg(Msg::Signal(signal)),
            live = changed(&mut self.live, look) => {
                self.last_look = Some(Instant::now());
                Arrival::Msg(Msg::Live(Box::new(live)))
            }
            Some(msg) = self.pending.next() => Arrival::Msg(msg),
            _ = changed(&mut self.log, look) => {
                self.last_look = Some(Instant::now());
                Arrival::Msg(Msg::Log(self.ring.take()))
            }
            event = self.input.next(), if self.listening => {
                if let Some(Ok(event)) = event {
                    Arrival::Msg(Msg::Terminal(event))
                } else {
                    // The terminal is gone, with or without a signal.
                    self.listening = false;
                    Arrival::Msg(Msg::Signal(Signal::HangUp))
                }
            }
            () = sleep_until(next_tick.unwrap_or_else(Instant::now)), if next_tick.is_some() => {
                Arrival::Msg(Msg::Tick)
            }
            () = sleep_until(frame_due.unwrap_or_else(Instant::now)), if frame_due.is_some() => {
                Arrival::FrameDue
            }
        }
    }

    fn draw(&mut self) -> Drawn {
        self.app.take_dirty();
        self.last_frame = Some(Instant::now());
        let app = &self.app;
        match self.screen.draw(&mut |frame| draw::draw(app, frame)) {
            Ok(()) => Drawn::Shown,
            // The runs still get their time to stop when the terminal is gone.
            Err(_) if app.is_leaving() => Drawn::Shown,
            // The signal that says so is on its way.
            Err(error) => {
                tracing::warn!("the terminal is gone: {error}");
                Drawn::Gone
            }
        }
    }

    fn perform(&mut self, effect: Effect) -> io::Result<Option<ExitReason>> {
        match effect {
            Effect::Quit(reason) => return Ok(Some(reason)),
            Effect::Redraw => self.screen.forget()?,
            Effect::Suspend => self.screen.suspend()?,
            Effect::Copy(text) => {
                let copied = self.screen.copy(&text).map_err(|error| error.to_string());
                self.pending
                    .push(Box::pin(async move { Msg::Copied(copied) }));
            }
            Effect::LoadOverview
            | Effect::LoadRuns(_)
            | Effect::LoadBatchJobs
            | Effect::LoadBatchHistory(_)
            | Effect::LoadOrders(_)
            | Effect::LoadOrder(_)
            | Effect::LoadExceptions(_)
            | Effect::Start(..)
            | Effect::Cancel(_)
            | Effect::Change(_)
            | Effect::Retry(_)
            | Effect::Resolve(..)
            | Effect::Log(_)
            | Effect::Office(_) => self.load(effect),
        }
        Ok(None)
    }

    /// Performs an effect whose result takes time.
    fn load(&mut self, effect: Effect) {
        let engine = Arc::clone(&self.doors.engine);
        let work: BoxFuture<'static, Msg> = match effect {
            Effect::LoadOverview => Box::pin(async move { Msg::Overview(engine.overview().await) }),
            Effect::LoadRuns(job) => {
                Box::pin(async move { Msg::Runs(job, engine.runs(job, HISTORY_RUNS).await) })
            }
            Effect::LoadBatchJobs => {
                Box::pin(async move { Msg::BatchJobs(engine.batch_jobs().await) })
            }
            Effect::LoadBatchHistory(id) => Box::pin(async move {
                Msg::BatchHistory(id, engine.batch_history(id, BATCH_RUNS).await)
            }),
            Effect::Start(job, options) => {
                tracing::info!(%job, dry_run = options.dry_run, "run asked for in the console");
                Box::pin(async move { Msg::Started(job, engine.start(job, options).await) })
            }
            Effect::Cancel(job) => {
                tracing::info!(%job, "cancel asked for in the console");
                Box::pin(async move { Msg::Canceled(job, engine.cancel(job).await) })
            }
            Effect::Change(change) => {
                tracing::info!(?change, "asked for in the console");
                Box::pin(
                    async move { Msg::Changed(change, changed_statuses(&*engine, change).await) },
                )
            }
            Effect::LoadOrders(filter) => Box::pin(async move {
                let read = read_orders(&*engine, filter).await;
                Msg::Orders(Box::new(read))
            }),
            Effect::LoadOrder(id) => Box::pin(async move {
                let order = engine.order(&id).await;
                Msg::Order(id, order.map(|order| order.map(Box::new)))
            }),
            Effect::LoadExceptions(filter) => Box::pin(async move {
                let read = read_exceptions(&*engine, *filter).await;
                Msg::Exceptions(Box::new(read))
            }),
            Effect::Retry(filter) => {
                tracing::info!(?filter, "retry asked for in the console");
                Box::pin(async move { Msg::Retried(engine.retry(&filter).await) })
            }
            Effect::Resolve(filter, note) => {
                tracing::info!(?filter, note, "exceptions resolved in the console");
                Box::pin(async move { Msg::Resolved(engine.resolve(&filter, &note).await) })
            }
            Effect::Office(errand) => {
                let office = Arc::clone(&self.doors.office);
                Box::pin(
                    async move { Msg::Office(Box::new(office::perform(&*office, errand).await)) },
                )
            }
            Effect::Log(errand) => {
                let (shelf, path) = (self.shelf.clone(), self.app.log_file().map(Path::to_owned));
                let now = (self.clock)();
                Box::pin(
                    async move { Msg::LogFile(Box::new(shelf.perform(path, errand, now).await)) },
                )
            }
            Effect::Redraw | Effect::Suspend | Effect::Copy(_) | Effect::Quit(_) => return,
        };
        self.pending.push(work);
    }
}

async fn changed_statuses(engine: &dyn Engine, change: Change) -> Result<Vec<Job>, Exception> {
    match change {
        Change::Withhold(job) => engine.withhold(job).await.map(|()| vec![job]),
        Change::Resume(job) => engine.resume(job).await.map(|()| vec![job]),
        Change::SuspendAll => engine.suspend_all().await,
        Change::ResumeAll => engine.resume_all().await,
    }
}

async fn read_orders(engine: &dyn Engine, filter: OrderFilter) -> Result<OrdersRead, Exception> {
    Ok(OrdersRead {
        rows: engine.orders(filter).await?,
        counts: engine.order_counts().await?,
    })
}

async fn read_exceptions(
    engine: &dyn Engine,
    filter: ExceptionFilter,
) -> Result<ExceptionsRead, Exception> {
    let open = engine.exception_count(&ExceptionFilter::default()).await?;
    // What is not closed can be tried again, also where closed ones are listed.
    let matching = ExceptionFilter {
        with_closed: false,
        ..filter.clone()
    };
    Ok(ExceptionsRead {
        entries: engine.exceptions(&filter).await?,
        open,
        matching: engine.exception_count(&matching).await?,
        filter,
    })
}

/// The new value, once it has changed, and not before `earliest`. Where nobody can change it any
/// more it waits for ever.
async fn changed<T: Clone>(news: &mut watch::Receiver<T>, earliest: Instant) -> T {
    if news.changed().await.is_err() {
        std::future::pending::<()>().await;
    }
    // Cancelled here, the change is not lost: it is marked as seen only below.
    news.mark_changed();
    sleep_until(earliest).await;
    news.borrow_and_update().clone()
}
