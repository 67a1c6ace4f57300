//! What the company promises about shipments and statuses of sales orders, and what the clerk does.

use std::time::{Duration, Instant};

use axcs::company::embedded::activity::clerk::{self, ClerkError, Orders, Ship};
use axcs::company::embedded::activity::keep_moving;
use axcs::company::{Company, Entry};
use axcs::model::shipment::{SalesStatus, Shipment};
use axcs::model::{Amount, Record, Selection, Stream};
use tokio_util::sync::CancellationToken;

use crate::support::{Sample, amount, create, ids, place, sample, stocked_items, web_order};

fn everything() -> Selection {
    Selection::everything()
}

fn shipment(entry: &Entry) -> &Shipment {
    match entry {
        Entry::Present(Record::Shipment(shipment)) => shipment,
        other => panic!("{other:?}"),
    }
}

async fn status(sample: &Sample, order: &str) -> SalesStatus {
    let ids = [order.to_owned()];
    let everything = everything();
    let read = sample
        .company
        .read_ids(Stream::OrderStatuses, &everything, &ids);
    match read.await.unwrap().remove(0) {
        Entry::Present(Record::OrderStatus(status)) => status.status,
        other => panic!("{other:?}"),
    }
}

fn ship(sample: &Sample, order: &str, partial: bool) -> Vec<String> {
    let ship = Ship {
        orders: Orders::Named(vec![order.to_owned()]),
        partial,
    };
    clerk::ship(&sample.company, &ship, 7).unwrap()
}

/// Posted, deducted, reserved, physical and available quantity of an item in WH08.
fn stock(sample: &Sample, item: &str) -> [Amount; 5] {
    let sql = format!(
        "SELECT json_array(POSTEDQTY, DEDUCTED, RESERVPHYSICAL, PHYSICALINVENT, AVAILPHYSICAL)
           FROM INVENTSUM s JOIN INVENTDIM d USING (DATAAREAID, INVENTDIMID)
          WHERE s.ITEMID = '{item}' AND d.INVENTLOCATIONID = 'WH08'"
    );
    let quantities: Vec<String> = serde_json::from_str(&sample.text(&sql)).unwrap();
    quantities
        .iter()
        .map(|quantity| amount(quantity))
        .collect::<Vec<_>>()
        .try_into()
        .unwrap()
}

#[tokio::test]
async fn a_packing_slip_travels_with_its_lines_and_tracking_numbers() {
    let sample = sample(400);
    let items = stocked_items(&sample, 2);
    let mut order = web_order(1, &[&items[0], &items[1]]);
    order.lines[0].line = 10;
    order.lines[1].line = 20;
    let sales_order = place(&sample.company, order).await;
    let since = sample.version().await;
    let words = ship(&sample, &sales_order, false);
    let changed = sample
        .changes(Stream::Shipments, &everything(), since)
        .await;
    assert_eq!(changed, sample.all(Stream::Shipments, &everything()).await);
    let [entry] = changed.as_slice() else {
        panic!("{changed:?}")
    };
    let shipped = shipment(entry);
    assert_eq!(entry.id(), format!("PS-0000001|{sales_order}"));
    assert_eq!(shipped.customer, "WEB-TEMPLATE");
    assert_eq!(shipped.requisition, "W-000001");
    assert_eq!(shipped.delivery_mode, "GROUND");
    assert_eq!(shipped.carrier, "FEDEX");
    assert!(shipped.shipped.is_some());
    assert!(!shipped.tracking_numbers.is_empty());
    assert!(words[0].contains(&shipped.tracking_numbers[0]), "{words:?}");
    let lines: Vec<_> = shipped
        .lines
        .iter()
        .map(|line| (line.line, line.item.as_str()))
        .collect();
    assert_eq!(lines, [(10, items[0].as_str()), (20, items[1].as_str())]);
    assert!(
        shipped
            .lines
            .iter()
            .all(|line| line.quantity == amount("2"))
    );
    assert_eq!(status(&sample, &sales_order).await, SalesStatus::Delivered);
}

