//! A disk that is full, files that may not grow, a disk that cannot be written.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::{Ended, Outcome, Shop, ended, in_shell, list, pick, said, system};

/// Jobs whose runs meet the fault, in turn.
const JOBS: [&str; 3] = ["orders", "complete", "inventory"];

/// A file system over a folder; it goes with this.
struct Mounted(PathBuf);

impl Mounted {
    /// Puts a new file system of `size` over `folder`, with the files of the folder in it.
    fn small(folder: &Path, size: &str) -> Result<Self, String> {
        let aside = tempfile::tempdir().unwrap();
        copy(folder, aside.path())?;
        let options = format!("size={size}");
        mount(&["-t", "tmpfs", "-o", &options, "tmpfs", &text(folder)])?;
        let mounted = Self(folder.to_owned());
        copy(aside.path(), folder)?;
        Ok(mounted)
    }

    /// The same folder over itself, not to be written.
    fn read_only(folder: &Path) -> Result<Self, String> {
        let at = text(folder);
        mount(&["--bind", &at, &at])?;
        let mounted = Self(folder.to_owned());
        mount(&["-o", "remount,ro,bind", &at])?;
        Ok(mounted)
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        drop(system("umount", &["-l", &text(&self.0)]));
    }
}

fn mount(arguments: &[&str]) -> Result<(), String> {
    system("mount", arguments)
}

fn text(path: &Path) -> String {
    path.to_str().unwrap().to_owned()
}

fn copy(from: &Path, to: &Path) -> Result<(), String> {
    system("cp", &["-a", &format!("{}/.", text(from)), &text(to)])
}

/// The disk of company, ledger and service fills up at another byte each time.
pub fn full(times: u64) -> Result<Outcome, String> {
    let mut shop = Shop::new();
    let dir = shop.axcs.dir();
    let disk = match Mounted::small(&dir, "64m") {
        Ok(disk) => disk,
        Err(why) => return Ok(Outcome::Skipped(format!("no tmpfs: {why}"))),
    };
    let filler = dir.join("filler");
    let mut ends: BTreeMap<Ended, u64> = BTreeMap::new();
    for time in 0..times {
        shop.change();
        // Nothing free, then more each time: every write of a run is the one that fails.
        let free = time * 96 / times * 4096;
        fill(&filler, free)?;
        let job = pick(&JOBS, time);
        let ended = ended(&shop.axcs.run(&["run", job, "--json"]))
            .map_err(|broken| format!("{free} bytes free, {job}: {broken}"))?;
        *ends.entry(ended).or_default() += 1;
        std::fs::remove_file(&filler).unwrap();
        shop.make_good()
            .map_err(|broken| format!("{free} bytes were free, {job}: {broken}"))?;
    }
    drop(shop);
    drop(disk);
    if ends.keys().all(|ended| ended.code == 0) {
        return Err("no run met the full disk".to_owned());
    }
    Ok(Outcome::Stood(list(&ends)))
}

/// Fills the disk of `filler` but for `free` bytes.
fn fill(filler: &Path, free: u64) -> Result<(), String> {
    let mut file = std::fs::File::create(filler).unwrap();
    // Until there is no room; then a little is given back.
    let written = std::io::copy(&mut std::io::repeat(0), &mut file);
    assert!(written.is_err());
    let length = file.metadata().unwrap().len();
    file.set_len(length.saturating_sub(free))
        .map_err(|error| error.to_string())
}

/// No file may grow beyond another size each time.
pub fn limited(times: u64) -> Result<Outcome, String> {
    let mut shop = Shop::new();
    let mut ends: BTreeMap<Ended, u64> = BTreeMap::new();
    for time in 0..times {
        shop.change();
        let blocks = time * 256 / times;
        let job = pick(&JOBS, time);
        let script = format!("trap '' XFSZ; ulimit -f {blocks}");
        let command = in_shell(&script, &shop.axcs.command(&["run", job, "--json"]));
        let ended =
            ended(&said(command)).map_err(|broken| format!("{blocks} blocks, {job}: {broken}"))?;
        *ends.entry(ended).or_default() += 1;
        shop.make_good()
            .map_err(|broken| format!("it was limited to {blocks} blocks, {job}: {broken}"))?;
    }
    if ends.keys().all(|ended| ended.code == 0) {
        return Err("no run met the limit".to_owned());
    }
    Ok(Outcome::Stood(list(&ends)))
}

/// The folder cannot be written any more: a run, a service and a look at it.
pub fn read_only() -> Result<Outcome, String> {
    let mut shop = Shop::new();
    shop.change();
    let mut ends: BTreeMap<Ended, u64> = BTreeMap::new();
    {
        let _disk = match Mounted::read_only(&shop.axcs.dir()) {
            Ok(disk) => disk,
            Err(why) => return Ok(Outcome::Skipped(format!("no bind mount: {why}"))),
        };
        for command in [
            &["run", "orders", "--json"] as &[&str],
            &["run", "complete", "--json"],
            &["service", "--listen", "127.0.0.1:0"],
            &["verify", "--json"],
        ] {
            let ended = ended(&shop.axcs.run(command))?;
            if ended.code == 0 {
                return Err(format!("{command:?} did not notice"));
            }
            *ends.entry(ended).or_default() += 1;
        }
    }
    shop.make_good()?;
    Ok(Outcome::Stood(list(&ends)))
}
