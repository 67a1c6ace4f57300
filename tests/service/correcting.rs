//! Orders that AX refused: corrected or cancelled at the website.

use axcs::model::order::{OrderEventKind, OrderState, Outcome};
use serde_json::json;

use super::browser::{Browser, signed_up};
use super::settings::activate;
use super::shop::{acknowledgement, client, order_of, payment};
use super::storefront::{feed, stock, upload_line};
use super::support::Served;
use super::users::with_bert;

const PAGE: &str = "/orders/A/correct";

/// The order `A` of `I1` and `I2`, refused by AX.
async fn refused() -> (Served, Browser) {
    let served = Served::start().await;
    let anna = signed_up(&served).await;
    activate(&served).await;
    let mut order = order_of("A", &[2, 3]);
    order.payment = Some(payment(5));
    client(&served).place_order(&order).await.unwrap();
    let seq = feed(&served).await.newest;
    let answer = acknowledgement("A", seq, Outcome::Rejected, "The item I1 is unknown.");
    served.say(&answer, 1).await;
    assert_eq!(served.state("A").await, OrderState::Rejected);
    stock(&served, "L1", "Desk lamp", "12.5", "5").await;
    (served, anna)
}

/// The fields of the page as it shows them, with some of them changed.
async fn fields(browser: &Browser, changed: &[(&str, &str)]) -> Vec<(String, String)> {
    let shown = browser.get(PAGE).await;
    shown.says(200, "AX refused it: The item I1 is unknown.");
    let mut fields: Vec<(String, String)> = [
        "hash",
        "after",
        "number",
        "currency",
        "account",
        "delivery_mode",
        "item-1",
        "variant-1",
        "quantity-1",
        "unit-1",
        "item-2",
        "variant-2",
        "quantity-2",
        "unit-2",
    ]
    .iter()
    .map(|name| {
        let value = shown.value_behind(&format!("name=\"{name}\""), "value");
        ((*name).to_owned(), value)
    })
    .collect();
    for (name, value) in changed {
        let field = fields.iter_mut().find(|(known, _)| known == name);
        (*value).clone_into(&mut field.unwrap().1);
    }
    fields
}

fn borrowed(fields: &[(String, String)]) -> Vec<(&str, &str)> {
    fields
        .iter()
        .map(|(n, v)| (n.as_str(), v.as_str()))
        .collect()
}

#[tokio::test]
async fn an_order_manager_corrects_what_ax_refused() {
    let (served, _) = refused().await;
    let (_, bert) = with_bert(&served, &["order-manager"]).await;
    let shown = bert.get("/orders/A").await;
    shown.says(200, "The item I1 is unknown.");
    assert_eq!(shown.value_behind("<p class=\"actions\">", "href"), PAGE);
    let changes = [
        ("item-1", "L1"),
        ("quantity-1", "4"),
        ("unit-2", "box"),
        ("number", "N-7"),
    ];
    let fields = fields(&bert, &changes).await;
    let done = bert.post(PAGE, &borrowed(&fields)).await;
    assert_eq!(done.to(), "/orders/A");
    bert.get("/orders/A")
        .await
        .says(200, "Order N-7 is corrected.");
    assert_eq!(served.state("A").await, OrderState::Placed);
    let event = feed(&served).await.events.pop().unwrap();
    assert_eq!(event.kind, OrderEventKind::Changed);
    let order = event.order;
    let [one, two] = order.lines.as_slice() else {
        panic!("{order:?}");
    };
    // Another item with its own name, price and unit; the other line at the price of before.
    assert_eq!((one.item.as_str(), one.name.as_str()), ("L1", "Desk lamp"));
    assert_eq!(
        (one.price, one.amount),
        ("12.5".parse().unwrap(), 50.into())
    );
    assert_eq!((two.unit.as_str(), two.amount), ("box", 3.into()));
    assert_eq!(order.total, 53.into());
    assert_eq!(order.payment.unwrap().amount, 53.into());
    // It is done: there is nothing to be corrected any more.
    assert_eq!(bert.get(PAGE).await.to(), "/orders/A");
    assert_eq!(bert.post(PAGE, &borrowed(&fields)).await.to(), "/orders/A");
    assert_eq!(feed(&served).await.newest, event.seq);
}

