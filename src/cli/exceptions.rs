//! `axcs exceptions`: what failed and why; tried again, or closed with a note.

mod correct;

use std::io::{IsTerminal as _, Write as _};

use clap::{Args, Subcommand};
use serde::Serialize;
use serde_json::json;

use super::narrow::{self, Terms};
use super::run::{self, Output};
use super::set_up::SetUp;
use super::{Exit, Invocation, Refusal, print};
use crate::jobs::{RunOptions, exceptions};
use crate::model::csv::{self, Tabular as _};
use crate::model::exception::{
    Exception, ExceptionEntry, ExceptionFilter, ExceptionId, ExceptionState, MODULE,
};
use crate::model::filter::{Field, Filter, Subject};
use crate::model::{Job, Stream};

#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
#[command(
    after_help = narrow::help(Subject::Exceptions, "axcs exceptions --where 'stream:orders age>2h code:unknown-item'")
)]
pub struct ExceptionsArguments {
    #[command(subcommand)]
    command: Option<ExceptionsCommand>,
    #[command(flatten)]
    matching: Matching,
    /// Resolved and cleared ones too
    #[arg(long)]
    all: bool,
    /// At most so many
    #[arg(long, default_value_t = 100)]
    limit: usize,
    /// All that match, by their numbers, as CSV for a spreadsheet
    #[arg(long, conflicts_with = "limit")]
    csv: bool,
}

#[derive(Debug, Default, Args)]
struct Matching {
    /// Only of this job
    #[arg(long)]
    job: Option<Job>,
    /// Only records of this stream
    #[arg(long)]
    stream: Option<Stream>,
    /// Only with this code
    #[arg(long)]
    code: Option<String>,
    /// Only with this text in key, field, text or cause
    #[arg(long)]
    text: Option<String>,
    /// Only what this lets through, see axcs exceptions --help
    #[arg(long = "where", value_name = "FILTER", value_parser = narrow::exceptions)]
    terms: Option<Terms>,
}

#[derive(Debug, Subcommand)]
enum ExceptionsCommand {
    /// One exception with its cause and its remedy
    Show {
        /// Number of the exception
        id: i64,
    },
    /// Try exceptions again: mark them and run their jobs
    #[command(
        after_help = "Two of them, by the numbers of axcs exceptions:\n  axcs exceptions retry 12 13\n\n\
Every order of an item that AX has by now:\n  \
axcs exceptions retry --all --stream orders --code unknown-item\n\n\
Exit code 0: none of them failed again."
    )]
    Retry(RetryArguments),
    /// Correct orders to the unit that AX sells by, at their source, and run the orders job
    #[command(
        after_help = "An item is sold by another unit since midnight: what would be corrected, then do it:\n  \
axcs exceptions correct --all --dry-run\n  axcs exceptions correct --all\n\n\
Only the orders of one item:\n  axcs exceptions correct --all --text 1001\n\n\
Where AX has a conversion of the units, and it comes out even, quantity and price are converted. Else they stay: where the new unit \
does not hold what the old one did, correct the unit in AX, or the order: axcs service order correct\n\n\
Exit code 0: all of them are corrected, and the orders job ended well."
    )]
    Correct(correct::CorrectArguments),
    /// Close exceptions with a note; an order is closed with its exception
    #[command(after_help = "An order that the customer gave up:\n  \
axcs exceptions resolve 12 --note \"Customer ordered anew by telephone\"\n\n\
The same cause does not open it again.")]
    Resolve(ResolveArguments),
}

/// Exceptions by their numbers, or all that match.
#[derive(Debug, Args)]
struct Chosen {
    /// Numbers of exceptions
    #[arg(required_unless_present = "all", conflicts_with_all = ["job", "stream", "code", "text", "terms"])]
    ids: Vec<i64>,
    /// Every open one that matches
    #[arg(long, conflicts_with = "ids")]
    all: bool,
    #[command(flatten)]
    matching: Matching,
}

#[derive(Debug, Args)]
struct RetryArguments {
    #[command(flatten)]
    chosen: Chosen,
    /// Only mark them: the next run of their job tries them
    #[arg(long)]
    no_run: bool,
}

