//! Every state of the tabs and every window, at every size: what an operator sees, cell by cell.
//! `UPDATE=1 cargo test --test screens` writes the screenshots anew, `INSTA_UPDATE=always` the
//! snapshots.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on has failed"
)]
#![cfg(feature = "console")]

#[path = "support/scenes.rs"]
mod scenes;
#[path = "support/svg.rs"]
mod svg;

use std::fmt::Write as _;
use std::path::Path;

use axcs::console::keys::Keymap;
use axcs::console::theme::{Depth, Palette, Symbols};
use ratatui::buffer::{Buffer, Cell};
use ratatui::style::{Color, Modifier};
use scenes::list::SCENES;
use scenes::{Look, text_of};

/// Text, then every stretch of cells that differs from the terminal's own style.
fn snapshot_of(buffer: &Buffer) -> String {
    let mut snapshot = text_of(buffer);
    snapshot.push_str("---- styles: row, columns, foreground on background, modifiers\n");
    for y in 0..buffer.area.height {
        let style = |x: u16| {
            let cell = &buffer[(x, y)];
            (cell.fg, cell.bg, cell.modifier)
        };
        let mut x = 0;
        while x < buffer.area.width {
            let (start, look) = (x, style(x));
            while x < buffer.area.width && style(x) == look {
                x += 1;
            }
            if look != (Color::Reset, Color::Reset, Modifier::empty()) {
                let (fg, bg, modifier) = look;
                let end = x - 1;
                let _ = writeln!(snapshot, "{y} {start}-{end} {fg} on {bg} {modifier:?}");
            }
        }
    }
    snapshot
}

fn assert_snapshots(variant: &str, size: (u16, u16), look: Look, content: fn(&Buffer) -> String) {
    for (name, scene) in SCENES {
        let buffer = scene(size, look).draw();
        insta::assert_snapshot!(format!("{name}@{variant}"), content(&buffer));
    }
}

#[test]
fn screens_80x24() {
    assert_snapshots("80x24", (80, 24), Look::DARK, snapshot_of);
}

#[test]
fn screens_120x40() {
    assert_snapshots("120x40", (120, 40), Look::DARK, text_of);
}

#[test]
fn screens_200x50() {
    assert_snapshots("200x50", (200, 50), Look::DARK, text_of);
}

#[test]
fn screens_without_colour_and_in_ascii() {
    assert_snapshots("mono-ascii-80x24", (80, 24), Look::PLAIN, snapshot_of);
}

#[test]
fn screens_in_other_colours() {
    for (variant, palette, depth) in [
        ("light", Palette::Light, Depth::True),
        ("256", Palette::Dark, Depth::Indexed),
        ("16", Palette::Dark, Depth::Ansi),
        ("light-16", Palette::Light, Depth::Ansi),
        ("high-contrast", Palette::HighContrast, Depth::True),
    ] {
        let look = Look {
            palette,
            depth,
            symbols: &Symbols::UNICODE,
        };
        for (name, scene) in SCENES
            .iter()
            .filter(|(name, _)| matches!(*name, "jobs-running" | "jobs-error" | "logs-search-kept"))
        {
            let buffer = scene((80, 24), look).draw();
            insta::assert_snapshot!(format!("{name}@{variant}-80x24"), snapshot_of(&buffer));
        }
    }
}

/// Colour is never the only sign: what is read, and where, does not depend on it.
#[test]
fn without_colour_every_screen_says_the_same_in_the_same_places() {
    let mono = Look {
        depth: Depth::Mono,
        ..Look::DARK
    };
    for (name, scene) in SCENES {
        for size in [(80, 24), (120, 40), (200, 50)] {
            let (plain, coloured) = (scene(size, mono).draw(), scene(size, Look::DARK).draw());
            assert_eq!(text_of(&plain), text_of(&coloured), "{name} at {size:?}");
            for cell in plain.content() {
                assert_eq!((cell.fg, cell.bg), (Color::Reset, Color::Reset), "{name}");
            }
        }
    }
}

#[test]
fn ascii_screens_are_ascii_and_colourless() {
    for (name, scene) in SCENES {
        let buffer = scene((120, 40), Look::PLAIN).draw();
        for cell in buffer.content() {
            assert_eq!((cell.fg, cell.bg), (Color::Reset, Color::Reset), "{name}");
            // Texts of the company, of shoppers and of the log stay as they are, but for what a
            // terminal would obey.
            let is_foreign = |character: char| {
                "Größe配送方法Zoe\u{308}␛␇␍␊\u{fffd}".contains(character)
                    || scenes::orders::NAMES
                        .iter()
                        .any(|name| name.contains(character))
            };
            assert!(
                cell.symbol().is_ascii() || cell.symbol().chars().all(is_foreign),
                "{name}: {}",
                cell.symbol()
            );
        }
    }
}

