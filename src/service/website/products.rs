//! *Master catalog*: every product that AX uploaded, to be searched, opened, and put into catalogs.

use askama::Template;
use axum::extract::Request;
use axum::response::Response;

use crate::service::fields::Fields;
use crate::service::rights::Right;
use crate::service::store::{Catalog, LineKind, Product};

use super::page::{self, Page, Trouble};
use super::paging::{Paging, ROWS, address};
use super::session::Visit;

/// Longest search, in characters.
pub const MOST_SEARCH: usize = 100;
/// Catalogs one may choose from in the list.
pub const MOST_CHOICES: usize = 200;

#[derive(Template)]
#[template(path = "products.html")]
struct ProductsPage {
    page: Page,
    search: String,
    /// Id of the category the list is limited to; empty for none.
    category: String,
    /// Its path.
    category_path: String,
    after: String,
    products: Vec<Product>,
    /// How many changes the index does not know yet.
    behind: u64,
    /// Where products may be put; empty for who may not.
    catalogs: Vec<Catalog>,
    /// Where what was found is published; empty for who may not, and where nothing is searched for.
    publish: String,
    paging: Paging,
}

/// What a list shows.
#[derive(Clone, Debug, Default)]
struct Asked {
    search: String,
    category: String,
    after: String,
}

impl Asked {
    fn of(fields: &Fields) -> Self {
        let search = fields.text("search");
        Self {
            search: search.chars().take(MOST_SEARCH).collect(),
            category: fields.text("category").to_owned(),
            after: fields.text("after").to_owned(),
        }
    }

    /// It does not ask for every product.
    fn is_narrowed(&self) -> bool {
        !self.search.is_empty() || !self.category.is_empty()
    }

    /// The address of the list from its beginning.
    fn address(&self) -> String {
        self.address_at("/products")
    }

    /// The address of another page about the same products.
    fn address_at(&self, path: &str) -> String {
        address(
            path,
            &[("search", &self.search), ("category", &self.category)],
        )
    }

    /// The address of this page of it.
    fn here(&self) -> String {
        address(
            "/products",
            &[
                ("search", &self.search),
                ("category", &self.category),
                ("after", &self.after),
            ],
        )
    }
}

/// The address of a product's page.
pub fn product_address(item: &str) -> String {
    address("/product", &[("item", item)])
}

pub async fn list(visit: Visit, request: Request) -> Result<Response, Trouble> {
    let query = Fields::read(request.uri().query().unwrap_or_default().as_bytes());
    let asked = Asked::of(&query);
    let store = &visit.site.store;
    let found = store
        .find_products(
            asked.search.clone(),
            asked.category.clone(),
            asked.after.clone(),
            ROWS,
        )
        .await?;
    let may_change = visit.has(Some(Right::Catalog));
    let catalogs = if may_change {
        store.catalogs(String::new(), MOST_CHOICES).await?
    } else {
        Vec::new()
    };
    let category_path = if asked.category.is_empty() {
        String::new()
    } else {
        let paths = store.category_paths(vec![asked.category.clone()]).await?;
        paths.into_iter().map(|found| found.path).collect()
    };
    page::show(&ProductsPage {
        page: Page::of(&visit, "Master catalog"),
        paging: Paging::to(&asked.address(), &asked.after, found.next.as_deref()),
        products: found.products,
        behind: store.to_be_indexed().await?,
        publish: if may_change && asked.is_narrowed() {
            asked.address_at("/publications")
        } else {
            String::new()
        },
        catalogs,
        category_path,
        search: asked.search,
        category: asked.category,
        after: asked.after,
    })
}

/// Puts the products that are ticked, or the whole category, into a catalog.
pub async fn put_into_catalog(visit: Visit, fields: Fields) -> Result<Response, Trouble> {
    let asked = Asked::of(&fields);
    let is_whole = fields.text("what") == "category";
    let (kind, ids) = if is_whole {
        (LineKind::Category, vec![asked.category.clone()])
    } else {
        let items = fields.all("item").map(str::to_owned).collect();
        (LineKind::Item, items)
    };
    let here = asked.here();
    let Ok(catalog) = fields.text("catalog").parse::<i64>() else {
        return visit.done("Choose a catalog.", &here).await;
    };
    if ids.is_empty() {
        return visit.done("Tick the products first.", &here).await;
    }
    let store = &visit.site.store;
    let catalog = store.catalog(catalog).await?;
    let count = store.add_to_catalog(catalog.id, kind, ids).await?;
    let words = match (kind, count) {
        (_, 0) => format!("All of it was in {} already.", catalog.name),
        (LineKind::Category, _) => format!("The category is now in {}.", catalog.name),
        (LineKind::Item, 1) => format!("1 product is now in {}.", catalog.name),
        (LineKind::Item, count) => format!("{count} products are now in {}.", catalog.name),
    };
    visit.done(words, &here).await
}
