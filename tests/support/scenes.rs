//! Believable states of the console, built by messages and keys as in real life: shared by the
//! snapshots, the screenshots and the tests of the whole loop.

#![allow(dead_code, reason = "each test file uses its own part of it")]

#[path = "scenes/batch.rs"]
pub mod batch;
#[path = "scenes/correction.rs"]
pub mod correction;
#[path = "scenes/exceptions.rs"]
pub mod exceptions;
#[path = "scenes/list.rs"]
pub mod list;
#[path = "scenes/lost.rs"]
pub mod lost;
#[path = "scenes/office.rs"]
pub mod office;
#[path = "scenes/orders.rs"]
pub mod orders;
#[path = "scenes/products.rs"]
pub mod products;
#[path = "scenes/runs.rs"]
mod runs;
#[path = "scenes/starts.rs"]
pub mod starts;

pub use runs::*;

use std::sync::LazyLock;

use axcs::console::app::{App, Change, Effect, Msg, Setting};
use axcs::console::draw;
use axcs::console::gather::Gathered;
use axcs::console::keys::Keymap;
use axcs::console::theme::{Depth, Palette, Symbols, Theme};
use axcs::jobs::runner::Place;
use axcs::logging::Batch;
use axcs::model::exception::ExceptionFilter;
use axcs::model::run::LiveRuns;
use axcs::model::staged::OrderFilter;
use axcs::model::{Job, Progress};
use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use ratatui::layout::Size;

/// The console of the scenes.
pub const OWNER: &str = "AOS01/4711";

pub const NOW: &str = "2026-03-12T18:03:12Z";

pub fn now() -> Timestamp {
    static READ: LazyLock<Timestamp> = LazyLock::new(|| NOW.parse().unwrap());
    *READ
}

pub fn ago(seconds: i64) -> Timestamp {
    now() - SignedDuration::from_secs(seconds)
}

/// How a scene is drawn.
#[derive(Clone, Copy)]
pub struct Look {
    pub palette: Palette,
    pub depth: Depth,
    pub symbols: &'static Symbols,
}

impl Look {
    pub const DARK: Self = Self {
        palette: Palette::Dark,
        depth: Depth::True,
        symbols: &Symbols::UNICODE,
    };
    pub const PLAIN: Self = Self {
        palette: Palette::Dark,
        depth: Depth::Mono,
        symbols: &Symbols::ASCII,
    };
}

pub fn place() -> Place {
    Place {
        profile: "demo".to_owned(),
        is_production: false,
        company: "usmf Contoso Entertainment USA".to_owned(),
        service: "http://127.0.0.1:8620".to_owned(),
    }
}

pub fn setting(size: (u16, u16), look: Look) -> Setting {
    Setting {
        place: place(),
        owner: OWNER.to_owned(),
        // A rule, not a name: the same on a machine without a zone database.
        zone: TimeZone::posix("EST5EDT,M3.2.0,M11.1.0").unwrap(),
        now: now(),
        size: Size::from(size),
        keys: Keymap::new("").unwrap(),
        theme: Theme::new(look.palette, look.depth, *look.symbols).unwrap(),
        read_only: false,
        log_file: Some("/var/log/axcs/axcs.2026-03-12.log".into()),
        bell_after: Some(SignedDuration::from_mins(1)),
    }
}

/// The console with the five jobs known and a log.
pub struct Stage {
    pub app: App,
    pub size: (u16, u16),
    pub at: Timestamp,
    /// True where what the console asks for is answered from the orders and exceptions of the
    /// scenes.
    answers: bool,
    asked: Vec<Effect>,
}

impl Stage {
    pub fn bare(size: (u16, u16), look: Look) -> Self {
        Self::with(setting(size, look), size)
    }

    pub fn with(setting: Setting, size: (u16, u16)) -> Self {
        let mut app = App::new(setting);
        app.begin();
        Self {
            app,
            size,
            at: now(),
            answers: false,
            asked: Vec::new(),
        }
    }

