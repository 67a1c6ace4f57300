//! The five ways in which change tracking loses changes without a word. Each has to be found before
//! a cursor moves, for the streams it touches and no other, and what was lost has to arrive.

#[path = "gaps/between.rs"]
mod between;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use axcs::company::Company as _;
use axcs::company::embedded::{self, Existing, tracking};
use axcs::jobs::{RunOptions, Runner, Sides};
use axcs::ledger::Cursor;
use axcs::model::exception::Documented;
use axcs::model::{Job, RunStatus, RunSummary, Stream};

use self::between::Between;
use super::site::Site;

/// The jobs that read changes; the complete one reads everything anyway.
const JOBS: [Job; 4] = [
    Job::Inventory,
    Job::TradeAgreements,
    Job::Orders,
    Job::DeliveryModes,
];

#[derive(Clone, Copy, Debug)]
enum Gap {
    RetentionPassed,
    Truncated,
    TrackedAnew,
    RestoredAndOvertaken,
    AnotherAtVersionZero,
}

const GAPS: [Gap; 5] = [
    Gap::RetentionPassed,
    Gap::Truncated,
    Gap::TrackedAnew,
    Gap::RestoredAndOvertaken,
    Gap::AnotherAtVersionZero,
];

impl Gap {
    const fn name(self) -> &'static str {
        match self {
            Self::RetentionPassed => "retention passed",
            Self::Truncated => "truncated",
            Self::TrackedAnew => "tracked anew",
            Self::RestoredAndOvertaken => "restored and overtaken",
            Self::AnotherAtVersionZero => "another company at version 0",
        }
    }

    /// The table that has it; none for the whole database.
    const fn table(self) -> Option<&'static str> {
        match self {
            Self::RetentionPassed => Some("INVENTSUM"),
            Self::Truncated => Some("DLVMODE"),
            Self::TrackedAnew => Some("PRICEDISCTABLE"),
            Self::RestoredAndOvertaken | Self::AnotherAtVersionZero => None,
        }
    }

    /// What the run has to name.
    const fn reason(self) -> &'static str {
        match self {
            Self::RetentionPassed => "INVENTSUM keeps changes from version",
            Self::Truncated => "DLVMODE keeps changes from version",
            Self::TrackedAnew => "PRICEDISCTABLE keeps changes from version",
            Self::RestoredAndOvertaken | Self::AnotherAtVersionZero => {
                "the company's database was replaced or restored: its history is not"
            }
        }
    }

    /// Makes it, with changes that whoever does not see it leaves out.
    async fn open(self, site: &Site) -> Result<(), String> {
        let mut file = embedded::writer(&site.path()).unwrap();
        match self {
            Self::RetentionPassed => {
                file.execute("UPDATE INVENTSUM SET AVAILPHYSICAL = '4711'", [])
                    .unwrap();
                tracking::set_retention(&file, 0).unwrap();
                tracking::clean_up(&mut file).unwrap();
                tracking::set_retention(&file, tracking::DEFAULT_RETENTION_MINUTES).unwrap();
            }
            Self::Truncated => {
                let keep = "CREATE TEMP TABLE KEPT AS SELECT * FROM DLVMODE ORDER BY CODE LIMIT 2";
                file.execute(keep, []).unwrap();
                tracking::truncate(&mut file, "DLVMODE").unwrap();
                let back = "INSERT INTO DLVMODE SELECT * FROM KEPT";
                file.execute(back, []).unwrap();
            }
            Self::TrackedAnew => {
                tracking::disable(&mut file, "PRICEDISCTABLE").unwrap();
                file.execute("UPDATE PRICEDISCTABLE SET AMOUNT = '4711'", [])
                    .unwrap();
                untracked_is_not_version_zero(site).await?;
                tracking::enable(&mut file, "PRICEDISCTABLE").unwrap();
            }
            Self::RestoredAndOvertaken => {
                drop(file);
                assert!(site.sql("UPDATE INVENTSUM SET AVAILPHYSICAL = '42'") > 0);
                run_all(site).await?;
                let backup = site.dir.path().join("backup.db");
                copy_file(&site.path(), &backup);
                // Told to the service, then lost with the restore.
                for sql in [
                    "UPDATE INVENTSUM SET AVAILPHYSICAL = '4711'",
                    "UPDATE DLVMODE SET TXT = TXT || ' lost'",
                    "UPDATE PRICEDISCTABLE SET AMOUNT = '4711'",
                    "UPDATE INVENTTABLEMODULE SET PRICE = '4711'",
                ] {
                    assert!(site.sql(sql) > 0);
                }
                let told = run_all(site).await?;
                expect_reloads(&told, &BTreeSet::new(), "")?;
                let cursor = version(site).await;
                put_in_place(&backup, &site.path());
                let restored = version(site).await;
                while version(site).await <= cursor {
                    site.sql("UPDATE ECORESPRODUCTTRANSLATION SET NAME = NAME || '.'");
                }
                let now = version(site).await;
                println!(
                    "gaps | restored to version {restored}, cursors at {cursor}, now at {now}"
                );
            }
            Self::AnotherAtVersionZero => {
                drop(file);
                let other = site.dir.path().join("other.db");
                embedded::generate(&other, 40, 2, Existing::Keep, |_, _| {}).unwrap();
                put_in_place(&other, &site.path());
                let stands = cursors(site).await[&Stream::Items]
                    .as_ref()
                    .unwrap()
                    .version;
                let now = version(site).await;
                if (stands, now) != (0, 0) {
                    return Err(format!("cursor {stands} and version {now} are not both 0"));
                }
            }
        }
        Ok(())
    }
}

