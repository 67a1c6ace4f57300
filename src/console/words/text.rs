//! Foreign text on the screen: made harmless, measured, cut and wrapped by graphemes, exactly as
//! ratatui lays them out. Right-to-left text stays in its logical order: what a terminal makes of
//! it is its own affair, but the columns stand.

use ratatui::buffer::CellWidth as _;
use ratatui::style::Style;
use ratatui::text::Span;

pub use crate::model::words::clean;

/// The graphemes of a clean text with the cells that each takes.
pub fn graphemes(text: &str) -> impl Iterator<Item = (&str, usize)> {
    // The span's own iterator would tie the parts to the span.
    let mut rest = text;
    std::iter::from_fn(move || {
        // A letter of ASCII before another one, or the end, stands for itself.
        let is_plain = match rest.as_bytes() {
            [b' '..=b'~', after @ ..] => after.first().is_none_or(u8::is_ascii),
            _ => false,
        };
        let length = if is_plain {
            1
        } else {
            let span = Span::raw(rest);
            span.styled_graphemes(Style::new()).next()?.symbol.len()
        };
        let (grapheme, after) = rest.split_at(length);
        rest = after;
        let cells = if is_plain { 1 } else { grapheme.cell_width() };
        Some((grapheme, usize::from(cells)))
    })
}

/// Cells that a text takes on the screen. Not `Span::width`, which counts ligatures of some scripts
/// as one although their letters get a cell each.
pub fn width(text: &str) -> usize {
    if text.is_ascii() {
        return text.len();
    }
    graphemes(&clean(text)).map(|(_, cells)| cells).sum()
}

/// `text` in at most `cells`, its end replaced by `ellipsis` where it is longer.
pub fn cut(text: &str, cells: usize, ellipsis: &str) -> String {
    let text = clean(text);
    if width(&text) <= cells {
        return text.into_owned();
    }
    let room = cells.saturating_sub(width(ellipsis));
    let mut kept = String::new();
    let mut used = 0;
    for (grapheme, wide) in graphemes(&text) {
        used += wide;
        if used > room {
            break;
        }
        kept.push_str(grapheme);
    }
    if cells >= width(ellipsis) {
        kept.push_str(ellipsis);
    }
    kept
}

/// `text` in exactly `cells`: cut, or blanks added behind it.
pub fn fit(text: &str, cells: usize, ellipsis: &str) -> String {
    let mut fitted = cut(text, cells, ellipsis);
    fitted.extend(std::iter::repeat_n(
        ' ',
        cells.saturating_sub(width(&fitted)),
    ));
    fitted
}

/// `text` in exactly `cells`, at their right end.
pub fn fit_right(text: &str, cells: usize, ellipsis: &str) -> String {
    let cut = cut(text, cells, ellipsis);
    let blanks = cells.saturating_sub(width(&cut));
    format!("{}{cut}", " ".repeat(blanks))
}

/// The text as spans whose widths add up to its cells, so that what follows in the row stands
/// where it belongs: where a script has ligatures, a span for each grapheme. A mark without its
/// letter, of which ratatui holds two opinions, is seen as an unknown character.
pub fn spans(text: &str, style: Style) -> Vec<Span<'static>> {
    let text = clean(text);
    if Span::raw(text.as_ref()).width() == width(&text) {
        return vec![Span::styled(text.into_owned(), style)];
    }
    graphemes(&text)
        .map(|(grapheme, cells)| {
            if Span::raw(grapheme).width() == cells {
                Span::styled(grapheme.to_owned(), style)
            } else {
                Span::styled(fit("\u{fffd}", cells, ""), style)
            }
        })
        .collect()
}

