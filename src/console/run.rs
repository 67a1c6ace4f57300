//! The console's loop: waits for whatever happens next, has the state updated, performs the
//! effects, draws. Nothing runs while nothing happens.

mod hand;
mod plain;
mod replay;

pub use plain::run_plain;
pub use replay::{replay, tell};

use std::io::{self, IsTerminal as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use color_eyre::eyre::{Result, WrapErr as _};
use futures_util::future::BoxFuture;
use futures_util::stream::FuturesUnordered;
use futures_util::{Stream, StreamExt as _};
use jiff::{SignedDuration, Timestamp};
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};

use super::app::{App, Effect, ExitReason, Msg, Setting};
use super::doors::Doors;
use super::engine::Engine;
use super::log_file::Shelf;
use super::looks::{Looks, Seen};
use super::outlet::{Outlet, TabProgress, TerminalSetting};
use super::products::Products;
use super::record::Recorder;
use super::terminal::{self, Screen, Session};
use super::theme::{Depth, Palette, Symbols};
use crate::jobs::Runner;
use crate::jobs::administration::Administration;
use crate::logging::Ring;
use crate::model::run::LiveRuns;
use crate::model::zone;
use crate::signals::{self, Signal};

/// Least time between two looks at progress or log, however often they change.
const LOOK_GAP: Duration = Duration::from_millis(100);

/// How long input waits for answers, where it takes turns with them: some take as long as an operator
/// needs.
const LONGEST_TURN: Duration = Duration::from_secs(2);

/// How the console is to look and what it may do.
#[derive(Clone, Debug, Default)]
pub struct ConsoleOptions {
    /// ASCII symbols only, whatever the locale says.
    pub ascii: bool,
    /// The colours. `NO_COLOR` takes them away as well.
    pub palette: Palette,
    /// Nothing may be changed: no run, no order, no exception.
    pub read_only: bool,
    /// The mouse does something; the terminal's own selection of text needs shift then.
    pub mouse: bool,
    /// A `keys.toml`; none for the default keys.
    pub keys_file: Option<PathBuf>,
    /// A theme; none for the one of the program.
    pub theme_file: Option<PathBuf>,
    /// Today's log file, named in the help.
    pub log_file: Option<PathBuf>,
    /// Folder of the texts that are written.
    pub exports: PathBuf,
    /// The bell rings for a run of this console that took so long; never without it.
    pub bell_after: Option<SignedDuration>,
    /// Whether progress is shown in the terminal's tab.
    pub tab_progress: TerminalSetting,
    /// Whether addresses and files are links of the terminal.
    pub links: TerminalSetting,
    /// The session is written down here.
    pub record: Option<PathBuf>,
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
    let symbols = if options.ascii {
        Symbols::ASCII
    } else {
        Symbols::detect(cfg!(windows), variable)
    };
    // Everything that can be wrong is found before the screen is taken.
    let looks = Looks {
        keys_file: options.keys_file,
        theme_file: options.theme_file,
        palette: options.palette,
        depth: Depth::detect(variable),
        symbols,
        seen: Seen::default(),
    };
    let (keys, theme) = looks.read()?;
    let recorder = recorder(options.record.as_deref())?;
    let keys_text = looks.keys_text()?;
    let products: Arc<dyn Products> = Arc::clone(&runner) as _;
    let engine: Arc<dyn Engine> = runner;
    let signals = signals::listen().wrap_err("signals cannot be listened to")?;

    let (_session, mut screen) = Session::begin().wrap_err("the terminal cannot be set up")?;
    if options.links.links(variable) {
        screen.use_links();
    }
    if options.mouse {
        screen
            .use_mouse()
            .wrap_err("the mouse cannot be listened to")?;
    }
    let setting = Setting {
        place: engine.place(),
        owner: engine.owner(),
        zone: zone::shown(),
        now: Timestamp::now(),
        size: Screen::size(&screen).wrap_err("the terminal does not tell its size")?,
        keys,
        theme,
        read_only: options.read_only,
        log_file: options.log_file.clone(),
        bell_after: options.bell_after,
    };
    let recorder = recorder.map(|recorder| recorder.begun(&setting, keys_text));
    let app = App::new(setting);
    let outlet = Outlet::detect(
        cfg!(windows),
        options.exports.clone(),
        options.tab_progress,
        variable,
    );
    let input = terminal::events();
    let sides = Doors {
        engine,
        office: administration,
        products,
        shelf: Shelf::new(options.log_file.clone(), options.exports.clone()),
        looks: looks.can_change().then(|| Arc::new(looks)),
    };
    let console = Console::new(app, sides, ring, screen, input, signals);
    let mut console = console.with_outlet(outlet).with_recorder(recorder);
    terminal::as_console(console.run())
        .await
        .wrap_err("the console cannot draw on the terminal")
}

