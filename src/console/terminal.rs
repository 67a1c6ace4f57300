//! The real terminal: raw mode and alternate screen on, and off again however the console ends.

use std::fmt;
use std::io::{self, BufWriter, IsTerminal as _, Stdout, Write};
use std::mem::ManuallyDrop;
use std::panic;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crossterm::event::{
    DisableBracketedPaste, DisableMouseCapture, EnableBracketedPaste, EnableMouseCapture, Event,
    MouseEventKind,
};
use crossterm::terminal::{
    BeginSynchronizedUpdate, EndSynchronizedUpdate, EnterAlternateScreen, LeaveAlternateScreen,
    disable_raw_mode, enable_raw_mode,
};
use crossterm::{cursor, execute, queue};
use futures_util::{Stream, stream};
use ratatui::backend::{CrosstermBackend, TestBackend};
use ratatui::layout::Size;
use ratatui::{Frame, Terminal};
use tokio::sync::mpsc;

use super::app::{App, Pace};
use super::{draw, links};

/// More than the first frame of a wide terminal has.
const FRAME_BYTES: usize = 16 * 1024;

/// There is no terminal to draw on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub struct NoTerminal(Lack);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Lack {
    Input,
    Output,
    Dumb,
}

impl fmt::Display for NoTerminal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let why = match self.0 {
            Lack::Input => "standard input is no terminal",
            Lack::Output => "standard output is no terminal",
            Lack::Dumb => "TERM is `dumb`, which cannot move a cursor",
        };
        write!(
            f,
            "the console needs a terminal, but {why}; use a command instead: `axcs jobs` shows the \
             jobs, `axcs run JOB --wait` runs one, `axcs runs` shows the last runs, each with --json"
        )
    }
}

/// Cells from side to side of the terminal that commands print to; none where it is a file or a pipe.
pub fn columns() -> Option<usize> {
    let (cells, _) = io::stdout()
        .is_terminal()
        .then(crossterm::terminal::size)?
        .ok()?;
    Some(usize::from(cells))
}

/// While it is there, nothing that is typed is shown, and no key stops this process.
#[derive(Debug)]
pub struct Unseen(());

impl Unseen {
    /// Has the terminal show nothing that is typed.
    pub fn begin() -> io::Result<Self> {
        enable_raw_mode()?;
        Ok(Self(()))
    }
}

impl Drop for Unseen {
    fn drop(&mut self) {
        // Nobody is left to be told.
        let _ = disable_raw_mode();
        // Line ends that were written meanwhile did not go back to the left side.
        let _ = write!(io::stderr(), "\r");
    }
}

/// Refuses where the console could not be seen or used.
pub fn check(input: bool, output: bool, term: Option<&str>) -> Result<(), NoTerminal> {
    if !input {
        Err(NoTerminal(Lack::Input))
    } else if !output {
        Err(NoTerminal(Lack::Output))
    } else if term == Some("dumb") {
        Err(NoTerminal(Lack::Dumb))
    } else {
        Ok(())
    }
}

