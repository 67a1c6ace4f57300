//! Orders of an item that AX sells by another unit by now: corrected at their source, many at once, and
//! only as they were looked at.

use axcs::commerce::client::CommerceError;
use axcs::jobs::correction::{self, Correction};
use axcs::model::Amount;
use axcs::model::exception::ExceptionFilter;
use axcs::model::order::{OrderState, WebOrder};
use axcs::model::staged::Stage;

use super::site::Site;

/// AX sells the item of every order by the box by now, and these orders are set aside for it.
async fn site_with(orders: &[&str]) -> Site {
    let site = Site::new().await;
    for order in orders {
        site.place(order, order).await;
    }
    sells_by(&site, "box").await;
    assert_eq!(site.exceptions().await.len(), orders.len());
    site
}

/// AX sells the item by this unit from now on, and orders of it are set aside. AX knows of no
/// conversion.
async fn sells_by(site: &Site, unit: &str) {
    let (item, _) = site.item();
    site.sql("DELETE FROM UNITOFMEASURECONVERSION");
    site.sql(&format!(
        "UPDATE INVENTTABLEMODULE SET UNITID = '{unit}' WHERE ITEMID = '{item}' AND MODULETYPE = 2"
    ));
    site.orders().await;
}

/// A box of the item holds so many pieces.
fn boxes_of(site: &Site, pieces: u32) {
    let (item, _) = site.item();
    site.sql(&format!(
        "INSERT INTO UNITOFMEASURECONVERSION (PRODUCT, FROMUNITOFMEASURE, TOUNITOFMEASURE, FACTOR, NUMERATOR, DENOMINATOR)
         SELECT i.PRODUCT, f.RECID, t.RECID, '{pieces}', 1, 1 FROM INVENTTABLE i, UNITOFMEASURE f, UNITOFMEASURE t
          WHERE i.ITEMID = '{item}' AND f.SYMBOL = 'box' AND t.SYMBOL = 'ea'"
    ));
}

/// Places an order of another quantity and price, with a discount of one.
async fn place(site: &Site, id: &str, quantity: &str, price: &str) {
    let mut order = site.order(id, id);
    let [quantity, price] = [quantity, price].map(|text| text.parse::<Amount>().unwrap());
    let line = &mut order.lines[0];
    (line.quantity, line.price, line.discount) = (quantity, price, 1.into());
    order.make_total_right();
    site.client.place_order(&order).await.unwrap();
}

async fn at_source(site: &Site, id: &str) -> WebOrder {
    site.client.order(id).await.unwrap().unwrap().order
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
async fn where_ax_knows_what_a_box_holds_customers_get_and_pay_what_they_did() {
    let site = Site::new().await;
    for (id, quantity, price) in [
        ("EVEN", "24", "1.05"),
        ("ALSO", "12", "3"),
        ("HALF", "6", "3"),
    ] {
        place(&site, id, quantity, price).await;
    }
    let mut before = Vec::new();
    for id in ["EVEN", "ALSO", "HALF"] {
        before.push(at_source(&site, id).await);
    }
    sells_by(&site, "box").await;
    boxes_of(&site, 12);
    let correction = all(&site).await;
    let [change] = &correction.changes[..] else {
        panic!("{correction:?}");
    };
    assert_eq!((change.converted.count, change.renamed.count), (2, 1));
    let words = correction.in_words();
    for part in [
        "6 ea at 3.00 do not come out even in box, where 12 ea are 1 box: quantity and price stay, \
         which changes what customers bought.",
        "(2 lines): ",
        "; what customers pay stays.",
    ] {
        assert!(words.contains(part), "{part:?} is not in {words}");
    }
    let corrected = correction::correct(&site.runner, &correction, &correction.orders).await;
    assert_eq!(corrected.unwrap().orders.len(), 3);
    for (mut expected, (quantity, price)) in
        before
            .into_iter()
            .zip([("2", "12.6"), ("1", "36"), ("6", "3")])
    {
        let line = &mut expected.lines[0];
        line.quantity = quantity.parse().unwrap();
        line.price = price.parse().unwrap();
        line.unit = "box".to_owned();
        let now = at_source(&site, &expected.id).await;
        assert_eq!(now, expected, "amounts, total and payment stay");
        let mut checked = now.clone();
        checked.make_total_right();
        assert_eq!(checked, now, "they add up");
    }
    // Repeated, it is no change.
    let again = correction::correct(&site.runner, &correction, &correction.orders).await;
    assert_eq!(again.unwrap().orders.len(), 3);
    assert_eq!(at_source(&site, "EVEN").await.lines[0].quantity, 2.into());
    site.orders().await;
    assert_eq!(site.exceptions().await.len(), 0);
    let lines =
        "SELECT count(*) FROM SALESLINE WHERE SALESUNIT = 'box' AND CAST(SALESQTY AS REAL) = 2
                  AND CAST(SALESPRICE AS REAL) = 12.6 AND CAST(LINEAMOUNT AS REAL) = 24.2";
    assert_eq!(site.count(lines), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_conversion_or_where_only_the_spelling_differs_the_unit_alone_changes() {
    let site = site_with(&["W-1"]).await;
    let unknown = all(&site).await;
    assert_eq!(unknown.changes[0].conversion, None);
    assert!(
        unknown
            .in_words()
            .contains("axcs finds no conversion from ea to box in AX")
    );
    sells_by(&site, "EA").await;
    let spelling = all(&site).await;
    assert!(!spelling.in_words().contains("customers"), "{spelling:?}");
    let corrected = correction::correct(&site.runner, &spelling, &spelling.orders).await;
    assert_eq!(corrected.unwrap().orders, ["W-1"]);
    let mut expected = site.order("W-1", "W-1");
    expected.lines[0].unit = "EA".to_owned();
    assert_eq!(at_source(&site, "W-1").await, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_that_was_changed_or_settled_since_the_question_stays_as_it_is() {
    let site = site_with(&["CHANGED", "CANCELLED", "RESOLVED", "SAME"]).await;
    let correction = all(&site).await;
    let mut changed = at_source(&site, "CHANGED").await;
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
