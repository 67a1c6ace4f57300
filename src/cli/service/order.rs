//! `axcs service order`: what customers and the shop do with online orders.

use std::path::{Path, PathBuf};

use clap::builder::NonEmptyStringValueParser;
use clap::{Args, Subcommand};
use serde_json::json;

use crate::cli::orders::goods;
use crate::cli::{Invocation, Refusal, print};
use crate::commerce::Commerce as _;
use crate::commerce::client::Client;
use crate::commerce::shopper::{Shopper, ShopperError, authorise};
use crate::commerce::wire::{MAX_LIST_LIMIT, OrderDetails, OrderListed};
use crate::model::exception::{Exception, chain};
use crate::model::order::{OrderLine, OrderState, WebOrder};

use self::line::{Wanted, numbered};
use super::refused;

mod line;

#[derive(Debug, Subcommand)]
pub enum OrderCommand {
    /// Place plausible orders, one made of given lines, or one from a file
    #[command(after_help = "Ten plausible orders, in any store that is open:\n  \
axcs service order place --count 10\n\n\
One order of two lines, the second a variant (configuration/size/colour/style, any may be empty):\n  \
axcs service order place --store web --line 1001=2 --line 1002//XL/Black=1\n\n\
One from a file, which looks like `order` in axcs service order show ID --json:\n  \
axcs service order place --file order.json\n\n\
Then bring it to AX: axcs run orders")]
    Place(PlaceArguments),
    /// The orders, sorted by id
    List {
        /// Only in this state: placed, downloaded, rejected, accepted, partially-shipped, shipped, cancelled
        #[arg(long, value_parser = order_state)]
        state: Option<OrderState>,
        /// At most so many
        #[arg(long, default_value_t = 100)]
        limit: usize,
    },
    /// One order, whole
    Show {
        /// Id of the order
        #[arg(value_parser = NonEmptyStringValueParser::new())]
        id: String,
    },
    /// Correct an order that AX could not take
    #[command(
        after_help = "Another item in line 1, and the right unit in line 2:\n  \
axcs service order correct W-17 --line 1:1001=2 --unit 2:Pcs\n\n\
The next run of the orders job tries it again: axcs run orders"
    )]
    Correct(CorrectArguments),
    /// Note an authorised payment of the order's total
    Pay {
        /// Id of the order
        #[arg(value_parser = NonEmptyStringValueParser::new())]
        id: String,
    },
    /// Cancel an order for the customer
    Cancel {
        /// Id of the order
        #[arg(value_parser = NonEmptyStringValueParser::new())]
        id: String,
    },
}

#[derive(Debug, Args)]
pub struct PlaceArguments {
    /// In this store; otherwise in any that is open
    #[arg(long, value_name = "STORE", conflicts_with = "file")]
    store: Option<String>,
    /// A line of the one order: ITEM=QTY, or ITEM/configuration/size/colour/style=QTY
    #[arg(long = "line", value_name = "ITEM=QTY", conflicts_with_all = ["file", "count"])]
    lines: Vec<String>,
    /// So many orders
    #[arg(long, default_value_t = 1, conflicts_with = "file", value_parser = clap::value_parser!(u64).range(1..=1_000_000))]
    count: u64,
    /// The same seed places the same orders; otherwise each command places others
    #[arg(long, conflicts_with = "file")]
    seed: Option<u64>,
    /// The order in this JSON file
    #[arg(long)]
    file: Option<PathBuf>,
    /// The number that the customer knows
    #[arg(long, conflicts_with_all = ["file", "count"])]
    number: Option<String>,
    /// Without a payment
    #[arg(long, conflicts_with = "file")]
    unpaid: bool,
}

#[derive(Debug, Args)]
pub struct CorrectArguments {
    /// Id of the order
    #[arg(value_parser = NonEmptyStringValueParser::new())]
    id: String,
    #[command(flatten)]
    how: Correction,
}

#[derive(Debug, Args)]
#[group(required = true, multiple = true)]
struct Correction {
    /// The whole order from this JSON file
    #[arg(long, conflicts_with_all = ["lines", "units", "number", "currency", "total_right"])]
    file: Option<PathBuf>,
    /// Another item or quantity in line N; unit and price become the item's, the total is made right
    #[arg(long = "line", value_name = "N:ITEM=QTY")]
    lines: Vec<String>,
    /// Another unit in line N
    #[arg(long = "unit", value_name = "N:UNIT")]
    units: Vec<String>,
    /// Another number
    #[arg(long)]
    number: Option<String>,
    /// Another currency
    #[arg(long)]
    currency: Option<String>,
    /// Make the amounts add up and authorise the total
    #[arg(long)]
    total_right: bool,
}

fn order_state(word: &str) -> Result<OrderState, String> {
    let words = "placed, downloaded, rejected, accepted, partially-shipped, shipped, cancelled";
    super::from_word(word, words)
}

