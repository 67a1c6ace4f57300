//! `axcs doctor`: what works, what does not, and the remedy for each.

mod aif;

use std::collections::BTreeMap;
use std::fmt;

use clap::Args;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use super::set_up::{self, Folder, OpenCompany, Service, passwords};
use super::{Exit, Invocation, Refusal, print};
use crate::company::{Company, sqlserver};
use crate::ledger::Ledger;
use crate::model::exception::{Documented, Exception};
use crate::model::{Stream, words};
use crate::secrets::Found;
use crate::settings::Settings;
use crate::settings::sqlserver::SqlServerSettings;

/// Least time that changes are to be kept: what the documents ask for.
const LEAST_RETENTION_DAYS: u32 = 2;
/// The same in minutes.
const LEAST_RETENTION: i64 = LEAST_RETENTION_DAYS as i64 * 24 * 60;
/// Clocks further apart than this confuse whoever compares logs.
const MOST_CLOCK_DIFFERENCE: SignedDuration = SignedDuration::from_secs(60);

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  axcs doctor
  axcs doctor --profile prod --json

What the administrator of AX's database runs once:
  axcs doctor --grants
  axcs doctor --enable-tracking

What to try on a live AX before orders enter it: axcs doctor --aif

Exit code 0: all is well; 1: there is a fault; 3: a database or the service cannot be reached.")]
pub struct DoctorArguments {
    /// Print the script that gives the login its rights: to read, and to see what changed
    #[arg(long, conflicts_with = "enable_tracking")]
    grants: bool,
    /// Print the script that tracks the changes of the tables that are read
    #[arg(long)]
    enable_tracking: bool,
    /// Print what to try on the site's own inbound port for sales orders, and what SQL tells of it
    #[arg(long, conflicts_with_all = ["grants", "enable_tracking"])]
    aif: bool,
}

/// How a check came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
enum Health {
    Good,
    Fault,
    NotReached,
}

impl fmt::Display for Health {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Good => "good",
            Self::Fault => "FAULT",
            Self::NotReached => "NOT REACHED",
        })
    }
}

/// What one check found.
#[derive(Clone, Debug, Serialize)]
struct Finding {
    check: &'static str,
    health: Health,
    found: String,
    remedy: String,
}

impl Finding {
    fn good(check: &'static str, found: String) -> Self {
        Self {
            check,
            health: Health::Good,
            found,
            remedy: String::new(),
        }
    }

    fn fault(check: &'static str, found: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self {
            check,
            health: Health::Fault,
            found: found.into(),
            remedy: remedy.into(),
        }
    }

    fn refused(check: &'static str, refusal: &Refusal) -> Self {
        let Exception {
            text,
            cause,
            remedy,
        } = &refusal.exception;
        Self {
            check,
            health: if refusal.exit == Exit::Unreachable {
                Health::NotReached
            } else {
                Health::Fault
            },
            found: if cause.is_empty() {
                text.clone()
            } else {
                format!("{text} {cause}")
            },
            remedy: remedy.clone(),
        }
    }
}

/// `axcs doctor`
pub async fn doctor(invocation: &Invocation, arguments: &DoctorArguments) -> Result<Exit, Refusal> {
    let settings = invocation.settings()?;
    if arguments.grants || arguments.enable_tracking {
        print_script(&settings, arguments, invocation.json())?;
        return Ok(Exit::Done);
    }
    if arguments.aif {
        aif::print(&settings, invocation.json()).await?;
        return Ok(Exit::Done);
    }
    let folder = Folder::of(&settings)?;
    let mut findings = vec![Finding::good(
        "Settings",
        format!("profile {}", settings.profile),
    )];
    findings.extend(look_at_passwords(&settings).await);
    match OpenCompany::open(&settings, &folder).await {
        Ok(company) => findings.extend(look_at_company(&*company.shared()).await),
        Err(refusal) => findings.push(Finding::refused("Company", &refusal)),
    }
    match set_up::ledger(&settings, &folder).await {
        Ok(ledger) => findings.extend(look_at_ledger(&*ledger).await),
        Err(refusal) => findings.push(Finding::refused("Ledger", &refusal)),
    }
    findings.push(look_at_service(&settings, &folder).await);

    if invocation.json() {
        print::json(&findings);
    } else {
        for finding in &findings {
            print::line(format_args!(
                "{:<16} {:<12} {}",
                finding.check, finding.health, finding.found
            ));
            if !finding.remedy.is_empty() {
                print::line(format_args!("{:<16} {:<12} {}", "", "", finding.remedy));
            }
        }
    }
    let any = |health| findings.iter().any(|finding| finding.health == health);
    Ok(if any(Health::NotReached) {
        Exit::Unreachable
    } else if any(Health::Fault) {
        Exit::Failed
    } else {
        Exit::Done
    })
}

