//! What has to be right before records move: the release of AX, change tracking, snapshots, rights,
//! clocks, the service and this machine's credentials. Every look has a deadline, and what fails says
//! what to do.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::time::Instant;

use crate::commerce::client::Client;
use crate::company::Company;
use crate::ledger::Ledger;
use crate::model::account::AccountState;
use crate::model::check::Finding;
use crate::model::exception::{Documented, Exception};
use crate::model::{Stream, words};

/// Least time that changes are to be kept: what the documents ask for ("(USA) Set up and maintain a
/// Sites Services account"; the pages of Commerce Services give no number).
pub const LEAST_RETENTION_DAYS: u32 = 2;
/// The same in minutes.
const LEAST_RETENTION: i64 = LEAST_RETENTION_DAYS as i64 * 24 * 60;
/// Rights without which neither records move nor the account is activated.
const NEEDED_RIGHTS: [&str; 2] = ["upload", "account"];
/// Clocks further apart than this confuse whoever compares logs.
const MOST_CLOCK_DIFFERENCE: SignedDuration = SignedDuration::from_secs(60);
/// How long a look may take.
const PATIENCE: Duration = Duration::from_secs(15);

const COMPANY: &str = "Company";
const RIGHTS: &str = "Rights";
const TRACKING: &str = "Change tracking";
const SNAPSHOTS: &str = "Snapshots";
const LEDGER: &str = "Ledger";
const SERVICE: &str = "Service";
const SERVICE_RIGHTS: &str = "Service rights";
const CLOCK: &str = "Clock";
const ACCOUNT: &str = "Account";

/// What a look came to, with the time it took; what does not answer in time was not reached.
async fn timed(check: &'static str, look: impl Future<Output = Vec<Finding>>) -> Vec<Finding> {
    let began = Instant::now();
    let found = tokio::time::timeout(PATIENCE, look).await;
    let took = began.elapsed();
    let found = found.unwrap_or_else(|_| {
        let exception = Exception::new(
            format!("There was no answer within {} s.", PATIENCE.as_secs()),
            "",
            "Check what is in its way: a server under load, a lock, the network.",
        );
        vec![Finding::failed(check, &exception.not_reached())]
    });
    found
        .into_iter()
        .map(|finding| finding.after(took))
        .collect()
}

/// Everything that has to be right before an account is activated.
pub async fn before_activation(company: &dyn Company, client: &Client) -> Vec<Finding> {
    let (mut company, service) = tokio::join!(of_company(company), of_service(client));
    company.extend(
        service
            .into_iter()
            .filter(|finding| finding.check != ACCOUNT),
    );
    company
}

/// The company: its release, its change tracking, what the login may.
pub async fn of_company(company: &dyn Company) -> Vec<Finding> {
    let mut findings = timed(COMPANY, async { vec![release(company).await] }).await;
    // What cannot be used at all is not looked at any closer.
    if findings.iter().any(Finding::is_in_the_way) {
        return findings;
    }
    findings.extend(timed(TRACKING, async { tracking(company).await }).await);
    findings.extend(timed(SNAPSHOTS, async { snapshots(company).await }).await);
    findings
}

async fn release(company: &dyn Company) -> Finding {
    let facts = match company.facts().await {
        Ok(facts) => facts,
        Err(error) => return Finding::failed(COMPANY, &error.into()),
    };
    let found = format!(
        "{} {}, {}, {}",
        facts.id, facts.name, facts.release, facts.place
    );
    Finding::good(COMPANY, found)
}

/// What the login may read and see, and how changes are tracked.
async fn tracking(company: &dyn Company) -> Vec<Finding> {
    let mut tables = BTreeMap::new();
    let mut retention = i64::MAX;
    for stream in Stream::ALL {
        if stream.is_read_from_company() {
            let tracking = match company.tracking(stream, &[]).await {
                Ok(tracking) => tracking,
                Err(error) => {
                    let exception = Exception::from(error);
                    // Where it was reached, it says which grants are missing.
                    let check = if exception.not_reached {
                        TRACKING
                    } else {
                        RIGHTS
                    };
                    return vec![Finding::failed(check, &exception)];
                }
            };
            retention = retention.min(tracking.retention_minutes);
            let found = tracking.tables.into_iter();
            tables.extend(found.map(|table| (table.table, table.min_valid_version)));
        }
    }
    let rights = format!("reads {} tables and sees their changes", tables.len());
    vec![Finding::good(RIGHTS, rights), tracked(&tables, retention)]
}

/// How changes are tracked: from which version on for each table, and for how many minutes.
fn tracked(tables: &BTreeMap<String, Option<i64>>, retention: i64) -> Finding {
    let off: Vec<&str> = tables
        .iter()
        .filter(|(_, tracked_from)| tracked_from.is_none())
        .map(|(table, _)| table.as_str())
        .collect();
    if !off.is_empty() {
        return Finding::fault(
            TRACKING,
            format!(
                "{} Not tracked: {}.",
                Documented::ChangeTrackingOff.text(),
                off.join(", ")
            ),
            "Have change tracking enabled: axcs doctor --enable-tracking prints the script. In an embedded company: axcs company tracking enable TABLE",
        );
    }
    if retention < LEAST_RETENTION {
        return Finding::fault(
            TRACKING,
            format!("changes are kept for {retention} minutes only"),
            "Have the retention of the database's change tracking set to two days or more.",
        );
    }
    Finding::good(
        TRACKING,
        format!("{} tables, kept for {} h", tables.len(), retention / 60),
    )
}