pub async fn order(
    invocation: &Invocation,
    client: &Client,
    command: OrderCommand,
) -> Result<(), Refusal> {
    match command {
        OrderCommand::Place(arguments) => {
            invocation.changes("Placing an order")?;
            place(invocation, client, arguments).await
        }
        OrderCommand::List { state, limit } => {
            let orders = list(client, state, limit).await?;
            if invocation.json() {
                print::json(&orders);
            } else {
                table(&orders);
            }
            Ok(())
        }
        OrderCommand::Show { id } => {
            let details = must_find(client, &id).await?;
            if invocation.json() {
                print::json(&details);
            } else {
                show(&details);
            }
            Ok(())
        }
        OrderCommand::Correct(arguments) => {
            invocation.changes("Correcting an order")?;
            let (order, of) = corrected(client, arguments).await?;
            let corrected = match of {
                Some(of) => client.correct_order_of(&order, &of).await,
                None => client.correct_order(&order).await,
            };
            done(invocation, &corrected.map_err(refused)?);
            Ok(())
        }
        OrderCommand::Pay { id } => {
            invocation.changes("Paying an order")?;
            let order = must_find(client, &id).await?.order;
            let payment = authorise(&order, order.placed);
            let listed = client.pay_order(&id, &payment).await.map_err(refused)?;
            done(invocation, &listed);
            Ok(())
        }
        OrderCommand::Cancel { id } => {
            invocation.changes("Cancelling an order")?;
            let listed = client.cancel_order(&id).await.map_err(refused)?;
            done(invocation, &listed);
            Ok(())
        }
    }
}

async fn place(
    invocation: &Invocation,
    client: &Client,
    arguments: PlaceArguments,
) -> Result<(), Refusal> {
    let mut ids = Vec::new();
    if let Some(file) = &arguments.file {
        let order = read(file)?;
        let listed = client.place_order(&order).await.map_err(refused)?;
        ids.push(listed.id);
    } else {
        let shopper = shopper(client, &arguments).await?;
        if arguments.lines.is_empty() && arguments.number.is_none() {
            let placing = shopper.place_all(0, arguments.count, |order| ids.push(order.id.clone()));
            placing.await.map_err(refused)?;
        } else {
            let order = made(client, shopper.place(0), arguments).await?;
            let listed = client.place_order(&order).await.map_err(refused)?;
            ids.push(listed.id);
        }
    }
    if invocation.json() {
        print::json(&json!({"placed": ids}));
    } else {
        for id in &ids {
            print::line(format_args!("Order {id} is placed."));
        }
    }
    Ok(())
}

async fn shopper<'a>(
    client: &'a Client,
    arguments: &PlaceArguments,
) -> Result<Shopper<'a>, Refusal> {
    let seed = match arguments.seed {
        Some(seed) => seed,
        // Short, so that the id is also the number.
        None => getrandom::u32().map(u64::from).map_err(|error| {
            Exception::new("No seed could be made.", error, "Give one: --seed SEED")
        })?,
    };
    let mut shopper = Shopper::new(client, seed).await.map_err(nothing)?;
    if let Some(store) = &arguments.store {
        shopper = shopper.only_in(store).map_err(nothing)?;
    }
    Ok(if arguments.unpaid {
        shopper.unpaid()
    } else {
        shopper
    })
}

/// `order` with the lines and the number of the arguments.
async fn made(
    client: &Client,
    mut order: WebOrder,
    arguments: PlaceArguments,
) -> Result<WebOrder, Refusal> {
    if !arguments.lines.is_empty() {
        let mut lines = Vec::new();
        for (line, text) in (1..).zip(&arguments.lines) {
            let wanted = Wanted::read(text)?;
            let quantity = wanted.quantity.unwrap_or_else(|| 1.into());
            lines.push(wanted.line(client, line, quantity).await?);
        }
        order.lines = lines;
        order.make_total_right();
    }
    order.number = arguments.number.unwrap_or(order.number);
    Ok(order)
}

/// The order as it is to be, and the hash of the one that it was made of.
async fn corrected(
    client: &Client,
    arguments: CorrectArguments,
) -> Result<(WebOrder, Option<String>), Refusal> {
    let CorrectArguments { id, how } = arguments;
    if let Some(file) = &how.file {
        let order = read(file)?;
        if order.id != id {
            return Err(Refusal::usage(
                "The file holds another order.",
                format!("{} is the order {}, not {id}.", file.display(), order.id),
                "Name that order, or another file.",
            ));
        }
        return Ok((order, None));
    }
    let OrderDetails {
        listed, mut order, ..
    } = must_find(client, &id).await?;
    for text in &how.lines {
        let (number, rest) = numbered(text, "N:ITEM=QTY")?;
        let wanted = Wanted::read(rest)?;
        let line = line_of(&mut order, number)?;
        let quantity = wanted.quantity.unwrap_or(line.quantity);
        *line = wanted.line(client, number, quantity).await?;
    }
    for text in &how.units {
        let (number, unit) = numbered(text, "N:UNIT")?;
        unit.clone_into(&mut line_of(&mut order, number)?.unit);
    }
    if how.total_right || !how.lines.is_empty() {
        order.make_total_right();
    }
    order.number = how.number.unwrap_or(order.number);
    order.currency = how.currency.unwrap_or(order.currency);
    Ok((order, Some(listed.hash)))
}

