//! Believable states of the console, built by messages and keys as in real life: shared by the
//! snapshots, the screenshots and the tests of the whole loop.

#![allow(dead_code, reason = "each test file uses its own part of it")]

use axcs::console::app::{App, Msg, Setting};
use axcs::console::draw;
use axcs::console::keys::Keymap;
use axcs::console::theme::{Depth, Palette, Symbols, Theme};
use axcs::jobs::runner::Place;
use axcs::logging::Batch;
use axcs::model::exception::Documented;
use axcs::model::log::{Level, LogLine};
use axcs::model::run::{Counts, JobOverview, LiveRuns, Phase, RunStatus, RunSummary};
use axcs::model::{Exception, Job, JobStatus, Progress, RunId, Stream, StreamProgress};
use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use ratatui::layout::Size;

pub const NOW: &str = "2026-03-12T18:03:12Z";

pub fn now() -> Timestamp {
    NOW.parse().unwrap()
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
        company: "usmf Contoso Entertainment USA".to_owned(),
        service: "http://127.0.0.1:8620".to_owned(),
    }
}

pub fn setting(size: (u16, u16), look: Look) -> Setting {
    Setting {
        place: place(),
        // A rule, not a name: the same on a machine without a zone database.
        zone: TimeZone::posix("EST5EDT,M3.2.0,M11.1.0").unwrap(),
        now: now(),
        size: Size::from(size),
        keys: Keymap::new("").unwrap(),
        theme: Theme::new(look.palette, look.depth, *look.symbols).unwrap(),
        read_only: false,
        log_file: Some("/var/log/axcs/axcs.2026-03-12.log".into()),
    }
}

/// The console with the five jobs known and a log.
pub struct Stage {
    pub app: App,
    pub size: (u16, u16),
    pub at: Timestamp,
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
        }
    }

    pub fn new(size: (u16, u16), look: Look) -> Self {
        let mut stage = Self::bare(size, look);
        stage.send(Msg::Overview(Ok(overview())));
        stage.send(Msg::Log(Batch {
            lines: log(240).into(),
            dropped: 0,
        }));
        // The scenes choose their job themselves, from the first one on.
        stage.press("g");
        stage
    }

    pub fn send(&mut self, msg: Msg) -> &mut Self {
        self.app.update(msg, self.at);
        self
    }

    /// Presses keys, written as in `keys.toml`, with spaces between them.
    pub fn press(&mut self, keys: &str) -> &mut Self {
        for key in keys.split(' ').filter(|key| !key.is_empty()) {
            self.send(Msg::Terminal(Event::Key(key_event(key))));
        }
        self
    }

    pub fn wait(&mut self, milliseconds: i64) -> &mut Self {
        self.at += SignedDuration::from_millis(milliseconds);
        self
    }

    /// Lets a run be under way for eleven seconds, so that its speed is known.
    pub fn running(&mut self, run: impl Fn(u64) -> Progress) -> &mut Self {
        self.at = ago(5);
        for percent in [34, 36, 38, 40, 41, 42] {
            let live = LiveRuns {
                executing: vec![run(percent)],
                ended: 0,
            };
            self.send(Msg::Live(live));
            self.wait(1_000);
        }
        self.at = now();
        self.send(Msg::Tick)
    }

    pub fn draw(&self) -> Buffer {
        let backend = TestBackend::new(self.size.0, self.size.1);
        let mut terminal = Terminal::new(backend).unwrap();
        terminal.draw(|frame| draw::draw(&self.app, frame)).unwrap();
        terminal.backend().buffer().clone()
    }
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

pub fn network_error() -> Exception {
    Documented::NetworkError.because(
        "POST http://127.0.0.1:8620/v1/trade-agreements/batch failed 6 times in 62 s: \
         connection refused (os error 111): the service answered last at 13:58:02",
    )
}

pub fn stream(
    stream: Stream,
    total: u64,
    sent: u64,
    unchanged: u64,
    quarantined: u64,
) -> StreamProgress {
    StreamProgress {
        phase: Phase::Done,
        total: Some(total),
        counts: Counts {
            enumerated: sent + unchanged + quarantined,
            acknowledged: sent,
            unchanged,
            quarantined,
            batches: sent.div_ceil(500),
            payload_bytes: sent * 612,
            ..Counts::default()
        },
        started: Some(ago(900)),
        finished: Some(ago(882)),
        ..StreamProgress::pending(stream)
    }
}

