//! `axcs company`: make, load, look at and rehearse with the embedded company.

mod orders;

use std::fs::File;
use std::io::{BufWriter, IsTerminal as _};
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand, ValueEnum};
use serde_json::json;

use super::set_up::Folder;
use super::{Exit, Invocation, Refusal, print};
use crate::company::CompanyError;
use crate::company::embedded::activity::{self, Change};
use crate::company::embedded::script::{self, Layout, ScriptError};
use crate::company::embedded::{self, Contents, Embedded, Existing, generator, load, tracking};
use crate::model::exception::{Exception, chain};

#[derive(Debug, Args)]
pub struct CompanyArguments {
    #[command(subcommand)]
    command: CompanyCommand,
}

#[derive(Debug, Subcommand)]
enum CompanyCommand {
    /// Load an export of AX tables: one CSV file a table, all or nothing
    Load {
        /// Folder with the CSV files
        folder: PathBuf,
        /// Replace the company that is there
        #[arg(long)]
        replace: bool,
        #[command(flatten)]
        script: ScriptArguments,
    },
    /// Generate a sample company
    Generate {
        /// Released items
        #[arg(long, value_parser = clap::value_parser!(u64).range(1..=20_000_000))]
        items: u64,
        /// The same seed makes the same company
        #[arg(long, default_value_t = 1)]
        seed: u64,
        /// Replace the company that is there
        #[arg(long)]
        replace: bool,
        #[command(flatten)]
        script: ScriptArguments,
    },
    /// Count what is there
    Info,
    /// Change some records at random, to rehearse what follows
    Change {
        /// On-hand rows to change
        #[arg(long, default_value_t = 0)]
        stock: u32,
        /// Sales prices to change
        #[arg(long, default_value_t = 0)]
        prices: u32,
        /// Product names to change
        #[arg(long, default_value_t = 0)]
        names: u32,
        /// Items to delete
        #[arg(long, default_value_t = 0)]
        deletes: u32,
        /// Only items of this item group
        #[arg(long, value_name = "GROUP")]
        within: Option<String>,
        /// Another seed changes other records; without one every call does
        #[arg(long)]
        seed: Option<u64>,
    },
    /// Play the clerk: list, ship, cancel and invoice sales orders of the embedded company
    Orders {
        #[command(subcommand)]
        command: orders::OrdersCommand,
    },
    /// The change tracking, and what can befall it
    Tracking {
        #[command(subcommand)]
        command: Option<TrackingCommand>,
    },
}

#[derive(Clone, Debug, Args)]
struct ScriptArguments {
    /// Write the company as a T-SQL script too, for an empty database of a SQL Server
    #[arg(long, value_name = "FILE")]
    sql: Option<PathBuf>,
    /// Whose tables the script has: of AX 2012 and Feature Pack, or of AX 2012 R2
    #[arg(long, value_enum, default_value_t = ScriptLayout::R2, requires = "sql")]
    layout: ScriptLayout,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum ScriptLayout {
    Rtm,
    R2,
}

impl From<ScriptLayout> for Layout {
    fn from(layout: ScriptLayout) -> Self {
        match layout {
            ScriptLayout::Rtm => Self::Rtm,
            ScriptLayout::R2 => Self::R2,
        }
    }
}

#[derive(Debug, Subcommand)]
enum TrackingCommand {
    /// Keep changes for so many minutes
    Retention {
        /// Minutes
        minutes: u32,
    },
    /// Forget the changes whose retention has passed
    CleanUp,
    /// Empty a table, as TRUNCATE TABLE does
    Truncate {
        /// AX table
        table: String,
    },
    /// Switch the tracking of a table off
    Disable {
        /// AX table
        table: String,
    },
    /// Switch the tracking of a table on
    Enable {
        /// AX table
        table: String,
    },
}

pub async fn company(
    invocation: &Invocation,
    arguments: CompanyArguments,
) -> Result<Exit, Refusal> {
    let settings = invocation.settings()?;
    let folder = Folder::of(&settings)?;
    let invocation = invocation.clone();
    match arguments.command {
        CompanyCommand::Generate {
            items,
            seed,
            replace,
            script,
        } => {
            invocation.changes("company generate")?;
            script.may_be_written(replace)?;
            generate_with_progress(&folder, items, seed, replace).await?;
            blocking(move || {
                script.write(&folder)?;
                info(&invocation, &folder)
            })
            .await
        }
        CompanyCommand::Load {
            folder: export,
            replace,
            script,
        } => {
            invocation.changes("company load")?;
            script.may_be_written(replace)?;
            blocking(move || {
                let exit = load_export(&invocation, &folder, &export, replace)?;
                script.write(&folder)?;
                Ok(exit)
            })
            .await
        }
        CompanyCommand::Info => blocking(move || info(&invocation, &folder)).await,
        CompanyCommand::Change {
            stock,
            prices,
            names,
            deletes,
            within,
            seed,
        } => {
            invocation.changes("company change")?;
            let change = Change {
                stock,
                prices,
                names,
                deletes,
            };
            let company = settings.company.clone();
            blocking(move || {
                rehearse(
                    &invocation,
                    &folder,
                    &company,
                    &change,
                    within.as_deref(),
                    seed,
                )
            })
            .await
        }
        CompanyCommand::Orders { command } => {
            let company = settings.company.clone();
            orders::orders(invocation, folder, company, command).await
        }
        CompanyCommand::Tracking { command } => {
            if command.is_some() {
                invocation.changes("company tracking")?;
            }
            blocking(move || change_tracking(&invocation, &folder, command)).await
        }
    }
}

/// The company's file is read and written on a thread that may block.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Refusal> + Send + 'static,
) -> Result<T, Refusal> {
    tokio::task::spawn_blocking(work)
        .await
        .unwrap_or_else(|error| {
            Err(Exception::new("The command failed inside axcs.", error, "Report it.").into())
        })
}

