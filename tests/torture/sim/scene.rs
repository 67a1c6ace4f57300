//! One seed: clerks change the company while workers run the jobs in bad weather; then it is calm,
//! and both ends must become alike.

use std::sync::Arc;
use std::time::Duration;

use axcs::jobs::{Flow, Place, RunOptions, Runner, Sides};
use axcs::model::random::Random;
use axcs::model::{Job, RunStatus, Stream};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use super::company::{REFUSED, UNREADABLE, VALUES};
use super::due;
use super::hands::Hands;
use super::mutant::Mutant;
use super::port::Port;
use super::service::hash_of;
use super::world::{LEASE, REQUEST_LIFE, State, Weather, World};

/// Keys of a stream.
const KEYS: u64 = 12;
/// Changes that clerks make while the weather is bad.
const UPDATES: u64 = 60;
/// Runs of a job that may come to no good end once it is calm.
const LAST_RUNS: usize = 6;
/// How long a service that fails is asked again.
const GIVE_UP_AFTER: Duration = Duration::from_secs(8);
/// Longer than any scene, by the scene's own clock.
const PATIENCE: Duration = Duration::from_secs(24 * 3_600);

/// What happens in a scene, decided by its seed.
struct Script {
    jobs: &'static [Job],
    streams: &'static [Stream],
    workers: u64,
    weather: Weather,
    /// How the company's changes get a gap, if they do.
    gap: Option<u64>,
    is_tampered: bool,
    /// The service guards no versions and knows no batch again.
    is_bare: bool,
    refuses_whole_batches: bool,
}

impl Script {
    fn of(chance: &mut Random) -> Self {
        let level = chance.pick(&[1, 2, 3, 6]);
        let is_big = chance.once_in(12);
        let (jobs, streams): (&[Job], &[Stream]) = if is_big {
            (
                &[Job::TradeAgreements, Job::DeliveryModes, Job::Complete],
                &[Stream::TradeAgreements, Stream::DeliveryModes],
            )
        } else {
            (&[Job::TradeAgreements], &[Stream::TradeAgreements])
        };
        // A long run has many calls: it would never get anywhere.
        let level = if is_big { 1 } else { level };
        Self {
            jobs,
            streams,
            workers: chance.between(1, 3),
            weather: Weather {
                crash: 25 * level,
                freeze: 25 * level,
                fail: 15 * level,
                lost: 100 * level,
                zombie: 100 * level,
                busy: 50 * level,
            },
            gap: chance.once_in(6).then(|| chance.below(UPDATES)),
            is_tampered: chance.once_in(8),
            is_bare: chance.once_in(4),
            refuses_whole_batches: chance.once_in(6),
        }
    }
}

/// Plays the scene of a seed. Answers how many calls there were, or what went wrong.
pub fn play(seed: u64, mutant: Option<Mutant>) -> Result<u64, String> {
    let world = played(seed, mutant, false);
    let calls = world.state().calls;
    match world.verdict() {
        (None, _) => Ok(calls),
        (Some(what), _) => Err(what),
    }
}

/// Plays the scene of a seed and tells what happened, and what went wrong.
pub fn story(seed: u64, mutant: Option<Mutant>) -> (Option<String>, Vec<String>) {
    played(seed, mutant, true).verdict()
}

fn played(seed: u64, mutant: Option<Mutant>, traced: bool) -> Arc<World> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .unwrap();
    runtime.block_on(async {
        let world = World::new(seed, mutant, traced);
        let played = async {
            if seed.is_multiple_of(16) {
                due::in_world(&world).await;
            } else {
                in_world(&world).await;
            }
        };
        if timeout(PATIENCE, played).await.is_err() {
            world.state().wrong(|| "it never ends".to_owned());
        }
        world
    })
}

