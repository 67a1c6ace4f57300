//! `axcs doctor`: what works, what does not, and the remedy for each.

mod aif;

use clap::Args;

use super::set_up::{self, Folder, OpenCompany, Service, passwords};
use super::{Exit, Invocation, Refusal, print};
use crate::company::sqlserver;
use crate::jobs::administration::checks;
use crate::model::check::{Finding, Health};
use crate::secrets::Found;
use crate::settings::Settings;
use crate::settings::sqlserver::SqlServerSettings;

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
    // Each has its own server: the slowest of them tells how long it takes.
    let (company, ledger, service) = tokio::join!(
        look_at_company(&settings, &folder),
        look_at_ledger(&settings, &folder),
        look_at_service(&settings, &folder),
    );
    findings.extend([company, ledger, service].into_iter().flatten());
    if invocation.json() {
        print::json(&findings);
    } else {
        print_findings(&findings);
    }
    Ok(exit_of(&findings))
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
        sqlserver::enabling(database, checks::LEAST_RETENTION_DAYS)
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
            Err(refusal) => Finding::failed(CHECK, &refusal.exception),
        });
    }
    findings
}

async fn look_at_company(settings: &Settings, folder: &Folder) -> Vec<Finding> {
    match OpenCompany::open(settings, folder).await {
        Ok(company) => checks::of_company(&*company.shared()).await,
        Err(refusal) => vec![Finding::failed("Company", &refusal.exception)],
    }
}

async fn look_at_ledger(settings: &Settings, folder: &Folder) -> Vec<Finding> {
    match set_up::ledger(settings, folder).await {
        Ok(ledger) => checks::of_ledger(&*ledger).await,
        Err(refusal) => vec![Finding::failed("Ledger", &refusal.exception)],
    }
}

async fn look_at_service(settings: &Settings, folder: &Folder) -> Vec<Finding> {
    let service = match Service::open(settings, folder).await {
        Ok(service) => service,
        Err(refusal) => return vec![Finding::failed("Service", &refusal.exception)],
    };
    let findings = checks::of_service(&service.client).await;
    service.stop().await;
    findings
}

/// The findings, each with its remedy below it.
pub fn print_findings(findings: &[Finding]) {
    for finding in findings {
        let head = format!(
            "{:<16} {:<12} {:>6}  ",
            finding.check,
            finding.health,
            format!("{:.1} s", finding.seconds),
        );
        print::beside(&head, &finding.found);
        if !finding.remedy.is_empty() {
            print::beside(&" ".repeat(head.len()), &finding.remedy);
        }
    }
}

/// The exit code that findings lead to.
pub fn exit_of(findings: &[Finding]) -> Exit {
    let any = |health| findings.iter().any(|finding| finding.health == health);
    if any(Health::NotReached) {
        Exit::Unreachable
    } else if any(Health::Fault) {
        Exit::Failed
    } else {
        Exit::Done
    }
}