/// What writes the session down, where it is to be.
fn recorder(file: Option<&Path>) -> Result<Option<Recorder>> {
    let recorder = file.map(|file| {
        let made = Recorder::create(file);
        made.wrap_err_with(|| format!("{} cannot be written", file.display()))
    });
    recorder.transpose()
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
    pending: FuturesUnordered<BoxFuture<'static, Msg>>,
    clock: fn() -> Timestamp,
    outlet: Outlet,
    recorder: Option<Recorder>,
    /// When the terminal had taken the last frame.
    last_frame: Option<Instant>,
    last_look: Option<Instant>,
    last_input: Option<Instant>,
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

impl<S, I, G, E> Console<S, I, G>
where
    S: Screen,
    I: Stream<Item = io::Result<E>> + Unpin,
    E: Into<Msg>,
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
            pending: FuturesUnordered::new(),
            clock: Timestamp::now,
            outlet: Outlet::default(),
            recorder: None,
            last_frame: None,
            last_look: None,
            last_input: None,
            next_tick: None,
        };
        for effect in first.into_iter().chain([Effect::WatchLooks]) {
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
        let reason = loop {
            if let Some(reason) = self.step().await? {
                break reason;
            }
        };
        self.show_in_tab(TabProgress::Nothing);
        Ok(reason)
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
        let at = (self.clock)();
        if let Some(recorder) = &mut self.recorder {
            recorder.note(&msg, at);
        }
        let effects = self.app.update(msg, at);
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
                .map_or_else(Instant::now, |last| last + self.screen.gap(pace)),
        )
    }

    /// When the next input is taken, where it waits for the answers to what was asked before.
    fn turn(&self) -> Option<Instant> {
        let waits = self.screen.takes_turns() && !self.pending.is_empty();
        let last = self.last_input.or(self.last_frame);
        last.filter(|_| waits).map(|last| last + LONGEST_TURN)
    }

    async fn arrival(&mut self) -> Arrival {
        let frame_due = self.frame_due();
        let look = self
            .last_look
            .map_or_else(Instant::now, |last| last + LOOK_GAP);
        let next_tick = self.next_tick;
        let turn = self.turn();
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
            event = next_after(turn, &mut self.input), if self.listening => {
                if let Some(Ok(event)) = event {
                    self.last_input = Some(Instant::now());
                    Arrival::Msg(event.into())
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
        let app = &self.app;
        let shown = self.screen.show(app);
        self.last_frame = Some(Instant::now());
        match shown {
            Ok(()) => {
                self.show_in_tab(self.app.tab_progress());
                Drawn::Shown
            }
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
            Effect::Suspend => {
                self.show_in_tab(TabProgress::Nothing);
                self.screen.suspend()?;
            }
            Effect::Ring(text) => self.send(&self.outlet.ring(&text)),
            Effect::Copy(handed) => self.copy(handed),
            Effect::Export(handed) => self.write(handed, None),
            Effect::LoadOverview
            | Effect::LoadRuns(_)
            | Effect::LoadBatchJobs
            | Effect::LoadBatchHistory(_)
            | Effect::LoadOrders(_)
            | Effect::LoadOrder(_)
            | Effect::Gather(..)
            | Effect::LoadExceptions(_)
            | Effect::Start(..)
            | Effect::Cancel(_)
            | Effect::Change(_)
            | Effect::Retry(_)
            | Effect::Resolve(..)
            | Effect::Log(..)
            | Effect::Timetable(_)
            | Effect::Correction(_)
            | Effect::ExportList(_)
            | Effect::Office(_)
            | Effect::Products(_)
            | Effect::WatchLooks => self.load(effect),
        }
        Ok(None)
    }

    /// Performs an effect whose result takes time.
    fn load(&mut self, effect: Effect) {
        self.pending.extend(self.doors.perform(effect));
    }
}

/// What comes next, not before `turn`.
async fn next_after<I: Stream + Unpin>(turn: Option<Instant>, input: &mut I) -> Option<I::Item> {
    if let Some(turn) = turn {
        sleep_until(turn).await;
    }
    input.next().await
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
