//! The mouse does what keys do: it turns to tabs, selects and opens rows, scrolls, and presses the
//! keys of the last line.

use std::collections::BTreeSet;

use axcs::console::app::{Effect, Msg};
use axcs::console::theme::Symbols;
use axcs::model::Job;
use crossterm::event::{Event, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use ratatui::buffer::Buffer;

use crate::scenes::list::SCENES;
use crate::scenes::{Look, Stage, text_of};

fn mouse(stage: &mut Stage, kind: MouseEventKind, (column, row): (u16, u16)) {
    stage.send(Msg::Terminal(Event::Mouse(MouseEvent {
        kind,
        column,
        row,
        modifiers: KeyModifiers::NONE,
    })));
}

/// Where these words begin on the screen.
#[track_caller]
fn place(stage: &Stage, words: &str) -> (u16, u16) {
    let text = text_of(&stage.draw());
    let found = text.lines().enumerate().find_map(|(y, line)| {
        let (before, _) = line.split_once(words)?;
        Some((before.chars().count() as u16, y as u16))
    });
    found.unwrap_or_else(|| panic!("{words} is not in\n{text}"))
}

fn click_on(stage: &mut Stage, words: &str) {
    let cell = place(stage, words);
    mouse(stage, MouseEventKind::Down(MouseButton::Left), cell);
}

#[test]
fn a_click_on_a_tab_turns_to_it() {
    for size in [(80, 24), (120, 40), (200, 50)] {
        let mut stage = Stage::new(size, Look::DARK).answering();
        for (title, tab) in [
            ("Orders", "[5 Orders"),
            ("Account", "[1 Account"),
            ("Logs", "[7 Logs"),
            ("Jobs", "[4 Jobs"),
        ] {
            click_on(&mut stage, title);
            place(&stage, tab);
        }
    }
}

#[test]
fn a_click_selects_a_row_and_a_click_on_the_selected_one_opens_it() {
    for size in [(80, 24), (200, 50)] {
        let mut stage = Stage::new(size, Look::DARK).answering();
        click_on(&mut stage, "online orders upload");
        assert_eq!(stage.app.jobs().selected(), Job::Orders);
        assert!(stage.app.overlays().is_empty());
        click_on(&mut stage, "online orders upload");
        assert_eq!(stage.app.overlays().len(), 1);
    }
}

/// The cells in which a selected row is marked.
fn marks(buffer: &Buffer) -> BTreeSet<(u16, u16)> {
    let area = buffer.area;
    let cells = (0..area.height).flat_map(|y| (0..area.width).map(move |x| (x, y)));
    cells
        .filter(|cell| buffer[*cell].symbol() == Symbols::UNICODE.selected)
        .collect()
}

#[test]
fn a_click_selects_in_every_list() {
    for scene in [
        "orders",
        "exceptions",
        "products",
        "products-categories",
        "checklists",
        "history",
        "batch-jobs",
    ] {
        for size in [(80, 24), (200, 50)] {
            let (_, set) = SCENES.iter().find(|(name, _)| *name == scene).unwrap();
            let mut clicked = set(size, Look::DARK);
            clicked.press("home");
            let mut keyed = set(size, Look::DARK);
            keyed.press("home down down");
            let wanted = keyed.draw();
            let (before, behind) = (marks(&clicked.draw()), marks(&wanted));
            let Some((x, y)) = behind.difference(&before).next() else {
                panic!("{scene} at {size:?} selects nothing else");
            };
            let cell = (x + 3, *y);
            mouse(&mut clicked, MouseEventKind::Down(MouseButton::Left), cell);
            assert_eq!(
                text_of(&clicked.draw()),
                text_of(&wanted),
                "{scene} at {size:?}"
            );
        }
    }
}

#[test]
fn the_wheel_moves_and_a_key_of_the_last_line_is_pressed() {
    let mut stage = Stage::new((80, 24), Look::DARK);
    mouse(&mut stage, MouseEventKind::ScrollDown, (10, 10));
    assert_eq!(stage.app.jobs().selected(), Job::ALL[1]);
    mouse(&mut stage, MouseEventKind::ScrollUp, (10, 10));
    assert_eq!(stage.app.jobs().selected(), Job::ALL[0]);
    stage.asked();
    click_on(&mut stage, "d dry run");
    assert!(
        matches!(&stage.asked()[..], [Effect::Start(Job::Inventory, options)] if options.dry_run)
    );
    click_on(&mut stage, "? help");
    place(&stage, "Keys");
    let before = text_of(&stage.draw());
    mouse(&mut stage, MouseEventKind::ScrollDown, (10, 10));
    assert_ne!(text_of(&stage.draw()), before, "the help scrolls");
}

#[test]
fn a_window_hides_what_stands_behind_it_from_the_mouse_too() {
    let mut stage = Stage::new((80, 24), Look::DARK);
    stage.press("W");
    stage.asked();
    click_on(&mut stage, "Orders");
    mouse(&mut stage, MouseEventKind::Down(MouseButton::Left), (10, 4));
    assert_eq!(stage.asked(), []);
    assert_eq!(stage.app.overlays().len(), 1);
    place(&stage, "[4 Jobs");
    let row = stage.size.1 - 1;
    mouse(
        &mut stage,
        MouseEventKind::Down(MouseButton::Left),
        (2, row),
    );
    assert_eq!(stage.asked().len(), 1, "the footer's yes");
}

#[test]
fn no_cell_of_any_scene_is_too_much_for_a_click() {
    for (_, set) in SCENES {
        let mut stage = set((80, 24), Look::DARK);
        for y in (0..24).step_by(2).chain([23]) {
            for x in (2..80).step_by(23) {
                mouse(&mut stage, MouseEventKind::Down(MouseButton::Left), (x, y));
                mouse(&mut stage, MouseEventKind::ScrollDown, (x, y));
            }
        }
        stage.draw();
    }
}
