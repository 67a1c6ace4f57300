//! The website as a browser meets it: signing up, in and out, sessions, forged forms, guessed
//! passwords.

use reqwest::Method;
use reqwest::header::{CONTENT_TYPE, HOST, ORIGIN};

use axcs::commerce::wire::account::{Account, AccountState};

use super::browser::{Browser, PASSWORD, sign_up_fields, signed_up};
use super::support::{Served, Told};

#[tokio::test]
async fn whoever_signs_up_is_the_administrator_of_a_new_account_once() {
    let served = Served::start().await;
    let browser = Browser::at(&served);
    assert_eq!(browser.get("/").await.to(), "/sign-in");
    browser.get("/sign-in").await.says(200, "Set up an account");
    browser.get("/sign-up").await.says(200, "Organization");
    let mut wrong = sign_up_fields();
    wrong[6].1 = "something else";
    let shown = browser.post("/sign-up", &wrong).await;
    shown.says(422, "The two passwords differ.");
    shown.says(422, "value=\"Contoso\"");
    assert!(!shown.html.contains(PASSWORD), "{}", shown.html);
    let visitor = browser.cookie();
    assert_eq!(browser.post("/sign-up", &sign_up_fields()).await.to(), "/");
    assert_ne!(browser.cookie(), visitor, "a new id at sign-in");
    let home = browser.get("/").await;
    home.says(200, "Signed up");
    home.says(200, "Anna Berg");
    let account: Account = served.get("/v1/account").await.ok();
    assert_eq!(account.state, AccountState::SignedUp);
    assert_eq!(
        (account.name.as_str(), account.by.as_str()),
        ("Contoso", "anna")
    );
    let second = Browser::at(&served);
    assert_eq!(second.get("/sign-up").await.to(), "/sign-in");
    second.get("/sign-in").await;
    assert_eq!(
        second.post("/sign-up", &sign_up_fields()).await.to(),
        "/sign-in"
    );
}

#[tokio::test]
async fn a_session_lasts_over_a_restart_and_ends_when_one_signs_out() {
    let served = Served::start().await;
    let browser = signed_up(&served).await;
    let cookie = browser.cookie();
    let served = served.restart().await;
    let browser = Browser::at(&served);
    browser.set_cookie(&cookie);
    browser.get("/").await.says(200, "Anna Berg");
    let shown = browser.post("/sign-out", &[]).await;
    assert_eq!(shown.to(), "/sign-in?said=signed-out");
    browser.set_cookie(&cookie);
    assert_eq!(browser.get("/").await.to(), "/sign-in");
    assert_eq!(
        browser.get("/account").await.to(),
        "/sign-in?next=%2Faccount"
    );
    browser.get("/sign-in").await;
    let fields = [
        ("sign_in", "ANNA"),
        ("password", PASSWORD),
        ("next", "/account"),
    ];
    assert_eq!(browser.post("/sign-in", &fields).await.to(), "/account");
    browser.get("/account").await.says(200, "value=\"Contoso\"");
}

#[tokio::test]
async fn another_users_session_or_a_made_up_one_opens_nothing() {
    let served = Served::start().await;
    let anna = signed_up(&served).await;
    let stranger = Browser::at(&served);
    for cookie in [
        String::new(),
        "axcs=x".to_owned(),
        format!("axcs={}", "0".repeat(64)),
        format!("{}0", anna.cookie()),
        anna.cookie().to_uppercase(),
    ] {
        stranger.set_cookie(&cookie);
        assert_eq!(
            stranger.get("/account").await.to(),
            "/sign-in?next=%2Faccount"
        );
    }
    // The store knows hashes only: who reads it has no session.
    let anna = anna.cookie();
    let file = std::fs::read(served.dir.path().join("commerce.db")).unwrap();
    let log = std::fs::read(served.dir.path().join("commerce.db-wal")).unwrap();
    let id = anna.trim_start_matches("axcs=").as_bytes();
    for bytes in [file, log] {
        assert!(!bytes.windows(id.len()).any(|window| window == id));
        assert!(
            !bytes
                .windows(PASSWORD.len())
                .any(|w| w == PASSWORD.as_bytes())
        );
    }
}