#[tokio::test]
async fn a_partial_delivery_leaves_the_order_open_and_the_rest_closes_it() {
    let sample = sample(400);
    let items = stocked_items(&sample, 3);
    let items: Vec<&str> = items.iter().map(String::as_str).collect();
    for (number, items) in [(1, &items[..]), (2, &items[..1])] {
        let order = place(&sample.company, web_order(number, items)).await;
        ship(&sample, &order, true);
        assert_eq!(status(&sample, &order).await, SalesStatus::OpenOrder);
        ship(&sample, &order, false);
        assert_eq!(status(&sample, &order).await, SalesStatus::Delivered);
        let all = sample.all(Stream::Shipments, &everything()).await;
        let of_order: Vec<&Shipment> = all
            .iter()
            .map(shipment)
            .filter(|shipment| shipment.sales_order == order)
            .collect();
        assert_eq!(of_order.len(), 2);
        for line in 1..=items.len() as u32 {
            let parts = of_order.iter().flat_map(|shipment| &shipment.lines);
            let total = parts
                .filter(|part| part.line == line)
                .fold(Amount::ZERO, |sum, part| {
                    sum.checked_add(part.quantity).unwrap()
                });
            assert_eq!(total, amount("2"), "line {line}");
        }
        assert!(matches!(
            clerk::ship(
                &sample.company,
                &Ship {
                    orders: Orders::Named(vec![order]),
                    partial: false
                },
                1
            ),
            Err(ClerkError::Stands { .. })
        ));
    }
}

#[tokio::test]
async fn tracking_numbers_are_sorted_and_void_ones_left_out() {
    let sample = sample(400);
    let items = stocked_items(&sample, 1);
    let order = place(&sample.company, web_order(1, &[&items[0]])).await;
    ship(&sample, &order, false);
    for (number, void) in [("ZZ", ""), ("AA", ""), ("MM", "Deleted"), ("", "")] {
        sample.run(&format!(
            "INSERT INTO SHIPCARRIERSTAGING (DATAAREAID, PACKINGSLIPID, SALESID, TRACKINGNUMBER, SHIPCARRIERVOIDINDICATOR, RECID)
             VALUES ('usmf', 'PS-0000001', '{order}', '{number}', '{void}', (SELECT max(RECID) + 1 FROM SHIPCARRIERSTAGING))"
        ));
    }
    let numbers = async || {
        let all = sample.all(Stream::Shipments, &everything()).await;
        shipment(&all[0]).tracking_numbers.clone()
    };
    let before = numbers().await;
    assert_eq!(before.len(), 3);
    assert!(before.is_sorted() && !before.contains(&"MM".to_owned()));
    let since = sample.version().await;
    clerk::void(&sample.company, "AA").unwrap();
    let changed = sample
        .changes(Stream::Shipments, &everything(), since)
        .await;
    assert_eq!(shipment(&changed[0]).tracking_numbers, numbers().await);
    assert_eq!(numbers().await.len(), 2);
    assert!(matches!(
        clerk::void(&sample.company, "none"),
        Err(ClerkError::NoTrackingNumber(_))
    ));
}

#[tokio::test]
async fn a_deleted_packing_slip_is_gone() {
    let sample = sample(400);
    let items = stocked_items(&sample, 1);
    let order = place(&sample.company, web_order(1, &[&items[0]])).await;
    ship(&sample, &order, false);
    let id = ids(&sample.all(Stream::Shipments, &everything()).await).remove(0);
    for table in ["CUSTPACKINGSLIPJOUR", "CUSTPACKINGSLIPTRANS"] {
        let since = sample.version().await;
        sample.run(&format!("DELETE FROM {table}"));
        let gone = sample
            .changes(Stream::Shipments, &everything(), since)
            .await;
        assert_eq!(gone, [Entry::Gone { id: id.clone() }], "{table}");
        assert!(
            sample
                .all(Stream::Shipments, &everything())
                .await
                .is_empty()
        );
    }
}

