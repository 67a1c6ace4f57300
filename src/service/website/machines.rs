//! *Machines*: those that were let in, and out again.

use askama::Template;
use axum::extract::Request;
use axum::response::Response;

use crate::service::fields::Fields;
use crate::service::rights::Right;
use crate::service::store::Machine;

use super::home::minute;
use super::page::{self, Page, Trouble};
use super::paging::{Paging, ROWS};
use super::session::Visit;

#[derive(Template)]
#[template(path = "machines.html")]
struct MachinesPage {
    page: Page,
    machines: Vec<Row>,
    paging: Paging,
}

struct Row {
    id: String,
    name: String,
    user: String,
    begun: String,
    seen: String,
}

/// Whose machines the visit sees: everybody's, or the user's own.
fn of(visit: &Visit) -> Result<Option<i64>, Trouble> {
    let user = visit.signed_in()?.id;
    Ok((!visit.has(Some(Right::Account))).then_some(user))
}

pub async fn show(visit: Visit, request: Request) -> Result<Response, Trouble> {
    let query = Fields::read(request.uri().query().unwrap_or_default().as_bytes());
    let after = query.text("after");
    let machines = visit
        .site
        .store
        .machines(of(&visit)?, after.parse().unwrap_or_default(), ROWS + 1)
        .await?;
    let row = |machine: Machine| Row {
        id: machine.id.to_string(),
        name: machine.name,
        user: machine.user,
        begun: minute(machine.begun),
        seen: minute(machine.refreshed),
    };
    let mut machines: Vec<Row> = machines.into_iter().map(row).collect();
    page::show(&MachinesPage {
        page: Page::of(&visit, "Machines"),
        paging: Paging::cut(&mut machines, "/machines", after, |row| &row.id),
        machines,
    })
}

pub async fn end(visit: Visit, fields: Fields) -> Result<Response, Trouble> {
    let id = fields.text("id").parse().map_err(|_| Trouble::lost())?;
    let whose = of(&visit)?;
    let name = visit.site.store.end_machine(id, whose).await?;
    let name = name.ok_or_else(Trouble::lost)?;
    visit
        .done(format!("{name} is signed out."), "/machines")
        .await
}
