//! Stores, marketplaces, departments and categories at the website, and what is required to sell.

use axcs::commerce::wire::StoreList;
use axcs::model::channel::{Channel, ChannelKind};
use reqwest::Method;

use super::browser::{Browser, signed_up};
use super::settings::{activate, add_provider};
use super::support::{Served, Told, upsert};
use super::users::with_bert;

const SCRIPT: &str = "\"><script>alert(1)</script>";

async fn stores(served: &Served) -> Vec<Channel> {
    served.get("/v1/stores").await.ok::<StoreList>().stores
}

async fn set_up_store(browser: &Browser, id: &str, name: &str) -> String {
    browser.get("/new-store").await;
    let fields = [("id", id), ("name", name), ("currency", "usd")];
    browser.post("/new-store", &fields).await.to().to_owned()
}

async fn sign_up_for(browser: &Browser, marketplace: &str, id: &str) -> String {
    let path = format!("/marketplaces/{marketplace}");
    browser.get(&path).await.says(200, "Our name there");
    let fields = [
        ("id", id),
        ("name", "The market"),
        ("currency", "USD"),
        ("seller", "contoso-shop"),
    ];
    browser.post(&path, &fields).await.to().to_owned()
}

fn category(id: &str, name: &str, parent: &str) -> String {
    format!(
        r#"{{"op":"upsert","id":"{id}","version":1,"value":{{"id":"{id}","hierarchy":"Online","name":"{name}","parent":"{parent}","active":true}}}}"#
    )
}

/// What AX sends before a store sells: a mode of delivery, its parameters, a product.
async fn ax_has_sent(served: &Served, store: &str) {
    served.upload(&[upsert("GROUND", 1, "Ground")]).await;
    let parameters = format!(
        r#"{{"op":"upsert","id":"{store}","version":1,"value":{{"store":"{store}","customer_template":{{"account":"C1"}},"shipping_charges_code":"FREIGHT","sales_origin":"INET"}}}}"#
    );
    let item = r#"{"op":"upsert","id":"1001","version":1,"value":{"item":"1001","product_type":"item","price":"10","price_unit":"1","net_weight":"1"}}"#;
    for (path, line) in [
        ("store-parameters/batch", parameters),
        ("items/batch", item.to_owned()),
    ] {
        let results = served.upload_to(path, &[line]).await;
        assert_eq!(
            results[0].status,
            axcs::commerce::wire::LineStatus::Created,
            "{results:?}"
        );
    }
}

async fn offer_shipping(browser: &Browser) {
    let path = "/settings/shipping/method?mode=GROUND";
    browser.get(path).await;
    let fields = [("name", "Ground"), ("charge", "5"), ("offered", "yes")];
    assert_eq!(browser.post(path, &fields).await.to(), "/settings/shipping");
}

#[tokio::test]
async fn an_own_store_opens_when_nothing_is_missing_and_the_api_lists_it() {
    let served = Served::start().await;
    let anna = signed_up(&served).await;
    let path = set_up_store(&anna, "web", "Web shop").await;
    assert_eq!(path, "/stores/web");
    let expected = Channel {
        id: "web".to_owned(),
        kind: ChannelKind::OnlineStore,
        name: "Web shop".to_owned(),
        currency: "USD".to_owned(),
        open: false,
    };
    assert_eq!(stores(&served).await, std::slice::from_ref(&expected));
    let shown = anna.get(&path).await;
    assert_eq!(shown.html.matches("Missing:").count(), 6, "{}", shown.html);
    let edit = format!("{path}/edit");
    let open = [("name", "Web shop"), ("open", "open")];
    anna.post(&edit, &open).await.says(
        422,
        "It cannot sell yet. Not so far: The account is active;",
    );
    activate(&served).await;
    ax_has_sent(&served, "web").await;
    offer_shipping(&anna).await;
    let provider = add_provider(&anna, "Litware Pay").await;
    let provider = provider.rsplit('/').next().unwrap();
    anna.post("/settings/payment", &[("VISA", provider)]).await;
    let shown = anna.post(&edit, &open).await;
    shown.says(422, "Not so far: A sales tax is set up.");
    assert_eq!(shown.html.matches("Missing:").count(), 1, "{}", shown.html);
    let tax = [("country", "USA"), ("code", "NONE"), ("rate", "0")];
    anna.post("/settings/sales-tax/new", &tax).await;
    assert_eq!(anna.post(&edit, &open).await.to(), path);
    anna.get(&path).await.says(200, "Web shop is open.");
    assert!(stores(&served).await[0].open);
    // An open one is not removed; a closed one is.
    let remove = format!("{path}/remove");
    anna.post(&remove, &[])
        .await
        .says(422, "It is open; close it first.");
    let close = [("name", "Shop"), ("open", "closed")];
    assert_eq!(anna.post(&edit, &close).await.to(), path);
    anna.get(&path).await.says(200, "Shop is closed.");
    assert_eq!(anna.post(&remove, &[]).await.to(), "/stores");
    assert_eq!(stores(&served).await, []);
    anna.get(&path).await.says(404, "There is no such page");
}

