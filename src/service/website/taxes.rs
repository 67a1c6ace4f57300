//! *Sales tax*: where it is due, for which products, and how much.

use askama::Template;
use axum::extract::{Path, Request};
use axum::response::Response;

use crate::model::Amount;
use crate::service::fields::Fields;
use crate::service::store::SalesTax;

use super::edit::{self, Deletion, EditPage};
use super::form::{Field, Form, Kind};
use super::page::{self, Page, Trouble};
use super::paging::{Paging, ROWS};
use super::session::Visit;
use super::sure::{self, Question};

const PATH: &str = "/settings/sales-tax";
/// What a deleted one leaves.
const DELETED: &str = "Orders that name it stay as they are.";

#[derive(Template)]
#[template(path = "taxes.html")]
struct TaxesPage {
    page: Page,
    taxes: Vec<SalesTax>,
    paging: Paging,
}

/// The decimal number in a field, from 0 to `most`, with four decimals at most; notes what is
/// wrong with it.
pub fn decimal(form: &mut Form, name: &str, most: i64) -> Amount {
    let text = form.text(name);
    let decimals = text.split_once('.').map_or(0, |(_, behind)| behind.len());
    let plain = text.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    let number = text.parse::<Amount>().ok().filter(|number| {
        plain && decimals <= 4 && (Amount::ZERO..=Amount::from(most)).contains(number)
    });
    if number.is_none() && !text.is_empty() {
        let error = format!("A number from 0 to {most}, with a point and four decimals at most.");
        form.fault(name, error);
    }
    number.unwrap_or_default()
}

pub async fn list(visit: Visit, request: Request) -> Result<Response, Trouble> {
    let query = Fields::read(request.uri().query().unwrap_or_default().as_bytes());
    let after = query.text("after");
    let store = &visit.site.store;
    let mut taxes = store.sales_taxes(after.to_owned(), ROWS + 1).await?;
    page::show(&TaxesPage {
        page: Page::of(&visit, "Sales tax"),
        paging: Paging::cut(&mut taxes, PATH, after, |tax| &tax.place),
        taxes,
    })
}

fn form(sent: Option<&Fields>, tax: &SalesTax) -> Form {
    Form::of(sent)
        .with(
            Field::line("country", "Country/region")
                .required()
                .most(10)
                .value(if tax.id == 0 { "USA" } else { &tax.country })
                .hint("As AX writes it: USA."),
        )
        .with(
            Field::line("state", "State")
                .most(10)
                .value(&tax.state)
                .hint("As AX writes it: WA. Leave it empty for the whole country."),
        )
        .with(
            Field::line("item_tax_group", "Item sales tax group")
                .most(40)
                .value(&tax.item_tax_group)
                .hint("As in AX. Leave it empty for every product."),
        )
        .with(
            Field::line("code", "Sales tax code")
                .required()
                .most(40)
                .value(&tax.code)
                .hint("What orders call it."),
        )
        .with(
            Field::line("rate", "Percent")
                .required()
                .most(10)
                .value(&tax.rate.to_string()),
        )
        .with(
            Field::line("on_shipping", "Shipping")
                .kind(Kind::Checks)
                .choices([(
                    "yes".to_owned(),
                    "Shipping is taxed too".to_owned(),
                    tax.on_shipping,
                )]),
        )
}

/// What was sent; notes what is wrong with it.
fn read(form: &mut Form, id: i64) -> SalesTax {
    for name in ["country", "state"] {
        if !form.text(name).bytes().all(|b| b.is_ascii_alphanumeric()) {
            form.fault(name, "Letters and digits only, as AX writes it.");
        }
    }
    let rate = decimal(form, "rate", 100);
    let text = |name| form.text(name).to_owned();
    SalesTax {
        id,
        country: text("country").to_uppercase(),
        state: text("state").to_uppercase(),
        item_tax_group: text("item_tax_group"),
        code: text("code"),
        rate,
        on_shipping: !form.text("on_shipping").is_empty(),
        place: String::new(),
    }
}

fn editing(visit: &Visit, tax: &SalesTax, form: Form) -> EditPage {
    if tax.id == 0 {
        return EditPage::of(visit, "Add a sales tax", form, format!("{PATH}/new"), PATH);
    }
    let path = format!("{PATH}/{}", tax.id);
    EditPage::of(visit, tax.code.clone(), form, path.clone(), PATH).deletion(Deletion {
        title: "Delete the sales tax",
        words: DELETED,
        path: format!("{path}/delete"),
    })
}

async fn save(visit: Visit, tax: SalesTax, fields: Fields) -> Result<Response, Trouble> {
    let mut form = form(Some(&fields), &tax);
    let wish = read(&mut form, tax.id);
    if form.is_right() {
        let words = format!("{} is saved.", wish.code);
        match visit.site.store.save_sales_tax(wish).await {
            Ok(true) => return visit.done(words, PATH).await,
            Ok(false) => return Err(Trouble::lost()),
            Err(refusal) => form.refuse(refusal)?,
        }
    }
    editing(&visit, &tax, form).show()
}

async fn find(visit: &Visit, id: &str) -> Result<SalesTax, Trouble> {
    let tax = visit.site.store.sales_tax(edit::number(id)?).await?;
    tax.ok_or_else(Trouble::lost)
}

pub async fn new(visit: Visit) -> Result<Response, Trouble> {
    let tax = SalesTax::default();
    editing(&visit, &tax, form(None, &tax)).show()
}

pub async fn add(visit: Visit, fields: Fields) -> Result<Response, Trouble> {
    save(visit, SalesTax::default(), fields).await
}

pub async fn open(visit: Visit, Path(id): Path<String>) -> Result<Response, Trouble> {
    let tax = find(&visit, &id).await?;
    editing(&visit, &tax, form(None, &tax)).show()
}

pub async fn change(
    visit: Visit,
    Path(id): Path<String>,
    fields: Fields,
) -> Result<Response, Trouble> {
    let tax = find(&visit, &id).await?;
    save(visit, tax, fields).await
}

pub async fn ask(visit: Visit, Path(id): Path<String>) -> Result<Response, Trouble> {
    let tax = find(&visit, &id).await?;
    let question = Question {
        title: format!("Delete {}", tax.code),
        words: format!(
            "This deletes 1 sales tax: {}, {} % in {}. {DELETED}",
            tax.code,
            tax.rate,
            [tax.country.as_str(), tax.state.as_str()]
                .join(" ")
                .trim_end()
        ),
        button: "Delete the sales tax",
        back: format!("{PATH}/{}", tax.id),
        ..Question::default()
    };
    sure::ask(&visit, question)
}

pub async fn delete(visit: Visit, Path(id): Path<String>) -> Result<Response, Trouble> {
    let tax = find(&visit, &id).await?;
    if !visit.site.store.delete_sales_tax(tax.id).await? {
        return Err(Trouble::lost());
    }
    visit.done(format!("{} is deleted.", tax.code), PATH).await
}