#[derive(Debug, Args)]
struct ResolveArguments {
    /// Numbers of exceptions
    #[arg(
        required_unless_present = "all_matching",
        conflicts_with_all = ["job", "stream", "code", "text", "terms"]
    )]
    ids: Vec<i64>,
    /// Every open one that matches
    #[arg(long, conflicts_with = "ids")]
    all_matching: bool,
    #[command(flatten)]
    matching: Matching,
    /// Why nothing is left to do
    #[arg(long, value_parser = note)]
    note: String,
    /// Do not ask
    #[arg(long)]
    yes: bool,
}

/// Whoever reads it later has to know why.
fn note(text: &str) -> Result<String, String> {
    let text = text.trim();
    if text.is_empty() {
        return Err("the note is empty; say in a few words why nothing is left to do".to_owned());
    }
    Ok(text.to_owned())
}

/// An exception as the form of AX shows it: with its module.
#[derive(Serialize)]
struct Shown<'a> {
    module: &'static str,
    #[serde(flatten)]
    entry: &'a ExceptionEntry,
}

impl<'a> Shown<'a> {
    fn of(entry: &'a ExceptionEntry) -> Self {
        Self {
            module: MODULE,
            entry,
        }
    }

    fn all(entries: &'a [ExceptionEntry]) -> Vec<Self> {
        entries.iter().map(Self::of).collect()
    }
}

/// Those of the numbers, or every open one that matches.
fn filter(ids: Vec<i64>, matching: Matching) -> ExceptionFilter {
    let Matching {
        job,
        stream,
        code,
        text,
        terms,
    } = matching;
    let text = text.as_deref().map(Filter::anywhere).unwrap_or_default();
    let terms = text.and(terms.map(Terms::filter).unwrap_or_default());
    ExceptionFilter {
        // One that is named, or whose state is, may be resolved.
        with_closed: !ids.is_empty() || terms.asks_for(Field::State),
        ids: (!ids.is_empty()).then(|| ids.into_iter().map(ExceptionId).collect()),
        job,
        stream,
        code,
        terms,
        ..ExceptionFilter::default()
    }
}

pub async fn exceptions(
    invocation: &Invocation,
    arguments: ExceptionsArguments,
) -> Result<Exit, Refusal> {
    let settings = invocation.settings()?;
    match &arguments.command {
        Some(ExceptionsCommand::Retry(_)) => invocation.changes("Trying exceptions again")?,
        Some(ExceptionsCommand::Resolve(_)) => invocation.changes("Resolving exceptions")?,
        Some(ExceptionsCommand::Correct(arguments)) if !arguments.only_looks() => {
            invocation.changes("Correcting orders")?;
        }
        Some(ExceptionsCommand::Correct(_) | ExceptionsCommand::Show { .. }) | None => {}
    }
    let _guard = super::log::to_file_if_possible(&settings);
    let set_up = SetUp::open(&settings).await?;
    let done = match arguments.command {
        None => {
            let filter = ExceptionFilter {
                limit: Some(arguments.limit),
                ..filter(Vec::new(), arguments.matching)
            };
            let filter = ExceptionFilter {
                with_closed: filter.with_closed || arguments.all,
                ..filter
            };
            if arguments.csv {
                print_csv(&set_up, filter).await
            } else {
                list(invocation, &set_up, &filter).await
            }
        }
        Some(ExceptionsCommand::Show { id }) => show(invocation, &set_up, id).await,
        Some(ExceptionsCommand::Retry(arguments)) => retry(invocation, &set_up, arguments).await,
        Some(ExceptionsCommand::Correct(arguments)) => {
            correct::of_orders(invocation, &set_up, arguments).await
        }
        Some(ExceptionsCommand::Resolve(arguments)) => {
            resolve(invocation, &set_up, arguments).await
        }
    };
    set_up.close().await;
    done
}

