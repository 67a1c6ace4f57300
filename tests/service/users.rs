//! Users of the service: roles, invitations, and the rules of "(USA) Set up users for Commerce
//! Services".

use axcs::commerce::wire::WhoAmI;
use axcs::commerce::wire::account::{Invitation, Role, TokenAnswer, User, UserList, UserState};
use reqwest::Method;
use reqwest::header::AUTHORIZATION;
use serde_json::{Value, json};

use super::browser::{Browser, signed_up};
use super::machines::{let_in, with};
use super::support::{Served, TOKEN, Told};

pub const BERTS: &str = "battery staple horse";

fn bert(roles: &[&str]) -> Value {
    json!({
        "sign_in": "bert", "first_name": "Bert", "last_name": "Lund",
        "email": "bert@contoso.example", "roles": roles,
    })
}

async fn told(served: &Served, method: Method, path: &str, body: &Value) -> Told {
    Told::of(served.request(method, path).body(body.to_string())).await
}

/// Adds bert with these roles and has him set his password; his id.
pub async fn with_bert(served: &Served, roles: &[&str]) -> (String, Browser) {
    let user: User = told(served, Method::POST, "/v1/users", &bert(roles))
        .await
        .ok();
    let invitation: Invitation = served
        .post(&format!("/v1/users/{}/invitation", user.id))
        .await
        .ok();
    let browser = Browser::at(served);
    let (_, secret) = invitation.link.split_once("?secret=").unwrap();
    let path = format!("/invitation?secret={secret}");
    browser.get(&path).await.says(200, "bert");
    let fields = [("secret", secret), ("password", BERTS), ("again", BERTS)];
    let shown = browser.post("/invitation", &fields).await;
    assert_eq!(shown.to(), "/sign-in?said=accepted");
    assert_eq!(browser.sign_in("bert", BERTS).await.to(), "/");
    (user.id, browser)
}

#[tokio::test]
async fn a_user_is_added_invited_and_sets_a_password_once() {
    let served = Served::start().await;
    let early = told(&served, Method::POST, "/v1/users", &bert(&[])).await;
    assert_eq!(early.problem(409).code, "account-state");
    let anna = signed_up(&served).await;
    anna.get("/users/new")
        .await
        .says(200, "Service administrator");
    let fields = [
        ("sign_in", "bert"),
        ("first_name", "Bert"),
        ("last_name", "Lund"),
        ("email", "bert@contoso.example"),
        ("roles", "order-manager"),
        ("roles", "viewer"),
    ];
    let shown = anna.post("/users/new", &fields).await;
    let path = shown.to().to_owned();
    anna.post("/users/new", &fields)
        .await
        .says(422, "There is a user");
    anna.get(&path).await.says(200, "Not invited");
    let nobody = Browser::at(&served);
    nobody.sign_in("bert", "").await.says(422, "Fill this in.");
    let shown = anna.post(&format!("{path}/invite"), &[]).await;
    shown.says(200, "It is shown this once");
    let secret = shown.html.split_once("?secret=").unwrap().1[..64].to_owned();
    let shown = anna.get("/users").await;
    shown.says(200, "Order manager, Viewer");
    shown.says(200, "Invited");
    assert!(!shown.html.contains(&secret));
    let invited = Browser::at(&served);
    let link = format!("/invitation?secret={secret}");
    invited.get(&link).await.says(200, "Set your password");
    let weak = [
        ("secret", secret.as_str()),
        ("password", "short"),
        ("again", "short"),
    ];
    invited
        .post("/invitation", &weak)
        .await
        .says(422, "At least 10 characters");
    let fields = [
        ("secret", secret.as_str()),
        ("password", BERTS),
        ("again", BERTS),
    ];
    assert_eq!(
        invited.post("/invitation", &fields).await.to(),
        "/sign-in?said=accepted"
    );
    invited.get(&link).await.says(410, "not good any more");
    invited.get("/sign-in").await;
    invited
        .post("/invitation", &fields)
        .await
        .says(410, "not good any more");
    assert_eq!(invited.sign_in("bert", BERTS).await.to(), "/");
    let users: UserList = served.get("/v1/users").await.ok();
    let names: Vec<_> = users
        .users
        .iter()
        .map(|user| user.sign_in.as_str())
        .collect();
    assert_eq!(names, ["anna", "bert"]);
    assert_eq!(users.users[1].state, UserState::Active);
    assert_eq!(users.users[1].roles, [Role::OrderManager, Role::Viewer]);
}

