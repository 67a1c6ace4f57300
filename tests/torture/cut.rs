//! The line between worker and service breaks at a byte, at any byte of every job, in either
//! direction, and does all the rest that lines do. Whatever it did, the run ends or fails with a
//! named reason, and one clean run makes everything good: both ends agree, every order once.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use axcs::commerce::client::ClientOptions;
use axcs::commerce::shopper::Shopper;
use axcs::company::embedded::activity::clerk::{self, Orders, Ship};
use axcs::company::embedded::activity::{self, Change};
use axcs::jobs::{RunOptions, Runner};
use axcs::model::random::Random;
use axcs::model::{Job, RunStatus, RunSummary};

use super::Arguments;
use super::both_stores;
use super::line::{Fault, Proxy, Tear, Way};
use super::site::Site;

/// Companies that are tormented side by side: a torn run mostly waits. Every other one speaks TLS.
const LANES: usize = 4;
/// The deadline of a request through the line.
const DEADLINE: Duration = Duration::from_millis(700);
/// A job whose runs are torn, and whether it has to load the service anew.
type Script = (Job, bool);
const SCRIPTS: [Script; 6] = [
    (Job::Orders, false),
    (Job::Complete, true),
    (Job::Inventory, false),
    (Job::Complete, false),
    (Job::TradeAgreements, false),
    (Job::DeliveryModes, false),
];
/// What runs say when axcs itself is at fault.
const OURS: [&str; 2] = [
    "The run failed inside axcs.",
    "Sending a batch failed inside axcs.",
];

/// How bad it is to be.
pub struct Torment {
    /// Cuts, spread over the length of every job in both directions.
    cuts: u64,
    /// Faults of the other kinds, at random bytes.
    others: u64,
    /// Where chance begins.
    seed: u64,
}

impl Torment {
    pub fn of(arguments: &Arguments) -> Result<Self, String> {
        let cuts = arguments.number("--cuts", 12)?;
        Ok(Self {
            cuts,
            others: arguments.number("--others", cuts / 2)?,
            seed: arguments.number("--seed", 1)?,
        })
    }
}

/// One torn run that is to be.
#[derive(Clone, Copy, Debug)]
struct Case {
    script: Script,
    way: Way,
    /// Where in the run, in millionths of its bytes that way.
    place: u64,
    fault: Fault,
}

impl Case {
    /// A changed byte is seen where the line is encrypted. The service takes requests from other
    /// machines in no other way.
    fn needs_tls(&self) -> bool {
        self.fault == Fault::Corrupt
    }
}

fn cases(torment: &Torment) -> Vec<Case> {
    let mut random = Random::new(torment.seed);
    let mut cases = Vec::new();
    let ways = [Way::Up, Way::Down];
    let scripts = SCRIPTS.len() as u64;
    let kinds = scripts * 2;
    let of_each = torment.cuts.div_ceil(kinds).max(1);
    for number in 0..torment.cuts {
        let step = 1_000_000 / of_each;
        cases.push(Case {
            script: SCRIPTS[(number % scripts) as usize],
            way: ways[(number / scripts % 2) as usize],
            place: number / kinds * step + random.below(step),
            fault: Fault::Cut,
        });
    }
    for number in 0..torment.others {
        cases.push(Case {
            script: random.pick(&SCRIPTS),
            way: random.pick(&ways),
            place: random.below(1_000_000),
            fault: match number % 5 {
                0 => Fault::Gone,
                // Before the deadline, and long after it: a late request.
                1 => Fault::Delay(Duration::from_millis(random.pick(&[300, 1_200, 2_500]))),
                2 => Fault::Throttle(random.pick(&[500, 5_000, 50_000])),
                3 => Fault::Corrupt,
                _ => Fault::HalfOpen,
            },
        });
    }
    cases
}

/// What came of the cases.
#[derive(Debug, Default)]
struct Figures {
    torn: u64,
    ended: u64,
    missed: u64,
    failed: BTreeMap<String, u64>,
    longest: Duration,
}

/// A company with its service and the line between them.
struct Lane {
    site: Site,
    line: Proxy,
    options: ClientOptions,
    random: Random,
    orders: u64,
    /// Bytes up and down of a run of each job that nothing befell.
    lengths: BTreeMap<Script, [u64; 2]>,
    figures: Figures,
}

