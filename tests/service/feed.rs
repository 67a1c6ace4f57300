//! The feed: its order, its pages, waiting for events, no gaps.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use axcs::commerce::Commerce as _;
use axcs::commerce::wire::{FeedPage, MAX_BODY_BYTES};

use super::shop::{client, order, payment};
use super::support::Served;

const NOW: Duration = Duration::ZERO;

#[tokio::test]
async fn an_order_has_one_event_and_its_newest() {
    let served = Served::start().await;
    let client = client(&served);
    let empty = client.feed(0, 10, NOW).await.unwrap();
    assert_eq!((empty.newest, empty.events.len()), (0, 0));
    for id in ["A", "B", "C"] {
        client.place_order(&order(id)).await.unwrap();
    }
    client.pay_order("A", &payment(5)).await.unwrap();
    let page = client.feed(0, 10, NOW).await.unwrap();
    let told: Vec<_> = page
        .events
        .iter()
        .map(|event| (event.seq, event.order.id.as_str()))
        .collect();
    assert_eq!(told, [(2, "B"), (3, "C"), (4, "A")]);
    assert_eq!((page.newest, page.book), (4, empty.book.clone()));
    assert_eq!(page.events[2].order.payment, Some(payment(5)));
    let page = client.feed(2, 1, NOW).await.unwrap();
    assert_eq!(page.events.len(), 1);
    assert_eq!(page.events[0].seq, 3);
    let beyond = client.feed(99, 10, Duration::from_secs(20)).await.unwrap();
    assert_eq!((beyond.newest, beyond.events.len()), (4, 0));
    let other = Served::start().await;
    let anew = super::shop::client(&other).feed(0, 1, NOW).await.unwrap();
    assert_ne!(anew.book, empty.book);
}

#[tokio::test]
async fn a_page_stays_below_the_size_of_a_body() {
    let served = Served::start().await;
    let client = client(&served);
    for n in 0..12 {
        let mut large = order(&format!("W{n}"));
        large.note = "x".repeat(900_000);
        client.place_order(&large).await.unwrap();
    }
    let (mut after, mut pages, mut events) = (0, 0, 0);
    while events < 12 {
        let told = served
            .get(&format!("/v1/orders/feed?limit=500&after={after}"))
            .await;
        assert!(told.body.len() < MAX_BODY_BYTES + 10_000);
        let page: FeedPage = told.ok();
        pages += 1;
        events += page.events.len();
        after = page.events.last().unwrap().seq;
    }
    assert_eq!((pages, events), (3, 12));
}

#[tokio::test]
async fn waiting_ends_with_the_first_event_and_not_before_its_time() {
    let served = Served::start().await;
    let client = client(&served);
    let began = Instant::now();
    let page = client.feed(0, 10, Duration::from_secs(1)).await.unwrap();
    assert!(page.events.is_empty());
    assert!(began.elapsed() >= Duration::from_secs(1));
    let began = Instant::now();
    let sent = order("A");
    let (waited, placed) = tokio::join!(client.feed(0, 10, Duration::from_secs(25)), async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        client.place_order(&sent).await
    });
    placed.unwrap();
    assert_eq!(waited.unwrap().events[0].order, order("A"));
    assert!(began.elapsed() < Duration::from_secs(10));
}

#[tokio::test]
async fn nobody_who_waits_holds_up_a_stop() {
    let served = Served::start().await;
    let client = client(&served);
    let began = Instant::now();
    let waiting = tokio::spawn(async move { client.feed(0, 10, Duration::from_secs(30)).await });
    tokio::time::sleep(Duration::from_millis(300)).await;
    served.running.stop().await;
    assert!(
        began.elapsed() < Duration::from_secs(8),
        "{:?}",
        began.elapsed()
    );
    assert!(waiting.await.unwrap().unwrap().events.is_empty());
}

#[tokio::test]
async fn who_reads_while_others_place_misses_none() {
    const WRITERS: usize = 6;
    const EACH: usize = 50;
    let served = Served::start().await;
    let client = std::sync::Arc::new(client(&served));
    let writers: Vec<_> = (0..WRITERS)
        .map(|writer| {
            let client = std::sync::Arc::clone(&client);
            tokio::spawn(async move {
                for n in 0..EACH {
                    let id = format!("{writer}-{n}");
                    client.place_order(&order(&id)).await.unwrap();
                    if n % 5 == 0 {
                        client.pay_order(&id, &payment(5)).await.unwrap();
                    }
                }
            })
        })
        .collect();
    let (mut seen, mut paid, mut after) = (HashSet::new(), HashSet::new(), 0);
    let all = (WRITERS * EACH, WRITERS * EACH / 5);
    while (seen.len(), paid.len()) != all {
        let page = client
            .feed(after, 7, Duration::from_secs(20))
            .await
            .unwrap();
        for event in page.events {
            assert!(event.seq > after);
            after = event.seq;
            if event.order.payment.is_some() {
                paid.insert(event.order.id.clone());
            }
            seen.insert(event.order.id);
        }
    }
    for writer in writers {
        writer.await.unwrap();
    }
}

#[tokio::test]
async fn a_query_that_does_not_fit_is_refused() {
    let served = Served::start().await;
    for query in [
        "after=-1",
        "after=x",
        "limit=0",
        "limit=501",
        "wait=31",
        "wait=-1",
        "wait=0.5",
        "colour=red",
    ] {
        let told = served.get(&format!("/v1/orders/feed?{query}")).await;
        assert_eq!(told.problem(400).code, "bad-query", "{query}");
    }
}