async fn in_world(world: &Arc<World>) {
    let script = {
        let mut state = world.state();
        let script = Script::of(&mut state.chance);
        break_promises(&mut state);
        state.weather = script.weather;
        if script.is_bare {
            state.service.guards_versions = false;
            state.service.says_it_guards = false;
            state.service.keeps_answers = false;
        }
        state.service.refuses_whole_batches = script.refuses_whole_batches;
        for stream in script.streams {
            for key in 1..=KEYS * 2 / 3 {
                state.company.set(*stream, &key_name(key), Some(0));
            }
        }
        script
    };
    let mut workers = JoinSet::new();
    for number in 1..=script.workers {
        workers.spawn(work(Arc::clone(world), script.jobs, number));
    }
    clerks(world, &script).await;
    {
        let mut state = world.state();
        state.note(|| "it is calm".to_owned());
        state.weather = Weather::default();
        state.is_calm = true;
    }
    let last = Port::new(world, "last".to_owned());
    let runner = runner(&last);
    if !end_well(world, &runner, &script).await {
        return;
    }
    workers.join_all().await;
    // Whatever is on its way still, arrives.
    sleep(REQUEST_LIFE).await;
    // What the service has lost, it does not guard against a request that was on its way: once all
    // of them have arrived, another complete reading finds it.
    if script.is_tampered && !end_well(world, &runner, &script).await {
        return;
    }
    for stream in script.streams {
        compare(world, *stream);
    }
}

/// Runs each job of the script to a good end.
async fn end_well(world: &Arc<World>, runner: &Runner, script: &Script) -> bool {
    for job in script.jobs {
        if !ends_well(runner, *job, script.is_tampered).await {
            let what = format!("{job} comes to no good end though it is calm");
            world.state().wrong(|| what);
            return false;
        }
    }
    true
}

/// Breaks the promise that the mutant breaks, where it is one of the parts.
pub fn break_promises(state: &mut State) {
    let mutant = state.mutant;
    let guards = mutant != Some(Mutant::NoVersionGuard);
    state.service.guards_versions = guards;
    state.service.says_it_guards = true;
    state.service.keeps_tombstones = mutant != Some(Mutant::NoTombstones);
    let desk = &mut state.books.desk;
    desk.leases = mutant != Some(Mutant::NoLease);
    desk.checks_fence = !matches!(mutant, Some(Mutant::NoLease | Mutant::FenceOnCursorOnly));
    desk.checks_revision = mutant != Some(Mutant::NoRevision);
}

/// The name of a key.
pub fn key_name(number: u64) -> String {
    format!("k{number:02}")
}

/// Clerks, and what else happens to the company and the service.
async fn clerks(world: &Arc<World>, script: &Script) {
    let mut backup = world.state().company.clone();
    for number in 0..UPDATES {
        let pause = {
            let mut state = world.state();
            // The first change follows the first backup at once: no run has begun.
            if number > 0 && state.chance.once_in(3) {
                state.chance.between(1, 1_500)
            } else {
                0
            }
        };
        if pause > 0 {
            sleep(Duration::from_millis(pause)).await;
        }
        let mut state = world.state();
        // What a run that is cut short reads after the backup, and before another change, cannot be
        // told from what it read before: a change follows at once, and no run is under way.
        if script.gap.is_some() && state.books.desk.is_quiet() && state.chance.once_in(4) {
            backup = state.company.clone();
        }
        let stream = state.chance.pick(script.streams);
        let key = key_name(state.chance.between(1, KEYS));
        let value = match state.chance.below(40) {
            0 => Some(UNREADABLE),
            1 | 2 => Some(REFUSED),
            3..8 => None,
            other => Some((other % u64::from(REFUSED)) as u8),
        };
        state.note(|| format!("clerk {stream} {key} = {value:?}"));
        state.company.set(stream, &key, value);
        if script.gap == Some(number) {
            match state.chance.below(4) {
                0 => state.company.clean_up(stream),
                1 => state.company.truncate(stream),
                2 => state.company.restore(&backup),
                _ => state.company.replace(),
            }
            state.note(|| "a gap in the changes".to_owned());
        }
        if script.is_tampered && state.chance.once_in(20) {
            state.is_tampered = true;
            state.note(|| format!("the service loses {stream} {key}"));
            state.service.lose(stream, &key);
        }
    }
}

/// A runner with the hands of this port.
pub fn runner(port: &Arc<Port>) -> Runner {
    let hands = Hands(Arc::clone(port));
    let (seed, lines) = {
        let chance = &mut port.world.state().chance;
        (chance.next(), chance.pick(&[1, 2, 3, 5, 1_000]))
    };
    let flow = Flow::new(3, GIVE_UP_AFTER, seed).in_batches_of(lines);
    let sides = Sides {
        company: Arc::new(hands.clone()),
        sales_orders: Arc::new(hands.clone()),
        ledger: Arc::new(hands.clone()),
        commerce: Arc::new(hands),
        incarnation: "ledger".to_owned(),
        flow: Arc::new(flow),
        lease: LEASE,
        request_life: REQUEST_LIFE,
    };
    let place = Place {
        profile: String::new(),
        is_production: false,
        company: String::new(),
        service: String::new(),
    };
    Runner::new(sides, place)
}

