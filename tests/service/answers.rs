//! What uploads say about orders: acknowledgements, packing slips, sales statuses.

use axcs::commerce::wire::LineStatus::{Created, Deleted, Rejected, Stale, Unchanged, Updated};
use axcs::commerce::wire::{BatchAnswer, Load};
use axcs::model::order::{OrderState, Outcome};
use axcs::model::shipment::SalesStatus;

use super::shop::{acknowledgement, client, line, order, order_of, shipment, status};
use super::support::{Served, Told, delete, statuses};

#[tokio::test]
async fn an_answer_moves_the_order_and_an_old_one_does_not() {
    let served = Served::start().await;
    let client = client(&served);
    client.place_order(&order("A")).await.unwrap();
    served
        .say(&acknowledgement("A", 1, Outcome::Downloaded, ""), 1)
        .await;
    assert_eq!(served.state("A").await, OrderState::Downloaded);
    let rejected = acknowledgement("A", 1, Outcome::Rejected, "Item I1 is unknown.");
    assert_eq!(served.say(&rejected, 2).await.status, Updated);
    let listed = served.details("A").await.listed;
    assert_eq!(listed.state, OrderState::Rejected);
    assert_eq!(listed.reason, "Item I1 is unknown.");
    client.correct_order(&order_of("A", &[2])).await.unwrap();
    let listed = served.details("A").await.listed;
    assert_eq!(
        (listed.state, listed.reason.as_str()),
        (OrderState::Placed, "")
    );
    // The answer to the event before arrives late: stored, and nothing more.
    assert_eq!(served.say(&rejected, 3).await.status, Unchanged);
    assert_eq!(served.state("A").await, OrderState::Placed);
    served
        .say(&acknowledgement("A", 1, Outcome::Accepted, "SO-1"), 4)
        .await;
    let listed = served.details("A").await.listed;
    assert_eq!(
        (listed.state, listed.sales_order.as_str()),
        (OrderState::Accepted, "SO-1")
    );
    client.cancel_order("A").await.unwrap();
    assert_eq!(served.state("A").await, OrderState::Cancelled);
    served
        .say(&acknowledgement("A", 3, Outcome::Accepted, "SO-1"), 5)
        .await;
    assert_eq!(served.state("A").await, OrderState::Cancelled);
}

#[tokio::test]
async fn a_sales_order_belongs_to_one_order_and_the_other_lines_go_on() {
    let served = Served::start().await;
    let client = client(&served);
    for id in ["A", "B"] {
        client.place_order(&order(id)).await.unwrap();
    }
    let accepted =
        |order: &str, sales_order: &str| acknowledgement(order, 1, Outcome::Accepted, sales_order);
    assert_eq!(served.say(&accepted("A", "SO-1"), 1).await.status, Created);
    assert_eq!(
        served.say(&accepted("A", "SO-1"), 2).await.status,
        Unchanged
    );
    let results = served
        .upload_to(
            "acknowledgements/batch",
            &[
                line(&accepted("A", "SO-2"), 3),
                line(&accepted("B", "SO-1"), 3),
                line(&accepted("C", "SO-3"), 3),
                line(&accepted("B", ""), 3),
                line(&accepted("B", "SO-4"), 3),
            ],
        )
        .await;
    assert_eq!(
        statuses(&results),
        [Rejected, Rejected, Rejected, Rejected, Created]
    );
    let codes: Vec<_> = results.iter().filter_map(|r| r.code.as_deref()).collect();
    let conflict = "sales-order-conflict";
    assert_eq!(codes, [conflict, conflict, "no-such-order", "bad-value"]);
    assert_eq!(results[0].field.as_deref(), Some("sales_order"));
    assert_eq!(served.details("A").await.listed.sales_order, "SO-1");
    assert_eq!(served.details("B").await.listed.sales_order, "SO-4");
    // A refused line changes nothing, its version included.
    assert_eq!(
        served.say(&accepted("A", "SO-1"), 2).await.status,
        Unchanged
    );
    assert_eq!(served.say(&accepted("A", "SO-2"), 1).await.status, Stale);
}

#[tokio::test]
async fn packing_slips_add_up() {
    let served = Served::start().await;
    let client = client(&served);
    client.place_order(&order("A")).await.unwrap();
    assert_eq!(
        served
            .is_refused(&shipment("PS-1", "SO-1", &[(1, 1)]), 1)
            .await,
        "no-such-order"
    );
    served
        .say(&acknowledgement("A", 1, Outcome::Accepted, "SO-1"), 1)
        .await;
    assert_eq!(
        served
            .is_refused(&shipment("PS-1", "SO-1", &[(1, 1), (9, 1)]), 1)
            .await,
        "no-such-line"
    );
    assert_eq!(served.state("A").await, OrderState::Accepted);
    let first = shipment("PS-1", "SO-1", &[(1, 1), (1, 1)]);
    assert_eq!(served.say(&first, 1).await.status, Created);
    assert_eq!(served.state("A").await, OrderState::PartiallyShipped);
    let second = shipment("PS-2", "SO-1", &[(2, 2)]);
    served.say(&second, 1).await;
    assert_eq!(served.state("A").await, OrderState::PartiallyShipped);
    served.say(&shipment("PS-2", "SO-1", &[(2, 3)]), 2).await;
    assert_eq!(served.state("A").await, OrderState::Shipped);
    let details = served.details("A").await;
    let slips: Vec<_> = details
        .shipments
        .iter()
        .map(|s| s.packing_slip.as_str())
        .collect();
    assert_eq!(slips, ["PS-1", "PS-2"]);
    for (id, state) in [
        ("PS-1|SO-1", OrderState::PartiallyShipped),
        ("PS-2|SO-1", OrderState::Accepted),
    ] {
        let results = served.upload_to("shipments/batch", &[delete(id, 3)]).await;
        assert_eq!(statuses(&results), [Deleted]);
        assert_eq!(served.state("A").await, state, "{id}");
    }
    assert!(served.details("A").await.shipments.is_empty());
    client.cancel_order("A").await.unwrap();
}

