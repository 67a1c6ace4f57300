//! The single steps on files: each is done or not done, whatever happens meanwhile.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::Path;

use crate::company::sales_orders::HandOverError;

/// Tells the steps of this process to those who watch them.
pub fn step(id: &str, what: &str) {
    tracing::trace!(target: "axcs::step", message_id = id, "the file door {what}");
}

/// A folder or file that cannot be used, with what to do about it. Nothing was given to AX.
pub fn failed(place: &Path, what: &str, error: &io::Error) -> HandOverError {
    let hint = if error.kind() == io::ErrorKind::PermissionDenied {
        "; the account of axcs needs the right to read, write and delete there"
    } else {
        ""
    };
    HandOverError::NotReached {
        place: place.display().to_string(),
        reason: format!("{what}: {error}{hint}"),
    }
}

/// The folder is there.
pub fn is_folder(folder: &Path) -> Result<(), HandOverError> {
    match fs::metadata(folder) {
        Ok(metadata) if metadata.is_dir() => Ok(()),
        Ok(_) => Err(failed(
            folder,
            "it is no folder",
            &io::ErrorKind::NotADirectory.into(),
        )),
        Err(error) => Err(failed(folder, "the folder cannot be opened", &error)),
    }
}

/// Whether a file is there.
pub fn exists(path: &Path) -> Result<bool, HandOverError> {
    path.try_exists()
        .map_err(|error| failed(path, "it cannot be looked for", &error))
}

/// Keeps other workers out until it is dropped. Where the file system has no locks, that AX takes a
/// message once has to do.
pub fn lock(folder: &Path) -> Result<File, HandOverError> {
    let path = folder.join("axcs.lock");
    let file =
        File::create(&path).map_err(|error| failed(&path, "it cannot be written", &error))?;
    if let Err(error) = file.lock() {
        tracing::debug!("{} cannot be locked: {error}", path.display());
    }
    Ok(file)
}

/// Writes a file that is there whole or not at all, and safely on the disk.
pub fn put_whole(path: &Path, text: &[u8], id: &str) -> Result<(), HandOverError> {
    let part = path.with_extension("part");
    let written = File::create(&part).and_then(|mut file| {
        file.write_all(text)?;
        file.sync_all()
    });
    step(id, "has written a file");
    written
        .and_then(|()| fs::rename(&part, path))
        .map_err(|error| {
            remove(&part);
            failed(path, "it cannot be written", &error)
        })?;
    if let Some(folder) = path.parent() {
        sync_folder(folder);
    }
    Ok(())
}

/// Removes a file; false where it may still be there.
pub fn remove(path: &Path) -> bool {
    match fs::remove_file(path) {
        Ok(()) => true,
        Err(error) if error.kind() == io::ErrorKind::NotFound => true,
        Err(error) => {
            tracing::warn!("{} cannot be removed: {error}", path.display());
            false
        }
    }
}

/// A rename is on the disk when its folder is. Shares and Windows do that by themselves.
pub fn sync_folder(folder: &Path) {
    #[cfg(unix)]
    if let Err(error) = File::open(folder).and_then(|folder| folder.sync_all()) {
        tracing::debug!("{} cannot be synchronised: {error}", folder.display());
    }
    #[cfg(not(unix))]
    let _ = folder;
}
