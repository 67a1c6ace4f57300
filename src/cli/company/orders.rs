//! `axcs company orders`: plays the clerk who ships, invoices and cancels sales orders in AX. Only
//! for the embedded company; in a real AX people do it.

use clap::builder::NonEmptyStringValueParser;
use clap::{Args, Subcommand};
use serde_json::json;

use super::{blocking, not_opened};
use crate::cli::set_up::Folder;
use crate::cli::{Exit, Invocation, Refusal, print};
use crate::company::embedded::Embedded;
use crate::company::embedded::activity::clerk::{self, ClerkError, ListedOrder, Orders, Ship};
use crate::model::exception::chain;

#[derive(Debug, Subcommand)]
pub(super) enum OrdersCommand {
    /// List the newest sales orders
    List {
        /// At most this many
        #[arg(long, default_value_t = 100)]
        limit: u32,
    },
    /// Post a packing slip for each of these orders
    Ship(ShipArguments),
    /// Cancel what is not delivered of an order
    Cancel {
        /// Sales order
        #[arg(value_parser = NonEmptyStringValueParser::new())]
        order: String,
    },
    /// Invoice a delivered order
    Invoice {
        /// Sales order
        #[arg(value_parser = NonEmptyStringValueParser::new())]
        order: String,
    },
    /// Void a parcel: its tracking number counts no more
    Void {
        /// Tracking number
        #[arg(value_parser = NonEmptyStringValueParser::new())]
        tracking_number: String,
    },
}

#[derive(Debug, Args)]
pub(super) struct ShipArguments {
    /// Sales orders
    #[arg(required_unless_present = "all", value_name = "SALESID", value_parser = NonEmptyStringValueParser::new())]
    orders: Vec<String>,
    /// Every open sales order
    #[arg(long, conflicts_with = "orders")]
    all: bool,
    /// Only a part of each order that has more than one piece
    #[arg(long)]
    partial: bool,
    /// The same seed chooses the same parts and tracking numbers
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

pub(super) async fn orders(
    invocation: Invocation,
    folder: Folder,
    company: String,
    command: OrdersCommand,
) -> Result<Exit, Refusal> {
    if !matches!(command, OrdersCommand::List { .. }) {
        invocation.changes("company orders")?;
    }
    blocking(move || {
        let company = (!company.is_empty()).then_some(company.as_str());
        let company = Embedded::open(&folder.company(), company).map_err(not_opened)?;
        let done = match command {
            OrdersCommand::List { limit } => {
                let orders = clerk::list(&company, limit).map_err(refused)?;
                show(&invocation, &orders);
                return Ok(Exit::Done);
            }
            OrdersCommand::Ship(arguments) => clerk::ship(
                &company,
                &Ship {
                    orders: if arguments.all {
                        Orders::All
                    } else {
                        Orders::Named(arguments.orders)
                    },
                    partial: arguments.partial,
                },
                arguments.seed,
            ),
            OrdersCommand::Cancel { order } => {
                clerk::cancel(&company, &order).map(|word| vec![word])
            }
            OrdersCommand::Invoice { order } => {
                clerk::invoice(&company, &order).map(|word| vec![word])
            }
            OrdersCommand::Void { tracking_number } => {
                clerk::void(&company, &tracking_number).map(|word| vec![word])
            }
        };
        let done = done.map_err(refused)?;
        if invocation.json() {
            print::json(&json!({"changed": done}));
        } else {
            done.iter().for_each(print::line);
        }
        Ok(Exit::Done)
    })
    .await
}

fn refused(error: ClerkError) -> Refusal {
    match error {
        ClerkError::Company(error) => not_opened(error),
        other @ (ClerkError::NoOrder(_)
        | ClerkError::Stands { .. }
        | ClerkError::NoTrackingNumber(_)
        | ClerkError::Number(_)
        | ClerkError::Sqlite(_)) => Refusal::usage(
            "The sales order was not changed.",
            chain(&other),
            "See the sales orders: axcs company orders list",
        ),
    }
}

fn show(invocation: &Invocation, orders: &[ListedOrder]) {
    if invocation.json() {
        print::json(&json!({"orders": orders}));
        return;
    }
    let rows: Vec<Vec<String>> = orders
        .iter()
        .map(|order| {
            let status = order.status.map_or("unknown", |status| status.name());
            vec![
                order.sales_order.clone(),
                if order.is_journal { "Journal" } else { status }.to_owned(),
                order.customer.clone(),
                order.requisition.clone(),
                print::number(order.lines),
                print::number(order.packing_slips),
            ]
        })
        .collect();
    print::table(
        &[
            "SALES ORDER",
            "STATUS",
            "CUSTOMER",
            "REQUISITION",
            "LINES",
            "PACKING SLIPS",
        ],
        &rows,
    );
}
