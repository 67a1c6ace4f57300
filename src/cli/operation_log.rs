//! `axcs log`: the operation log, every request to Commerce Services with its answer; and the audit.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use super::set_up::SetUp;
use super::{Exit, Invocation, Refusal, print};
use crate::jobs::administration::Administration;
use crate::model::administration::AuditFilter;

/// It goes off by itself after so many hours.
const HOURS: u32 = 4;
/// And never later than after so many.
const MOST_HOURS: i64 = 7 * 24;

#[derive(Debug, Args)]
#[command(after_help = "Find a fault:
  axcs log --on --folder /var/tmp/axcs-operations --hours 2
  axcs run orders
  axcs log --off

Each line of the files (operations.log and older ones, 80 MiB at most) is one request with its answer, \
without tokens. Orders hold names and addresses: delete the files when the fault is found.

Who changed what:
  axcs log --audit --subject parameters")]
pub struct LogArguments {
    /// Switch the operation log on
    #[arg(long, requires = "folder", group = "what")]
    on: bool,
    /// Folder of the files, by its whole path, on every machine that works
    #[arg(long, value_name = "DIR", requires = "on")]
    folder: Option<PathBuf>,
    /// Hours after which it goes off by itself
    #[arg(long, requires = "on", default_value_t = HOURS, value_parser = clap::value_parser!(u32).range(1..=MOST_HOURS))]
    hours: u32,
    /// Switch it off
    #[arg(long, group = "what")]
    off: bool,
    /// List who changed what, when, and from where
    #[arg(long, group = "what")]
    audit: bool,
    /// Only changes of this subject: account, checklist, exception, job, operation-log, parameters, selection, sign-in, store, user
    #[arg(long, requires = "audit")]
    subject: Option<String>,
    /// Only changes with this text in user, place or change
    #[arg(long, requires = "audit")]
    text: Option<String>,
    /// At most so many changes, newest first
    #[arg(long, requires = "audit", default_value_t = 100)]
    limit: usize,
}

/// `axcs log`
pub async fn log(invocation: &Invocation, arguments: LogArguments) -> Result<Exit, Refusal> {
    let settings = invocation.settings()?;
    if arguments.on || arguments.off {
        invocation.changes("Switching the operation log")?;
    }
    let _guard = super::log::to_file_if_possible(&settings);
    let set_up = SetUp::open(&settings).await?;
    let done = answer(invocation, &set_up.administration, arguments).await;
    set_up.close().await;
    done
}

async fn answer(
    invocation: &Invocation,
    administration: &Administration,
    arguments: LogArguments,
) -> Result<Exit, Refusal> {
    if arguments.audit {
        let filter = AuditFilter {
            subject: arguments.subject,
            text: arguments.text,
            limit: Some(arguments.limit),
        };
        return audit(invocation, administration, &filter).await;
    }
    if arguments.off {
        administration.set_operation_log(None).await?;
    }
    if let Some(folder) = arguments.folder.filter(|_| arguments.on) {
        let folder = folder.to_str().ok_or_else(|| {
            Refusal::usage(
                "The folder cannot be remembered.",
                "Its name is not Unicode.",
                "Name another folder.",
            )
        })?;
        let on = Some((folder.to_owned(), arguments.hours));
        administration.set_operation_log(on).await?;
    }
    let log = administration.operation_log().await?;
    if invocation.json() {
        print::json(&json!({"operation_log": log}));
        return Ok(Exit::Done);
    }
    match log {
        None => print::line("The operation log is off."),
        Some(log) => {
            print::facts(&[
                ("Operation log", "on".to_owned()),
                ("Folder", log.folder),
                ("Since", print::time(log.since)),
                ("Until", print::time(log.until)),
                ("By", log.by),
            ]);
            print::note(
                "It slows the jobs down. Switch it off when the fault is found: axcs log --off",
            );
        }
    }
    Ok(Exit::Done)
}

async fn audit(
    invocation: &Invocation,
    administration: &Administration,
    filter: &AuditFilter,
) -> Result<Exit, Refusal> {
    let found = administration.audit(filter).await?;
    if invocation.json() {
        print::json(&found);
        return Ok(Exit::Done);
    }
    let rows: Vec<Vec<String>> = found
        .into_iter()
        .map(|entry| {
            vec![
                print::time(entry.at),
                entry.author.user,
                entry.author.place,
                entry.subject,
                entry.text,
            ]
        })
        .collect();
    print::table(&["WHEN", "WHO", "FROM", "SUBJECT", "CHANGE"], &rows);
    Ok(Exit::Done)
}
