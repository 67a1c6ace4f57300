//! How soon a due job starts, how soon a dead worker's job is taken over, and what an idle worker
//! costs.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use axcs::ledger::{EmbeddedLedger, JobBook as _};
use axcs::model::random::Random;
use axcs::model::recurrence::{End, Pattern, Recurrence};
use axcs::model::{Job, JobStatus, RunStatus};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use tokio_util::sync::CancellationToken;

use crate::count;
use crate::site::{self, Site, Way};
use crate::table;

/// A cheap job: what is measured is its start.
const JOB: Job = Job::DeliveryModes;
/// Lease of the workers that are killed.
const LEASE: Duration = Duration::from_secs(2);
/// What a look asks at most on average: whether anything was written, and a board for each time that
/// the worker says that it is there.
const STATEMENTS_OF_A_TURN: u64 = 2;
/// Longest that anything may take before the measurement is given up.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// The settings file of a folder.
pub const SETTINGS: &str = "config.toml";

/// Workers and a service over one folder; they end with it.
pub struct Place {
    dir: tempfile::TempDir,
    ledger: EmbeddedLedger,
    processes: Vec<Child>,
}

impl Drop for Place {
    fn drop(&mut self) {
        for process in &mut self.processes {
            let _ = process.kill();
            let _ = process.wait();
        }
    }
}

impl Place {
    /// With a demo company of so many items, its service running and no job due.
    pub async fn new(items: u64) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let settings = format!("[engine]\nlease_seconds = {}\n", LEASE.as_secs());
        std::fs::write(dir.path().join(SETTINGS), settings).unwrap();
        let items = items.to_string();
        let made = axcs(dir.path(), &["demo", "--headless", "--items", &items])
            .status()
            .unwrap();
        assert!(made.success());
        let ledger = EmbeddedLedger::open(&dir.path().join("ledger.db"))
            .await
            .unwrap();
        let mut place = Self {
            dir,
            ledger,
            processes: Vec::new(),
        };
        for job in Job::ALL {
            place.recur(job, None).await;
        }
        place.start(&["service", "--listen", "127.0.0.1:0"]);
        let running = place.dir.path().join("service");
        let began = Instant::now();
        while axcs::service::running_at(&running).is_none() {
            assert!(began.elapsed() < PATIENCE, "the service did not start");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        place
    }

    /// The folder.
    pub fn dir(&self) -> &Path {
        self.dir.path()
    }

    fn start(&mut self, arguments: &[&str]) {
        let process = axcs(self.dir(), arguments).spawn().unwrap();
        self.processes.push(process);
    }

    async fn recur(&self, job: Job, recurrence: Option<Recurrence>) {
        let board = self.ledger.board().await.unwrap();
        let record = board.jobs.into_iter().find(|record| record.job == job);
        let record = record.unwrap();
        let mut schedule = record.schedule;
        schedule.recurrence = recurrence;
        schedule.jitter = false;
        let set = self.ledger.set_schedule(job, record.revision, schedule);
        assert!(set.await.unwrap());
    }

    /// Has `JOB` come at a moment `ahead` from now; answers how late it started.
    async fn lateness(&self, ahead: Duration) -> Duration {
        let before = self.ledger.runs(Some(JOB), 1).await.unwrap();
        let before = before.first().map(|run| run.run);
        let due = Timestamp::now() + ahead;
        let once = Recurrence {
            start: due.to_zoned(TimeZone::UTC).datetime(),
            zone: "UTC".to_owned(),
            end: End::Never,
            pattern: Pattern::Days(1),
        };
        self.recur(JOB, Some(once)).await;
        let began = Instant::now();
        loop {
            assert!(began.elapsed() < PATIENCE, "the job did not start");
            tokio::time::sleep(Duration::from_millis(5)).await;
            let newest = self.ledger.runs(Some(JOB), 1).await.unwrap();
            let newest = newest.first().filter(|run| Some(run.run) != before);
            if let Some(run) = newest.filter(|run| run.status != RunStatus::Executing) {
                assert_eq!(run.status, RunStatus::Ended, "{:?}", run.exception);
                // The ledger notes whole milliseconds.
                return Duration::try_from(run.started.duration_since(due)).unwrap_or_default();
            }
        }
    }
}

/// The program over a folder; what it says is not kept.
pub fn axcs(dir: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_axcs"));
    command.arg("--dir").arg(dir);
    command.arg("--config").arg(dir.join(SETTINGS));
    command.args(arguments);
    command.stdin(Stdio::null()).stdout(Stdio::null());
    command.stderr(Stdio::null());
    command
}

