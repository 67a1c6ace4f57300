//! The settings of sales at the website: payment, shipping methods, sales tax.

use super::browser::{Browser, Shown, signed_up};
use super::support::{Served, Told, delete, upsert};
use super::users::with_bert;

const SCRIPT: &str = "<script>alert(1)</script>";

fn has_no_script(shown: &Shown) {
    shown.says(200, "&#60;script&#62;");
    assert!(!shown.html.contains("<script"), "{}", shown.html);
}

async fn with_active_account(served: &Served) -> Browser {
    let anna = signed_up(served).await;
    activate(served).await;
    anna
}

/// Activates the account for a company.
pub async fn activate(served: &Served) {
    let body = r#"{"id":"usmf","name":"Contoso","partition":1,"release":"AX 2012 R2"}"#;
    let request = served
        .request(reqwest::Method::POST, "/v1/account/activate")
        .body(body);
    let told = Told::of(request).await;
    assert_eq!(told.status, 200, "{told:?}");
}

/// Adds a payment provider and returns its path.
pub async fn add_provider(browser: &Browser, name: &str) -> String {
    browser.get("/settings/payment/new").await;
    let fields = [("name", name), ("merchant", "")];
    let shown = browser.post("/settings/payment/new", &fields).await;
    assert_eq!(shown.to(), "/settings/payment");
    let list = browser.get("/settings/payment").await;
    let list = list.html.replace("&#60;", "<").replace("&#62;", ">");
    let (before, _) = list.split_once(&format!(">{name}</a>")).unwrap();
    let (_, path) = before.rsplit_once("href=\"").unwrap();
    path.trim_end_matches('"').to_owned()
}

#[tokio::test]
async fn payment_methods_are_assigned_to_providers_and_keep_them() {
    let served = Served::start().await;
    let anna = signed_up(&served).await;
    anna.get("/settings").await.says(200, "Missing");
    anna.get("/").await.says(200, "/settings/payment");
    let path = add_provider(&anna, "Litware Pay").await;
    let id = path.rsplit('/').next().unwrap().to_owned();
    anna.get("/settings/payment/new").await;
    let again = [("name", "litware PAY")];
    anna.post("/settings/payment/new", &again)
        .await
        .says(422, "Another payment provider has this name.");
    let empty = [("name", " ")];
    anna.post("/settings/payment/new", &empty)
        .await
        .says(422, "Fill this in.");
    let long = "x".repeat(61);
    anna.post("/settings/payment/new", &[("name", &long)])
        .await
        .says(422, "At most 60 characters");
    let fields = [("VISA", id.as_str()), ("PAYPAL", ""), ("CHECK", "999")];
    let shown = anna.post("/settings/payment", &fields).await;
    assert_eq!(shown.to(), "/settings/payment");
    let shown = anna.get("/settings/payment").await;
    shown.says(200, "The payment methods are assigned.");
    let chosen = format!("<option value=\"{id}\" selected>Litware Pay</option>");
    assert_eq!(shown.html.matches(&chosen).count(), 1, "{}", shown.html);
    // It stays while a payment method needs it.
    anna.post(&format!("{path}/delete"), &[])
        .await
        .says(422, "Litware Pay takes Visa; assign them");
    assert_eq!(
        anna.post("/settings/payment", &[]).await.to(),
        "/settings/payment"
    );
    let gone = anna.post(&format!("{path}/delete"), &[]).await;
    assert_eq!(gone.to(), "/settings/payment");
    for lost in [path.as_str(), "/settings/payment/0", "/settings/payment/x"] {
        anna.get(lost).await.says(404, "There is no such page");
    }
}

#[tokio::test]
async fn there_are_fifty_payment_providers_at_most() {
    let served = Served::start().await;
    let anna = signed_up(&served).await;
    anna.get("/settings/payment/new").await;
    for number in 0..50 {
        let name = format!("Provider {number}");
        let shown = anna.post("/settings/payment/new", &[("name", &name)]).await;
        assert_eq!(shown.to(), "/settings/payment");
    }
    anna.post("/settings/payment/new", &[("name", "One more")])
        .await
        .says(422, "There are 50 payment providers, which is the most");
}

#[tokio::test]
async fn shoppers_are_offered_modes_of_delivery_of_ax_only() {
    let served = Served::start().await;
    let anna = with_active_account(&served).await;
    anna.get("/settings/shipping")
        .await
        .says(200, "AX has sent no modes of delivery yet.");
    let odd = "2 day/<air>&";
    served
        .upload(&[upsert("GROUND", 1, "Ground"), upsert(odd, 1, SCRIPT)])
        .await;
    has_no_script(&anna.get("/settings/shipping").await);
    let ground = "/settings/shipping/method?mode=GROUND";
    anna.get(ground).await.says(200, "value=\"Ground\"");
    for (charge, words) in [
        ("", "Fill this in."),
        ("a", "A number from 0 to 1000000"),
        ("-1", "A number from 0 to 1000000"),
        ("1e3", "A number from 0 to 1000000"),
        ("1.23456", "A number from 0 to 1000000"),
        ("1000001", "A number from 0 to 1000000"),
        ("9,95", "A number from 0 to 1000000"),
    ] {
        let fields = [("name", "Ground"), ("charge", charge), ("offered", "yes")];
        anna.post(ground, &fields).await.says(422, words);
    }
    let fields = [
        ("name", "By truck"),
        ("charge", "7.950"),
        ("offered", "yes"),
    ];
    assert_eq!(anna.post(ground, &fields).await.to(), "/settings/shipping");
    let listed = anna.get("/settings/shipping").await;
    listed.says(200, "By truck");
    listed.says(200, "7.95<");
    // The address of a code with any characters leads to it.
    let path = listed.value_behind("<tbody>", "href");
    assert!(path.contains("mode=2%20day%2F%3Cair%3E%26"), "{path}");
    anna.get(&path).await.says(200, "2 day/&#60;air&#62;&#38;");
    anna.get("/settings/shipping/method?mode=NONE")
        .await
        .says(404, "There is no such page");
    // What AX drops is not offered again.
    served.upload(&[delete("GROUND", 2)]).await;
    anna.get("/settings/shipping").await.says(200, "Gone");
    anna.post(ground, &fields)
        .await
        .says(422, "AX has no such mode of delivery any more.");
}

