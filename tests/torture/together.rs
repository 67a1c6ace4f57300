//! Two workers and a console on one ledger, while the company moves and customers order: every due
//! occurrence of every job has exactly one record, and no job runs twice at a time.

use std::process::Child;
use std::time::{Duration, Instant};

use axcs::commerce::client::{Client, ClientOptions};
use axcs::commerce::shopper::Shopper;
use axcs::company::embedded::{Embedded, activity};
use axcs::ledger::{EmbeddedLedger, JobBook as _};
use axcs::model::Job;
use axcs::model::recurrence::{End, Pattern, Recurrence};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use rusqlite::Connection;
use tokio_util::sync::CancellationToken;

use super::Arguments;
use super::axcs_program::Axcs;
#[cfg(unix)]
use super::pty::Pty;

/// How often each job comes, in minutes: the complete job gets in the way of all others.
const EVERY: [(Job, u32); 5] = [
    (Job::Inventory, 1),
    (Job::TradeAgreements, 3),
    (Job::Orders, 1),
    (Job::DeliveryModes, 2),
    (Job::Complete, 5),
];
/// What is due so shortly before the end may have no record yet: it starts with the jitter.
const NOT_YET: Duration = Duration::from_secs(20);
const MINUTE: Duration = Duration::from_secs(60);

pub async fn together(arguments: &Arguments) -> Result<(), String> {
    let minutes = arguments.number("--minutes", 1)?;
    let axcs = Axcs::demo(300);
    let service = axcs.serve("127.0.0.1:0");
    let token = std::fs::read_to_string(axcs.dir().join("token")).unwrap();
    let ledger = EmbeddedLedger::open(&axcs.dir().join("ledger.db"))
        .await
        .unwrap();
    let midnight = Timestamp::now()
        .to_zoned(TimeZone::UTC)
        .start_of_day()
        .unwrap();
    for (job, every) in EVERY {
        let board = ledger.board().await.unwrap();
        let record = board.jobs.into_iter().find(|record| record.job == job);
        let record = record.unwrap();
        let mut schedule = record.schedule;
        schedule.recurrence = Some(Recurrence {
            start: midnight.datetime(),
            zone: "UTC".to_owned(),
            end: End::Never,
            pattern: Pattern::Minutes(every),
        });
        let set = ledger.set_schedule(job, record.revision, schedule);
        assert!(set.await.unwrap());
    }
    let from = Timestamp::now();

    let mut workers: Vec<Child> = (0..2)
        .map(|_| {
            let worker = axcs.command(&["worker"]);
            axcs.noting_output(worker).spawn().unwrap()
        })
        .collect();
    #[cfg(unix)]
    let console = Pty::start(axcs.in_terminal(&[]), 24);
    let stop = CancellationToken::new();
    let company = Embedded::open(&axcs.dir().join("company.db"), None).unwrap();
    let moving = tokio::spawn(activity::keep_moving(
        company,
        None,
        Duration::from_millis(500),
        stop.clone(),
    ));
    let shop = Client::new(ClientOptions::new(&service.url, token.trim())).unwrap();
    let shopper = Shopper::new(&shop, 1).await.unwrap();
    let began = Instant::now();
    let mut placed = 0;
    // The minutes that are looked at are whole ones, so something is due in each.
    let duration = MINUTE * u32::try_from(minutes).unwrap() + NOT_YET + Duration::from_secs(1);
    while began.elapsed() < duration {
        shopper.place_all(placed, 3, |_| {}).await.unwrap();
        placed += 3;
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    let until = Timestamp::now() - NOT_YET;
    stop.cancel();
    moving.await.unwrap();
    #[cfg(unix)]
    drop(console);
    for worker in &mut workers {
        worker.kill().unwrap();
        worker.wait().unwrap();
    }

    let connection = Connection::open(axcs.dir().join("ledger.db")).unwrap();
    let mut due = 0;
    let mut by_outcome = [0; 3];
    for (job, every) in EVERY {
        let mut moment = midnight.timestamp();
        while moment <= until {
            moment += MINUTE * every;
            if moment <= from || moment > until {
                continue;
            }
            due += 1;
            let records: Vec<String> = connection
                .prepare("SELECT outcome FROM occurrence WHERE job = ? AND due = ?")
                .unwrap()
                .query_map((job.name(), moment.as_millisecond()), |row| row.get(0))
                .unwrap()
                .collect::<Result<_, _>>()
                .unwrap();
            let [outcome] = records.as_slice() else {
                return Err(format!("{job} was due at {moment}: {records:?}"));
            };
            let at = ["run", "coalesced", "skipped"]
                .iter()
                .position(|word| word == outcome);
            by_outcome[at.ok_or(format!("{job} at {moment}: {outcome}"))?] += 1;
        }
    }
    if due == 0 {
        return Err("nothing was due".to_owned());
    }
    let overlapping: i64 = connection
        .query_row(
            "SELECT count(*) FROM run a JOIN run b ON a.id < b.id \
             AND (a.job = b.job OR 'complete' IN (a.job, b.job)) \
             AND b.started < coalesce(a.finished, b.started)",
            [],
            |row| row.get(0),
        )
        .unwrap();
    let workers: i64 = connection
        .query_row(
            "SELECT count(DISTINCT owner) FROM run WHERE started > ?",
            [from.as_millisecond()],
            |row| row.get(0),
        )
        .unwrap();
    let [run, coalesced, skipped] = by_outcome;
    println!(
        "together | {minutes} min, {placed} orders, {due} due occurrences, each with one record: \
         {run} run by {workers} owners, {coalesced} coalesced, {skipped} skipped; {overlapping} runs overlap"
    );
    if overlapping > 0 {
        return Err(format!("{overlapping} runs overlap"));
    }
    Ok(())
}
