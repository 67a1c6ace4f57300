//! `axcs demo`: a sample company, the service, the jobs and the console in one process.

mod shop;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use serde_json::json;
use tokio_util::sync::CancellationToken;

use super::console::screen;
use super::run::{Output, exit, follow};
use super::set_up::{self, Folder, SetUp};
use super::worker::Attending;
use super::{Exit, Invocation, Refusal, Showing, company, log, print};
use crate::company::embedded::activity;
use crate::jobs::{RunOptions, Runner, selection};
use crate::logging;
use crate::model::exception::Exception;
use crate::model::recurrence::Pattern;
use crate::model::{Job, Rule, RunStatus, Selection, Stream};
use crate::settings::{self, Settings};

/// The item group that the demo sells: finished goods.
const SOLD: &str = "FIN";
/// Items of the sample company: enough that the first run can be watched.
const ITEMS: u64 = 50_000;
/// How often the demo's activity changes something.
const ACTIVITY: Duration = Duration::from_secs(5);

#[derive(Debug, Args)]
#[command(
    after_help = "Five hundred online orders from the shop to AX and back, with figures as JSON:\n  \
axcs demo --headless --items 2000 --orders 500\n\n\
Each call adds so many orders to those of the folder. Exit code 1: something did not come out even."
)]
pub struct DemoArguments {
    /// Items of the sample company
    #[arg(long, default_value_t = ITEMS, value_parser = clap::value_parser!(u64).range(1..=20_000_000))]
    items: u64,
    /// Run the complete job once, print one JSON summary and end
    #[arg(long)]
    headless: bool,
    /// With --headless: place so many orders, bring them to AX, ship them, and compare both ends
    #[arg(long, value_name = "N", requires = "headless", default_value_t = 0, value_parser = clap::value_parser!(u64).range(..=1_000_000))]
    orders: u64,
    /// Make the demo's folder anew
    #[arg(long)]
    fresh: bool,
    /// Seed of the sample company: the same seed makes the same company
    #[arg(long, default_value_t = 1)]
    seed: u64,
    #[command(flatten)]
    showing: Showing,
}

/// `axcs demo`
pub async fn demo(invocation: &Invocation, arguments: DemoArguments) -> Result<Exit, Refusal> {
    invocation.changes("A demo")?;
    let invocation = &Invocation {
        showing: Showing {
            plain: invocation.showing.plain || arguments.showing.plain,
        },
        ..invocation.clone()
    };
    if !arguments.headless {
        invocation.must_have_terminal("axcs demo --headless")?;
    }
    // Only the folder: a demo must not meet the service of somebody's settings.
    let settings = Settings::for_demo(demo_folder(invocation)?)?;
    let folder = Folder::of(&settings)?;
    if arguments.fresh {
        remove(&settings, &folder).await?;
    }
    let log = log::to_file(&settings)?;
    if folder.company().exists() {
        print::note(format_args!(
            "the demo's company in {} is used as it is; --fresh makes it anew",
            folder.path().display()
        ));
    } else {
        company::generate_with_progress(&folder, arguments.items, arguments.seed, false).await?;
    }
    let set_up = SetUp::open_for_console(&settings).await?;
    selection::change(set_up.runner.sides(), |selection| {
        if selection.is_empty() {
            selection.rules.push(Rule::ItemGroup {
                group: SOLD.to_owned(),
            });
        }
    })
    .await?;
    let done = if let Err(exception) = shop::open_stores(&set_up).await {
        Err(exception.into())
    } else if arguments.headless {
        headless(&set_up, &folder, &arguments).await
    } else {
        hurry(&set_up.runner).await?;
        with_activity(&set_up, &settings, log, invocation, arguments.seed).await
    };
    set_up.close().await;
    done
}

fn demo_folder(invocation: &Invocation) -> Result<PathBuf, Refusal> {
    invocation
        .global
        .dir
        .clone()
        .or_else(settings::demo_folder)
        .ok_or_else(|| {
            Refusal::usage(
                "There is no folder for the demo.",
                "This account has no home folder.",
                "Name one: axcs demo --dir DIR",
            )
        })
}

fn not_made_anew(why: String) -> Refusal {
    Refusal::usage(
        "The demo's folder was not made anew.",
        why,
        "End every axcs that uses the folder, or name another one with --dir.",
    )
}

