//! Customers, clerks, runs and failures in an order that chance decides. In the end every order has
//! had its effect once, and both ends agree.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use axcs::company::embedded::Embedded;
use axcs::company::embedded::activity::clerk::{self, Orders, Ship};
use axcs::company::sales_orders::{HandOver, HandOverError, HandedOver, SalesOrderService};
use axcs::jobs::RunOptions;
use axcs::model::order::{OrderState, WebOrder};
use axcs::model::random::Random;
use axcs::model::staged::Stage;
use axcs::model::{Job, RunStatus, Stream};

use super::site::Site;

/// An AX that is reached or not, whose answers are lost, and that makes some orders later.
struct Moody {
    inner: Embedded,
    random: Mutex<Random>,
    inbox: Arc<Mutex<Vec<HandOver>>>,
}

#[async_trait]
impl SalesOrderService for Moody {
    async fn create(&self, hand_over: HandOver) -> Result<HandedOver, HandOverError> {
        let mood = self.random.lock().unwrap().below(10);
        match mood {
            0 => Err(HandOverError::NotReached {
                place: "the AOS".to_owned(),
                reason: "nobody listens".to_owned(),
            }),
            1 => {
                self.inner.create(hand_over).await?;
                Err(HandOverError::Unknown {
                    reason: "the answer did not come".to_owned(),
                })
            }
            2 => {
                self.inbox.lock().unwrap().push(hand_over);
                Ok(HandedOver::Accepted)
            }
            _ => self.inner.create(hand_over).await,
        }
    }
}

struct World {
    site: Site,
    random: Random,
    orders: BTreeMap<String, WebOrder>,
    inbox: Arc<Mutex<Vec<HandOver>>>,
    did: Vec<String>,
}

impl World {
    async fn new(seed: u64) -> Self {
        let inbox = Arc::new(Mutex::new(Vec::new()));
        let site = Site::with(|inner| {
            Arc::new(Moody {
                inner,
                random: Mutex::new(Random::new(seed)),
                inbox: Arc::clone(&inbox),
            })
        })
        .await;
        Self {
            site,
            random: Random::new(seed ^ 0x6d6f_6f64),
            orders: BTreeMap::new(),
            inbox,
            did: Vec::new(),
        }
    }

    fn some_order(&mut self) -> Option<WebOrder> {
        let at = self.random.below(self.orders.len().max(1) as u64) as usize;
        self.orders.values().nth(at).cloned()
    }

    fn some_sales_order(&mut self) -> Option<String> {
        let all: Vec<String> = axcs::company::embedded::writer(&self.site.path())
            .unwrap()
            .prepare("SELECT SALESID FROM SALESTABLE WHERE SALESTYPE = 3 AND SALESSTATUS = 1")
            .unwrap()
            .query_map([], |row| row.get(0))
            .unwrap()
            .collect::<Result<_, _>>()
            .unwrap();
        let at = self.random.below(all.len().max(1) as u64) as usize;
        all.into_iter().nth(at)
    }

    async fn work_off(&self) {
        let waiting: Vec<HandOver> = std::mem::take(&mut *self.inbox.lock().unwrap());
        for message in waiting {
            drop(self.site.company.create(message).await);
        }
    }

