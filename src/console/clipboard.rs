//! The clipboard of the operator's terminal, however far away that is: OSC 52, wrapped for tmux.
//! Whether a terminal takes it cannot be asked; where it is known not to, a file takes its place.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// Most bytes of a text: 100,000 of the sequence, the least limit of the terminals that have one.
const MOST_BYTES: usize = 74_000;

/// The way to the clipboard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clipboard {
    /// The terminal takes the sequence.
    Direct,
    /// tmux takes it (`set-clipboard on`), or hands it through to its terminal
    /// (`allow-passthrough on`).
    Tmux,
    /// There is none, and why.
    Missing(&'static str),
}

impl Clipboard {
    /// What the environment says; `variable` reads one variable.
    pub fn detect(windows: bool, variable: impl Fn(&str) -> Option<String>) -> Self {
        let is_set = |name: &str| variable(name).is_some_and(|value| !value.is_empty());
        let term = variable("TERM").unwrap_or_default();
        if is_set("TMUX") {
            Self::Tmux
        } else if windows && !is_set("WT_SESSION") {
            Self::Missing("this console window has no clipboard for programs")
        } else if term == "linux" {
            Self::Missing("the Linux console has no clipboard")
        } else if is_set("STY") {
            Self::Missing("screen hands no text to the clipboard")
        } else {
            Self::Direct
        }
    }

    /// What has to be written for the clipboard to hold the text, or why it cannot.
    pub fn sequence(self, text: &str) -> Result<String, &'static str> {
        if text.len() > MOST_BYTES {
            return Err("it is too long for the clipboard of a terminal");
        }
        let plain = format!("\x1b]52;c;{}\x07", STANDARD.encode(text));
        match self {
            Self::Direct => Ok(plain),
            Self::Tmux => {
                let doubled = plain.replace('\x1b', "\x1b\x1b");
                // One of the two is heard, as tmux is set; both lead to the same text.
                Ok(format!("{plain}\x1bPtmux;{doubled}\x1b\\"))
            }
            Self::Missing(why) => Err(why),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn detected(windows: bool, variables: &[(&str, &str)]) -> Clipboard {
        Clipboard::detect(windows, |name| {
            let found = variables.iter().find(|(key, _)| *key == name);
            found.map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn the_environment_says_which_way_leads_to_the_clipboard() {
        assert_eq!(detected(false, &[("TERM", "xterm")]), Clipboard::Direct);
        let in_tmux = [("TERM", "screen-256color"), ("TMUX", "/tmp/tmux,1,0")];
        assert_eq!(detected(false, &in_tmux), Clipboard::Tmux);
        assert_eq!(detected(true, &[("WT_SESSION", "1")]), Clipboard::Direct);
        for (windows, variables) in [
            (true, &[][..]),
            (false, &[("TERM", "linux")]),
            (false, &[("TERM", "screen"), ("STY", "1.pts")]),
        ] {
            let found = detected(windows, variables);
            assert!(matches!(found, Clipboard::Missing(_)), "{variables:?}");
            assert!(found.sequence("text").is_err());
        }
    }

    #[test]
    fn tmux_gets_the_sequence_for_itself_and_for_its_terminal() {
        assert_eq!(
            Clipboard::Direct.sequence("Größe").unwrap(),
            "\x1b]52;c;R3LDtsOfZQ==\x07"
        );
        assert_eq!(
            Clipboard::Tmux.sequence("a").unwrap(),
            "\x1b]52;c;YQ==\x07\x1bPtmux;\x1b\x1b]52;c;YQ==\x07\x1b\\"
        );
    }

    #[test]
    fn a_text_that_is_too_long_is_refused_before_a_terminal_drops_it() {
        let longest = "x".repeat(MOST_BYTES);
        let sequence = Clipboard::Direct.sequence(&longest).unwrap();
        assert!(sequence.len() < 100_000);
        assert!(Clipboard::Direct.sequence(&(longest + "x")).is_err());
    }
}