/// Generates a company and shows how far it is.
pub async fn generate_with_progress(
    folder: &Folder,
    items: u64,
    seed: u64,
    replace: bool,
) -> Result<(), Refusal> {
    let file = folder.company();
    std::fs::create_dir_all(folder.path())
        .map_err(|error| not_made(&folder.path().display(), &error))?;
    blocking(move || {
        let on_terminal = std::io::stderr().is_terminal();
        let mut shown = None;
        generator::generate(&file, items, seed, existing(replace), |done, total| {
            let percent = done * 100 / total.max(1);
            if on_terminal && shown != Some(percent) {
                shown = Some(percent);
                print::over(&format!(
                    "generating {} items  {percent} %",
                    print::number(total)
                ));
            }
        })
        .map_err(|error| not_made(&file.display(), &error))?;
        if on_terminal {
            print::over("");
        }
        Ok(())
    })
    .await
}

fn not_opened(error: CompanyError) -> Refusal {
    Exception::from(error).into()
}

fn not_made(place: &dyn std::fmt::Display, error: &(dyn std::error::Error + 'static)) -> Refusal {
    Refusal::usage(
        "The company was not made.",
        format!("{place}: {}", chain(error)),
        "To replace the company that is there: --replace. Nothing was changed.",
    )
}

fn load_export(
    invocation: &Invocation,
    folder: &Folder,
    export: &Path,
    replace: bool,
) -> Result<Exit, Refusal> {
    std::fs::create_dir_all(folder.path())
        .map_err(|error| not_made(&folder.path().display(), &error))?;
    let loaded = load::load(export, &folder.company(), existing(replace)).map_err(|error| {
        Refusal::usage(
            "The export was not loaded; nothing was changed.",
            chain(&error),
            "Correct what is named and load the folder again.",
        )
    })?;
    if invocation.json() {
        print::json(&loaded);
        return Ok(Exit::Done);
    }
    let rows: Vec<Vec<String>> = loaded
        .tables
        .iter()
        .map(|table| {
            vec![
                table.table.clone(),
                print::number(table.rows),
                table.ignored_columns.join(", "),
            ]
        })
        .collect();
    print::table(&["TABLE", "ROWS", "IGNORED COLUMNS"], &rows);
    for file in &loaded.ignored_files {
        print::line(format_args!("ignored file: {file}"));
    }
    Ok(Exit::Done)
}

impl ScriptArguments {
    /// Asked before the company is made: nothing is to be half done.
    fn may_be_written(&self, replace: bool) -> Result<(), Refusal> {
        match &self.sql {
            Some(file) if !replace && file.exists() => Err(not_scripted(
                "Nothing was made.",
                file,
                &std::io::Error::from(std::io::ErrorKind::AlreadyExists),
            )),
            Some(_) | None => Ok(()),
        }
    }

    /// Writes the script, if one is wanted. The file gets its name when it is whole.
    fn write(&self, folder: &Folder) -> Result<(), Refusal> {
        let Some(file) = &self.sql else {
            return Ok(());
        };
        let mut draft = file.as_os_str().to_owned();
        draft.push(".part");
        let draft = PathBuf::from(draft);
        let written = File::create(&draft)
            .map_err(ScriptError::from)
            .and_then(|to| {
                let mut to = BufWriter::new(to);
                script::script(&folder.company(), self.layout.into(), &mut to)
            })
            .and_then(|_| Ok(std::fs::rename(&draft, file)?));
        written.map_err(|error| {
            if let Err(left) = std::fs::remove_file(&draft) {
                tracing::debug!("{}: {left}", draft.display());
            }
            not_scripted("The company was made, its script was not.", file, &error)
        })
    }
}

fn not_scripted(
    summary: &'static str,
    file: &Path,
    error: &(dyn std::error::Error + 'static),
) -> Refusal {
    Refusal::usage(
        summary,
        format!("{}: {}", file.display(), chain(error)),
        "Name another file, or replace what is there: --replace",
    )
}

const fn existing(replace: bool) -> Existing {
    if replace {
        Existing::Replace
    } else {
        Existing::Keep
    }
}

fn info(invocation: &Invocation, folder: &Folder) -> Result<Exit, Refusal> {
    let contents = embedded::info(&folder.company()).map_err(not_opened)?;
    if invocation.json() {
        print::json(&contents);
    } else {
        show(&contents);
    }
    Ok(Exit::Done)
}

fn show(contents: &Contents) {
    for company in &contents.companies {
        print::line(format_args!(
            "{} {} ({})",
            company.id, company.name, company.release
        ));
    }
    print::line(format_args!(
        "{}, {} MB",
        contents.path.display(),
        contents.bytes / 1_000_000
    ));
    let tracking = &contents.tracking;
    print::line(format_args!(
        "change version {}, changes kept for {} minutes, incarnation {}",
        tracking.current_version, tracking.retention_minutes, tracking.incarnation
    ));
    let counts = &contents.counts;
    let headline = [
        ("Released items", counts.released_items),
        ("Product masters", counts.masters),
        ("Variants", counts.variants),
        ("Shared products", counts.shared_products),
        ("Texts", counts.texts),
        ("Categories", counts.categories),
        ("On-hand rows", counts.on_hand_rows),
        ("Trade agreements", counts.trade_agreements),
        ("Modes of delivery", counts.delivery_modes),
        ("Customers", counts.customers),
        ("Sales orders", counts.sales_orders),
        ("Packing slips", counts.packing_slips),
    ];
    let rows: Vec<_> = headline
        .iter()
        .map(|(name, count)| vec![(*name).to_owned(), print::number(*count)])
        .collect();
    print::table(&["WHAT", "COUNT"], &rows);
    let rows: Vec<_> = contents
        .tables
        .iter()
        .map(|table| {
            let tracked = table
                .min_valid_version
                .map_or("no".to_owned(), |version| format!("from {version}"));
            vec![table.table.clone(), print::number(table.rows), tracked]
        })
        .collect();
    print::table(&["TABLE", "ROWS", "TRACKED"], &rows);
}

fn rehearse(
    invocation: &Invocation,
    folder: &Folder,
    company: &str,
    change: &Change,
    within: Option<&str>,
    seed: Option<u64>,
) -> Result<Exit, Refusal> {
    if *change == Change::default() {
        return Err(Refusal::usage(
            "Nothing was changed.",
            "It was not said what is to change.",
            "Say how many: --stock N, --prices N, --names N or --deletes N",
        ));
    }
    let seed = seed.unwrap_or_else(|| jiff::Timestamp::now().as_nanosecond() as u64);
    let company = Embedded::open(&folder.company(), (!company.is_empty()).then_some(company))
        .map_err(not_opened)?;
    let changed = activity::apply(&company, change, seed, within).map_err(|error| {
        Refusal::usage(
            "The company was not changed.",
            chain(&error),
            "Check the company: axcs company info",
        )
    })?;
    if invocation.json() {
        print::json(&json!({"seed": seed, "changed": changed}));
    } else {
        changed.iter().for_each(print::line);
    }
    Ok(Exit::Done)
}

fn change_tracking(
    invocation: &Invocation,
    folder: &Folder,
    command: Option<TrackingCommand>,
) -> Result<Exit, Refusal> {
    let refused = |error: tracking::TrackingError| {
        Refusal::usage(
            "The change tracking was not changed.",
            chain(&error),
            "See the tables: axcs company info",
        )
    };
    if let Some(command) = command {
        let mut file = embedded::writer(&folder.company()).map_err(not_opened)?;
        match command {
            TrackingCommand::Retention { minutes } => {
                tracking::set_retention(&file, i64::from(minutes))
                    .map_err(|error| refused(error.into()))
            }
            TrackingCommand::CleanUp => tracking::clean_up(&mut file)
                .map(drop)
                .map_err(|error| refused(error.into())),
            TrackingCommand::Truncate { table } => {
                tracking::truncate(&mut file, &table.to_uppercase()).map_err(refused)
            }
            TrackingCommand::Disable { table } => {
                tracking::disable(&mut file, &table.to_uppercase()).map_err(refused)
            }
            TrackingCommand::Enable { table } => {
                tracking::enable(&mut file, &table.to_uppercase()).map_err(refused)
            }
        }?;
    }
    let contents = embedded::info(&folder.company()).map_err(not_opened)?;
    if invocation.json() {
        print::json(&json!({"tracking": contents.tracking, "tables": contents.tables}));
    } else {
        show(&contents);
    }
    Ok(Exit::Done)
}
