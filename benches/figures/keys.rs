//! How soon a key is answered on the screen: from the writing of the key into a pseudo-terminal until
//! what shows its answer has been read from it. Over a company of a million items and a log of a
//! million lines, without runs and beside three of them; each key beside one at a bare program of
//! ratatui.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use axcs::cli;
use axcs::ledger::{EmbeddedLedger, JobBook as _};
use axcs::model::random::Random;
use clap::Parser as _;
use vt100::Screen;

use crate::console::{bare, open};
use crate::pty::Pty;
use crate::schedule::{PATIENCE, SETTINGS, axcs};
use crate::table;

/// The argument that makes this program a console with a long log.
pub const NAME: &str = "console-with-a-log";
/// The argument that makes this program start runs.
pub const RUNS_NAME: &str = "runs-again-and-again";
/// The last line of that log.
const LAST_LINE: &str = "the log is as long as it was asked for";
/// Lines that are written at once, and the pause behind them: the console takes them out meanwhile.
const PORTION: (u64, Duration) = (10_000, Duration::from_millis(30));

/// After it, nothing comes any more of what a key has asked for.
const SETTLED: Duration = Duration::from_millis(300);

const SIZE: (u16, u16) = (120, 40);
/// A frame of 60 Hz.
const LIMIT: Duration = Duration::from_millis(16);
/// The runs beside which keys are pressed: each begins again as soon as it has ended.
const RUNS: [&[&str]; 3] = [
    &["run", "inventory", "--complete"],
    &["run", "trade-agreements", "--complete"],
    &["run", "orders", "--complete"],
];
/// Online orders that are listed.
const ORDERS: &str = "3000";

/// The console of a folder, of which this process writes so many lines of log.
pub fn play(arguments: &[String]) {
    let [folder, lines] = arguments else {
        panic!("a folder and a number of lines");
    };
    let lines: u64 = lines.parse().unwrap();
    let settings = Path::new(folder).join(SETTINGS);
    let settings = settings.to_str().unwrap();
    let arguments = ["axcs", "--no-worker", "--dir", folder, "--config", settings];
    let arguments = cli::Arguments::try_parse_from(arguments).unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        tokio::spawn(write_log(lines));
        cli::execute(arguments).await
    });
}

async fn write_log(lines: u64) {
    while !tracing::dispatcher::has_been_set() {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let (portion, pause) = PORTION;
    for line in 0..lines {
        if line % portion == 0 {
            tokio::time::sleep(pause).await;
        }
        if line % 16 == 0 {
            tracing::warn!(target: "axcs::figures", "C-{line:06}: the stock is below zero in WH{:02}", line % 10);
        } else {
            tracing::info!(target: "axcs::figures", "C-{line:06}: available in WH{:02} {line} -> {}", line % 10, line + 1);
        }
    }
    tracing::info!(target: "axcs::figures", "{LAST_LINE}");
}

/// A folder with a company, orders and everything uploaded; it goes with its processes.
struct Site {
    folder: tempfile::TempDir,
    service: Option<Child>,
}

impl Drop for Site {
    fn drop(&mut self) {
        if let Some(service) = &mut self.service {
            let _ = service.kill();
            let _ = service.wait();
        }
    }
}

impl Site {
    async fn new(items: u64) -> Self {
        // A million items take a gigabyte: not where temporary files may be kept in memory.
        let target = Path::new(env!("CARGO_TARGET_TMPDIR"));
        std::fs::create_dir_all(target).unwrap();
        let folder = tempfile::tempdir_in(target).unwrap();
        std::fs::write(folder.path().join(SETTINGS), "").unwrap();
        let items = items.to_string();
        let commands: [&[&str]; 2] = [
            &["company", "generate", "--items", &items],
            &["demo", "--headless", "--orders", ORDERS],
        ];
        for command in commands {
            let began = Instant::now();
            let done = axcs(folder.path(), command).status().unwrap();
            assert!(done.success(), "{command:?}");
            println!("  axcs {}: {:.1?}", command.join(" "), began.elapsed());
        }
        let mut site = Self {
            folder,
            service: None,
        };
        let command = ["service", "--listen", "127.0.0.1:0"];
        site.service = Some(axcs(site.dir(), &command).spawn().unwrap());
        let running = site.dir().join("service");
        let began = Instant::now();
        while axcs::service::running_at(&running).is_none() {
            assert!(began.elapsed() < PATIENCE, "the service did not start");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        site
    }

    fn dir(&self) -> &Path {
        self.folder.path()
    }
}

/// Keeps the three runs going, each again as soon as it has ended, until nobody holds the other end of
/// the standard input.
pub fn play_runs(arguments: &[String]) {
    let [folder] = arguments else {
        panic!("a folder");
    };
    let is_over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for command in RUNS {
            let is_over = &is_over;
            scope.spawn(move || {
                while !is_over.load(Ordering::Relaxed) {
                    let mut run = axcs(Path::new(folder), command).spawn().unwrap();
                    while run.try_wait().unwrap().is_none() {
                        if is_over.load(Ordering::Relaxed) {
                            let _ = run.kill();
                        }
                        std::thread::park_timeout(Duration::from_millis(10));
                    }
                }
            });
        }
        let _ = std::io::copy(&mut std::io::stdin(), &mut std::io::sink());
        is_over.store(true, Ordering::Relaxed);
    });
}