fn summary(run: i64, job: Job, status: RunStatus, seconds_ago: i64, took: i64) -> RunSummary {
    RunSummary {
        run: RunId(run),
        job,
        status,
        dry_run: false,
        started: ago(seconds_ago),
        finished: Some(ago(seconds_ago - took)),
        streams: Vec::new(),
        exception: None,
    }
}

pub fn inventory_run() -> RunSummary {
    let mut on_hand = stream(Stream::OnHand, 384, 380, 1, 3);
    on_hand.counts.deleted = 2;
    RunSummary {
        streams: vec![
            stream(Stream::Categories, 0, 0, 0, 0),
            stream(Stream::DimensionGroups, 0, 0, 0, 0),
            stream(Stream::ItemTaxGroups, 2, 0, 2, 0),
            stream(Stream::Items, 118, 41, 77, 0),
            on_hand,
        ],
        ..summary(116, Job::Inventory, RunStatus::Ended, 190, 4)
    }
}

pub fn failed_run() -> RunSummary {
    let mut agreements = stream(Stream::TradeAgreements, 48_210, 12_500, 0, 0);
    agreements.phase = Phase::Sending;
    agreements.counts.enumerated = 14_500;
    agreements.counts.retries = 6;
    agreements.finished = None;
    RunSummary {
        streams: vec![agreements],
        exception: Some(network_error()),
        ..summary(114, Job::TradeAgreements, RunStatus::Error, 33_000, 72)
    }
}

pub fn delivery_run() -> RunSummary {
    RunSummary {
        streams: vec![stream(Stream::DeliveryModes, 10, 0, 10, 0)],
        ..summary(109, Job::DeliveryModes, RunStatus::Ended, 190_000, 1)
    }
}

pub fn stopped_run() -> RunSummary {
    RunSummary {
        streams: vec![
            stream(Stream::Categories, 64, 64, 0, 0),
            StreamProgress::pending(Stream::DimensionGroups),
        ],
        ..summary(112, Job::Complete, RunStatus::Canceled, 40_000, 11)
    }
}

pub fn overview() -> Vec<JobOverview> {
    let entry = |job, status, last, quarantined| JobOverview {
        job,
        status,
        last,
        quarantined,
    };
    vec![
        entry(Job::Inventory, JobStatus::Ended, Some(inventory_run()), 3),
        entry(
            Job::TradeAgreements,
            JobStatus::Error,
            Some(failed_run()),
            0,
        ),
        entry(Job::Orders, JobStatus::Waiting, None, 0),
        entry(
            Job::DeliveryModes,
            JobStatus::Ended,
            Some(delivery_run()),
            0,
        ),
        entry(Job::Complete, JobStatus::Canceled, Some(stopped_run()), 3),
    ]
}

/// The complete job at about this percentage.
pub fn complete_run(percent: u64) -> Progress {
    let done = |kind, total, unchanged| {
        let mut done = stream(kind, total, total - unchanged, unchanged, 0);
        (done.started, done.finished) = (Some(ago(94)), Some(ago(91)));
        done
    };
    let items_total = 200_000;
    let mut items = stream(
        Stream::Items,
        items_total,
        items_total * percent / 100 * 2 - 60_000,
        60_000 - 14,
        14,
    );
    items.phase = Phase::Sending;
    items.counts.enumerated = items.counts.settled() + 4_000;
    items.counts.retries = 1;
    (items.started, items.finished) = (Some(ago(90)), None);
    items.reload = Some(
        "INVENTTABLEMODULE keeps changes from version 48210 on, the cursor is at 47115".to_owned(),
    );
    let mut agreements = StreamProgress::pending(Stream::TradeAgreements);
    agreements.total = Some(48_210);
    let mut on_hand = StreamProgress::pending(Stream::OnHand);
    on_hand.total = Some(151_900);
    Progress {
        run: RunId(117),
        job: Job::Complete,
        started: ago(96),
        cancelling: false,
        waiting: None,
        streams: vec![
            done(Stream::Categories, 64, 0),
            done(Stream::DimensionGroups, 9, 9),
            done(Stream::ItemTaxGroups, 4, 4),
            done(Stream::DeliveryModes, 10, 10),
            items,
            agreements,
            on_hand,
        ],
    }
}

