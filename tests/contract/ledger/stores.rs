//! The promises of the stores.

use std::sync::Arc;
use std::time::Duration;

use axcs::ledger::jobs::Cause;
use axcs::ledger::orders::FeedPosition;
use axcs::ledger::stores::StoreChanges;
use axcs::ledger::{Begun, Fence, Ledger};
use axcs::model::channel::{Channel, ChannelKind, StoreSettings};
use axcs::model::order::{OrderEvent, OrderEventKind, WebOrder};
use axcs::model::{Amount, Job};

use super::{Engine, Place};

/// A new ledger in which a run writes.
pub async fn open(engine: Engine) -> (Place, Arc<dyn Ledger>, Fence) {
    let (place, ledger) = super::open(engine).await;
    let lease = Duration::from_secs(600);
    let begun = ledger
        .begin_run(Job::Complete, &Job::ALL, "a", lease, false, Cause::Operator)
        .await;
    let Begun::Started(fence) = begun.unwrap() else {
        panic!("nobody else holds the lease")
    };
    (place, ledger, fence)
}

fn store(id: &str) -> Channel {
    Channel {
        id: id.into(),
        kind: ChannelKind::OnlineStore,
        name: format!("Store {id}"),
        currency: "EUR".into(),
        open: true,
    }
}

fn settings() -> StoreSettings {
    StoreSettings {
        customer_template: "US-1".into(),
        shipping_charges_code: "FREIGHT".into(),
        sales_origin: "INET".into(),
    }
}

async fn take(ledger: &Arc<dyn Ledger>, fence: Fence, listed: Vec<Channel>) -> StoreChanges {
    ledger.take_stores(fence, listed).await.unwrap()
}

/// An order of a store: all that it takes to refer to it.
pub fn order(store: &str) -> OrderEvent {
    let json = serde_json::json!({
        "id": "o1", "number": "W-1", "store": store, "placed": "2026-11-20T10:00:00Z",
        "currency": "EUR", "customer": {"name": "Ann"}, "total": "0", "lines": [],
        "delivery_address": {"name": "", "street": "", "city": "", "country": ""}
    });
    let order: WebOrder = serde_json::from_value(json).unwrap();
    assert_eq!(order.total, Amount::ZERO);
    OrderEvent {
        seq: 1,
        kind: OrderEventKind::Placed,
        at: order.placed,
        order,
    }
}

pub async fn the_list_of_the_service_is_taken_over_whole(engine: Engine) {
    let (_place, ledger, fence) = open(engine).await;
    let changes = take(&ledger, fence, vec![store("b"), store("a")]).await;
    assert_eq!(changes.new, ["b", "a"]);
    let renamed = Channel {
        name: "Other".into(),
        open: false,
        ..store("a")
    };
    let changes = take(&ledger, fence, vec![renamed.clone(), store("b")]).await;
    assert_eq!(
        changes,
        StoreChanges {
            changed: vec!["a".into()],
            unchanged: 1,
            ..StoreChanges::default()
        }
    );
    let known = ledger.stores().await.unwrap();
    let ids: Vec<&str> = known.iter().map(|store| &*store.channel.id).collect();
    assert_eq!(ids, ["a", "b"], "sorted by id");
    assert_eq!(known[0].channel, renamed);
    assert_eq!(known[0].settings, StoreSettings::default());
}

pub async fn a_store_that_is_gone_stays_while_something_refers_to_it(engine: Engine) {
    let (_place, ledger, fence) = open(engine).await;
    take(
        &ledger,
        fence,
        vec![store("ordered"), store("set"), store("unused")],
    )
    .await;
    assert!(ledger.set_store("set", settings()).await.unwrap());
    let position = FeedPosition {
        book: "b".into(),
        seq: 1,
    };
    ledger
        .stage(fence, vec![order("ordered")], position)
        .await
        .unwrap();

    let changes = take(&ledger, fence, Vec::new()).await;
    assert_eq!(changes.gone, ["ordered", "set"]);
    assert_eq!(changes.forgotten, ["unused"]);
    let known = ledger.stores().await.unwrap();
    assert!(known.iter().all(|store| store.gone_since.is_some()));
    assert_eq!((known[0].orders, known[0].open_orders), (1, 1));
    assert_eq!(
        take(&ledger, fence, Vec::new()).await,
        StoreChanges::default(),
        "nothing changes any more"
    );

    let changes = take(&ledger, fence, vec![store("set")]).await;
    assert_eq!(changes.new, ["set"], "it is back");
    let known = ledger.stores().await.unwrap();
    assert_eq!(known[1].gone_since, None);
    assert_eq!(known[1].settings, settings(), "with its parameters");
}

pub async fn parameters_are_set_of_stores_there_are(engine: Engine) {
    let (_place, ledger, fence) = open(engine).await;
    assert!(!ledger.set_store("nobody", settings()).await.unwrap());
    take(&ledger, fence, vec![store("a")]).await;
    assert!(ledger.set_store("a", settings()).await.unwrap());
    take(&ledger, fence, vec![store("a")]).await;
    assert_eq!(ledger.stores().await.unwrap()[0].settings, settings());
}

promises![
    the_list_of_the_service_is_taken_over_whole,
    a_store_that_is_gone_stays_while_something_refers_to_it,
    parameters_are_set_of_stores_there_are,
];
