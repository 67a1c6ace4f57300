//! How numbers and foreign texts are written for operators, on every screen and in every answer.

use std::borrow::Cow;

use jiff::SignedDuration;
use unicode_segmentation::UnicodeSegmentation as _;

use super::amount::Amount;

/// `1,204,332`.
pub fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `1,249.90`: at least two decimals, never rounded.
pub fn money(amount: Amount) -> String {
    let text = amount.to_string();
    let (sign, digits) = text
        .strip_prefix('-')
        .map_or(("", text.as_str()), |digits| ("-", digits));
    let (whole, decimals) = digits.split_once('.').unwrap_or((digits, ""));
    let grouped = whole
        .parse()
        .map_or_else(|_| whole.to_owned(), |number: u64| count(number));
    format!("{sign}{grouped}.{decimals:0<2}")
}

/// How old something is, in its greatest unit: `45 s`, `12 min`, `3 h`, `5 d`.
pub fn age(span: SignedDuration) -> String {
    let seconds = span.as_secs().max(0);
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3_600 => format!("{} min", seconds / 60),
        3_600..172_800 => format!("{} h", seconds / 3_600),
        _ => format!("{} d", seconds / 86_400),
    }
}

/// What an embedding, an override or an isolate of another direction is replaced by, and every
/// control character without a picture.
const HIDDEN: char = '\u{fffd}';

/// The visible symbol for a character that would move the cursor, ring the bell or turn the rest
/// of the row round.
fn seen(character: char) -> char {
    match character {
        '\t' => ' ',
        '\0'..='\x1f' => char::from_u32(0x2400 + character as u32).unwrap_or(HIDDEN),
        '\x7f' => '\u{2421}',
        '\u{80}'..='\u{9f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2066}'..='\u{2069}'
        | '\u{fff9}'..='\u{fffb}' => HIDDEN,
        other => other,
    }
}

/// True where a terminal draws the character and does nothing else with it.
pub fn is_harmless(character: char) -> bool {
    seen(character) == character
}

/// The text in one line, with a visible symbol for each character that is none.
pub fn clean(text: &str) -> Cow<'_, str> {
    if text.chars().all(is_harmless) {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(text.chars().map(seen).collect())
    }
}

/// Cells that a clean text takes in a terminal. By graphemes: what is one sign takes the room of
/// one, and letters that some fonts join have a cell each.
pub fn width(text: &str) -> usize {
    if text.is_ascii() {
        return text.len();
    }
    text.graphemes(true)
        .map(unicode_width::UnicodeWidthStr::width)
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_keeps_every_digit_and_shows_two_at_least() {
        for (amount, expected) in [
            ("0", "0.00"),
            ("63.5", "63.50"),
            ("-1249.9", "-1,249.90"),
            ("0.125", "0.125"),
            ("99999999999999999999999.5", "99999999999999999999999.50"),
        ] {
            assert_eq!(money(amount.parse().unwrap()), expected);
        }
    }

    #[test]
    fn an_age_is_told_in_its_greatest_unit() {
        for (seconds, expected) in [
            (-3, "0 s"),
            (59, "59 s"),
            (3_599, "59 min"),
            (172_799, "47 h"),
            (172_800, "2 d"),
        ] {
            assert_eq!(age(SignedDuration::from_secs(seconds)), expected);
        }
    }

    #[test]
    fn what_would_move_the_terminal_is_seen_instead() {
        assert_eq!(clean("a\x1b[2Jb\u{7}\r\n\u{9b}"), "a␛[2Jb␇␍␊\u{fffd}");
        assert_eq!(clean("Ben\u{202e}drawkcab"), "Ben\u{fffd}drawkcab");
        assert_eq!(clean("one\ttwo"), "one two");
        assert_eq!(clean("Zoë 李小龍"), "Zoë 李小龍");
    }

    #[test]
    fn a_width_counts_cells_not_characters() {
        for (text, cells) in [
            ("Ben", 3),
            ("李小龍", 6),
            ("שלום", 4),
            ("Zoe\u{308}", 3),
            ("👩‍👩‍👧‍👦", 2),
            ("", 0),
        ] {
            assert_eq!(width(text), cells, "{text}");
        }
    }

    #[test]
    fn numbers_are_grouped_by_thousands() {
        for (value, text) in [
            (0, "0"),
            (999, "999"),
            (1000, "1,000"),
            (1_234_567, "1,234,567"),
        ] {
            assert_eq!(count(value), text);
        }
    }
}
