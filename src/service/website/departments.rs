//! *Departments* and the categories below them, and the categories of marketplaces that they are
//! sold in.

use askama::Template;
use axum::extract::{Path, Request};
use axum::http::Uri;
use axum::response::Response;

use crate::service::api::refusal::Code;
use crate::service::fields::Fields;
use crate::service::rights::Right;
use crate::service::store::{Category, Going, MOST_CHARACTERS, Mapped, Placed, Product};

use super::edit::{self, EditPage};
use super::form::{Field, Form, Kind};
use super::page::{self, Page, Trouble};
use super::paging::{Paging, ROWS, address};
use super::products::product_address;
use super::session::Visit;
use super::sure::{self, Question};

const PATH: &str = "/departments";

#[derive(Template)]
#[template(path = "departments.html")]
struct DepartmentsPage {
    page: Page,
    may_edit: bool,
    departments: Vec<Category>,
    paging: Paging,
}

#[derive(Template)]
#[template(path = "department.html")]
struct DepartmentPage {
    page: Page,
    may_edit: bool,
    category: Category,
    form: Form,
    mappings: Vec<Mapped>,
    /// To the marketplaces that are not on this page.
    more_mappings: Option<String>,
    /// What was put into it, where it is not from AX.
    products: Vec<Product>,
    /// To the products that are not on this page.
    more_products: Option<String>,
    /// Its categories.
    below: Vec<Category>,
    paging: Paging,
    back: String,
}

fn path_of(id: i64) -> String {
    format!("{PATH}/{id}")
}

pub async fn list(visit: Visit, request: Request) -> Result<Response, Trouble> {
    let query = Fields::read(request.uri().query().unwrap_or_default().as_bytes());
    let after = query.text("after");
    let store = &visit.site.store;
    let mut departments = store.categories(None, after.to_owned(), ROWS + 1).await?;
    page::show(&DepartmentsPage {
        page: Page::of(&visit, "Departments"),
        may_edit: visit.has(Some(Right::Catalog)),
        paging: Paging::cut(&mut departments, PATH, after, |category| &category.name),
        departments,
    })
}

pub async fn take_over(visit: Visit) -> Result<Response, Trouble> {
    let taken = visit.site.store.take_over_categories().await?;
    let mut words = format!(
        "Taken over from AX: departments {}, categories {}.",
        taken.departments, taken.categories
    );
    if taken.left_out > 0 {
        words = format!(
            "{words} Left out, since there is another one of the name: {}.",
            taken.left_out
        );
    }
    visit.done(words, PATH).await
}

fn name(value: &str) -> Field {
    Field::line("name", "Name")
        .required()
        .most(MOST_CHARACTERS)
        .value(value)
}

/// The department that a category is to be added to; none where a department is to be added.
async fn department(visit: &Visit, query: Option<&str>) -> Result<Option<Category>, Trouble> {
    let query = Fields::read(query.unwrap_or_default().as_bytes());
    if query.text("in").is_empty() {
        return Ok(None);
    }
    find(visit, query.text("in")).await.map(Some)
}

fn adding(visit: &Visit, department: Option<&Category>, form: Form) -> EditPage {
    match department {
        None => EditPage::of(visit, "Add a department", form, format!("{PATH}/new"), PATH),
        Some(department) => EditPage::of(
            visit,
            format!("Add a category to {}", department.name),
            form,
            format!("{PATH}/new?in={}", department.id),
            path_of(department.id),
        ),
    }
}

pub async fn new(visit: Visit, uri: Uri) -> Result<Response, Trouble> {
    let department = department(&visit, uri.query()).await?;
    adding(&visit, department.as_ref(), Form::of(None).with(name(""))).show()
}

pub async fn add(visit: Visit, uri: Uri, fields: Fields) -> Result<Response, Trouble> {
    let department = department(&visit, uri.query()).await?;
    let mut form = Form::of(Some(&fields)).with(name(""));
    if form.is_right() {
        let wish = form.text("name").to_owned();
        let words = format!("{wish} is added.");
        let within = department.as_ref().map(|department| department.id);
        match visit.site.store.add_category(within, wish).await {
            Ok(id) => return visit.done(words, &path_of(within.unwrap_or(id))).await,
            Err(refusal) => form.refuse(refusal)?,
        }
    }
    adding(&visit, department.as_ref(), form).show()
}

