//! Publishing, the storefront and the pages of orders: from a product of AX to its packing slip.

use axcs::commerce::client::Client;
use axcs::commerce::wire::FeedPage;
use axcs::commerce::wire::publication::{Publication, PublicationPage, PublicationState};
use axcs::model::channel::{Channel, ChannelKind};
use axcs::model::order::{OrderState, Outcome};
use reqwest::Method;
use serde_json::{Value, json};

use super::browser::{Browser, Shown, signed_up};
use super::catalog::settled;
use super::images::{PNG, send_image};
use super::settings::{activate, add_provider};
use super::shop::{acknowledgement, shipment, store};
use super::support::{Served, Told};
use super::users::with_bert;

const SCRIPT: &str = "<script>alert(1)</script>";

pub fn upload_line(id: &str, value: &Value) -> String {
    json!({"op": "upsert", "id": id, "version": 1, "value": value}).to_string()
}

/// A product; its price and how many are on hand.
pub async fn stock(served: &Served, item: &str, name: &str, price: &str, on_hand: &str) {
    let value = json!({
        "item": item, "product_type": "item", "unit": "Pcs", "price": price, "price_unit": "1",
        "net_weight": "0", "categories": ["10"],
        "texts": [{"language": "en-us", "name": name, "description": "It shines."}],
    });
    served
        .upload_to("items/batch", &[upload_line(item, &value)])
        .await;
    let value = json!({"item": item, "site": "1", "warehouse": "11", "available": on_hand});
    let id = format!("{item}|||||1|11");
    served
        .upload_to("on-hand/batch", &[upload_line(&id, &value)])
        .await;
}

/// A service with the store `web`, departments and products; nothing is published.
pub async fn with_products() -> (Served, Browser) {
    let served = Served::start().await;
    let anna = signed_up(&served).await;
    activate(&served).await;
    put_store(&served, &store("web")).await;
    let root = json!({"id": "1", "hierarchy": "Web", "name": "Web", "active": true});
    let lamps =
        json!({"id": "10", "hierarchy": "Web", "name": "Lamps", "parent": "1", "active": true});
    let lines = [upload_line("1", &root), upload_line("10", &lamps)];
    served.upload_to("categories/batch", &lines).await;
    anna.get("/departments").await;
    anna.post("/departments/from-ax", &[]).await.to();
    stock(&served, "L1", "Desk lamp", "12.5", "5").await;
    stock(&served, "L2", "Floor lamp", "0", "5").await;
    stock(&served, "L3", "Wall lamp", "20", "0").await;
    settled(&anna).await;
    (served, anna)
}

pub async fn put_store(served: &Served, channel: &Channel) {
    let request = served
        .request(Method::PUT, &format!("/v1/stores/{}", channel.id))
        .body(serde_json::to_string(channel).unwrap());
    assert_eq!(Told::of(request).await.status, 201);
}

/// Asks for an act on products, agrees to what is told, and goes on to the page behind.
pub async fn act(browser: &Browser, channel: &str, act: &str, items: &[&str]) -> Shown {
    let path = format!("/publications/{channel}");
    browser.get(&path).await;
    browser.get(&format!("{path}/choose")).await;
    let what = match (act, items.is_empty()) {
        ("publish", true) => "publish-all",
        ("publish", false) => "publish-these",
        ("withdraw", true) => "withdraw-all",
        _ => "withdraw-these",
    };
    let count = browser
        .post(&format!("{path}/ask"), &fields_of(what, items, None))
        .await
        .value_behind("name=\"counted\"", "value");
    let fields = fields_of(what, items, Some(&count));
    let done = browser.post(&format!("{path}/act"), &fields).await;
    browser.get(done.to()).await
}

pub fn fields_of<'a>(
    what: &'a str,
    items: &[&'a str],
    counted: Option<&'a str>,
) -> Vec<(&'a str, &'a str)> {
    let mut fields = vec![("do", what)];
    fields.extend(items.iter().map(|item| ("item", *item)));
    fields.extend(counted.map(|counted| ("counted", counted)));
    fields
}

/// The order form for `item`, as a shopper opens it: its secret.
async fn open_form(shopper: &Browser, item: &str) -> String {
    let shown = shopper.get(&format!("/shop/web/order?item={item}")).await;
    shown.says(200, "Quantity");
    shown.value_behind("name=\"secret\"", "value")
}

