//! A screen as an SVG picture: one rectangle for each run of background, one text for each run of
//! equal style, each pinned to its cells.

use std::fmt::Write as _;

use ratatui::buffer::{Buffer, Cell};
use ratatui::style::{Color, Modifier};

/// Size at which the box lines of `DejaVu Sans Mono` join at 14 px.
const CELL: (f64, f64) = (8.43, 16.3);
const MARGIN: f64 = 12.0;
const FOREGROUND: &str = "#c9d1d9";
const BACKGROUND: &str = "#0d1117";

/// The 16 named colours, in the order of their numbers.
const NAMED: [&str; 16] = [
    "#484f58", "#ff7b72", "#3fb950", "#d29922", "#58a6ff", "#bc8cff", "#39c5cf", "#b1bac4",
    "#6e7681", "#ffa198", "#56d364", "#e3b341", "#79c0ff", "#d2a8ff", "#56d4dd", "#ffffff",
];

fn colour(colour: Color, default: &str) -> String {
    let named = |index: usize| NAMED[index].to_owned();
    match colour {
        Color::Reset => default.to_owned(),
        Color::Black => named(0),
        Color::Red => named(1),
        Color::Green => named(2),
        Color::Yellow => named(3),
        Color::Blue => named(4),
        Color::Magenta => named(5),
        Color::Cyan => named(6),
        Color::Gray => named(7),
        Color::DarkGray => named(8),
        Color::LightRed => named(9),
        Color::LightGreen => named(10),
        Color::LightYellow => named(11),
        Color::LightBlue => named(12),
        Color::LightMagenta => named(13),
        Color::LightCyan => named(14),
        Color::White => named(15),
        Color::Rgb(red, green, blue) => format!("#{red:02x}{green:02x}{blue:02x}"),
        Color::Indexed(index @ 0..16) => named(usize::from(index)),
        Color::Indexed(index @ 16..232) => {
            let level = |step: u8| if step == 0 { 0 } else { 55 + 40 * step };
            let index = index - 16;
            format!(
                "#{:02x}{:02x}{:02x}",
                level(index / 36),
                level(index / 6 % 6),
                level(index % 6)
            )
        }
        Color::Indexed(index) => {
            let grey = 8 + 10 * (index - 232);
            format!("#{grey:02x}{grey:02x}{grey:02x}")
        }
    }
}

/// Foreground and background of a cell as they are seen.
fn colours(cell: &Cell) -> (String, String) {
    let (fg, bg) = (colour(cell.fg, FOREGROUND), colour(cell.bg, BACKGROUND));
    if cell.modifier.contains(Modifier::REVERSED) {
        (bg, fg)
    } else {
        (fg, bg)
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

/// The picture.
pub fn picture(buffer: &Buffer) -> String {
    let (columns, rows) = (buffer.area.width, buffer.area.height);
    let (width, height) = (
        f64::from(columns) * CELL.0 + 2.0 * MARGIN,
        f64::from(rows) * CELL.1 + 2.0 * MARGIN,
    );
    let mut svg = String::new();
    let _ = writeln!(
        svg,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width:.0}\" height=\"{height:.0}\" viewBox=\"0 0 {width:.2} {height:.2}\" font-family=\"'DejaVu Sans Mono', 'Cascadia Mono', Menlo, Consolas, monospace\" font-size=\"14\">"
    );
    let _ = writeln!(
        svg,
        "<rect width=\"100%\" height=\"100%\" rx=\"8\" fill=\"{BACKGROUND}\"/>"
    );
    for y in 0..rows {
        draw_row(buffer, y, &mut svg);
    }
    svg.push_str("</svg>\n");
    svg
}

fn draw_row(buffer: &Buffer, y: u16, svg: &mut String) {
    let top = MARGIN + f64::from(y) * CELL.1;
    let left = |x: u16| MARGIN + f64::from(x) * CELL.0;
    let columns = buffer.area.width;
    let mut x = 0;
    while x < columns {
        let (_, background) = colours(&buffer[(x, y)]);
        let start = x;
        while x < columns && colours(&buffer[(x, y)]).1 == background {
            x += 1;
        }
        if background != BACKGROUND {
            let _ = writeln!(
                svg,
                "<rect x=\"{:.2}\" y=\"{top:.2}\" width=\"{:.2}\" height=\"{:.2}\" fill=\"{background}\"/>",
                left(start),
                f64::from(x - start) * CELL.0,
                CELL.1
            );
        }
    }
    let mut x = 0;
    while x < columns {
        let cell = &buffer[(x, y)];
        let (start, mut text) = (x, String::new());
        // Where the last cell ends that holds more than a blank, and whether any holds more
        // than ASCII.
        let (mut end, mut is_foreign) = (x, false);
        let look = (colours(cell).0, cell.modifier);
        while x < columns {
            let next = &buffer[(x, y)];
            if (colours(next).0, next.modifier) != look {
                break;
            }
            // A viewer may turn such text round or know it in another width, and what follows in
            // the row with it: the next column is a text of its own.
            if is_foreign && x >= end + 2 {
                break;
            }
            text.push_str(next.symbol());
            is_foreign |= !next.symbol().is_ascii();
            x += ratatui::text::Span::raw(next.symbol()).width().max(1) as u16;
            if next.symbol() != " " {
                end = x;
            }
        }
        if text.trim().is_empty() {
            continue;
        }
        let blanks = (text.len() - text.trim_start().len()) as u16;
        let cells = end - start - blanks;
        let mut style = String::new();
        for (modifier, words) in [
            (Modifier::BOLD, " font-weight=\"bold\""),
            (Modifier::DIM, " opacity=\"0.6\""),
            (Modifier::ITALIC, " font-style=\"italic\""),
            (Modifier::UNDERLINED, " text-decoration=\"underline\""),
        ] {
            if look.1.contains(modifier) {
                style.push_str(words);
            }
        }
        let _ = writeln!(
            svg,
            "<text x=\"{:.2}\" y=\"{:.2}\" textLength=\"{:.2}\" lengthAdjust=\"spacingAndGlyphs\" fill=\"{}\"{style} xml:space=\"preserve\">{}</text>",
            left(start + blanks),
            top + CELL.1 * 0.78,
            f64::from(cells) * CELL.0,
            look.0,
            escaped(text.trim())
        );
    }
}
