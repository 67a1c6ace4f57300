//! The index falls behind, is killed, and gets there.

use super::*;
use crate::service::batch::Batch;
use crate::service::store::Batched;

async fn upload(store: &Store, key: &str, items: std::ops::Range<usize>) {
    let lines = items.map(|n| {
        format!(
            r#"{{"op":"upsert","id":"I{n:07}","version":1,"value":{{"item":"I{n:07}","product":"P{n}","product_type":"item","price":"1","price_unit":"1","net_weight":"1","categories":["{}"],"texts":[{{"language":"en-us","name":"Thing {} number{n}","description":"Made of {} for people who like things"}}]}}}}"#,
            n % 500,
            ["red", "green", "blue"][n % 3],
            ["steel", "wood", "glass", "paper"][n % 4],
        )
    });
    let lines: Vec<String> = lines.collect();
    let batch = Batch::read(Stream::Items, lines.join("\n").into_bytes()).unwrap();
    let how = Batched {
        key: key.to_owned(),
        fingerprint: 1,
        load: None,
        dry_run: false,
    };
    store.apply(Stream::Items, batch, how).await.unwrap();
}

async fn found(store: &Store, search: &str) -> usize {
    let found = store
        .find_products(search.to_owned(), String::new(), String::new(), 1_000)
        .await;
    found.unwrap().products.len()
}

#[tokio::test]
async fn the_index_goes_on_where_it_was_when_the_service_died() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("commerce.db");
    let store = Store::open(&path).await.unwrap();
    upload(&store, "a", 0..500).await;
    assert_eq!(store.to_be_indexed().await.unwrap(), 500);
    assert_eq!(found(&store, "thing").await, 0);
    assert!(store.index_some().await.unwrap());
    assert_eq!(store.to_be_indexed().await.unwrap(), 450);
    drop(store);
    let store = Store::open(&path).await.unwrap();
    assert_eq!(found(&store, "thing").await, 50);
    while store.index_some().await.unwrap() {}
    assert_eq!(store.to_be_indexed().await.unwrap(), 0);
    assert_eq!(found(&store, "thing").await, 500);
    // What is sent again and is the same gives it nothing to do.
    upload(&store, "b", 0..500).await;
    assert_eq!(store.to_be_indexed().await.unwrap(), 0);
    assert!(!store.index_some().await.unwrap());
}

/// `cargo test --release --lib a_million -- --ignored --nocapture`
#[tokio::test]
#[ignore = "minutes"]
async fn a_million_products_are_searched_at_once() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(&dir.path().join("commerce.db")).await.unwrap();
    let begun = std::time::Instant::now();
    for batch in 0..1_000 {
        upload(
            &store,
            &batch.to_string(),
            batch * 1_000..(batch + 1) * 1_000,
        )
        .await;
    }
    println!("uploaded in {:?}", begun.elapsed());
    let begun = std::time::Instant::now();
    while store.index_some().await.unwrap() {}
    println!("indexed in {:?}", begun.elapsed());
    for (search, after) in [
        ("", ""),
        ("", "I0700000"),
        ("I0999999", ""),
        ("number77", ""),
        ("thing", ""),
        ("thing", "900000"),
        ("th", ""),
        ("red steel", "500000"),
        ("red blue", ""),
    ] {
        let begun = std::time::Instant::now();
        let found = store
            .find_products(search.to_owned(), String::new(), after.to_owned(), 50)
            .await
            .unwrap();
        let took = begun.elapsed();
        println!(
            "{search:?} behind {after:?}: {} in {took:?}",
            found.products.len()
        );
        assert_eq!(found.products.is_empty(), search == "red blue");
        assert!(took < Duration::from_millis(500), "{search} took {took:?}");
    }
}