fn order_fields<'a>(secret: &'a str, item: &'a str, quantity: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("secret", secret),
        ("item", item),
        ("quantity", quantity),
        ("name", "Noa Levi"),
        ("email", "noa@example.com"),
        ("street", "12 Elm Street\r\nApt 4"),
        ("zip_code", "98052"),
        ("city", "Redmond"),
        ("state", "WA"),
        ("country", "USA"),
    ]
}

/// Orders, and returns the path of the page that tells of the order.
async fn order(shopper: &Browser, item: &str, quantity: &str) -> String {
    let secret = open_form(shopper, item).await;
    let fields = order_fields(&secret, item, quantity);
    let shown = shopper.post("/shop/web/order", &fields).await;
    shown.to().to_owned()
}

pub async fn feed(served: &Served) -> FeedPage {
    served.get("/v1/orders/feed").await.ok()
}

#[tokio::test]
async fn an_order_of_the_storefront_is_in_the_book_and_comes_down_by_the_feed() {
    let (served, anna) = with_products().await;
    let provider = add_provider(&anna, "Litware Pay").await;
    let provider = provider.rsplit('/').next().unwrap();
    anna.get("/settings/payment").await;
    anna.post("/settings/payment", &[("VISA", provider)])
        .await
        .to();
    act(&anna, "web", "publish", &["L1"])
        .await
        .says(200, "1 products are published.");
    let shopper = Browser::at(&served);
    let list = shopper.get("/shop/web").await;
    list.says(200, "Desk lamp");
    list.says(200, "12.5 USD");
    assert!(!list.html.contains("Floor lamp") && !list.html.contains("Account"));
    shopper
        .get("/shop/web?search=des")
        .await
        .says(200, "Desk lamp");
    shopper
        .get("/shop/web?search=sofa")
        .await
        .says(200, "Nothing on offer has these words.");
    shopper
        .get("/shop/web/product?item=L1")
        .await
        .says(200, "It shines.");
    let secret = open_form(&shopper, "L1").await;
    let mut fields = order_fields(&secret, "L1", "2");
    let missing = shopper.post("/shop/web/order", &fields).await;
    missing.says(422, "Fill this in.");
    missing.says(422, "Noa Levi");
    fields.push(("payment", "VISA"));
    let placed = shopper.post("/shop/web/order", &fields).await;
    let shown = shopper.get(placed.to()).await;
    shown.says(200, "Thank you.");
    let feed = feed(&served).await;
    assert_eq!(feed.events.len(), 1);
    let order = &feed.events[0].order;
    shown.says(200, &order.number);
    assert_eq!(order.store, "web");
    assert_eq!(order.total, 25.into());
    assert_eq!(order.lines[0].unit, "Pcs");
    assert_eq!(order.delivery_address.street, "12 Elm Street\nApt 4");
    let payment = order.payment.as_ref().unwrap();
    assert_eq!(payment.provider, "Litware Pay");
    assert_eq!(payment.authorization, format!("TEST-{}", order.number));
    assert_eq!(payment.amount, order.total);
    // What a program would have sent is stored the same.
    let json = serde_json::to_string(order).unwrap();
    let again = Told::of(served.request(Method::POST, "/v1/orders").body(json)).await;
    assert_eq!(again.status, 200);
    anna.get("/orders").await.says(200, &order.number);
}

#[tokio::test]
async fn what_is_not_published_has_no_price_or_no_stock_cannot_be_ordered() {
    let (served, anna) = with_products().await;
    let shopper = Browser::at(&served);
    shopper
        .get("/shop/web")
        .await
        .says(200, "Nothing is on offer for now.");
    for item in ["L1", "L2", "L3", "L4"] {
        for page in ["product", "order"] {
            let path = format!("/shop/web/{page}?item={item}");
            shopper.get(&path).await.says(404, "sold out");
        }
    }
    let shown = act(&anna, "web", "publish", &[]).await;
    shown.says(200, "2 products are published, 1 are refused.");
    shown.says(200, "missing: sales price in AX");
    for item in ["L2", "L3"] {
        let path = format!("/shop/web/product?item={item}");
        shopper.get(&path).await.says(404, "sold out");
    }
    // Of the five on hand, three are in an order that AX has not taken.
    order(&shopper, "L1", "3").await;
    let secret = open_form(&shopper, "L1").await;
    let fields = order_fields(&secret, "L1", "3");
    let refused = shopper.post("/shop/web/order", &fields).await;
    refused.says(422, "There are only 2 of it.");
    for quantity in ["0", "-1", "1.5", "1000", "x"] {
        let fields = order_fields(&secret, "L1", quantity);
        let refused = shopper.post("/shop/web/order", &fields).await;
        assert_eq!(refused.status.as_u16(), 422, "{quantity}");
    }
    act(&anna, "web", "withdraw", &["L1"])
        .await
        .says(200, "1 products are withdrawn.");
    let fields = order_fields(&secret, "L1", "1");
    let refused = shopper.post("/shop/web/order", &fields).await;
    refused.says(404, "sold out");
    assert_eq!(feed(&served).await.events.len(), 1);
}

