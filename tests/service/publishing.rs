//! What is published and how: catalogs, what a search finds, more than fits into a request; and what
//! shoppers see of it.

use std::time::{Duration, Instant};

use axcs::model::channel::{Channel, ChannelKind};
use reqwest::Method;
use serde_json::json;

use super::browser::{Browser, Shown};
use super::catalog::settled;
use super::images::{JPEG, PNG, images, send_image};
use super::shop::store;
use super::storefront::{act, put_store, stock, upload_line, with_products};
use super::support::Served;
use super::users::with_bert;

/// Asks for something, agrees to what is told, and goes on to the page behind.
async fn agree(browser: &Browser, channel: &str, fields: &[(&str, &str)]) -> Shown {
    let path = format!("/publications/{channel}");
    browser.get(&format!("{path}/choose")).await;
    let asked = browser.post(&format!("{path}/ask"), fields).await;
    let count = asked.value_behind("name=\"counted\"", "value");
    let mut all = fields.to_vec();
    all.push(("counted", count.as_str()));
    let done = browser.post(&format!("{path}/act"), &all).await;
    browser.get(done.to()).await
}

/// Saves the own title and description of a product.
async fn edit(browser: &Browser, item: &str, revision: &str, title: &str, description: &str) {
    browser.get(&format!("/product?item={item}")).await;
    let fields = [
        ("item", item),
        ("revision", revision),
        ("title", title),
        ("description", description),
    ];
    browser.post("/product/save", &fields).await.to();
    settled(browser).await;
}

#[tokio::test]
async fn a_catalog_is_published_and_withdrawn_as_a_whole() {
    let (served, anna) = with_products().await;
    stock(&served, "C1", "Chair", "30", "5").await;
    settled(&anna).await;
    anna.get("/catalogs").await;
    let catalog = anna.post("/catalogs/new", &[("name", "Spring")]).await;
    let catalog = catalog.to().to_owned();
    let put = format!("{catalog}/put");
    for (kind, id) in [("item", "L1"), ("category", "10")] {
        anna.post(&put, &[("kind", kind), ("id", id)]).await.to();
    }
    let link = anna
        .get(&catalog)
        .await
        .value_behind("<p class=\"actions\">", "href");
    let channels = anna.get(&link).await;
    channels.says(200, "Choose where the catalog Spring is published");
    let choose = channels.value_behind("<tbody>", "href");
    let shown = anna.get(&choose).await;
    shown.says(200, "Publish the catalog");
    shown.says(200, "This is the catalog Spring.");
    shown.says(200, "<td>Chair</td>");
    let number = catalog.rsplit('/').next().unwrap();
    let fields = [("do", "publish-all"), ("catalog", number)];
    agree(&anna, "web", &fields)
        .await
        .says(200, "3 products are published, 1 are refused.");
    let shopper = Browser::at(&served);
    shopper.get("/shop/web").await.says(200, "Chair");
    let fields = [("do", "withdraw-all"), ("catalog", number)];
    agree(&anna, "web", &fields)
        .await
        .says(200, "4 products are withdrawn.");
    shopper
        .get("/shop/web")
        .await
        .says(200, "Nothing is on offer for now.");
    // One that is gone is not a catalog of everything.
    anna.post(&format!("{catalog}/delete"), &[]).await.to();
    let fields = [("do", "publish-all"), ("catalog", number)];
    anna.post("/publications/web/ask", &fields)
        .await
        .says(404, "there is no catalog");
}

#[tokio::test]
async fn what_a_search_finds_is_published_and_withdrawn_as_a_whole() {
    let (served, anna) = with_products().await;
    let shown = anna.get("/products?search=desk").await;
    let link = shown.value_behind("<p class=\"actions\"><a", "href");
    let channels = anna.get(&link).await;
    channels.says(200, "Choose where what &#34;desk&#34; finds is published");
    let shown = anna
        .get(
            &channels
                .value_behind("<tbody>", "href")
                .replace("&#38;", "&"),
        )
        .await;
    shown.says(200, "Publish all 1 found");
    let fields = [("do", "publish-all"), ("search", "desk")];
    agree(&anna, "web", &fields)
        .await
        .says(200, "1 products are published.");
    let shopper = Browser::at(&served);
    let list = shopper.get("/shop/web").await;
    list.says(200, "Desk lamp");
    assert!(!list.html.contains("Wall lamp"));
    let fields = [("do", "withdraw-all"), ("search", "wall")];
    anna.post("/publications/web/ask", &fields).await.to();
    anna.get("/publications/web")
        .await
        .says(200, "There is nothing to withdraw");
    let fields = [("do", "withdraw-all"), ("search", "lamp")];
    agree(&anna, "web", &fields)
        .await
        .says(200, "1 products are withdrawn.");
    // What cannot be words finds nothing, and so not everything.
    let fields = [("do", "publish-all"), ("search", "-")];
    anna.post("/publications/web/ask", &fields).await.to();
}

