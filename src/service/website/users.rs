//! *Users*: add them, give them roles, invite them, delete them ("(USA) Set up users for Commerce
//! Services").

use askama::Template;
use axum::extract::{Path, Request};
use axum::http::StatusCode;
use axum::response::Response;

use crate::commerce::wire::account::{Role, User, UserState};
use crate::service::fields::Fields;
use crate::service::store::Going;
use crate::service::strict;

use super::Site;
use super::form::{Field, Form, Kind};
use super::home::minute;
use super::page::{self, Page, Trouble};
use super::paging::{Paging, ROWS};
use super::session::Visit;
use super::sure::{self, Question};

/// Every role, with its word in a form and for people.
const ROLES: [(Role, &str, &str); 4] = [
    (
        Role::ServiceAdministrator,
        "service-administrator",
        "Service administrator: everything",
    ),
    (
        Role::CatalogManager,
        "catalog-manager",
        "Catalog manager: departments, catalogs, products, publishing",
    ),
    (Role::OrderManager, "order-manager", "Order manager: orders"),
    (Role::Viewer, "viewer", "Viewer: looks only"),
];

#[derive(Template)]
#[template(path = "users.html")]
struct UsersPage {
    page: Page,
    users: Vec<User>,
    paging: Paging,
}

#[derive(Template)]
#[template(path = "user.html")]
struct UserPage {
    page: Page,
    form: Form,
    /// Empty for a user who is to be added.
    id: String,
    state: &'static str,
}

#[derive(Template)]
#[template(path = "invited.html")]
struct InvitedPage {
    page: Page,
    user: User,
    link: String,
    expires: String,
}

/// What a user's state is called.
const fn state_in_words(state: UserState) -> &'static str {
    match state {
        UserState::New => "Not invited",
        UserState::Invited => "Invited",
        UserState::Active => "Active",
    }
}

/// The roles of a user, for people.
fn roles_in_words(roles: &[Role]) -> String {
    let label = |role: &Role| {
        let known = ROLES.iter().find(|(known, _, _)| known == role);
        known.map_or("", |(_, _, label)| {
            label.split(':').next().unwrap_or_default()
        })
    };
    roles.iter().map(label).collect::<Vec<_>>().join(", ")
}

fn form(sent: Option<&Fields>, user: Option<&User>) -> Form {
    let text = |of: fn(&User) -> &str| user.map_or("", of);
    let sign_in = Field::line("sign_in", "Sign-in name").value(text(|user| &user.sign_in));
    let sign_in = match user {
        Some(_) => sign_in
            .kind(Kind::ReadOnly)
            .hint("It never changes. Delete the user and add another one."),
        None => sign_in.required().most(60).hint("It never changes."),
    };
    Form::of(sent)
        .with(
            Field::line("first_name", "First name")
                .required()
                .value(text(|user| &user.first_name)),
        )
        .with(
            Field::line("last_name", "Last name")
                .required()
                .value(text(|user| &user.last_name)),
        )
        .with(sign_in)
        .with(
            Field::line("email", "E-mail")
                .kind(Kind::Line("email", "off"))
                .required()
                .value(text(|user| &user.email)),
        )
        .with(
            Field::line("roles", "Roles")
                .kind(Kind::Checks)
                .choices(ROLES.map(|(role, word, label)| {
                    let is_taken = user.is_some_and(|user| user.roles.contains(&role));
                    (word.to_owned(), label.to_owned(), is_taken)
                })),
        )
}

fn read(form: &Form) -> User {
    let taken = form.taken("roles");
    User {
        id: String::new(),
        sign_in: form.text("sign_in").to_owned(),
        first_name: form.text("first_name").to_owned(),
        last_name: form.text("last_name").to_owned(),
        email: form.text("email").to_owned(),
        roles: ROLES
            .iter()
            .filter(|(_, word, _)| taken.contains(word))
            .map(|(role, _, _)| *role)
            .collect(),
        state: UserState::New,
    }
}

fn page(visit: &Visit, form: Form, user: Option<&User>) -> UserPage {
    let title = user.map_or("Add a user".to_owned(), |user| user.sign_in.clone());
    UserPage {
        page: Page::of(visit, title),
        form,
        id: user.map_or_else(String::new, |user| user.id.clone()),
        state: user.map_or("", |user| state_in_words(user.state)),
    }
}

