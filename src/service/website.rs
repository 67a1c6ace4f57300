//! The website of Commerce Services: pages rendered here, without any script, for whoever has an
//! account and, at `/shop/…`, for shoppers.
//!
//! **How a page is added**
//!
//! 1. *File*: `website/things.rs`, with its templates beside it (`website/things.html`, …).
//! 2. *Route*: a line in [`pages`] with the path, who may enter ([`Entry`]: anybody, any user, or
//!    whoever has a [`Right`]) and the handlers, `get(things::show).post(things::change)`. Where it
//!    belongs into the navigation, a line in [`NAVIGATION`] too.
//! 3. *Handler*: an `async fn` that takes [`session::Visit`] (who looks, from where) and, for POST,
//!    [`form::Fields`] (what was sent); it returns `Result<Response, Trouble>`. [`session::enter`]
//!    has checked session, right, CSRF token and origin before it is called.
//! 4. *Template*: a struct with `page: Page` (from [`page::Page::of`]) and what the page shows;
//!    its file begins with `{% extends "base.html" %}` and fills `{% block content %}`. Values
//!    are escaped; never use `|safe`. Show it with [`page::show`].
//! 5. *Form*: built by one function from [`form::Form::of`], for the blank and the sent form
//!    alike, and shown by `{% include "form.html" %}` inside
//!    `<form method="post">` with the hidden field of `{% include "csrf.html" %}`. A form that has
//!    to be corrected is shown again with `show_with(StatusCode::UNPROCESSABLE_ENTITY, …)`; one
//!    that was right ends with [`session::Visit::done`], which tells its words on the next page
//!    (POST, redirect, GET).
//! 6. *Store*: what is read and written is a method of [`Store`], in the file of its subject. What
//!    it refuses becomes trouble by `?`, or goes to a field by [`form::Form::refuse`].
//! 7. *Lists* are paged: ask the store for one row more than [`paging::ROWS`] behind a key and let
//!    [`paging::Paging`] make the links; `{% include "paging.html" %}` shows them. A table stands
//!    in `<div class="table" role="region" tabindex="0" aria-label="…">`, so that it scrolls alone.
//! 8. *What goes for good* is asked for first: `get(things::ask).post(things::delete)` at one path,
//!    with a [`sure::Question`] that says what and how much.
//!
//! A form with files is `multipart/form-data` and brings its CSRF token in the address:
//! `action="?csrf={{ page.csrf }}"`.

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, any, get, post};
use jiff::SignedDuration;

use super::images::Images;
use super::passwords::Passwords;
use super::rates::Rates;
use super::rights::Right;
use super::secrets;
use super::store::Store;

mod account;
mod catalogs;
mod correction;
mod departments;
mod device;
mod edit;
mod form;
mod home;
mod images;
mod invitation;
mod machines;
mod marketplaces;
mod orders;
mod page;
mod paging;
mod payments;
mod product;
mod products;
mod publications;
mod publishing;
mod session;
mod settings;
mod shipping;
mod shop;
mod sign_in;
mod sign_up;
mod stores;
mod sure;
mod taxes;
mod users;

/// Who may enter a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entry {
    /// Whoever comes along.
    Anybody,
    /// Whoever is signed in.
    User,
    /// Whoever is signed in and has the right.
    Right(Right),
}

/// The navigation: words, path, and the right that shows it.
const NAVIGATION: [(&str, &str, Option<Right>); 11] = [
    ("Home", "/", None),
    ("Orders", "/orders", Some(Right::Read)),
    ("Stores", "/stores", Some(Right::Read)),
    ("Departments", "/departments", Some(Right::Read)),
    ("Master catalog", "/products", Some(Right::Read)),
    ("Catalogs", "/catalogs", Some(Right::Read)),
    ("Publish", "/publications", Some(Right::Read)),
    ("Account", "/account", Some(Right::Account)),
    ("Settings", "/settings", Some(Right::Account)),
    ("Users", "/users", Some(Right::Account)),
    ("Machines", "/machines", None),
];