    pub fn new(size: (u16, u16), look: Look) -> Self {
        let mut stage = Self::bare(size, look);
        stage.send(office::told_account());
        stage.send(Msg::Live(Box::new(live(Vec::new()))));
        stage.send(Msg::Overview(Ok(overview())));
        stage.send(Msg::Log(Batch {
            lines: log(240).into(),
            dropped: 0,
        }));
        stage.send(Msg::Exceptions(Box::new(Ok(exceptions::read(
            &ExceptionFilter::default(),
        )))));
        // The scenes choose their job themselves, from the first one on.
        stage.press("g");
        stage
    }

    /// What the console asked for at messages since the last time.
    pub fn asked(&mut self) -> Vec<Effect> {
        std::mem::take(&mut self.asked)
    }

    /// From now on orders and exceptions are read as they are asked for.
    pub fn answering(mut self) -> Self {
        self.answers = true;
        self
    }

    pub fn send(&mut self, msg: Msg) -> &mut Self {
        let mut effects = self.app.update(msg, self.at);
        self.asked.extend(effects.iter().cloned());
        while self.answers && !effects.is_empty() {
            let answers: Vec<Msg> = effects.iter().filter_map(answer).collect();
            effects = answers
                .into_iter()
                .flat_map(|answer| self.app.update(answer, self.at))
                .collect();
        }
        self
    }

    /// Presses keys, written as in `keys.toml`, with spaces between them.
    pub fn press(&mut self, keys: &str) -> &mut Self {
        for key in keys.split(' ').filter(|key| !key.is_empty()) {
            self.send(Msg::Terminal(Event::Key(key_event(key))));
        }
        self
    }

    /// Makes the terminal another size.
    pub fn resize(&mut self, size: (u16, u16)) -> &mut Self {
        self.size = size;
        self.send(Msg::Terminal(Event::Resize(size.0, size.1)))
    }

    pub fn wait(&mut self, milliseconds: i64) -> &mut Self {
        self.at += SignedDuration::from_millis(milliseconds);
        self
    }

    /// Types a text, blanks included.
    pub fn write(&mut self, text: &str) -> &mut Self {
        for character in text.chars() {
            let key = KeyEvent::new(KeyCode::Char(character), KeyModifiers::NONE);
            self.send(Msg::Terminal(Event::Key(key)));
        }
        self
    }

    /// Lets a run be under way for eleven seconds, so that its speed is known.
    pub fn running(&mut self, run: impl Fn(u64) -> Progress) -> &mut Self {
        self.at = ago(5);
        for percent in [34, 36, 38, 40, 41, 42] {
            self.send(Msg::Live(Box::new(live(vec![run(percent)]))));
            self.wait(1_000);
        }
        self.at = now();
        self.send(Msg::Tick)
    }

    /// What a terminal shows.
    pub fn draw(&self) -> Buffer {
        let backend = TestBackend::new(self.size.0, self.size.1);
        let mut terminal = Terminal::new(backend).unwrap();
        terminal.draw(|frame| draw::draw(&self.app, frame)).unwrap();
        terminal.backend().buffer().clone()
    }

    /// What is drawn, before a terminal gets it: faster, for tests of many.
    #[allow(dead_code, reason = "a test takes what it needs of the scenes")]
    pub fn paint(&self) -> Buffer {
        let backend = TestBackend::new(self.size.0, self.size.1);
        let mut terminal = Terminal::new(backend).unwrap();
        draw::draw(&self.app, &mut terminal.get_frame());
        std::mem::take(terminal.current_buffer_mut())
    }
}

/// These runs, where two workers are there.
pub fn live(executing: Vec<Progress>) -> LiveRuns {
    LiveRuns {
        executing,
        workers: 2,
        ..LiveRuns::default()
    }
}

/// The question about products that an effect is.
pub fn products_request(effect: Effect) -> Option<axcs::console::products::Request> {
    if let Effect::Products(request) = effect {
        Some(request)
    } else {
        None
    }
}