    /// One step. What the service or AX refuses has not happened.
    async fn step(&mut self) {
        let step = self.random.below(12);
        match step {
            0..=2 => {
                let number = self.orders.len();
                // Now and then a number that another order has, in another case.
                let name = if self.random.once_in(8) {
                    "w-0".to_owned()
                } else {
                    format!("W-{number}")
                };
                let mut order = self.site.order(&format!("O-{number}"), &name);
                if self.random.once_in(5) {
                    order.lines[0].item = "NO-SUCH".into();
                }
                if self.random.once_in(5) {
                    order.payment = None;
                }
                self.site.client.place_order(&order).await.unwrap();
                self.did.push(format!("placed {} {name}", order.id));
                self.orders.insert(order.id.clone(), order);
            }
            3 | 4 => {
                let Some(mut order) = self.some_order() else {
                    return;
                };
                order.lines[0].item = self.site.item().0;
                order.note = format!("change {}", self.did.len());
                let paid = self.site.order(&order.id, &order.number).payment;
                order.payment = order.payment.or(paid);
                if self.random.once_in(6) {
                    order.number = format!("N-{}", self.did.len());
                }
                if self.site.client.correct_order(&order).await.is_ok() {
                    self.did.push(format!("corrected {}", order.id));
                    self.orders.insert(order.id.clone(), order);
                }
            }
            5 => {
                let Some(order) = self.some_order() else {
                    return;
                };
                if self.site.client.cancel_order(&order.id).await.is_ok() {
                    self.did.push(format!("cancelled {}", order.id));
                }
            }
            6 => {
                if let Some(order) = self.some_sales_order() {
                    let partial = self.random.once_in(2);
                    let orders = Orders::Named(vec![order.clone()]);
                    drop(clerk::ship(
                        &self.site.company,
                        &Ship { orders, partial },
                        1,
                    ));
                    self.did.push(format!("shipped {order}"));
                }
            }
            7 => {
                if let Some(order) = self.some_sales_order()
                    && clerk::cancel(&self.site.company, &order).is_ok()
                {
                    self.did.push(format!("canceled {order} in AX"));
                }
            }
            8 => {
                self.work_off().await;
                self.did.push("AX worked off its messages".to_owned());
            }
            _ => {
                let complete = self.random.once_in(6);
                let options = RunOptions {
                    complete,
                    ..RunOptions::default()
                };
                let job = if self.random.once_in(6) {
                    Job::Complete
                } else {
                    Job::Orders
                };
                let runner = &self.site.runner;
                let run = runner.start(job, options).await.unwrap();
                if self.random.once_in(4) {
                    let moment = std::time::Duration::from_millis(self.random.below(20));
                    tokio::time::sleep(moment).await;
                    runner.cancel_here(job);
                }
                let run = runner.finished(run).await.unwrap();
                self.did.push(format!("{job:?} {:?}", run.status));
            }
        }
    }

    /// Everything calms down; then all is as it should be.
    async fn settle(&self) {
        let mut well = 0;
        for _ in 0..200 {
            self.work_off().await;
            let run = self.site.run(Job::Orders).await;
            well = if run.status == RunStatus::Ended {
                well + 1
            } else {
                0
            };
            if well == 3 && self.inbox.lock().unwrap().is_empty() {
                return;
            }
        }
        panic!("no three good runs: {:#?}", self.did);
    }

    async fn check(&self) {
        let did = &self.did;
        let exceptions = self.site.exceptions().await;
        for id in self.orders.keys() {
            let staged = self.site.staged(id).await;
            let open = exceptions
                .iter()
                .find(|entry| entry.key == *id && entry.stream == Some(Stream::Orders));
            let made = |what: &str| {
                self.site.count(&format!(
                    "SELECT count(*) FROM SALESTABLE WHERE CUSTOMERREF = '{id}' AND {what}"
                ))
            };
            let is_in_ax = staged.row.stage == Stage::Accepted;
            assert_eq!(made("1"), i64::from(is_in_ax), "{staged:?}\n{did:#?}");
            assert_eq!(made("SALESTYPE = 0"), 0, "a journal: {did:#?}");
            let at_service = self.site.client.order(id).await.unwrap().unwrap().listed;
            assert_eq!(at_service.sales_order, staged.row.sales_order, "{did:#?}");
            let is_cancelled = at_service.state == OrderState::Cancelled;
            if is_in_ax && is_cancelled && made("SALESSTATUS <> 4") > 0 {
                let code = open.map(|entry| entry.code.as_str());
                assert_eq!(code, Some("cancelled-after-hand-over"), "{did:#?}");
            }
            assert_eq!(
                staged.row.stage == Stage::Exception,
                at_service.state == OrderState::Rejected,
                "{id} {did:#?}"
            );
            assert_ne!(staged.row.stage, Stage::HandedOver, "{did:#?}");
        }
        let others: Vec<_> = exceptions
            .iter()
            .filter(|entry| entry.stream.is_some_and(|stream| stream != Stream::Orders))
            .collect();
        assert!(others.is_empty(), "{others:?}\n{did:#?}");
        self.site.ended(Job::Inventory).await;
        assert_eq!(
            self.site.differences().await,
            Vec::<String>::new(),
            "{did:#?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_happens_in_whatever_order_each_order_has_its_effect_once() {
    let seeds = std::env::var("AXCS_SEEDS").ok();
    let seeds: u64 = seeds.map_or(3, |seeds| seeds.parse().unwrap());
    for seed in 0..seeds {
        let mut world = World::new(seed).await;
        for _ in 0..60 {
            world.step().await;
        }
        world.settle().await;
        world.check().await;
    }
}
