//! A session on file, shown again: the same messages to the same update, and nothing is done outside.

use std::io::{self, IsTerminal as _};
use std::path::Path;
use std::time::Duration;

use color_eyre::eyre::{Result, WrapErr as _};
use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};
use futures_util::{Stream, StreamExt as _};
use jiff::Timestamp;

use crate::console::app::App;
use crate::console::plain::PlainScreen;
use crate::console::record::Session;
use crate::console::terminal::{self, Screen};
use crate::console::theme::{Depth, Palette, Symbols, Theme};

/// Longest time between two steps: nobody waits for what was not done.
const LONGEST: Duration = Duration::from_secs(1);

/// What somebody who looks on wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wish {
    GoOn,
    Pause,
    Leave,
}

/// Shows a session on this terminal; line by line where `is_plain` is true or there is no terminal.
///
/// # Errors
/// Where the file holds no session, or nothing can be shown.
pub async fn replay(file: &Path, is_plain: bool) -> Result<()> {
    let mut session = Session::open(file)?;
    let is_terminal = io::stdin().is_terminal() && io::stdout().is_terminal();
    if is_plain || !is_terminal {
        let theme = Theme::new(Palette::Mono, Depth::Mono, Symbols::ASCII)?;
        let mut app = session.app(theme);
        return tell(&mut session, &mut app, &mut PlainScreen::new(io::stdout())?);
    }
    let variable = |name: &str| std::env::var(name).ok();
    let symbols = Symbols::detect(cfg!(windows), variable);
    let theme = Theme::new(Palette::default(), Depth::detect(variable), symbols)?;
    let mut app = session.app(theme);
    let (_session, mut screen) =
        terminal::Session::begin().wrap_err("the terminal cannot be set up")?;
    let input = terminal::events();
    terminal::as_console(show(&mut session, &mut app, &mut screen, input)).await
}

/// Prints a session as fast as it goes.
pub fn tell(session: &mut Session, app: &mut App, screen: &mut impl Screen) -> Result<()> {
    app.begin();
    screen.show(app)?;
    while let Some((at, msg)) = session.next_step()? {
        // What it asks for was answered then, or was left out.
        app.update(msg, at);
        if app.take_dirty().is_some() {
            screen.show(app)?;
        }
    }
    Ok(())
}

async fn show(
    session: &mut Session,
    app: &mut App,
    screen: &mut impl Screen,
    mut input: impl Stream<Item = io::Result<Event>> + Unpin,
) -> Result<()> {
    app.begin();
    screen.show(app)?;
    let mut last = session.began();
    while let Some((at, msg)) = session.next_step()? {
        if wait(between(last, at), screen, app, &mut input).await? == Wish::Leave {
            return Ok(());
        }
        last = at;
        app.update(msg, at);
        if app.take_dirty().is_some() {
            screen.show(app)?;
        }
    }
    // The last screen stays until somebody has seen it.
    while wish(screen, app, &mut input).await? != Wish::Leave {}
    Ok(())
}

fn between(before: Timestamp, at: Timestamp) -> Duration {
    let span = at.duration_since(before);
    Duration::try_from(span).unwrap_or_default().min(LONGEST)
}

/// Waits for the next step; a key goes on at once, space stands still until the next key.
async fn wait(
    span: Duration,
    screen: &mut impl Screen,
    app: &App,
    input: &mut (impl Stream<Item = io::Result<Event>> + Unpin),
) -> Result<Wish> {
    tokio::select! {
        wished = wish(screen, app, input) => match wished? {
            Wish::Pause => wish(screen, app, input).await,
            wished @ (Wish::GoOn | Wish::Leave) => Ok(wished),
        },
        () = tokio::time::sleep(span) => Ok(Wish::GoOn),
    }
}

/// What the next key wants; `q`, `esc` or ctrl-c leave.
async fn wish(
    screen: &mut impl Screen,
    app: &App,
    input: &mut (impl Stream<Item = io::Result<Event>> + Unpin),
) -> Result<Wish> {
    loop {
        match input.next().await {
            Some(Ok(Event::Key(KeyEvent {
                code, modifiers, ..
            }))) => {
                let is_control = modifiers.contains(KeyModifiers::CONTROL);
                let leaves = matches!(code, KeyCode::Char('q') | KeyCode::Esc)
                    || (is_control && code == KeyCode::Char('c'));
                return Ok(if leaves {
                    Wish::Leave
                } else if code == KeyCode::Char(' ') {
                    Wish::Pause
                } else {
                    Wish::GoOn
                });
            }
            Some(Ok(Event::Resize(..))) => {
                screen.forget()?;
                screen.show(app)?;
            }
            Some(Ok(Event::Mouse(_) | Event::Paste(_) | Event::FocusGained | Event::FocusLost)) => {
            }
            // The terminal is gone.
            Some(Err(_)) | None => return Ok(Wish::Leave),
        }
    }
}