#[tokio::test]
async fn shoppers_see_the_own_text_and_images_of_what_is_published_and_no_other() {
    let (served, anna) = with_products().await;
    edit(&anna, "L1", "0", "Lamp of lamps", "Our own words.").await;
    send_image(&anna, "L1", "x", PNG).await.to();
    send_image(&anna, "L1", "x", JPEG).await.to();
    send_image(&anna, "L3", "x", JPEG).await.to();
    let [png, jpeg] = images(&anna, "L1").await.try_into().unwrap();
    let path = |hash: &str| format!("/shop/web/images/{hash}");
    let shopper = Browser::at(&served);
    shopper
        .get(&path(&png))
        .await
        .says(404, "There is no such page");
    act(&anna, "web", "publish", &["L1"]).await;
    let list = shopper.get("/shop/web").await;
    list.says(200, "Lamp of lamps");
    assert_eq!(list.value_behind("<img", "src"), path(&png));
    assert!(!list.html.contains("Desk lamp") && !list.html.contains(&jpeg));
    let page = shopper.get("/shop/web/product?item=L1").await;
    page.says(200, "Our own words.");
    page.says(200, &path(&png));
    page.says(200, &path(&jpeg));
    let request = shopper.request(Method::GET, &path(&png));
    let answer = request.send().await.unwrap();
    assert_eq!(answer.headers()["content-type"], "image/png");
    assert_eq!(answer.headers()["x-content-type-options"], "nosniff");
    assert_eq!(answer.bytes().await.unwrap(), PNG);
    assert!(
        shopper
            .get(&format!("/images/{png}"))
            .await
            .to()
            .starts_with("/sign-in")
    );
    // Nothing of another store, and nothing that is no hash.
    put_store(&served, &store("other")).await;
    for lost in [
        format!("/shop/other/images/{png}"),
        format!("/shop/none/images/{png}"),
        "/shop/web/images/..%2F..%2Fcommerce.db".to_owned(),
        "/shop/web/images/commerce.db".to_owned(),
    ] {
        shopper.get(&lost).await.says(404, "There is no such page");
    }
    // An order has the title that the shopper saw.
    let order = shopper.get("/shop/web/order?item=L1").await;
    order.says(200, "Lamp of lamps");
    act(&anna, "web", "withdraw", &["L1"]).await;
    shopper
        .get(&path(&png))
        .await
        .says(404, "There is no such page");
}

#[tokio::test]
async fn a_shop_is_searched_by_the_titles_of_now() {
    let (served, anna) = with_products().await;
    act(&anna, "web", "publish", &[]).await;
    let shopper = Browser::at(&served);
    let found = |search: &'static str| {
        let (anna, shopper) = (&anna, &shopper);
        async move {
            let published = anna
                .get(&format!("/publications/web?search={search}"))
                .await;
            let shop = shopper.get(&format!("/shop/web?search={search}")).await;
            let is_in =
                |shown: &Shown| shown.html.contains(">L1<") || shown.html.contains("item=L1");
            assert_eq!(is_in(&published), is_in(&shop), "{search}");
            is_in(&shop)
        }
    };
    assert!(found("desk").await && !found("lantern").await);
    edit(&anna, "L1", "0", "Old lantern", "It shines.").await;
    assert!(found("lantern").await);
    edit(&anna, "L1", "1", "Torch", "It shines.").await;
    assert!(found("torch").await && !found("lantern").await);
    let value = json!({
        "item": "L1", "product_type": "item", "unit": "Pcs", "price": "12.5", "price_unit": "1",
        "net_weight": "0", "texts": [{"language": "en-us", "name": "Table lamp"}],
    });
    let line = upload_line("L1", &value).replace("\"version\":1", "\"version\":2");
    served.upload_to("items/batch", &[line]).await;
    settled(&anna).await;
    assert!(found("table").await && found("torch").await && !found("desk").await);
}