#[tokio::test]
async fn a_form_sent_twice_makes_one_order() {
    let (served, anna) = with_products().await;
    act(&anna, "web", "publish", &["L1"]).await;
    let shopper = Browser::at(&served);
    let secret = open_form(&shopper, "L1").await;
    let first = order_fields(&secret, "L1", "5");
    let second = order_fields(&secret, "L1", "4");
    let (one, other) = tokio::join!(
        shopper.post("/shop/web/order", &first),
        shopper.post("/shop/web/order", &first)
    );
    assert_eq!(one.to(), other.to());
    // Everything is sold now, and still the form leads to its order.
    let later = shopper.post("/shop/web/order", &second).await;
    assert_eq!(later.to(), one.to());
    let events = feed(&served).await.events;
    assert_eq!(events.len(), 1);
    assert_eq!(events[0].order.lines[0].quantity, 5.into());
}

#[tokio::test]
async fn hostile_text_is_text_on_every_page() {
    let (served, anna) = with_products().await;
    let item = "L1\"><img src=x>";
    stock(&served, item, SCRIPT, "5", "5").await;
    act(&anna, "web", "publish", &[item]).await;
    let shopper = Browser::at(&served);
    let encoded = super::browser::encoded(&[("item", item)]);
    let secret = shopper
        .get(&format!("/shop/web/order?{encoded}"))
        .await
        .value_behind("name=\"secret\"", "value");
    let mut fields = order_fields(&secret, item, "1");
    fields[3].1 = SCRIPT;
    fields.push(("note", SCRIPT));
    let placed = shopper
        .post("/shop/web/order", &fields)
        .await
        .to()
        .to_owned();
    let id = feed(&served).await.events[0].order.id.clone();
    for path in [
        "/shop/web".to_owned(),
        format!("/shop/web/product?{encoded}"),
        format!("/shop/web/order?{encoded}"),
        placed,
        "/shop/web?search=%3Cscript%3E".to_owned(),
    ] {
        let shown = shopper.get(&path).await;
        assert_eq!(shown.status.as_u16(), 200, "{path}");
        assert!(
            shown
                .header("content-security-policy")
                .contains("script-src 'none'")
        );
        assert!(
            !shown.html.contains("<script") && !shown.html.contains("<img"),
            "{path}"
        );
    }
    for path in [
        "/orders".to_owned(),
        format!("/orders/{id}"),
        format!("/orders/{id}/cancel"),
        "/orders?number=%3Cscript%3E&store=%22%3E&state=x".to_owned(),
        "/publications/web".to_owned(),
        "/publications/web?search=%22%3Cscript%3E".to_owned(),
        "/publications/web/choose".to_owned(),
    ] {
        let shown = anna.get(&path).await;
        assert_eq!(shown.status.as_u16(), 200, "{path}");
        assert!(
            !shown.html.contains("<script") && !shown.html.contains("<img"),
            "{path}"
        );
    }
}