/// Removes what a demo made, and nothing else.
async fn remove(settings: &Settings, folder: &Folder) -> Result<(), Refusal> {
    #[cfg(feature = "service")]
    if let Some(url) = crate::service::running_at(&folder.service()) {
        return Err(Refusal::usage(
            "The demo's folder is in use.",
            format!("Its service runs at {url}."),
            "End the other axcs first.",
        ));
    }
    let mut files = vec![folder.token(), folder.sign_in_lock()];
    for database in [
        folder.company(),
        folder.ledger(),
        folder.service().join("commerce.db"),
    ] {
        for ending in ["", "-wal", "-shm"] {
            let mut name = database.clone().into_os_string();
            name.push(ending);
            files.push(name.into());
        }
    }
    for file in files {
        match std::fs::remove_file(&file) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(not_made_anew(format!("{}: {error}", file.display())));
            }
            _ => {}
        }
    }
    let forgotten = set_up::keeper(settings, folder).remove().await;
    forgotten.map_err(|error| not_made_anew(error.to_string()))
}

async fn headless(
    set_up: &SetUp,
    folder: &Folder,
    arguments: &DemoArguments,
) -> Result<Exit, Refusal> {
    let runner = &set_up.runner;
    let output = match Output::of(false) {
        Output::Json | Output::Plain => Output::Plain,
        Output::Terminal => Output::Terminal,
    };
    let (summary, signal) =
        follow(runner, Job::Complete, RunOptions::default(), false, output).await?;
    let items = runner
        .sides()
        .company
        .count(Stream::Items, &Selection::everything())
        .await;
    let (orders, is_even) = if summary.status == RunStatus::Ended && arguments.orders > 0 {
        shop::sell(set_up, arguments.orders, arguments.seed, output).await?
    } else {
        (serde_json::Value::Null, true)
    };
    print::json(&json!({
        "dir": folder.path(),
        "items": items.map_err(Exception::from)?,
        "service": runner.place().service,
        "run": summary.run,
        "status": summary.status,
        "balances": summary.streams.iter().all(|stream| stream.counts.balances()),
        "payload_bytes": summary.counts().payload_bytes,
        "streams": summary.streams,
        "total": summary.counts(),
        "exception": summary.exception,
        "orders": orders,
    }));
    Ok(if is_even {
        exit(&summary, signal)
    } else {
        Exit::Failed
    })
}

/// The console over a company in which something happens.
async fn with_activity(
    set_up: &SetUp,
    settings: &Settings,
    log: (logging::Ring, logging::Guard),
    invocation: &Invocation,
    seed: u64,
) -> Result<Exit, Refusal> {
    let stop = CancellationToken::new();
    let moving = tokio::spawn(activity::keep_moving(
        set_up.company.embedded()?,
        Some(SOLD.to_owned()),
        ACTIVITY,
        stop.clone(),
    ));
    let attending = Attending::begin(&set_up.runner, true);
    let selling = tokio::spawn(shop::keep_selling(
        Arc::clone(&set_up.shop),
        seed,
        stop.clone(),
    ));
    // It fails into the list of jobs, where whoever watches sees it.
    if let Err(exception) = set_up
        .runner
        .start(Job::Complete, RunOptions::default())
        .await
    {
        tracing::warn!("{exception}");
    }
    let done = screen(set_up, settings, log.0, log.1.file.clone(), invocation).await;
    stop.cancel();
    attending.end().await;
    for task in [moving, selling] {
        // They stop at the token; a fault in them was logged where it happened.
        let _ = task.await;
    }
    done
}

/// Has the inventory and the orders job come every minute: AX recommends 15, and nobody watches that
/// long.
async fn hurry(runner: &Runner) -> Result<(), Exception> {
    let ledger = &runner.sides().ledger;
    for record in ledger.board().await?.jobs {
        let mut schedule = record.schedule;
        let Some(recurrence) = &mut schedule.recurrence else {
            continue;
        };
        if matches!(record.job, Job::Inventory | Job::Orders)
            && recurrence.pattern == Pattern::Minutes(15)
        {
            recurrence.pattern = Pattern::Minutes(1);
            ledger
                .set_schedule(record.job, record.revision, schedule)
                .await?;
        }
    }
    Ok(())
}