#[tokio::test]
async fn a_slip_for_two_orders_is_a_shipment_of_each() {
    let sample = sample(400);
    let items = stocked_items(&sample, 1);
    let first = place(&sample.company, web_order(1, &[&items[0]])).await;
    let second = place(&sample.company, web_order(2, &[&items[0]])).await;
    ship(&sample, &first, false);
    ship(&sample, &second, false);
    // Collected under the first order, as a summary packing slip is.
    sample.run(&format!(
        "DELETE FROM CUSTPACKINGSLIPJOUR WHERE SALESID = '{second}'"
    ));
    sample.run(&format!(
        "UPDATE CUSTPACKINGSLIPTRANS SET PACKINGSLIPID = 'PS-0000001', SALESID = '{first}'"
    ));
    let all = sample.all(Stream::Shipments, &everything()).await;
    assert_eq!(
        ids(&all),
        [
            format!("PS-0000001|{first}"),
            format!("PS-0000001|{second}")
        ]
    );
    assert_eq!(
        shipment(&all[0]).tracking_numbers,
        shipment(&all[1]).tracking_numbers
    );
    assert_eq!(shipment(&all[1]).requisition, "W-000002");
}

#[tokio::test]
async fn a_fault_in_a_shipment_or_status_names_its_field() {
    let sample = sample(400);
    let items = stocked_items(&sample, 1);
    let order = place(&sample.company, web_order(1, &[&items[0]])).await;
    ship(&sample, &order, false);
    for (stream, expected, sql) in [
        (
            Stream::OrderStatuses,
            "SALESTABLE.SALESSTATUS",
            "UPDATE SALESTABLE SET SALESSTATUS = 7",
        ),
        (
            Stream::Shipments,
            "SALESLINE.LINENUM",
            "UPDATE SALESLINE SET LINENUM = '1.5'",
        ),
        (
            Stream::Shipments,
            "SALESLINE.LINENUM",
            "UPDATE SALESLINE SET LINENUM = '-1'",
        ),
        (
            Stream::Shipments,
            "CUSTPACKINGSLIPTRANS.QTY",
            "UPDATE CUSTPACKINGSLIPTRANS SET QTY = 'two'",
        ),
        (
            Stream::Shipments,
            "CUSTPACKINGSLIPJOUR.DELIVERYDATE",
            "UPDATE CUSTPACKINGSLIPJOUR SET DELIVERYDATE = 'soon'",
        ),
        (
            Stream::Shipments,
            "CUSTPACKINGSLIPTRANS.INVENTTRANSID",
            "DELETE FROM SALESLINE",
        ),
    ] {
        let since = sample.version().await;
        sample.run(sql);
        let changed = sample.changes(stream, &everything(), since).await;
        let [Entry::Unreadable { field, .. }] = changed.as_slice() else {
            panic!("{sql}: {changed:?}")
        };
        assert_eq!(field, expected, "{sql}");
        // Made good again, where it can be.
        for repair in [
            "UPDATE SALESLINE SET LINENUM = '1'",
            "UPDATE CUSTPACKINGSLIPTRANS SET QTY = '2'",
            "UPDATE CUSTPACKINGSLIPJOUR SET DELIVERYDATE = '2026-03-02 00:00:00'",
        ] {
            sample.writer.execute(repair, []).unwrap();
        }
    }
}

#[tokio::test]
async fn journals_and_orders_without_a_requisition_do_not_travel() {
    let sample = sample(400);
    let items = stocked_items(&sample, 1);
    let order = place(&sample.company, web_order(1, &[&items[0]])).await;
    create(&sample.company, web_order(1, &[&items[0]]), "repeat")
        .await
        .unwrap();
    place(&sample.company, web_order(2, &[&items[0]])).await;
    sample.run("UPDATE SALESTABLE SET PURCHORDERFORMNUM = '' WHERE PURCHORDERFORMNUM = 'W-000002'");
    assert_eq!(
        ids(&sample.all(Stream::OrderStatuses, &everything()).await),
        [order]
    );
}

#[tokio::test]
async fn stock_is_reserved_deducted_and_posted_as_the_order_goes_its_way() {
    let sample = sample(400);
    let items = stocked_items(&sample, 1);
    let item = items[0].as_str();
    let before = stock(&sample, item);
    let moved = |by: [&str; 5]| -> [Amount; 5] {
        std::array::from_fn(|at| before[at].checked_add(amount(by[at])).unwrap())
    };
    let since = sample.version().await;
    let order = place(&sample.company, web_order(1, &[item])).await;
    assert_eq!(stock(&sample, item), moved(["0", "0", "2", "0", "-2"]));
    assert_eq!(
        sample
            .changes(Stream::OnHand, &everything(), since)
            .await
            .len(),
        1
    );
    ship(&sample, &order, false);
    assert_eq!(stock(&sample, item), moved(["0", "2", "0", "-2", "-2"]));
    clerk::invoice(&sample.company, &order).unwrap();
    assert_eq!(stock(&sample, item), moved(["-2", "0", "0", "-2", "-2"]));
    assert_eq!(status(&sample, &order).await, SalesStatus::Invoiced);
    assert!(matches!(
        clerk::cancel(&sample.company, &order),
        Err(ClerkError::Stands { .. })
    ));
}

