//! Two runs over the bed whose line breaks at one packet, before it or inside of it, either way, for
//! every packet that undisturbed runs take. No answer that was cut short is ever taken for a whole
//! one: the service loses nothing, and the next undisturbed run makes both ends alike.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axcs::commerce::Commerce as _;
use axcs::commerce::client::{Client, ClientOptions};
use axcs::company::sqlserver::SqlServerCompany;
use axcs::jobs::verify::verify;
use axcs::jobs::{self, Flow, RunOptions, Runner, Sides, selection};
use axcs::ledger::{Ledger as _, ServerLedger};
use axcs::model::words::count;
use axcs::model::{Exception, Job, Rule, RunStatus, Stream};
use axcs::service::{self, Running};
use axcs::sqlserver::Server;

use super::Arguments;
use super::bed::Bed;
use super::mssql::proxy::{Fault, Proxy, Way};

const ITEMS: u64 = 4;
/// What a script runs, where nobody says which jobs.
const JOBS: [Job; 2] = [Job::Complete, Job::Inventory];
/// The bed keeps what was: after so many lines another one is taken.
const LINES_PER_BED: usize = 50;
/// Longer than any script.
const PATIENCE: Duration = Duration::from_secs(60);
/// Broken runs, where nobody says how many.
const FEW: u64 = 4;

/// Breaks a few lines, or as many as `--cuts` says, or with `--all` one at every packet, of a run of the
/// jobs that are named: `packets inventory --all`. Of several that share the work (`--part 0 --parts 2`) each
/// breaks the line at places of its own.
pub async fn packets(arguments: &Arguments) -> Result<(), String> {
    let began = Instant::now();
    let named = arguments.jobs();
    let jobs = if named.is_empty() { &JOBS } else { &*named };
    let mut line = Line::new(jobs).await?;
    let packets = line.packets().await?;
    let part = arguments.number("--part", 0)? as usize;
    let parts = arguments.number("--parts", 1)?.max(1) as usize;
    let places: Vec<Place> = packets
        .iter()
        .flat_map(|(way, packets)| (0..*packets).map(|at| (*way, at)))
        .flat_map(|(way, at)| [Fault::Cut, Fault::Torn].map(|fault| (way, at, fault)))
        .skip(part)
        .step_by(parts)
        .collect();
    let every = if arguments.has("--all") {
        1
    } else {
        places.len() as u64 / arguments.number("--cuts", FEW)?.max(1)
    };
    // Neither always the same way nor always the same fault.
    let places: Vec<Place> = places
        .into_iter()
        .step_by(every.max(1) as usize | 1)
        .collect();
    let (mut broken, mut failed) = (0, 0);
    for (lot, places) in places.chunks(LINES_PER_BED).enumerate() {
        if lot > 0 {
            line = Line::new(jobs).await?;
        }
        for place in places {
            let ended = line.breaks_at(*place).await;
            let (way, at, fault) = place;
            let ended =
                ended.map_err(|what| format!("{fault:?} at packet {at} {way:?}: {what}"))?;
            broken += u64::from(ended.has_broken);
            failed += u64::from(ended.has_failed);
        }
    }
    if failed == 0 {
        return Err("no line was broken where it matters".to_owned());
    }
    println!(
        "packets | {}: {} up, {} down; {} lines broken, {} runs ended with an error, 0 records lost, both ends alike after each; {:.1} s",
        jobs.iter()
            .map(|job| job.name())
            .collect::<Vec<_>>()
            .join(" and "),
        count(packets[0].1),
        count(packets[1].1),
        count(broken),
        count(failed),
        began.elapsed().as_secs_f64()
    );
    Ok(())
}

/// Where a line breaks, and how.
type Place = (Way, u64, Fault);

/// What became of a run whose line was to break.
struct Ended {
    has_broken: bool,
    has_failed: bool,
}

#[expect(clippy::needless_pass_by_value, reason = "errors are mapped by it")]
fn told(exception: Exception) -> String {
    format!("{} {}", exception.text, exception.cause)
}

/// Whether an operator knows what to do, and the program itself is not at fault.
fn is_clear(exception: &Exception) -> Result<(), String> {
    let Exception { text, remedy, .. } = exception;
    if text.is_empty() || remedy.is_empty() || text.contains("inside axcs") {
        return Err(format!("it says only {exception:?}"));
    }
    Ok(())
}

/// The bed, a line to it, a service, and what is run.
struct Line {
    jobs: Vec<Job>,
    /// How many records of each stream the service holds.
    counted: Vec<u64>,
    bed: Bed,
    proxy: Proxy,
    client: Arc<Client>,
    _service: Running,
    _dir: tempfile::TempDir,
}

