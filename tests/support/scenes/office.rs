//! The account and the checklists: of a company that sells, of one that begins, and of one in trouble.

use std::sync::Arc;

use axcs::commerce::wire::account::DeviceAuthorization;
use axcs::company::trade::Code;
use axcs::console::app::Msg;
use axcs::console::office::{Errand, Report};
use axcs::jobs::administration::{Choices, NewParameters, Waiting};
use axcs::model::account::{
    Account, AccountState, AccountView, LinkedCompany, Migration, Operation, OperationState,
};
use axcs::model::administration::{AuditEntry, Author, Parameters};
use axcs::model::check::Finding;
use axcs::model::checklist::{Checklist, ChecklistKind, Facts, Mark};
use axcs::model::exception::Documented;
use axcs::model::run::LiveRuns;
use axcs::model::{Exception, Job};

use super::{Look, Stage, ago, now};

pub fn view() -> AccountView {
    AccountView {
        account: Account {
            state: AccountState::Active,
            name: "Contoso Entertainment".to_owned(),
            since: Some(ago(9 * 86_400)),
            by: "ann@contoso.com".to_owned(),
            company: Some(LinkedCompany {
                id: "usmf".to_owned(),
                name: "Contoso Entertainment USA".to_owned(),
                partition: 5_637_144_576,
                release: "AX 2012 R2 (6.2.1000.413)".to_owned(),
            }),
            is_first_release: false,
        },
        user: "ann@contoso.com".to_owned(),
        rights: ["read", "upload", "orders", "account"]
            .map(str::to_owned)
            .to_vec(),
        signed_in: Some(ago(3 * 86_400)),
        kept_at: "the Secret Service of this session".to_owned(),
        website: "http://127.0.0.1:8620".to_owned(),
    }
}

pub fn findings() -> Vec<Finding> {
    vec![
        Finding::good(
            "Company",
            "usmf Contoso Entertainment USA, AX 2012 R2, AOSDB/AXPROD",
        ),
        Finding::good("Rights", "reads 34 tables and sees their changes"),
        Finding::good("Change tracking", "34 tables, kept for 72 h"),
        Finding::warning(
            "Snapshots",
            "ALLOW_SNAPSHOT_ISOLATION is off: values of two moments may stand in one page, and come right with the next run",
            "Have the administrator of the database allow it: ALTER DATABASE NAME SET ALLOW_SNAPSHOT_ISOLATION ON",
        ),
        Finding::good(
            "Service",
            "http://127.0.0.1:8620, account Contoso Entertainment, signed in by ann@contoso.com",
        ),
        Finding::good("Clock", "0.2 s from that of the service"),
    ]
}

pub fn waiting() -> Waiting {
    let codes = DeviceAuthorization {
        device_code: "secret".to_owned(),
        user_code: "WDJB-MJHT".to_owned(),
        verification_uri: "http://127.0.0.1:8620/device".to_owned(),
        verification_uri_complete: "http://127.0.0.1:8620/device?code=WDJB-MJHT".to_owned(),
        expires_in: 600,
        interval: 5,
    };
    Waiting::new(codes, now())
}

pub fn parameters() -> Parameters {
    Parameters {
        category_hierarchy: "Retail".to_owned(),
        shipping_charges_code: String::new(),
    }
}

pub fn choices() -> Choices {
    let code = |code: &str| Code {
        code: code.to_owned(),
        text: String::new(),
    };
    Choices {
        category_hierarchies: ["Procurement", "Retail", "Sales"]
            .map(str::to_owned)
            .to_vec(),
        charges_codes: vec![code("FREIGHT"), code("HANDLING")],
    }
}

/// What the system says of a company that is nearly set up.
pub fn facts() -> Facts {
    Facts {
        now: now(),
        company: "usmf".to_owned(),
        account: Ok(view().account),
        parameters: parameters(),
        stores: 2,
        has_selection: true,
        unscheduled: vec![Job::TradeAgreements],
        operation_log: None,
        account_migration: None,
        data_migration: None,
        marks: vec![Mark {
            item: "users".to_owned(),
            at: ago(8 * 86_400),
            by: "ann".to_owned(),
            operation: String::new(),
        }],
    }
}

/// What it says of a company that begins.
fn new_facts() -> Facts {
    Facts {
        account: Ok(not_signed_up_view().account),
        parameters: Parameters::default(),
        stores: 0,
        has_selection: false,
        unscheduled: vec![Job::Inventory, Job::TradeAgreements, Job::Orders],
        marks: Vec::new(),
        ..facts()
    }
}

fn not_signed_up_view() -> AccountView {
    AccountView {
        account: Account {
            state: AccountState::NotSignedUp,
            name: String::new(),
            since: None,
            by: String::new(),
            company: None,
            is_first_release: false,
        },
        user: String::new(),
        signed_in: None,
        ..view()
    }
}

fn told(report: Report) -> Msg {
    Msg::Office(Box::new(report))
}

fn lists(facts: &Facts) -> Msg {
    let lists = ChecklistKind::ALL.map(|kind| Checklist::read(kind).unwrap().evaluate(facts));
    told(Report::Checklists(Ok(lists)))
}

/// That the account is active.
pub fn told_account() -> Msg {
    told(Report::Account(Ok(view())))
}

