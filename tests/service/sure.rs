//! Before something goes for good, a page says what and how much goes; and whatever address is typed,
//! a page of the site answers.

use reqwest::Method;

use super::browser::{Browser, signed_up};
use super::catalog::stocked;
use super::settings::add_provider;
use super::support::{Served, Told};
use super::users::with_bert;

/// The page at `path` links to one that asks; what it asks about is there until its form is sent.
async fn asks_first(browser: &Browser, path: &str, delete: &str, words: &str) {
    let link = format!("class=\"button danger\" href=\"{delete}\"");
    browser.get(path).await.says(200, &link);
    let asked = browser.get(delete).await;
    asked.says(200, words);
    asked.says(200, "It cannot be taken back.");
    let leave = format!("<a href=\"{path}\">Leave it</a>");
    assert!(asked.html.contains(&leave), "{}", asked.html);
    assert_eq!(asked.html.matches("class=\"danger\"").count(), 1);
    assert_eq!(browser.get(path).await.status.as_u16(), 200);
    // The form has no action: it is sent to the page that asks.
    let gone = browser.post(delete, &[]).await;
    assert!(!gone.to().starts_with(path), "{}", gone.to());
}

#[tokio::test]
async fn nothing_goes_for_good_before_a_page_has_said_what_and_how_much() {
    let (served, anna) = stocked().await;

    let provider = add_provider(&anna, "Litware Pay").await;
    let words = "This deletes 1 payment provider: Litware Pay.";
    asks_first(&anna, &provider, &format!("{provider}/delete"), words).await;

    anna.get("/settings/sales-tax/new").await;
    let tax = [
        ("country", "USA"),
        ("state", "WA"),
        ("code", "WA-S"),
        ("rate", "6.5"),
    ];
    anna.post("/settings/sales-tax/new", &tax).await.to();
    let listed = anna.get("/settings/sales-tax").await;
    let tax = listed.value_behind("<tbody>", "href");
    let words = "This deletes 1 sales tax: WA-S, 6.5 % in USA WA.";
    asks_first(&anna, &tax, &format!("{tax}/delete"), words).await;

    anna.get("/marketplaces/ebay").await;
    let fields = [
        ("id", "ebay"),
        ("name", "The market"),
        ("currency", "USD"),
        ("seller", "x"),
    ];
    let market = anna
        .post("/marketplaces/ebay", &fields)
        .await
        .to()
        .to_owned();
    let mapped = [("sku", "item"), ("title", "name")];
    anna.post(&format!("{market}/attributes"), &mapped)
        .await
        .to();
    anna.get("/departments/new").await;
    let department = anna.post("/departments/new", &[("name", "Lamps")]).await;
    let department = department.to().to_owned();
    let mapping = format!("{department}/mapping/ebay");
    anna.post(&mapping, &[("target", "Light")]).await.to();
    let words = "This removes 1 marketplace: The market, with 2 mapped attributes and 1 mapped category. Its orders stay.";
    asks_first(&anna, &market, &format!("{market}/remove"), words).await;
    let words = "This deletes 1 department: Lamps. The products stay.";
    asks_first(&anna, &department, &format!("{department}/delete"), words).await;

    anna.get("/catalogs").await;
    let catalog = anna.post("/catalogs/new", &[("name", "Winter")]).await;
    let catalog = catalog.to().to_owned();
    let put = [("kind", "item"), ("id", "A-100"), ("id", "A-200")];
    anna.post(&format!("{catalog}/put"), &put).await.to();
    let words = "This deletes 1 catalog: Winter, with 2 lines. The products stay";
    asks_first(&anna, &catalog, &format!("{catalog}/delete"), words).await;

    let (id, _) = with_bert(&served, &["viewer"]).await;
    let user = format!("/users/{id}");
    anna.get(&user).await;
    let without = [
        ("sign_in", "bert"),
        ("first_name", "Bert"),
        ("last_name", "Lund"),
        ("email", "bert@contoso.example"),
    ];
    anna.post(&user, &without).await.to();
    let words = "This deletes 1 user: bert (Bert Lund)";
    asks_first(&anna, &user, &format!("{user}/delete"), words).await;
    for gone in [provider, tax, market, department, catalog, user] {
        assert_eq!(anna.get(&gone).await.status.as_u16(), 404, "{gone}");
    }
}

#[tokio::test]
async fn whatever_address_is_typed_a_page_of_the_site_answers() {
    let served = Served::start().await;
    let anna = signed_up(&served).await;
    for path in [
        "/catalogs/x",
        "/catalogs/99999999999999999999",
        "/catalogs/x/delete",
        "/orders/zzz",
        "/orders/%FF",
        "/stores/%C3%28",
        "/departments/x",
        "/users/x",
        "/product?item=%FF",
        "/shop/x",
        "/images/x",
        "/nothing",
    ] {
        let shown = anna.get(path).await;
        shown.says(404, "<main");
        assert!(shown.html.contains("Contoso"), "{path}: {}", shown.html);
    }
    let request = anna.request(Method::DELETE, &format!("/users?csrf={}", anna.csrf()));
    let shown = anna.send(request).await;
    shown.says(405, "The page cannot do that");
    assert!(shown.header("allow").contains("GET"), "{shown:?}");
}

#[tokio::test]
async fn whatever_address_a_program_asks_for_a_problem_document_answers() {
    let served = Served::start().await;
    for (path, code) in [
        ("/v1/orders/zzz", "no-such-order"),
        ("/v1/orders/%FF", "no-such-path"),
        ("/v1/operations/x", "no-such-operation"),
        ("/v1/things/batch", "no-such-path"),
        ("/v1/catalogs/x", "no-such-path"),
        ("/v1/delivery-modes?limit=x", "bad-query"),
    ] {
        let told = Told::of(served.request(Method::GET, path)).await;
        let problem = told.problem(told.status.as_u16());
        if problem.status != 405 {
            assert_eq!(problem.code, code, "{path}");
        }
    }
}
