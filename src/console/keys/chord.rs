//! One key with its modifiers: how it is written in `keys.toml` and how the terminal reports it.

use std::fmt;
use std::str::FromStr;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

/// A key with its modifiers, such as `ctrl-l`, `shift-tab`, `G` or `f1`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Chord {
    code: KeyCode,
    modifiers: KeyModifiers,
}

/// The text names no key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is no key; write a character, or one of up, down, left, right, home, end, pgup, pgdn, \
     enter, esc, tab, space, backspace, delete, insert, f1 to f12, with ctrl-, alt- or shift- before it"
)]
pub struct UnknownKey(pub String);

const NAMES: &[(&str, KeyCode)] = &[
    ("up", KeyCode::Up),
    ("down", KeyCode::Down),
    ("left", KeyCode::Left),
    ("right", KeyCode::Right),
    ("home", KeyCode::Home),
    ("end", KeyCode::End),
    ("pgup", KeyCode::PageUp),
    ("pgdn", KeyCode::PageDown),
    ("enter", KeyCode::Enter),
    ("esc", KeyCode::Esc),
    ("tab", KeyCode::Tab),
    ("space", KeyCode::Char(' ')),
    ("backspace", KeyCode::Backspace),
    ("delete", KeyCode::Delete),
    ("insert", KeyCode::Insert),
];

impl Chord {
    /// One spelling for each key: terminals report a capital letter with or without shift, and
    /// shift-tab as a key of its own.
    fn normal(code: KeyCode, modifiers: KeyModifiers) -> Self {
        let mut modifiers =
            modifiers & (KeyModifiers::CONTROL | KeyModifiers::ALT | KeyModifiers::SHIFT);
        let code = if code == KeyCode::BackTab {
            modifiers |= KeyModifiers::SHIFT;
            KeyCode::Tab
        } else if let KeyCode::Char(character) = code {
            let shifted = modifiers.contains(KeyModifiers::SHIFT);
            let control = modifiers.contains(KeyModifiers::CONTROL);
            modifiers -= KeyModifiers::SHIFT;
            KeyCode::Char(if control {
                character.to_ascii_lowercase()
            } else if shifted {
                character.to_ascii_uppercase()
            } else {
                character
            })
        } else {
            code
        };
        Self { code, modifiers }
    }

    /// True for a character that would be typed into a text.
    pub fn is_text(self) -> bool {
        matches!(self.code, KeyCode::Char(_))
            && !self
                .modifiers
                .intersects(KeyModifiers::CONTROL | KeyModifiers::ALT)
    }
}

impl From<KeyEvent> for Chord {
    fn from(event: KeyEvent) -> Self {
        Self::normal(event.code, event.modifiers)
    }
}

impl From<Chord> for KeyEvent {
    fn from(chord: Chord) -> Self {
        Self::new(chord.code, chord.modifiers)
    }
}

impl FromStr for Chord {
    type Err = UnknownKey;

    fn from_str(text: &str) -> Result<Self, UnknownKey> {
        let unknown = || UnknownKey(text.to_owned());
        let mut modifiers = KeyModifiers::NONE;
        let mut rest = text;
        loop {
            let (modifier, length) = if rest.starts_with("ctrl-") {
                (KeyModifiers::CONTROL, 5)
            } else if rest.starts_with("alt-") {
                (KeyModifiers::ALT, 4)
            } else if rest.starts_with("shift-") {
                (KeyModifiers::SHIFT, 6)
            } else {
                break;
            };
            modifiers |= modifier;
            rest = &rest[length..];
        }
        let named = NAMES.iter().find(|(name, _)| *name == rest);
        let mut characters = rest.chars();
        let code = match (named, characters.next(), characters.next()) {
            (Some((_, code)), _, _) => *code,
            (None, Some(single), None) if !single.is_control() && single != ' ' => {
                KeyCode::Char(single)
            }
            (None, Some('f'), Some(_)) => {
                let number: u8 = rest[1..].parse().map_err(|_| unknown())?;
                if !(1..=12).contains(&number) {
                    return Err(unknown());
                }
                KeyCode::F(number)
            }
            (None, _, _) => return Err(unknown()),
        };
        Ok(Self::normal(code, modifiers))
    }
}

impl fmt::Display for Chord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (modifier, name) in [
            (KeyModifiers::CONTROL, "ctrl-"),
            (KeyModifiers::ALT, "alt-"),
            (KeyModifiers::SHIFT, "shift-"),
        ] {
            if self.modifiers.contains(modifier) {
                f.write_str(name)?;
            }
        }
        if let Some((name, _)) = NAMES.iter().find(|(_, code)| *code == self.code) {
            f.write_str(name)
        } else if let KeyCode::Char(character) = self.code {
            write!(f, "{character}")
        } else if let KeyCode::F(number) = self.code {
            write!(f, "f{number}")
        } else {
            // Keys that cannot be bound are still printable.
            write!(f, "{}", self.code)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_what_the_terminal_reports() {
        for (text, code, modifiers) in [
            ("G", KeyCode::Char('G'), KeyModifiers::SHIFT),
            ("G", KeyCode::Char('g'), KeyModifiers::SHIFT),
            ("G", KeyCode::Char('G'), KeyModifiers::NONE),
            ("shift-tab", KeyCode::BackTab, KeyModifiers::NONE),
            ("shift-tab", KeyCode::BackTab, KeyModifiers::SHIFT),
            ("ctrl-l", KeyCode::Char('l'), KeyModifiers::CONTROL),
            ("?", KeyCode::Char('?'), KeyModifiers::SHIFT),
            ("f1", KeyCode::F(1), KeyModifiers::NONE),
            ("space", KeyCode::Char(' '), KeyModifiers::NONE),
            ("-", KeyCode::Char('-'), KeyModifiers::NONE),
            ("ctrl--", KeyCode::Char('-'), KeyModifiers::CONTROL),
            ("f", KeyCode::Char('f'), KeyModifiers::NONE),
        ] {
            let chord: Chord = text.parse().unwrap();
            assert_eq!(chord, Chord::from(KeyEvent::new(code, modifiers)), "{text}");
            assert_eq!(chord.to_string(), text);
        }
    }

    #[test]
    fn what_is_no_key_is_refused_with_the_list() {
        for text in ["", "f13", "f0", "ctrl-", "pageup", "ab", " "] {
            let error = text.parse::<Chord>().unwrap_err().to_string();
            assert!(error.contains("pgup"), "{text}: {error}");
        }
    }

    #[test]
    fn only_plain_characters_are_text() {
        for (text, is_text) in [
            ("a", true),
            ("A", true),
            ("space", true),
            ("ctrl-a", false),
            ("esc", false),
        ] {
            assert_eq!(text.parse::<Chord>().unwrap().is_text(), is_text, "{text}");
        }
    }
}
