//! *Payment*: payment providers, and the payment methods that each of them takes.

use askama::Template;
use axum::extract::Path;
use axum::response::Response;

use crate::service::fields::Fields;
use crate::service::store::{METHODS, Provider};

use super::edit::{self, Deletion, EditPage};
use super::form::{Field, Form, Kind};
use super::page::{self, Page, Trouble};
use super::session::Visit;
use super::sure::{self, Question};

const PATH: &str = "/settings/payment";
/// What a deleted one leaves.
const DELETED: &str = "Orders that name it stay as they are.";

#[derive(Template)]
#[template(path = "payments.html")]
struct PaymentsPage {
    page: Page,
    providers: Vec<Provider>,
    form: Form,
}

fn methods_form(sent: Option<&Fields>, providers: &[Provider], assigned: &[(String, i64)]) -> Form {
    let mut form = Form::of(sent);
    for (method, label) in METHODS {
        let provider = assigned.iter().find(|(assigned, _)| assigned == method);
        let nobody = (String::new(), "Not offered".to_owned(), provider.is_none());
        let choices = providers.iter().map(|known| {
            let is_taken = provider.is_some_and(|(_, id)| *id == known.id);
            (known.id.to_string(), known.name.clone(), is_taken)
        });
        form = form.with(
            Field::line(method, label)
                .kind(Kind::Select)
                .choices(std::iter::once(nobody).chain(choices)),
        );
    }
    form
}

async fn page(visit: &Visit, sent: Option<&Fields>) -> Result<PaymentsPage, Trouble> {
    let store = &visit.site.store;
    let providers = store.payment_providers().await?;
    let assigned = store.payment_methods().await?;
    Ok(PaymentsPage {
        page: Page::of(visit, "Payment"),
        form: methods_form(sent, &providers, &assigned),
        providers,
    })
}

pub async fn show(visit: Visit) -> Result<Response, Trouble> {
    page::show(&page(&visit, None).await?)
}

pub async fn assign(visit: Visit, fields: Fields) -> Result<Response, Trouble> {
    let mut page = page(&visit, Some(&fields)).await?;
    let methods = METHODS.iter().filter_map(|(method, _)| {
        let provider = page.form.text(method).parse().ok()?;
        Some((*method, provider))
    });
    let methods = methods.collect();
    match visit.site.store.assign_payment_methods(methods).await {
        Ok(()) => visit.done("The payment methods are assigned.", PATH).await,
        Err(refusal) => {
            page.form.refuse(refusal)?;
            page::show_with(edit::status(&page.form), &page)
        }
    }
}

fn form(sent: Option<&Fields>, provider: &Provider) -> Form {
    Form::of(sent)
        .with(
            Field::line("name", "Name")
                .required()
                .most(60)
                .value(&provider.name)
                .hint("As orders name it to AX."),
        )
        .with(
            Field::line("merchant", "Merchant number")
                .most(60)
                .value(&provider.merchant)
                .hint("The number of your organization there. Never a password or key."),
        )
}

fn editing(visit: &Visit, provider: &Provider, form: Form) -> EditPage {
    if provider.id == 0 {
        return EditPage::of(
            visit,
            "Add a payment provider",
            form,
            format!("{PATH}/new"),
            PATH,
        );
    }
    let path = format!("{PATH}/{}", provider.id);
    EditPage::of(visit, provider.name.clone(), form, path.clone(), PATH).deletion(Deletion {
        title: "Delete the payment provider",
        words: DELETED,
        path: format!("{path}/delete"),
    })
}

async fn save(visit: Visit, provider: Provider, fields: Fields) -> Result<Response, Trouble> {
    let mut form = form(Some(&fields), &provider);
    if form.is_right() {
        let wish = Provider {
            id: provider.id,
            name: form.text("name").to_owned(),
            merchant: form.text("merchant").to_owned(),
        };
        let words = format!("{} is saved.", wish.name);
        match visit.site.store.save_payment_provider(wish).await {
            Ok(true) => return visit.done(words, PATH).await,
            Ok(false) => return Err(Trouble::lost()),
            Err(refusal) => form.refuse(refusal)?,
        }
    }
    editing(&visit, &provider, form).show()
}

async fn find(visit: &Visit, id: &str) -> Result<Provider, Trouble> {
    let id = edit::number(id)?;
    let provider = visit.site.store.payment_provider(id).await?;
    provider.ok_or_else(Trouble::lost)
}

pub async fn new(visit: Visit) -> Result<Response, Trouble> {
    let provider = Provider::default();
    editing(&visit, &provider, form(None, &provider)).show()
}

pub async fn add(visit: Visit, fields: Fields) -> Result<Response, Trouble> {
    save(visit, Provider::default(), fields).await
}

pub async fn open(visit: Visit, Path(id): Path<String>) -> Result<Response, Trouble> {
    let provider = find(&visit, &id).await?;
    editing(&visit, &provider, form(None, &provider)).show()
}

pub async fn change(
    visit: Visit,
    Path(id): Path<String>,
    fields: Fields,
) -> Result<Response, Trouble> {
    let provider = find(&visit, &id).await?;
    save(visit, provider, fields).await
}

pub async fn ask(visit: Visit, Path(id): Path<String>) -> Result<Response, Trouble> {
    let provider = find(&visit, &id).await?;
    let question = Question {
        title: format!("Delete {}", provider.name),
        words: format!(
            "This deletes 1 payment provider: {}. {DELETED}",
            provider.name
        ),
        button: "Delete the payment provider",
        back: format!("{PATH}/{}", provider.id),
        ..Question::default()
    };
    sure::ask(&visit, question)
}

pub async fn delete(visit: Visit, Path(id): Path<String>) -> Result<Response, Trouble> {
    let provider = find(&visit, &id).await?;
    match visit.site.store.delete_payment_provider(provider.id).await {
        Ok(Some(provider)) => {
            let words = format!("{} is deleted.", provider.name);
            visit.done(words, PATH).await
        }
        Ok(None) => Err(Trouble::lost()),
        Err(refusal) => {
            let mut form = form(None, &provider);
            form.refuse(refusal)?;
            editing(&visit, &provider, form).show()
        }
    }
}
