//! Somebody at the service's website: keeps the session's cookie, and sends the token of the last page.
#![allow(dead_code, reason = "no test file uses all of it")]
#![allow(
    clippy::unwrap_used,
    reason = "a test stops where something is not as it should be"
)]

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};

use reqwest::header::{CONTENT_TYPE, COOKIE, SET_COOKIE};
use serde_json::Value;

/// What anna types at the website.
const PASSWORD: &str = "correct horse battery";

/// Somebody at the website, who keeps the session's cookie and sends the token of the last page.
#[derive(Clone)]
pub struct Visitor {
    http: reqwest::Client,
    pub url: String,
    cookie: String,
    csrf: String,
}

impl Visitor {
    pub fn at(url: &str) -> Self {
        let http = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none());
        Self {
            http: http.build().unwrap(),
            url: url.to_owned(),
            cookie: String::new(),
            csrf: String::new(),
        }
    }

    async fn shown(&mut self, request: reqwest::RequestBuilder) -> String {
        let answer = request.header(COOKIE, &self.cookie).send().await.unwrap();
        if let Some(cookie) = answer.headers().get(SET_COOKIE) {
            let cookie = cookie.to_str().unwrap().split(';').next().unwrap();
            cookie.clone_into(&mut self.cookie);
        }
        assert!(answer.status().as_u16() < 400, "{answer:?}");
        let page = answer.text().await.unwrap();
        if let Some((_, behind)) = page.split_once("name=\"csrf\" value=\"") {
            behind.split('"').next().unwrap().clone_into(&mut self.csrf);
        }
        page
    }

    pub async fn get(&mut self, path: &str) -> String {
        let request = self.http.get(format!("{}{path}", self.url));
        self.shown(request).await
    }

    pub async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> String {
        let mut form = reqwest::Url::parse("http://x").unwrap();
        form.query_pairs_mut()
            .append_pair("csrf", &self.csrf)
            .extend_pairs(fields);
        let request = self
            .http
            .post(format!("{}{path}", self.url))
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(form.query().unwrap().to_owned());
        self.shown(request).await
    }

    /// Anna signs up: a service administrator.
    pub async fn sign_up(&mut self) {
        self.get("/sign-up").await;
        let fields = [
            ("organization", "Contoso"),
            ("first_name", "Anna"),
            ("last_name", "Berg"),
            ("email", "anna@contoso.example"),
            ("sign_in", "anna"),
            ("password", PASSWORD),
            ("again", PASSWORD),
        ];
        self.post("/sign-up", &fields).await;
    }

    /// Lets the machine in that shows this code, or not.
    pub async fn enter(&mut self, code: &str, answer: &str) {
        self.get(&format!("/device?code={code}")).await;
        let fields = [("code", code), ("answer", answer)];
        self.post("/device/answer", &fields).await;
    }

    /// Signs a machine in as an operator does: `command` is `axcs account sign-in --json`; reads its
    /// code, enters it, waits. Answers what the command said then, and its exit code.
    pub async fn sign_in(&mut self, mut command: Command, answer: &str) -> (String, i32) {
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let line: Value = serde_json::from_str(&lines.next().unwrap().unwrap()).unwrap();
        assert_eq!(line["event"], "code", "{line}");
        let code = line["code"]["code"].as_str().unwrap().to_owned();
        assert!(
            line["code"]["address_with_code"]
                .as_str()
                .unwrap()
                .contains(&code)
        );
        assert!(line["code"].get("device_code").is_none());
        self.enter(&code, answer).await;
        let rest: Vec<String> = lines.map(Result::unwrap).collect();
        (rest.join("\n"), child.wait().unwrap().code().unwrap())
    }

    /// Ends a sign-in with its own refresh token, as a machine does.
    pub async fn revoke(&self, refresh_token: &str) {
        let answer = self
            .http
            .post(format!("{}/oauth/revoke", self.url))
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(format!("token={refresh_token}&client_id=axcs"))
            .send();
        assert!(answer.await.unwrap().status().is_success());
    }

    /// Whoever has this invitation sets a password and signs in.
    pub async fn accept(&mut self, link: &str, sign_in: &str) {
        let (_, secret) = link.split_once("?secret=").unwrap();
        self.get(&format!("/invitation?secret={secret}")).await;
        let passwords = [("password", PASSWORD), ("again", PASSWORD)];
        let fields = [&[("secret", secret)], &passwords[..]].concat();
        self.post("/invitation", &fields).await;
        self.get("/sign-in").await;
        let fields = [("sign_in", sign_in), ("password", PASSWORD)];
        self.post("/sign-in", &fields).await;
    }
}
