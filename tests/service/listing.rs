//! Listings and single records.

use axcs::commerce::wire::{ListPage, Stored};

use super::support::{Served, delete, upsert};

#[tokio::test]
async fn a_listing_goes_through_every_record_in_the_order_of_bytes() {
    let served = Served::start().await;
    let mut ids: Vec<String> = (0..25).map(|n| format!("M{n}")).collect();
    ids.extend(["a", "B", "ä", "Z Z", "|", "~", "%2F", "日本"].map(str::to_owned));
    let lines: Vec<String> = ids.iter().map(|id| upsert(id, 3, "x")).collect();
    served.upload(&lines).await;
    served.upload(&[delete("M7", 4)]).await;
    ids.retain(|id| id != "M7");
    ids.sort();
    for limit in [1, 4, 32, 33, 10_000] {
        let mut seen = Vec::new();
        let mut after = String::new();
        loop {
            let page: ListPage = served
                .get(&format!("/v1/delivery-modes?limit={limit}{after}"))
                .await
                .ok();
            assert!(page.records.len() <= limit && !page.records.is_empty());
            seen.extend(page.records.into_iter().map(|record| record.id));
            match page.next {
                Some(next) => after = format!("&after={next}"),
                None => break,
            }
        }
        assert_eq!(seen, ids, "limit {limit}");
    }
    let other: ListPage = served.get("/v1/items").await.ok();
    assert_eq!((other.records.len(), other.next), (0, None));
}

#[tokio::test]
async fn a_record_is_given_back_byte_for_byte_and_a_dropped_one_is_not() {
    let served = Served::start().await;
    let value = r#"{ "code":"A",  "description":"ü \u00fc" }"#;
    let line = format!(r#"{{"op":"upsert","id":"A","version":-5,"value":{value}}}"#);
    served.upload(&[line]).await;
    let stored: Stored = served.get("/v1/delivery-modes/record?id=A").await.ok();
    assert_eq!((stored.version, stored.value.get()), (-5, value));
    served.upload(&[delete("A", 1)]).await;
    for id in ["A", "B", "", "%00"] {
        let told = served
            .get(&format!("/v1/delivery-modes/record?id={id}"))
            .await;
        assert_eq!(told.problem(404).code, "no-such-record", "{id:?}");
    }
}