pub fn waiting_run(percent: u64) -> Progress {
    Progress {
        waiting: Some("service unavailable (503), next try in 8 s".to_owned()),
        ..complete_run(percent)
    }
}

/// Lines as a run writes them.
pub fn log(lines: u32) -> Vec<LogLine> {
    (0..lines)
        .map(|number| {
            let (level, text) = match number % 24 {
                3 => (Level::Debug, format!("request method=POST path=\"/v1/items/batch\" status=200 ms=8.41 id=\"c65cdf3c-{number}\"")),
                7 => (Level::Warning, "a batch has an unknown outcome: POST http://127.0.0.1:8620/v1/items/batch was sent and no answer came, so whether it was done is unknown: operation timed out".to_owned()),
                13 => (Level::Debug, format!("request method=GET path=\"/v1/items/summary\" status=200 ms=0.02 id=\"c65cdf3c-{number}\"")),
                17 if number > 100 => (Level::Error, "Commerce Services inventory synchronization: The service is not available. POST http://127.0.0.1:8620/v1/items/batch was answered 503: the service is unavailable Try again later; look into the log of the service if it stays so.".to_owned()),
                19 => (Level::Info, format!("D{number:06}: name in zh-hans \"配送方法 Größe 79\" -> \"配送方法 Größe {number}\"")),
                _ => (Level::Info, format!("D{number:06}: available in WH{:02} {} -> {}", number % 10 + 1, 300 + number, 297 + number)),
            };
            LogLine {
                at: ago(i64::from(lines - number)) + SignedDuration::from_millis(i64::from(number) * 37 % 1_000),
                level,
                // What moves in the company and what the service answers belongs to no run.
                run: (level >= Level::Warning).then_some(RunId(117)),
                text,
            }
        })
        .collect()
}

/// Sets a scene at a size.
pub type Scene = fn((u16, u16), Look) -> Stage;