#[tokio::test]
async fn an_expired_or_replaced_invitation_is_void() {
    let served = Served::start().await;
    signed_up(&served).await;
    let user: User = told(&served, Method::POST, "/v1/users", &bert(&["viewer"]))
        .await
        .ok();
    let path = format!("/v1/users/{}/invitation", user.id);
    let first: Invitation = served.post(&path).await.ok();
    let second: Invitation = served.post(&path).await.ok();
    let days = second
        .expires
        .duration_since(jiff::Timestamp::now())
        .as_hours();
    assert!((167..=168).contains(&days), "{days}");
    let visitor = Browser::at(&served);
    let page = |link: &str| format!("/invitation?{}", link.split_once('?').unwrap().1);
    visitor
        .get(&page(&first.link))
        .await
        .says(410, "not good any more");
    visitor
        .get(&page(&second.link))
        .await
        .says(200, "Set your password");
    visitor
        .get("/invitation")
        .await
        .says(410, "not good any more");
    let aged =
        "UPDATE user SET invitation_until = invitation_until - 604800000 WHERE sign_in = 'bert'";
    let served = served.restart_with(aged).await;
    let visitor = Browser::at(&served);
    visitor
        .get(&page(&second.link))
        .await
        .says(410, "not good any more");
}

#[tokio::test]
async fn the_rules_of_users_hold() {
    let served = Served::start().await;
    let anna = signed_up(&served).await;
    let (id, _) = with_bert(&served, &["viewer"]).await;
    let path = format!("/v1/users/{id}");
    let mut other = bert(&["viewer"]);
    other["sign_in"] = json!("bertram");
    let refused = told(&served, Method::PUT, &path, &other).await;
    assert_eq!(refused.problem(409).code, "sign-in-fixed");
    let refused = Told::of(served.request(Method::DELETE, &path)).await;
    assert_eq!(refused.problem(409).code, "user-has-roles");
    anna.get(&format!("/users/{id}")).await;
    let shown = anna.post(&format!("/users/{id}/delete"), &[]).await;
    shown.says(422, "take them away first");
    let users: UserList = served.get("/v1/users").await.ok();
    let administrator = &users.users[0];
    let annas = format!("/v1/users/{}", administrator.id);
    let mut without = serde_json::to_value(administrator).unwrap();
    without["roles"] = json!(["viewer"]);
    let refused = told(&served, Method::PUT, &annas, &without).await;
    assert_eq!(refused.problem(409).code, "last-administrator");
    let refused = Told::of(served.request(Method::DELETE, &annas)).await;
    assert_eq!(refused.problem(409).code, "last-administrator");
    // One who has no password yet is no administrator to rely on.
    let mut carl = bert(&["service-administrator"]);
    carl["sign_in"] = json!("carl");
    told(&served, Method::POST, "/v1/users", &carl)
        .await
        .ok::<User>();
    let refused = told(&served, Method::PUT, &annas, &without).await;
    assert_eq!(refused.problem(409).code, "last-administrator");
    told(&served, Method::PUT, &path, &bert(&[]))
        .await
        .ok::<User>();
    Told::of(served.request(Method::DELETE, &path))
        .await
        .ok::<User>();
    let gone = Told::of(served.request(Method::DELETE, &path)).await;
    assert_eq!(gone.problem(404).code, "no-such-user");
    for (body, field) in [
        (json!({"sign_in": "a b"}), "sign_in"),
        (json!({"email": "x"}), "email"),
        (json!({"first_name": " "}), "first_name"),
        (json!({"roles": ["king"]}), "roles"),
        (json!({"colour": "red"}), "colour"),
    ] {
        let mut wrong = bert(&[]);
        let changes = body.as_object().unwrap().clone();
        wrong.as_object_mut().unwrap().extend(changes);
        let problem = told(&served, Method::POST, "/v1/users", &wrong)
            .await
            .problem(400);
        assert!(problem.detail.contains(field), "{}", problem.detail);
    }
}