/// A table that is not tracked has no min valid version; whoever reads that as 0 takes the cursor
/// 0 for valid.
async fn untracked_is_not_version_zero(site: &Site) -> Result<(), String> {
    let before = cursors(site).await;
    let stands = before[&Stream::TradeAgreements].as_ref().unwrap().version;
    let run = site.run(Job::TradeAgreements).await;
    let text = run.exception.map(|exception| exception.text);
    let refused = text.as_deref() == Some(Documented::ChangeTrackingOff.text());
    if stands != 0 || !refused || cursors(site).await != before {
        return Err(format!(
            "not tracked, cursor at {stands}: {text:?} or a cursor moved"
        ));
    }
    Ok(())
}

/// All five, each with a company of its own.
pub async fn gaps() -> Result<(), String> {
    let mut detected = 0;
    let mut broken = Vec::new();
    for gap in GAPS {
        match detect(gap).await {
            Ok(()) => detected += 1,
            Err(why) => broken.push(format!("{}: {why}", gap.name())),
        }
    }
    println!("gaps | {detected} of {} detected", GAPS.len());
    if let Err(why) = restored_into_a_run().await {
        broken.push(format!("restored to a moment within a run: {why}"));
    }
    if broken.is_empty() {
        Ok(())
    } else {
        Err(broken.join("; "))
    }
}

async fn detect(gap: Gap) -> Result<(), String> {
    let site = Site::new().await;
    // The control: cursors at version 0 are as good as others.
    let none = BTreeSet::new();
    expect_reloads(&run_all(&site).await?, &none, "")?;

    gap.open(&site).await?;
    let touched = touched(&site, gap.table()).await;
    let wrong = site.differences().await.len();
    if wrong == 0 {
        return Err("nothing was lost: the gap proves nothing".to_owned());
    }
    let before = cursors(&site).await;
    let mut foreseen = BTreeMap::new();
    for job in JOBS {
        let dry_run = RunOptions {
            dry_run: true,
            ..RunOptions::default()
        };
        let run = site.runner.start(job, dry_run).await.unwrap();
        foreseen.extend(reloads(&site.runner.finished(run).await.unwrap())?);
    }
    expect_reloads(&foreseen, &touched, gap.reason())?;
    if cursors(&site).await != before {
        return Err("a dry run moved a cursor".to_owned());
    }

    let reloaded = run_all(&site).await?;
    expect_reloads(&reloaded, &touched, gap.reason())?;
    expect_even(&site).await?;

    // Once is enough, and changes are read again as before.
    for change in [
        "UPDATE INVENTSUM SET AVAILPHYSICAL = '12'",
        "UPDATE DLVMODE SET TXT = TXT || '!'",
        "UPDATE PRICEDISCTABLE SET AMOUNT = '12'",
    ] {
        assert!(site.sql(change) > 0);
    }
    expect_reloads(&run_all(&site).await?, &none, "")?;
    expect_even(&site).await?;
    let streams: Vec<&str> = touched.iter().map(|stream| stream.name()).collect();
    println!(
        "gaps | {}: {wrong} streams were wrong; read whole: {}; no other, before and after none",
        gap.name(),
        streams.join(", ")
    );
    Ok(())
}