/// Every scene by its name.
pub const SCENES: &[(&str, Scene)] = &[
    ("jobs-empty", |size, look| Stage::bare(size, look)),
    ("jobs", |size, look| Stage::new(size, look)),
    ("jobs-never-run", |size, look| {
        let mut stage = Stage::bare(size, look);
        let never = |job| JobOverview {
            status: JobStatus::Waiting,
            last: None,
            quarantined: 0,
            ..job
        };
        stage.send(Msg::Overview(Ok(overview()
            .into_iter()
            .map(never)
            .collect())));
        stage
    }),
    ("jobs-starting", |size, look| {
        let mut stage = Stage::new(size, look);
        stage.press("r");
        stage
    }),
    ("jobs-running", |size, look| {
        let mut stage = Stage::new(size, look);
        stage.press("G").running(complete_run);
        stage
    }),
    ("jobs-cancelling", |size, look| {
        let mut stage = Stage::new(size, look);
        stage.press("G").running(complete_run).press("c");
        stage
    }),
    ("jobs-waiting", |size, look| {
        let mut stage = Stage::new(size, look);
        stage.press("G").running(waiting_run);
        stage
    }),
    ("jobs-error", |size, look| {
        let mut stage = Stage::new(size, look);
        stage.press("down");
        stage
    }),
    ("jobs-refused", |size, look| {
        let mut stage = Stage::new(size, look);
        let refusal = Documented::AnotherInstance
            .because("Run 118 of it is under way on AOS01 (pid 4711), started 14:02:51.");
        stage
            .press("r")
            .send(Msg::Started(Job::Inventory, Err(refusal)));
        stage
    }),
    ("jobs-elsewhere", |size, look| {
        let mut stage = Stage::bare(size, look);
        let mut jobs = overview();
        jobs[0].status = JobStatus::Executing;
        stage.send(Msg::Overview(Ok(jobs))).press("c");
        stage
    }),
    ("jobs-unread", |size, look| {
        let mut stage = Stage::bare(size, look);
        stage.send(Msg::Overview(Err(Exception::new(
            "The ledger cannot be read.",
            "/var/lib/axcs/ledger.db: disk I/O error",
            "Check the disk.",
        ))));
        stage
    }),
    ("jobs-read-only", |size, look| {
        let mut stage = Stage::with(
            Setting {
                read_only: true,
                ..setting(size, look)
            },
            size,
        );
        stage.send(Msg::Overview(Ok(overview()))).press("r");
        stage
    }),
    ("jobs-leaving", |size, look| {
        let mut stage = Stage::new(size, look);
        stage.press("G").running(complete_run).press("q y");
        stage
    }),
    ("logs-empty", |size, look| {
        let mut stage = Stage::bare(size, look);
        stage.press("2");
        stage
    }),
    ("logs", |size, look| {
        let mut stage = Stage::new(size, look);
        stage.press("tab");
        stage
    }),
    ("logs-standing", |size, look| {
        let mut stage = Stage::new(size, look);
        stage.press("2 pgup k k right right").send(Msg::Log(Batch {
            lines: log(40).into(),
            dropped: 12_004,
        }));
        stage
    }),
    ("logs-level", |size, look| {
        let mut stage = Stage::new(size, look);
        stage.press("2 v v");
        stage
    }),
    ("logs-wrapped", |size, look| {
        let mut stage = Stage::new(size, look);
        stage.press("2 w");
        stage
    }),
    ("logs-search-typing", |size, look| {
        let mut stage = Stage::new(size, look);
        stage.press("2 / s e r v i c e");
        stage
    }),
    ("logs-search-kept", |size, look| {
        let mut stage = Stage::new(size, look);
        stage.press("2 / u n a v enter N N");
        stage
    }),
    ("logs-search-without-hit", |size, look| {
        let mut stage = Stage::new(size, look);
        stage.press("2 / x y z enter n");
        stage
    }),
    ("help", |size, look| {
        let mut stage = Stage::new(size, look);
        stage.press("?");
        stage
    }),
    ("help-end", |size, look| {
        let mut stage = Stage::new(size, look);
        stage.press("2 ? G");
        stage
    }),
    ("question-complete", |size, look| {
        let mut stage = Stage::new(size, look);
        stage.press("G r");
        stage
    }),
    ("question-quit", |size, look| {
        let mut stage = Stage::new(size, look);
        stage.press("G").running(complete_run).press("q");
        stage
    }),
    ("details-live", |size, look| {
        let mut stage = Stage::new(size, look);
        stage.press("G").running(waiting_run).press("enter");
        stage
    }),
    ("details-error", |size, look| {
        let mut stage = Stage::new(size, look);
        stage.press("down enter");
        stage
    }),
    ("details-error-end", |size, look| {
        let mut stage = Stage::new(size, look);
        stage.press("down enter G");
        stage
    }),
    ("history-loading", |size, look| {
        let mut stage = Stage::new(size, look);
        stage.press("h");
        stage
    }),
    ("history", |size, look| {
        let mut stage = Stage::new(size, look);
        stage.press("h");
        stage.send(Msg::Runs(Job::Inventory, Ok(history())));
        stage.press("j j");
        stage
    }),
    ("history-unread", |size, look| {
        let mut stage = Stage::new(size, look);
        stage.press("h");
        stage.send(Msg::Runs(
            Job::Inventory,
            Err(Exception::new(
                "The ledger cannot be read.",
                "/var/lib/axcs/ledger.db: database is locked",
                "Wait, or end the other program that has it open.",
            )),
        ));
        stage
    }),
];

pub fn history() -> Vec<RunSummary> {
    let mut runs = vec![inventory_run()];
    for number in 1..40 {
        let status = match number % 7 {
            2 => RunStatus::Error,
            5 => RunStatus::Canceled,
            _ => RunStatus::Ended,
        };
        let mut run = summary(
            116 - number,
            Job::Inventory,
            status,
            190 + 900 * number,
            4 + number,
        );
        run.dry_run = number == 4;
        run.streams = vec![stream(
            Stream::OnHand,
            400,
            20 * number as u64 % 170,
            230,
            0,
        )];
        run.exception = (status == RunStatus::Error).then(network_error);
        runs.push(run);
    }
    runs
}