/// `text` in lines of at most `cells`, broken between words, and within a word that is longer.
pub fn wrap(text: &str, cells: usize) -> Vec<String> {
    let cells = cells.max(1);
    let mut lines = Vec::new();
    for paragraph in text.lines() {
        let mut line = String::new();
        let mut used = 0;
        for word in paragraph.split_whitespace() {
            let word = clean(word);
            let needed = width(&word);
            if used > 0 && used + 1 + needed > cells {
                lines.push(std::mem::take(&mut line));
                used = 0;
            }
            if used > 0 {
                line.push(' ');
                used += 1;
            }
            for (grapheme, wide) in graphemes(&word) {
                if used + wide > cells && used > 0 {
                    lines.push(std::mem::take(&mut line));
                    used = 0;
                }
                line.push_str(grapheme);
                used += wide;
            }
        }
        lines.push(line);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cut_text_fits_and_shows_that_it_was_cut() {
        assert_eq!(cut("delivery", 8, "…"), "delivery");
        assert_eq!(cut("delivery", 5, "…"), "deli…");
        assert_eq!(cut("配送方法", 5, "…"), "配送…");
        assert_eq!(cut("配送方法", 4, "…"), "配…");
        assert_eq!(cut("delivery", 0, "…"), "");
    }

    #[test]
    fn what_belongs_together_is_never_cut_apart() {
        let family = "👩‍👩‍👧‍👦";
        assert_eq!(width(family), 2);
        assert_eq!(
            cut(&format!("{family}{family}"), 3, "…"),
            format!("{family}…")
        );
        assert_eq!(cut("e\u{301}e\u{301}e\u{301}", 2, "…"), "e\u{301}…");
        assert_eq!(wrap(&family.repeat(3), 3), [family, family, family]);
    }

    #[test]
    fn every_field_takes_exactly_its_cells() {
        for text in [
            "Ben",
            "שלום עולם",
            "السلام عليكم لا",
            "น้ำใจดี",
            "李小龍",
            "👩‍👩‍👧‍👦👍🏽🇨🇭",
            "Zoe\u{308}",
        ] {
            for cells in 1..24 {
                let fitted = fit(text, cells, "…");
                let laid_out: usize = spans(&fitted, Style::new()).iter().map(Span::width).sum();
                assert_eq!(
                    (width(&fitted), laid_out),
                    (cells, cells),
                    "{text} in {cells}"
                );
                assert_eq!(width(&fit_right(text, cells, "…")), cells);
            }
        }
    }

    #[test]
    fn a_mark_without_its_letter_keeps_the_columns() {
        let laid_out: usize = spans("\u{ff9e}x", Style::new())
            .iter()
            .map(Span::width)
            .sum();
        assert_eq!(laid_out, width("\u{ff9e}x"));
    }

    #[test]
    fn what_would_move_the_terminal_is_seen_instead() {
        assert_eq!(cut("a\x1bb", 9, "…"), "a␛b");
        assert_eq!(wrap("a\x1bb c", 3), ["a␛b", "c"]);
    }

    #[test]
    fn wrapped_lines_fit_and_lose_nothing() {
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("abcdefgh ij", 3), ["abc", "def", "gh", "ij"]);
        assert_eq!(wrap("first\n\nsecond", 20), ["first", "", "second"]);
        assert_eq!(wrap("配送方法", 4), ["配送", "方法"]);
        assert_eq!(wrap("x", 0), ["x"]);
    }

    proptest::proptest! {
        #[test]
        fn signs_are_told_apart_as_ratatui_does(text in "([ -~]|\\PC|\u{301}|\u{200d}){0,40}") {
            let span = Span::raw(text.as_str());
            let theirs: Vec<&str> = span.styled_graphemes(Style::new()).map(|sign| sign.symbol).collect();
            let ours: Vec<(&str, usize)> = graphemes(&text).collect();
            let cells = |sign: &str| usize::from(sign.cell_width());
            let theirs: Vec<(&str, usize)> = theirs.into_iter().map(|sign| (sign, cells(sign))).collect();
            proptest::prop_assert_eq!(ours, theirs);
        }

        #[test]
        fn no_text_leaves_its_cells(text in "\\PC{0,40}", cells in 0_usize..30) {
            proptest::prop_assert_eq!(width(&fit(&text, cells, "…")), cells);
            let laid_out: usize = spans(&text, Style::new()).iter().map(Span::width).sum();
            proptest::prop_assert_eq!(laid_out, width(&text));
        }
    }
}
