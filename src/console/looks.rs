//! Keys and colours as the operator wants them: read from their files, and read again when those
//! change, while the console goes on.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use super::keys::{Keymap, KeymapError};
use super::theme::{Depth, Palette, Symbols, Theme, ThemeError};

/// How often the files are looked at, where there are any.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// Where keys and colours come from.
#[derive(Debug)]
pub struct Looks {
    /// A `keys.toml`; none for the keys of the program.
    pub keys_file: Option<PathBuf>,
    /// A theme; none for the one of the program.
    pub theme_file: Option<PathBuf>,
    /// The theme of the program; a theme file says what its background is like.
    pub palette: Palette,
    /// How many colours the terminal shows.
    pub depth: Depth,
    /// What it shows instead of words.
    pub symbols: Symbols,
    /// The files as they were when they were read last.
    pub seen: Seen,
}

/// What the files were like. Whatever is written after they were looked at, also while they are read, is
/// a change.
#[derive(Debug, Default)]
pub struct Seen(Mutex<[Stamp; 2]>);

/// Keys or colours that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LooksError {
    /// A file cannot be read.
    #[error("{}: {why}", .file.display())]
    File {
        /// The file.
        file: PathBuf,
        /// Why not.
        why: String,
    },
    /// Its keys are wrong.
    #[error("{0}")]
    Keys(#[from] KeymapError),
    /// Its colours are wrong.
    #[error("{0}")]
    Theme(#[from] ThemeError),
}

/// What tells a file from what it was: when it was written, and its length.
type Stamp = Option<(SystemTime, u64)>;

impl Looks {
    fn files(&self) -> [Option<&Path>; 2] {
        [self.keys_file.as_deref(), self.theme_file.as_deref()]
    }

    /// False where nothing can change: everything comes with the program.
    pub fn can_change(&self) -> bool {
        self.files().iter().any(Option::is_some)
    }

    /// The text of the `keys.toml`; empty without one.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub fn keys_text(&self) -> Result<String, LooksError> {
        let [keys, _] = self.files();
        keys.map_or(Ok(String::new()), text_of)
    }

    /// Reads both.
    ///
    /// # Errors
    /// Where a file cannot be read, or what stands there cannot be used.
    pub fn read(&self) -> Result<(Keymap, Theme), LooksError> {
        *self.seen() = self.stamps();
        let [_, theme] = self.files();
        let keys = Keymap::new(&self.keys_text()?)?;
        let theme = match theme {
            None => Theme::new(self.palette, self.depth, self.symbols)?,
            Some(file) => Theme::read(&text_of(file)?, self.palette, self.depth, self.symbols)?,
        };
        Ok((keys, theme))
    }

    /// Waits until a file is another one than when it was read, and reads both.
    pub async fn changed(&self) -> Result<(Keymap, Theme), LooksError> {
        loop {
            tokio::time::sleep(LOOK_EVERY).await;
            if self.stamps() != *self.seen() {
                return self.read();
            }
        }
    }

    fn seen(&self) -> MutexGuard<'_, [Stamp; 2]> {
        let Seen(seen) = &self.seen;
        seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn stamps(&self) -> [Stamp; 2] {
        self.files().map(|file| {
            let found = std::fs::metadata(file?).ok()?;
            Some((found.modified().ok()?, found.len()))
        })
    }
}

fn text_of(file: &Path) -> Result<String, LooksError> {
    std::fs::read_to_string(file).map_err(|error| LooksError::File {
        file: file.to_owned(),
        why: error.to_string(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn looks(folder: &Path) -> Looks {
        Looks {
            keys_file: Some(folder.join("keys.toml")),
            theme_file: Some(folder.join("theme.toml")),
            palette: Palette::Dark,
            depth: Depth::True,
            symbols: Symbols::ASCII,
            seen: Seen::default(),
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_changed_file_is_read_again_and_a_wrong_one_says_what_is_wrong() {
        let folder = tempfile::tempdir().unwrap();
        let looks = looks(folder.path());
        let keys = folder.path().join("keys.toml");
        let missing = looks.read().unwrap_err();
        assert!(missing.to_string().contains("keys.toml"), "{missing}");

        std::fs::write(&keys, "").unwrap();
        let dark = include_str!("../../config/themes/dark.toml");
        std::fs::write(folder.path().join("theme.toml"), dark).unwrap();
        looks.read().unwrap();

        let waiting = looks.changed();
        tokio::pin!(waiting);
        let early = tokio::time::timeout(3 * LOOK_EVERY, &mut waiting).await;
        assert!(early.is_err(), "nothing has changed");
        std::fs::write(&keys, "[jobs]\nrum = ['x']").unwrap();
        let wrong = waiting.await.unwrap_err();
        assert!(wrong.to_string().contains("rum"), "{wrong}");

        // Written before anybody waits again.
        std::fs::write(&keys, "").unwrap();
        looks.changed().await.unwrap();
    }

    #[test]
    fn what_comes_with_the_program_is_not_watched() {
        let own = Looks {
            keys_file: None,
            theme_file: None,
            ..looks(Path::new("/nowhere"))
        };
        assert!(!own.can_change());
        own.read().unwrap();
    }
}
