//! The one gate for looks: roles become styles, meanings become symbols, as far as the terminal
//! can show them. Nothing else in the console names a colour.

mod symbols;

pub use symbols::Symbols;

use std::collections::BTreeMap;
use std::str::FromStr;

use ratatui::style::{Color, Modifier, Style};
use serde::Deserialize;

/// What a piece of the screen means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Of second rank: units, hints, lines.
    Dim,
    /// Names and headings.
    Title,
    /// What can be pressed, and the tab in front.
    Accent,
    /// Under way.
    Busy,
    /// Ended well.
    Good,
    /// To be known.
    Warn,
    /// Failed.
    Bad,
    /// The part of a gauge that is still to come.
    Track,
    /// The selected row (background).
    Selection,
    /// What the search found (background).
    Hit,
}

impl Role {
    const ALL: [Self; 10] = [
        Self::Dim,
        Self::Title,
        Self::Accent,
        Self::Busy,
        Self::Good,
        Self::Warn,
        Self::Bad,
        Self::Track,
        Self::Selection,
        Self::Hit,
    ];

    /// What tells the role apart besides its colour.
    const fn modifier(self) -> Modifier {
        match self {
            Self::Title | Self::Accent | Self::Busy | Self::Bad | Self::Warn => Modifier::BOLD,
            Self::Dim | Self::Good | Self::Track | Self::Selection | Self::Hit => Modifier::empty(),
        }
    }

    /// The style where there is no colour at all. `NO_COLOR` comes here too: a colour that is set
    /// and left out by crossterm would reset bold and underline with it.
    const fn mono(self) -> Modifier {
        match self {
            Self::Dim | Self::Track => Modifier::DIM,
            Self::Good => Modifier::empty(),
            Self::Title | Self::Accent | Self::Busy | Self::Warn | Self::Bad => Modifier::BOLD,
            Self::Selection => Modifier::REVERSED,
            Self::Hit => Modifier::UNDERLINED.union(Modifier::REVERSED),
        }
    }

    const fn paints_background(self) -> bool {
        matches!(self, Self::Selection | Self::Hit)
    }
}

/// How many colours the terminal shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depth {
    /// None: bold, dim and reverse only.
    Mono,
    /// The 16 named ones.
    Ansi,
    /// The palette of 256.
    Indexed,
    /// Any.
    True,
}

impl Depth {
    /// What the environment says; `variable` reads one variable.
    pub fn detect(variable: impl Fn(&str) -> Option<String>) -> Self {
        let is_set = |name: &str| variable(name).is_some_and(|value| !value.is_empty());
        let term = variable("TERM").unwrap_or_default();
        let colorterm = variable("COLORTERM").unwrap_or_default();
        if is_set("NO_COLOR") || term == "dumb" {
            Self::Mono
        } else if matches!(colorterm.as_str(), "truecolor" | "24bit") || is_set("WT_SESSION") {
            Self::True
        } else if term.contains("256color") {
            Self::Indexed
        } else {
            Self::Ansi
        }
    }
}

/// The colours that come with the program.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Palette {
    /// For a dark background.
    #[default]
    Dark,
    /// For a light background.
    Light,
    /// Strong colours on black.
    HighContrast,
    /// No colours, whatever the terminal shows.
    Mono,
}

impl Palette {
    const ALL: [Self; 4] = [Self::Dark, Self::Light, Self::HighContrast, Self::Mono];

    const fn name(self) -> &'static str {
        match self {
            Self::Dark => "dark",
            Self::Light => "light",
            Self::HighContrast => "high-contrast",
            Self::Mono => "mono",
        }
    }

    const fn text(self) -> &'static str {
        match self {
            // Without colours only the roles count.
            Self::Dark | Self::Mono => include_str!("../../config/themes/dark.toml"),
            Self::Light => include_str!("../../config/themes/light.toml"),
            Self::HighContrast => include_str!("../../config/themes/high-contrast.toml"),
        }
    }
}

/// The word names no palette.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no theme {0:?}; the themes are dark, light, high-contrast, mono")]
pub struct UnknownPalette(pub String);

impl FromStr for Palette {
    type Err = UnknownPalette;

    fn from_str(name: &str) -> Result<Self, UnknownPalette> {
        let found = Self::ALL.into_iter().find(|palette| palette.name() == name);
        found.ok_or_else(|| UnknownPalette(name.to_owned()))
    }
}

