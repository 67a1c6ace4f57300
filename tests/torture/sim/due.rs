//! The other scene: workers run what is due while the ledger's clock jumps, workers die and
//! operators withhold jobs. Each due occurrence must have exactly one record, and each that is to
//! be run exactly one run.

use std::sync::Arc;
use std::time::Duration;

use axcs::ledger::jobs::Cause;
use axcs::model::random::Random;
use axcs::model::recurrence::{End, Pattern, Recurrence};
use axcs::model::schedule::{Missed, Outcome, Overlap, Schedule};
use axcs::model::{Job, RunStatus, Stream};
use jiff::civil::datetime;
use jiff::{SignedDuration, Timestamp};
use tokio::task::JoinSet;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use super::company::UNREADABLE;
use super::desk::Desk;
use super::port::Port;
use super::scene::{break_promises, compare, key_name, runner};
use super::world::{LEASE, REQUEST_LIFE, State, Weather, World};

/// The jobs that recur.
const JOBS: [Job; 3] = [Job::TradeAgreements, Job::DeliveryModes, Job::Complete];
/// Streams with something in them.
const STREAMS: [Stream; 2] = [Stream::TradeAgreements, Stream::DeliveryModes];
/// How often something else happens than time passing.
const EVENTS: u64 = 40;
/// Once it is calm, everything that is due has its record after so long.
const CALM: Duration = Duration::from_secs(300);
/// Longest delay of a start behind its occurrence, and of a look at it.
const LATE: SignedDuration = SignedDuration::from_secs(60);

pub async fn in_world(world: &Arc<World>) {
    let (began, workers) = {
        let mut state = world.state();
        break_promises(&mut state);
        state.weather = Weather {
            crash: 20,
            freeze: 20,
            fail: 20,
            lost: 100,
            zombie: 100,
            busy: 50,
        };
        let began = state.now();
        for job in JOBS {
            let schedule = schedule(&mut state.chance, job);
            state.note(|| format!("{job}: {schedule:?}"));
            state.books.desk.set_schedule(began, job, schedule);
        }
        (began, state.chance.between(1, 3))
    };
    let stop = CancellationToken::new();
    let mut tasks = JoinSet::new();
    for number in 1..=workers {
        tasks.spawn(attend(Arc::clone(world), number, stop.clone()));
    }
    for _ in 0..EVENTS {
        let pause = world.state().chance.between(1, 12_000);
        sleep(Duration::from_millis(pause)).await;
        happen(&mut world.state());
    }
    {
        let mut state = world.state();
        state.note(|| "it is calm".to_owned());
        state.weather = Weather::default();
        state.is_calm = true;
        // Every moment that it has seen has come again.
        state.clock_ahead = state.furthest_ahead;
    }
    // A run that was cut short is noted as failed once its lease is over, and its job may be paused
    // for it: only then the operator resumes what does not run.
    for _ in 0..2 {
        for job in JOBS {
            world.state().books.desk.release(job);
        }
        sleep(LEASE * 2).await;
    }
    sleep(CALM).await;
    stop.cancel();
    tasks.join_all().await;
    // The runs that were under way go on to their end.
    sleep(REQUEST_LIFE).await;
    let mut state = world.state();
    for job in JOBS {
        if let Err(wrong) = each_has_one(&state, job, began) {
            state.wrong(|| format!("{job}: {wrong}"));
        }
    }
    drop(state);
    for stream in STREAMS {
        compare(world, stream);
    }
}

fn schedule(chance: &mut Random, job: Job) -> Schedule {
    let every = if job == Job::Complete { 3 } else { 1 };
    let start = datetime(2027, 1, 15, 7, 59, 0, 0);
    Schedule {
        recurrence: Some(Recurrence {
            start,
            zone: "UTC".to_owned(),
            end: End::Never,
            pattern: Pattern::Minutes(chance.between(1, 3) as u32 * every),
        }),
        missed: chance.pick(&[Missed::One, Missed::Skip, Missed::UpTo(3)]),
        overlap: chance.pick(&[Overlap::Skip, Overlap::Wait, Overlap::CancelOther]),
        pause_after: chance.pick(&[0, 3]),
        ..Schedule::recommended(job, start, "UTC")
    }
}