#[tokio::test]
async fn a_demoted_or_deleted_user_is_out_at_once() {
    let served = Served::start().await;
    signed_up(&served).await;
    let (id, bert_at) = with_bert(&served, &["service-administrator"]).await;
    let path = format!("/v1/users/{id}");
    let tokens = let_in(&served, &bert_at).await;
    assert_eq!(
        with(&served, &tokens.access_token, "/v1/users")
            .await
            .status,
        200
    );
    told(&served, Method::PUT, &path, &bert(&["viewer"]))
        .await
        .ok::<User>();
    assert_eq!(
        with(&served, &tokens.access_token, "/v1/whoami")
            .await
            .status,
        401
    );
    assert_eq!(bert_at.get("/").await.to(), "/sign-in");
    assert_eq!(bert_at.sign_in("bert", BERTS).await.to(), "/");
    let tokens = let_in(&served, &bert_at).await;
    told(&served, Method::PUT, &path, &bert(&[]))
        .await
        .ok::<User>();
    Told::of(served.request(Method::DELETE, &path))
        .await
        .ok::<User>();
    assert_eq!(
        with(&served, &tokens.access_token, "/v1/whoami")
            .await
            .status,
        401
    );
    assert_eq!(bert_at.get("/").await.to(), "/sign-in");
    bert_at
        .sign_in("bert", BERTS)
        .await
        .says(422, "The sign-in name or the password is wrong.");
}

#[tokio::test]
async fn a_forgotten_password_is_set_anew_by_an_invitation() {
    let served = Served::start().await;
    signed_up(&served).await;
    let (id, bert_at) = with_bert(&served, &["viewer"]).await;
    let invitation: Invitation = served
        .post(&format!("/v1/users/{id}/invitation"))
        .await
        .ok();
    assert_eq!(bert_at.get("/").await.status, 200);
    let secret = invitation.link.split_once("?secret=").unwrap().1;
    let visitor = Browser::at(&served);
    visitor.get(&format!("/invitation?secret={secret}")).await;
    let new = "another password";
    let fields = [("secret", secret), ("password", new), ("again", new)];
    visitor.post("/invitation", &fields).await.to();
    assert_eq!(bert_at.get("/").await.to(), "/sign-in");
    assert_eq!(bert_at.sign_in("bert", BERTS).await.status, 422);
    assert_eq!(bert_at.sign_in("bert", new).await.to(), "/");
}

/// What each role opens, at the website and with a token.
#[tokio::test]
async fn a_role_opens_what_it_is_for_and_nothing_else() {
    for (role, rights) in [
        ("viewer", &["read"][..]),
        ("order-manager", &["read", "orders"]),
        ("catalog-manager", &["read", "catalog"]),
    ] {
        let served = Served::start().await;
        signed_up(&served).await;
        let company = json!({"id": "usmf", "name": "C", "partition": 0, "release": "AX 2012"});
        let path = "/v1/account/activate";
        assert_eq!(
            told(&served, Method::POST, path, &company).await.status,
            200
        );
        let (_, bert_at) = with_bert(&served, &[role]).await;
        for path in ["/account", "/users", "/users/1", "/users/new"] {
            let shown = bert_at.get(path).await;
            shown.says(403, "Your roles do not allow this");
            assert!(!shown.html.contains("href=\"/users\""), "{role}");
        }
        bert_at.get("/").await;
        bert_at
            .post("/users/1/delete", &[])
            .await
            .says(403, "Your roles do not allow this");
        let tokens: TokenAnswer = let_in(&served, &bert_at).await;
        let me: WhoAmI = with(&served, &tokens.access_token, "/v1/whoami").await.ok();
        assert_eq!(me.rights, rights, "{role}");
        for (method, path, right) in [
            (Method::GET, "/v1/items", "read"),
            (Method::GET, "/v1/orders", "read"),
            (Method::POST, "/v1/delivery-modes/batch", "upload"),
            (Method::GET, "/v1/orders/feed", "upload"),
            (Method::PUT, "/v1/stores/web", "catalog"),
            (Method::POST, "/v1/orders", "orders"),
            (Method::GET, "/v1/users", "account"),
            (Method::POST, "/v1/account/deactivate", "account"),
            (Method::PUT, "/v1/account", "account"),
        ] {
            let request = served
                .bare(method, path)
                .header(AUTHORIZATION, format!("Bearer {}", tokens.access_token));
            let told = Told::of(request).await;
            let is_refused = told.status == 403;
            assert_eq!(
                is_refused,
                !rights.contains(&right),
                "{role} {path}: {told:?}"
            );
            if is_refused {
                assert_eq!(told.problem(403).code, "forbidden", "{role} {path}");
            }
        }
        let told = Told::of(
            served
                .bare(Method::GET, "/v1/users")
                .header(AUTHORIZATION, format!("Bearer {TOKEN}")),
        );
        assert_eq!(told.await.status, 200);
    }
}
