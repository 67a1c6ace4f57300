//! Machines that sign in: device codes, tokens, refresh, revocation, and what a stolen secret is
//! worth.

use axcs::commerce::wire::WhoAmI;
use axcs::commerce::wire::account::{
    DEVICE_GRANT, DeviceAuthorization, Metadata, TokenAnswer, TokenError,
};
use reqwest::Method;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE};

use super::browser::{Browser, encoded, signed_up};
use super::support::{Served, Told};

pub async fn oauth(served: &Served, path: &str, fields: &[(&str, &str)]) -> Told {
    let mut all = vec![("client_id", "axcs")];
    all.extend_from_slice(fields);
    let request = served
        .bare(Method::POST, path)
        .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(encoded(&all));
    Told::of(request).await
}

pub async fn codes(served: &Served) -> DeviceAuthorization {
    let fields = [("name", "AOS1")];
    oauth(served, "/oauth/device_authorization", &fields)
        .await
        .ok()
}

pub async fn poll(served: &Served, codes: &DeviceAuthorization) -> Told {
    let fields = [
        ("grant_type", DEVICE_GRANT),
        ("device_code", codes.device_code.as_str()),
    ];
    oauth(served, "/oauth/token", &fields).await
}

pub async fn refresh(served: &Served, token: &str) -> Told {
    let fields = [("grant_type", "refresh_token"), ("refresh_token", token)];
    oauth(served, "/oauth/token", &fields).await
}

pub fn why_not(told: &Told) -> String {
    assert_eq!(told.status, 400, "{told:?}");
    serde_json::from_slice::<TokenError>(&told.body)
        .unwrap()
        .error
}

pub async fn with(served: &Served, token: &str, path: &str) -> Told {
    let request = served
        .bare(Method::GET, path)
        .header(AUTHORIZATION, format!("Bearer {token}"));
    Told::of(request).await
}

/// The user at `browser` lets a new machine in; its tokens.
pub async fn let_in(served: &Served, browser: &Browser) -> TokenAnswer {
    let codes = codes(served).await;
    let shown = browser
        .get(&format!("/device?code={}", codes.user_code))
        .await;
    shown.says(200, "AOS1");
    let fields = [("code", codes.user_code.as_str()), ("answer", "allow")];
    assert_eq!(
        browser.post("/device/answer", &fields).await.to(),
        "/machines"
    );
    poll(served, &codes).await.ok()
}

#[tokio::test]
async fn a_machine_is_let_in_by_the_code_it_shows() {
    let served = Served::start().await;
    let anna = signed_up(&served).await;
    let metadata: Metadata =
        Told::of(served.bare(Method::GET, axcs::commerce::wire::account::METADATA_PATH))
            .await
            .ok();
    assert_eq!(metadata.issuer, served.running.url());
    assert_eq!(
        metadata.token_endpoint,
        format!("{}/oauth/token", metadata.issuer)
    );
    let codes = codes(&served).await;
    assert_eq!((codes.expires_in, codes.interval), (600, 5));
    assert!(codes.verification_uri_complete.ends_with(&codes.user_code));
    assert_eq!(
        why_not(&poll(&served, &codes).await),
        "authorization_pending"
    );
    assert_eq!(why_not(&poll(&served, &codes).await), "slow_down");
    // A visitor is sent to sign in and comes back with the code.
    let visitor = Browser::at(&served);
    let path = format!("/device?code={}", codes.user_code);
    let to = visitor.get(&path).await;
    assert!(
        to.to().starts_with("/sign-in?next=%2Fdevice%3Fcode%3D"),
        "{}",
        to.to()
    );
    anna.get("/device").await.says(200, "Code");
    let typed = codes.user_code.to_lowercase().replace('-', "");
    assert_eq!(anna.post("/device", &[("code", &typed)]).await.to(), path);
    let shown = anna.get(&path).await;
    shown.says(200, "AOS1");
    shown.says(200, "upload records");
    let fields = [("code", codes.user_code.as_str()), ("answer", "allow")];
    assert_eq!(anna.post("/device/answer", &fields).await.to(), "/machines");
    anna.get("/machines").await.says(200, "AOS1 is let in.");
    let tokens: TokenAnswer = poll(&served, &codes).await.ok();
    let me: WhoAmI = with(&served, &tokens.access_token, "/v1/whoami").await.ok();
    assert_eq!((me.user.as_str(), me.account.as_str()), ("anna", "Contoso"));
    assert_eq!(
        me.rights,
        ["read", "upload", "catalog", "orders", "account"]
    );
    // Both codes were good once.
    assert_eq!(why_not(&poll(&served, &codes).await), "invalid_grant");
    anna.get(&path)
        .await
        .says(422, "No machine waits with this code.");
    let served = served.restart().await;
    let me = with(&served, &tokens.access_token, "/v1/whoami").await;
    assert_eq!(me.status, 200);
    assert_eq!(
        with(&served, &tokens.refresh_token, "/v1/whoami")
            .await
            .status,
        401
    );
}