pub async fn list(visit: Visit, request: Request) -> Result<Response, Trouble> {
    let query = Fields::read(request.uri().query().unwrap_or_default().as_bytes());
    let after = query.text("after");
    let mut users = visit.site.store.users(after.to_owned(), ROWS + 1).await?;
    page::show(&UsersPage {
        page: Page::of(&visit, "Users"),
        paging: Paging::cut(&mut users, "/users", after, |user| &user.sign_in),
        users,
    })
}

pub async fn new(visit: Visit) -> Result<Response, Trouble> {
    page::show(&page(&visit, form(None, None), None))
}

pub async fn add(visit: Visit, fields: Fields) -> Result<Response, Trouble> {
    let mut form = form(Some(&fields), None);
    let user = read(&form);
    if form.is_right() {
        let added = match strict::check_user(&user) {
            Ok(()) => visit.site.store.add_user(user).await,
            Err(refusal) => Err(refusal),
        };
        match added {
            Ok(user) => {
                let words = format!("{} is added. Invite the user next.", user.sign_in);
                return visit.done(words, &format!("/users/{}", user.id)).await;
            }
            Err(refusal) => form.refuse(refusal)?,
        }
    }
    page::show_with(StatusCode::UNPROCESSABLE_ENTITY, &page(&visit, form, None))
}

pub async fn show(visit: Visit, Path(id): Path<String>) -> Result<Response, Trouble> {
    let user = visit.site.store.user(id).await?;
    page::show(&page(&visit, form(None, Some(&user)), Some(&user)))
}

pub async fn edit(
    visit: Visit,
    Path(id): Path<String>,
    fields: Fields,
) -> Result<Response, Trouble> {
    let store = &visit.site.store;
    let user = store.user(id.clone()).await?;
    let mut form = form(Some(&fields), Some(&user));
    let wish = read(&form);
    if form.is_right() {
        let edited = match strict::check_user(&wish) {
            Ok(()) => store.edit_user(id, wish).await,
            Err(refusal) => Err(refusal),
        };
        match edited {
            Ok(user) => {
                let words = format!("{} is saved.", user.sign_in);
                return visit.done(words, "/users").await;
            }
            Err(refusal) => form.refuse(refusal)?,
        }
    }
    let page = page(&visit, form, Some(&user));
    page::show_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
}

/// Shows the link, this once: the store keeps its hash.
pub async fn invite(visit: Visit, Path(id): Path<String>) -> Result<Response, Trouble> {
    let store = &visit.site.store;
    let user = store.user(id.clone()).await?;
    match store.invite(id).await {
        Ok((secret, expires)) => page::show(&InvitedPage {
            page: Page::of(&visit, "Invitation"),
            link: Site::invitation_link(&visit.base, &secret),
            expires: minute(expires),
            user,
        }),
        Err(refusal) => again(&visit, &user, refusal),
    }
}

pub async fn ask(visit: Visit, Path(id): Path<String>) -> Result<Response, Trouble> {
    let store = &visit.site.store;
    let user = store.user(id).await?;
    let with = sure::with(&store.goes_with(Going::User, user.id.clone()).await?);
    let end = if with.is_empty() {
        ""
    } else {
        ", which end at once"
    };
    let question = Question {
        title: format!("Delete {}", user.sign_in),
        words: format!(
            "This deletes 1 user: {} ({} {}){with}{end}.",
            user.sign_in, user.first_name, user.last_name
        ),
        button: "Delete the user",
        back: format!("/users/{}", user.id),
        ..Question::default()
    };
    sure::ask(&visit, question)
}

pub async fn delete(visit: Visit, Path(id): Path<String>) -> Result<Response, Trouble> {
    let store = &visit.site.store;
    let user = store.user(id.clone()).await?;
    match store.delete_user(id).await {
        Ok(user) => {
            let words = format!("{} is deleted.", user.sign_in);
            visit.done(words, "/users").await
        }
        Err(refusal) => again(&visit, &user, refusal),
    }
}

/// The user's page with what was refused.
fn again(
    visit: &Visit,
    user: &User,
    refusal: crate::service::api::refusal::Refusal,
) -> Result<Response, Trouble> {
    let mut form = form(None, Some(user));
    form.refuse(refusal)?;
    let page = page(visit, form, Some(user));
    page::show_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
}
