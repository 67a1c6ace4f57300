//! A long operation is cut off, stopped, and one at a time.

use super::*;
use crate::model::Stream;
use crate::service::batch::Batch;
use crate::service::store::Batched;

const ALL: u64 = 1_200;

fn everything() -> Chosen {
    Chosen::Found {
        search: String::new(),
        category: String::new(),
    }
}

/// A store in `path` with 1,200 products, a third of which have no price, and the shop `web`.
async fn stocked(path: &std::path::Path) -> Store {
    let store = Store::open(path).await.unwrap();
    let lines: Vec<String> = (0..ALL)
        .map(|n| {
            format!(
                r#"{{"op":"upsert","id":"I{n:04}","version":1,"value":{{"item":"I{n:04}","product_type":"item","unit":"Pcs","price":"{}","price_unit":"1","net_weight":"1","texts":[{{"language":"en-us","name":"Thing {n}"}}]}}}}"#,
                n % 3
            )
        })
        .collect();
    for (part, some) in lines.chunks(600).enumerate() {
        let batch = Batch::read(Stream::Items, some.join("\n").into_bytes()).unwrap();
        let how = Batched {
            key: part.to_string(),
            fingerprint: 1,
            load: None,
            dry_run: false,
        };
        store.apply(Stream::Items, batch, how).await.unwrap();
    }
    while store.index_some().await.unwrap() {}
    let web = Channel {
        id: "web".to_owned(),
        kind: ChannelKind::OnlineStore,
        name: "Web".to_owned(),
        currency: "USD".to_owned(),
        open: true,
    };
    store.put_store(web).await.unwrap();
    store
}

async fn act(store: &Store, act: Act, chosen: Chosen) -> Acted {
    let web = || "web".to_owned();
    let counted = store.count_chosen(web(), act, chosen.clone()).await;
    let count = counted.unwrap().products;
    let acted = store.act(web(), act, chosen, count, "anna".to_owned());
    acted.await.unwrap()
}

async fn standing(store: &Store) -> Publishing {
    store.publishing("web".to_owned()).await.unwrap().unwrap()
}

#[tokio::test]
async fn a_piece_and_how_far_it_is_are_one_and_one_operation_is_under_way() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("commerce.db");
    let store = stocked(&path).await;
    assert_eq!(act(&store, Act::Publish, everything()).await, Acted::Begun);
    assert_eq!(act(&store, Act::Withdraw, everything()).await, Acted::Busy);
    let one = Chosen::Items(vec!["I0001".to_owned()]);
    assert_eq!(act(&store, Act::Publish, one.clone()).await, Acted::Busy);
    assert!(store.publish_on().await.unwrap());
    assert_eq!(
        (standing(&store).await.done, standing(&store).await.total),
        (500, ALL)
    );
    drop(store);
    let store = Store::open(&path).await.unwrap();
    while store.publish_on().await.unwrap() {}
    let ended = standing(&store).await;
    assert_eq!((ended.done, ended.refused), (ALL, ALL / 3));
    assert!(ended.ended.is_some() && ended.reason.is_empty());
    let counts = store.publication_counts("web".to_owned()).await.unwrap();
    assert_eq!(counts.iter().map(|(_, count)| count).sum::<u64>(), ALL);
    assert!(matches!(
        act(&store, Act::Publish, one).await,
        Acted::Done(_)
    ));
}

#[tokio::test]
async fn what_is_stopped_stays_as_it_is_and_a_catalog_that_is_gone_ends_it() {
    let dir = tempfile::tempdir().unwrap();
    let store = stocked(&dir.path().join("commerce.db")).await;
    let found = Chosen::Found {
        search: "thing".to_owned(),
        category: String::new(),
    };
    assert_eq!(act(&store, Act::Publish, found).await, Acted::Begun);
    assert!(store.publish_on().await.unwrap());
    let stop = || store.stop_publishing("web".to_owned(), "bert".to_owned());
    assert!(stop().await.unwrap() && !stop().await.unwrap());
    assert!(!store.publish_on().await.unwrap());
    let stopped = standing(&store).await;
    assert_eq!(
        (stopped.done, stopped.reason.as_str()),
        (500, "stopped by bert")
    );
    // Only what is there is withdrawn.
    let found = Chosen::Found {
        search: "thing".to_owned(),
        category: String::new(),
    };
    assert_eq!(act(&store, Act::Withdraw, found).await, Acted::Begun);
    assert_eq!(standing(&store).await.total, 500);
    while store.publish_on().await.unwrap() {}
    assert_eq!(standing(&store).await.done, 500);
    let catalog = store.add_catalog("All".to_owned()).await.unwrap();
    let items: Vec<String> = (0..600).map(|n| format!("I{n:04}")).collect();
    let kind = crate::service::store::LineKind::Item;
    store.add_to_catalog(catalog, kind, items).await.unwrap();
    let chosen = Chosen::Catalog(catalog);
    assert_eq!(act(&store, Act::Publish, chosen).await, Acted::Begun);
    assert_eq!(standing(&store).await.total, 600);
    assert!(store.publish_on().await.unwrap());
    store.delete_catalog(catalog).await.unwrap();
    while store.publish_on().await.unwrap() {}
    let ended = standing(&store).await;
    assert_eq!(ended.done, 500);
    assert!(
        ended.reason.contains("there is no catalog"),
        "{}",
        ended.reason
    );
}
