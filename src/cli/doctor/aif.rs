//! `axcs doctor --aif`: what a site tries on its own port for sales orders, with what SQL tells.

use serde::{Deserialize, Serialize};

use crate::cli::set_up::{self, Folder, OpenCompany};
use crate::cli::{Refusal, print};
use crate::model::exception::{Exception, chain};
use crate::settings::Settings;

const CHECKLIST: &str = include_str!("../../../config/checklists/aif.toml");

#[derive(Deserialize)]
struct Checklist {
    test: Vec<Test>,
}

/// Something to be tried on a live AX.
#[derive(Deserialize, Serialize)]
struct Test {
    title: String,
    #[serde(rename = "try")]
    attempt: String,
    expect: String,
    #[serde(skip_serializing)]
    sees: Option<Fact>,
    /// What the database says.
    #[serde(skip_deserializing)]
    seen: Option<String>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Fact {
    Queue,
    Duplicates,
    Tables,
}

/// Prints the checklist.
pub async fn print(settings: &Settings, as_json: bool) -> Result<(), Refusal> {
    let list: Checklist = toml::from_str(CHECKLIST).map_err(|error| {
        Exception::new(
            "The checklist cannot be read.",
            chain(&error),
            "Report it: this is a fault of the program.",
        )
    })?;
    let folder = Folder::of(settings)?;
    let company = OpenCompany::open(settings, &folder).await?;
    let ledger = set_up::ledger(settings, &folder).await?;
    let journals = ledger.order_counts().await.map_err(Exception::from)?;
    let ax = match &company {
        OpenCompany::Embedded(_) | OpenCompany::Refused(_) => None,
        OpenCompany::Server(ax) => Some(ax.aif().await.map_err(Exception::from)?),
    };
    let embedded = || "an embedded company has no AIF".to_owned();
    let mut tests = list.test;
    for test in &mut tests {
        test.seen = test.sees.map(|fact| match (fact, &ax) {
            (Fact::Duplicates, _) => format!(
                "{} online orders are Journals, {} repeat a number",
                journals.journal, journals.duplicate
            ),
            (Fact::Queue | Fact::Tables, None) => embedded(),
            (Fact::Queue, Some(ax)) => ax.queue.clone(),
            (Fact::Tables, Some(ax)) => ax.tables.clone(),
        });
    }
    if as_json {
        print::json(&tests);
        return Ok(());
    }
    for (number, test) in tests.iter().enumerate() {
        print::line(format_args!("{:>2}. {}", number + 1, test.title));
        print::line(format_args!("    Try:    {}", test.attempt));
        print::line(format_args!("    Expect: {}", test.expect));
        if let Some(seen) = &test.seen {
            print::line(format_args!("    Now:    {seen}"));
        }
    }
    Ok(())
}