#[tokio::test]
async fn a_store_needs_an_id_a_name_and_a_currency_of_its_own() {
    let served = Served::start().await;
    let anna = signed_up(&served).await;
    set_up_store(&anna, "web", "Web shop").await;
    anna.get("/new-store").await;
    for (id, name, currency, words) in [
        (
            "web",
            "x",
            "USD",
            "There is a store or marketplace with this id.",
        ),
        ("a b", "x", "USD", "An id is 1 to 40 letters"),
        ("..", "x", "USD", "An id is 1 to 40 letters"),
        ("../x", "x", "USD", "An id is 1 to 40 letters"),
        ("a", "", "USD", "Fill this in."),
        ("a", "x", "US", "A currency is three letters"),
        ("a", "x", "U5D", "A currency is three letters"),
    ] {
        let fields = [("id", id), ("name", name), ("currency", currency)];
        anna.post("/new-store", &fields).await.says(422, words);
    }
    assert_eq!(stores(&served).await.len(), 1);
    anna.get("/marketplaces/other").await;
    let taken = [
        ("id", "web"),
        ("name", "x"),
        ("currency", "USD"),
        ("seller", "x"),
    ];
    anna.post("/marketplaces/other", &taken)
        .await
        .says(422, "There is a store or marketplace with this id.");
}

#[tokio::test]
async fn a_marketplace_sells_once_its_attributes_and_categories_are_mapped() {
    let served = Served::start().await;
    let anna = signed_up(&served).await;
    activate(&served).await;
    anna.get("/marketplaces").await.says(200, "eBay");
    anna.get("/marketplaces/none")
        .await
        .says(404, "There is no such page");
    let path = sign_up_for(&anna, "ebay", "ebay").await;
    assert_eq!(path, "/stores/ebay");
    anna.get(&path).await.says(200, "contoso-shop");
    ax_has_sent(&served, "ebay").await;
    offer_shipping(&anna).await;
    let attributes = format!("{path}/attributes");
    anna.get(&attributes)
        .await
        .says(200, "Title (required to sell)");
    let mut fields = vec![
        ("sku", "item"),
        ("title", "name"),
        ("brand", SCRIPT),
        ("description", "description"),
        ("price", "price"),
        ("quantity", "no-such-attribute"),
    ];
    assert_eq!(anna.post(&attributes, &fields).await.to(), path);
    let shown = anna.get(&attributes).await;
    shown.says(200, "<option value=\"name\" selected>");
    assert!(!shown.html.contains("<script"), "{}", shown.html);
    let edit = format!("{path}/edit");
    let open = [("name", "The market"), ("open", "open")];
    anna.post(&edit, &open).await.says(
        422,
        "Not so far: The required attributes of the marketplace are mapped; Departments",
    );
    fields[5].1 = "available";
    anna.post(&attributes, &fields).await;
    anna.get("/departments/new").await;
    let department = anna.post("/departments/new", &[("name", "Lamps")]).await;
    let department = department.to().to_owned();
    anna.get(&department).await.says(200, "<td>–</td>");
    let mapping = format!("{department}/mapping/ebay");
    anna.get(&mapping)
        .await
        .says(200, "As the marketplace names it");
    anna.post(&edit, &open)
        .await
        .says(422, "Not so far: Departments");
    let target = [("target", "Home & Garden")];
    assert_eq!(anna.post(&mapping, &target).await.to(), department);
    anna.get(&department).await.says(200, "Home &#38; Garden");
    assert_eq!(anna.post(&edit, &open).await.to(), path);
    assert!(stores(&served).await[0].open);
    // An own store has neither.
    set_up_store(&anna, "web", "Web").await;
    for lost in [
        "/stores/web/attributes",
        &format!("{department}/mapping/web"),
    ] {
        anna.get(lost).await.says(404, "There is no such page");
    }
}