#[tokio::test]
async fn a_user_says_no_and_a_stolen_user_code_is_of_no_use() {
    let served = Served::start().await;
    let anna = signed_up(&served).await;
    let codes = codes(&served).await;
    anna.get(&format!("/device?code={}", codes.user_code))
        .await
        .says(200, "Deny");
    let fields = [("code", codes.user_code.as_str()), ("answer", "deny")];
    assert_eq!(anna.post("/device/answer", &fields).await.to(), "/machines");
    let allow = [("code", codes.user_code.as_str()), ("answer", "allow")];
    anna.get("/device").await;
    anna.post("/device/answer", &allow)
        .await
        .says(422, "No machine waits");
    assert_eq!(why_not(&poll(&served, &codes).await), "access_denied");
    assert_eq!(why_not(&poll(&served, &codes).await), "invalid_grant");
}

#[tokio::test]
async fn whoever_guesses_user_codes_has_to_wait() {
    let served = Served::start().await;
    let anna = signed_up(&served).await;
    let codes = codes(&served).await;
    for number in 0..5 {
        let path = format!("/device?code=BBBB-BBB{}", ['C', 'D', 'F', 'G', 'H'][number]);
        anna.get(&path).await.says(422, "No machine waits");
    }
    let right = format!("/device?code={}", codes.user_code);
    anna.get(&right).await.says(429, "Too many tries");
}

#[tokio::test]
async fn a_refresh_token_is_good_once_and_its_reuse_ends_the_grant() {
    let served = Served::start().await;
    let anna = signed_up(&served).await;
    let first = let_in(&served, &anna).await;
    let second: TokenAnswer = refresh(&served, &first.refresh_token).await.ok();
    assert_ne!(second.refresh_token, first.refresh_token);
    assert_eq!(
        with(&served, &first.access_token, "/v1/whoami")
            .await
            .status,
        401
    );
    // The answer may have been lost: within a minute the same ones are given again.
    let again: TokenAnswer = refresh(&served, &first.refresh_token).await.ok();
    assert_eq!(again.refresh_token, second.refresh_token);
    assert_eq!(again.access_token, second.access_token);
    assert_eq!(
        with(&served, &second.access_token, "/v1/whoami")
            .await
            .status,
        200
    );
    let third: TokenAnswer = refresh(&served, &second.refresh_token).await.ok();
    // Now the first one is two steps old: somebody else has it.
    assert_eq!(
        why_not(&refresh(&served, &first.refresh_token).await),
        "invalid_grant"
    );
    assert_eq!(
        with(&served, &third.access_token, "/v1/whoami")
            .await
            .status,
        401
    );
    assert_eq!(
        why_not(&refresh(&served, &third.refresh_token).await),
        "invalid_grant"
    );
}

#[tokio::test]
async fn a_revoked_machine_is_out_at_once() {
    let served = Served::start().await;
    let anna = signed_up(&served).await;
    let tokens = let_in(&served, &anna).await;
    let fields = [("token", tokens.refresh_token.as_str())];
    let told = oauth(&served, "/oauth/revoke", &fields).await;
    assert_eq!((told.status.as_u16(), told.body.len()), (200, 0));
    assert_eq!(
        with(&served, &tokens.access_token, "/v1/whoami")
            .await
            .status,
        401
    );
    assert_eq!(
        why_not(&refresh(&served, &tokens.refresh_token).await),
        "invalid_grant"
    );
    let unknown = oauth(&served, "/oauth/revoke", &[("token", "x")]).await;
    assert_eq!(unknown.status, 200, "it tells nothing about tokens");
    // The same at the website.
    let tokens = let_in(&served, &anna).await;
    let id = anna
        .get("/machines")
        .await
        .value_behind("name=\"id\"", "value");
    assert_eq!(
        anna.post("/machines", &[("id", &id)]).await.to(),
        "/machines"
    );
    anna.get("/machines").await.says(200, "AOS1 is signed out.");
    assert_eq!(
        with(&served, &tokens.access_token, "/v1/whoami")
            .await
            .status,
        401
    );
}

#[tokio::test]
async fn what_is_no_client_or_no_grant_gets_no_tokens() {
    let served = Served::start().await;
    for (fields, error) in [
        (&[][..], "invalid_request"),
        (&[("grant_type", "password")], "unsupported_grant_type"),
        (&[("grant_type", "refresh_token")], "invalid_grant"),
        (
            &[("grant_type", DEVICE_GRANT), ("device_code", "x")],
            "invalid_grant",
        ),
    ] {
        let told = oauth(&served, "/oauth/token", fields).await;
        assert_eq!(why_not(&told), error);
        assert_eq!(told.header("cache-control"), "no-store");
    }
    for path in [
        "/oauth/device_authorization",
        "/oauth/token",
        "/oauth/revoke",
    ] {
        let told = Told::of(served.bare(Method::POST, path).body("client_id=x")).await;
        assert_eq!(why_not(&told), "invalid_client", "{path}");
        let told = Told::of(served.bare(Method::GET, path)).await;
        assert!(
            matches!(told.status.as_u16(), 401 | 405),
            "{path}: {told:?}"
        );
    }
}