#[test]
fn the_place_is_on_every_screen() {
    for (name, scene) in SCENES {
        let text = text_of(&scene((80, 24), Look::DARK).draw());
        for words in ["demo", "usmf Contoso", "http://127.0.0.1:8620"] {
            assert!(text.lines().next().unwrap().contains(words), "{name}");
        }
    }
}

/// The largest screen that is drawn.
const LARGEST: (u16, u16) = (300, 100);

/// The sizes around which something is laid out another way: every scene is drawn at them.
const EDGES: ([u16; 9], [u16; 4]) = ([59, 60, 79, 80, 149, 150, 179, 180, 300], [14, 15, 24, 100]);

/// Draws a scene at a size; it says where that is too small, and nowhere else.
fn assert_draws(name: &str, stage: &mut scenes::Stage, (width, height): (u16, u16)) {
    let buffer = stage.resize((width, height)).paint();
    // On a handful of cells even that has no room.
    if width >= 9 && height >= 2 {
        let cells = buffer.content().iter().map(Cell::symbol);
        let words: String = cells.filter(|symbol| *symbol != " ").take(8).collect();
        let is_small = width < 60 || height < 15;
        let says_so = words == "Toosmall";
        assert_eq!(says_so, is_small, "{name} at {width}x{height}");
    }
}

/// Each size from 1x1 to 300x100 by one of the scenes, in turn; each scene at the edges.
#[test]
fn every_size_draws() {
    let threads = std::thread::available_parallelism().map_or(2, usize::from);
    let number = SCENES.len();
    let draw_some = |mine: usize| {
        for (turn, (name, scene)) in SCENES.iter().enumerate() {
            if turn % threads != mine {
                continue;
            }
            let mut stage = scene((80, 24), Look::DARK);
            for width in 1..=LARGEST.0 {
                for height in 1..=LARGEST.1 {
                    let size = usize::from(width) + 7 * usize::from(height);
                    if size % number == turn {
                        assert_draws(name, &mut stage, (width, height));
                    }
                }
            }
            for width in EDGES.0 {
                for height in EDGES.1 {
                    assert_draws(name, &mut stage, (width, height));
                }
            }
        }
    };
    std::thread::scope(|scope| {
        for mine in 0..threads {
            scope.spawn(move || draw_some(mine));
        }
    });
}

#[test]
fn every_scene_survives_every_key() {
    let keys = "w u W y U y j k G g up down pgup pgdn space left right home end ? n N / a esc w f v h enter tab r d c y esc \
                b j enter G esc esc m m e x enter y R y s a / ü backspace enter esc e esc 5 v enter G esc 6 enter q esc 1 a y D u s m f enter esc n o c 2 j enter esc t G enter y esc k enter esc \
                3 / a * enter space t s n r u S y enter esc e A x a esc c right j a G enter esc G pgup A A y u esc 4 e down ctrl-n a enter esc y E n E y f n esc 4 l esc y x h enter y x esc esc ctrl-l";
    for (name, scene) in SCENES {
        let mut stage = scene((80, 24), Look::DARK);
        for key in keys.split(' ') {
            stage.press(key);
            let buffer = stage.paint();
            let begins: String = buffer.content().iter().take(5).map(Cell::symbol).collect();
            assert_eq!(begins, " demo", "{name} after {key}\n{}", text_of(&buffer));
        }
    }
}

fn assert_file(path: &str, content: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, content).unwrap();
    }
    let found = std::fs::read_to_string(&path)
        .unwrap_or_default()
        .replace("\r\n", "\n");
    assert!(
        found == content,
        "{} is not what the program shows; UPDATE=1 cargo test --test screens writes it",
        path.display()
    );
}

#[test]
fn screenshots_are_what_the_program_shows() {
    for (name, size) in [
        ("jobs", (110, 30)),
        ("jobs-running", (110, 30)),
        ("jobs-error", (110, 30)),
        ("logs", (110, 30)),
        ("orders", (110, 30)),
        ("exceptions", (110, 30)),
        ("account", (110, 30)),
        ("checklists", (110, 30)),
        ("products", (200, 40)),
        ("products-counted", (110, 30)),
        ("account-sign-in", (110, 36)),
        ("recurrence-typed", (110, 30)),
        ("help", (110, 30)),
    ] {
        let (_, scene) = SCENES.iter().find(|(scene, _)| *scene == name).unwrap();
        let buffer = scene(size, Look::DARK).draw();
        assert_file(&format!("screenshots/{name}.svg"), &svg::picture(&buffer));
    }
}

// Windows has no job control, so its table lacks one row.
#[cfg(unix)]
#[test]
fn keys_toml_is_the_table() {
    let text = Keymap::default_toml();
    assert_file("config/keys.toml", &text);
    Keymap::new(&text).expect("the default keys can be read back");
}
