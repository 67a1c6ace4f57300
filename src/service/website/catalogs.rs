//! *Catalogs*: the organization's own, of single products and of whole departments and categories.

use askama::Template;
use axum::extract::{Path, Request};
use axum::http::StatusCode;
use axum::response::Response;

use crate::service::fields::Fields;
use crate::service::rights::Right;
use crate::service::store::{
    AxCategory, Catalog, CatalogLine, LineKind, MOST_CATALOG_NAME, Product,
};

use super::form::{Field, Form};
use super::page::{self, Page, Trouble};
use super::paging::{Paging, ROWS, address};
use super::products::product_address;
use super::session::Visit;
use super::sure::{self, Question};

#[derive(Template)]
#[template(path = "catalogs.html")]
struct CatalogsPage {
    page: Page,
    catalogs: Vec<Catalog>,
    form: Form,
    may_change: bool,
    paging: Paging,
}

#[derive(Template)]
#[template(path = "catalog.html")]
struct CatalogPage {
    page: Page,
    catalog: Catalog,
    /// How many products it has, in words.
    size: String,
    lines: Vec<CatalogLine>,
    form: Form,
    /// The word that categories are looked for by; empty before that.
    find: String,
    found: Vec<AxCategory>,
    may_change: bool,
    paging: Paging,
}

#[derive(Template)]
#[template(path = "catalog_products.html")]
struct CatalogProductsPage {
    page: Page,
    catalog: Catalog,
    products: Vec<Product>,
    paging: Paging,
}

fn form(sent: Option<&Fields>, name: &str) -> Form {
    Form::of(sent).with(
        Field::line("name", "Name")
            .required()
            .most(MOST_CATALOG_NAME)
            .value(name),
    )
}

fn query_of(request: &Request) -> Fields {
    Fields::read(request.uri().query().unwrap_or_default().as_bytes())
}

async fn list_page(visit: &Visit, after: &str, form: Form) -> Result<CatalogsPage, Trouble> {
    let store = &visit.site.store;
    let mut catalogs = store.catalogs(after.to_owned(), ROWS + 1).await?;
    Ok(CatalogsPage {
        page: Page::of(visit, "Catalogs"),
        paging: Paging::cut(&mut catalogs, "/catalogs", after, |catalog| &catalog.name),
        catalogs,
        form,
        may_change: visit.has(Some(Right::Catalog)),
    })
}

pub async fn list(visit: Visit, request: Request) -> Result<Response, Trouble> {
    let query = query_of(&request);
    page::show(&list_page(&visit, query.text("after"), form(None, "")).await?)
}

pub async fn add(visit: Visit, fields: Fields) -> Result<Response, Trouble> {
    let mut form = form(Some(&fields), "");
    if form.is_right() {
        let name = form.text("name").to_owned();
        match visit.site.store.add_catalog(name.clone()).await {
            Ok(id) => {
                let words = format!("{name} is made. Put products into it next.");
                return visit.done(words, &path(id)).await;
            }
            Err(refusal) => form.refuse(refusal)?,
        }
    }
    let page = list_page(&visit, "", form).await?;
    page::show_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
}

fn path(id: i64) -> String {
    format!("/catalogs/{id}")
}

async fn catalog_page(
    visit: &Visit,
    id: i64,
    query: &Fields,
    form: Option<Form>,
) -> Result<CatalogPage, Trouble> {
    let store = &visit.site.store;
    let catalog = store.catalog(id).await?;
    let (after, find) = (query.text("after"), query.text("find"));
    let mut lines = store.catalog_lines(id, after.to_owned(), ROWS + 1).await?;
    let may_change = visit.has(Some(Right::Catalog));
    let found = if find.is_empty() || !may_change {
        Vec::new()
    } else {
        store.ax_categories(find.to_owned(), ROWS).await?
    };
    Ok(CatalogPage {
        page: Page::of(visit, catalog.name.clone()),
        size: match store.catalog_size(id).await? {
            (1, false) => "1 product".to_owned(),
            (count, false) => format!("{count} products"),
            (count, true) => format!("more than {count} products"),
        },
        paging: Paging::cut(&mut lines, &path(id), after, |line| &line.key),
        lines,
        form: form.unwrap_or_else(|| self::form(None, &catalog.name)),
        catalog,
        find: find.to_owned(),
        found,
        may_change,
    })
}

