//! From an empty folder to an order that was shipped: what a new user does to get through the
//! Configuration checklist, and then a shopper.

use serde_json::Value;

use crate::axcs_program::Axcs;
use crate::browser::Browser;
use crate::pty::Pty;

const PASSWORD: &str = "correct horse battery";
const ROWS: u16 = 45;

/// The word behind `name` on the console's screen.
fn word_behind(console: &mut Pty, name: &str) -> String {
    console.until_shows(name);
    let screen = console.screen.screen().contents();
    let (_, behind) = screen.split_once(name).unwrap();
    behind.split_whitespace().next().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_user_does_the_configuration_checklist_with_console_and_browser() {
    let Some(browser) = Browser::start("the configuration checklist").await else {
        return;
    };
    let axcs = Axcs::new();
    let mut console = Pty::start(axcs.in_terminal(&["demo", "--items", "60"]), ROWS);
    let service = word_behind(&mut console, "service http");
    let url = format!("http{service}");

    // Set up online services account.
    browser.open(&url).await;
    browser.press("Set up an account").await;
    browser.press("Sign up").await;
    browser.shows("Correct what is marked below.").await;
    browser.fits_a_telephone().await;
    let person = [
        ("organization", "Contoso"),
        ("first_name", "Anna"),
        ("last_name", "Berg"),
        ("email", "anna@contoso.example"),
        ("sign_in", "anna"),
        ("password", PASSWORD),
        ("again", PASSWORD),
    ];
    browser.fill(&person).await;
    browser.press("Sign up").await;
    browser.shows("Contoso").await;
    browser.picture("home").await;
    browser.fits_a_telephone().await;

    // This machine signs in.
    console.press("1");
    console.until_shows("This machine");
    console.press("s");
    let code = word_behind(&mut console, "Enter ");
    browser.open(&format!("{url}/device")).await;
    browser.fill(&[("code", "XXXX-XXXX")]).await;
    browser.press("Continue").await;
    browser.shows("No machine waits with this code.").await;
    browser.fill(&[("code", &code)]).await;
    browser.press("Continue").await;
    browser.shows(&code).await;
    browser.fits_a_telephone().await;
    browser.picture("device").await;
    browser.press("Allow").await;
    console.until_shows("signed in by anna");

    // Activate online service.
    console.until_shows("a activate");
    console.press("a");
    console.until_shows("y yes");
    console.press("y");
    console.until_shows("active");
    browser.open(&url).await;
    browser.until_shows("Active").await;

    // Set up users.
    browser.open(&format!("{url}/users/new")).await;
    let bert = [
        ("first_name", "Bert"),
        ("last_name", "Lund"),
        ("sign_in", "bert"),
        ("email", "bert@contoso.example"),
    ];
    browser.fill(&bert).await;
    browser.tick("roles", "order-manager").await;
    browser.press("Save").await;
    browser.shows("bert is added.").await;
    axcs.ok(&["checklist", "--tick", "users"]);

    // Parameters, and what they change.
    let choices = axcs.json(&["parameters"])["choices"].clone();
    let hierarchy = choices["category_hierarchies"][0].as_str().unwrap();
    let charge = ["--shipping-charge-code", "freight"];
    let set = ["parameters", "set", "--category-hierarchy", hierarchy];
    axcs.ok(&[&set[..], &charge].concat());
    axcs.ok(&["run", "complete", "--wait"]);

    // What a store needs, and its products.
    browser.open(&format!("{url}/settings/payment/new")).await;
    browser.fill(&[("name", "Litware Pay")]).await;
    browser.click("main form button").await;
    browser.shows("Litware Pay").await;
    browser.choose("VISA", "Litware Pay").await;
    browser.press("Save").await;
    browser.open(&format!("{url}/departments")).await;
    browser.press("Take over from AX").await;
    browser.open(&format!("{url}/stores")).await;
    browser.fits_a_telephone().await;
    let stores = axcs.json(&["stores"]);
    let online = |store: &&Value| store["kind"] == "online-store";
    let store = stores.as_array().unwrap().iter().find(online).unwrap();
    let shop = store["id"].as_str().unwrap();
    browser
        .open(&format!("{url}/publications/{shop}/choose"))
        .await;
    browser.picture("publish").await;
    browser.press("Publish all").await;
    browser.click("main form.actions button").await;
    browser.shows("published").await;

    // Everything that can be seen is done.
    let list = axcs.json(&["checklist", "configuration"]);
    for item in list["items"].as_array().unwrap() {
        let is_done = item["state"] == "finished" || item["id"] == "logging";
        assert!(is_done, "{item}");
    }
    console.press("2");
    console.until_shows("ticked by");

    // A shopper orders.
    browser.open(&format!("{url}/shop/{shop}")).await;
    browser.fits_a_telephone().await;
    browser.picture("shop").await;
    browser.click("ul.offers a").await;
    browser.press("Order").await;
    browser.fits_a_telephone().await;
    let shopper = [
        ("name", "Noa Levi"),
        ("email", "noa@example.com"),
        ("street", "12 Elm Street"),
        ("zip_code", "98052"),
        ("city", "Redmond"),
        ("state", "WA"),
        ("country", "USA"),
    ];
    browser.fill(&shopper).await;
    browser.press("Order").await;
    let number = browser.text_at(".flash strong").await;

    // It becomes a sales order, and the shopper sees that it was shipped.
    axcs.ok(&["run", "orders", "--wait"]);
    let orders = axcs.json(&["orders"]).to_string();
    assert!(orders.contains(&number), "{orders}");
    axcs.ok(&["company", "orders", "ship", "--all"]);
    axcs.ok(&["run", "orders", "--wait"]);
    browser.until_shows("Shipped").await;
    browser.open(&format!("{url}/orders")).await;
    browser.press(&number).await;
    browser.shows("Noa Levi").await;
    browser.shows("Shipped").await;
    browser.picture("order").await;
    browser.open(&format!("{url}/products")).await;
    browser.picture("catalog").await;
    browser.close().await;
}