async fn find(set_up: &SetUp, filter: &ExceptionFilter) -> Result<Vec<ExceptionEntry>, Refusal> {
    let ledger = &set_up.runner.sides().ledger;
    let found = ledger.exceptions(filter).await.map_err(Exception::from)?;
    Ok(found)
}

/// Prints all that match, page by page.
async fn print_csv(set_up: &SetUp, filter: ExceptionFilter) -> Result<Exit, Refusal> {
    print::csv([ExceptionEntry::HEAD]);
    let mut left = Some(filter.in_pages(csv::PAGE));
    while let Some(filter) = left {
        let page = find(set_up, &filter).await?;
        print::csv(page.iter().map(csv::row));
        left = filter.behind(&page);
    }
    Ok(Exit::Done)
}

async fn list(
    invocation: &Invocation,
    set_up: &SetUp,
    filter: &ExceptionFilter,
) -> Result<Exit, Refusal> {
    let found = find(set_up, filter).await?;
    if invocation.json() {
        print::json(&Shown::all(&found));
    } else {
        table(&found);
        if let Some(entry) = found.first() {
            print::note(format_args!(
                "What to do about one: axcs exceptions show {}",
                entry.id
            ));
        }
    }
    Ok(Exit::Done)
}

fn table(entries: &[ExceptionEntry]) {
    let rows: Vec<Vec<String>> = entries
        .iter()
        .map(|entry| {
            vec![
                entry.id.to_string(),
                print::time(entry.last),
                entry.job.to_string(),
                entry.stream.map_or("-", Stream::name).to_owned(),
                entry.key.clone(),
                entry.attempts.to_string(),
                entry.state.name().to_owned(),
                entry.exception.to_string(),
            ]
        })
        .collect();
    let header = [
        "ID", "LAST", "JOB", "STREAM", "KEY", "TRIES", "STATE", "TEXT",
    ];
    print::table(&header, &rows);
}

fn none(id: i64) -> Refusal {
    Refusal::usage(
        format!("There is no exception {id}."),
        "",
        "See the exceptions there are: axcs exceptions --all",
    )
}

async fn show(invocation: &Invocation, set_up: &SetUp, id: i64) -> Result<Exit, Refusal> {
    let found = find(set_up, &filter(vec![id], Matching::default())).await?;
    let entry = found.first().ok_or_else(|| none(id))?;
    if invocation.json() {
        print::json(&Shown::of(entry));
        return Ok(Exit::Done);
    }
    let of = entry.stream.map_or_else(
        || "a run".to_owned(),
        |stream| format!("{} {}", stream.title(), entry.key),
    );
    print::facts(&[
        ("Exception", entry.id.to_string()),
        ("State", entry.state.name().to_owned()),
        ("Module", MODULE.to_owned()),
        ("Job", entry.job.ax_name().to_owned()),
        ("Of", of),
        ("Code", entry.code.clone()),
        ("Field", entry.field.clone()),
        ("What", entry.exception.text.clone()),
        ("Why", entry.exception.cause.clone()),
        ("Remedy", entry.exception.remedy.clone()),
        ("Tries", entry.attempts.to_string()),
        ("First", print::time(entry.first)),
        ("Last", print::time(entry.last)),
        ("Note", entry.note.clone()),
    ]);
    Ok(Exit::Done)
}

