//! `axcs orders`: the online orders of the ledger, how far each has come, and one of them whole.

use clap::builder::NonEmptyStringValueParser;
use clap::{Args, Subcommand};
use jiff::Timestamp;
use serde_json::json;

use super::narrow::{self, Terms};
use super::set_up::SetUp;
use super::{Exit, Invocation, Refusal, print};
use crate::model::csv::{self, Tabular as _};
use crate::model::exception::Exception;
use crate::model::filter::{Field, Filter, Subject, Test};
use crate::model::order::{Address, OrderLine, WebOrder};
use crate::model::shipment::Shipment;
use crate::model::sort::{Direction, OrderSort, Sort};
use crate::model::staged::{OrderCounts, OrderFilter, OrderRow, OrderView, StagedOrder};

#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
#[command(
    after_help = format!("Orders of one store that need somebody, with the reason:\n  \
axcs orders --view exception --store web\n\n\
What is sold but not told to the shop: axcs orders --view unacknowledged\n\
All of a week for a spreadsheet: axcs orders --where 'placed:2026-11-01..2026-11-07' --csv > week.csv\n\
One order, whole, by id, number or sales order: axcs orders show SO-0000042\n\n{}",
        narrow::help(Subject::Orders, "axcs orders --where 'state:exception age>2h store:web -customer:\"Ben Adams\"'"))
)]
pub struct OrdersArguments {
    #[command(subcommand)]
    command: Option<OrdersCommand>,
    /// all, open, exception, unacknowledged, duplicate or journal
    #[arg(long, default_value = "all", value_parser = view)]
    view: OrderView,
    /// Only of this store
    #[arg(long)]
    store: Option<String>,
    /// Only with this text in id, number, customer or sales order
    #[arg(long)]
    text: Option<String>,
    /// Only what this lets through, see below
    #[arg(long = "where", value_name = "FILTER", value_parser = narrow::orders)]
    terms: Option<Terms>,
    /// placed, number, store or stage; the newest or greatest first
    #[arg(long, default_value = "placed", value_parser = sort)]
    sort: OrderSort,
    /// The oldest or least first
    #[arg(long)]
    upwards: bool,
    /// At most so many
    #[arg(long, default_value_t = 100)]
    limit: usize,
    /// All that match, as CSV for a spreadsheet
    #[arg(long, conflicts_with = "limit")]
    csv: bool,
}

#[derive(Debug, Subcommand)]
enum OrdersCommand {
    /// One order: lines, addresses, payment, shipments, and what happened to it
    Show {
        /// Id, number or sales order
        #[arg(value_parser = NonEmptyStringValueParser::new())]
        order: String,
    },
}

fn view(word: &str) -> Result<OrderView, String> {
    let views = OrderView::ALL;
    let found = views.into_iter().find(|view| view.name() == word);
    found.ok_or_else(|| format!("the views are {}", views.map(OrderView::name).join(", ")))
}

fn sort(word: &str) -> Result<OrderSort, String> {
    let found = OrderSort::ALL.into_iter().find(|sort| sort.name() == word);
    found.ok_or_else(|| {
        let names = OrderSort::ALL.map(OrderSort::name).join(", ");
        format!("orders are sorted by {names}")
    })
}

pub async fn orders(invocation: &Invocation, arguments: OrdersArguments) -> Result<Exit, Refusal> {
    let set_up = SetUp::open(&invocation.settings()?).await?;
    let done = match arguments.command {
        Some(OrdersCommand::Show { order }) => show(invocation, &set_up, &order).await,
        None => {
            let store = arguments.store.map(|store| Test::Is(Field::Store, store));
            let text = arguments.text.as_deref().map(Filter::anywhere);
            let filter = OrderFilter {
                view: arguments.view,
                terms: [
                    store.map(Filter::from),
                    text,
                    arguments.terms.map(Terms::filter),
                ]
                .into_iter()
                .flatten()
                .fold(Filter::default(), Filter::and),
                sort: Sort {
                    by: arguments.sort,
                    direction: if arguments.upwards {
                        Direction::Up
                    } else {
                        Direction::Down
                    },
                },
                after: None,
                limit: arguments.limit,
            };
            if arguments.csv {
                print_csv(&set_up, filter).await
            } else {
                list(invocation, &set_up, &filter).await
            }
        }
    };
    set_up.close().await;
    done
}