#[tokio::test]
async fn who_has_not_the_right_changes_nothing() {
    let (served, anna) = with_products().await;
    act(&anna, "web", "publish", &["L1"]).await;
    let shopper = Browser::at(&served);
    order(&shopper, "L1", "1").await;
    let id = feed(&served).await.events[0].order.id.clone();
    let cancel = format!("/orders/{id}/cancel");
    assert_eq!(shopper.get("/orders").await.to(), "/sign-in?next=%2Forders");
    assert_eq!(
        shopper.get("/publications").await.to(),
        "/sign-in?next=%2Fpublications"
    );
    let (_, viewer) = with_bert(&served, &["viewer"]).await;
    viewer.get("/orders").await.says(200, "Noa Levi");
    let shown = viewer.get(&format!("/orders/{id}")).await;
    shown.says(200, "noa@example.com");
    assert!(!shown.html.contains("Cancel the order"));
    viewer.get("/publications/web").await.says(200, "Desk lamp");
    viewer.get(&cancel).await.says(403, "roles");
    viewer.get("/orders").await;
    viewer.post(&cancel, &[]).await.says(403, "roles");
    let fields = fields_of("withdraw-all", &[], Some("1"));
    for path in ["/publications/web/ask", "/publications/web/act"] {
        viewer.post(path, &fields).await.says(403, "roles");
    }
    assert_eq!(served.state(&id).await, OrderState::Placed);
    shopper.get("/shop/web").await.says(200, "Desk lamp");
    // A service administrator may.
    anna.get(&cancel).await.says(200, "This cancels 1 order");
    anna.post(&cancel, &[]).await.to();
    anna.get(&format!("/orders/{id}"))
        .await
        .says(200, "is cancelled.");
    assert_eq!(served.state(&id).await, OrderState::Cancelled);
}

#[tokio::test]
async fn a_forged_form_neither_orders_nor_publishes() {
    let (served, anna) = with_products().await;
    act(&anna, "web", "publish", &["L1"]).await;
    let shopper = Browser::at(&served);
    let secret = open_form(&shopper, "L1").await;
    let fields = order_fields(&secret, "L1", "1");
    let forged = shopper.post_bare("/shop/web/order", &fields).await;
    forged.says(403, "The form is out of date");
    let stranger = Browser::at(&served);
    open_form(&stranger, "L1").await;
    let csrf = stranger.csrf();
    let mut with_strangers = vec![("csrf", csrf.as_str())];
    with_strangers.extend_from_slice(&fields);
    let forged = shopper.post_bare("/shop/web/order", &with_strangers).await;
    forged.says(403, "The form is out of date");
    let short = order_fields("5", "L1", "1");
    let forged = shopper.post("/shop/web/order", &short).await;
    forged.says(403, "The form is out of date");
    let withdraw = fields_of("withdraw-all", &[], Some("1"));
    let forged = anna.post_bare("/publications/web/act", &withdraw).await;
    forged.says(403, "The form is out of date");
    assert!(feed(&served).await.events.is_empty());
    shopper.get("/shop/web").await.says(200, "Desk lamp");
}

#[tokio::test]
async fn orders_are_limited_by_address() {
    let (served, anna) = with_products().await;
    act(&anna, "web", "publish", &["L1"]).await;
    let shopper = Browser::at(&served);
    let secret = open_form(&shopper, "L1").await;
    let fields = order_fields(&secret, "L1", "1");
    let mut statuses = Vec::new();
    for _ in 0..31 {
        let shown = shopper.post("/shop/web/order", &fields).await;
        statuses.push(shown.status.as_u16());
    }
    assert_eq!((statuses[29], statuses[30]), (303, 429));
}

#[tokio::test]
async fn a_shipment_shows_on_the_page_of_the_order_and_behind_the_shoppers_link() {
    let (served, anna) = with_products().await;
    act(&anna, "web", "publish", &["L1"]).await;
    let shopper = Browser::at(&served);
    let link = order(&shopper, "L1", "2").await;
    let event = feed(&served).await.events.remove(0);
    let id = event.order.id;
    shopper
        .get(&link)
        .await
        .says(200, "Nothing is on its way yet.");
    let accepted = acknowledgement(&id, event.seq, Outcome::Accepted, "SO-1");
    served.say(&accepted, 1).await;
    served.say(&shipment("PS-7", "SO-1", &[(1, 2)]), 1).await;
    let page = anna.get(&format!("/orders/{id}")).await;
    // Another browser, without any session: the link is enough.
    let behind_link = Browser::at(&served).get(&link).await;
    for shown in [page, behind_link] {
        for words in ["Shipped", "PS-7", "1Z", "Accepted: SO-1"] {
            shown.says(200, words);
        }
        let past = shown.html.split_once("<ol").unwrap().1;
        let place = |word: &str| past.find(word).unwrap_or_else(|| panic!("{word}"));
        assert!(place("Placed") < place("Accepted") && place("Accepted") < place("Shipped"));
    }
    let (path, secret) = link.split_once("order=").unwrap();
    assert!(!id.contains(&secret[..16]));
    for other in ["", "x", &"0".repeat(64), &id] {
        shopper
            .get(&format!("{path}order={other}"))
            .await
            .says(404, "There is no such page");
    }
}

