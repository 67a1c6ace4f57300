//! The folder for secrets where no credential store is: a file for each, which only its owner reads,
//! written beside its place and renamed into it.

use std::fs;
use std::io::{self, Write as _};
use std::path::PathBuf;

use secrecy::{ExposeSecret as _, SecretString};

use super::Place;

/// The folder. It is made with the first secret.
#[derive(Clone, Debug)]
pub(super) struct Folder(pub PathBuf);

impl Folder {
    pub(super) fn place(&self, name: &str) -> Place {
        Place::File(self.file(name))
    }

    pub(super) fn read(&self, name: &str) -> io::Result<Option<SecretString>> {
        match fs::read_to_string(self.file(name)) {
            Ok(text) => Ok(Some(text.into())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    pub(super) fn write(&self, name: &str, secret: &SecretString) -> io::Result<()> {
        let mut making = fs::DirBuilder::new();
        making.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut making, 0o700);
        making.create(&self.0)?;

        let made = self.0.join(format!(
            "{}.{:016x}.new",
            plain(name),
            getrandom::u64().map_err(io::Error::other)?
        ));
        let mut options = fs::OpenOptions::new();
        options.write(true).create_new(true);
        // On Windows the folder stands in the user's profile, whose rights it has.
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let written = options.open(&made).and_then(|mut file| {
            file.write_all(secret.expose_secret().as_bytes())?;
            file.sync_all()?;
            fs::rename(&made, self.file(name))
        });
        if written.is_err() {
            let _ = fs::remove_file(&made);
        }
        written
    }

    pub(super) fn remove(&self, name: &str) -> io::Result<bool> {
        match fs::remove_file(self.file(name)) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(error),
        }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.0.join(plain(name))
    }
}

/// A name as every file system takes it. Different names stay different, on those that do not tell
/// small letters from capitals too.
fn plain(name: &str) -> String {
    let mut plain = String::with_capacity(name.len());
    for byte in name.bytes() {
        match byte {
            b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' => plain.push(char::from(byte)),
            _ => plain.push_str(&format!("%{byte:02x}")),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn different_names_are_different_files_of_the_folder() {
        let names = ["prod/sql", "Prod/sql", "prod%2fsql", "../sql", "CON", ""];
        let files: std::collections::BTreeSet<String> =
            names.map(|name| plain(name).to_lowercase()).into();
        assert_eq!(files.len(), names.len(), "{files:?}");
        for file in files {
            assert!(!file.contains(['/', '\\', '.']), "{file}");
        }
    }
}
