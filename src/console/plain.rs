//! The console without a screen, for screen readers and pipes: what changes is printed line by line,
//! and lines that are typed are commands. State, windows and questions are those of the console.

use std::collections::HashSet;
use std::io::{self, Write};
use std::time::Duration;

use futures_util::{Stream, stream};
use ratatui::backend::TestBackend;
use ratatui::layout::Size;
use ratatui::{Frame, Terminal};
use tokio::sync::mpsc;

use super::app::{App, Msg, Pace, Toast};
use super::draw;
use super::terminal::Screen;
use super::words;

/// What is printed is laid out as on a screen of this size: lists of two dozen rows.
pub const SIZE: Size = Size {
    width: 100,
    height: 40,
};

/// Progress is told so often; an answer to a command at once.
const PROGRESS: Duration = Duration::from_secs(5);

/// Lines that were read and not yet answered, at most.
const LINES_AHEAD: usize = 64;

/// What comes of the input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Typed {
    /// A line.
    Line(String),
    /// There are no more.
    End,
}

impl From<Typed> for Msg {
    fn from(typed: Typed) -> Self {
        match typed {
            Typed::Line(line) => Self::Line(line),
            Typed::End => Self::End,
        }
    }
}

/// The lines of standard input. A thread of its own reads them and ends with the process: nothing
/// else can be told to stop waiting for a line.
pub fn lines() -> impl Stream<Item = io::Result<Typed>> + Unpin {
    let (sender, mut receiver) = mpsc::channel(LINES_AHEAD);
    std::thread::spawn(move || {
        for line in io::stdin().lines() {
            let failed = line.is_err();
            if sender.blocking_send(line.map(Typed::Line)).is_err() || failed {
                return;
            }
        }
        // Whoever is gone does not need to be told.
        let _ = sender.blocking_send(Ok(Typed::End));
    });
    stream::poll_fn(move |context| receiver.poll_recv(context))
}

/// A row without how long something takes, how old it is and how long it is until then: that time goes
/// by is no news.
fn timeless(row: &str) -> String {
    let mut kept: Vec<&str> = Vec::new();
    for word in row.split_whitespace() {
        let is_unit = matches!(word.trim_end_matches(','), "s" | "min" | "h" | "d");
        let is_number = |word: &&str| word.starts_with(|first: char| first.is_ascii_digit());
        if is_unit && kept.last().is_some_and(is_number) {
            kept.pop();
        } else {
            kept.push(word);
        }
    }
    kept.join(" ")
}

/// Prints what changes.
#[derive(Debug)]
pub struct PlainScreen<W> {
    out: W,
    canvas: Terminal<TestBackend>,
    /// Where the console was: the tab and the windows over it.
    place: String,
    /// What was printed of that place.
    rows: Vec<String>,
    status: String,
    commands: String,
    toast: Option<Toast>,
}

impl<W: Write> PlainScreen<W> {
    /// Prints here.
    pub fn new(out: W) -> io::Result<Self> {
        let canvas = TestBackend::new(SIZE.width, SIZE.height);
        Ok(Self {
            out,
            canvas: Terminal::new(canvas).map_err(io::Error::other)?,
            place: String::new(),
            rows: Vec::new(),
            status: String::new(),
            commands: String::new(),
            toast: None,
        })
    }

    /// The rows of these cells of what a screen would show, blank ones left out.
    fn rows_of(&self, area: ratatui::layout::Rect) -> Vec<String> {
        let buffer = self.canvas.backend().buffer();
        let area = area.intersection(buffer.area);
        let rows = (area.top()..area.bottom()).map(|y| {
            let mut row = String::new();
            let mut x = area.left();
            while x < area.right() {
                let symbol = buffer[(x, y)].symbol();
                row.push_str(symbol);
                x += words::width(symbol).max(1) as u16;
            }
            row.trim_end().to_owned()
        });
        rows.filter(|row| !row.trim().is_empty()).collect()
    }

