//! Orders are placed and shipped while workers that share a ledger are killed again and again and
//! the line to the service lies. In the end every order is one whole sales order, and the shop knows it.

use std::process::{Child, Command};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use axcs::commerce::client::{Client, ClientOptions};
use axcs::commerce::shopper::Shopper;
use axcs::company::embedded::Embedded;
use axcs::company::embedded::activity::clerk::{self, Orders, Ship};
use axcs::ledger::{EmbeddedLedger, Ledger};
use axcs::model::random::Random;
use axcs::model::schedule::Schedule;
use axcs::model::{Job, JobStatus, RunStatus, RunSummary};

use super::Arguments;
use super::axcs_program::Axcs;
use super::both_stores;
use super::hostile::Hostile;

/// How bad it is to be.
pub struct Torment {
    /// Orders placed.
    pub orders: u64,
    /// Workers that share the ledger.
    pub workers: u64,
    /// Times one of them is killed.
    pub kills: u64,
    /// Spoiled answers in a hundred.
    pub faults: u64,
    /// Where chance begins.
    pub seed: u64,
}

impl Torment {
    /// What the command line asks for.
    pub fn of(arguments: &Arguments) -> Result<Self, String> {
        Ok(Self {
            orders: arguments.number("--orders", 150)?,
            workers: arguments.number("--workers", 2)?,
            kills: arguments.number("--kills", 6)?,
            faults: arguments.number("--faults", 10)?,
            seed: arguments.number("--seed", 1)?,
        })
    }
}

/// Longest life of a worker from the start of its run to its death, in milliseconds.
const LIFE: u64 = 250;
/// What the next worker writes down of a run that was cut short.
const CUT_SHORT: &str = "without saying how it ended";
/// How often the ledger is looked at.
const LOOK: Duration = Duration::from_millis(10);
/// How long a worker may take to begin what it is asked for.
const BEGINS: Duration = Duration::from_secs(60);
/// How long the workers may take to finish everything, when nobody is killed any more.
const CALM: Duration = Duration::from_secs(600);

pub async fn kill(torment: &Torment) -> Result<(), String> {
    let began = Instant::now();
    let axcs = Axcs::demo(300);
    let service = axcs.serve("127.0.0.1:0");
    let token = std::fs::read_to_string(axcs.dir().join("token")).unwrap();
    let token = token.trim().to_owned();
    let (line, url) = Hostile::before(service.url.clone(), torment.faults, torment.seed).await;
    // Through the line that lies; short deadlines, so that a late answer is an unknown one.
    std::fs::write(
        axcs.dir().join("hostile.toml"),
        format!(
            "[service]\nurl = \"{url}\"\n[engine]\nlease_seconds = 1\nrequest_timeout_seconds = 1\ngive_up_after_seconds = 20\n"
        ),
    )
    .unwrap();

    // Customers and the clerk, beside it all.
    let shop = Client::new(ClientOptions::new(&service.url, &token)).unwrap();
    let orders = torment.orders;
    let seed = torment.seed;
    let placing = tokio::spawn(async move {
        let shopper = Shopper::new(&shop, seed).await.unwrap();
        for from in (0..orders).step_by(50) {
            let count = 50.min(orders - from);
            shopper.place_all(from, count, |_| {}).await.unwrap();
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
    });
    let company = Embedded::open(&axcs.dir().join("company.db"), None).unwrap();
    let closing_time = Arc::new(AtomicBool::new(false));
    let (desk, closed) = (company.clone(), Arc::clone(&closing_time));
    let shipping = std::thread::spawn(move || {
        let mut random = Random::new(seed);
        while !closed.load(Ordering::Relaxed) {
            let ship = Ship {
                orders: Orders::Oldest(random.between(1, 40) as u32),
                partial: random.once_in(3),
            };
            clerk::ship(&desk, &ship, random.next()).unwrap();
            #[expect(clippy::disallowed_methods, reason = "a thread of its own")]
            std::thread::sleep(Duration::from_millis(300));
        }
    });

    let ledger = EmbeddedLedger::open(&axcs.dir().join("ledger.db")).await;
    let ledger: Arc<dyn Ledger> = Arc::new(ledger.unwrap());
    by_hand_only(&ledger).await;
    // What has ended can be set to Waiting.
    axcs.ok(&["run", "orders"]);
    let config = axcs.dir().join("hostile.toml");
    let worker = || {
        let mut worker = axcs.command(&["worker", "--config", config.to_str().unwrap()]);
        worker.env("AXCS_TOKEN", &token);
        axcs.noting_output(worker)
    };
    let victims = Victims {
        worker: &worker,
        workers: torment.workers,
        job: Job::Orders,
        life: LIFE,
    };
    let mut killing = Killing::new(victims, ledger, torment.seed);
    killing.go_on(torment.kills).await;
    placing.await.unwrap();
    closing_time.store(true, Ordering::Relaxed);
    shipping.join().unwrap();
    // The line still lies, but nobody is killed any more.
    let everything = Ship {
        orders: Orders::All,
        partial: false,
    };
    let calm = Instant::now();
    while both_stores::left(&axcs.dir()) > 0 {
        if calm.elapsed() > CALM {
            return Err(format!(
                "{} orders are not done {} s after the last kill",
                both_stores::left(&axcs.dir()),
                CALM.as_secs()
            ));
        }
        killing.ask().await;
        tokio::time::sleep(LOOK).await;
    }
    clerk::ship(&company, &everything, 1).unwrap();
    // Ended after the last packing slip was posted: all of them are told.
    killing.run_to_its_end().await?;
    let cut_short = killing.cut_short().await;
    drop(killing);

    let found = both_stores::compare(&axcs.dir());
    let (requests, faults) = line.counts();
    println!(
        "kill | {} orders, {} workers, {} kills of which {cut_short} cut a run short, {faults} of {requests} answers spoiled, {:.0} s",
        torment.orders,
        torment.workers,
        torment.kills,
        began.elapsed().as_secs_f64()
    );
    println!("kill | {found}");
    if found.is_right(torment.orders) {
        let verified = axcs.run(&["verify", "--stream", "orders", "--json"]);
        if verified.code == 0 {
            return Ok(());
        }
        return Err(format!("verify: {verified:?}"));
    }
    Err(found.to_string())
}

/// Takes away every schedule: nothing runs beside what is asked for.
pub async fn by_hand_only(ledger: &Arc<dyn Ledger>) {
    for record in ledger.board().await.unwrap().jobs {
        let schedule = Schedule {
            recurrence: None,
            ..record.schedule
        };
        let set = ledger.set_schedule(record.job, record.revision, schedule);
        assert!(set.await.unwrap());
    }
}

/// Who is killed.
pub struct Victims<'a> {
    /// How a worker is started.
    pub worker: &'a dyn Fn() -> Command,
    /// How many of them there are.
    pub workers: u64,
    /// The job that they run.
    pub job: Job,
    /// Longest life of a worker from the start of its run to its death, in milliseconds.
    pub life: u64,
}

