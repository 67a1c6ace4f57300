//! A browser without a screen: it keeps the session's cookie, sends the CSRF token of the page it
//! is at, and does not follow redirects unless asked.

use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use reqwest::header::{CONTENT_TYPE, COOKIE, HeaderMap, SET_COOKIE};
use reqwest::{Method, RequestBuilder, StatusCode};

use super::support::Served;

pub const PASSWORD: &str = "correct horse battery";

pub struct Browser {
    http: reqwest::Client,
    url: String,
    cookie: Mutex<String>,
    csrf: Mutex<String>,
}

/// A page, as it came.
#[derive(Debug)]
pub struct Shown {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub html: String,
}

impl Shown {
    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }

    /// Where it sends the browser.
    pub fn to(&self) -> &str {
        assert_eq!(self.status.as_u16(), 303, "{}", self.html);
        self.header("location")
    }

    /// It is a page with that status and those words.
    pub fn says(&self, status: u16, words: &str) {
        assert_eq!(self.status.as_u16(), status, "{}", self.html);
        assert!(self.html.contains(words), "{words:?} in {}", self.html);
    }

    /// The value of the first attribute of that name behind `after`.
    pub fn value_behind(&self, after: &str, attribute: &str) -> String {
        let rest = self.html.split_once(after).map(|(_, rest)| rest);
        let mark = format!("{attribute}=\"");
        let rest = rest.and_then(|rest| rest.split_once(mark.as_str()));
        let (_, rest) = rest.unwrap_or_else(|| panic!("no {after} {attribute} in {}", self.html));
        rest.split('"').next().unwrap().to_owned()
    }
}

pub fn encoded(fields: &[(&str, &str)]) -> String {
    let mut url = reqwest::Url::parse("http://x").unwrap();
    url.query_pairs_mut().extend_pairs(fields);
    url.query().unwrap_or_default().to_owned()
}

impl Browser {
    pub fn at(served: &Served) -> Self {
        Self::from(served, None)
    }

    /// One at an address of this machine.
    pub fn from(served: &Served, address: Option<IpAddr>) -> Self {
        let http = reqwest::Client::builder()
            .no_proxy()
            .local_address(address)
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .unwrap();
        Self {
            http,
            url: served.running.url(),
            cookie: Mutex::default(),
            csrf: Mutex::default(),
        }
    }

    pub fn cookie(&self) -> String {
        self.cookie
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    pub fn set_cookie(&self, cookie: &str) {
        cookie.clone_into(&mut self.cookie.lock().unwrap());
    }

    pub fn csrf(&self) -> String {
        self.csrf.lock().unwrap().clone()
    }

    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http
            .request(method, format!("{}{path}", self.url))
            .header(COOKIE, self.cookie())
    }

    pub async fn send(&self, request: RequestBuilder) -> Shown {
        let answer = request.send().await.unwrap();
        if let Some(cookie) = answer.headers().get(SET_COOKIE) {
            let cookie = cookie.to_str().unwrap().split(';').next().unwrap();
            self.set_cookie(cookie);
        }
        let shown = Shown {
            status: answer.status(),
            headers: answer.headers().clone(),
            html: answer.text().await.unwrap(),
        };
        if shown.html.contains("name=\"csrf\"") {
            let csrf = shown.value_behind("name=\"csrf\"", "value");
            *self.csrf.lock().unwrap() = csrf;
        }
        shown
    }

    pub async fn get(&self, path: &str) -> Shown {
        self.send(self.request(Method::GET, path)).await
    }

    /// Sends a form as it is.
    pub async fn post_bare(&self, path: &str, fields: &[(&str, &str)]) -> Shown {
        let request = self
            .request(Method::POST, path)
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(encoded(fields));
        self.send(request).await
    }

    /// Sends a form with the CSRF token of the last page.
    pub async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Shown {
        let csrf = self.csrf();
        let mut all = vec![("csrf", csrf.as_str())];
        all.extend_from_slice(fields);
        self.post_bare(path, &all).await
    }

    /// Signs in.
    pub async fn sign_in(&self, sign_in: &str, password: &str) -> Shown {
        self.get("/sign-in").await;
        let fields = [("sign_in", sign_in), ("password", password)];
        let shown = self.post("/sign-in", &fields).await;
        if shown.status.as_u16() == 303 {
            self.get("/").await;
        }
        shown
    }
}

/// The fields of *Sign up*.
pub fn sign_up_fields() -> [(&'static str, &'static str); 7] {
    [
        ("organization", "Contoso"),
        ("first_name", "Anna"),
        ("last_name", "Berg"),
        ("email", "anna@contoso.example"),
        ("sign_in", "anna"),
        ("password", PASSWORD),
        ("again", PASSWORD),
    ]
}

/// A browser in which anna, a service administrator, has just signed up.
pub async fn signed_up(served: &Served) -> Browser {
    let browser = Browser::at(served);
    browser.get("/sign-up").await;
    let shown = browser.post("/sign-up", &sign_up_fields()).await;
    assert_eq!(shown.to(), "/");
    browser.get("/").await.says(200, "Signed up");
    browser
}