/// What the ledger of the scenes answers.
fn answer(effect: &Effect) -> Option<Msg> {
    Some(match effect {
        Effect::LoadOrders(filter) => Msg::Orders(Box::new(Ok(orders::read(filter)))),
        Effect::LoadOrder(id) => Msg::Order(id.clone(), Ok(orders::order(id).map(Box::new))),
        Effect::Gather(wish, filter) => {
            let whole = OrderFilter {
                limit: usize::MAX,
                ..OrderFilter::clone(filter)
            };
            let rows = orders::read(&whole).rows.into_iter();
            let meant = rows.filter(|row| wish.is_for(row));
            let ids = meant.map(|row| row.id).collect();
            Msg::Gathered(*wish, Ok(Gathered::All(ids)))
        }
        Effect::LoadExceptions(filter) => Msg::Exceptions(Box::new(Ok(exceptions::read(filter)))),
        Effect::Retry(filter) => Msg::Retried(Ok(exceptions::count(filter))),
        Effect::Resolve(filter, _) => Msg::Resolved(Ok(exceptions::count(filter))),
        Effect::Change(change @ (Change::Withhold(job) | Change::Resume(job))) => {
            Msg::Changed(*change, Ok(vec![*job]))
        }
        Effect::Change(change @ (Change::SuspendAll | Change::ResumeAll)) => {
            Msg::Changed(*change, Ok(Job::ALL.to_vec()))
        }
        Effect::Office(errand) => return office::answer(errand),
        Effect::Products(request) => products::answer(request),
        Effect::Timetable(errand) => starts::answer(errand),
        Effect::Correction(errand) => correction::answer(errand),
        Effect::Copy(handed) => Msg::Handed(Ok(format!("Copied {}.", handed.name))),
        Effect::Export(handed) => Msg::Handed(Ok(format!("Written to {}.", handed.name))),
        Effect::LoadBatchJobs => Msg::BatchJobs(Ok(batch::jobs())),
        Effect::LoadBatchHistory(id) => Msg::BatchHistory(*id, Ok(batch::history())),
        Effect::LoadOverview
        | Effect::LoadRuns(_)
        | Effect::Start(..)
        | Effect::Cancel(_)
        | Effect::Log(..)
        | Effect::Redraw
        | Effect::WatchLooks
        | Effect::Ring(_)
        | Effect::Suspend
        | Effect::ExportList(_)
        | Effect::Quit(_) => return None,
    })
}

/// The key event for a key written as in `keys.toml`; a word of several letters is a name.
pub fn key_event(key: &str) -> KeyEvent {
    let (modifiers, key) = match key.strip_prefix("ctrl-") {
        Some(rest) => (KeyModifiers::CONTROL, rest),
        None => (KeyModifiers::NONE, key),
    };
    let code = match key {
        "up" => KeyCode::Up,
        "down" => KeyCode::Down,
        "right" => KeyCode::Right,
        "left" => KeyCode::Left,
        "pgup" => KeyCode::PageUp,
        "pgdn" => KeyCode::PageDown,
        "home" => KeyCode::Home,
        "end" => KeyCode::End,
        "enter" => KeyCode::Enter,
        "esc" => KeyCode::Esc,
        "tab" => KeyCode::Tab,
        "shift-tab" => KeyCode::BackTab,
        "backspace" => KeyCode::Backspace,
        "space" => KeyCode::Char(' '),
        single => {
            assert_eq!(single.chars().count(), 1, "{single} is no key of the tests");
            KeyCode::Char(single.chars().next().unwrap())
        }
    };
    KeyEvent::new(code, modifiers)
}

/// The text of a buffer, one line a row, blanks at the end left out.
pub fn text_of(buffer: &Buffer) -> String {
    let mut text = String::new();
    for y in 0..buffer.area.height {
        let mut line = String::new();
        let mut skip = 0;
        for x in 0..buffer.area.width {
            if skip > 0 {
                skip -= 1;
                continue;
            }
            let symbol = buffer[(x, y)].symbol();
            skip = ratatui::text::Span::raw(symbol).width().saturating_sub(1);
            line.push_str(symbol);
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}
