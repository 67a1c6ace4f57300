//! Workers that share a ledger on SQL Server are killed again and again while clerks change the
//! company there. In the end the service holds what the company has, no more and no less.

use std::cell::Cell;
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axcs::ledger::{Ledger, ServerLedger};
use axcs::model::words::count;
use axcs::model::{Job, Rule};

use super::Arguments;
use super::axcs_program::Axcs;
use super::bed::Bed;
use super::kill::{Killing, Victims, by_hand_only};

const ITEMS: u64 = 8;
/// Longest life of a worker from the start of its run to its death, in milliseconds.
const LIFE: u64 = 1_500;
/// How often a clerk changes something.
const PACE: Duration = Duration::from_millis(100);

pub async fn server_kill(arguments: &Arguments) -> Result<(), String> {
    let began = Instant::now();
    let kills = arguments.number("--kills", 3)?;
    let workers = arguments.number("--workers", 2)?;
    let seed = arguments.number("--seed", 1)?;
    let mut bed = Bed::new(ITEMS).await;
    let ledger = ServerLedger::open(bed.ledger(bed.ax.server.address())).await;
    let ledger: Arc<dyn Ledger> = Arc::new(ledger.unwrap());
    by_hand_only(&ledger).await;
    let mut everything = ledger.selection().await.unwrap();
    everything.rules.push(Rule::ItemRange {
        from: String::new(),
        to: String::new(),
    });
    assert!(ledger.store_selection(everything).await.unwrap().is_some());

    let axcs = Axcs::new();
    let service = axcs.serve("127.0.0.1:0");
    let config = axcs.dir().join("server.toml");
    let settings = format!(
        "{}[service]\nurl = \"{}\"\ntoken_file = \"{}\"\n[engine]\nlease_seconds = 1\n",
        bed.settings(),
        service.url,
        axcs.dir().join("token").display()
    );
    std::fs::write(&config, settings).unwrap();
    let (_, password) = bed.ax.server.login();
    let program = |arguments: &[&str]| -> Command {
        let config = ["--config", config.to_str().unwrap()];
        let mut command = axcs.command(&[arguments, &config].concat());
        command.env("AXCS_SQL_PASSWORD", &password);
        command
    };
    let done = |arguments: &[&str]| {
        let output = program(arguments).output().unwrap();
        if output.status.success() {
            return Ok(());
        }
        Err(format!("{arguments:?}: {output:?}"))
    };
    done(&["run", "complete"])?;

    let worker = || axcs.noting_output(program(&["worker"]));
    let victims = Victims {
        worker: &worker,
        workers,
        job: Job::Complete,
        life: LIFE,
    };
    let mut killing = Killing::new(victims, ledger, seed);
    let is_over = Cell::new(false);
    let clerk = async {
        let mut changes = 0;
        while !is_over.get() {
            bed.change().await;
            changes += 1;
            tokio::time::sleep(PACE).await;
        }
        changes
    };
    let killed = async {
        killing.go_on(kills).await;
        is_over.set(true);
    };
    let (changes, ()) = tokio::join!(clerk, killed);
    // It began after the last change: all of them are told.
    killing.run_to_its_end().await?;
    let cut_short = killing.cut_short().await as u64;
    drop(killing);
    if cut_short == 0 {
        return Err(format!("seed {seed}: no run was cut short"));
    }
    done(&["verify"]).map_err(|found| format!("seed {seed}: {found}"))?;
    println!(
        "server-kill | {} workers, {} kills of which {} cut a run short, {} changes; 0 lost, 0 double; {:.0} s",
        count(workers),
        count(kills),
        count(cut_short),
        count(changes),
        began.elapsed().as_secs_f64()
    );
    Ok(())
}