#[tokio::test]
async fn orders_are_narrowed_down_and_paged_newest_first() {
    let (served, anna) = with_products().await;
    let client: Client = super::shop::client(&served);
    for number in 0..52 {
        let order = super::shop::order(&format!("A{number:02}"));
        client.place_order(&order).await.unwrap();
    }
    client.cancel_order("A07").await.unwrap();
    let first = anna.get("/orders").await;
    first.says(200, "/orders/A51");
    assert!(!first.html.contains("/orders/A01\"") && first.html.contains("/orders/A02\""));
    let next = first.value_behind("aria-label=\"Pages of the list\"", "href");
    let second = anna
        .get(&next.replace("&#38;", "&").replace("&amp;", "&"))
        .await;
    second.says(200, "/orders/A01");
    assert!(!second.html.contains("/orders/A02\""));
    for (query, found) in [
        ("state=cancelled", "A07"),
        ("number=na13", "A13"),
        ("number=A14&store=web&state=placed", "A14"),
    ] {
        let shown = anna.get(&format!("/orders?{query}")).await;
        shown.says(200, &format!("/orders/{found}\""));
        assert_eq!(
            shown.html.matches("<td><a href=\"/orders/").count(),
            1,
            "{query}"
        );
    }
    anna.get("/orders?number=A14&state=shipped")
        .await
        .says(200, "There are no such orders.");
}

#[tokio::test]
async fn a_marketplace_reads_what_waits_for_it_and_answers() {
    let (served, anna) = with_products().await;
    let bazaar = Channel {
        kind: ChannelKind::Marketplace,
        ..store("bazaar")
    };
    put_store(&served, &bazaar).await;
    anna.get("/publications/bazaar/choose").await;
    send_image(&anna, "L1", "x", PNG).await.to();
    let ask = fields_of("publish-these", &["L1", "L2"], None);
    let shown = anna.post("/publications/bazaar/ask", &ask).await;
    shown.says(200, "This publishes 2 products at Contoso.");
    shown.says(200, "1 of them miss something");
    // Another number than was told: it is asked again.
    let wrong = fields_of("publish-these", &["L1", "L2"], Some("1"));
    anna.post("/publications/bazaar/act", &wrong)
        .await
        .says(200, "This publishes 2 products");
    let path = "/v1/stores/bazaar/publications";
    let page: PublicationPage = served.get(path).await.ok();
    assert!(page.publications.is_empty());
    act(&anna, "bazaar", "publish", &["L1", "L2"]).await.says(
        200,
        "1 products are written down for the marketplace, 1 are refused.",
    );
    let page: PublicationPage = served.get(&format!("{path}?limit=1")).await.ok();
    assert_eq!(page.publications[0].item, "L1");
    assert_eq!(page.publications[0].state, PublicationState::Waiting);
    assert_eq!(page.publications[0].by, "anna");
    let next = page.next.unwrap();
    let page: PublicationPage = served.get(&format!("{path}?after={next}")).await.ok();
    assert_eq!(
        page.publications[0].reason,
        "missing: image, sales price in AX"
    );
    assert_eq!((page.publications.len(), page.next), (1, None));
    let answer = |body: Value| {
        let request = served.request(Method::POST, path).body(body.to_string());
        Told::of(request)
    };
    for (body, code) in [
        (json!({"item": "L1", "state": "waiting"}), "bad-value"),
        (json!({"item": "L1", "state": "refused"}), "bad-value"),
        (
            json!({"item": "L1", "state": "published", "reason": "x"}),
            "bad-value",
        ),
    ] {
        assert_eq!(answer(body).await.problem(400).code, code);
    }
    let unknown = json!({"item": "L9", "state": "published"});
    assert_eq!(answer(unknown).await.problem(404).code, "no-such-record");
    let refused = json!({"item": "L1", "state": "refused", "reason": "No lamps."});
    let told: Publication = answer(refused).await.ok();
    assert_eq!(told.state, PublicationState::Refused);
    anna.get("/publications/bazaar?state=refused")
        .await
        .says(200, "No lamps.");
    // A marketplace is nobody's shop.
    anna.get("/shop/bazaar").await.says(404, "no such page");
    let own = served
        .request(Method::POST, "/v1/stores/web/publications")
        .body(json!({"item": "L1", "state": "published"}).to_string());
    assert_eq!(Told::of(own).await.problem(400).code, "bad-value");
}
