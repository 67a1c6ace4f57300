//! Two workers on one ledger and one company, and an AX that makes orders later than it said.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use axcs::company::embedded::Embedded;
use axcs::company::sales_orders::{HandOver, HandOverError, HandedOver, SalesOrderService};
use axcs::jobs::{RunOptions, Runner, Sides};
use axcs::model::order::OrderState;
use axcs::model::staged::Stage;
use axcs::model::{Job, RunStatus};
use tokio::sync::Semaphore;

use super::site::{Site, through};

/// A door whose requests are on the line until they are let through. What is on the line goes on,
/// whatever becomes of the worker.
struct Slow {
    inner: Embedded,
    came: Arc<Semaphore>,
    may_go: Arc<Semaphore>,
    done: Arc<Semaphore>,
}

#[async_trait]
impl SalesOrderService for Slow {
    async fn create(&self, hand_over: HandOver) -> Result<HandedOver, HandOverError> {
        let (inner, may_go) = (self.inner.clone(), Arc::clone(&self.may_go));
        let done = Arc::clone(&self.done);
        self.came.add_permits(1);
        let on_the_line = tokio::spawn(async move {
            may_go.acquire().await.unwrap().forget();
            let made = inner.create(hand_over).await;
            done.add_permits(1);
            made
        });
        on_the_line.await.unwrap()
    }
}

async fn one(of: &Semaphore) {
    of.acquire().await.unwrap().forget();
}