/// A clerk, an operator or the clock.
fn happen(state: &mut State) {
    let chance = &mut state.chance;
    match chance.below(12) {
        0 => {
            let jump = chance.between(1, 300_000) as i64 - 150_000;
            state.note(|| format!("the clock jumps by {jump} ms"));
            state.clock_ahead += jump;
            state.furthest_ahead = state.furthest_ahead.max(state.clock_ahead);
        }
        1 => {
            let job = chance.pick(&JOBS);
            let hold = chance.once_in(2);
            state.note(|| format!("{job} is withheld: {hold}"));
            if hold {
                state.books.desk.withhold(job);
            } else {
                state.books.desk.release(job);
            }
        }
        _ => {
            let (stream, key) = (chance.pick(&STREAMS), key_name(chance.between(1, 6)));
            let value = Some(chance.below(8) as u8).filter(|value| *value < UNREADABLE);
            state.note(|| format!("clerk {stream} {key} = {value:?}"));
            state.company.set(stream, &key, value);
        }
    }
}

/// A worker looks after the jobs; when it dies another one takes its place.
async fn attend(world: Arc<World>, number: u64, stop: CancellationToken) {
    let mut life = 0;
    while !stop.is_cancelled() {
        life += 1;
        let port = Port::new(&world, format!("w{number}.{life}"));
        let runner = runner(&port);
        tokio::select! {
            biased;
            () = port.died() => {}
            () = runner.attend(true, stop.clone()) => {}
        }
        let pause = world.state().chance.between(1, 5_000);
        sleep(Duration::from_millis(pause)).await;
    }
}

/// Holds what was written down against the minutes that passed.
fn each_has_one(state: &State, job: Job, began: Timestamp) -> Result<(), String> {
    let desk = &state.books.desk;
    if let Some(twice) = desk.twice.first() {
        return Err(format!("{twice:?} was written down twice"));
    }
    let until = desk.standing(job).dealt_until;
    let behind = state.now().duration_since(until);
    let every = every(desk, job);
    if behind > every + LATE {
        return Err(format!(
            "nothing is dealt with behind {until}, {behind:?} ago"
        ));
    }
    let first = datetime(2027, 1, 15, 7, 59, 0, 0);
    let first = first.in_tz("UTC").unwrap().timestamp();
    let mut due = first;
    while due <= began {
        due += every;
    }
    let records = desk.occurrences.iter().filter(|((of, _), _)| *of == job);
    for ((_, written), record) in records {
        if *written != due {
            return Err(format!("{due} was due, {written} is written down"));
        }
        due += every;
        let runs = desk.runs.iter().filter(|row| {
            row.summary.job == job
                && row.due == Some(*written)
                && matches!(row.cause, Cause::Occurrence(_))
        });
        let (runs, wanted) = (runs.count(), usize::from(record.outcome == Outcome::Run));
        if runs != wanted {
            return Err(format!(
                "{written} is {:?}, and has {runs} runs",
                record.outcome
            ));
        }
        let run = record.run.and_then(|run| desk.run(run));
        match (record.outcome, run) {
            (Outcome::Skipped, None) => {}
            (Outcome::Run | Outcome::Coalesced, Some(run))
                if run.status != RunStatus::Executing => {}
            (_, run) => {
                let status = run.map(|run| run.status);
                return Err(format!(
                    "{written} is {:?}, its run {status:?}",
                    record.outcome
                ));
            }
        }
    }
    if due <= until {
        return Err(format!(
            "{due} has no record, though all until {until} should"
        ));
    }
    Ok(())
}

fn every(desk: &Desk, job: Job) -> SignedDuration {
    match desk.schedule(job).recurrence.as_ref().unwrap().pattern {
        Pattern::Minutes(minutes) => SignedDuration::from_mins(minutes.into()),
        Pattern::Hours(_)
        | Pattern::Days(_)
        | Pattern::Weeks { .. }
        | Pattern::Months { .. }
        | Pattern::Years(_) => SignedDuration::ZERO,
    }
}
