//! A deterministic simulation of the engine: its real code between a company, a ledger and a
//! service in memory, where chance decides at every call what befalls the worker or the call.

#[path = "sim/books.rs"]
mod books;
#[path = "sim/commerce_port.rs"]
mod commerce_port;
#[path = "sim/company.rs"]
mod company;
#[path = "sim/desk.rs"]
mod desk;
#[path = "sim/desk_port.rs"]
mod desk_port;
#[path = "sim/due.rs"]
mod due;
#[path = "sim/hands.rs"]
mod hands;
#[path = "sim/ledger_port.rs"]
mod ledger_port;
#[path = "sim/mutant.rs"]
mod mutant;
#[path = "sim/port.rs"]
mod port;
#[path = "sim/scene.rs"]
mod scene;
#[path = "sim/service.rs"]
mod service;
#[path = "sim/side_books.rs"]
mod side_books;
#[path = "sim/world.rs"]
mod world;

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use mutant::Mutant;

use super::Arguments;

/// A mutant that lives longer than this has escaped.
const MUTANT_SEEDS: u64 = 1_000;
/// Seeds where nobody says how many.
const FEW: u64 = 300;

/// Plays seeds; with `--mutant` until one is caught.
pub fn sim(arguments: &Arguments) -> Result<(), String> {
    if arguments.has("--list-mutants") {
        for mutant in Mutant::ALL {
            println!("{:<32} {}", mutant.name(), mutant.what());
        }
        return Ok(());
    }
    let first = arguments.number("--seed", 1)?;
    if let Some(name) = arguments.word("--mutant") {
        let mutant = Mutant::named(name).ok_or_else(|| format!("there is no mutant {name:?}"))?;
        let seeds = arguments.number("--seeds", MUTANT_SEEDS)?;
        return hunt(mutant, first, seeds, true);
    }
    let seeds = arguments.number("--seeds", FEW)?;
    let began = Instant::now();
    let calls = play_all(first, seeds, None).map_err(|seed| explain(seed, None))?;
    let seconds = began.elapsed().as_secs_f64();
    println!(
        "sim | {seeds} seeds, 0 wrong, {calls} calls, {seconds:.1} s, {:.0} seeds/s",
        seeds as f64 / seconds
    );
    if !arguments.has("--seeds") {
        same_again(first)?;
        for mutant in Mutant::ALL {
            hunt(mutant, first, MUTANT_SEEDS, false)?;
        }
    }
    Ok(())
}

/// Looks for a seed at which the mutant does harm that is seen.
fn hunt(mutant: Mutant, first: u64, seeds: u64, in_detail: bool) -> Result<(), String> {
    match play_all(first, seeds, Some(mutant)) {
        Ok(_) => Err(format!(
            "the mutant {} lived through {seeds} seeds: {}",
            mutant.name(),
            mutant.what()
        )),
        Err(seed) => {
            println!("sim | mutant {:<32} caught at seed {seed}", mutant.name());
            if in_detail {
                println!("{}", explain(seed, Some(mutant)));
            }
            Ok(())
        }
    }
}

/// The same seed must be the same story.
fn same_again(seed: u64) -> Result<(), String> {
    for seed in seed..seed + 20 {
        let [once, again] = [(); 2].map(|()| scene::story(seed, None).1);
        if let Some((once, again)) = once.iter().zip(&again).find(|(once, again)| once != again) {
            return Err(format!(
                "seed {seed} has two stories: {once:?} and {again:?}"
            ));
        }
    }
    Ok(())
}

/// Plays seeds on all cores. Answers the calls, or the first seed that goes wrong.
fn play_all(first: u64, seeds: u64, mutant: Option<Mutant>) -> Result<u64, u64> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let (next, wrong) = (AtomicU64::new(first), AtomicU64::new(u64::MAX));
    let calls = AtomicU64::new(0);
    std::thread::scope(|scope| {
        for _ in 0..cores {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= first + seeds || seed > wrong.load(Ordering::Relaxed) {
                        return;
                    }
                    match scene::play(seed, mutant) {
                        Ok(made) => drop(calls.fetch_add(made, Ordering::Relaxed)),
                        Err(_) => drop(wrong.fetch_min(seed, Ordering::Relaxed)),
                    }
                }
            });
        }
    });
    match wrong.into_inner() {
        u64::MAX => Ok(calls.into_inner()),
        seed => Err(seed),
    }
}

/// The story of a seed that goes wrong.
fn explain(seed: u64, mutant: Option<Mutant>) -> String {
    let (what, trace) = scene::story(seed, mutant);
    format!(
        "{}\nseed {seed}: {}",
        trace.join("\n"),
        what.unwrap_or_else(|| "it does not go wrong again".to_owned())
    )
}