impl Line {
    /// Both ends are alike.
    async fn new(jobs: &[Job]) -> Result<Self, String> {
        let bed = Bed::new(ITEMS).await;
        let proxy = Proxy::before(bed.ax.server.address()).await;
        let dir = tempfile::tempdir().unwrap();
        let options = service::Options {
            dir: dir.path().join("service"),
            listen: ([127, 0, 0, 1], 0).into(),
            token: "token".to_owned(),
            tls: None,
            insecure: false,
            set_up: jiff::SignedDuration::ZERO,
            first_release: None,
        };
        let service = service::start(options).await.unwrap();
        let client = Client::new(ClientOptions::new(service.url(), "token")).unwrap();
        let mut line = Self {
            jobs: jobs.to_vec(),
            counted: Vec::new(),
            bed,
            proxy,
            client: Arc::new(client),
            _service: service,
            _dir: dir,
        };
        let runner = line.open(line.bed.ax.server.address()).await.unwrap();
        let everything = Rule::ItemRange {
            from: String::new(),
            to: String::new(),
        };
        let sold = selection::change(runner.sides(), |it| it.rules.push(everything.clone()));
        sold.await.unwrap();
        line.converges().await?;
        line.counted = line.counts().await;
        Ok(line)
    }

    /// How many packets a run of the changes takes, each way.
    async fn packets(&mut self) -> Result<[(Way, u64); 2], String> {
        self.bed.change().await;
        self.proxy.heal();
        self.script(self.proxy.address()).await.map_err(told)?;
        Ok([Way::Up, Way::Down].map(|way| (way, self.proxy.packets(way))))
    }

    /// The line breaks during a run of the changes; the next run is undisturbed.
    async fn breaks_at(&mut self, (way, at, fault): Place) -> Result<Ended, String> {
        self.bed.change().await;
        self.proxy.arm(way, at, fault);
        let ended = self.script(self.proxy.address()).await;
        let has_broken = self.proxy.has_happened();
        self.proxy.heal();
        match &ended {
            Err(exception) => is_clear(exception)?,
            Ok(()) => self.is_alike(self.bed.ax.server.address()).await?,
        }
        if self.counts().await != self.counted {
            return Err("the service has lost or won records".to_owned());
        }
        self.converges().await?;
        Ok(Ended {
            has_broken,
            has_failed: ended.is_err(),
        })
    }

    /// The streams of the jobs.
    fn streams(&self) -> impl Iterator<Item = Stream> {
        let are_run = |stream: &Stream| self.jobs.iter().any(|job| job.streams().contains(stream));
        Stream::ALL.into_iter().filter(are_run)
    }

    /// Opens company and ledger anew, as a process does that starts.
    async fn open(&self, address: SocketAddr) -> Result<Runner, Exception> {
        let company = Server::new(self.bed.company(address));
        let company = Arc::new(SqlServerCompany::open(company, None, None).await?);
        let ledger = ServerLedger::open(self.bed.ledger(address)).await?;
        let sides = Sides {
            company,
            sales_orders: Arc::new(self.bed.sample.company.clone()),
            incarnation: ledger.incarnation().await?,
            ledger: Arc::new(ledger),
            commerce: Arc::clone(&self.client) as _,
            flow: Arc::new(Flow::new(4, Duration::from_secs(2), 1)),
            lease: Duration::from_secs(1),
            request_life: Duration::from_secs(5),
        };
        let place = jobs::Place {
            profile: String::new(),
            is_production: false,
            company: String::new(),
            service: String::new(),
        };
        Ok(Runner::new(sides, place))
    }

    /// Runs the jobs one after the other.
    async fn script(&self, address: SocketAddr) -> Result<(), Exception> {
        let runs = async {
            let runner = self.open(address).await?;
            for job in self.jobs.iter().copied() {
                let run = runner.start(job, RunOptions::default()).await?;
                let summary = runner.finished(run).await?;
                if let Some(exception) = summary.exception {
                    return Err(exception);
                }
                assert_eq!(summary.status, RunStatus::Ended);
            }
            Ok(())
        };
        let hangs = || Exception::new("It hangs.", "", "");
        tokio::time::timeout(PATIENCE, runs)
            .await
            .unwrap_or_else(|_| Err(hangs()))
    }

    /// An undisturbed script makes both ends alike.
    async fn converges(&self) -> Result<(), String> {
        let straight = self.bed.ax.server.address();
        self.script(straight).await.map_err(told)?;
        self.is_alike(straight).await
    }

    async fn is_alike(&self, address: SocketAddr) -> Result<(), String> {
        let runner = self.open(address).await.map_err(told)?;
        let sides = runner.sides();
        let selection = sides.ledger.selection().await.unwrap();
        for stream in self.streams() {
            let found = verify(sides, &selection, stream, 3).await.map_err(told)?;
            if found.differs() > 0 {
                return Err(format!("{stream} differs: {found:?}"));
            }
        }
        Ok(())
    }

    /// How many records of each stream the service holds.
    async fn counts(&self) -> Vec<u64> {
        let mut counts = Vec::new();
        for stream in self.streams().filter(|it| it.is_read_from_company()) {
            counts.push(self.client.summary(stream).await.unwrap().count);
        }
        counts
    }
}