/// The workers, and who kills them. An operator sets their job to Waiting whenever it has ended, so
/// that there is always something to kill.
pub struct Killing<'a> {
    victims: Victims<'a>,
    ledger: Arc<dyn Ledger>,
    workers: Vec<Child>,
    random: Random,
}

impl<'a> Killing<'a> {
    /// Starts the workers. Their job must run by hand only, and have ended once.
    pub fn new(victims: Victims<'a>, ledger: Arc<dyn Ledger>, seed: u64) -> Self {
        let workers = (0..victims.workers).map(|_| (victims.worker)().spawn().unwrap());
        Self {
            workers: workers.collect(),
            victims,
            ledger,
            random: Random::new(seed ^ 0x6b69_6c6c),
        }
    }

    /// Has the job run again if it has ended.
    async fn ask(&self) {
        let waiting =
            self.ledger
                .change_status(self.victims.job, JobStatus::Waiting, "the torment");
        waiting.await.unwrap();
    }

    /// Which worker runs the job.
    async fn running(&self) -> Option<usize> {
        let board = self.ledger.board().await.unwrap();
        let run = board.executing.first()?;
        let process = run.owner.rsplit('/').next()?.to_owned();
        self.workers
            .iter()
            .position(|worker| worker.id().to_string() == process)
    }

    /// Kills so often; a new worker takes the place of each dead one.
    pub async fn go_on(&mut self, kills: u64) {
        for _ in 0..kills {
            // Most die in their run, some while they wait.
            let victim = if self.random.once_in(5) {
                self.random.below(self.workers.len() as u64) as usize
            } else {
                let asked = Instant::now();
                loop {
                    self.ask().await;
                    if let Some(running) = self.running().await {
                        break running;
                    }
                    assert!(asked.elapsed() < BEGINS, "no worker runs the job");
                    tokio::time::sleep(LOOK).await;
                }
            };
            tokio::time::sleep(Duration::from_millis(self.random.below(self.victims.life))).await;
            self.workers[victim].kill().unwrap();
            self.workers[victim].wait().unwrap();
            self.workers[victim] = (self.victims.worker)().spawn().unwrap();
        }
    }

    /// Runs that did not get to say how they ended.
    pub async fn cut_short(&self) -> usize {
        let runs = self.ledger.runs(None, usize::MAX >> 1).await.unwrap();
        let is_cut_short = |run: &&RunSummary| {
            let exception = run.exception.as_ref();
            exception.is_some_and(|it| it.cause.contains(CUT_SHORT) || it.text.contains(CUT_SHORT))
        };
        runs.iter().filter(is_cut_short).count()
    }

    /// Waits until a run that began from now on has ended well.
    pub async fn run_to_its_end(&self) -> Result<(), String> {
        let newest = |runs: Vec<RunSummary>| runs.first().map(|run| run.run);
        let before = newest(self.ledger.runs(None, 1).await.unwrap());
        let began = Instant::now();
        while began.elapsed() < CALM {
            self.ask().await;
            let runs = self.ledger.runs(Some(self.victims.job), 20).await.unwrap();
            let is_good = |run: &RunSummary| {
                run.status == RunStatus::Ended && before.is_none_or(|before| run.run > before)
            };
            if runs.iter().any(is_good) {
                return Ok(());
            }
            tokio::time::sleep(LOOK).await;
        }
        Err(format!("{} comes to no good end", self.victims.job))
    }
}

impl Drop for Killing<'_> {
    fn drop(&mut self) {
        for worker in &mut self.workers {
            let _ = worker.kill();
            let _ = worker.wait();
        }
    }
}
