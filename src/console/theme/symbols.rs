//! Every symbol of the console, once for UTF-8 terminals and once in ASCII.

/// The symbols the terminal can show. Each stands beside a word, never alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Symbols {
    /// The selected row.
    pub selected: &'static str,
    /// A job without a run to tell of.
    pub waiting: &'static str,
    /// A job that is withheld.
    pub withhold: &'static str,
    /// A run under way.
    pub executing: &'static str,
    /// A run that ended well.
    pub ended: &'static str,
    /// A run that failed.
    pub error: &'static str,
    /// A run that was stopped.
    pub canceled: &'static str,
    /// Something to know.
    pub warning: &'static str,
    /// A whole stream is read.
    pub reload: &'static str,
    /// A stream from AX to the service.
    pub up: &'static str,
    /// A stream from the service to AX.
    pub down: &'static str,
    /// A row that is marked.
    pub marked: &'static str,
    /// So many times in a row.
    pub times: &'static str,
    /// Between two facts in a row.
    pub dot: &'static str,
    /// Between a place and what is opened there.
    pub into: &'static str,
    /// What was left out.
    pub ellipsis: &'static str,
    /// A rule from side to side.
    pub rule: &'static str,
    /// A rule from top to bottom.
    pub bar: &'static str,
    /// Ends of a gauge.
    pub gauge_ends: (&'static str, &'static str),
    /// The cell of a gauge that is reached.
    pub gauge_full: &'static str,
    /// The cell of a gauge that is to come.
    pub gauge_empty: &'static str,
    /// Parts of a cell, least first; empty where there are none.
    pub gauge_parts: &'static [&'static str],
    /// Bars that stand in a cell, lowest first.
    pub bars: &'static [&'static str],
    /// The corners and sides of a window.
    pub window: ratatui::symbols::border::Set<'static>,
}

impl Symbols {
    /// True where the terminal can show half of a cell.
    pub fn has_half_blocks(&self) -> bool {
        !self.gauge_parts.is_empty()
    }

    /// For UTF-8 terminals.
    pub const UNICODE: Self = Self {
        selected: "▌",
        waiting: "·",
        withhold: "‖",
        executing: "▶",
        ended: "✔",
        error: "✘",
        canceled: "■",
        warning: "▲",
        reload: "↻",
        up: "↑",
        down: "↓",
        marked: "●",
        times: "×",
        dot: "·",
        into: "›",
        ellipsis: "…",
        rule: "─",
        bar: "│",
        gauge_ends: ("", ""),
        gauge_full: "█",
        gauge_empty: "░",
        gauge_parts: &["▏", "▎", "▍", "▌", "▋", "▊", "▉"],
        bars: &["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"],
        window: ratatui::symbols::border::ROUNDED,
    };

    /// For everything else.
    pub const ASCII: Self = Self {
        selected: ">",
        waiting: ".",
        withhold: "=",
        executing: "*",
        ended: "+",
        error: "X",
        canceled: "-",
        warning: "!",
        reload: "@",
        up: "^",
        down: "v",
        marked: "+",
        times: "x",
        dot: "-",
        into: ">",
        ellipsis: "~",
        rule: "-",
        bar: "|",
        gauge_ends: ("[", "]"),
        gauge_full: "#",
        gauge_empty: ".",
        gauge_parts: &[],
        bars: &["_", ".", ":", "=", "+", "#"],
        window: ratatui::symbols::border::Set {
            top_left: "+",
            top_right: "+",
            bottom_left: "+",
            bottom_right: "+",
            vertical_left: "|",
            vertical_right: "|",
            horizontal_top: "-",
            horizontal_bottom: "-",
        },
    };

    /// What the environment says; `variable` reads one variable.
    pub fn detect(windows: bool, variable: impl Fn(&str) -> Option<String>) -> Self {
        if windows {
            // The old console window shows these symbols only in some of its fonts.
            return if variable("WT_SESSION").is_some() {
                Self::UNICODE
            } else {
                Self::ASCII
            };
        }
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"]
            .into_iter()
            .filter_map(variable)
            .find(|value| !value.is_empty())
            .unwrap_or_default()
            .to_lowercase();
        if locale.contains("utf-8") || locale.contains("utf8") {
            Self::UNICODE
        } else {
            Self::ASCII
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_locale_that_is_set_decides() {
        for (variables, expected) in [
            (
                &[("LC_ALL", "C"), ("LANG", "en_US.UTF-8")][..],
                Symbols::ASCII,
            ),
            (&[("LC_ALL", ""), ("LANG", "en_US.UTF-8")], Symbols::UNICODE),
            (&[("LC_CTYPE", "C.utf8")], Symbols::UNICODE),
            (&[], Symbols::ASCII),
        ] {
            let found = Symbols::detect(false, |name| {
                variables
                    .iter()
                    .find(|(key, _)| *key == name)
                    .map(|(_, value)| (*value).to_owned())
            });
            assert_eq!(found, expected, "{variables:?}");
        }
    }

    #[test]
    fn an_old_windows_console_gets_ascii() {
        assert_eq!(Symbols::detect(true, |_| None), Symbols::ASCII);
    }
}
