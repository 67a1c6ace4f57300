//! Peak memory of a sender and of a service, each a process of its own, and how fast records go from one to the
//! other: at a company, and at one of ten times its size.

use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use axcs::model::Job;

use crate::site::{self, Way};
use crate::{growth, table};

/// The arguments that make this program a sender or a service.
pub const SENDER: &str = "sender";
pub const SERVICE: &str = "service-of-a-folder";
/// The design's limit for the sender of a million items, in MB.
const LIMIT: f64 = 48.0;
const OF_ITEMS: u64 = 1_000_000;
/// A larger company may take so many times the memory of the smaller.
const MOST: f64 = 1.1;

fn runtime() -> tokio::runtime::Runtime {
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    runtime.enable_all().build().unwrap()
}

/// Sends everything of a company to a service; says its peak at the end, and records a second.
pub fn play_sender(arguments: &[String]) {
    let [company, folder, url] = arguments else {
        panic!("a company, a folder and an address");
    };
    let rate = runtime().block_on(async {
        let runner = site::runner(Path::new(company), Path::new(folder), url, Way::USUAL).await;
        let (summary, took) = site::ended(&runner, Job::Complete).await;
        let records = summary.counts().acknowledged;
        eprintln!("  {records} records in {took:.1?}");
        runner.shut_down().await;
        records as f64 / took.as_secs_f64()
    });
    println!("{} {rate}", peak());
}

/// Serves until its input ends; says its peak then.
pub fn play_service(arguments: &[String]) {
    let [folder] = arguments else {
        panic!("a folder");
    };
    runtime().block_on(async {
        let service = site::serve(Path::new(folder)).await;
        println!("{}", service.url());
        let ended = tokio::task::spawn_blocking(|| std::io::stdin().read_to_end(&mut Vec::new()));
        ended.await.unwrap().unwrap();
        service.stop().await;
    });
    println!("{}", peak());
}

/// A value of this process in KB, as Linux calls it; 0 where the system does not say.
pub fn status_of_this(name: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(name));
    let number = line.and_then(|line| line.trim_start_matches(':').split_whitespace().next());
    number.and_then(|number| number.parse().ok()).unwrap_or(0)
}

/// Peak memory of this process in bytes.
fn peak() -> u64 {
    status_of_this("VmHWM") * 1_024
}

fn itself(role: &str) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .arg(role)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped());
    command
}

/// What a pair of processes came to.
struct Pair {
    /// Peaks of sender and service in MB.
    peaks: [f64; 2],
    /// Records a second from one to the other.
    rate: f64,
}

/// Peak of the sender in MB, and its records a second.
fn told_by(sender: Child) -> (f64, f64) {
    let said = sender.wait_with_output().unwrap();
    assert!(said.status.success());
    let text = String::from_utf8(said.stdout).unwrap();
    let (peak, rate) = text.trim().split_once(' ').unwrap();
    let bytes: f64 = peak.parse().unwrap();
    (bytes / 1e6, rate.parse().unwrap())
}

async fn pair(items: u64) -> Pair {
    let folder = site::folder();
    let company = site::company(folder.path(), items).await;
    let mut service = itself(SERVICE).arg(folder.path()).spawn().unwrap();
    let mut said = BufReader::new(service.stdout.take().unwrap());
    let mut url = String::new();
    said.read_line(&mut url).unwrap();
    let sender = itself(SENDER)
        .args([&company, folder.path()])
        .arg(url.trim())
        .spawn()
        .unwrap();
    let (sender, rate) = told_by(sender);
    drop(service.stdin.take());
    let mut rest = String::new();
    said.read_to_string(&mut rest).unwrap();
    assert!(service.wait().unwrap().success());
    let bytes: f64 = rest.trim().parse().unwrap();
    Pair {
        peaks: [sender, bytes / 1e6],
        rate,
    }
}

/// Peaks at `items` and at ten times as many.
pub async fn memory(items: u64) {
    let small = pair(items).await;
    let large = pair(items * 10).await;
    table::tell(
        format!("upload of {} items from process to process", items * 10),
        format!("{:.0} records/s", large.rate),
        format!("{:.0} records/s (of {items} items)", small.rate),
        large.rate / small.rate,
    );
    let peaks = small.peaks.into_iter().zip(large.peaks);
    for (name, (small, large)) in ["sender", "service"].into_iter().zip(peaks) {
        let grown = (
            small * MOST,
            format!("{:.1} MB ({MOST} times that at {items})", small * MOST),
        );
        let limits = match name {
            "sender" if items * 10 > OF_ITEMS => [of_sender(), grown],
            "sender" => [of_sender(), of_sender()],
            _ => [(small, "no limit of the design".to_owned()), grown],
        };
        let figures = [(items, small), (items * 10, large)];
        for ((items, figure), (limit, told)) in figures.into_iter().zip(limits) {
            table::tell(
                format!("peak memory of the {name} at {items} items"),
                format!("{figure:.1} MB"),
                told,
                figure / limit,
            );
            growth::point(&format!("memory-of-{name}"), "MB", items, figure);
        }
    }
}

/// The design's limit of a sender up to [`OF_ITEMS`].
fn of_sender() -> (f64, String) {
    (LIMIT, format!("{LIMIT} MB"))
}