async fn retry(
    invocation: &Invocation,
    set_up: &SetUp,
    arguments: RetryArguments,
) -> Result<Exit, Refusal> {
    let Chosen { ids, matching, .. } = arguments.chosen;
    let runner = &set_up.runner;
    let marked = exceptions::mark(runner, &filter(ids.clone(), matching)).await?;
    for id in &ids {
        if marked.iter().all(|entry| entry.id.0 != *id) {
            print::note(format_args!(
                "Exception {id}: {}",
                untried(set_up, *id).await?
            ));
        }
    }
    if marked.is_empty() {
        print::note("No exception is to be tried again.");
        if invocation.json() {
            print::json_line(&json!({"event": "retried", "exceptions": []}));
        }
        return Ok(if ids.is_empty() {
            Exit::Done
        } else {
            Exit::Usage
        });
    }
    let output = Output::of(invocation.json());
    let mut exit = Exit::Done;
    let jobs = if arguments.no_run {
        Vec::new()
    } else {
        exceptions::jobs_of(&marked)
    };
    for job in jobs {
        match run::follow(runner, job, RunOptions::default(), false, output).await {
            Ok((summary, signal)) => {
                let ended = run::exit(&summary, signal);
                if ended != Exit::Done {
                    exit = ended;
                }
                if signal.is_some() {
                    break;
                }
            }
            Err(exception) if exceptions::is_conflict(&exception) => {
                print::note(format_args!(
                    "{exception} The run under way, or the next one, tries them."
                ));
            }
            Err(exception) => {
                print::exception(&exception);
                exit = Exit::of(&exception);
            }
        }
    }
    let now = filter(
        marked.iter().map(|entry| entry.id.0).collect(),
        Matching::default(),
    );
    let now = find(set_up, &now).await?;
    if invocation.json() {
        print::json_line(&json!({"event": "retried", "exceptions": Shown::all(&now)}));
    } else {
        table(&now);
    }
    let failed_again = now.iter().any(|entry| entry.state == ExceptionState::Open);
    Ok(if exit == Exit::Done && failed_again {
        Exit::Failed
    } else {
        exit
    })
}

/// Why an exception is not tried again.
async fn untried(set_up: &SetUp, id: i64) -> Result<&'static str, Refusal> {
    let found = find(set_up, &filter(vec![id], Matching::default())).await?;
    Ok(match found.first().map(|entry| entry.state) {
        None => "there is none with this number.",
        Some(ExceptionState::Cleared) => "its cause is gone.",
        Some(ExceptionState::Open | ExceptionState::Retrying | ExceptionState::Resolved) => {
            "AX has the order, there is nothing to try. Do in AX what it asks for, then resolve it."
        }
    })
}

async fn resolve(
    invocation: &Invocation,
    set_up: &SetUp,
    arguments: ResolveArguments,
) -> Result<Exit, Refusal> {
    let ids = arguments.ids;
    let mut open = find(set_up, &filter(ids.clone(), arguments.matching)).await?;
    open.retain(|entry| match entry.state {
        ExceptionState::Open | ExceptionState::Retrying => true,
        ExceptionState::Resolved | ExceptionState::Cleared => false,
    });
    if let Some(id) = ids
        .iter()
        .find(|id| open.iter().all(|entry| entry.id.0 != **id))
    {
        return Err(Refusal::usage(
            format!("There is no open exception {id}."),
            "Nothing was resolved.",
            "See the open ones: axcs exceptions",
        ));
    }
    if open.len() > 1 && !arguments.yes && !is_meant(open.len(), "exceptions", "resolved")? {
        print::note("Nothing was resolved.");
        return Ok(Exit::Done);
    }
    // What was counted, nothing that came meanwhile.
    let counted = filter(
        open.iter().map(|entry| entry.id.0).collect(),
        Matching::default(),
    );
    let resolved = if open.is_empty() {
        0
    } else {
        exceptions::resolve(&set_up.runner, &counted, &arguments.note).await?
    };
    if invocation.json() {
        print::json(&json!({"resolved": resolved}));
    } else {
        print::line(format_args!("{resolved} resolved."));
    }
    Ok(Exit::Done)
}

/// Asks whether so many are meant: `exceptions` to be `resolved`.
fn is_meant(count: usize, what: &str, done: &str) -> Result<bool, Refusal> {
    if !std::io::stdin().is_terminal() || !std::io::stderr().is_terminal() {
        return Err(Refusal::usage(
            format!("{count} {what} would be {done}."),
            "There is no terminal to ask whether that is meant.",
            "Say so: --yes",
        ));
    }
    let mut stderr = std::io::stderr();
    let _ = write!(stderr, "{count} {what} are {done}. Go on? [y/N] ");
    let _ = stderr.flush();
    let mut answer = String::new();
    let _ = std::io::stdin().read_line(&mut answer);
    Ok(["y", "yes"].contains(&answer.trim().to_lowercase().as_str()))
}