#[tokio::test]
async fn a_forged_form_changes_nothing() {
    let served = Served::start().await;
    let anna = signed_up(&served).await;
    anna.get("/account").await;
    let right = anna.csrf();
    let stranger = Browser::at(&served);
    stranger.get("/sign-in").await;
    let strangers = stranger.csrf();
    let fields = |csrf| {
        [
            ("csrf", csrf),
            ("organization", "Evil"),
            ("street", "1"),
            ("city", "x"),
            ("country", "US"),
        ]
    };
    for csrf in ["", "x", strangers.as_str(), &right[1..]] {
        let shown = anna.post_bare("/account", &fields(csrf)).await;
        shown.says(403, "The form is out of date");
    }
    let body = super::browser::encoded(&fields(&right));
    for (name, value) in [
        ("origin", "http://evil.example"),
        ("origin", "null"),
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
    ] {
        let request = anna
            .request(Method::POST, "/account")
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(name, value)
            .body(body.clone());
        anna.send(request)
            .await
            .says(403, "The form is out of date");
    }
    // Without the type of a form the token does not count either.
    let request = anna
        .request(Method::POST, "/account")
        .header(CONTENT_TYPE, "text/plain")
        .body(body.clone());
    anna.send(request)
        .await
        .says(403, "The form is out of date");
    let account: Account = served.get("/v1/account").await.ok();
    assert_eq!(account.name, "Contoso");
    let host = served.running.address().to_string();
    let request = anna
        .request(Method::POST, "/account")
        .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header(HOST, &host)
        .header(ORIGIN, format!("http://{host}"))
        .header("sec-fetch-site", "same-origin")
        .body(body);
    assert_eq!(anna.send(request).await.to(), "/account");
    anna.get("/account")
        .await
        .says(200, "The account is saved.");
    assert!(
        !anna
            .get("/account")
            .await
            .html
            .contains("The account is saved.")
    );
}

#[tokio::test]
async fn a_hundred_wrong_passwords_lock_the_name_and_tell_nothing() {
    let served = Served::start().await;
    signed_up(&served).await;
    let browser = Browser::at(&served);
    let words = "The sign-in name or the password is wrong.";
    let (mut refused, mut stopped) = (0, 0);
    for number in 0..100 {
        let shown = browser.sign_in("anna", &format!("wrong {number}")).await;
        match shown.status.as_u16() {
            422 => {
                shown.says(422, words);
                refused += 1;
            }
            429 => stopped += 1,
            _ => panic!("{shown:?}"),
        }
    }
    assert!(
        refused >= 10 && stopped > 0,
        "{refused} refused, {stopped} stopped"
    );
    // The service started anew has forgotten the address, but not that the name is locked.
    let served = served.restart().await;
    let browser = Browser::at(&served);
    browser.sign_in("anna", PASSWORD).await.says(422, words);
    let unknown = browser.sign_in("nobody", PASSWORD).await;
    unknown.says(422, words);
}

#[tokio::test]
async fn an_unknown_name_takes_as_long_and_gets_the_same_page() {
    let served = Served::start().await;
    signed_up(&served).await;
    let browser = Browser::at(&served);
    let mut times = [Vec::new(), Vec::new()];
    let mut pages = [String::new(), String::new()];
    for _ in 0..5 {
        for (which, name) in ["anna", "bert"].into_iter().enumerate() {
            browser.get("/sign-in").await;
            let begun = std::time::Instant::now();
            let fields = [("sign_in", name), ("password", "wrong password")];
            let shown = browser.post("/sign-in", &fields).await;
            times[which].push(begun.elapsed());
            pages[which] = shown.html.replace(name, "NAME");
        }
    }
    assert_eq!(pages[0], pages[1]);
    let fastest = times.map(|times| times.into_iter().min().unwrap().as_secs_f64());
    // Without the hash an answer would take a hundredth.
    let ratio = fastest[0] / fastest[1];
    assert!((0.2..5.0).contains(&ratio), "{fastest:?}");
}

