//! What somebody tries who is not let in: sessions and forms of others, codes that were used, passwords
//! by the hundred.

use std::net::IpAddr;

use reqwest::Method;
use reqwest::header::CONTENT_TYPE;

use axcs::commerce::wire::account::{Account, DEVICE_GRANT};

use super::browser::{Browser, PASSWORD, encoded, signed_up};
use super::machines::{codes, let_in, oauth, poll, refresh, why_not, with};
use super::support::{Served, Told};
use super::users::{BERTS, with_bert};

const SIGN_IN_FIRST: &str = "/sign-in?next=%2Faccount";

#[tokio::test]
async fn a_session_that_somebody_else_planted_is_never_signed_in() {
    let served = Served::start().await;
    signed_up(&served).await;
    let (_, bert) = with_bert(&served, &["viewer"]).await;
    let thief = Browser::at(&served);
    thief.get("/sign-in").await;
    // One of a visitor, and one that is signed in already.
    for planted in [thief.cookie(), bert.cookie()] {
        let anna = Browser::at(&served);
        anna.set_cookie(&planted);
        anna.get("/device").await;
        anna.get("/sign-in").await;
        let fields = [("sign_in", "anna"), ("password", PASSWORD)];
        assert_eq!(anna.post("/sign-in", &fields).await.to(), "/");
        assert_ne!(anna.cookie(), planted);
        anna.get("/account").await.says(200, "Contoso");
        thief.set_cookie(&planted);
        assert_eq!(thief.get("/account").await.to(), SIGN_IN_FIRST);
    }
}

#[tokio::test]
async fn a_form_with_the_token_of_another_session_changes_nothing() {
    let served = Served::start().await;
    let anna = signed_up(&served).await;
    let (_, bert) = with_bert(&served, &["service-administrator"]).await;
    bert.get("/account").await;
    let fields = |csrf: &str| {
        let name = ("organization", "Evil");
        let rest = [("street", "1"), ("city", "x"), ("country", "US")];
        encoded(&[&[("csrf", csrf), name], &rest[..]].concat())
    };
    let send = async |browser: &Browser, csrf: &str| {
        let request = browser
            .request(Method::POST, "/account")
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(fields(csrf));
        browser.send(request).await
    };
    let berts = bert.csrf();
    send(&anna, &berts)
        .await
        .says(403, "The form is out of date");
    // Nor the one of her own session before.
    anna.get("/account").await;
    let before = anna.csrf();
    anna.post("/sign-out", &[]).await;
    anna.sign_in("anna", PASSWORD).await.to();
    send(&anna, &before)
        .await
        .says(403, "The form is out of date");
    let account: Account = served.get("/v1/account").await.ok();
    assert_eq!(account.name, "Contoso");
    // It is the token that made the difference.
    assert_eq!(send(&bert, &berts).await.to(), "/account");
    let account: Account = served.get("/v1/account").await.ok();
    assert_eq!(account.name, "Evil");
}

#[tokio::test]
async fn a_session_ends_after_half_an_hour_without_use_and_after_twelve_hours() {
    let mut served = Served::start().await;
    let mut cookie = signed_up(&served).await.cookie();
    for (passes, is_over) in [
        ("UPDATE session SET seen = seen - 1740000", false),
        ("UPDATE session SET seen = seen - 1800000", true),
        ("UPDATE session SET begun = begun - 43200000", true),
    ] {
        served = served.restart_with(passes).await;
        let anna = Browser::at(&served);
        anna.set_cookie(&cookie);
        let shown = anna.get("/account").await;
        if is_over {
            assert_eq!(shown.to(), SIGN_IN_FIRST, "{passes}");
            anna.sign_in("anna", PASSWORD).await.to();
            cookie = anna.cookie();
        } else {
            shown.says(200, "Contoso");
        }
    }
}

#[tokio::test]
async fn a_user_ends_no_machine_of_another_one() {
    let served = Served::start().await;
    let anna = signed_up(&served).await;
    let tokens = let_in(&served, &anna).await;
    let shown = anna.get("/machines").await;
    let id = shown.value_behind("name=\"id\"", "value");
    let (_, bert) = with_bert(&served, &["viewer"]).await;
    let shown = bert.get("/machines").await;
    assert!(!shown.html.contains("AOS1"), "{}", shown.html);
    let shown = bert.post("/machines", &[("id", &id)]).await;
    shown.says(404, "There is no such page");
    let me = with(&served, &tokens.access_token, "/v1/whoami").await;
    assert_eq!(me.status, 200);
}

