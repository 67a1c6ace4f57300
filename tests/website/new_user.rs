//! From an empty folder to an order that was shipped: what a new user does to get through the
//! Configuration checklist, and then a shopper.

use std::time::{Duration, Instant};

use axcs::model::Job;
use serde_json::Value;

use crate::axcs_program::Axcs;
use crate::browser::Browser;
use crate::pty::Pty;

const PASSWORD: &str = "correct horse battery";
const ROWS: u16 = 45;
/// What a job does is done in this time, also where another of its runs has to end first.
const SOON: Duration = Duration::from_secs(60);
/// The key that takes the next choice of a field.
const NEXT_CHOICE: &str = "\u{e}";
const ENTER: &str = "\r";
/// The store of the demo in which the shopper orders.
const SHOP: &str = "contoso";

/// Somebody with a console and a browser.
struct NewUser {
    axcs: Axcs,
    console: Pty,
    browser: Browser,
    /// Address of the website.
    url: String,
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_user_does_the_configuration_checklist_with_console_and_browser() {
    let Some(browser) = Browser::start("the configuration checklist").await else {
        return;
    };
    let mut user = NewUser::start(browser);
    user.signs_up().await;
    user.signs_this_machine_in().await;
    user.activates().await;
    user.sets_parameters();
    user.selects_a_marketplace().await;
    user.sets_up_users().await;
    user.selects_products();
    user.schedules_the_jobs();
    user.opens_the_shop().await;
    user.finds_the_checklist_finished();
    let number = user.orders_in_the_shop().await;
    user.sees_it_shipped(&number).await;
    user.browser.close().await;
}

impl NewUser {
    /// The demo of an empty folder.
    fn start(browser: Browser) -> Self {
        let axcs = Axcs::new();
        let mut console = Pty::start(axcs.in_terminal(&["demo", "--items", "60"]), ROWS);
        let service = word_behind(&mut console, " http");
        Self {
            url: format!("http{service}"),
            axcs,
            console,
            browser,
        }
    }

    /// *Set up online services account*, in the browser.
    async fn signs_up(&self) {
        let browser = &self.browser;
        browser.open(&self.url).await;
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
    }

    /// The console shows a code, which is entered in the browser.
    async fn signs_this_machine_in(&mut self) {
        let Self {
            console, browser, ..
        } = self;
        console.press("1");
        console.until_shows("This machine");
        console.press("s");
        let code = word_behind(console, "Enter ");
        browser.open(&format!("{}/device", self.url)).await;
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
    }

    /// *Activate online service*, in the console.
    async fn activates(&mut self) {
        let console = &mut self.console;
        console.until_shows("a activate");
        console.press("a");
        console.until_shows("y yes");
        console.press("y");
        console.until_shows("active");
        self.browser.open(&self.url).await;
        self.browser.until_shows("Active").await;
    }

    /// Selects an item of the Configuration checklist in the console.
    fn goes_to(&mut self, id: &str) {
        let list = self.checklist();
        let place = list.iter().position(|item| item["id"] == id).unwrap();
        let command = list[place]["command"].as_str().unwrap().to_owned();
        self.console.press("2");
        self.console.until_shows("Configuration checklist");
        self.console.press("g");
        self.console.press(&"j".repeat(place));
        self.console.until_shows(&command);
    }

    fn checklist(&self) -> Vec<Value> {
        let list = self.axcs.json(&["checklist", "configuration"]);
        list["items"].as_array().unwrap().clone()
    }

    /// *Parameters*, in the console: chosen from what the company has.
    fn sets_parameters(&mut self) {
        self.goes_to("parameters");
        let console = &mut self.console;
        console.press(ENTER);
        console.until_shows("FREIGHT");
        console.press(NEXT_CHOICE);
        console.press("\tNONSENSE");
        console.press(ENTER);
        console.until_shows("There is no charges code NONSENSE.");
        console.press(&"\u{7f}".repeat("NONSENSE".len()));
        console.press("FREIGHT");
        console.press(ENTER);
        console.until_shows("are set");
        let parameters = self.axcs.json(&["parameters"])["parameters"].clone();
        assert_eq!(parameters["shipping_charges_code"], "FREIGHT");
    }

    /// *Select marketplaces online*, in the browser; the console downloads it.
    async fn selects_a_marketplace(&mut self) {
        let browser = &self.browser;
        browser.open(&format!("{}/marketplaces", self.url)).await;
        browser.fits_a_telephone().await;
        browser.click("main a[href^='/marketplaces/']").await;
        browser.fill(&[("seller", "contoso")]).await;
        browser.press("Sign up").await;
        browser.shows("is signed up for").await;
        browser.fits_a_telephone().await;
        let known = stores(&self.axcs);
        self.runs(Job::DeliveryModes, |axcs| stores(axcs) == known + 1);
    }