impl Lane {
    async fn new(speaks_tls: bool, seed: u64) -> Self {
        let site = if speaks_tls {
            Site::over_tls().await
        } else {
            Site::new().await
        };
        let mut options = site.client_options();
        let (scheme, address) = options.url.split_once("://").unwrap();
        let line = Proxy::before(address.parse().unwrap()).await;
        options = ClientOptions {
            url: line.url.replace("http", scheme),
            connect_timeout: DEADLINE,
            request_timeout: DEADLINE,
            ..options
        };
        Self {
            site,
            line,
            options,
            random: Random::new(seed),
            orders: 0,
            lengths: BTreeMap::new(),
            figures: Figures::default(),
        }
    }

    /// Something for every job to do; `anew` makes the ledger forget what the service holds.
    async fn change(&mut self, (_, anew): Script) {
        self.place(1).await;
        self.run(Job::Orders, None).await.unwrap();
        let seed = self.random.next();
        self.ship(Orders::Oldest(2), seed);
        self.place(2).await;
        let change = Change {
            stock: 20,
            prices: 5,
            names: 5,
            deletes: 0,
        };
        activity::apply(&self.site.company, &change, seed, None).unwrap();
        for sql in [
            "UPDATE DLVMODE SET TXT = 'Mode ' || abs(random() % 1000)",
            "UPDATE PRICEDISCTABLE SET AMOUNT = abs(random() % 1000) WHERE abs(random() % 3) = 0",
            "UPDATE ECORESCATEGORY SET NAME = NAME || '.' WHERE abs(random() % 9) = 0",
        ] {
            self.site.sql(sql);
        }
        if anew {
            let ledger =
                rusqlite::Connection::open(self.site.dir.path().join("ledger.db")).unwrap();
            let forgotten = ledger.execute("DELETE FROM acknowledged WHERE stream = 'items'", []);
            assert!(forgotten.unwrap() > 0);
        }
    }

    async fn place(&mut self, count: u64) {
        let shopper = Shopper::new(&self.site.client, 1).await.unwrap();
        shopper.place_all(self.orders, count, |_| {}).await.unwrap();
        self.orders += count;
    }

    fn ship(&self, orders: Orders, seed: u64) {
        let partial = orders != Orders::All;
        clerk::ship(&self.site.company, &Ship { orders, partial }, seed).unwrap();
    }

    /// A run without a fault, through `runner` or straight.
    async fn run(&self, job: Job, runner: Option<&Runner>) -> Result<RunSummary, String> {
        let runner = runner.unwrap_or(&self.site.runner);
        let run = runner.start(job, RunOptions::default()).await;
        let run = run.map_err(|exception| format!("{job} did not start: {exception}"))?;
        let summary = runner.finished(run).await.unwrap();
        match summary.status {
            RunStatus::Ended if summary.counts().balances() => Ok(summary),
            RunStatus::Ended | RunStatus::Executing | RunStatus::Error | RunStatus::Canceled => {
                Err(format!("the clean run of {job}: {summary:?}"))
            }
        }
    }

    /// How long each job is, in bytes.
    async fn measure(&mut self) -> Result<(), String> {
        for script in SCRIPTS {
            self.change(script).await;
            self.line.arm(None);
            let through = self.through().await;
            // The machine may be slow; a run that failed is as long as it came.
            drop(self.run(script.0, Some(&through)).await);
            self.lengths.insert(script, self.line.heal().0);
            self.make_good(script.0).await?;
        }
        Ok(())
    }

    async fn through(&self) -> Runner {
        self.site.another_worker_with(self.options.clone()).await
    }

    async fn torment(&mut self, case: Case) -> Result<(), String> {
        let (job, _) = case.script;
        self.change(case.script).await;
        let length = self.lengths[&case.script][case.way as usize];
        self.line.arm(Some(Tear {
            way: case.way,
            at: length * case.place / 1_000_000,
            fault: case.fault,
        }));
        let began = Instant::now();
        let torn = self.through().await;
        let run = torn.start(job, RunOptions::default()).await;
        let run = run.map_err(|exception| format!("it did not start: {exception}"))?;
        let summary = torn.finished(run).await.unwrap();
        let (_, happened) = self.line.heal();
        self.figures.longest = self.figures.longest.max(began.elapsed());
        self.figures.torn += 1;
        self.figures.missed += u64::from(!happened);
        match (summary.status, &summary.exception) {
            (RunStatus::Ended, None) if summary.counts().balances() => self.figures.ended += 1,
            (RunStatus::Error, Some(exception))
                if !OURS.contains(&exception.text.as_str())
                    && !exception.cause.is_empty()
                    && !exception.remedy.is_empty() =>
            {
                *self
                    .figures
                    .failed
                    .entry(exception.text.clone())
                    .or_default() += 1;
            }
            (
                RunStatus::Ended | RunStatus::Error | RunStatus::Canceled | RunStatus::Executing,
                _,
            ) => return Err(format!("it neither ended nor named a reason: {summary:?}")),
        }
        self.make_good(job).await
    }

