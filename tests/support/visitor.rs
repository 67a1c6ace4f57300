//! Somebody at the service's website: keeps the session's cookie, and sends the token of the last page.
#![allow(dead_code, reason = "no test file uses all of it")]
#![allow(
    clippy::unwrap_used,
    reason = "a test stops where something is not as it should be"
)]

use reqwest::header::{CONTENT_TYPE, COOKIE, SET_COOKIE};

/// What anna types at the website.
const PASSWORD: &str = "correct horse battery";

/// Somebody at the website, who keeps the session's cookie and sends the token of the last page.
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
}