async fn snapshots(company: &dyn Company) -> Vec<Finding> {
    match company.sees_moments().await {
        Ok(None) => Vec::new(),
        Ok(Some(true)) => vec![Finding::good(
            SNAPSHOTS,
            "ALLOW_SNAPSHOT_ISOLATION is on: a page is read from one moment",
        )],
        Ok(Some(false)) => vec![Finding::warning(
            SNAPSHOTS,
            "ALLOW_SNAPSHOT_ISOLATION is off: values of two moments may stand in one page, and come right with the next run",
            "Have the administrator of the database allow it: ALTER DATABASE NAME SET ALLOW_SNAPSHOT_ISOLATION ON",
        )],
        Err(error) => vec![Finding::failed(SNAPSHOTS, &error.into())],
    }
}

/// The ledger: that it answers, and who works.
pub async fn of_ledger(ledger: &dyn Ledger) -> Vec<Finding> {
    timed(LEDGER, async {
        let board = match ledger.board().await {
            Ok(board) => board,
            Err(error) => return vec![Finding::failed(LEDGER, &error.into())],
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
        let mut findings = vec![clock(LEDGER, ledger.place(), board.now), workers];
        if let Some(log) = board.operation_log {
            let text = format!("on until {:.0} in {} ({})", log.until, log.folder, log.by);
            findings.push(Finding::warning(
                "Operation log",
                text,
                "It slows the jobs down. Switch it off when the fault is found: axcs log --off",
            ));
        }
        findings
    })
    .await
}

/// The service: that it is reached with this machine's credentials, its clock, the account.
pub async fn of_service(client: &Client) -> Vec<Finding> {
    timed(SERVICE, async {
        let asked = Timestamp::now();
        let who = match client.whoami().await {
            Ok(who) => who,
            Err(error) => return vec![Finding::failed(SERVICE, &error.into())],
        };
        let user = if who.user.is_empty() {
            "the service's own token".to_owned()
        } else {
            format!("signed in by {}", who.user)
        };
        // The answer was made between the two.
        let middle = asked + Timestamp::now().duration_since(asked) / 2;
        vec![
            Finding::good(
                SERVICE,
                format!("{}, account {}, {user}", client.url(), who.account),
            ),
            may(&who.user, &who.rights),
            difference(CLOCK, "the service", who.server_time, middle),
            account(who.state),
        ]
    })
    .await
}

/// What this machine may do there: what the roles of the user allow who let it in.
fn may(user: &str, rights: &[String]) -> Finding {
    let missing: Vec<&str> = NEEDED_RIGHTS
        .into_iter()
        .filter(|needed| !rights.iter().any(|right| right == needed))
        .collect();
    if missing.is_empty() {
        return Finding::good(SERVICE_RIGHTS, rights.join(", "));
    }
    Finding::fault(
        SERVICE_RIGHTS,
        format!(
            "{user} let this machine in, whose roles lack: {}",
            missing.join(", ")
        ),
        "Have a service administrator sign this machine in: axcs account sign-in",
    )
}

fn account(state: AccountState) -> Finding {
    if state.moves_records() {
        return Finding::good(ACCOUNT, state.name());
    }
    let remedy = match state {
        AccountState::BeingSetUp => Documented::BeingSetUp.remedy(),
        AccountState::SignedUp
        | AccountState::Deactivated
        | AccountState::Disconnected
        | AccountState::NotSignedUp
        | AccountState::Active => "Activate it: axcs account activate",
    };
    Finding::fault(
        ACCOUNT,
        format!("{state}: neither records nor orders move"),
        remedy,
    )
}

/// What was found, unless the clock there is far from this machine's.
fn clock(check: &'static str, found: String, there: Timestamp) -> Finding {
    let difference = there.duration_since(Timestamp::now()).abs();
    if difference <= MOST_CLOCK_DIFFERENCE {
        return Finding::good(check, found);
    }
    apart(check, &found, difference)
}

/// How far the clock of `whose` is from this machine's.
fn difference(check: &'static str, whose: &str, there: Timestamp, here: Timestamp) -> Finding {
    let difference = there.duration_since(here).abs();
    if difference <= MOST_CLOCK_DIFFERENCE {
        let seconds = difference.as_secs_f64();
        return Finding::good(check, format!("{seconds:.1} s from that of {whose}"));
    }
    apart(check, whose, difference)
}

fn apart(check: &'static str, whose: &str, difference: SignedDuration) -> Finding {
    Finding::fault(
        check,
        format!(
            "{whose}: its clock and that of this machine are {} apart",
            words::age(difference)
        ),
        "Have the clocks of both machines set by a time service.",
    )
}