/// Prints all that match, page by page: there may be more than the memory holds.
async fn print_csv(set_up: &SetUp, filter: OrderFilter) -> Result<Exit, Refusal> {
    let ledger = &set_up.runner.sides().ledger;
    print::csv([OrderRow::HEAD]);
    let mut left = Some(OrderFilter {
        limit: csv::PAGE,
        ..filter
    });
    while let Some(filter) = left {
        let page = ledger.orders(&filter).await.map_err(Exception::from)?;
        print::csv(page.iter().map(csv::row));
        left = filter.behind(page);
    }
    Ok(Exit::Done)
}

async fn list(
    invocation: &Invocation,
    set_up: &SetUp,
    filter: &OrderFilter,
) -> Result<Exit, Refusal> {
    let ledger = &set_up.runner.sides().ledger;
    let orders = ledger.orders(filter).await.map_err(Exception::from)?;
    let counts = ledger.order_counts().await.map_err(Exception::from)?;
    if invocation.json() {
        print::json(&json!({"orders": orders, "counts": counts}));
        return Ok(Exit::Done);
    }
    let now = Timestamp::now();
    let rows: Vec<Vec<String>> = orders.iter().map(|order| row(order, now)).collect();
    let header = [
        "ORDER",
        "NUMBER",
        "STORE",
        "AGE",
        "STATE",
        "CUSTOMER",
        "TOTAL",
        "CURRENCY",
        "SALES ORDER",
        "ACKNOWLEDGED",
        "WHY",
    ];
    print::table(&header, &rows);
    if rows.is_empty() && counts.all > 0 {
        print::note("No order matches.");
    }
    print::note(counted(&counts, now));
    Ok(Exit::Done)
}

fn row(order: &OrderRow, now: Timestamp) -> Vec<String> {
    let why = order.exception.as_ref().map(Exception::to_string);
    vec![
        order.id.clone(),
        order.number.clone(),
        order.store.clone(),
        print::age(now.duration_since(order.placed)),
        order.state().to_owned(),
        order.customer.clone(),
        print::money(order.total),
        order.currency.clone(),
        order.sales_order.clone(),
        yes(order.is_acknowledged).to_owned(),
        why.unwrap_or_default(),
    ]
}

const fn yes(is: bool) -> &'static str {
    if is { "yes" } else { "no" }
}

fn counted(counts: &OrderCounts, now: Timestamp) -> String {
    let mut text = format!("{} orders", print::number(counts.all));
    for (number, what) in [
        (counts.open, "open"),
        (counts.waiting, "waiting for AX"),
        (counts.exception, "with an exception"),
        (counts.unacknowledged, "not acknowledged"),
        (counts.duplicate, "possible duplicates"),
        (counts.journal, "journals"),
    ] {
        text.push_str(&format!(", {} {what}", print::number(number)));
    }
    if let Some(oldest) = counts.oldest_open {
        let age = print::age(now.duration_since(oldest));
        text.push_str(&format!("; the oldest open one is {age} old"));
    }
    text
}

async fn show(invocation: &Invocation, set_up: &SetUp, name: &str) -> Result<Exit, Refusal> {
    let ledger = &set_up.runner.sides().ledger;
    let found = ledger.order(name).await.map_err(Exception::from)?;
    let order = found.ok_or_else(|| {
        Refusal::usage(
            format!("There is no order {name}."),
            "It is looked for by id, number and sales order.",
            "See the orders there are: axcs orders. Download new ones: axcs run orders",
        )
    })?;
    if invocation.json() {
        print::json(&order);
    } else {
        head(&order);
        goods(&order.order);
        amounts(&order);
        for shipment in &order.shipments {
            slip(shipment);
        }
        print::line("");
        for line in &order.history {
            print::line(format_args!("{}  {}", print::time(line.at), line.what));
        }
    }
    Ok(Exit::Done)
}