#[tokio::test]
async fn what_cannot_be_is_said_and_the_order_stays() {
    let (served, anna) = refused().await;
    let variant = json!({
        "item": "V1", "product_type": "item", "unit": "Pcs", "price": "5", "price_unit": "1",
        "net_weight": "0", "dimension_group": "Size",
        "variants": [{"number": "V1-XL", "dimensions": {"size": "XL"}}],
    });
    served
        .upload_to("items/batch", &[upload_line("V1", &variant)])
        .await;
    let newest = feed(&served).await.newest;
    for (change, words) in [
        (
            &[("item-1", "nothing")][..],
            "AX has uploaded no such item.",
        ),
        (&[("item-1", "")], "Fill this in."),
        (&[("quantity-1", "0")], "A quantity is a number above 0."),
        (&[("quantity-1", "many")], "A quantity is a number above 0."),
        (&[("item-1", "V1")], "The item has no such variant."),
        (
            &[("item-1", "L1"), ("variant-1", "/XL")],
            "The item has no such variant.",
        ),
        (&[("currency", "US")], "A currency is three letters"),
        (
            &[("number", "123456789012345678901")],
            "At most 20 characters",
        ),
        (
            &[("hash", "0000000000000000")],
            "The order was changed meanwhile.",
        ),
    ] {
        let fields = fields(&anna, change).await;
        anna.post(PAGE, &borrowed(&fields)).await.says(422, words);
    }
    assert_eq!(feed(&served).await.newest, newest);
    assert_eq!(served.state("A").await, OrderState::Rejected);
    let change = [("item-1", "V1"), ("variant-1", "/XL")];
    let fields = fields(&anna, &change).await;
    anna.post(PAGE, &borrowed(&fields)).await.to();
    let order = served.details("A").await.order;
    assert_eq!(order.lines[0].dimensions.size, "XL");
}

#[tokio::test]
async fn only_who_has_the_right_corrects_or_cancels_a_refused_order() {
    let (served, anna) = refused().await;
    let fields = fields(&anna, &[("number", "N-8")]).await;
    let forged = anna.post_bare(PAGE, &borrowed(&fields)).await;
    forged.says(403, "The form is out of date");
    let (_, bert) = with_bert(&served, &["viewer", "catalog-manager"]).await;
    let shown = bert.get("/orders/A").await;
    assert!(!shown.html.contains("/correct"), "{}", shown.html);
    bert.get(PAGE).await.says(403, "roles");
    bert.post(PAGE, &borrowed(&fields)).await.says(403, "roles");
    let nobody = Browser::at(&served);
    assert!(nobody.get(PAGE).await.to().starts_with("/sign-in"));
    assert_eq!(served.state("A").await, OrderState::Rejected);
    anna.get(PAGE)
        .await
        .says(200, "<a href=\"/orders/A/cancel\">cancel the order</a>");
    anna.get("/orders/A/cancel")
        .await
        .says(200, "This cancels 1 order");
    anna.post("/orders/A/cancel", &[]).await.to();
    assert_eq!(served.state("A").await, OrderState::Cancelled);
}

#[tokio::test]
async fn an_order_of_many_lines_is_corrected_page_by_page() {
    let served = Served::start().await;
    let anna = signed_up(&served).await;
    activate(&served).await;
    let order = order_of("A", &[1; 60]);
    client(&served).place_order(&order).await.unwrap();
    let seq = feed(&served).await.newest;
    let answer = acknowledgement(
        "A",
        seq,
        Outcome::Rejected,
        "The unit of line 55 is unknown.",
    );
    served.say(&answer, 1).await;
    let first = anna.get(PAGE).await;
    assert!(first.html.contains("name=\"unit-50\"") && !first.html.contains("name=\"unit-51\""));
    let next = first.value_behind("aria-label=\"Pages of the list\"", "href");
    let second = anna.get(&next).await;
    assert!(!second.html.contains("name=\"unit-50\""));
    let hash = second.value_behind("name=\"hash\"", "value");
    let mut fields = vec![
        ("hash".to_owned(), hash),
        ("after".to_owned(), "50".to_owned()),
        ("number".to_owned(), "NA".to_owned()),
        ("currency".to_owned(), "USD".to_owned()),
    ];
    for line in 51..=60 {
        let unit = if line == 55 { "box" } else { "Pcs" };
        fields.push((format!("item-{line}"), format!("I{line}")));
        fields.push((format!("quantity-{line}"), "1".to_owned()));
        fields.push((format!("unit-{line}"), unit.to_owned()));
    }
    anna.post(PAGE, &borrowed(&fields)).await.to();
    let corrected = served.details("A").await.order;
    assert_eq!(corrected.lines[54].unit, "box");
    let others = corrected.lines.iter().filter(|line| line.unit == "Pcs");
    assert_eq!(others.count(), 59);
}