    /// Runs a job in the console until what it does is done. Another run may be under way.
    fn runs(&mut self, job: Job, is_done: impl Fn(&Axcs) -> bool) {
        let place = Job::ALL.iter().position(|one| *one == job).unwrap();
        self.console.press("4");
        self.console.until_shows("r run");
        self.console.press("g");
        self.console.press(&"j".repeat(place));
        soon(|| {
            let is_done = is_done(&self.axcs);
            if !is_done {
                self.console.press("r");
            }
            is_done
        });
    }

    /// *Set up users*: in the browser, ticked in the console.
    async fn sets_up_users(&mut self) {
        let browser = &self.browser;
        browser.open(&format!("{}/users/new", self.url)).await;
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
        self.goes_to("users");
        self.console.press("t");
        self.console.until_shows("ticked by");
    }

    /// *Select products*, in the console: the demo sells an item group, of which one item is taken out.
    fn selects_products(&mut self) {
        let never = self.axcs.first_item();
        self.goes_to("products");
        let console = &mut self.console;
        console.press(ENTER);
        console.until_shows("Sold online");
        console.press(&format!("/{never}{ENTER}"));
        console.until_shows(&never);
        console.press("n");
        console.until_shows("DRAFT, not in force");
        console.press("A");
        console.until_shows("difference");
        console.press("A");
        console.until_shows("y yes");
        console.press("y");
        soon(|| self.axcs.first_item() != never);
    }

    /// *Set up data synchronization*, in the console.
    fn schedules_the_jobs(&mut self) {
        self.goes_to("synchronization");
        let console = &mut self.console;
        console.press(ENTER);
        console.until_shows("e recurrence");
        console.press("E");
        console.until_shows("y yes");
        console.press("y");
        soon(|| {
            let told = self.axcs.ok(&["jobs", "recurrence", "inventory"]).stdout;
            told.contains("every 15 minutes")
        });
    }

    /// What a store needs to sell, and its products, in the browser.
    async fn opens_the_shop(&mut self) {
        self.runs(Job::Complete, |axcs| {
            let ended = axcs.json(&["runs", "--job", "complete"]);
            ended[0]["status"] == "ended"
        });
        let Self { browser, url, .. } = self;
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
        browser
            .open(&format!("{url}/publications/{SHOP}/choose"))
            .await;
        browser.picture("publish").await;
        browser.press("Publish all").await;
        browser.click("main form.actions button").await;
        browser.shows("published").await;
    }

    fn finds_the_checklist_finished(&mut self) {
        for item in self.checklist() {
            let is_done = item["state"] == "finished" || item["id"] == "logging";
            assert!(is_done, "{item}");
        }
        self.goes_to("logging");
        let screen = self.console.screen.screen().contents();
        let (_, list) = screen.split_once("Configuration checklist").unwrap();
        let (list, _) = list.split_once("Upgrade checklist").unwrap();
        let not_done = |line: &&str| !line.trim().is_empty() && !line.contains("finished");
        let left: Vec<&str> = list.lines().filter(not_done).collect();
        assert!(
            left.len() == 1 && left[0].contains("operation logging"),
            "{list}"
        );
    }

    /// A shopper orders; the number that is told.
    async fn orders_in_the_shop(&self) -> String {
        let browser = &self.browser;
        browser.open(&format!("{}/shop/{SHOP}", self.url)).await;
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
        browser.text_at(".flash strong").await
    }

    /// It becomes a sales order, the clerk ships it, and shopper and user see that.
    async fn sees_it_shipped(&mut self, number: &str) {
        self.runs(Job::Orders, |axcs| {
            let listed = axcs.json(&["orders"]);
            let mut orders = listed["orders"].as_array().unwrap().iter();
            let order = orders.find(|order| order["number"] == number);
            order.is_some_and(|order| order["sales_order"] != "")
        });
        self.axcs.ok(&["company", "orders", "ship", "--all"]);
        self.runs(Job::Orders, |axcs| {
            let shipped = axcs.json(&["service", "order", "list", "--state", "shipped"]);
            shipped.to_string().contains(number)
        });
        let Self { browser, url, .. } = self;
        browser.until_shows("Shipped").await;
        browser.open(&format!("{url}/orders")).await;
        browser.press(number).await;
        browser.shows("Noa Levi").await;
        browser.shows("Shipped").await;
        browser.picture("order").await;
        browser.open(&format!("{url}/products")).await;
        browser.picture("catalog").await;
    }
}

/// Waits until it is so.
fn soon(mut is_so: impl FnMut() -> bool) {
    let end = Instant::now() + SOON;
    while !is_so() {
        assert!(Instant::now() < end, "it does not come to that");
        #[expect(clippy::disallowed_methods, reason = "other processes work meanwhile")]
        std::thread::sleep(Duration::from_secs(1));
    }
}

fn stores(axcs: &Axcs) -> usize {
    axcs.json(&["stores"]).as_array().unwrap().len()
}

/// The word behind `name` on the console's screen.
fn word_behind(console: &mut Pty, name: &str) -> String {
    console.until_shows(name);
    let screen = console.screen.screen().contents();
    let (_, behind) = screen.split_once(name).unwrap();
    behind.split_whitespace().next().unwrap().to_owned()
}
