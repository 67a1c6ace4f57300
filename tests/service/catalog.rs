//! The master catalog, the organization's own texts and images, and its catalogs, as a browser
//! meets them.

use std::time::{Duration, Instant};

use axcs::commerce::wire::account::{Account, Invitation, User};
use axcs::commerce::wire::{LineStatus, Load};
use reqwest::Method;
use reqwest::header::CONTENT_TYPE;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::browser::{Browser, Shown, signed_up};
use super::support::{Served, TOKEN, Told, delete, statuses};

const PNG: &[u8] = include_bytes!("../images/dot.png");
const JPEG: &[u8] = include_bytes!("../images/dot.jpg");
const WEBP: &[u8] = include_bytes!("../images/dot.webp");

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
async fn stocked() -> (Served, Browser) {
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
async fn settled(browser: &Browser) {
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

/// Sends an image the way a browser does, with this name of the file.
async fn send_image(browser: &Browser, item: &str, name: &str, bytes: &[u8]) -> Shown {
    let csrf = browser.csrf();
    send_image_with(browser, item, name, bytes, &csrf).await
}

async fn send_image_with(
    browser: &Browser,
    item: &str,
    name: &str,
    bytes: &[u8],
    csrf: &str,
) -> Shown {
    let query = super::browser::encoded(&[("item", item), ("csrf", csrf)]);
    let mut body = format!(
        "--x\r\nContent-Disposition: form-data; name=\"alt\"\r\n\r\nSeen <b>\r\n\
         --x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\
         Content-Type: image/png\r\n\r\n"
    )
    .into_bytes();
    body.extend_from_slice(bytes);
    body.extend_from_slice(b"\r\n--x--\r\n");
    let request = browser
        .request(Method::POST, &format!("/product/images?{query}"))
        .header(CONTENT_TYPE, "multipart/form-data; boundary=x")
        .body(body);
    browser.send(request).await
}

/// The hashes of the images that a product's page shows.
async fn images(browser: &Browser, item: &str) -> Vec<String> {
    let query = super::browser::encoded(&[("item", item)]);
    let shown = browser.get(&format!("/product?{query}")).await;
    assert_eq!(shown.status.as_u16(), 200, "{}", shown.html);
    let sources = shown.html.split("src=\"/images/").skip(1);
    sources.map(|source| source[..64].to_owned()).collect()
}

/// Names of the files in the folder of the images.
fn files(served: &Served) -> Vec<String> {
    let folder = served.dir.path().join("images");
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
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
    served.upload_to("items/batch", &lines).await;
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
    shown.says(200, "Missing before it can be published: Image");
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
async fn an_image_is_kept_once_by_its_content_and_shown_to_everybody() {
    let (served, anna) = stocked().await;
    anna.get("/product?item=A-100").await;
    for (item, bytes) in [
        ("A-100", PNG),
        ("A-100", JPEG),
        ("A-200", PNG),
        ("B/1", WEBP),
    ] {
        // Its name is a trick, and its type a lie.
        let shown = send_image(&anna, item, "../../commerce.db", bytes).await;
        assert!(shown.to().starts_with("/product?item="), "{shown:?}");
    }
    assert_eq!(files(&served).len(), 3);
    let nobody = Browser::at(&served);
    for (item, kind, bytes) in [("A-200", "image/png", PNG), ("B/1", "image/webp", WEBP)] {
        let hash = images(&anna, item).await.remove(0);
        assert!(files(&served).contains(&hash));
        let request = nobody.request(Method::GET, &format!("/images/{hash}"));
        let answer = request.send().await.unwrap();
        let header = |name: &str| answer.headers()[name].to_str().unwrap().to_owned();
        assert_eq!(answer.status(), 200);
        assert_eq!(header("content-type"), kind);
        assert_eq!(header("x-content-type-options"), "nosniff");
        assert!(header("cache-control").contains("immutable"));
        assert_eq!(answer.bytes().await.unwrap(), bytes);
    }
    let page = anna.get("/product?item=A-100").await;
    page.says(200, "alt=\"Seen &#60;b&#62;\"");
    assert!(!page.html.contains("Missing"), "{}", page.html);
    for path in [
        "/images/..%2Fcommerce.db",
        "/images/commerce.db",
        "/images/0000000000000000000000000000000000000000000000000000000000000000",
        "/images/..%5C..%5Cservice.lock",
    ] {
        nobody.get(path).await.says(404, "There is no such page");
    }
    let again = send_image(&anna, "A-100", "a.png", PNG).await;
    again.says(422, "The product has this image already");
    assert_eq!(files(&served).len(), 3);
}

#[tokio::test]
async fn images_change_their_order_and_go_with_the_last_product_that_names_them() {
    let (served, anna) = stocked().await;
    anna.get("/product?item=A-100").await;
    for (item, bytes) in [
        ("A-100", PNG),
        ("A-100", JPEG),
        ("A-100", WEBP),
        ("A-200", PNG),
    ] {
        send_image(&anna, item, "x", bytes).await.to();
    }
    let [png, jpeg, webp] = images(&anna, "A-100").await.try_into().unwrap();
    let change = |image: String, change: &'static str| {
        let anna = &anna;
        async move {
            let fields = [
                ("item", "A-100"),
                ("image", &image),
                ("change", change),
                ("alt", "New"),
            ];
            anna.post("/product/image", &fields).await.to().to_owned();
            images(anna, "A-100").await
        }
    };
    assert_eq!(
        change(webp.clone(), "main").await,
        [&webp, &png, &jpeg].map(Clone::clone)
    );
    assert_eq!(
        change(webp.clone(), "later").await,
        [&png, &webp, &jpeg].map(Clone::clone)
    );
    assert_eq!(
        change(jpeg.clone(), "earlier").await,
        [&png, &jpeg, &webp].map(Clone::clone)
    );
    change(jpeg.clone(), "alt").await;
    anna.get("/product?item=A-100")
        .await
        .says(200, "alt=\"New\"");
    assert_eq!(
        change(webp.clone(), "remove").await,
        [&png, &jpeg].map(Clone::clone)
    );
    change(png.clone(), "remove").await;
    // The other product names it still.
    assert!(files(&served).contains(&png) && !files(&served).contains(&webp));
    let fields = [
        ("item", "A-100"),
        ("image", webp.as_str()),
        ("change", "main"),
    ];
    anna.post("/product/image", &fields)
        .await
        .says(404, "has no such image");
    let fields = [
        ("item", "A-100"),
        ("image", jpeg.as_str()),
        ("change", "burn"),
    ];
    assert_eq!(
        anna.post("/product/image", &fields).await.status.as_u16(),
        400
    );
    // AX retires both products.
    served
        .upload_to("items/batch", &[delete("A-100", 2), delete("A-200", 2)])
        .await;
    let until = Instant::now() + Duration::from_secs(20);
    while !files(&served).is_empty() {
        assert!(Instant::now() < until, "{:?}", files(&served));
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn what_is_no_image_or_too_large_is_refused_and_leaves_nothing() {
    let (served, anna) = stocked().await;
    anna.get("/product?item=A-100").await;
    let mut large = PNG.to_vec();
    large.resize(5 * 1024 * 1024 + 1, 0);
    for (bytes, words) in [
        (
            &b"<svg onload=alert(1)>"[..],
            "It is no PNG, JPEG or WebP image",
        ),
        (
            b"GIF89a\x01\x00\x01\x00\x00\x00\x00;",
            "It is no PNG, JPEG or WebP image",
        ),
        (b"MZ\x90\x00", "It is no PNG, JPEG or WebP image"),
        (b"", "Choose an image"),
        (&PNG[..10], "damaged"),
        (&large, "An image has at most 5 MB"),
    ] {
        let shown = send_image(&anna, "A-100", "a.png", bytes).await;
        shown.says(422, words);
    }
    send_image(&anna, "nothing", "a.png", PNG)
        .await
        .says(404, "There is no such record");
    assert_eq!(files(&served), Vec::<String>::new());
    assert_eq!(images(&anna, "A-100").await, Vec::<String>::new());
}

#[tokio::test]
async fn a_gigabyte_is_not_read_to_its_end() {
    let (served, anna) = stocked().await;
    anna.get("/product?item=A-100").await;
    let query = super::browser::encoded(&[("item", "A-100"), ("csrf", &anna.csrf())]);
    let mut stream = tokio::net::TcpStream::connect(served.running.address())
        .await
        .unwrap();
    let head = format!(
        "POST /product/images?{query} HTTP/1.1\r\nHost: x\r\nCookie: {}\r\n\
         Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 1073741824\r\n\r\n\
         --x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.png\"\r\n\r\n",
        anna.cookie()
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let (mut reading, mut writing) = stream.into_split();
    let sending = tokio::spawn(async move {
        let mut sent = 0_u64;
        while sent < 1 << 30 && writing.write_all(&[0; 65_536]).await.is_ok() {
            sent += 65_536;
        }
        sent
    });
    let mut answer = vec![0; 4096];
    let read = tokio::time::timeout(Duration::from_secs(30), reading.read(&mut answer));
    let read = read.await.unwrap().unwrap();
    let answer = String::from_utf8_lossy(&answer[..read]).into_owned();
    assert!(answer.starts_with("HTTP/1.1 422"), "{answer}");
    drop(reading);
    let sent = tokio::time::timeout(Duration::from_secs(30), sending);
    assert!(sent.await.unwrap().unwrap() < 100 << 20);
    assert_eq!(files(&served), Vec::<String>::new());
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
        ["A-100", "A-200", "B%2F1"]
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
    // The service's own token opens no page.
    let request = served.request(Method::GET, "/products");
    assert!(!TOKEN.is_empty() && Told::of(request).await.status != 200);
}
