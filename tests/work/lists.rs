//! What lists and workers read: as much over many records as over few.

use std::path::{Path, PathBuf};
use std::time::Duration;

use axcs::company::browse::Browse as _;
use axcs::company::embedded::{self, Embedded, Existing};
use axcs::ledger::jobs::{Cause, Due, JobRecord};
use axcs::ledger::{Begun, EmbeddedLedger, ExceptionBook as _, JobBook as _, OrderBook as _};
use axcs::model::exception::ExceptionFilter;
use axcs::model::products::{ItemFilter, ItemQuery, Start};
use axcs::model::schedule::{Occurrence, Outcome, Standing};
use axcs::model::staged::{OrderFilter, OrderView};
use axcs::model::{Job, Rule, RunStatus, Selection, Stream};
use jiff::SignedDuration;
use rusqlite::Connection;

use super::count::{Tally, count};
use super::judge::{assert_none, grown};
use super::multiplied::{multiply, multiply_orders};
use super::one_at_a_time;
use super::order_site::Site;

/// Rows that a console lists.
const LISTED: usize = 300;
const ITEMS_OF_A_PAGE: usize = 200;
/// Real orders, of which the many are made.
const REAL: u64 = 4;
/// How many there are for each real one.
const EACH: u64 = 320;
/// And how many of them that nothing is to be done about any more.
const OLD: u64 = 10;

/// A site with real orders, accepted and set aside, and runs.
async fn real() -> Site {
    let site = Site::new().await;
    for number in 0..REAL {
        site.place(&format!("o{number}"), &format!("W-{number}"))
            .await;
        let mut wrong = site.order(&format!("x{number}"), &format!("X-{number}"));
        wrong.lines[0].item.push_str("-OLD");
        site.client.place_order(&wrong).await.unwrap();
    }
    site.orders().await;
    assert_eq!(site.exceptions().await.len() as u64, REAL);
    site
}

/// Copies of a site's ledger with many rows: in the second one are as many more that are old.
async fn many(site: &Site) -> [EmbeddedLedger; 2] {
    let mut ledgers = Vec::new();
    for times in [1, OLD] {
        let path = site
            .dir
            .path()
            .join(format!("of-{times}"))
            .join("ledger.db");
        std::fs::create_dir(path.parent().unwrap()).unwrap();
        let real = Connection::open(site.dir.path().join("ledger.db")).unwrap();
        real.execute("VACUUM INTO ?1", [path.to_str()]).unwrap();
        let mut connection = Connection::open(&path).unwrap();
        let transaction = connection.transaction().unwrap();
        let run = [("id", "NULL"), ("started", "started - N * 60000")];
        multiply_orders(&transaction, "1", "'-'", EACH);
        let key = [
            ("id", "NULL"),
            ("key", "key || '-' || N"),
            ("last", "last - N * 60000"),
        ];
        multiply(&transaction, "exception", "1", EACH, &key);
        multiply(&transaction, "run", "1", EACH, &run);
        if times > 1 {
            multiply_orders(&transaction, "sales_order <> ''", "'+'", times);
            let cleared = [
                ("id", "NULL"),
                ("key", "key || '+' || N"),
                ("state", "'cleared'"),
            ];
            multiply(&transaction, "exception", "1", times, &cleared);
            multiply(&transaction, "run", "1", times, &run);
        }
        transaction.commit().unwrap();
        ledgers.push(EmbeddedLedger::open(&path).await.unwrap());
    }
    ledgers.try_into().unwrap()
}