fn line_of(order: &mut WebOrder, number: u32) -> Result<&mut OrderLine, Refusal> {
    let id = order.id.clone();
    let found = order.lines.iter_mut().find(|line| line.line == number);
    found.ok_or_else(|| {
        Refusal::usage(
            format!("The order has no line {number}."),
            "",
            format!("See its lines: axcs service order show {id}"),
        )
    })
}

fn read(file: &Path) -> Result<WebOrder, Refusal> {
    let refused = |cause: String| {
        Refusal::usage(
            "The order cannot be read.",
            format!("{}: {cause}", file.display()),
            "What an order looks like: axcs service order show ID --json, or /openapi.json of the service.",
        )
    };
    let text = std::fs::read_to_string(file).map_err(|error| refused(error.to_string()))?;
    serde_json::from_str(&text).map_err(|error| refused(error.to_string()))
}

fn nothing(error: ShopperError) -> Refusal {
    match error {
        ShopperError::Commerce(error) => refused(error),
        ShopperError::NoStore => Refusal::usage(
            "Nothing can be ordered.",
            chain(&error),
            "See the stores: axcs service store list. Make one: axcs service store set ID --currency USD",
        ),
        ShopperError::NoItems => Refusal::usage(
            "Nothing can be ordered.",
            chain(&error),
            "Upload them: axcs run complete. Or place an order from a file: --file FILE",
        ),
    }
}

async fn must_find(client: &Client, id: &str) -> Result<OrderDetails, Refusal> {
    let found = client.order(id).await.map_err(refused)?;
    found.ok_or_else(|| {
        Refusal::usage(
            format!("There is no order {id}."),
            "",
            "See the orders there are: axcs service order list",
        )
    })
}

async fn list(
    client: &Client,
    state: Option<OrderState>,
    limit: usize,
) -> Result<Vec<OrderListed>, Refusal> {
    let mut found = Vec::new();
    let mut after = None;
    while found.len() < limit {
        let page = client
            .order_page(after.as_deref(), MAX_LIST_LIMIT)
            .await
            .map_err(refused)?;
        let is_meant = |order: &OrderListed| state.is_none_or(|state| order.state == state);
        found.extend(page.orders.into_iter().filter(is_meant));
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    found.truncate(limit);
    Ok(found)
}

fn table(orders: &[OrderListed]) {
    let rows: Vec<Vec<String>> = orders
        .iter()
        .map(|order| {
            vec![
                order.id.clone(),
                order.number.clone(),
                order.store.clone(),
                order.state.to_string(),
                order.sales_order.clone(),
                order.reason.clone(),
            ]
        })
        .collect();
    let header = ["ORDER", "NUMBER", "STORE", "STATE", "SALES ORDER", "REASON"];
    print::table(&header, &rows);
}

fn done(invocation: &Invocation, listed: &OrderListed) {
    if invocation.json() {
        print::json(listed);
    } else {
        print::line(format_args!(
            "Order {} (number {}, store {}): {}",
            listed.id, listed.number, listed.store, listed.state
        ));
    }
}

fn show(details: &OrderDetails) {
    let OrderDetails {
        listed,
        order,
        shipments,
    } = details;
    let field = |name: &str, value: &dyn std::fmt::Display| {
        print::line(format_args!("{name:<13}{value}"));
    };
    field("Order", &order.id);
    field("Number", &order.number);
    field("Store", &order.store);
    field("Placed", &print::time(order.placed));
    field("Customer", &order.customer.name);
    field("State", &listed.state);
    if !listed.sales_order.is_empty() {
        field("Sales order", &listed.sales_order);
    }
    if !listed.reason.is_empty() {
        field("Reason", &listed.reason);
    }
    field("Total", &format_args!("{} {}", order.total, order.currency));
    let paid = match &order.payment {
        Some(payment) => format!("{} {} authorised", payment.method, payment.amount),
        None => "not paid".to_owned(),
    };
    field("Payment", &paid);
    goods(order);
    for slip in shipments {
        print::line(format_args!(
            "Packing slip {}: {} lines, {} {}",
            slip.packing_slip,
            slip.lines.len(),
            slip.carrier,
            slip.tracking_numbers.join(", ")
        ));
    }
}