/// Occurrences in another process than the one that set them: the workers hear of them within a
/// second, and one starts them on time; however many there are that might.
pub async fn due(count: u64) {
    for workers in [1, 8, 64] {
        let mut place = Place::new(300).await;
        for _ in 0..workers {
            place.start(&["worker"]);
        }
        let mut random = Random::new(1);
        place.lateness(Duration::from_secs(3)).await;
        let mut late = Vec::new();
        for _ in 0..count {
            let ahead = Duration::from_millis(1_300 + random.below(700));
            late.push(place.lateness(ahead).await);
        }
        late.sort();
        let at = |share: usize| late[(late.len() * share / 100).min(late.len() - 1)];
        table::tell(
            format!("due to started, {count} occurrences, {workers} workers"),
            format!("p50 {:.1?}, p99 {:.1?}", at(50), at(99)),
            "250 ms",
            at(99).as_secs_f64() / 0.25,
        );
    }
}

/// A worker is killed in its run; the other one takes the run over.
pub async fn takeover(count: u64) {
    let mut place = Place::new(20_000).await;
    let first = place.processes.len();
    place.start(&["worker"]);
    place.start(&["worker"]);
    let mut longest = Duration::ZERO;
    for _ in 0..count {
        let began = Instant::now();
        let (run, victim) = loop {
            assert!(began.elapsed() < PATIENCE, "the job does not run");
            let asked =
                place
                    .ledger
                    .change_status(Job::Complete, JobStatus::Waiting, "the benchmark");
            asked.await.unwrap();
            let board = place.ledger.board().await.unwrap();
            let run = board.executing.iter().find(|run| run.job == Job::Complete);
            let victim = run.and_then(|run| {
                let process = run.owner.rsplit('/').next().unwrap_or_default().to_owned();
                let worker = |one: &Child| one.id().to_string() == process;
                let at = place.processes.iter().position(worker)?;
                Some((run.run, at))
            });
            if let Some(victim) = victim {
                break victim;
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        };
        let mut victim = place.processes.remove(victim);
        victim.kill().unwrap();
        let killed = Timestamp::now();
        victim.wait().unwrap();
        let taken = loop {
            assert!(began.elapsed() < PATIENCE, "nobody took the run over");
            tokio::time::sleep(Duration::from_millis(2)).await;
            let newest = place.ledger.runs(Some(Job::Complete), 1).await.unwrap();
            if let Some(next) = newest.first().filter(|next| next.run > run) {
                break next.started;
            }
        };
        longest = longest.max(Duration::try_from(taken.duration_since(killed)).unwrap());
        place.start(&["worker"]);
    }
    assert_eq!(place.processes.len(), first + 2);
    let limit = LEASE + Duration::from_secs(1);
    table::tell(
        format!("take-over of a killed worker's run, longest of {count}"),
        format!("{longest:.2?}"),
        format!("{limit:.0?} (lease + 1 s)"),
        longest.as_secs_f64() / limit.as_secs_f64(),
    );
}

/// What a worker costs that has nothing to do.
#[cfg(target_os = "linux")]
pub async fn idle(seconds: u64) {
    let mut place = Place::new(300).await;
    place.start(&["worker"]);
    let worker = place.processes.last().unwrap().id();
    tokio::time::sleep(Duration::from_secs(3)).await;
    let before = processor_time(worker);
    tokio::time::sleep(Duration::from_secs(seconds)).await;
    let spent = processor_time(worker).saturating_sub(before);
    let percent = 100.0 * spent.as_secs_f64() / seconds as f64;
    let an_hour = spent.as_secs_f64() * 3_600.0 / seconds as f64;
    table::tell(
        format!("idle worker over {seconds} s"),
        format!("{percent:.3} % CPU, {an_hour:.1} s an hour"),
        "0.1 %",
        percent / 0.1,
    );
}

/// What a worker asks its ledger that has nothing to do. It counts: what is opened after it is slower.
pub async fn idle_queries(seconds: u64) {
    let folder = site::folder();
    let company = site::company(folder.path(), 300).await;
    count::begin();
    let site = Site::open(&company, folder.path(), Way::USUAL).await;
    let stop = CancellationToken::new();
    let look = async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        let before = count::so_far();
        tokio::time::sleep(Duration::from_secs(seconds)).await;
        let asked = count::so_far().since(before);
        stop.cancel();
        asked
    };
    let ((), asked) = tokio::join!(site.runner.attend(true, stop.clone()), look);
    let an_hour = |count: u64| count * 3_600 / seconds;
    // A look, each second.
    let limit = 3_600 * STATEMENTS_OF_A_TURN;
    table::tell(
        format!("idle worker over {seconds} s: statements an hour"),
        format!(
            "{}, {} steps",
            an_hour(asked.statements),
            an_hour(asked.steps)
        ),
        format!("{limit} ({STATEMENTS_OF_A_TURN} each second)"),
        an_hour(asked.statements) as f64 / limit as f64,
    );
    site.close().await;
}

/// User and system time of a process.
#[cfg(target_os = "linux")]
pub fn processor_time(process: u32) -> Duration {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap();
    let behind_name = stat.rsplit(')').next().unwrap();
    let fields: Vec<&str> = behind_name.split_whitespace().collect();
    let ticks = fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap();
    // A tick is a hundredth of a second on every Linux that Rust runs on.
    Duration::from_millis(ticks * 10)
}