/// Who changed what, newest first.
pub fn audit() -> Vec<AuditEntry> {
    let changes = [
        (
            "ann",
            "job",
            "trade-agreements: Waiting to Withhold, month end",
        ),
        (
            "bob",
            "exception",
            "2 closed (shop-W-100786 of orders): Test orders.",
        ),
        (
            "ann",
            "selection",
            "item D000017 sold by hand: revision 6 to 7",
        ),
        (
            "dana",
            "parameters",
            "shipping charge code: none to FREIGHT",
        ),
        (
            "ann",
            "sign-in",
            "this machine signed in by ann@contoso.com",
        ),
    ];
    let entries = changes.into_iter().enumerate();
    let entry = |(age, (user, subject, text)): (usize, (&str, &str, &str))| AuditEntry {
        id: 40 - age as i64,
        at: ago(600 + 4_000 * age as i64),
        author: Author {
            user: user.to_owned(),
            place: "console, axprod1".to_owned(),
        },
        subject: subject.to_owned(),
        text: text.to_owned(),
    };
    entries.map(entry).collect()
}

/// What the administration of the scenes answers.
pub fn answer(errand: &Errand) -> Option<Msg> {
    Some(told(match errand {
        Errand::LoadAccount => Report::Account(Ok(view())),
        Errand::Check => Report::Checked(findings()),
        Errand::Step(step) => Report::Stepped(*step, Ok("It is done.".to_owned())),
        Errand::SignIn => Report::Code(Ok(Arc::new(waiting()))),
        // Nobody has entered the code yet.
        Errand::Wait(_) => return None,
        Errand::LoadChecklists => return Some(lists(&facts())),
        Errand::Tick(_, item, _) => Report::Changed(Ok(format!("{item} is ticked."))),
        Errand::Migrate(_) => Report::Changed(Ok("The service migrates.".to_owned())),
        Errand::LoadParameters => Report::Parameters(Ok((parameters(), choices()))),
        Errand::SetParameters(new) => Report::Taken(set(new)),
        Errand::LoadAudit => Report::Audit(Ok(audit())),
        Errand::SetLog(_) => Report::Taken(Ok("The operation log is on.".to_owned())),
    }))
}

fn set(new: &NewParameters) -> Result<String, Exception> {
    let set = choices().choose(&parameters(), new.clone());
    set.map(|_| "The parameters are set.".to_owned())
}

pub fn account(size: (u16, u16), look: Look) -> Stage {
    let mut stage = Stage::new(size, look).answering();
    stage.press("1");
    stage
}

pub fn not_signed_up(size: (u16, u16), look: Look) -> Stage {
    let mut stage = Stage::new(size, look);
    stage.press("1");
    stage.send(told(Report::Account(Ok(not_signed_up_view()))));
    stage.send(told(Report::Checked(findings())));
    stage
}

pub fn faults(size: (u16, u16), look: Look) -> Stage {
    let mut stage = Stage::new(size, look);
    stage.press("1");
    let mut view = view();
    view.account.state = AccountState::Deactivated;
    stage.send(told(Report::Account(Ok(view))));
    let found = format!(
        "{} Not tracked: INVENTSUM.",
        Documented::ChangeTrackingOff.text()
    );
    let late = Exception::new(
        "There was no answer within 15 s.",
        "",
        "Check what is in its way.",
    );
    stage.send(told(Report::Checked(vec![
        Finding::good(
            "Company",
            "usmf Contoso Entertainment USA, AX 2012 R2, AOSDB/AXPROD",
        ),
        Finding::fault(
            "Change tracking",
            found,
            "Have change tracking enabled: axcs doctor --enable-tracking prints the script.",
        ),
        Finding::failed("Service", &late.not_reached()),
    ])));
    stage.press("D");
    stage.press("esc a y");
    stage
}

pub fn unreached(size: (u16, u16), look: Look) -> Stage {
    let mut stage = Stage::new(size, look);
    stage.press("1");
    let network = Documented::NetworkError
        .because("GET http://127.0.0.1:8620/v1/account was not sent: connection refused");
    stage.send(told(Report::Account(Err(network.clone()))));
    let finding = Finding::failed("Service", &network);
    stage.send(told(Report::Checked(vec![finding])));
    stage
}

pub fn checklists(size: (u16, u16), look: Look) -> Stage {
    let mut stage = Stage::new(size, look).answering();
    stage.press("2 down down");
    stage
}

pub fn new_checklists(size: (u16, u16), look: Look) -> Stage {
    let mut stage = Stage::new(size, look);
    stage.press("2").send(lists(&new_facts()));
    stage
}

pub fn migrating(size: (u16, u16), look: Look) -> Stage {
    let mut stage = Stage::new(size, look);
    let mut facts = facts();
    let operation = |migration, state, done| Operation {
        id: "op".to_owned(),
        migration,
        state,
        step: "products".to_owned(),
        done,
        total: 12_000,
        started: ago(40),
        ended: None,
        reason: String::new(),
    };
    if let Ok(account) = &mut facts.account {
        account.is_first_release = true;
    }
    let done = OperationState::Done;
    facts.account_migration = Some(operation(Migration::Account, done, 12_000));
    let running = OperationState::Running;
    facts.data_migration = Some(operation(Migration::Data, running, 4_720));
    stage.press("2").send(lists(&facts)).press("G");
    stage
}

/// The console while requests are written down.
pub fn logging(size: (u16, u16), look: Look) -> Stage {
    let mut stage = Stage::new(size, look);
    stage.send(Msg::Live(Box::new(LiveRuns {
        workers: 2,
        logs_until: Some(ago(-7_200)),
        ..LiveRuns::default()
    })));
    stage
}