/// Something to draw on.
pub trait Screen {
    /// Its size in cells.
    fn size(&self) -> io::Result<Size>;
    /// Draws what changed.
    fn draw(&mut self, paint: &mut dyn FnMut(&mut Frame<'_>)) -> io::Result<()>;
    /// Draws the console where it changed.
    fn show(&mut self, app: &App) -> io::Result<()> {
        self.draw(&mut |frame| draw::draw(app, frame))
    }
    /// Least time between the end of a frame and the next one.
    ///
    /// A key is to be seen within a frame of 60 Hz, 16 ms, also where a frame was drawn just before
    /// it: the gap is a sixteenth of that, and only gathers answers that come together. Nothing is drawn
    /// more often than keys and answers come. A line that is too slow for them holds up the frame
    /// itself, and what is typed meanwhile is drawn in one frame after it.
    fn gap(&self, pace: Pace) -> Duration {
        match pace {
            Pace::Prompt => Duration::from_millis(1),
            Pace::Calm => Duration::from_millis(250),
        }
    }
    /// True where what was asked for is shown before anything more is asked.
    fn takes_turns(&self) -> bool {
        false
    }
    /// Forgets what is there, so that the next frame draws every cell.
    fn forget(&mut self) -> io::Result<()>;
    /// Gives the terminal back to the shell until it continues this process.
    fn suspend(&mut self) -> io::Result<()>;
    /// Sends what the terminal obeys and does not show.
    fn send(&mut self, sequence: &str) -> io::Result<()>;
}

/// The real terminal.
#[derive(Debug)]
pub struct RealScreen<W: Write = BufWriter<Stdout>> {
    /// Never dropped: ratatui would show the cursor, which [`Session`] does, and panic where the
    /// terminal is gone.
    terminal: ManuallyDrop<Terminal<CrosstermBackend<W>>>,
    /// True where the terminal tells what its mouse does.
    has_mouse: bool,
    /// True where addresses and files are links.
    has_links: bool,
}

impl<W: Write> RealScreen<W> {
    /// Draws on this terminal.
    pub const fn new(terminal: Terminal<CrosstermBackend<W>>) -> Self {
        Self {
            terminal: ManuallyDrop::new(terminal),
            has_mouse: false,
            has_links: false,
        }
    }

    /// Makes links of the addresses and files on the screen.
    pub const fn use_links(&mut self) {
        self.has_links = true;
    }

    /// Has the terminal tell what its mouse does; its own selection of text needs shift from then on.
    pub fn use_mouse(&mut self) -> io::Result<()> {
        self.has_mouse = true;
        execute!(self.terminal.backend_mut(), EnableMouseCapture)
    }
}

impl<W: Write> Screen for RealScreen<W> {
    fn size(&self) -> io::Result<Size> {
        self.terminal.size()
    }

    fn draw(&mut self, paint: &mut dyn FnMut(&mut Frame<'_>)) -> io::Result<()> {
        // The terminal shows the frame whole, or not yet.
        queue!(self.terminal.backend_mut(), BeginSynchronizedUpdate)?;
        let drawn = self.terminal.draw(|frame| paint(frame)).map(|_| ());
        execute!(self.terminal.backend_mut(), EndSynchronizedUpdate)?;
        drawn
    }

    fn show(&mut self, app: &App) -> io::Result<()> {
        if !self.has_links {
            return self.draw(&mut |frame| draw::draw(app, frame));
        }
        let links = app.links();
        self.draw(&mut |frame| {
            draw::draw(app, frame);
            links::mark(frame.buffer_mut(), &links);
        })
    }

    fn forget(&mut self) -> io::Result<()> {
        // Not `clear`: that asks the terminal where its cursor is, and the thread that reads the
        // events would take the answer. Where it has another size meanwhile, the next frame sees that.
        let area = self.terminal.get_frame().area();
        self.terminal.resize(area)
    }

    fn suspend(&mut self) -> io::Result<()> {
        leave();
        stop_this_process()?;
        enter()?;
        if self.has_mouse {
            self.use_mouse()?;
        }
        self.forget()
    }

    fn send(&mut self, sequence: &str) -> io::Result<()> {
        let out = self.terminal.backend_mut();
        out.write_all(sequence.as_bytes())?;
        io::Write::flush(out)
    }
}

/// Events that were read and not yet answered, at most.
const EVENTS_AHEAD: usize = 256;

/// What the terminal says: keys, pastes, sizes. The stream ends with an error that the terminal
/// gives.
///
/// A thread of its own reads it: where a terminal is gone, crossterm reads it again and again
/// without coming back, and whoever polls it sees neither signal nor progress any more. The thread
/// ends with the process.
pub fn events() -> impl Stream<Item = io::Result<Event>> + Unpin {
    let (sender, mut receiver) = mpsc::channel(EVENTS_AHEAD);
    std::thread::spawn(move || {
        loop {
            let event = crossterm::event::read();
            // Nothing is done about where the mouse goes, and it goes far.
            if let Ok(Event::Mouse(mouse)) = &event
                && matches!(mouse.kind, MouseEventKind::Moved | MouseEventKind::Drag(_))
            {
                continue;
            }
            let failed = event.is_err();
            if sender.blocking_send(event).is_err() || failed {
                break;
            }
        }
    });
    stream::poll_fn(move |context| receiver.poll_recv(context))
}

impl Screen for Terminal<TestBackend> {
    fn size(&self) -> io::Result<Size> {
        Ok(self.backend().buffer().area.as_size())
    }

    fn draw(&mut self, paint: &mut dyn FnMut(&mut Frame<'_>)) -> io::Result<()> {
        Self::draw(self, |frame| paint(frame))
            .map(|_| ())
            .map_err(io::Error::other)
    }

    fn forget(&mut self) -> io::Result<()> {
        self.clear().map_err(io::Error::other)
    }

    fn suspend(&mut self) -> io::Result<()> {
        Ok(())
    }

    fn send(&mut self, _: &str) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(unix)]
fn stop_this_process() -> io::Result<()> {
    // The shell's own `kill` spares unsafe code and another crate; it returns after `fg`.
    std::process::Command::new("sh")
        .args(["-c", "kill -s TSTP $PPID"])
        .stdin(std::process::Stdio::null())
        .status()
        .map(|_| ())
}

#[cfg(windows)]
fn stop_this_process() -> io::Result<()> {
    // Windows has no job control; the key table offers no key for it.
    Ok(())
}

fn enter() -> io::Result<()> {
    enable_raw_mode()?;
    execute!(
        io::stdout(),
        EnterAlternateScreen,
        EnableBracketedPaste,
        cursor::Hide
    )
}

fn leave() {
    // Each on its own: where the terminal is gone there is nothing left to restore. Where the mouse
    // was not used this changes nothing.
    let _ = execute!(io::stdout(), DisableMouseCapture);
    let _ = execute!(
        io::stdout(),
        DisableBracketedPaste,
        LeaveAlternateScreen,
        cursor::Show
    );
    let _ = disable_raw_mode();
}

tokio::task_local! {
    /// Set around the console's own task, so that its panics are told from those of a run.
    static IN_CONSOLE: ();
}

/// Runs a future as the console's own: its panics leave the screen before they are reported.
pub async fn as_console<T>(future: impl Future<Output = T>) -> T {
    IN_CONSOLE.scope((), future).await
}

type Hook = dyn Fn(&panic::PanicHookInfo<'_>) + Send + Sync;

/// The terminal as the console uses it, until it is dropped.
pub struct Session {
    entered: Arc<AtomicBool>,
    previous: Arc<Hook>,
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session").finish_non_exhaustive()
    }
}

impl Session {
    /// Takes the terminal.
    pub fn begin() -> io::Result<(Self, RealScreen)> {
        let entered = Arc::new(AtomicBool::new(true));
        let session = Self {
            entered: Arc::clone(&entered),
            previous: Arc::from(panic::take_hook()),
        };
        let previous = Arc::clone(&session.previous);
        panic::set_hook(Box::new(move |panic| {
            if IN_CONSOLE.try_with(|()| ()).is_ok() {
                // The log first: it outlives the screen.
                tracing::error!("the console panicked: {panic}");
                if entered.swap(false, Ordering::SeqCst) {
                    leave();
                }
                previous(panic);
            } else {
                // A run panicked. The console goes on drawing; the runner reports the run.
                tracing::error!("a task panicked: {panic}");
            }
        }));
        enter()?;
        // A frame goes to the terminal in one piece: standard output has room for a kilobyte.
        let frames = BufWriter::with_capacity(FRAME_BYTES, io::stdout());
        let terminal = Terminal::new(CrosstermBackend::new(frames))?;
        Ok((session, RealScreen::new(terminal)))
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        if self.entered.swap(false, Ordering::SeqCst) {
            leave();
        }
        // The hook cannot be changed while the thread panics; the program ends then anyway.
        if !std::thread::panicking() {
            let previous = Arc::clone(&self.previous);
            panic::set_hook(Box::new(move |panic| previous(panic)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_terminal_the_refusal_names_commands() {
        for (input, output, term, says) in [
            (false, true, Some("xterm"), "standard input"),
            (true, false, Some("xterm"), "standard output"),
            (true, true, Some("dumb"), "dumb"),
        ] {
            let text = check(input, output, term).unwrap_err().to_string();
            assert!(
                text.contains(says) && text.contains("axcs run JOB --wait"),
                "{text}"
            );
        }
        assert_eq!(check(true, true, None), Ok(()));
    }
}