/// A value is read after the version of the stream: a backup from between the two knows the version
/// and not the value.
async fn restored_into_a_run() -> Result<(), String> {
    let site = Site::new().await;
    let change = |text: &str| {
        let sql = format!("UPDATE DLVMODE SET TXT = '{text}' WHERE CODE = 'GROUND'");
        assert_eq!(site.sql(&sql), 1);
    };
    change("before the run");
    let (path, backup) = (site.path(), site.dir.path().join("backup.db"));
    let (file, copy) = (path.clone(), backup.clone());
    let company = Arc::new(Between::new(
        site.company.clone(),
        Stream::DeliveryModes,
        move || {
            copy_file(&file, &copy);
            let sql = "UPDATE DLVMODE SET TXT = 'within the run' WHERE CODE = 'GROUND'";
            let changed = embedded::writer(&file).unwrap().execute(sql, []);
            assert_eq!(changed, Ok(1));
        },
    ));
    let sides = site.runner.sides();
    let sides = Sides {
        company: Arc::clone(&company) as _,
        sales_orders: Arc::clone(&sides.sales_orders),
        ledger: Arc::clone(&sides.ledger),
        commerce: Arc::clone(&sides.commerce),
        incarnation: sides.incarnation.clone(),
        flow: Arc::clone(&sides.flow),
        ..**sides
    };
    let runner = Runner::new(sides, site.runner.place());
    let run = runner
        .start(Job::DeliveryModes, RunOptions::default())
        .await;
    reloads(&runner.finished(run.unwrap()).await.unwrap())?;
    expect_even(&site).await?;
    let cursor = cursors(&site).await.remove(&Stream::DeliveryModes).unwrap();
    put_in_place(&backup, &path);
    let restored = version(&site).await;
    if !company.is_done() || cursor.unwrap().version != restored {
        return Err(format!(
            "the backup is not from the cursor's version: {restored}"
        ));
    }
    site.sql("UPDATE ECORESPRODUCTTRANSLATION SET NAME = NAME || '.'");
    let whole = run_all(&site).await?;
    let why = whole[&Stream::DeliveryModes].as_deref().unwrap_or_default();
    if !why.contains(Gap::RestoredAndOvertaken.reason()) {
        return Err(format!("{why:?}"));
    }
    expect_even(&site).await?;
    println!("gaps | restored to a moment within a run: detected");
    Ok(())
}

/// Runs every job that reads changes; why each stream was read whole, if it was.
async fn run_all(site: &Site) -> Result<BTreeMap<Stream, Option<String>>, String> {
    let mut all = BTreeMap::new();
    for job in JOBS {
        all.extend(reloads(&site.run(job).await)?);
    }
    Ok(all)
}

fn reloads(run: &RunSummary) -> Result<Vec<(Stream, Option<String>)>, String> {
    if run.status != RunStatus::Ended {
        return Err(format!("{run:?}"));
    }
    let streams = run.streams.iter();
    Ok(streams
        .map(|progress| (progress.stream, progress.reload.clone()))
        .collect())
}

fn expect_reloads(
    found: &BTreeMap<Stream, Option<String>>,
    wanted: &BTreeSet<Stream>,
    reason: &str,
) -> Result<(), String> {
    for (stream, reload) in found {
        let is_right = match reload {
            None => !wanted.contains(stream),
            Some(why) => wanted.contains(stream) && why.contains(reason),
        };
        if !is_right {
            return Err(format!("{stream}: {reload:?}"));
        }
    }
    Ok(())
}

async fn expect_even(site: &Site) -> Result<(), String> {
    let differences = site.differences().await;
    if differences.is_empty() {
        return Ok(());
    }
    Err(format!("{differences:?}"))
}

/// The streams that read the table; all that are read from the company for none.
async fn touched(site: &Site, table: Option<&str>) -> BTreeSet<Stream> {
    let mut touched = BTreeSet::new();
    for stream in Stream::ALL {
        if stream.is_read_from_company() {
            let tables = site.company.tracking(stream, &[]).await.unwrap().tables;
            if table.is_none_or(|wanted| tables.iter().any(|table| table.table == wanted)) {
                touched.insert(stream);
            }
        }
    }
    assert!(!touched.is_empty());
    touched
}

async fn cursors(site: &Site) -> BTreeMap<Stream, Option<Cursor>> {
    let mut cursors = BTreeMap::new();
    for stream in Stream::ALL {
        let position = site.runner.sides().ledger.position(stream).await.unwrap();
        cursors.insert(stream, position.cursor);
    }
    cursors
}

async fn version(site: &Site) -> i64 {
    let tracking = site.company.tracking(Stream::Items, &[]).await.unwrap();
    tracking.current_version
}

/// A copy as an administrator makes it, of a file that nobody writes.
fn copy_file(from: &Path, to: &Path) {
    let file = embedded::writer(from).unwrap();
    let emptied = file.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0));
    assert_eq!(emptied, Ok(0), "somebody has the file open");
    std::fs::copy(from, to).unwrap();
}

/// Puts `file` where `company` is, as whoever restores a backup.
fn put_in_place(file: &Path, company: &Path) {
    for beside in ["db-wal", "db-shm"] {
        drop(std::fs::remove_file(company.with_extension(beside)));
    }
    std::fs::rename(file, company).unwrap();
}