    /// Prints what is new of the place, or all of it where it is another one.
    fn tell_place(&mut self, app: &App) -> io::Result<()> {
        let front = app.overlays().last();
        let behind = app.overlays().len().saturating_sub(1);
        let place = front.map_or_else(
            || app.tab().title().to_owned(),
            |window| window.path(app, &app.overlays()[..behind], usize::MAX),
        );
        let area = front.map_or_else(|| draw::body(app), |window| window.text_area(app));
        let rows = self.rows_of(area);
        if place == self.place {
            let selected = app.theme().symbols.selected;
            // A row that is not selected any more is no news.
            let bare = |row: &str| timeless(&row.replacen(selected, " ", 1));
            let bares: HashSet<String> = self.rows.iter().map(|row| bare(row)).collect();
            let known: HashSet<String> = self.rows.iter().map(|row| timeless(row)).collect();
            for row in &rows {
                let is_new = !bares.contains(&bare(row));
                let is_selected = row.starts_with(selected) && !known.contains(&timeless(row));
                if is_new || is_selected {
                    writeln!(self.out, "{row}")?;
                }
            }
        } else {
            writeln!(self.out, "== {place}")?;
            for row in &rows {
                writeln!(self.out, "{row}")?;
            }
        }
        self.place = place;
        self.rows = rows;
        Ok(())
    }

    fn tell_commands(&mut self, app: &App) -> io::Result<()> {
        let context = app.context();
        let offered = app.keys().rows_at(context);
        let names: Vec<&str> = offered
            .filter(|(entry, _)| entry.footer.is_some() && app.offers(entry.action))
            .map(|(entry, _)| entry.action.name())
            .collect();
        let commands = if context.takes_text() {
            format!("-- type a text; or :{}", names.join(", :"))
        } else {
            format!("-- {}", names.join(", "))
        };
        if commands != self.commands {
            writeln!(self.out, "{commands}")?;
            self.commands = commands;
        }
        Ok(())
    }
}

impl<W: Write> Screen for PlainScreen<W> {
    fn size(&self) -> io::Result<Size> {
        Ok(SIZE)
    }

    fn draw(&mut self, paint: &mut dyn FnMut(&mut Frame<'_>)) -> io::Result<()> {
        let drawn = self.canvas.draw(|frame| paint(frame));
        drawn.map(|_| ()).map_err(io::Error::other)
    }

    fn show(&mut self, app: &App) -> io::Result<()> {
        self.draw(&mut |frame| draw::draw(app, frame))?;
        let first_lines = ratatui::layout::Rect::new(0, 0, SIZE.width, 2);
        let status = self.rows_of(first_lines).join("\n");
        if timeless(&status) != timeless(&self.status) {
            writeln!(self.out, "{status}")?;
        }
        self.status = status;
        self.tell_place(app)?;
        let toast = app.toast().cloned();
        if toast != self.toast {
            match &toast {
                Some(Toast::Refused(text)) => writeln!(self.out, "! {text}")?,
                Some(Toast::Told(text)) => writeln!(self.out, "+ {text}")?,
                None => {}
            }
            self.toast = toast;
        }
        self.tell_commands(app)?;
        self.out.flush()
    }

    fn gap(&self, pace: Pace) -> Duration {
        match pace {
            Pace::Prompt => Duration::ZERO,
            Pace::Calm => PROGRESS,
        }
    }

    fn takes_turns(&self) -> bool {
        true
    }

    fn forget(&mut self) -> io::Result<()> {
        // Everything is told again.
        self.place.clear();
        self.status.clear();
        self.commands.clear();
        Ok(())
    }

    fn suspend(&mut self) -> io::Result<()> {
        Ok(())
    }

    fn send(&mut self, _: &str) -> io::Result<()> {
        // Nothing here obeys a sequence.
        Ok(())
    }
}