/// Prints what this program does not do itself: it only reads AX's database.
fn print_script(
    settings: &Settings,
    arguments: &DoctorArguments,
    as_json: bool,
) -> Result<(), Refusal> {
    let SqlServerSettings { user, database, .. } = &settings.sqlserver;
    if !settings.sqlserver.is_named() {
        return Err(Refusal::usage(
            "An embedded company needs no rights.",
            "The setting `sqlserver.host` is empty.",
            "Name the SQL Server of AX in the settings file.",
        ));
    }
    let script = if arguments.grants {
        let user = if user.is_empty() { "axcs" } else { user };
        sqlserver::grants(user)
    } else {
        sqlserver::enabling(database, LEAST_RETENTION_DAYS)
    };
    if as_json {
        print::json(&serde_json::json!({ "script": script }));
    } else {
        print::line(script.trim_end());
    }
    Ok(())
}

/// Where the passwords come from.
async fn look_at_passwords(settings: &Settings) -> Vec<Finding> {
    const CHECK: &str = "Password";
    let mut findings = Vec::new();
    for purpose in passwords::needed(settings) {
        let whose = passwords::whose(settings, purpose);
        findings.push(match passwords::password(settings, purpose).await {
            Ok(Found { place, .. }) => {
                let found = format!("of {whose}: from {place}");
                Finding {
                    remedy: place.remark().unwrap_or_default().to_owned(),
                    ..Finding::good(CHECK, found)
                }
            }
            Err(refusal) => Finding::refused(CHECK, &refusal),
        });
    }
    findings
}

async fn look_at_company(company: &dyn Company) -> Vec<Finding> {
    let facts = match company.facts().await {
        Ok(facts) => facts,
        Err(error) => {
            let refusal = Refusal::unreachable(Exception::from(error));
            return vec![Finding::refused("Company", &refusal)];
        }
    };
    let mut findings = vec![Finding::good(
        "Company",
        format!(
            "{} {}, {}, {}",
            facts.id, facts.name, facts.release, facts.place
        ),
    )];
    findings.push(match tracking(company).await {
        Ok(finding) => finding,
        Err(refusal) => Finding::refused("Change tracking", &refusal),
    });
    findings
}

async fn tracking(company: &dyn Company) -> Result<Finding, Refusal> {
    const CHECK: &str = "Change tracking";
    let mut tables = BTreeMap::new();
    let mut retention = i64::MAX;
    for stream in Stream::ALL {
        if stream.is_read_from_company() {
            let tracking = company.tracking(stream, &[]).await;
            let tracking = tracking.map_err(Exception::from)?;
            retention = retention.min(tracking.retention_minutes);
            let found = tracking.tables.into_iter();
            tables.extend(found.map(|table| (table.table, table.min_valid_version)));
        }
    }
    let off: Vec<&str> = tables
        .iter()
        .filter(|(_, tracked_from)| tracked_from.is_none())
        .map(|(table, _)| table.as_str())
        .collect();
    if !off.is_empty() {
        return Ok(Finding::fault(
            CHECK,
            format!(
                "{} Not tracked: {}.",
                Documented::ChangeTrackingOff.text(),
                off.join(", ")
            ),
            Documented::ChangeTrackingOff.remedy(),
        ));
    }
    if retention < LEAST_RETENTION {
        return Ok(Finding::fault(
            CHECK,
            format!("changes are kept for {retention} minutes only"),
            "Have the retention of the database's change tracking set to two days or more.",
        ));
    }
    Ok(Finding::good(
        CHECK,
        format!("{} tables, kept for {} h", tables.len(), retention / 60),
    ))
}

async fn look_at_ledger(ledger: &dyn Ledger) -> Vec<Finding> {
    let place = ledger.place();
    let board = match ledger.board().await {
        Ok(board) => board,
        Err(error) => {
            let refusal = Refusal::unreachable(Exception::from(error));
            return vec![Finding::refused("Ledger", &refusal)];
        }
    };
    let workers = match board.workers.as_slice() {
        [] => Finding::fault(
            "Worker",
            "no worker is there: nothing starts by itself",
            "Start one: axcs worker; or the console: axcs",
        ),
        workers => {
            let owners: Vec<_> = workers.iter().map(|seen| seen.owner.as_str()).collect();
            Finding::good("Worker", owners.join(", "))
        }
    };
    let clock = clock("Ledger", place, board.now);
    vec![clock, workers]
}

/// What was found, unless the clock there is far from this machine's.
fn clock(check: &'static str, found: String, there: Timestamp) -> Finding {
    let difference = there.duration_since(Timestamp::now()).abs();
    if difference <= MOST_CLOCK_DIFFERENCE {
        return Finding::good(check, found);
    }
    Finding::fault(
        check,
        format!(
            "{found}: its clock and that of this machine are {} apart",
            words::age(difference)
        ),
        "Have the clocks of both machines set by a time service.",
    )
}

async fn look_at_service(settings: &Settings, folder: &Folder) -> Finding {
    const CHECK: &str = "Service";
    let service = match Service::open(settings, folder).await {
        Ok(service) => service,
        Err(refusal) => return Finding::refused(CHECK, &refusal),
    };
    let finding = match service.client.whoami().await {
        Ok(who) => {
            let found = format!("{}, account {}", service.url, who.account);
            clock(CHECK, found, who.server_time)
        }
        Err(error) => {
            let refusal = Refusal::unreachable(Exception::from(error));
            Finding::refused(CHECK, &refusal)
        }
    };
    service.stop().await;
    finding
}
