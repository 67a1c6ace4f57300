//! QR codes in text, for a telephone's camera before a terminal.

use qrcode::{Color, EcLevel, QrCode};

/// Modules of light around the code. The standard asks for four; telephones do with two.
const QUIET: usize = 2;

/// A QR code as a square of modules; true where light.
fn modules(text: &str) -> Option<Vec<Vec<bool>>> {
    let code = QrCode::with_error_correction_level(text, EcLevel::L).ok()?;
    let inner = code.width();
    let width = inner + 2 * QUIET;
    let is_light = |x: usize, y: usize| {
        let inside = (QUIET..QUIET + inner).contains(&x) && (QUIET..QUIET + inner).contains(&y);
        !inside || code[(x - QUIET, y - QUIET)] == Color::Light
    };
    let row = |y| (0..width).map(|x| is_light(x, y)).collect();
    Some((0..width).map(row).collect())
}

/// A QR code in half-blocks, two modules a cell, for light letters on a dark ground or dark letters on
/// a light one. None where the text is too long for any.
pub fn half_blocks(text: &str, on_dark: bool) -> Option<Vec<String>> {
    let modules = modules(text)?;
    let rows = modules.chunks(2).map(|pair| {
        let upper = &pair[0];
        let cells = upper.iter().enumerate().map(|(x, upper)| {
            // Below the last row of an odd number there is the ground: more of the light around it.
            let lower = pair.get(1).is_none_or(|lower| lower[x]);
            match (*upper == on_dark, lower == on_dark) {
                (true, true) => '█',
                (true, false) => '▀',
                (false, true) => '▄',
                (false, false) => ' ',
            }
        });
        cells.collect()
    });
    Some(rows.collect())
}

/// The same in ASCII, two cells a module.
pub fn ascii(text: &str, on_dark: bool) -> Option<Vec<String>> {
    let modules = modules(text)?.into_iter();
    let rows = modules.map(|row| {
        let cells = row.into_iter();
        cells
            .map(|is_light| if is_light == on_dark { "##" } else { "  " })
            .collect()
    });
    Some(rows.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "http://127.0.0.1:8620/device?code=WDJB-MJHT";

    #[test]
    fn both_ways_show_the_same_modules_and_stay_small() {
        let modules = modules(TEXT).unwrap();
        let ascii = ascii(TEXT, true).unwrap();
        let blocks = half_blocks(TEXT, true).unwrap();
        assert_eq!(ascii.len(), modules.len());
        assert_eq!(blocks.len(), modules.len().div_ceil(2));
        for (y, row) in modules.iter().enumerate() {
            for (x, is_light) in row.iter().enumerate() {
                let cell = blocks[y / 2].chars().nth(x).unwrap();
                let halves = if y % 2 == 0 { "█▀" } else { "█▄" };
                assert_eq!(halves.contains(cell), *is_light, "{x},{y}");
                assert_eq!(ascii[y].as_bytes()[2 * x] == b'#', *is_light);
            }
        }
        assert!(blocks.len() <= 20 && modules.len() <= 40);
    }

    #[test]
    fn the_finder_pattern_stands_in_the_corner_and_turns_with_the_ground() {
        let dark = ascii(TEXT, true).unwrap();
        assert_eq!(&dark[2][..20], "####              ##");
        let light = ascii(TEXT, false).unwrap();
        assert_eq!(&light[2][..20], "    ##############  ");
    }

    #[test]
    fn a_text_that_no_code_holds_has_none() {
        assert!(half_blocks(&"x".repeat(5_000), true).is_none());
    }
}
