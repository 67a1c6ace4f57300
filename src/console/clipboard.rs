//! The clipboard of the terminal in front, also over SSH: the terminal itself is asked to take a
//! text (OSC 52).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// Bytes of a text that terminals take at most.
pub const MOST: usize = 74_000;

/// The sequence that asks the terminal to take `text`. `tmux` hands it on only in an envelope, with
/// each escape doubled.
pub fn osc52(text: &str, in_tmux: bool) -> Vec<u8> {
    let sequence = format!("\x1b]52;c;{}\x07", STANDARD.encode(text));
    if in_tmux {
        let inside = sequence.replace('\x1b', "\x1b\x1b");
        format!("\x1bPtmux;{inside}\x1b\\").into_bytes()
    } else {
        sequence.into_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tmux_gets_the_sequence_in_an_envelope() {
        assert_eq!(osc52("order 1", false), b"\x1b]52;c;b3JkZXIgMQ==\x07");
        assert_eq!(
            osc52("order 1", true),
            b"\x1bPtmux;\x1b\x1b]52;c;b3JkZXIgMQ==\x07\x1b\\"
        );
    }
}