async fn find(visit: &Visit, id: &str) -> Result<Category, Trouble> {
    let category = visit.site.store.category(edit::number(id)?).await?;
    category.ok_or_else(Trouble::lost)
}

async fn form(visit: &Visit, sent: Option<&Fields>, category: &Category) -> Result<Form, Trouble> {
    let mut in_ax = "Not from AX".to_owned();
    if let Some(id) = &category.ax {
        let found = visit.site.store.category_in_ax(id.clone()).await?;
        in_ax = found.map_or_else(
            || "Not in AX any more".to_owned(),
            |found| format!("{} ({})", found.name, found.hierarchy),
        );
    }
    let in_ax = Field::line("ax", "Category in AX")
        .kind(Kind::ReadOnly)
        .value(&in_ax);
    Ok(Form::of(sent).with(name(&category.name)).with(in_ax))
}

/// The page of a department or category. `query` may name where its lists begin.
async fn page(
    visit: &Visit,
    category: Category,
    form: Form,
    query: Option<&str>,
) -> Result<Response, Trouble> {
    let query = Fields::read(query.unwrap_or_default().as_bytes());
    let (after, marketplace) = (query.text("after"), query.text("marketplace"));
    let store = &visit.site.store;
    let path = path_of(category.id);
    let mut mappings = store
        .mappings(category.clone(), marketplace.to_owned(), ROWS + 1)
        .await?;
    let has_more = mappings.len() > ROWS;
    mappings.truncate(ROWS);
    let last = mappings.last().filter(|_| has_more);
    let mut products = store
        .category_products(category.id, query.raw("product").to_owned(), ROWS + 1)
        .await?;
    let has_more = products.len() > ROWS;
    products.truncate(ROWS);
    let last_product = products.last().filter(|_| has_more);
    let mut below = if category.department.is_none() {
        let department = Some(category.id);
        store
            .categories(department, after.to_owned(), ROWS + 1)
            .await?
    } else {
        Vec::new()
    };
    let page = DepartmentPage {
        page: Page::of(visit, category.name.clone()),
        may_edit: visit.has(Some(Right::Catalog)),
        form,
        more_mappings: last.map(|last| format!("{path}?marketplace={}", last.channel.id)),
        mappings,
        more_products: last_product.map(|last| address(&path, &[("product", &last.item.item)])),
        products,
        paging: Paging::cut(&mut below, &path, after, |category| &category.name),
        below,
        back: category.department.map_or_else(|| PATH.to_owned(), path_of),
        category,
    };
    page::show_with(edit::status(&page.form), &page)
}

pub async fn open(visit: Visit, Path(id): Path<String>, uri: Uri) -> Result<Response, Trouble> {
    let category = find(&visit, &id).await?;
    let form = form(&visit, None, &category).await?;
    page(&visit, category, form, uri.query()).await
}

pub async fn change(
    visit: Visit,
    Path(id): Path<String>,
    fields: Fields,
) -> Result<Response, Trouble> {
    let category = find(&visit, &id).await?;
    let mut form = form(&visit, Some(&fields), &category).await?;
    if form.is_right() {
        let wish = form.text("name").to_owned();
        let words = format!("{wish} is saved.");
        match visit.site.store.rename_category(category.id, wish).await {
            Ok(true) => return visit.done(words, &path_of(category.id)).await,
            Ok(false) => return Err(Trouble::lost()),
            Err(refusal) => form.refuse(refusal)?,
        }
    }
    page(&visit, category, form, None).await
}

pub async fn ask(visit: Visit, Path(id): Path<String>) -> Result<Response, Trouble> {
    let category = find(&visit, &id).await?;
    let store = &visit.site.store;
    let with = store
        .goes_with(Going::Category, category.id.to_string())
        .await?;
    let kind = if category.department.is_none() {
        "department"
    } else {
        "category"
    };
    let question = Question {
        title: format!("Delete {}", category.name),
        words: format!(
            "This deletes 1 {kind}: {}{}. The products stay.",
            category.name,
            sure::with(&with)
        ),
        button: "Delete it",
        back: path_of(category.id),
        ..Question::default()
    };
    sure::ask(&visit, question)
}

