//! What a frame takes, in time and in bytes, beside the same cells drawn by ratatui alone. In
//! memory, with the real backend.

use std::cell::Cell;
use std::io::{self, Write};
use std::rc::Rc;
use std::time::{Duration, Instant};

use axcs::console::app::Msg;
use axcs::console::draw;
use axcs::console::terminal::{RealScreen, Screen as _};
use axcs::logging::Batch;
use ratatui::backend::CrosstermBackend;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span, Text};
use ratatui::{Frame, Terminal, TerminalOptions, Viewport};

use crate::scenes::{self, Look, Stage};
use crate::table;

const SIZE: (u16, u16) = (200, 50);
const FRAMES: u64 = 300;
const ROUNDS: u64 = 7;

/// Counts what a terminal would get.
#[derive(Clone, Default)]
struct Counted(Rc<Cell<usize>>);

impl Write for Counted {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.set(self.0.get() + bytes.len());
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A terminal on which nothing stands yet; what it gets is counted.
fn terminal(counted: &Counted) -> RealScreen<Counted> {
    let viewport = Viewport::Fixed(Rect::new(0, 0, SIZE.0, SIZE.1));
    let backend = CrosstermBackend::new(counted.clone());
    RealScreen::new(Terminal::with_options(backend, TerminalOptions { viewport }).unwrap())
}

/// What frames took.
struct Took {
    /// Render and difference of the average frame.
    time: Duration,
    /// Bytes of the average frame.
    bytes: usize,
}

/// A screen that changes.
struct Scene {
    name: &'static str,
    begin: fn() -> Stage,
    /// What happens before each frame; 0 is the first one, which is not counted.
    change: fn(&mut Stage, u64),
    /// True where each is drawn on an empty screen.
    whole: bool,
}

const SCENES: [Scene; 4] = [
    Scene {
        name: "whole frame of the jobs",
        begin: || {
            let mut stage = Stage::new(SIZE, Look::DARK);
            stage.press("G").running(scenes::complete_run);
            stage
        },
        change: |_, _| {},
        whole: true,
    },
    Scene {
        name: "live gauges",
        begin: || {
            let mut stage = Stage::new(SIZE, Look::DARK);
            stage.press("G").running(scenes::complete_run);
            stage
        },
        change: |stage, frame| {
            stage.wait(250);
            let mut run = scenes::complete_run(42);
            run.streams[6].counts.acknowledged += frame * 1_733;
            run.streams[6].counts.enumerated += frame * 1_733;
            stage.send(Msg::Live(Box::new(scenes::live(vec![run]))));
        },
        whole: false,
    },
    Scene {
        name: "a page of products",
        begin: || scenes::products::products(SIZE, Look::DARK),
        change: |stage, frame| {
            // Down the list and up again.
            stage.press(if frame / 20 % 2 == 0 { "pgdn" } else { "pgup" });
        },
        whole: false,
    },
    Scene {
        name: "a line of the log",
        begin: || {
            let mut stage = Stage::new(SIZE, Look::DARK);
            stage.send(Msg::Log(Batch {
                lines: scenes::log(2_000).into(),
                dropped: 0,
            }));
            stage.press("7");
            stage
        },
        change: |stage, _| {
            stage.press("up");
        },
        whole: false,
    },
];

impl Scene {
    /// Draws the frames of the console, and notes what they hold where that is wanted.
    fn play(&self, mut texts: Option<&mut Vec<Text<'static>>>) -> Took {
        let mut stage = (self.begin)();
        self.draw_all(|number, screen| {
            (self.change)(&mut stage, number);
            let took = timed(screen, |frame| draw::draw(&stage.app, frame));
            if let Some(texts) = &mut texts {
                texts.push(text_of(&stage.draw()));
            }
            took
        })
    }

    /// Draws the same texts without the console.
    fn play_bare(&self, texts: &[Text<'static>]) -> Took {
        self.draw_all(|number, screen| {
            timed(screen, |frame| {
                frame.render_widget(&texts[number as usize], frame.area());
            })
        })
    }

    fn draw_all(&self, mut one: impl FnMut(u64, &mut RealScreen<Counted>) -> Duration) -> Took {
        let counted = Counted::default();
        let mut screen = terminal(&counted);
        one(0, &mut screen);
        let (mut time, mut bytes) = (Duration::ZERO, 0);
        for number in 1..=FRAMES {
            if self.whole {
                screen.forget().unwrap();
            }
            let before = counted.0.get();
            time += one(number, &mut screen);
            bytes += counted.0.get() - before;
        }
        Took {
            time: time / FRAMES as u32,
            bytes: bytes / FRAMES as usize,
        }
    }
}

fn timed(screen: &mut RealScreen<Counted>, mut paint: impl FnMut(&mut Frame<'_>)) -> Duration {
    let began = Instant::now();
    screen.draw(&mut paint).unwrap();
    began.elapsed()
}

/// The content of a screen as a text: one span for cells of one style.
fn text_of(buffer: &Buffer) -> Text<'static> {
    let row = |y: u16| {
        let mut spans: Vec<Span<'static>> = Vec::new();
        let mut skip = 0;
        for x in 0..buffer.area.width {
            // The second cell of a wide character holds nothing of its own.
            if skip > 0 {
                skip -= 1;
                continue;
            }
            let cell = &buffer[(x, y)];
            skip = Span::raw(cell.symbol()).width().saturating_sub(1);
            let style: Style = cell.style();
            match spans.last_mut() {
                Some(span) if span.style == style => span.content.to_mut().push_str(cell.symbol()),
                Some(_) | None => spans.push(Span::styled(cell.symbol().to_owned(), style)),
            }
        }
        Line::from(spans)
    };
    (0..buffer.area.height).map(row).collect()
}

/// Time and bytes of a frame.
pub fn frame() {
    for scene in SCENES {
        let mut texts = Vec::new();
        scene.play(Some(&mut texts));
        let mut ours = Vec::new();
        let mut bare = Vec::new();
        for _ in 0..ROUNDS {
            ours.push(scene.play(None));
            bare.push(scene.play_bare(&texts));
        }
        let best = |took: &[Took]| took.iter().map(|took| took.time).min().unwrap();
        let (figure, limit) = (best(&ours), best(&bare));
        assert_eq!(ours[0].bytes, bare[0].bytes, "{}: other cells", scene.name);
        table::tell(
            format!("frame {}x{}, {}", SIZE.0, SIZE.1, scene.name),
            format!("{figure:.1?}, {} bytes", ours[0].bytes),
            format!(
                "{limit:.1?}, {} bytes (the same content by ratatui alone)",
                bare[0].bytes
            ),
            figure.as_secs_f64() / limit.as_secs_f64(),
        );
    }
}