#[tokio::test]
async fn a_script_in_a_name_is_text() {
    let served = Served::start().await;
    let browser = Browser::at(&served);
    browser.get("/sign-up").await;
    let mut fields = sign_up_fields();
    fields[0].1 = "<script>alert(1)</script>";
    fields[1].1 = "\"><img src=x onerror=alert(1)>";
    assert_eq!(browser.post("/sign-up", &fields).await.to(), "/");
    for path in ["/", "/account"] {
        let shown = browser.get(path).await;
        assert_eq!(shown.status.as_u16(), 200);
        assert!(
            !shown.html.contains("<script") && !shown.html.contains("<img"),
            "{}",
            shown.html
        );
        assert!(shown.html.contains("&#60;script&#62;"), "{}", shown.html);
    }
}

#[tokio::test]
async fn every_page_keeps_other_sites_out() {
    let served = Served::start().await;
    let browser = signed_up(&served).await;
    for path in ["/", "/account", "/nothing", "/sign-in"] {
        let shown = browser.get(path).await;
        let policy = shown.header("content-security-policy");
        assert!(policy.contains("default-src 'self'"), "{path}: {policy}");
        assert!(
            policy.contains("frame-ancestors 'none'"),
            "{path}: {policy}"
        );
        assert!(!policy.contains("unsafe"), "{path}: {policy}");
        assert_eq!(shown.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(shown.header("referrer-policy"), "same-origin", "{path}");
        assert_eq!(shown.header("cache-control"), "no-store", "{path}");
        assert!(
            !shown.html.contains("<style") && !shown.html.contains(" style="),
            "{path}"
        );
    }
    let fresh = Browser::at(&served);
    let shown = fresh.get("/sign-in").await;
    let cookie = shown.header("set-cookie");
    for word in ["HttpOnly", "SameSite=Lax", "Path=/"] {
        assert!(cookie.contains(word), "{cookie}");
    }
    let style = shown.value_behind("rel=\"stylesheet\"", "href");
    let style = fresh.get(&style).await;
    assert_eq!(style.header("content-type"), "text/css; charset=utf-8");
    fresh
        .get("/nothing")
        .await
        .says(404, "There is no such page");
}

#[tokio::test]
async fn an_account_that_is_not_active_moves_nothing_and_says_so() {
    let served = Served::start().await;
    let upload = || {
        let line = super::support::upsert("A", 1, "x");
        Told::of(served.batch("delivery-modes", line))
    };
    assert_eq!(
        upload().await.status,
        200,
        "before anybody signs up it is as it was"
    );
    signed_up(&served).await;
    let step = |step: &'static str, body: &'static str| {
        let path = format!("/v1/account/{step}");
        Told::of(served.request(Method::POST, &path).body(body))
    };
    let company = r#"{"id":"usmf","name":"Contoso","partition":1,"release":"AX 2012 R2"}"#;
    let r3 = r#"{"id":"usmf","name":"Contoso","partition":1,"release":"AX 2012 R3"}"#;
    let refused = || async {
        assert_eq!(upload().await.problem(403).code, "account-not-active");
        for path in ["/v1/orders/feed", "/v1/orders/feed?after=0&limit=1&wait=0"] {
            let code = served.get(path).await.problem(403).code;
            assert_eq!(code, "account-not-active");
        }
        for path in [
            "/v1/account",
            "/v1/whoami",
            "/v1/items",
            "/v1/orders",
            "/v1/stores",
        ] {
            assert_eq!(served.get(path).await.status, 200, "{path}");
        }
    };
    refused().await;
    assert_eq!(
        step("deactivate", "").await.problem(409).code,
        "account-state"
    );
    assert_eq!(
        step("activate", r3).await.problem(409).code,
        "release-refused"
    );
    assert_eq!(step("activate", "{}").await.problem(400).code, "bad-value");
    let account: Account = step("activate", company).await.ok();
    assert_eq!(account.state, AccountState::Active);
    assert_eq!(account.by, "axcs service");
    assert_eq!(account.company.unwrap().id, "usmf");
    assert_eq!(upload().await.status, 200);
    step("deactivate", "").await.ok::<Account>();
    refused().await;
    step("activate", company).await.ok::<Account>();
    let account: Account = step("disconnect", "").await.ok();
    assert_eq!(
        (account.state, account.company),
        (AccountState::Disconnected, None)
    );
    refused().await;
    let served = served.restart().await;
    let account: Account = served.get("/v1/account").await.ok();
    assert_eq!(account.state, AccountState::Disconnected);
}
