//! The limit of what a console can be: a program of ratatui alone that fills the screen, and moves
//! one row at a key. It opens nothing and knows nothing.

use std::io::stdout;

use crossterm::event::{Event, KeyCode, read};
use crossterm::terminal::{
    EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode,
};
use crossterm::{cursor, execute};
use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Text};

/// The argument that makes this program the bare one.
pub const NAME: &str = "bare-screen";

/// Runs until `q`.
pub fn play() {
    enable_raw_mode().unwrap();
    execute!(stdout(), EnterAlternateScreen, cursor::Hide).unwrap();
    let mut terminal = Terminal::new(CrosstermBackend::new(stdout())).unwrap();
    let mut selected = 0;
    loop {
        terminal
            .draw(|frame| {
                let area = frame.area();
                let rows = (0..area.height).map(|row| {
                    let text =
                        format!("{row:>4} C-{row:06} Contoso Alpine Rain Jacket  FIN  sold  ");
                    let line = Line::raw(text.repeat(usize::from(area.width) / text.len() + 1));
                    if row == selected % area.height {
                        line.style(Style::new().add_modifier(Modifier::REVERSED))
                    } else {
                        line
                    }
                });
                frame.render_widget(rows.collect::<Text<'_>>(), area);
            })
            .unwrap();
        match read().unwrap() {
            Event::Key(key) if key.code == KeyCode::Char('q') => break,
            Event::Key(_) => selected += 1,
            Event::Resize(..)
            | Event::Mouse(_)
            | Event::Paste(_)
            | Event::FocusGained
            | Event::FocusLost => {}
        }
    }
    execute!(stdout(), LeaveAlternateScreen, cursor::Show).unwrap();
    disable_raw_mode().unwrap();
}