/// The runs of another session, as those of a service are: Linux shares the processor among sessions.
struct Load(Child);

impl Load {
    fn begin(folder: &Path) -> Self {
        let mut command = Command::new("setsid");
        command.arg(std::env::current_exe().unwrap());
        command.args([RUNS_NAME.as_ref(), folder.as_os_str()]);
        Self(command.stdin(Stdio::piped()).spawn().unwrap())
    }

    fn end(mut self) {
        drop(self.0.stdin.take());
        assert!(self.0.wait().unwrap().success());
    }
}

/// Where the answer to a key is seen. What moves by itself is left out.
#[derive(Clone, Copy)]
enum Part {
    /// The titles of the tabs.
    Tabs,
    /// The mark of the selected row.
    Mark,
    /// The mark and the rows, without the age that a row may begin with.
    Rows,
    /// The text that is typed.
    Typed,
}

impl Part {
    fn of(self, screen: &Screen) -> Vec<u8> {
        let (columns, rows) = SIZE;
        let below = |left: u16, width: u16| {
            let all = screen.rows_formatted(left, width);
            all.take(usize::from(rows) - 2)
                .skip(3)
                .collect::<Vec<_>>()
                .concat()
        };
        match self {
            Self::Tabs => screen.rows(0, columns).nth(2).unwrap().into_bytes(),
            Self::Mark => below(0, 1),
            Self::Rows => [below(0, 1), below(8, columns - 8)].concat(),
            Self::Typed => {
                let mut all = screen.rows(0, columns);
                let typed = all.find(|row| row.starts_with(" Filter:") || row.contains(" Search:"));
                typed.unwrap_or_default().into_bytes()
            }
        }
    }
}

/// Keys on a tab.
struct Tab {
    name: &'static str,
    key: &'static str,
    /// Where it begins.
    first: &'static str,
    /// What it shows there once it has been read.
    shows: &'static str,
    keys: &'static [(Part, &'static str, usize)],
}

const DOWN: &str = "\x1b[B";
const UP: &str = "\x1b[A";
const PAGE_DOWN: &str = "\x1b[6~";
const PAGE_UP: &str = "\x1b[5~";
const END: &str = "G";
const HOME: &str = "g";
/// What stands before the selected row.
const MARK: &str = "▌";

const TABS: [Tab; 4] = [
    Tab {
        name: "Products",
        key: "3",
        first: HOME,
        shows: MARK,
        keys: &[
            (Part::Rows, DOWN, 30),
            (Part::Rows, PAGE_DOWN, 30),
            (Part::Rows, UP, 10),
            (Part::Rows, PAGE_UP, 10),
            (Part::Rows, END, 1),
            (Part::Rows, PAGE_UP, 10),
            (Part::Rows, HOME, 1),
            (Part::Typed, "/", 1),
            (Part::Typed, "jacket", 1),
            (Part::Typed, "\x1b", 1),
        ],
    },
    Tab {
        name: "Jobs",
        key: "4",
        first: HOME,
        shows: MARK,
        keys: &[(Part::Mark, DOWN, 4), (Part::Mark, UP, 4)],
    },
    Tab {
        name: "Orders",
        key: "5",
        first: HOME,
        shows: MARK,
        keys: &[
            (Part::Rows, DOWN, 30),
            (Part::Rows, PAGE_DOWN, 4),
            (Part::Rows, UP, 10),
            (Part::Rows, HOME, 1),
            (Part::Typed, "/", 1),
            (Part::Typed, "adams", 1),
            (Part::Typed, "\x1b", 1),
        ],
    },
    Tab {
        name: "Logs",
        key: "7",
        first: END,
        shows: LAST_LINE,
        keys: &[
            (Part::Rows, PAGE_UP, 30),
            (Part::Rows, UP, 30),
            (Part::Rows, PAGE_DOWN, 10),
            (Part::Rows, HOME, 1),
            (Part::Rows, PAGE_DOWN, 10),
            (Part::Typed, "/", 1),
            (Part::Typed, "wh07", 1),
            (Part::Typed, "\x1b", 1),
            (Part::Rows, END, 1),
        ],
    },
];

/// How long keys waited for their answers.
#[derive(Default)]
struct Waits(Vec<Duration>);