/// Everything that the tabs of the console ask the ledger for.
async fn lists(ledger: &EmbeddedLedger) -> Vec<(String, Tally)> {
    let mut tallies = Vec::new();
    for view in OrderView::ALL {
        let filter = OrderFilter {
            view,
            limit: LISTED,
            ..OrderFilter::default()
        };
        let (listed, tally) = count(ledger.orders(&filter)).await;
        listed.unwrap();
        tallies.push((format!("the orders listed, {}", view.name()), tally));
    }
    let some = OrderFilter {
        limit: LISTED,
        ..OrderFilter::default()
    };
    let (counts, tally) = count(ledger.order_counts()).await;
    assert!(counts.unwrap().exception > 0);
    tallies.push(("the orders counted".to_owned(), tally));
    let listed = ledger.orders(&some).await.unwrap();
    assert_eq!(listed.len(), LISTED);
    let (one, tally) = count(ledger.order(&listed[0].id)).await;
    assert!(one.unwrap().is_some());
    tallies.push(("an order".to_owned(), tally));
    let filter = ExceptionFilter {
        limit: Some(LISTED),
        ..ExceptionFilter::default()
    };
    let (exceptions, tally) = count(ledger.exceptions(&filter)).await;
    assert_eq!(exceptions.unwrap().len(), LISTED);
    tallies.push(("the exceptions listed".to_owned(), tally));
    let (counted, tally) = count(ledger.exception_count(&filter)).await;
    assert!(counted.unwrap() > 0);
    tallies.push(("the exceptions counted".to_owned(), tally));
    let (again, tally) = count(ledger.retries(Stream::Orders, LISTED)).await;
    assert_eq!(again.unwrap().len(), LISTED);
    tallies.push(("what is to be tried again".to_owned(), tally));
    let (runs, tally) = count(ledger.runs(Some(Job::Complete), LISTED)).await;
    assert!(!runs.unwrap().is_empty());
    tallies.push(("the runs listed".to_owned(), tally));
    tallies
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_reads_as_much_among_many_records_as_among_few() {
    let _turn = one_at_a_time().await;
    let site = real().await;
    let [few, many] = many(&site).await;
    let mut told = Vec::new();
    let smaller = lists(&few).await;
    for ((what, smaller), (_, larger)) in smaller.into_iter().zip(lists(&many).await) {
        told.extend(grown(&what, &smaller, &larger));
    }
    assert_none(&told);
}

/// What a worker does that finds nothing due, and what it does where something is.
async fn turns(ledger: &EmbeddedLedger) -> Vec<(String, Tally)> {
    let turn = async {
        ledger.note_worker("bench/1", true).await.unwrap();
        ledger.board().await.unwrap()
    };
    // The first one notes a new worker.
    turn.await;
    let (board, idle) = count(ledger.board()).await;
    let board = board.unwrap();
    let record = board
        .jobs
        .iter()
        .find(|record| record.job == Job::Orders)
        .unwrap();
    let (fence, start) = count(async {
        let cause = Cause::Occurrence(Box::new(due(record)));
        let lease = Duration::from_secs(60);
        let begun = ledger.begin_run(Job::Orders, &[Job::Orders], "bench/1", lease, false, cause);
        let Begun::Started(fence) = begun.await.unwrap() else {
            panic!("nothing else runs");
        };
        assert!(ledger.beat(fence, lease, None).await.unwrap().is_none());
        fence
    })
    .await;
    let (done, end) = count(async {
        let mut summary = ledger.run(fence.run).await.unwrap().unwrap();
        summary.status = RunStatus::Ended;
        ledger.finish_run(fence, &summary).await
    })
    .await;
    done.unwrap();
    vec![
        ("a worker's turn".to_owned(), idle),
        ("the start of what is due".to_owned(), start),
        ("the end of a run".to_owned(), end),
    ]
}

/// The next occurrence of a job.
fn due(record: &JobRecord) -> Due {
    let next = record.standing.dealt_until + SignedDuration::from_secs(1);
    Due {
        revision: record.revision,
        start: Some(next),
        records: vec![Occurrence {
            due: next,
            outcome: Outcome::Run,
            why: String::new(),
        }],
        standing: Standing {
            dealt_until: next,
            ..record.standing.clone()
        },
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_s_turn_and_a_start_cost_the_same_after_many_runs() {
    let _turn = one_at_a_time().await;
    let site = real().await;
    let [few, many] = many(&site).await;
    let mut told = Vec::new();
    let smaller = turns(&few).await;
    for ((what, smaller), (_, larger)) in smaller.into_iter().zip(turns(&many).await) {
        told.extend(grown(&what, &smaller, &larger));
    }
    assert_none(&told);
}

fn company(folder: &Path, items: u64) -> PathBuf {
    let path = folder.join(format!("{items}.db"));
    embedded::generate(&path, items, 1, Existing::Keep, |_, _| {}).unwrap();
    path
}

/// Pages of products, from either end and in the middle, and which of them are sold.
async fn pages(company: &Embedded) -> Vec<(String, Tally)> {
    let mut tallies = Vec::new();
    let page = |start| ItemQuery {
        filter: ItemFilter::default(),
        start,
        limit: ITEMS_OF_A_PAGE,
        look_at: ITEMS_OF_A_PAGE,
    };
    let first = company.items(&page(Start::First)).await.unwrap();
    let last = first.items.last().unwrap().item.clone();
    let selection = Selection {
        rules: vec![Rule::ItemRange {
            from: "2".to_owned(),
            to: String::new(),
        }],
        ..Selection::default()
    };
    let starts = [
        Start::First,
        Start::Last,
        Start::After(last.clone()),
        Start::At(last),
    ];
    for start in starts {
        let name = format!("the products {start:?}");
        let (page, tally) = count(company.items(&page(start))).await;
        let page = page.unwrap();
        assert_eq!(page.items.len(), ITEMS_OF_A_PAGE, "{name}");
        tallies.push((name, tally));
        let items: Vec<String> = page.items.into_iter().map(|item| item.item).collect();
        let (sold, tally) = count(company.let_through(&selection, &items)).await;
        assert_eq!(sold.unwrap().len(), ITEMS_OF_A_PAGE);
        tallies.push(("which of them are sold".to_owned(), tally));
    }
    tallies
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_of_products_reads_as_much_of_a_large_company_as_of_a_small_one() {
    let _turn = one_at_a_time().await;
    let folder = tempfile::tempdir().unwrap();
    let open = |items| Embedded::open(&company(folder.path(), items), None).unwrap();
    let (small, large) = (open(1_000), open(10_000));
    let mut told = Vec::new();
    let smaller = pages(&small).await;
    for ((what, smaller), (_, larger)) in smaller.into_iter().zip(pages(&large).await) {
        told.extend(grown(&what, &smaller, &larger));
    }
    assert_none(&told);

    // The judge sees what does grow: the counts of the categories read every item.
    let (_, smaller) = count(small.category_tree()).await;
    let (_, larger) = count(large.category_tree()).await;
    let told = grown("the categories with counts", &smaller, &larger);
    assert!(
        told.iter().any(|told| told.contains("company: steps")),
        "{told:?}"
    );
}