/// A theme that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ThemeError {
    /// Not TOML of the expected form.
    #[error("the theme cannot be read: {0}")]
    Toml(String),
    /// A role has no colour.
    #[error("the theme names no colour for {0:?}")]
    Missing(Role),
    /// A colour that is none.
    #[error(
        "{colour:?} is no colour for {role:?}; write \"#rrggbb\" or a name such as \"light-blue\""
    )]
    Colour {
        /// The role.
        role: Role,
        /// What stands there.
        colour: String,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Swatch {
    rgb: String,
    indexed: u8,
    ansi: String,
}

/// Styles and symbols in force.
#[derive(Clone, Debug)]
pub struct Theme {
    styles: [Style; Role::ALL.len()],
    is_dark: bool,
    /// The symbols the terminal can show.
    pub symbols: Symbols,
}

impl Theme {
    /// A theme of the program in the colours that the terminal has.
    pub fn new(palette: Palette, depth: Depth, symbols: Symbols) -> Result<Self, ThemeError> {
        Self::read(palette.text(), palette, depth, symbols)
    }

    /// A theme as written, for a ground like that of `palette`.
    ///
    /// # Errors
    /// Where a role has no colour, or one that is none.
    pub fn read(
        text: &str,
        palette: Palette,
        depth: Depth,
        symbols: Symbols,
    ) -> Result<Self, ThemeError> {
        let depth = if palette == Palette::Mono {
            Depth::Mono
        } else {
            depth
        };
        let swatches: BTreeMap<Role, Swatch> = toml::from_str(text)
            .map_err(|error: toml::de::Error| ThemeError::Toml(error.to_string()))?;
        let mut styles = [Style::new(); Role::ALL.len()];
        for (style, role) in styles.iter_mut().zip(Role::ALL) {
            let swatch = swatches.get(&role).ok_or(ThemeError::Missing(role))?;
            *style = style_of(role, swatch, depth)?;
        }
        Ok(Self {
            styles,
            is_dark: palette != Palette::Light,
            symbols,
        })
    }

    /// True for light letters on a dark ground.
    pub const fn is_dark(&self) -> bool {
        self.is_dark
    }

    /// The style of a role.
    pub const fn style(&self, role: Role) -> Style {
        self.styles[role as usize]
    }
}

fn style_of(role: Role, swatch: &Swatch, depth: Depth) -> Result<Style, ThemeError> {
    let named = |name: &str| {
        if name.is_empty() {
            return Ok(Color::Reset);
        }
        Color::from_str(name).map_err(|_| ThemeError::Colour {
            role,
            colour: name.to_owned(),
        })
    };
    // Read whole whatever the depth is, so that a mistake shows on every terminal.
    let (rgb, ansi) = (named(&swatch.rgb)?, named(&swatch.ansi)?);
    let colour = match depth {
        Depth::Mono => return Ok(Style::new().add_modifier(role.mono())),
        Depth::Ansi => ansi,
        Depth::Indexed => Color::Indexed(swatch.indexed),
        Depth::True => rgb,
    };
    Ok(match (colour, role.paints_background()) {
        // Without a colour of its own a background is reversed, else it would not be seen.
        (Color::Reset, true) => Style::new().add_modifier(Modifier::REVERSED),
        (Color::Reset, false) => Style::new().add_modifier(role.modifier()),
        (colour, true) if depth == Depth::Ansi => Style::new().fg(Color::Black).bg(colour),
        (colour, true) => Style::new().bg(colour),
        (colour, false) => Style::new().fg(colour).add_modifier(role.modifier()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_palette_has_every_role_at_every_depth() {
        for palette in Palette::ALL {
            for depth in [Depth::Mono, Depth::Ansi, Depth::Indexed, Depth::True] {
                let theme = Theme::new(palette, depth, Symbols::UNICODE).unwrap();
                for role in Role::ALL {
                    let style = theme.style(role);
                    let has_colour = style.fg.is_some() || style.bg.is_some();
                    let is_mono = depth == Depth::Mono || palette == Palette::Mono;
                    assert!(!is_mono || !has_colour, "{role:?}");
                }
            }
        }
    }

    #[test]
    fn the_environment_decides_how_many_colours() {
        for (variables, depth) in [
            (
                &[("NO_COLOR", "1"), ("COLORTERM", "truecolor")][..],
                Depth::Mono,
            ),
            (
                &[("NO_COLOR", ""), ("TERM", "xterm-256color")],
                Depth::Indexed,
            ),
            (&[("TERM", "dumb")], Depth::Mono),
            (&[("TERM", "xterm"), ("COLORTERM", "24bit")], Depth::True),
            (&[("WT_SESSION", "x")], Depth::True),
            (&[("TERM", "linux")], Depth::Ansi),
            (&[], Depth::Ansi),
        ] {
            let found = Depth::detect(|name| {
                variables
                    .iter()
                    .find(|(key, _)| *key == name)
                    .map(|(_, value)| (*value).to_owned())
            });
            assert_eq!(found, depth, "{variables:?}");
        }
    }

    #[test]
    fn a_wrong_palette_is_refused_with_the_list() {
        assert!(
            "blue"
                .parse::<Palette>()
                .unwrap_err()
                .to_string()
                .contains("dark, light")
        );
    }
}
