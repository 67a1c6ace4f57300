//! Orders are placed and shipped while the worker is killed again and again and the line to the
//! service lies. In the end every order is one whole sales order, and the shop knows it.

use std::io::{BufRead as _, BufReader};
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use axcs::commerce::client::{Client, ClientOptions};
use axcs::commerce::shopper::Shopper;
use axcs::company::embedded::Embedded;
use axcs::company::embedded::activity::clerk::{self, Orders, Ship};
use axcs::model::random::Random;

use super::Arguments;
use super::axcs_program::Axcs;
use super::both_stores;
use super::hostile::Hostile;

/// How bad it is to be.
pub struct Torment {
    /// Orders placed.
    pub orders: u64,
    /// Times the worker is killed.
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
            kills: arguments.number("--kills", 6)?,
            faults: arguments.number("--faults", 10)?,
            seed: arguments.number("--seed", 1)?,
        })
    }
}

/// Longest life of a worker from the start of its run to its death, in milliseconds.
const LIFE: u64 = 250;
/// Runs that may fail at the end before all is done, when nobody is killed any more.
const LAST_RUNS: usize = 60;

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
    let worker = |job: &str| {
        let config = axcs.dir().join("hostile.toml");
        let mut command =
            axcs.command(&["run", job, "--json", "--config", config.to_str().unwrap()]);
        command.env("AXCS_TOKEN", &token);
        command.stdout(Stdio::null()).stderr(Stdio::null());
        command
    };

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

    let mut random = Random::new(torment.seed ^ 0x6b69_6c6c);
    let mut cut_short = 0;
    for _ in 0..torment.kills {
        let mut child = worker("orders").stdout(Stdio::piped()).spawn().unwrap();
        if !random.once_in(5) {
            // Most die in their run, some while they wait for the lease of the one before.
            let mut told = BufReader::new(child.stdout.take().unwrap());
            told.read_line(&mut String::new()).unwrap();
        }
        tokio::time::sleep(Duration::from_millis(random.below(LIFE))).await;
        child.kill().unwrap();
        cut_short += u64::from(!child.wait().unwrap().success());
    }
    placing.await.unwrap();
    closing_time.store(true, Ordering::Relaxed);
    shipping.join().unwrap();
    let everything = Ship {
        orders: Orders::All,
        partial: false,
    };
    let mut last = None;
    for _ in 0..LAST_RUNS {
        // The line still lies, but nobody is killed any more.
        let status = worker("orders").status().unwrap();
        let left = both_stores::left(&axcs.dir());
        if status.success() && left == 0 {
            last = Some(());
            break;
        }
        clerk::ship(&company, &everything, 1).unwrap();
    }
    if last.is_none() {
        return Err(format!(
            "{} orders are not done after {LAST_RUNS} runs",
            both_stores::left(&axcs.dir())
        ));
    }
    clerk::ship(&company, &everything, 1).unwrap();
    let mut runs = 0;
    while !worker("orders").status().unwrap().success() {
        runs += 1;
        if runs > LAST_RUNS {
            return Err("the last packing slips did not arrive".to_owned());
        }
    }

    let found = both_stores::compare(&axcs.dir());
    let (requests, faults) = line.counts();
    println!(
        "kill | {} orders, {} kills of which {cut_short} cut a run short, {faults} of {requests} answers spoiled, {:.0} s",
        torment.orders,
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