impl Waits {
    /// p50, p99 and most.
    fn told(&mut self) -> String {
        self.0.sort();
        format!(
            "p50 {:.1?}, p99 {:.1?}, most {:.1?}",
            self.at(50),
            self.at(99),
            self.at(100)
        )
    }

    fn at(&self, share: usize) -> Duration {
        self.0[(self.0.len() * share / 100).min(self.0.len() - 1)]
    }
}

/// Presses a key; answers how long its answer took.
fn answer(pty: &mut Pty, key: &str, part: impl Fn(&Screen) -> Vec<u8>) -> Duration {
    pty.listen(Duration::ZERO);
    let before = part(pty.screen.screen());
    let pressed = Instant::now();
    pty.press(key);
    pty.until(|screen| part(screen) != before)
        .saturating_duration_since(pressed)
}

/// Two programs at which the same keys are pressed.
struct Desk {
    console: Pty,
    bare: Pty,
    random: Random,
    waits: Vec<Waits>,
    bare_waits: Waits,
}

impl Desk {
    fn open(site: &Site, lines: u64) -> Self {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.arg(NAME).arg(site.dir()).arg(lines.to_string());
        let mut console = open(&command, SIZE);
        console.until_shows("complete data synchronization");
        console.press("7");
        console.until_shows(LAST_LINE);
        let mut bare = open(&bare(), SIZE);
        bare.until(Screen::alternate_screen);
        Self {
            console,
            bare,
            random: Random::new(1),
            waits: Vec::new(),
            bare_waits: Waits::default(),
        }
    }

    fn press(&mut self, tab: usize, part: Part, key: &str) {
        // Half of the keys come as soon as the one before is answered, as where one types quickly.
        if self.random.once_in(2) {
            let pause = Duration::from_millis(self.random.between(20, 150));
            self.console.listen(pause);
        }
        let wait = answer(&mut self.console, key, |screen| part.of(screen));
        self.waits[tab].0.push(wait);
        let wait = answer(&mut self.bare, "j", Screen::contents_formatted);
        self.bare_waits.0.push(wait);
    }

    /// Presses every key of every tab.
    fn play(&mut self) {
        for (number, tab) in TABS.iter().enumerate() {
            self.press(number, Part::Tabs, tab.key);
            self.console.press(tab.first);
            self.console.until_shows(tab.shows);
            self.console.listen(SETTLED);
            for (part, key, times) in tab.keys {
                for _ in 0..*times {
                    if key.starts_with('\x1b') || key.len() == 1 {
                        self.press(number, *part, key);
                    } else {
                        for letter in key.split_inclusive(|_: char| true) {
                            self.press(number, *part, letter);
                        }
                    }
                }
                // What was asked for last comes after the key was answered; so does a filter's end.
                self.console.listen(SETTLED);
            }
        }
    }

    /// Presses all keys so many times, and tells what came of it.
    fn measure(&mut self, rounds: u64, beside: &str) {
        self.waits = TABS.iter().map(|_| Waits::default()).collect();
        self.bare_waits = Waits::default();
        for _ in 0..rounds {
            self.play();
        }
        let bare = self.bare_waits.told();
        let mut all = Waits::default();
        for (tab, waits) in TABS.iter().zip(&mut self.waits) {
            println!("  {beside}, {}: {}", tab.name, waits.told());
            all.0.extend(&waits.0);
        }
        table::tell(
            format!("{} keys {beside}", all.0.len()),
            all.told(),
            format!("{LIMIT:.0?} at p99; {bare} (bare ratatui)"),
            all.at(99).as_secs_f64() / LIMIT.as_secs_f64(),
        );
    }

    fn close(mut self) {
        self.bare.press("q");
        self.bare.kill();
        self.console.kill();
    }
}

/// How many of the three runs were under way, on average over some looks.
async fn executing(ledger: &EmbeddedLedger) -> f64 {
    const LOOKS: u32 = 20;
    let mut found = 0;
    for _ in 0..LOOKS {
        found += ledger.board().await.unwrap().executing.len();
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    found as f64 / f64::from(LOOKS)
}

/// Keys over a million items and a million lines.
pub async fn keys(items: u64, lines: u64, rounds: u64) {
    let site = Site::new(items).await;
    let mut desk = Desk::open(&site, lines);
    desk.measure(rounds, "without runs");
    let ledger = EmbeddedLedger::open(&site.dir().join("ledger.db"))
        .await
        .unwrap();
    let load = Load::begin(site.dir());
    // A run first reads where it begins.
    tokio::time::sleep(Duration::from_secs(2)).await;
    let before = executing(&ledger).await;
    desk.measure(rounds, "beside three runs");
    let after = executing(&ledger).await;
    load.end();
    println!("  runs under way: {before:.1} before the keys, {after:.1} after them");
    desk.close();
}
