//! `axcs checklist`: how the items of the checklists stand; ticks, and the migrations.

use std::time::Duration;

use clap::Args;
use futures_util::StreamExt as _;
use serde_json::json;

use super::set_up::SetUp;
use super::{Exit, Invocation, Refusal, print};
use crate::jobs::administration::Administration;
use crate::model::account::{AccountStep, Migration, Operation, OperationState};
use crate::model::checklist::{Checklist, ChecklistKind, ItemState, Line, Where};
use crate::model::exception::Exception;
use crate::signals;

/// How often a migration is looked at.
const LOOK: Duration = Duration::from_millis(500);
/// How often in a row the service may give no answer while a migration is watched.
const PATIENCE: u32 = 120;

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  axcs checklist
  axcs checklist configuration --tick users
  axcs checklist upgrade --do migrate-account

A migration that stopped, or whose command was ended, goes on where it was when it is done again.")]
pub struct ChecklistArguments {
    /// Which one
    #[arg(default_value_t = ChecklistKind::Configuration, value_name = "configuration|upgrade")]
    list: ChecklistKind,
    /// Tick an item that the system cannot see
    #[arg(long, value_name = "ITEM", group = "what")]
    tick: Option<String>,
    /// Take a tick away
    #[arg(long, value_name = "ITEM", group = "what")]
    untick: Option<String>,
    /// Do an item: activate, migrate-account or migrate-data
    #[arg(long = "do", value_name = "ITEM", group = "what")]
    item: Option<String>,
}

/// `axcs checklist`
pub async fn checklist(
    invocation: &Invocation,
    arguments: ChecklistArguments,
) -> Result<Exit, Refusal> {
    let ChecklistArguments {
        list,
        tick,
        untick,
        item,
    } = arguments;
    if tick.is_some() || untick.is_some() || item.is_some() {
        invocation.changes("An item of a checklist")?;
    }
    let settings = invocation.settings()?;
    let _guard = super::log::to_file_if_possible(&settings);
    let set_up = SetUp::open(&settings).await?;
    let done = answer(invocation, &set_up.administration, list, tick, untick, item).await;
    set_up.close().await;
    done
}

async fn answer(
    invocation: &Invocation,
    administration: &Administration,
    list: ChecklistKind,
    tick: Option<String>,
    untick: Option<String>,
    item: Option<String>,
) -> Result<Exit, Refusal> {
    if let Some(item) = tick {
        administration.tick(list, &item, true).await?;
    }
    if let Some(item) = untick {
        administration.tick(list, &item, false).await?;
    }
    if let Some(item) = item {
        return perform(invocation, administration, list, &item).await;
    }
    show(invocation, administration, list).await
}

async fn show(
    invocation: &Invocation,
    administration: &Administration,
    list: ChecklistKind,
) -> Result<Exit, Refusal> {
    let lines = administration.checklist(list).await?;
    if invocation.json() {
        print::json(&json!({"checklist": list, "items": lines}));
        return Ok(Exit::Done);
    }
    print::line(Checklist::read(list)?.title);
    let rows: Vec<Vec<String>> = lines.iter().map(row).collect();
    print::table(&["ITEM", "WHAT", "STATE", "WHY", "COMMAND"], &rows);
    Ok(Exit::Done)
}

fn row(line: &Line) -> Vec<String> {
    let title = if line.item.optional {
        format!("{} (optional)", line.item.title)
    } else {
        line.item.title.clone()
    };
    let command = match line.state {
        ItemState::Finished { .. } => "",
        ItemState::Deferred { .. }
        | ItemState::Ready
        | ItemState::InProgress { .. }
        | ItemState::Warning { .. } => &line.item.command,
    };
    vec![
        line.item.id.clone(),
        title,
        line.state.name().to_owned(),
        line.state.how().to_owned(),
        command.to_owned(),
    ]
}

async fn perform(
    invocation: &Invocation,
    administration: &Administration,
    list: ChecklistKind,
    item: &str,
) -> Result<Exit, Refusal> {
    let line = administration.line(list, item).await?;
    if let Some(migration) = line.item.place.migration() {
        return migrate(invocation, administration, migration).await;
    }
    if line.item.place == Where::Account && item == "activate" {
        let told = administration.step(AccountStep::Activate).await?;
        if invocation.json() {
            print::json(&json!({"step": AccountStep::Activate, "told": told}));
        } else {
            print::line(told);
        }
        return Ok(Exit::Done);
    }
    Err(Refusal::usage(
        format!("{} is not done from here.", line.item.title),
        line.item.does,
        format!("Use: {}", line.item.command),
    ))
}

/// Begins a migration or goes on with it, and tells how far it is until it ends. A signal ends the
/// telling: the service goes on.
async fn migrate(
    invocation: &Invocation,
    administration: &Administration,
    migration: Migration,
) -> Result<Exit, Refusal> {
    let mut signals = signals::listen()
        .map_err(|error| Exception::new("Signals cannot be listened to.", error, "Report it."))?;
    let mut operation = administration.migrate(migration).await?;
    let mut told = None;
    let mut unanswered = 0;
    loop {
        let now = (operation.step.clone(), operation.done, operation.state);
        if told.as_ref() != Some(&now) {
            tell(invocation, &operation);
            told = Some(now);
        }
        match operation.state {
            OperationState::Running => {}
            OperationState::Done => return Ok(Exit::Done),
            OperationState::Failed => {
                return Err(Exception::new(
                    format!("The migration of the {} has stopped.", migration.name()),
                    &operation.reason,
                    format!(
                        "Correct it, then go on: axcs checklist upgrade --do migrate-{}",
                        migration.name()
                    ),
                )
                .into());
            }
        }
        tokio::select! {
            biased;
            signal = signals.next() => {
                print::note("The service goes on. See how far it is: axcs checklist upgrade");
                return Ok(signal.map_or(Exit::Done, |signal| Exit::Stopped(signal.exit_code())));
            }
            () = tokio::time::sleep(LOOK) => {}
        }
        match administration.operation(&operation.id).await {
            Ok(next) => {
                operation = next;
                unanswered = 0;
            }
            // The service may be started anew meanwhile.
            Err(exception) if unanswered >= PATIENCE => return Err(exception.into()),
            Err(_) => unanswered += 1,
        }
    }
}

fn tell(invocation: &Invocation, operation: &Operation) {
    if invocation.json() {
        print::json_line(&json!({"event": "operation", "operation": operation}));
    } else {
        print::line(format_args!(
            "{}: {} of {}",
            operation.step,
            print::number(operation.done),
            print::number(operation.total)
        ));
    }
}