fn head(staged: &StagedOrder) {
    let StagedOrder { row, order, .. } = staged;
    let exception = row.exception.as_ref();
    let told = |part: fn(&Exception) -> &String| exception.map(part).cloned().unwrap_or_default();
    let requested = order.requested.map(|day| day.to_string());
    let invoice = order.invoice_address.as_ref();
    let marks = [
        (row.is_journal, "journal"),
        (row.is_possible_duplicate, "possible duplicate"),
    ];
    let marks: Vec<&str> = marks
        .into_iter()
        .filter_map(|(is, mark)| is.then_some(mark))
        .collect();
    print::facts(&[
        ("Order", row.id.clone()),
        ("Number", row.number.clone()),
        ("Store", row.store.clone()),
        ("Placed", print::time(row.placed)),
        ("State", row.state().to_owned()),
        ("Marks", marks.join(", ")),
        ("What", told(|exception| &exception.text)),
        ("Why", told(|exception| &exception.cause)),
        ("Remedy", told(|exception| &exception.remedy)),
        ("Sales order", row.sales_order.clone()),
        ("Customer account", row.account.clone()),
        (
            "Sales status",
            row.status
                .map(|status| status.to_string())
                .unwrap_or_default(),
        ),
        ("Acknowledged", yes(row.is_acknowledged).to_owned()),
        ("Tries", row.attempts.to_string()),
        ("Customer", order.customer.name.clone()),
        ("E-mail", order.customer.email.clone()),
        ("Telephone", order.customer.phone.clone()),
        ("Language", order.customer.language.clone()),
        ("Mode of delivery", order.delivery_mode.clone()),
        ("Wanted on", requested.unwrap_or_default()),
        ("Delivery address", address(&order.delivery_address)),
        ("Invoice address", invoice.map(address).unwrap_or_default()),
        ("Note", order.note.clone()),
    ]);
}

/// In one line.
fn address(address: &Address) -> String {
    let street = address.street.replace('\n', ", ");
    let city = format!("{} {} {}", address.zip_code, address.city, address.state);
    let parts = [&address.name, &street, city.trim(), &address.country].map(str::to_owned);
    let said = parts.into_iter().filter(|part| !part.is_empty());
    said.collect::<Vec<_>>().join(", ")
}

/// The lines of an order.
pub fn goods(order: &WebOrder) {
    let rows: Vec<Vec<String>> = order.lines.iter().map(line).collect();
    let header = [
        "LINE", "ITEM", "VARIANT", "NAME", "QUANTITY", "UNIT", "PRICE", "DISCOUNT", "AMOUNT",
    ];
    print::line("");
    print::table(&header, &rows);
}

fn line(line: &OrderLine) -> Vec<String> {
    vec![
        line.line.to_string(),
        line.item.clone(),
        line.dimensions.joined(),
        line.name.clone(),
        line.quantity.to_string(),
        line.unit.clone(),
        print::money(line.price),
        print::money(line.discount),
        print::money(line.amount),
    ]
}

/// Charges, taxes, total and payment.
fn amounts(staged: &StagedOrder) {
    let order = &staged.order;
    let mut rows = Vec::new();
    for charge in &order.charges {
        let code = if charge.code.is_empty() {
            "shipping"
        } else {
            &charge.code
        };
        rows.push(["Charge", code, &charge.text, &print::money(charge.amount)].map(str::to_owned));
    }
    for tax in &order.taxes {
        rows.push(["Sales tax", &tax.code, "", &print::money(tax.amount)].map(str::to_owned));
    }
    rows.push(["Total", &order.currency, "", &print::money(order.total)].map(str::to_owned));
    rows.push(match &order.payment {
        Some(payment) => [
            "Payment",
            &payment.method,
            &format!("{} {}", payment.provider, payment.authorization),
            &print::money(payment.amount),
        ]
        .map(str::to_owned),
        None => ["Payment", "", "not authorised yet", ""].map(str::to_owned),
    });
    let rows: Vec<Vec<String>> = rows.into_iter().map(Vec::from).collect();
    print::line("");
    print::table(&["", "CODE", "TEXT", "AMOUNT"], &rows);
}

fn slip(shipment: &Shipment) {
    let shipped = shipment.shipped.map(|day| format!(" on {day}"));
    print::line("");
    print::line(format_args!(
        "Packing slip {}{} {} {}",
        shipment.packing_slip,
        shipped.unwrap_or_default(),
        shipment.carrier,
        shipment.tracking_numbers.join(", ")
    ));
    let rows: Vec<Vec<String>> = shipment
        .lines
        .iter()
        .map(|line| {
            vec![
                line.line.to_string(),
                line.item.clone(),
                line.quantity.to_string(),
            ]
        })
        .collect();
    print::table(&["LINE", "ITEM", "QUANTITY"], &rows);
}