/// A page: its path, who may enter, and what answers.
type Route = (&'static str, Entry, MethodRouter<Arc<Site>>);

const READ: Entry = Entry::Right(Right::Read);
const CATALOG: Entry = Entry::Right(Right::Catalog);
const ORDERS: Entry = Entry::Right(Right::Orders);
const ACCOUNT: Entry = Entry::Right(Right::Account);

/// The pages about how the organization sells.
fn sales_pages() -> Vec<Route> {
    vec![
        ("/settings", ACCOUNT, get(settings::show)),
        (
            "/settings/payment",
            ACCOUNT,
            get(payments::show).post(payments::assign),
        ),
        (
            "/settings/payment/new",
            ACCOUNT,
            get(payments::new).post(payments::add),
        ),
        (
            "/settings/payment/{id}",
            ACCOUNT,
            get(payments::open).post(payments::change),
        ),
        (
            "/settings/payment/{id}/delete",
            ACCOUNT,
            get(payments::ask).post(payments::delete),
        ),
        ("/settings/shipping", ACCOUNT, get(shipping::list)),
        (
            "/settings/shipping/method",
            ACCOUNT,
            get(shipping::open).post(shipping::change),
        ),
        ("/settings/sales-tax", ACCOUNT, get(taxes::list)),
        (
            "/settings/sales-tax/new",
            ACCOUNT,
            get(taxes::new).post(taxes::add),
        ),
        (
            "/settings/sales-tax/{id}",
            ACCOUNT,
            get(taxes::open).post(taxes::change),
        ),
        (
            "/settings/sales-tax/{id}/delete",
            ACCOUNT,
            get(taxes::ask).post(taxes::delete),
        ),
        ("/stores", READ, get(stores::list)),
        ("/new-store", CATALOG, get(stores::new).post(stores::add)),
        ("/stores/{id}", READ, get(stores::open)),
        ("/stores/{id}/edit", CATALOG, post(stores::change)),
        (
            "/stores/{id}/remove",
            CATALOG,
            get(stores::ask).post(stores::remove),
        ),
        (
            "/stores/{id}/attributes",
            CATALOG,
            get(marketplaces::attributes).post(marketplaces::map_attributes),
        ),
        ("/marketplaces", CATALOG, get(marketplaces::list)),
        (
            "/marketplaces/{id}",
            CATALOG,
            get(marketplaces::new).post(marketplaces::sign_up),
        ),
        ("/departments", READ, get(departments::list)),
        (
            "/departments/new",
            CATALOG,
            get(departments::new).post(departments::add),
        ),
        (
            "/departments/from-ax",
            CATALOG,
            post(departments::take_over),
        ),
        ("/departments/{id}", READ, get(departments::open)),
        ("/departments/{id}/edit", CATALOG, post(departments::change)),
        (
            "/departments/{id}/delete",
            CATALOG,
            get(departments::ask).post(departments::delete),
        ),
        ("/departments/{id}/put", CATALOG, post(departments::put)),
        ("/departments/{id}/take", CATALOG, post(departments::take)),
        (
            "/departments/{id}/mapping/{channel}",
            CATALOG,
            get(departments::mapping).post(departments::map),
        ),
    ]
}

/// The pages of the products: master catalog, own catalogs, images.
fn product_pages() -> Vec<Route> {
    vec![
        ("/products", READ, get(products::list)),
        ("/products/put", CATALOG, post(products::put_into_catalog)),
        ("/product", READ, get(product::show)),
        ("/product/save", CATALOG, post(product::save)),
        (
            "/product/images",
            CATALOG,
            post(product::add_image).layer(DefaultBodyLimit::max(product::MOST_FORM_BYTES)),
        ),
        ("/product/image", CATALOG, post(images::change)),
        ("/images/{hash}", READ, get(images::show)),
        ("/catalogs", READ, get(catalogs::list)),
        ("/catalogs/new", CATALOG, post(catalogs::add)),
        ("/catalogs/{id}", READ, get(catalogs::show)),
        ("/catalogs/{id}/products", READ, get(catalogs::products)),
        ("/catalogs/{id}/save", CATALOG, post(catalogs::rename)),
        (
            "/catalogs/{id}/delete",
            CATALOG,
            get(catalogs::ask).post(catalogs::delete),
        ),
        ("/catalogs/{id}/put", CATALOG, post(catalogs::put)),
        ("/catalogs/{id}/take", CATALOG, post(catalogs::take)),
    ]
}

/// The pages of what is sold: orders, and the storefronts.
fn selling_pages() -> Vec<Route> {
    use Entry::Anybody;
    vec![
        ("/orders", READ, get(orders::list)),
        ("/orders/{id}", READ, get(orders::show)),
        (
            "/orders/{id}/cancel",
            ORDERS,
            get(orders::ask).post(orders::cancel),
        ),
        (
            "/orders/{id}/correct",
            ORDERS,
            get(correction::show).post(correction::correct),
        ),
        ("/publications", READ, get(publications::channels)),
        ("/publications/{channel}", READ, get(publications::list)),
        (
            "/publications/{channel}/choose",
            CATALOG,
            get(publishing::choose),
        ),
        (
            "/publications/{channel}/ask",
            CATALOG,
            post(publishing::ask),
        ),
        (
            "/publications/{channel}/act",
            CATALOG,
            post(publishing::act),
        ),
        (
            "/publications/{channel}/progress",
            READ,
            get(publishing::progress),
        ),
        (
            "/publications/{channel}/stop",
            CATALOG,
            post(publishing::stop),
        ),
        ("/shop/{store}", Anybody, get(shop::list)),
        ("/shop/{store}/product", Anybody, get(shop::show)),
        ("/shop/{store}/images/{hash}", Anybody, get(shop::image)),
        (
            "/shop/{store}/order",
            Anybody,
            get(shop::checkout::show).post(shop::checkout::order),
        ),
        ("/shop/{store}/placed", Anybody, get(shop::placed::show)),
    ]
}

/// Every page.
fn pages() -> Vec<Route> {
    use Entry::{Anybody, User};
    let mut pages = vec![
        ("/", User, get(home::show)),
        (
            "/sign-up",
            Anybody,
            get(sign_up::show).post(sign_up::sign_up),
        ),
        (
            sign_in::PATH,
            Anybody,
            get(sign_in::show).post(sign_in::sign_in),
        ),
        ("/sign-out", User, post(sign_in::sign_out)),
        (
            "/account",
            ACCOUNT,
            get(account::show).post(account::change),
        ),
        ("/users", ACCOUNT, get(users::list)),
        ("/users/new", ACCOUNT, get(users::new).post(users::add)),
        ("/users/{id}", ACCOUNT, get(users::show).post(users::edit)),
        ("/users/{id}/invite", ACCOUNT, post(users::invite)),
        (
            "/users/{id}/delete",
            ACCOUNT,
            get(users::ask).post(users::delete),
        ),
        (
            invitation::PATH,
            Anybody,
            get(invitation::show).post(invitation::accept),
        ),
        ("/machines", User, get(machines::show).post(machines::end)),
        ("/device", User, get(device::show).post(device::enter)),
        ("/device/answer", User, post(device::answer)),
    ];
    pages.extend(product_pages());
    pages.extend(sales_pages());
    pages.extend(selling_pages());
    pages
}

/// What every page needs.
#[derive(Debug)]
pub struct Site {
    /// The store.
    pub store: Store,
    /// The files of the products' images.
    pub images: Images,
    /// Hashes and checks passwords.
    pub passwords: Passwords,
    /// SHA-256 of the service's own token.
    pub token: [u8; 32],
    /// How often who may try what.
    pub rates: Rates,
    /// Address of the service, for a browser that does not name one.
    pub url: String,
    /// How long a new account is being set up.
    pub set_up: SignedDuration,
}

impl Site {
    /// A website on `store` and `images`, whose own token is `token`, at `url`.
    pub fn new(
        store: Store,
        images: Images,
        token: &str,
        url: String,
        set_up: SignedDuration,
    ) -> Self {
        Self {
            store,
            images,
            passwords: Passwords::default(),
            token: secrets::hash(token),
            rates: Rates::default(),
            url,
            set_up,
        }
    }

    /// Every page of it, for whatever the API does not answer.
    pub fn router(self: Arc<Self>) -> Router {
        let around = |entry| from_fn_with_state((Arc::clone(&self), entry), session::enter);
        let lost = any(page::lost).layer(around(Entry::Anybody));
        pages()
            .into_iter()
            .fold(Router::new(), |router, (path, entry, answer)| {
                router.route(path, answer.layer(around(entry)))
            })
            .route(STYLE_PATH, get(style))
            .fallback_service(lost.with_state(Arc::clone(&self)))
            .with_state(self)
    }

    fn is_tls(&self) -> bool {
        self.url.starts_with("https:")
    }

    /// Name of the session's cookie. The prefix has browsers hold that it comes from this host
    /// over TLS; over plain HTTP they refuse it.
    fn cookie(&self) -> &'static str {
        if self.is_tls() { "__Host-axcs" } else { "axcs" }
    }

    fn set_cookie(&self, response: &mut Response, session: &str) {
        let name = self.cookie();
        let secure = if self.is_tls() { "; Secure" } else { "" };
        let ends = if session.is_empty() {
            "; Max-Age=0"
        } else {
            ""
        };
        let line = format!("{name}={session}; Path=/; HttpOnly; SameSite=Lax{secure}{ends}");
        if let Ok(line) = HeaderValue::try_from(line) {
            response.headers_mut().insert(header::SET_COOKIE, line);
        }
    }

    /// The link that an invitation's secret makes at `base`.
    pub fn invitation_link(base: &str, secret: &str) -> String {
        format!("{base}{}?secret={secret}", invitation::PATH)
    }

    /// Address of the service as a client names it.
    pub fn base(&self, headers: &HeaderMap) -> String {
        let host = headers
            .get(header::HOST)
            .and_then(|host| host.to_str().ok())
            .filter(|host| {
                !host.is_empty()
                    && host
                        .bytes()
                        .all(|byte| byte.is_ascii_alphanumeric() || b".-:[]".contains(&byte))
            });
        match host {
            Some(host) if self.is_tls() => format!("https://{host}"),
            Some(host) => format!("http://{host}"),
            None => self.url.clone(),
        }
    }
}

/// Where the style sheet is; with its version, so that browsers may keep it.
const STYLE_PATH: &str = concat!("/style-", env!("CARGO_PKG_VERSION"), ".css");

async fn style() -> Response {
    (
        [
            (header::CONTENT_TYPE, "text/css; charset=utf-8"),
            (header::CACHE_CONTROL, "public, max-age=3600"),
            (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        ],
        include_str!("website/style.css"),
    )
        .into_response()
}