/// The first worker stalls while it gives an order to AX, its lease runs out, a second one takes
/// over and gives the order; then the first goes on, or its request does though it is dead.
async fn a_worker_stalls(renews_meanwhile: bool) {
    let (came, may_go, done) = (
        Arc::new(Semaphore::new(0)),
        Arc::new(Semaphore::new(0)),
        Arc::new(Semaphore::new(0)),
    );
    let site = Site::with(|inner| {
        Arc::new(Slow {
            inner,
            came: Arc::clone(&came),
            may_go: Arc::clone(&may_go),
            done: Arc::clone(&done),
        })
    })
    .await;
    for number in 1..=3 {
        let order = site.order(&format!("W-{number}"), &format!("10{number}"));
        site.client.place_order(&order).await.unwrap();
    }
    let stalled = site
        .runner
        .start(Job::Orders, RunOptions::default())
        .await
        .unwrap();
    one(&came).await;
    site.let_leases_run_out();
    let second = site.another_worker().await;
    let run = second
        .start(Job::Orders, RunOptions::default())
        .await
        .unwrap();
    let run = second.finished(run).await.unwrap();
    assert_eq!(run.status, RunStatus::Ended, "{run:?}");
    assert_eq!(site.count("SELECT count(*) FROM SALESTABLE"), 3);

    if renews_meanwhile {
        // It finds out that it lost its lease while the request is still on the line.
        let summary = site.runner.finished(stalled).await.unwrap();
        assert_eq!(summary.status, RunStatus::Error);
    }
    may_go.add_permits(10);
    one(&done).await;
    let summary = site.runner.finished(stalled).await.unwrap();
    assert_eq!(summary.status, RunStatus::Error, "{summary:?}");

    assert_eq!(site.count("SELECT count(*) FROM SALESTABLE"), 3);
    assert_eq!(
        site.count("SELECT count(*) FROM AIFMESSAGELOG"),
        3,
        "the same attempt is the same message"
    );
    site.orders().await;
    for number in 1..=3 {
        let staged = site.staged(&format!("W-{number}")).await;
        assert_eq!(staged.row.stage, Stage::Accepted);
        assert_eq!(staged.row.attempts, 1);
    }
    assert_eq!(site.exceptions().await, []);
    site.ended(Job::Inventory).await;
    assert_eq!(site.differences().await, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_lost_its_lease_inside_a_hand_over_and_goes_on_makes_no_second_order() {
    a_worker_stalls(false).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_of_a_dead_worker_that_reaches_ax_late_makes_no_second_order() {
    a_worker_stalls(true).await;
}

/// An AX that takes messages and makes the orders when it likes.
struct Later {
    inbox: Arc<Mutex<Vec<HandOver>>>,
}

#[async_trait]
impl SalesOrderService for Later {
    async fn create(&self, hand_over: HandOver) -> Result<HandedOver, HandOverError> {
        self.inbox.lock().unwrap().push(hand_over);
        Ok(HandedOver::Accepted)
    }
}

impl Later {
    async fn site() -> (Site, Arc<Mutex<Vec<HandOver>>>) {
        let inbox = Arc::new(Mutex::new(Vec::new()));
        let site = Site::with(|_| {
            Arc::new(Self {
                inbox: Arc::clone(&inbox),
            })
        })
        .await;
        (site, inbox)
    }
}

/// AX works its messages off; a repeated one changes nothing.
async fn work_off(site: &Site, inbox: &Mutex<Vec<HandOver>>) {
    let waiting: Vec<HandOver> = std::mem::take(&mut *inbox.lock().unwrap());
    for message in waiting {
        drop(site.company.create(message).await);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_that_ax_makes_later_is_found_by_the_next_run() {
    let (site, inbox) = Later::site().await;
    site.place("W-1", "1001").await;
    site.orders().await;
    site.orders().await;
    assert_eq!(site.staged("W-1").await.row.stage, Stage::HandedOver);
    work_off(&site, &inbox).await;
    site.orders().await;
    assert_eq!(site.staged("W-1").await.row.stage, Stage::Accepted);
    assert_eq!(site.count("SELECT count(*) FROM SALESTABLE"), 1);
    assert_eq!(site.exceptions().await, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_that_ax_makes_after_it_was_cancelled_and_taken_back_is_seen_all_the_same() {
    let (site, inbox) = Later::site().await;
    site.place("W-1", "1001").await;
    site.orders().await;
    site.client.cancel_order("W-1").await.unwrap();
    site.orders().await;
    site.orders().await;
    assert_eq!(site.staged("W-1").await.row.stage, Stage::Cancelled);
    work_off(&site, &inbox).await;
    site.orders().await;
    site.orders().await;
    let staged = site.staged("W-1").await;
    assert_eq!(staged.row.stage, Stage::Accepted);
    let open = site.exceptions().await;
    assert_eq!(open.len(), 1, "{open:?}");
    assert_eq!(open[0].code, "cancelled-after-hand-over");
    assert!(
        open[0].exception.remedy.contains(&staged.row.sales_order),
        "{open:?}"
    );
    axcs::company::embedded::activity::clerk::cancel(&site.company, &staged.row.sales_order)
        .unwrap();
    site.orders().await;
    assert_eq!(site.exceptions().await, []);
    let at_service = site.client.order("W-1").await.unwrap().unwrap();
    assert_eq!(at_service.listed.state, OrderState::Cancelled);
}

const SHORT: Duration = Duration::from_secs(1);

/// A door before which the whole process stands still once, for longer than its lease.
struct StandsStill {
    inner: Embedded,
    ledger: PathBuf,
    /// For each order, whether the ledger says that the lease has not ended.
    held: Arc<Mutex<Vec<bool>>>,
}

#[async_trait]
impl SalesOrderService for StandsStill {
    async fn create(&self, hand_over: HandOver) -> Result<HandedOver, HandOverError> {
        let ledger = rusqlite::Connection::open(&self.ledger).unwrap();
        let held: bool = ledger
            .query_row(
                "SELECT max(expires) > unixepoch('subsec') * 1000 FROM lease",
                [],
                |row| row.get(0),
            )
            .unwrap();
        let is_first = {
            let mut seen = self.held.lock().unwrap();
            seen.push(held);
            seen.len() == 1
        };
        let made = self.inner.create(hand_over).await;
        if is_first {
            #[expect(clippy::disallowed_methods, reason = "the process stands still")]
            std::thread::sleep(SHORT * 2);
        }
        made
    }
}

// One thread for everything: nobody renews the lease meanwhile.
#[tokio::test]
async fn a_worker_that_stood_still_gives_ax_nothing_before_it_is_sure_of_its_lease() {
    let site = Site::new().await;
    for number in 1..=5 {
        let order = site.order(&format!("S-{number}"), &format!("20{number}"));
        site.client.place_order(&order).await.unwrap();
    }
    let held = Arc::default();
    let sides = site.runner.sides();
    let door = |_: &Sides| -> Arc<dyn SalesOrderService> {
        Arc::new(StandsStill {
            inner: site.company.clone(),
            ledger: site.dir.path().join("ledger.db"),
            held: Arc::clone(&held),
        })
    };
    let sides = Sides {
        lease: SHORT,
        ..through(sides, door)
    };
    let runner = Runner::new(sides, site.runner.place());
    let run = runner.start(Job::Orders, RunOptions::default()).await;
    let summary = runner.finished(run.unwrap()).await.unwrap();
    assert_eq!(summary.status, RunStatus::Ended, "{:?}", summary.exception);
    assert_eq!(*held.lock().unwrap(), [true; 5]);
    assert_eq!(site.count("SELECT count(*) FROM SALESTABLE"), 5);
}
