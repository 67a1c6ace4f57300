//! Orders of an item that AX sells by another unit by now: corrected at their source, many at once, and
//! only as they were looked at.

use axcs::commerce::client::CommerceError;
use axcs::jobs::correction::{self, Correction};
use axcs::model::exception::ExceptionFilter;
use axcs::model::order::OrderState;
use axcs::model::staged::Stage;

use super::site::Site;

/// AX sells the item of every order by the box by now, and these orders are set aside for it.
async fn site_with(orders: &[&str]) -> Site {
    let site = Site::new().await;
    let (item, _) = site.item();
    for order in orders {
        site.place(order, order).await;
    }
    site.sql(&format!(
        "UPDATE INVENTTABLEMODULE SET UNITID = 'box' WHERE ITEMID = '{item}' AND MODULETYPE = 2"
    ));
    site.orders().await;
    assert_eq!(site.exceptions().await.len(), orders.len());
    site
}

async fn all(site: &Site) -> Correction {
    let all = ExceptionFilter::default();
    correction::propose(&site.runner, &all).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn orders_of_an_item_with_another_unit_are_corrected_at_their_source_and_come_to_ax() {
    let site = site_with(&["W-1", "W-2", "W-3"]).await;
    let (item, _) = site.item();
    let mut other = site.order("OTHER", "9");
    other.lines[0].item = "NO-SUCH".into();
    site.client.place_order(&other).await.unwrap();
    site.orders().await;

    let correction = all(&site).await;
    let [change] = &correction.changes[..] else {
        panic!("{correction:?}");
    };
    assert_eq!((&change.item, change.to.as_str()), (&item, "box"));
    assert_eq!((correction.orders.len(), correction.others), (3, 1));
    assert_eq!(site.exceptions().await.len(), 4, "nothing is changed yet");
    let before = site.client.order("W-1").await.unwrap().unwrap().order;

    let corrected = correction::correct(&site.runner, &correction, &correction.orders).await;
    let corrected = corrected.unwrap();
    assert_eq!((corrected.orders.len(), corrected.left.len()), (3, 0));
    let mut expected = before;
    expected.lines[0].unit = "box".to_owned();
    let at_source = site.client.order("W-1").await.unwrap().unwrap();
    assert_eq!(at_source.order, expected, "the unit, and nothing else");
    assert_eq!(at_source.listed.state, OrderState::Placed);

    site.orders().await;
    for order in ["W-1", "W-2", "W-3"] {
        assert_eq!(site.staged(order).await.row.stage, Stage::Accepted);
    }
    assert_eq!(
        site.count("SELECT count(*) FROM SALESLINE WHERE SALESUNIT = 'box'"),
        3
    );
    let open = site.exceptions().await;
    assert_eq!((open.len(), open[0].key.as_str()), (1, "OTHER"));
    assert_eq!(all(&site).await.orders, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_that_was_changed_or_settled_since_the_question_stays_as_it_is() {
    let site = site_with(&["CHANGED", "CANCELLED", "RESOLVED", "SAME"]).await;
    let correction = all(&site).await;
    let seen = site.client.order("CHANGED").await.unwrap().unwrap();
    let mut changed = seen.order;
    changed.note = "Ring twice.".to_owned();
    site.client.correct_order(&changed).await.unwrap();
    site.client.cancel_order("CANCELLED").await.unwrap();
    let resolved = ExceptionFilter {
        keys: Some(vec!["RESOLVED".to_owned()]),
        ..ExceptionFilter::default()
    };
    let ledger = &site.runner.sides().ledger;
    assert_eq!(ledger.resolve(&resolved, "Refunded.").await.unwrap(), 1);

    let corrected = correction::correct(&site.runner, &correction, &correction.orders).await;
    let corrected = corrected.unwrap();
    assert_eq!(corrected.orders, ["SAME"]);
    assert_eq!(corrected.left.len(), 3, "{corrected:?}");
    assert_eq!(corrected.stopped, None);
    for (order, unit) in [("CHANGED", false), ("CANCELLED", false), ("SAME", true)] {
        let now = site.client.order(order).await.unwrap().unwrap();
        assert_eq!(now.order.lines[0].unit == "box", unit, "{order}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_correction_of_what_somebody_has_changed_meanwhile_is_refused_by_the_service() {
    let site = Site::new().await;
    site.place("W-1", "1").await;
    let seen = site.client.order("W-1").await.unwrap().unwrap();
    let commerce = &site.runner.sides().commerce;
    let mut first = seen.order.clone();
    first.note = "Ring twice.".to_owned();
    let mut second = seen.order.clone();
    second.note = "Do not ring.".to_owned();
    let hash = &seen.listed.hash;
    commerce.correct_order_of(&first, hash).await.unwrap();
    // Repeated after a lost answer, it is no change.
    commerce.correct_order_of(&first, hash).await.unwrap();
    let refused = commerce.correct_order_of(&second, hash).await.unwrap_err();
    let CommerceError::Refused { problem, .. } = &refused else {
        panic!("{refused:?}");
    };
    assert_eq!(
        (problem.code.as_str(), problem.status),
        ("edited-meanwhile", 409)
    );
    let refused = commerce.correct_order_of(&second, "nonsense").await;
    let refused = refused.unwrap_err();
    assert_eq!(refused.problem().unwrap().code, "bad-query");
    let now = site.client.order("W-1").await.unwrap().unwrap();
    assert_eq!(now.order, first);
}