#[tokio::test]
async fn a_marketplace_made_through_the_api_is_one_of_the_websites() {
    let served = Served::start().await;
    let anna = signed_up(&served).await;
    let body =
        r#"{"id":"bazaar","kind":"marketplace","name":"Bazaar","currency":"USD","open":true}"#;
    let put = || served.request(Method::PUT, "/v1/stores/bazaar").body(body);
    assert_eq!(Told::of(put()).await.status, 201);
    anna.get("/stores").await.says(200, "Bazaar");
    anna.get("/stores/bazaar")
        .await
        .says(200, "Another marketplace");
    let fields = [("sku", "item"), ("brand", "Contoso")];
    anna.post("/stores/bazaar/attributes", &fields).await;
    // Changed through the API it keeps what is mapped; removed, it does not.
    assert_eq!(Told::of(put()).await.status, 200);
    let attributes = "/stores/bazaar/attributes";
    anna.get(attributes).await.says(200, "value=\"Contoso\"");
    let gone = served.request(Method::DELETE, "/v1/stores/bazaar");
    assert_eq!(Told::of(gone).await.status, 200);
    anna.get(attributes)
        .await
        .says(404, "There is no such page");
    assert_eq!(Told::of(put()).await.status, 201);
    let shown = anna.get(attributes).await;
    assert!(!shown.html.contains("value=\"Contoso\""), "{}", shown.html);
}

#[tokio::test]
async fn categories_of_ax_become_departments_with_categories_once() {
    let served = Served::start().await;
    let anna = signed_up(&served).await;
    activate(&served).await;
    let off = category("10", "Old", "1").replace("true", "false");
    let lines = [
        off,
        category("11", "Below old", "10"),
        category("1", "All", ""),
        category("2", "Bikes", "1"),
        category("3", "Mountain", "2"),
        category("4", "Frames", "3"),
        category("5", "Clothing", "1"),
        category("6", "clothing", "1"),
        category("7", "Lost", "99"),
        // Two that are each above the other.
        category("8", "Round", "9"),
        category("9", "About", "8"),
    ];
    served.upload_to("categories/batch", &lines).await;
    anna.get("/departments").await.says(200, "None so far.");
    let shown = anna.post("/departments/from-ax", &[]).await;
    assert_eq!(shown.to(), "/departments");
    let shown = anna.get("/departments").await;
    shown.says(200, "departments 2, categories 2. Left out");
    shown.says(200, "another one of the name: 1.");
    let bikes = shown.value_behind("<tbody>", "href");
    let shown = anna.get(&bikes).await;
    shown.says(200, "Mountain &#62; Frames");
    // A new name stays when they are taken over again.
    let rename = format!("{bikes}/edit");
    assert_eq!(
        anna.post(&rename, &[("name", "Bicycles")]).await.to(),
        bikes
    );
    anna.post("/departments/from-ax", &[]).await;
    let shown = anna.get("/departments").await;
    shown.says(200, "departments 0, categories 0.");
    shown.says(200, ">Bicycles</a>");
    anna.get(&bikes).await.says(200, "Bikes (Online)");
}

#[tokio::test]
async fn a_category_is_sold_in_its_departments_category_until_it_has_its_own() {
    let served = Served::start().await;
    let anna = signed_up(&served).await;
    sign_up_for(&anna, "other", "market").await;
    anna.get("/departments/new").await;
    let shown = anna.post("/departments/new", &[("name", SCRIPT)]).await;
    let department = shown.to().to_owned();
    anna.post("/departments/new", &[("name", SCRIPT)])
        .await
        .says(422, "Another one has this name.");
    let number = department.rsplit('/').next().unwrap();
    let add = format!("/departments/new?in={number}");
    assert_eq!(anna.post(&add, &[("name", "Desk")]).await.to(), department);
    anna.post(&add, &[("name", "desk")])
        .await
        .says(422, "Another one has this name.");
    let shown = anna.get(&department).await;
    assert!(!shown.html.contains("<script"), "{}", shown.html);
    let desk = shown.value_behind("<h2 id=\"categories\">", "href");
    assert_eq!(desk, add);
    let desk = shown.value_behind("aria-label=\"Categories\"", "href");
    let target = [("target", "Home > Lamps")];
    anna.post(&format!("{department}/mapping/market"), &target)
        .await;
    let shown = anna.get(&desk).await;
    shown.says(
        200,
        "Home &#62; Lamps <span class=\"note\">(the department's)",
    );
    let target = [("target", "Home > Desks")];
    assert_eq!(
        anna.post(&format!("{desk}/mapping/market"), &target)
            .await
            .to(),
        desk
    );
    let shown = anna.get(&desk).await;
    shown.says(200, "Home &#62; Desks");
    assert!(!shown.html.contains("(the department's)"));
    // Categories are below departments only, and keep theirs.
    let below = format!("/departments/new?in={}", desk.rsplit('/').next().unwrap());
    anna.post(&below, &[("name", "x")])
        .await
        .says(422, "A category holds no categories.");
    anna.post(&format!("{department}/delete"), &[])
        .await
        .says(422, "There is 1 category in");
    let delete = format!("{desk}/delete");
    assert_eq!(anna.post(&delete, &[]).await.to(), department);
    let delete = format!("{department}/delete");
    assert_eq!(anna.post(&delete, &[]).await.to(), "/departments");
}

