//! Sets the clock wrong for a program, where libfaketime is installed.

use std::path::{Path, PathBuf};

/// libfaketime for programs of several threads.
pub fn library() -> Option<PathBuf> {
    let places = ["/usr/lib", "/usr/lib64", "/usr/local/lib"];
    let machines = ["", "x86_64-linux-gnu", "aarch64-linux-gnu"];
    places
        .iter()
        .flat_map(|place| machines.map(|machine| Path::new(place).join(machine)))
        .map(|folder| folder.join("faketime/libfaketimeMT.so.1"))
        .find(|library| library.is_file())
}