#[tokio::test]
async fn a_device_code_that_was_used_is_worth_nothing_and_its_owner_stays_in() {
    let served = Served::start().await;
    let anna = signed_up(&served).await;
    let (_, bert) = with_bert(&served, &["service-administrator"]).await;
    let stolen = codes(&served).await;
    let path = format!("/device?code={}", stolen.user_code);
    anna.get(&path).await;
    let allow = [("code", stolen.user_code.as_str()), ("answer", "allow")];
    assert_eq!(anna.post("/device/answer", &allow).await.to(), "/machines");
    // Between the answer and the poll it cannot be answered by somebody else.
    bert.get("/device").await;
    let words = "No machine waits with this code.";
    bert.post("/device/answer", &allow).await.says(422, words);
    let tokens: axcs::commerce::wire::account::TokenAnswer = poll(&served, &stolen).await.ok();

    let thief = reqwest::Client::builder().no_proxy().build().unwrap();
    let as_refresh = [
        ("grant_type", "refresh_token"),
        ("refresh_token", stolen.device_code.as_str()),
    ];
    let again = [
        ("grant_type", DEVICE_GRANT),
        ("device_code", stolen.device_code.as_str()),
    ];
    for fields in [again, again, as_refresh] {
        let fields = encoded(&[&[("client_id", "axcs")], &fields[..]].concat());
        let request = thief
            .post(format!("{}/oauth/token", served.running.url()))
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(fields);
        assert_eq!(why_not(&Told::of(request).await), "invalid_grant");
    }
    for stolen in [&stolen.device_code, &stolen.user_code] {
        let told = with(&served, stolen, "/v1/whoami").await;
        assert_eq!(told.status, 401);
    }
    bert.get("/device").await;
    bert.post("/device/answer", &allow).await.says(422, words);
    let told = with(&served, &tokens.access_token, "/v1/whoami").await;
    assert_eq!(told.status, 200, "a thief does not sign the owner out");
    assert_eq!(refresh(&served, &tokens.refresh_token).await.status, 200);
}

#[tokio::test]
async fn ten_wrong_passwords_lock_a_name_for_a_quarter_of_an_hour_and_unknown_ones_look_the_same() {
    let served = Served::start().await;
    signed_up(&served).await;
    let tries = async |name: &str| {
        let browser = Browser::at(&served);
        browser.get("/sign-in").await;
        let mut pages = Vec::new();
        for number in 0..12 {
            // From the eleventh on the right one is refused as well.
            let password = if number < 10 {
                "not this one"
            } else {
                PASSWORD
            };
            let fields = [("sign_in", name), ("password", password)];
            let shown = browser.post("/sign-in", &fields).await;
            let csrf = browser.csrf();
            pages.push((
                shown.status,
                shown.html.replace(&csrf, "").replace(name, ""),
            ));
        }
        pages
    };
    let pages = tries("anna").await;
    assert!(pages.iter().all(|(status, _)| status.as_u16() == 422));
    assert_eq!(pages, tries("nobody").await);

    let almost = "UPDATE user SET locked_until = locked_until - 840000 WHERE sign_in = 'anna'";
    let served = served.restart_with(almost).await;
    let shown = Browser::at(&served).sign_in("anna", PASSWORD).await;
    shown.says(422, "The sign-in name or the password is wrong.");
    let over = "UPDATE user SET locked_until = locked_until - 60000 WHERE sign_in = 'anna'";
    let served = served.restart_with(over).await;
    let shown = Browser::at(&served).sign_in("anna", PASSWORD).await;
    assert_eq!(shown.to(), "/");
}

#[tokio::test]
async fn nine_wrong_passwords_lock_nothing_and_the_right_one_forgets_them() {
    let served = Served::start().await;
    signed_up(&served).await;
    let (_, bert) = with_bert(&served, &["viewer"]).await;
    for _ in 0..2 {
        for _ in 0..9 {
            bert.sign_in("bert", "not this one").await;
        }
        bert.post("/sign-out", &[]).await;
        assert_eq!(bert.sign_in("bert", BERTS).await.to(), "/");
    }
}

/// A browser at another address of this machine.
#[cfg(target_os = "linux")]
fn from(served: &Served, address: [u8; 4]) -> Browser {
    Browser::from(served, Some(IpAddr::from(address)))
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn an_address_that_tries_too_often_is_stopped_and_others_are_not() {
    let served = Served::start().await;
    signed_up(&served).await;
    let (thief, other) = (from(&served, [127, 0, 0, 2]), from(&served, [127, 0, 0, 3]));
    thief.get("/sign-in").await;
    for number in 0..100 {
        // Each name once: none of them is locked.
        let name = format!("name{number}");
        let shown = thief.post("/sign-in", &[("sign_in", &name)]).await;
        if number < 60 {
            assert_eq!(shown.status.as_u16(), 422);
        } else {
            shown.says(429, "Too many tries");
        }
    }
    thief
        .get("/invitation?secret=guessed")
        .await
        .says(429, "Too many tries");
    assert_eq!(other.sign_in("anna", PASSWORD).await.to(), "/");

    for number in 0..32 {
        let told = oauth(&served, "/oauth/device_authorization", &[]).await;
        if number < 30 {
            assert_eq!(told.status, 200, "{number}");
        } else {
            assert_eq!(told.problem(429).code, "too-many-requests");
            assert_eq!(told.header("retry-after"), "60");
        }
    }
}
