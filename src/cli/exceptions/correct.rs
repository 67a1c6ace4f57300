//! `axcs exceptions correct`: orders that name another unit than AX sells by are corrected at their
//! source, and the orders job brings them to AX.

use clap::Args;
use serde_json::json;

use super::{Chosen, filter, is_meant};
use crate::cli::run::{self, Output};
use crate::cli::set_up::SetUp;
use crate::cli::{Exit, Invocation, Refusal, print};
use crate::jobs::correction::{Corrected, Correction, STEP, correct, propose};
use crate::jobs::{RunOptions, Runner, exceptions};
use crate::model::{Exception, Job};

#[derive(Debug, Args)]
pub struct CorrectArguments {
    #[command(flatten)]
    chosen: Chosen,
    /// Only say what would be corrected
    #[arg(long)]
    dry_run: bool,
    /// Do not ask
    #[arg(long)]
    yes: bool,
    /// Only correct them: the next run of the orders job brings them to AX
    #[arg(long)]
    no_run: bool,
}

impl CorrectArguments {
    /// True where nothing is changed.
    pub const fn only_looks(&self) -> bool {
        self.dry_run
    }
}

pub async fn of_orders(
    invocation: &Invocation,
    set_up: &SetUp,
    arguments: CorrectArguments,
) -> Result<Exit, Refusal> {
    let runner = &set_up.runner;
    let correction = propose(
        runner,
        &filter(arguments.chosen.ids, arguments.chosen.matching),
    )
    .await?;
    if correction.orders.is_empty() {
        print::note("No order is to be corrected: AX takes none of them with another unit.");
    } else if !invocation.json() || !arguments.yes {
        print::note(correction.in_words());
    }
    if arguments.dry_run {
        if invocation.json() {
            print::json(&correction);
        }
        return Ok(Exit::Done);
    }
    let is_asked = !correction.orders.is_empty() && !arguments.yes;
    if is_asked && !is_meant(correction.orders.len(), "orders", "corrected")? {
        print::note("Nothing was corrected.");
        return Ok(Exit::Done);
    }
    let corrected = correct_all(runner, &correction).await?;
    if invocation.json() {
        print::json_line(
            &json!({"event": "corrected", "correction": correction, "result": corrected}),
        );
    } else {
        for (order, why) in &corrected.left {
            print::line(format_args!("Order {order} is as before: {why}."));
        }
        print::line(format_args!("{} corrected.", corrected.orders.len()));
    }
    if let Some(exception) = &corrected.stopped {
        print::exception(exception);
        return Ok(Exit::of(exception));
    }
    let mut exit = if corrected.left.is_empty() {
        Exit::Done
    } else {
        Exit::Failed
    };
    if !arguments.no_run && !corrected.orders.is_empty() {
        let output = Output::of(invocation.json());
        match run::follow(runner, Job::Orders, RunOptions::default(), false, output).await {
            Ok((summary, signal)) => {
                let ended = run::exit(&summary, signal);
                if ended != Exit::Done {
                    exit = ended;
                }
            }
            Err(exception) if exceptions::is_conflict(&exception) => {
                print::note(format_args!(
                    "{exception} The next run brings them to AX: axcs run orders --wait"
                ));
            }
            Err(exception) => return Err(exception.into()),
        }
    }
    Ok(exit)
}

async fn correct_all(runner: &Runner, correction: &Correction) -> Result<Corrected, Exception> {
    let mut all = Corrected::default();
    for orders in correction.orders.chunks(STEP) {
        let step = correct(runner, correction, orders).await?;
        all.orders.extend(step.orders);
        all.left.extend(step.left);
        all.stopped = step.stopped;
        if all.stopped.is_some() {
            break;
        }
    }
    Ok(all)
}
