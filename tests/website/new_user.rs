//! From an empty folder to an active account: what a new user does, in the order of the Configuration
//! checklist.

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
    browser.press("Allow").await;
    console.until_shows("signed in by anna");

    // Activate online service.
    console.press("\x1b");
    console.until_shows("a activate");
    console.press("a");
    console.until_shows("y yes");
    console.press("y");
    console.until_shows("active");
    browser.open(&url).await;
    browser.until_shows("Active").await;

    browser.close().await;
}
