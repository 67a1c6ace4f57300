//! The master catalog, the organization's own texts and images, and its catalogs, as a browser
//! meets them.

use std::time::{Duration, Instant};

use axcs::commerce::wire::account::{Account, Invitation, User};
use axcs::commerce::wire::{LineStatus, Load};
use reqwest::Method;
use serde_json::json;

use super::browser::{Browser, Shown, signed_up};
use super::images::{JPEG, PNG, images, send_image, send_image_with};
use super::support::{Served, Told, delete, statuses};

fn item(item: &str, name: &str, category: &str) -> String {
    item_of_version(item, name, category, 1)
}

fn item_of_version(item: &str, name: &str, category: &str, version: i64) -> String {
    json!({"op": "upsert", "id": item, "version": version, "value": {
        "item": item, "product": format!("P-{item}"), "product_type": "item", "price": "12.5",
        "price_unit": "1", "net_weight": "1", "unit": "ea", "categories": [category],
        "texts": [
            {"language": "de", "name": format!("Deutsch {name}")},
            {"language": "en-us", "name": name, "description": format!("About {name}")},
        ],
    }})
    .to_string()
}

fn category(id: &str, parent: &str, name: &str) -> String {
    json!({"op": "upsert", "id": id, "version": 1, "value": {
        "id": id, "hierarchy": "Retail", "name": name, "parent": parent, "active": true,
    }})
    .to_string()
}

/// A service with two categories and three products, an administrator, and an account that is
/// active.
pub async fn stocked() -> (Served, Browser) {
    let served = Served::start().await;
    let lines = [category("1", "", "Bikes"), category("2", "1", "Road")];
    served.upload_to("categories/batch", &lines).await;
    let lines = [
        item("A-100", "Red racer", "2"),
        item("A-200", "Blue Cruiser", "1"),
        item("B/1", "Lampe für Räder", "3"),
    ];
    let results = served.upload_to("items/batch", &lines).await;
    assert_eq!(statuses(&results), [LineStatus::Created; 3]);
    let anna = signed_up(&served).await;
    let company = r#"{"id":"usmf","name":"Contoso","partition":1,"release":"AX 2012 R2"}"#;
    let request = served
        .request(Method::POST, "/v1/account/activate")
        .body(company);
    Told::of(request).await.ok::<Account>();
    settled(&anna).await;
    (served, anna)
}