#[tokio::test]
async fn a_product_can_be_put_into_a_department_of_the_organizations_own() {
    let (served, anna) = with_products().await;
    let bazaar = Channel {
        kind: ChannelKind::Marketplace,
        ..store("bazaar")
    };
    put_store(&served, &bazaar).await;
    let value = json!({
        "item": "N1", "product_type": "item", "unit": "Pcs", "price": "5", "price_unit": "1",
        "net_weight": "0", "texts": [{"language": "en-us", "name": "News", "description": "It is new."}],
    });
    served
        .upload_to("items/batch", &[upload_line("N1", &value)])
        .await;
    settled(&anna).await;
    send_image(&anna, "N1", "x", PNG).await.to();
    act(&anna, "bazaar", "publish", &["N1"])
        .await
        .says(200, "missing: department or category");
    let own = anna
        .post("/departments/new", &[("name", "Novelties")])
        .await;
    let own = own.to().to_owned();
    let put = format!("{own}/put");
    assert_eq!(anna.post(&put, &[("item", "N1")]).await.to(), own);
    let shown = anna.get(&own).await;
    shown.says(200, "N1 is now in Novelties.");
    shown.says(200, "<td>News</td>");
    anna.post(&put, &[("item", "nothing")]).await.to();
    anna.get(&own).await.says(200, "there is no product");
    let page = anna.get("/product?item=N1").await;
    page.says(200, ">Novelties</a>");
    assert!(!page.html.contains("Missing before"), "{}", page.html);
    act(&anna, "bazaar", "publish", &["N1"])
        .await
        .says(200, "1 products are written down for the marketplace.");
    // Those from AX have the products that they have there.
    let shown = anna.get("/departments").await;
    let lamps = shown.value_behind("<tbody>", "href");
    anna.get(&lamps).await.says(200, "in its category in AX");
    anna.post(&format!("{lamps}/put"), &[("item", "N1")])
        .await
        .says(400, "it comes from AX, and so do its products");
    let (_, viewer) = with_bert(&served, &["viewer", "order-manager"]).await;
    viewer.get(&own).await.says(200, "<td>News</td>");
    for (path, fields) in [
        (put.clone(), [("item", "L1")]),
        (format!("{own}/take"), [("item", "N1")]),
    ] {
        viewer.post(&path, &fields).await.says(403, "roles");
        anna.post_bare(&path, &fields)
            .await
            .says(403, "The form is out of date");
    }
    anna.post(&format!("{own}/take"), &[("item", "N1")])
        .await
        .to();
    anna.get("/product?item=N1")
        .await
        .says(200, "department or category");
    // A department goes with what was put into it.
    anna.post(&put, &[("item", "N1")]).await.to();
    anna.post(&format!("{own}/delete"), &[]).await.to();
    anna.get("/product?item=N1")
        .await
        .says(200, "department or category");
}

/// Waits until nothing is under way at the store `web`; the page that says so.
async fn ended(browser: &Browser) -> Shown {
    let until = Instant::now() + Duration::from_secs(60);
    loop {
        let shown = browser.get("/publications/web/progress").await;
        if !shown.html.contains("http-equiv=\"refresh\"") {
            return shown;
        }
        assert!(Instant::now() < until, "{}", shown.html);
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn many_products_are_published_behind_the_page_however_often_the_service_dies() {
    let (served, anna) = with_products().await;
    let lines: Vec<String> = (0..4_000)
        .map(|n| {
            let item = format!("M{n:05}");
            let value = json!({
                "item": item, "product_type": "item", "unit": "Pcs", "price_unit": "1",
                "price": if n % 10 == 0 { "0" } else { "5" }, "net_weight": "0",
                "texts": [{"language": "en-us", "name": format!("Thing {n}")}],
            });
            upload_line(&item, &value)
        })
        .collect();
    for some in lines.chunks(1_000) {
        served.upload_to("items/batch", some).await;
    }
    anna.get("/publications/web/choose").await;
    let ask = [("do", "publish-all")];
    let asked = anna.post("/publications/web/ask", &ask).await;
    asked.says(
        200,
        "This publishes 4003 products at Contoso. What misses something is refused",
    );
    let agreed = [("do", "publish-all"), ("counted", "4003")];
    let begun = anna.post("/publications/web/act", &agreed).await;
    assert_eq!(begun.to(), "/publications/web/progress");
    let (cookie, mut served) = (anna.cookie(), served);
    for _ in 0..3 {
        let Served { running, dir, http } = served;
        // Not stopped: dropped, in the middle of its work.
        drop(running);
        let until = Instant::now() + Duration::from_secs(10);
        let running = loop {
            match axcs::service::start(super::support::options(dir.path())).await {
                Ok(running) => break running,
                Err(error) => assert!(Instant::now() < until, "{error}"),
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        };
        served = Served { running, dir, http };
    }
    let anna = Browser::at(&served);
    anna.set_cookie(&cookie);
    let shown = ended(&anna).await;
    // Two of the three of before, and nine of ten.
    shown.says(200, "Done. 3602 products are published, 401 are refused.");
    anna.get("/publications")
        .await
        .says(200, "3602 published, 401 refused");
    anna.get("/publications/web/choose").await;
    let asked = anna
        .post("/publications/web/ask", &[("do", "withdraw-all")])
        .await;
    asked.says(200, "This withdraws 4003 products");
    let agreed = [("do", "withdraw-all"), ("counted", "4003")];
    anna.post("/publications/web/act", &agreed).await.to();
    ended(&anna)
        .await
        .says(200, "Done. 4003 products are withdrawn.");
    anna.get("/publications").await.says(200, "Nothing");
}