    /// One clean run of the job, then the rest of the day; in the end nothing may be wrong.
    async fn make_good(&mut self, job: Job) -> Result<(), String> {
        self.run(job, None).await?;
        let streams = job.streams();
        for wrong in self.site.differences().await {
            // Only the job's own streams are up to date, and those of orders are not shipped.
            if job != Job::Complete
                && streams
                    .iter()
                    .any(|stream| wrong.contains(&format!("stream: {stream:?},")))
            {
                return Err(format!("after the clean run of {job}: {wrong}"));
            }
        }
        self.run(Job::Orders, None).await?;
        self.ship(Orders::All, 1);
        for job in [
            Job::Orders,
            Job::Inventory,
            Job::TradeAgreements,
            Job::DeliveryModes,
        ] {
            self.run(job, None).await?;
        }
        let wrong = self.site.differences().await;
        let found = both_stores::compare(self.site.dir.path());
        let open = self.site.exceptions().await;
        if !wrong.is_empty() || !found.is_right(self.orders) || !open.is_empty() {
            return Err(format!("in the end: {wrong:?}, {found}, {open:?}"));
        }
        Ok(())
    }
}

/// Counts panics anywhere in this process, the service's included.
fn count_panics() -> Arc<AtomicU64> {
    let panics = Arc::new(AtomicU64::new(0));
    let (count, before) = (Arc::clone(&panics), std::panic::take_hook());
    std::panic::set_hook(Box::new(move |panic| {
        count.fetch_add(1, Ordering::Relaxed);
        before(panic);
    }));
    panics
}

pub async fn cut(torment: &Torment) -> Result<(), String> {
    let began = Instant::now();
    let panics = count_panics();
    let cases = cases(torment);
    let mut shares = vec![Vec::new(); (cases.len() / 10).next_multiple_of(2).clamp(2, LANES)];
    for (number, case) in cases.into_iter().enumerate() {
        let share = number % shares.len();
        // Lanes with an even number speak TLS.
        let share = if case.needs_tls() { share & !1 } else { share };
        shares[share].push(case);
    }
    let mut lanes = tokio::task::JoinSet::new();
    for (number, cases) in shares.into_iter().enumerate() {
        let seed = torment.seed.wrapping_add(number as u64);
        lanes.spawn(async move {
            let mut lane = Lane::new(number % 2 == 0, seed).await;
            lane.measure().await?;
            for case in cases {
                let tormented = lane.torment(case).await;
                tormented.map_err(|broken| format!("{case:?}: {broken}"))?;
            }
            Ok::<_, String>((lane.figures, lane.lengths))
        });
    }
    let mut all = Figures::default();
    let mut lengths = BTreeMap::new();
    while let Some(lane) = lanes.join_next().await {
        let (figures, of_lane) = lane
            .map_err(|error| error.to_string())
            .and_then(|done| done)
            .map_err(|broken| format!("seed {}: {broken}", torment.seed))?;
        all.torn += figures.torn;
        all.ended += figures.ended;
        all.missed += figures.missed;
        all.longest = all.longest.max(figures.longest);
        for (text, count) in figures.failed {
            *all.failed.entry(text).or_default() += count;
        }
        lengths.extend(of_lane);
    }
    let lengths: Vec<String> = lengths
        .iter()
        .map(|((job, anew), [up, down])| {
            let how = if *anew { " anew" } else { "" };
            format!("{job}{how} {up}+{down}")
        })
        .collect();
    println!("cut | bytes up and down: {}", lengths.join(", "));
    println!(
        "cut | {} runs torn ({} cuts, {} other faults; {} past the end), {} ended all the same, longest {:.1} s, {:.0} s",
        all.torn,
        torment.cuts,
        torment.others,
        all.missed,
        all.ended,
        all.longest.as_secs_f64(),
        began.elapsed().as_secs_f64()
    );
    for (text, count) in &all.failed {
        println!("cut | {count} failed: {text}");
    }
    match panics.load(Ordering::Relaxed) {
        0 => Ok(()),
        panics => Err(format!("{panics} panics, seed {}", torment.seed)),
    }
}