/// Waits until the index knows everything.
pub async fn settled(browser: &Browser) {
    let until = Instant::now() + Duration::from_secs(30);
    loop {
        let shown = browser.get("/products").await;
        if !shown.html.contains("still to be indexed") {
            return;
        }
        assert!(Instant::now() < until, "{}", shown.html);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// The item numbers that a page of products links to.
fn items(shown: &Shown) -> Vec<String> {
    assert_eq!(shown.status.as_u16(), 200, "{}", shown.html);
    let links = shown.html.split("href=\"/product?item=").skip(1);
    links
        .map(|link| link.split('"').next().unwrap().to_owned())
        .collect()
}

async fn found(browser: &Browser, search: &str) -> Vec<String> {
    let query = super::browser::encoded(&[("search", search)]);
    items(&browser.get(&format!("/products?{query}")).await)
}

/// A user with that role, signed in.
async fn user(served: &Served, role: &str) -> Browser {
    let body = json!({
        "sign_in": role, "first_name": "X", "last_name": "Y", "email": "x@y.example", "roles": [role],
    });
    let request = served
        .request(Method::POST, "/v1/users")
        .body(body.to_string());
    let user: User = Told::of(request).await.ok();
    let path = format!("/v1/users/{}/invitation", user.id);
    let invitation: Invitation = served.post(&path).await.ok();
    let (_, secret) = invitation.link.split_once("?secret=").unwrap();
    let browser = Browser::at(served);
    browser.get(&format!("/invitation?secret={secret}")).await;
    let password = "battery staple horse";
    let fields = [
        ("secret", secret),
        ("password", password),
        ("again", password),
    ];
    browser.post("/invitation", &fields).await;
    assert_eq!(browser.sign_in(role, password).await.to(), "/");
    browser
}

#[tokio::test]
async fn a_product_is_found_by_number_name_description_and_category() {
    let (_served, anna) = stocked().await;
    for (search, expected) in [
        ("", &["A-100", "A-200", "B%2F1"][..]),
        ("A-100", &["A-100"]),
        ("a-1", &["A-100"]),
        ("P-A-200", &["A-200"]),
        ("B/1", &["B%2F1"]),
        ("racer", &["A-100"]),
        ("cruis blue", &["A-200"]),
        ("rader", &["B%2F1"]),
        ("about red", &["A-100"]),
        ("deutsch", &["A-100", "A-200", "B%2F1"]),
        ("road", &["A-100"]),
        ("bikes", &["A-100", "A-200"]),
        ("bikes blue", &["A-200"]),
        ("bikes lampe", &[]),
        ("nothing", &[]),
        ("\"", &[]),
        ("red OR blue", &[]),
        ("name:red", &[]),
        ("* ( NEAR", &[]),
        ("%", &[]),
    ] {
        assert_eq!(found(&anna, search).await, expected, "{search:?}");
    }
    let shown = anna.get("/products?category=1").await;
    assert_eq!(items(&shown), ["A-100", "A-200"]);
    shown.says(200, "Only in Bikes");
    let shown = anna.get("/products?category=2&search=red").await;
    assert_eq!(items(&shown), ["A-100"]);
    shown.says(200, "Only in Bikes / Road");
}

#[tokio::test]
async fn the_index_follows_changes_and_what_ax_retires() {
    let (served, anna) = stocked().await;
    let lines = [
        item_of_version("A-100", "Green racer", "1", 2),
        delete("A-200", 2),
    ];
    served.upload_to("items/batch", &lines).await;
    let line = category("1", "", "Bicycles").replace("\"version\":1", "\"version\":2");
    served.upload_to("categories/batch", &[line]).await;
    settled(&anna).await;
    assert_eq!(found(&anna, "red").await, Vec::<String>::new());
    assert_eq!(found(&anna, "green").await, ["A-100"]);
    assert_eq!(found(&anna, "road").await, Vec::<String>::new());
    assert_eq!(found(&anna, "bicycles").await, ["A-100"]);
    assert_eq!(found(&anna, "cruiser").await, Vec::<String>::new());
    anna.get("/product?item=A-200")
        .await
        .says(404, "AX has not uploaded it, or has retired it");
    // A complete load that does not mention B/1 retires it.
    let load: Load = served.post("/v1/items/loads").await.ok();
    let line = item_of_version("A-100", "Green racer", "1", 3);
    let path = format!("items/batch?load={}", load.id);
    served.upload_to(&path, &[line]).await;
    let path = format!("/v1/items/loads/{}/commit", load.id);
    let request = served
        .request(Method::POST, &path)
        .body(r#"{"confirm":true}"#);
    assert_eq!(Told::of(request).await.ok::<Load>().retired, 1);
    settled(&anna).await;
    assert_eq!(found(&anna, "").await, ["A-100"]);
}

#[tokio::test]
async fn an_index_that_was_cut_off_is_made_on_after_a_start() {
    let served = Served::start().await;
    let lines: Vec<String> = (0..3_000)
        .map(|n| item(&format!("I{n:05}"), &format!("Thing number{n}"), "1"))
        .collect();
    for some in lines.chunks(1_000) {
        served.upload_to("items/batch", some).await;
    }
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
    let served = Served { running, dir, http };
    let anna = signed_up(&served).await;
    settled(&anna).await;
    assert_eq!(found(&anna, "number2999").await, ["I02999"]);
    // Every product once, page after page.
    for list in ["/products", "/products?search=thing"] {
        let mut path = list.to_owned();
        let mut all = Vec::new();
        loop {
            let shown = anna.get(&path).await;
            all.extend(items(&shown));
            if !shown.html.contains("rel=\"next\"") {
                break;
            }
            let (before, _) = shown.html.split_once("\" rel=\"next\"").unwrap();
            let (_, link) = before.rsplit_once("href=\"").unwrap();
            path = link.replace("&#38;", "&");
        }
        let expected: Vec<String> = (0..3_000).map(|n| format!("I{n:05}")).collect();
        assert_eq!(all, expected, "{list}");
    }
}

#[tokio::test]
async fn own_text_stands_over_the_one_of_ax_and_survives_uploads() {
    let (served, anna) = stocked().await;
    let shown = anna.get("/product?item=A-100").await;
    shown.says(200, "value=\"Red racer\"");
    shown.says(
        200,
        "Missing before a marketplace gets it: image, department or category",
    );
    assert!(!shown.html.contains("before it can be published"));
    let fields = [
        ("item", "A-100"),
        ("revision", "0"),
        ("title", "The <script>racer</script>"),
        ("description", "About Red racer"),
        ("brand", "Contoso"),
    ];
    let shown = anna.post("/product/save", &fields).await;
    assert_eq!(shown.to(), "/product?item=A-100");
    let line = item_of_version("A-100", "Redder racer", "2", 2);
    served.upload_to("items/batch", &[line]).await;
    settled(&anna).await;
    let shown = anna.get("/product?item=A-100").await;
    shown.says(200, "The &#60;script&#62;racer");
    assert!(!shown.html.contains("<script"), "{}", shown.html);
    // What comes from AX follows AX, and so does the description, which was left as it was.
    shown.says(200, "<dd>Redder racer</dd>");
    shown.says(200, "About Redder racer</textarea>");
    shown.says(200, "value=\"Contoso\"");
    assert_eq!(found(&anna, "contoso").await, ["A-100"]);
    // Only fields of the form are taken: nothing of AX can be sent.
    let mut wrong = fields.to_vec();
    wrong[1].1 = "1";
    wrong.push(("price", "0.01"));
    anna.post("/product/save", &wrong).await.to();
    anna.get("/product?item=A-100")
        .await
        .says(200, "12.5 for 1 ea");
    // Retired and back, it begins anew.
    served.upload_to("items/batch", &[delete("A-100", 3)]).await;
    settled(&anna).await;
    let line = item_of_version("A-100", "Red racer", "2", 4);
    served.upload_to("items/batch", &[line]).await;
    settled(&anna).await;
    let shown = anna.get("/product?item=A-100").await;
    shown.says(200, "value=\"Red racer\"");
    assert!(
        !shown.html.contains("Contoso\" maxlength"),
        "{}",
        shown.html
    );
}

#[tokio::test]
async fn what_is_wrong_with_a_product_is_said_and_nothing_is_overwritten_unseen() {
    let (_served, anna) = stocked().await;
    anna.get("/product?item=A-100").await;
    let fields = |title: &'static str, revision: &'static str, gtin: &'static str| {
        [
            ("item", "A-100"),
            ("revision", revision),
            ("title", title),
            ("description", "d"),
            ("gtin", gtin),
        ]
    };
    let shown = anna.post("/product/save", &fields("", "0", "")).await;
    shown.says(422, "Fill this in.");
    let shown = anna.post("/product/save", &fields("A", "0", "123")).await;
    shown.says(422, "the last of which is a check digit");
    let long: &'static str = "x".repeat(201).leak();
    let shown = anna.post("/product/save", &fields(long, "0", "")).await;
    shown.says(422, "At most 200 characters");
    anna.post("/product/save", &fields("Mine", "0", "96385074"))
        .await
        .to();
    let shown = anna.post("/product/save", &fields("Theirs", "0", "")).await;
    shown.says(422, "Somebody else has saved it meanwhile");
    shown.says(422, "value=\"Theirs\"");
    let revision = shown.value_behind("name=\"revision\"", "value");
    assert_eq!(revision, "1");
    anna.get("/product?item=A-100")
        .await
        .says(200, "value=\"Mine\"");
    anna.post("/product/save", &fields("Theirs", "1", ""))
        .await
        .to();
    anna.get("/product?item=A-100")
        .await
        .says(200, "value=\"Theirs\"");
    let mut nobody = fields("X", "0", "");
    nobody[0].1 = "nothing";
    anna.post("/product/save", &nobody)
        .await
        .says(404, "There is no such record");
}

#[tokio::test]
async fn a_catalog_holds_items_and_whole_categories() {
    let (served, anna) = stocked().await;
    anna.get("/catalogs").await.says(200, "None so far.");
    anna.post("/catalogs/new", &[("name", "")])
        .await
        .says(422, "Fill this in.");
    let shown = anna.post("/catalogs/new", &[("name", "Summer <b>")]).await;
    let path = shown.to().to_owned();
    anna.post("/catalogs/new", &[("name", "SUMMER <b>")])
        .await
        .says(422, "Another catalog has this name.");
    anna.get(&path).await.says(200, "0 products");
    let id = path.rsplit('/').next().unwrap().to_owned();
    // From the search, ticked.
    let fields = [
        ("catalog", id.as_str()),
        ("search", "a"),
        ("what", "items"),
        ("item", "B/1"),
        ("item", "A-100"),
    ];
    assert_eq!(
        anna.post("/products/put", &fields).await.to(),
        "/products?search=a"
    );
    anna.get("/products")
        .await
        .says(200, "2 products are now in Summer &#60;b&#62;.");
    anna.get(&path).await.says(200, "2 products");
    // A whole category, with what is below it: A-100 counts once.
    let shown = anna.get(&format!("{path}?find=BIK")).await;
    shown.says(200, "> Bikes</label>");
    let put = format!("{path}/put");
    let fields = [("kind", "category"), ("id", "1")];
    assert_eq!(anna.post(&put, &fields).await.to(), path);
    let shown = anna.get(&path).await;
    shown.says(200, "3 products");
    shown.says(200, "Category with all below it");
    assert_eq!(
        items(&anna.get(&format!("{path}/products")).await),
        ["A-100", "B%2F1", "A-200"]
    );
    // What comes into the category later is in it too.
    served
        .upload_to("items/batch", &[item("A-300", "New", "2")])
        .await;
    settled(&anna).await;
    anna.get(&path).await.says(200, "4 products");
    for (kind, id) in [("item", "nothing"), ("category", "9")] {
        let shown = anna.post(&put, &[("kind", kind), ("id", id)]).await;
        shown.says(400, "nothing was added");
    }
    let take = format!("{path}/take");
    anna.post(&take, &[("kind", "category"), ("id", "1")])
        .await
        .to();
    anna.get(&path).await.says(200, "2 products");
    served.upload_to("items/batch", &[delete("B/1", 2)]).await;
    settled(&anna).await;
    anna.get(&path).await.says(200, "1 product<");
    let save = format!("{path}/save");
    anna.post(&save, &[("name", "Winter")]).await.to();
    anna.get("/catalogs").await.says(200, ">Winter</a>");
    anna.get(&path)
        .await
        .says(200, "The catalog goes with its 1 line.");
    let shown = anna.post(&format!("{path}/delete"), &[]).await;
    assert_eq!(shown.to(), "/catalogs");
    anna.get(&path).await.says(404, "There is no such record");
    assert_eq!(found(&anna, "racer").await, ["A-100"]);
}

#[tokio::test]
async fn only_who_manages_catalogs_changes_them_and_only_from_our_pages() {
    let (served, anna) = stocked().await;
    let id = anna.post("/catalogs/new", &[("name", "Summer")]).await;
    let id = id.to().to_owned();
    anna.get("/product?item=A-100").await;
    send_image(&anna, "A-100", "x", PNG).await.to();
    let image = images(&anna, "A-100").await.remove(0);
    let forms: [(&str, Vec<(&str, &str)>); 7] = [
        (
            "/product/save",
            vec![
                ("item", "A-100"),
                ("revision", "0"),
                ("title", "X"),
                ("description", "X"),
            ],
        ),
        (
            "/product/image",
            vec![("item", "A-100"), ("image", &image), ("change", "remove")],
        ),
        (
            "/products/put",
            vec![("catalog", "1"), ("what", "items"), ("item", "A-100")],
        ),
        ("/catalogs/new", vec![("name", "X")]),
        ("/catalogs/1/save", vec![("name", "X")]),
        ("/catalogs/1/put", vec![("kind", "item"), ("id", "A-100")]),
        ("/catalogs/1/delete", vec![]),
    ];
    let viewer = user(&served, "viewer").await;
    let orders = user(&served, "order-manager").await;
    for browser in [&viewer, &orders] {
        let shown = browser.get("/product?item=A-100").await;
        shown.says(200, "General product details");
        assert!(!shown.html.contains("action=\"/product"), "{}", shown.html);
        browser.get(&id).await.says(200, "0 products");
        for (path, fields) in &forms {
            let shown = browser.post(path, fields).await;
            shown.says(403, "Your roles do not allow this");
        }
        let shown = send_image(browser, "A-100", "x", JPEG).await;
        shown.says(403, "Your roles do not allow this");
    }
    for (path, fields) in &forms {
        let shown = anna.post_bare(path, fields).await;
        shown.says(403, "The form is out of date");
    }
    for csrf in ["", "x", &viewer.csrf()] {
        let shown = send_image_with(&anna, "A-100", "x", JPEG, csrf).await;
        shown.says(403, "The form is out of date");
    }
    let nobody = Browser::at(&served);
    for path in ["/products", "/product?item=A-100", "/catalogs", &id] {
        assert!(
            nobody.get(path).await.to().starts_with("/sign-in"),
            "{path}"
        );
    }
    assert_eq!(images(&anna, "A-100").await, [image]);
    anna.get(&id).await.says(200, "0 products");
    let manager = user(&served, "catalog-manager").await;
    manager.get("/product?item=A-100").await;
    assert_eq!(
        manager
            .post("/catalogs/1/put", &[("kind", "item"), ("id", "A-100")])
            .await
            .to(),
        id
    );
}