#[tokio::test]
async fn a_canceled_order_gives_its_stock_back_but_not_what_has_left() {
    let sample = sample(400);
    let items = stocked_items(&sample, 2);
    let before = stock(&sample, &items[0]);
    let order = place(&sample.company, web_order(1, &[&items[0]])).await;
    clerk::cancel(&sample.company, &order).unwrap();
    assert_eq!(stock(&sample, &items[0]), before);
    assert_eq!(status(&sample, &order).await, SalesStatus::Canceled);

    let order = place(&sample.company, web_order(2, &[&items[0]])).await;
    ship(&sample, &order, true);
    clerk::cancel(&sample.company, &order).unwrap();
    assert_eq!(status(&sample, &order).await, SalesStatus::Delivered);
    let [_, deducted, reserved, ..] = stock(&sample, &items[0]);
    assert_eq!(
        (deducted.to_string(), reserved),
        ("1".to_owned(), Amount::ZERO)
    );
    assert!(matches!(
        clerk::cancel(&sample.company, "none"),
        Err(ClerkError::NoOrder(_))
    ));
}

#[tokio::test]
async fn the_clerk_does_the_same_with_the_same_seed() {
    let mut words = Vec::new();
    for _ in 0..2 {
        let sample = sample(400);
        let items = stocked_items(&sample, 3);
        let items: Vec<&str> = items.iter().map(String::as_str).collect();
        for number in 1..=5 {
            place(&sample.company, web_order(number, &items)).await;
        }
        let oldest = Ship {
            orders: Orders::Oldest(2),
            partial: true,
        };
        let all = Ship {
            orders: Orders::All,
            partial: false,
        };
        let mut done = clerk::ship(&sample.company, &oldest, 3).unwrap();
        assert_eq!(done.len(), 2);
        done.extend(clerk::ship(&sample.company, &all, 4).unwrap());
        assert_eq!(done.len(), 7);
        assert!(clerk::ship(&sample.company, &all, 5).unwrap().is_empty());
        let listed = clerk::list(&sample.company, 3).unwrap();
        assert_eq!(listed.len(), 3);
        assert_eq!(listed[0].sales_order, "SO-0000005");
        assert_eq!((listed[0].lines, listed[0].packing_slips), (3, 1));
        words.push(done);
    }
    assert_eq!(words[0], words[1]);
}

#[tokio::test]
async fn while_a_company_keeps_moving_its_open_orders_are_shipped_whole_in_the_end() {
    let sample = sample(400);
    let items = stocked_items(&sample, 3);
    let items: Vec<&str> = items.iter().map(String::as_str).collect();
    for number in 1..=8 {
        place(&sample.company, web_order(number, &items)).await;
    }
    let stop = CancellationToken::new();
    let beat = Duration::from_millis(1);
    let moving = keep_moving(sample.company.clone(), None, beat, stop.clone());
    let moving = tokio::spawn(moving);
    let deadline = Instant::now() + Duration::from_secs(30);
    let open = "SELECT CAST(COUNT(*) AS TEXT) FROM SALESTABLE WHERE SALESSTATUS = 1";
    while sample.text(open) != "0" {
        assert!(Instant::now() < deadline, "orders stay open");
        tokio::time::sleep(beat).await;
    }
    stop.cancel();
    moving.await.unwrap();
    let rest = "SELECT CAST(COUNT(*) AS TEXT) FROM SALESLINE WHERE REMAINSALESPHYSICAL <> '0'";
    assert_eq!(sample.text(rest), "0");
    let reserved = "SELECT CAST(COUNT(*) AS TEXT) FROM INVENTTRANS WHERE STATUSISSUE NOT IN (1, 2)";
    assert_eq!(sample.text(reserved), "0");
}