#[tokio::test]
async fn a_sales_tax_stands_once_for_a_place_and_group() {
    let served = Served::start().await;
    let anna = signed_up(&served).await;
    anna.get("/settings/sales-tax").await.says(200, "rate 0");
    let path = "/settings/sales-tax/new";
    anna.get(path).await.says(200, "value=\"USA\"");
    let washington = [
        ("country", "usa"),
        ("state", "wa"),
        ("item_tax_group", "FULL"),
        ("code", SCRIPT),
        ("rate", "9.5"),
        ("on_shipping", "yes"),
    ];
    assert_eq!(
        anna.post(path, &washington).await.to(),
        "/settings/sales-tax"
    );
    let listed = anna.get("/settings/sales-tax").await;
    has_no_script(&listed);
    listed.says(200, ">USA</a>");
    listed.says(200, "<td>WA</td>");
    anna.post(path, &washington).await.says(
        422,
        "There is a sales tax for this place and item sales tax group.",
    );
    for (field, value, words) in [
        (4, "100.1", "A number from 0 to 100,"),
        (4, "much", "A number from 0 to 100,"),
        (0, "U/A", "Letters and digits only"),
        (1, "<b>", "Letters and digits only"),
        (0, "", "Fill this in."),
        (3, "", "Fill this in."),
    ] {
        let mut wrong = washington;
        wrong[field].1 = value;
        anna.post(path, &wrong).await.says(422, words);
    }
    let edit = listed.value_behind("<tbody>", "href");
    let mut whole = washington;
    (whole[1].1, whole[2].1, whole[3].1) = ("", "", "US");
    assert_eq!(anna.post(&edit, &whole).await.to(), "/settings/sales-tax");
    anna.get("/settings/sales-tax")
        .await
        .says(200, "<td>All</td>");
    anna.post(&format!("{edit}/delete"), &[]).await;
    anna.get(&edit).await.says(404, "There is no such page");
}

#[tokio::test]
async fn long_lists_of_settings_are_read_page_by_page() {
    let served = Served::start().await;
    let anna = with_active_account(&served).await;
    let modes: Vec<String> = (0..120)
        .map(|number| upsert(&format!("M{number:03}"), 1, "x"))
        .collect();
    served.upload(&modes).await;
    let mut path = "/settings/shipping".to_owned();
    let mut seen = Vec::new();
    for mark in ["Pages of the list", "rel=\"first\"", ""] {
        let shown = anna.get(&path).await;
        seen.push(shown.html.matches("/method?mode=").count());
        if !mark.is_empty() {
            path = shown.value_behind(mark, "href");
        }
    }
    assert_eq!(seen, [50, 50, 20]);
}

#[tokio::test]
async fn only_a_service_administrator_changes_settings_and_never_by_a_forged_form() {
    let served = Served::start().await;
    let anna = signed_up(&served).await;
    let provider = add_provider(&anna, "Litware Pay").await;
    let (_, bert) = with_bert(&served, &["catalog-manager", "order-manager"]).await;
    let nobody = Browser::at(&served);
    nobody.get("/sign-in").await;
    let delete = format!("{provider}/delete");
    let forms = [
        "/settings/payment",
        "/settings/payment/new",
        provider.as_str(),
        delete.as_str(),
        "/settings/shipping/method?mode=A",
        "/settings/sales-tax/new",
    ];
    for path in forms {
        let fields = [
            ("name", "Evil"),
            ("country", "USA"),
            ("code", "x"),
            ("rate", "1"),
        ];
        anna.post_bare(path, &fields)
            .await
            .says(403, "The form is out of date");
        bert.post(path, &fields)
            .await
            .says(403, "Your roles do not allow this");
        assert_eq!(nobody.post(path, &fields).await.to(), "/sign-in");
    }
    for path in [
        "/settings",
        "/settings/payment",
        "/settings/shipping",
        "/settings/sales-tax",
    ] {
        bert.get(path)
            .await
            .says(403, "Your roles do not allow this");
        assert!(nobody.get(path).await.to().starts_with("/sign-in?next="));
    }
    let shown = anna.get("/settings/payment").await;
    shown.says(200, "Litware Pay");
    assert!(!shown.html.contains("Evil"));
    assert!(!bert.get("/").await.html.contains("href=\"/settings\""));
}