pub async fn delete(visit: Visit, Path(id): Path<String>) -> Result<Response, Trouble> {
    let category = find(&visit, &id).await?;
    match visit.site.store.delete_category(category.id).await {
        Ok(Some(category)) => {
            let words = format!("{} is deleted.", category.name);
            let above = category.department.map_or_else(|| PATH.to_owned(), path_of);
            visit.done(words, &above).await
        }
        Ok(None) => Err(Trouble::lost()),
        Err(refusal) => {
            let mut form = form(&visit, None, &category).await?;
            form.refuse(refusal)?;
            page(&visit, category, form, None).await
        }
    }
}

/// The page of the products of AX in the category of AX behind it.
fn in_ax(category: &Category) -> String {
    let id = category.ax.as_deref().unwrap_or_default();
    address("/products", &[("category", id)])
}

/// Puts a product into a department or category, by its item number.
pub async fn put(
    visit: Visit,
    Path(id): Path<String>,
    fields: Fields,
) -> Result<Response, Trouble> {
    let category = find(&visit, &id).await?;
    let item = fields.text("item").to_owned();
    let store = &visit.site.store;
    let words = match store.put_into_category(category.id, item.clone()).await {
        Ok(Placed::New) => format!("{item} is now in {}.", category.name),
        Ok(Placed::Before) => format!("{item} was in {} already.", category.name),
        Err(refusal) if refusal.code == Code::NoSuchRecord => refusal.detail,
        Err(refusal) => return Err(refusal.into()),
    };
    visit.done(words, &path_of(category.id)).await
}

/// Takes a product out of a department or category.
pub async fn take(
    visit: Visit,
    Path(id): Path<String>,
    fields: Fields,
) -> Result<Response, Trouble> {
    let category = find(&visit, &id).await?;
    let item = fields.raw("item").to_owned();
    let store = &visit.site.store;
    let words = if store.take_from_category(category.id, item.clone()).await? {
        format!("{item} is not in {} any more.", category.name)
    } else {
        format!("{item} was not in {}.", category.name)
    };
    visit.done(words, &path_of(category.id)).await
}

/// What a department or category is called at one marketplace.
async fn mapped(visit: &Visit, id: &str, channel: String) -> Result<(Category, Mapped), Trouble> {
    let category = find(visit, id).await?;
    let store = &visit.site.store;
    let mapped = store.mapping(category.clone(), channel).await?;
    Ok((category, mapped.ok_or_else(Trouble::lost)?))
}

fn mapping_form(sent: Option<&Fields>, mapped: &Mapped) -> Form {
    Form::of(sent).with(
        Field::line("target", "Category of the marketplace")
            .most(MOST_CHARACTERS)
            .value(&mapped.target)
            .hint("As the marketplace names it. Leave it empty for the department's, or for none."),
    )
}

fn mapping_page(visit: &Visit, category: &Category, mapped: &Mapped, form: Form) -> EditPage {
    let back = path_of(category.id);
    let action = format!("{back}/mapping/{}", mapped.channel.id);
    let title = format!("{} at {}", category.name, mapped.channel.name);
    EditPage::of(visit, title, form, action, back)
}

pub async fn mapping(
    visit: Visit,
    Path((id, channel)): Path<(String, String)>,
) -> Result<Response, Trouble> {
    let (category, mapped) = mapped(&visit, &id, channel).await?;
    mapping_page(&visit, &category, &mapped, mapping_form(None, &mapped)).show()
}

pub async fn map(
    visit: Visit,
    Path((id, channel)): Path<(String, String)>,
    fields: Fields,
) -> Result<Response, Trouble> {
    let (category, mapped) = mapped(&visit, &id, channel).await?;
    let form = mapping_form(Some(&fields), &mapped);
    if !form.is_right() {
        return mapping_page(&visit, &category, &mapped, form).show();
    }
    let target = form.text("target").to_owned();
    let words = if target.is_empty() {
        format!(
            "{} is not mapped at {}.",
            category.name, mapped.channel.name
        )
    } else {
        format!("{} is {target} at {}.", category.name, mapped.channel.name)
    };
    let store = &visit.site.store;
    if !store
        .map_category(category.id, mapped.channel.id, target)
        .await?
    {
        return Err(Trouble::lost());
    }
    visit.done(words, &path_of(category.id)).await
}