#[tokio::test]
async fn long_lists_of_stores_and_departments_are_read_page_by_page() {
    let served = Served::start().await;
    let anna = signed_up(&served).await;
    anna.get("/departments/new").await;
    for number in 0..51 {
        let name = format!("D {number:02}");
        anna.post("/departments/new", &[("name", &name)]).await;
        let id = format!("s{number:02}");
        let fields = [("id", id.as_str()), ("name", "x"), ("currency", "USD")];
        anna.post("/new-store", &fields).await;
    }
    for (path, last) in [("/stores", "<td>s50</td>"), ("/departments", ">D 50</a>")] {
        let first = anna.get(path).await;
        assert!(!first.html.contains(last), "{path}");
        let next = first.value_behind("Pages of the list", "href");
        anna.get(&next).await.says(200, last);
    }
}

#[tokio::test]
async fn who_may_not_change_stores_and_departments_looks_only() {
    let served = Served::start().await;
    let anna = signed_up(&served).await;
    set_up_store(&anna, "web", "Web shop").await;
    anna.get("/departments/new").await;
    let department = anna.post("/departments/new", &[("name", "Lamps")]).await;
    let department = department.to().to_owned();
    let (_, bert) = with_bert(&served, &["viewer", "order-manager"]).await;
    bert.get("/stores").await.says(200, "Web shop");
    bert.get("/stores/web").await.says(200, "Missing:");
    bert.get(&department).await.says(200, "Lamps");
    for path in [
        "/stores",
        "/stores/web",
        "/departments",
        department.as_str(),
    ] {
        let shown = bert.get(path).await;
        // Only *Sign out*.
        assert_eq!(shown.html.matches("<form").count(), 1, "{}", shown.html);
    }
    let forms = [
        "/new-store".to_owned(),
        "/stores/web/edit".to_owned(),
        "/stores/web/remove".to_owned(),
        "/marketplaces/ebay".to_owned(),
        "/departments/new".to_owned(),
        "/departments/from-ax".to_owned(),
        format!("{department}/edit"),
        format!("{department}/delete"),
    ];
    let fields = [("name", "Evil"), ("id", "evil"), ("currency", "USD")];
    for path in &forms {
        bert.post(path, &fields)
            .await
            .says(403, "Your roles do not allow this");
        anna.post_bare(path, &fields)
            .await
            .says(403, "The form is out of date");
    }
    assert_eq!(stores(&served).await[0].name, "Web shop");
    assert_eq!(stores(&served).await.len(), 1);
    anna.get(&department).await.says(200, "Lamps");
}

#[tokio::test]
async fn a_catalog_manager_keeps_stores_and_departments() {
    let served = Served::start().await;
    signed_up(&served).await;
    let (_, bert) = with_bert(&served, &["catalog-manager"]).await;
    assert_eq!(set_up_store(&bert, "web", "Web shop").await, "/stores/web");
    bert.get("/stores/web")
        .await
        .says(200, "A sales tax is set up");
    assert!(
        !bert.get("/stores/web").await.html.contains("/settings/"),
        "settings are the service administrator's"
    );
    assert_eq!(
        sign_up_for(&bert, "amazon", "amazon").await,
        "/stores/amazon"
    );
    bert.get("/departments/new").await;
    let shown = bert.post("/departments/new", &[("name", "Lamps")]).await;
    assert!(shown.to().starts_with("/departments/"));
}