pub async fn show(
    visit: Visit,
    Path(id): Path<i64>,
    request: Request,
) -> Result<Response, Trouble> {
    let query = query_of(&request);
    page::show(&catalog_page(&visit, id, &query, None).await?)
}

pub async fn products(
    visit: Visit,
    Path(id): Path<i64>,
    request: Request,
) -> Result<Response, Trouble> {
    let query = query_of(&request);
    let after = query.text("after");
    let store = &visit.site.store;
    let catalog = store.catalog(id).await?;
    let found = store.catalog_products(id, after.to_owned(), ROWS).await?;
    page::show(&CatalogProductsPage {
        page: Page::of(&visit, format!("Products of {}", catalog.name)),
        paging: Paging::to(
            &format!("/catalogs/{id}/products"),
            after,
            found.next.as_deref(),
        ),
        products: found.products,
        catalog,
    })
}

pub async fn rename(
    visit: Visit,
    Path(id): Path<i64>,
    fields: Fields,
) -> Result<Response, Trouble> {
    let mut form = form(Some(&fields), "");
    if form.is_right() {
        let name = form.text("name").to_owned();
        match visit.site.store.rename_catalog(id, name).await {
            Ok(()) => return visit.done("The catalog is saved.", &path(id)).await,
            Err(refusal) => form.refuse(refusal)?,
        }
    }
    let page = catalog_page(&visit, id, &Fields::default(), Some(form)).await?;
    page::show_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
}

pub async fn ask(visit: Visit, Path(id): Path<i64>) -> Result<Response, Trouble> {
    let catalog = visit.site.store.catalog(id).await?;
    let question = Question {
        title: format!("Delete {}", catalog.name),
        words: format!(
            "This deletes 1 catalog: {}{}. The products stay, and what is published stays published.",
            catalog.name,
            sure::with(&[(catalog.lines, "line", "lines")])
        ),
        button: "Delete the catalog",
        back: path(id),
        ..Question::default()
    };
    sure::ask(&visit, question)
}

pub async fn delete(visit: Visit, Path(id): Path<i64>) -> Result<Response, Trouble> {
    let catalog = visit.site.store.delete_catalog(id).await?;
    let words = format!("{} is deleted.", catalog.name);
    visit.done(words, "/catalogs").await
}

/// Adds items, by their numbers, or categories.
pub async fn put(visit: Visit, Path(id): Path<i64>, fields: Fields) -> Result<Response, Trouble> {
    let kind = kind_of(&fields)?;
    let ids: Vec<String> = fields
        .all("id")
        .map(str::trim)
        .filter(|id| !id.is_empty())
        .map(str::to_owned)
        .collect();
    if ids.is_empty() {
        return visit.done("Nothing was chosen.", &path(id)).await;
    }
    let words = match visit.site.store.add_to_catalog(id, kind, ids).await? {
        0 => "It was in the catalog already.".to_owned(),
        1 => "1 line is added.".to_owned(),
        count => format!("{count} lines are added."),
    };
    visit.done(words, &path(id)).await
}

pub async fn take(visit: Visit, Path(id): Path<i64>, fields: Fields) -> Result<Response, Trouble> {
    let kind = kind_of(&fields)?;
    let line = fields.raw("id").to_owned();
    let store = &visit.site.store;
    let words = if store.remove_from_catalog(id, kind, line).await? {
        "The line is removed."
    } else {
        "The line was removed before."
    };
    visit.done(words, &path(id)).await
}

fn kind_of(fields: &Fields) -> Result<LineKind, Trouble> {
    LineKind::of(fields.text("kind")).ok_or_else(Trouble::unreadable)
}