/// A worker runs the jobs until it is calm; when it dies another one takes its place.
async fn work(world: Arc<World>, jobs: &'static [Job], number: u64) {
    let mut life = 0;
    while !world.state().is_calm {
        life += 1;
        let port = Port::new(&world, format!("w{number}.{life}"));
        let runner = runner(&port);
        while !world.state().is_calm {
            tokio::select! {
                biased;
                () = port.died() => break,
                () = run_once(&world, &runner, jobs) => {}
            }
        }
        let pause = world.state().chance.between(1, 3_000);
        sleep(Duration::from_millis(pause)).await;
    }
}

async fn run_once(world: &Arc<World>, runner: &Runner, jobs: &'static [Job]) {
    let (pause, job, options, cancel) = {
        let chance = &mut world.state().chance;
        let options = RunOptions {
            dry_run: chance.once_in(40),
            complete: chance.once_in(8),
            confirm_retire: false,
        };
        let cancel = chance.once_in(20).then(|| chance.between(1, 400));
        (chance.between(1, 3_000), chance.pick(jobs), options, cancel)
    };
    sleep(Duration::from_millis(pause)).await;
    let Ok(run) = runner.start(job, options).await else {
        return;
    };
    let finished = runner.finished(run);
    tokio::pin!(finished);
    if let Some(cancel) = cancel {
        tokio::select! {
            biased;
            _ = &mut finished => return,
            () = sleep(Duration::from_millis(cancel)) => {}
        }
        let _ = runner.cancel(job).await;
    }
    let _ = finished.await;
}

/// Runs `job` until it ends well, a few times.
async fn ends_well(runner: &Runner, job: Job, complete: bool) -> bool {
    let options = RunOptions {
        complete,
        ..RunOptions::default()
    };
    for _ in 0..LAST_RUNS {
        // Whoever holds the lease still is let go on.
        let Ok(run) = runner.start(job, options).await else {
            sleep(LEASE).await;
            continue;
        };
        let ended = runner.finished(run).await;
        if ended.is_ok_and(|summary| summary.status == RunStatus::Ended) {
            return true;
        }
    }
    false
}

/// Both ends, and what the ledger believes, must be alike.
pub fn compare(world: &Arc<World>, stream: Stream) {
    let mut state = world.state();
    let mut differences = Vec::new();
    for key in (1..=KEYS).map(key_name) {
        let table = state.company.table(stream);
        let wanted = table
            .and_then(|table| table.cells.get(&key))
            .and_then(|cell| cell.now());
        let held = state.service.value(stream, &key);
        let is_set_aside = state.books.is_set_aside(stream, &key);
        let is_right = match wanted {
            Some(REFUSED | UNREADABLE) => is_set_aside,
            None => held.is_none() && !is_set_aside,
            Some(value) => held == Some(hash_of(stream, &key, value)) && !is_set_aside,
        };
        if !is_right {
            let found = (0..VALUES).find(|value| held == Some(hash_of(stream, &key, *value)));
            differences.push(format!(
                "{key} is {wanted:?} in the company and {found:?} at the service{}",
                if is_set_aside { ", set aside" } else { "" }
            ));
        }
    }
    if !differences.is_empty() {
        state.wrong(|| format!("{stream}: {}", differences.join("; ")));
    }
    // Of a record that is set aside the service may keep an older value that nobody knows.
    let [mut held, mut believed] = [state.service.holds(stream), state.books.held(stream)];
    for known in [&mut held, &mut believed] {
        known.retain(|key, _| !state.books.is_set_aside(stream, key));
    }
    // A pass that was begun, and stopped when it became calm, has forgotten what it will learn anew.
    let is_in_a_pass = state.books.position(stream).pass.is_some();
    if held != believed && !is_in_a_pass {
        let what =
            format!("{stream}: the ledger believes {believed:?}, the service holds {held:?}");
        state.wrong(|| what);
    }
}