#[tokio::test]
async fn a_sales_status_cancels_and_never_lowers() {
    let served = Served::start().await;
    let client = client(&served);
    client.place_order(&order("A")).await.unwrap();
    assert_eq!(
        served
            .is_refused(&status("SO-1", SalesStatus::Invoiced), 1)
            .await,
        "no-such-order"
    );
    served
        .say(&acknowledgement("A", 1, Outcome::Accepted, "SO-1"), 1)
        .await;
    served
        .say(&shipment("PS-1", "SO-1", &[(1, 2), (2, 3)]), 1)
        .await;
    for (version, status_in_ax, state) in [
        (1, SalesStatus::OpenOrder, OrderState::Shipped),
        (2, SalesStatus::Delivered, OrderState::Shipped),
        (3, SalesStatus::Invoiced, OrderState::Shipped),
        (4, SalesStatus::Canceled, OrderState::Cancelled),
        (5, SalesStatus::OpenOrder, OrderState::Shipped),
        (6, SalesStatus::Canceled, OrderState::Cancelled),
    ] {
        served.say(&status("SO-1", status_in_ax), version).await;
        assert_eq!(served.state("A").await, state, "{version}");
    }
    served
        .upload_to("order-statuses/batch", &[delete("SO-1", 7)])
        .await;
    assert_eq!(served.state("A").await, OrderState::Shipped);
}

#[tokio::test]
async fn a_dry_run_and_a_stale_line_say_nothing() {
    let served = Served::start().await;
    client(&served).place_order(&order("A")).await.unwrap();
    let accepted = acknowledgement("A", 1, Outcome::Accepted, "SO-1");
    let path = "acknowledgements/batch?dry_run=true";
    let results = served.upload_to(path, &[line(&accepted, 1)]).await;
    assert_eq!(statuses(&results), [Created]);
    assert_eq!(served.state("A").await, OrderState::Placed);
    let downloaded = acknowledgement("A", 1, Outcome::Downloaded, "");
    served.say(&downloaded, 5).await;
    assert_eq!(served.say(&accepted, 4).await.status, Stale);
    assert_eq!(served.state("A").await, OrderState::Downloaded);
}

#[tokio::test]
async fn what_a_complete_load_retires_is_unsaid() {
    let served = Served::start().await;
    let client = client(&served);
    for (id, sales_order) in [("A", "SO-1"), ("B", "SO-2")] {
        let seq = client.place_order(&order(id)).await.unwrap().seq;
        served
            .say(&acknowledgement(id, seq, Outcome::Accepted, sales_order), 1)
            .await;
        served
            .say(&shipment("PS-1", sales_order, &[(1, 2), (2, 3)]), 1)
            .await;
        assert_eq!(served.state(id).await, OrderState::Shipped);
    }
    let load: Load = served.post("/v1/shipments/loads").await.ok();
    let batch = format!("shipments/batch?load={}", load.id);
    // Of SO-1 the new value is refused: the record is there in AX, so the old one stays.
    let wrong = shipment("PS-1", "SO-1", &[(9, 1)]);
    let results = served.upload_to(&batch, &[line(&wrong, 2)]).await;
    assert_eq!(statuses(&results), [Rejected]);
    let commit = format!("/v1/shipments/loads/{}/commit", load.id);
    assert_eq!(served.post(&commit).await.ok::<Load>().retired, 1);
    assert_eq!(served.state("A").await, OrderState::Shipped);
    assert_eq!(served.state("B").await, OrderState::Accepted);
    // Without its acknowledgement a sales order once told remains one.
    let load: Load = served.post("/v1/acknowledgements/loads").await.ok();
    let commit = format!("/v1/acknowledgements/loads/{}/commit", load.id);
    served.post(&commit).await.ok::<Load>();
    let listed = served.details("B").await.listed;
    assert_eq!(
        (listed.state, listed.sales_order.as_str()),
        (OrderState::Accepted, "SO-2")
    );
}

#[tokio::test]
async fn a_thousand_packing_slips_of_one_order_are_one_batch() {
    let served = Served::start().await;
    let client = client(&served);
    client
        .place_order(&order_of("A", &vec![1; 1_000]))
        .await
        .unwrap();
    served
        .say(&acknowledgement("A", 1, Outcome::Accepted, "SO-1"), 1)
        .await;
    let lines: Vec<String> = (1..=1_000)
        .map(|n| line(&shipment(&format!("PS-{n}"), "SO-1", &[(n, 1)]), 1))
        .collect();
    let told = Told::of(served.batch("shipments", lines[1..].join("\n"))).await;
    assert_eq!(told.ok::<BatchAnswer>().results.len(), 999);
    assert_eq!(served.state("A").await, OrderState::PartiallyShipped);
    served.upload_to("shipments/batch", &lines[..1]).await;
    assert_eq!(served.state("A").await, OrderState::Shipped);
}
