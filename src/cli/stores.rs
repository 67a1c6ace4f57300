//! `axcs stores`: online stores and marketplaces, and the parameters that AX keeps for each.

use clap::builder::NonEmptyStringValueParser;
use clap::{Args, Subcommand};
use serde_json::json;

use super::run::{self, Output};
use super::set_up::SetUp;
use super::{Exit, Invocation, Refusal, print};
use crate::company::trade::Code;
use crate::jobs::{RunOptions, Runner, Sides};
use crate::model::Job;
use crate::model::channel::{CustomerTemplate, KnownStore, StoreSettings};
use crate::model::exception::Exception;

#[derive(Debug, Args)]
pub struct StoresArguments {
    #[command(subcommand)]
    command: Option<StoresCommand>,
}

#[derive(Debug, Subcommand)]
enum StoresCommand {
    /// One store with the attributes of its customer template
    Show {
        /// Id of the store
        #[arg(value_parser = NonEmptyStringValueParser::new())]
        store: String,
    },
    /// Set parameters of a store; what is not given stays as it is
    #[command(after_help = "Everything that orders of a store need:\n  \
axcs stores set web --customer-template WEB-TEMPLATE --shipping-charges-code FREIGHT --sales-origin WEB\n\n\
Each has to be in the company. Empty text takes a parameter away: --sales-origin \"\"\n\
Then tell the service: axcs stores synchronize")]
    Set(SetArguments),
    /// Download the stores and upload their parameters: the delivery modes job
    Synchronize,
}

#[derive(Debug, Args)]
struct SetArguments {
    /// Id of the store
    #[arg(value_parser = NonEmptyStringValueParser::new())]
    store: String,
    #[command(flatten)]
    parameters: Parameters,
}

#[derive(Debug, Args)]
#[group(required = true, multiple = true)]
struct Parameters {
    /// Customer account whose attributes the orders take
    #[arg(long, value_name = "ACCOUNT")]
    customer_template: Option<String>,
    /// Charges code of the shipping charges
    #[arg(long, value_name = "CODE")]
    shipping_charges_code: Option<String>,
    /// Sales origin of the orders
    #[arg(long, value_name = "ORIGIN")]
    sales_origin: Option<String>,
}

pub async fn stores(invocation: &Invocation, arguments: StoresArguments) -> Result<Exit, Refusal> {
    let settings = invocation.settings()?;
    match &arguments.command {
        Some(StoresCommand::Set(_)) => invocation.changes("Setting store parameters")?,
        Some(StoresCommand::Synchronize) => invocation.changes("A run")?,
        Some(StoresCommand::Show { .. }) | None => {}
    }
    let _guard = super::log::to_file_if_possible(&settings);
    let set_up = SetUp::open(&settings).await?;
    let sides = set_up.runner.sides();
    let done = match arguments.command {
        None => list(invocation, sides).await,
        Some(StoresCommand::Show { store }) => show(invocation, sides, &store).await,
        Some(StoresCommand::Set(SetArguments { store, parameters })) => {
            set(invocation, &set_up.runner, &store, parameters).await
        }
        Some(StoresCommand::Synchronize) => synchronize(invocation, &set_up).await,
    };
    set_up.close().await;
    done
}

async fn known(sides: &Sides) -> Result<Vec<KnownStore>, Refusal> {
    Ok(sides.ledger.stores().await.map_err(Exception::from)?)
}

async fn list(invocation: &Invocation, sides: &Sides) -> Result<Exit, Refusal> {
    let stores = known(sides).await?;
    if invocation.json() {
        print::json(&stores);
        return Ok(Exit::Done);
    }
    let rows: Vec<Vec<String>> = stores
        .iter()
        .map(|store| {
            let KnownStore {
                channel, settings, ..
            } = store;
            vec![
                channel.id.clone(),
                channel.kind.to_string(),
                channel.name.clone(),
                channel.currency.clone(),
                state(store),
                settings.customer_template.clone(),
                settings.shipping_charges_code.clone(),
                settings.sales_origin.clone(),
                print::number(store.orders),
                print::number(store.open_orders),
            ]
        })
        .collect();
    let header = [
        "STORE",
        "KIND",
        "NAME",
        "CURRENCY",
        "STATE",
        "CUSTOMER TEMPLATE",
        "CHARGES CODE",
        "SALES ORIGIN",
        "ORDERS",
        "OPEN",
    ];
    print::table(&header, &rows);
    if stores.is_empty() {
        print::note("Download them: axcs stores synchronize");
    }
    Ok(Exit::Done)
}

fn state(store: &KnownStore) -> String {
    match store.gone_since {
        Some(since) => format!("gone since {}", print::time(since)),
        None if store.channel.open => "open".to_owned(),
        None => "closed".to_owned(),
    }
}

async fn find(sides: &Sides, id: &str) -> Result<KnownStore, Refusal> {
    let stores = known(sides).await?;
    let found = stores.into_iter().find(|store| store.channel.id == id);
    found.ok_or_else(|| {
        Refusal::usage(
            format!("There is no store {id}."),
            "The ledger does not know it.",
            "See the stores there are: axcs stores. Download new ones: axcs stores synchronize",
        )
    })
}

/// The customer with this account.
async fn customer(sides: &Sides, account: &str) -> Result<Option<CustomerTemplate>, Refusal> {
    let asked = [account.to_owned()];
    let found = sides.company.customers(&asked).await;
    let mut found = found.map_err(Exception::from)?;
    Ok(found.pop().flatten())
}

async fn show(invocation: &Invocation, sides: &Sides, id: &str) -> Result<Exit, Refusal> {
    let store = find(sides, id).await?;
    let account = &store.settings.customer_template;
    let template = if account.is_empty() {
        None
    } else {
        customer(sides, account).await?
    };
    if invocation.json() {
        print::json(&json!({"store": store, "customer_template": template}));
        return Ok(Exit::Done);
    }
    let KnownStore {
        channel, settings, ..
    } = &store;
    let named = match &template {
        Some(customer) => format!("{account} {}", customer.name),
        None if account.is_empty() => String::new(),
        None => format!("{account}, which is not in the company"),
    };
    print::facts(&[
        ("Store", channel.id.clone()),
        ("Kind", channel.kind.to_string()),
        ("Name", channel.name.clone()),
        ("Currency", channel.currency.clone()),
        ("State", state(&store)),
        ("Orders", print::number(store.orders)),
        ("Open orders", print::number(store.open_orders)),
        (
            "Shipping charges code",
            settings.shipping_charges_code.clone(),
        ),
        ("Sales origin", settings.sales_origin.clone()),
        ("Customer template", named),
    ]);
    if let Some(template) = &template {
        let rows = template.attributes();
        let rows: Vec<Vec<String>> = rows
            .into_iter()
            .map(|(name, value)| vec![name.to_owned(), value.to_owned()])
            .collect();
        print::line("");
        print::table(&["ATTRIBUTE", "VALUE"], &rows);
    }
    if !settings.is_complete() {
        print::note(format_args!(
            "Parameters are missing: orders of the store wait. Set them: axcs stores set {id} --customer-template ACCOUNT \
             --shipping-charges-code CODE --sales-origin ORIGIN"
        ));
    }
    Ok(Exit::Done)
}

async fn set(
    invocation: &Invocation,
    runner: &Runner,
    id: &str,
    parameters: Parameters,
) -> Result<Exit, Refusal> {
    let sides = runner.sides();
    let mut settings = find(sides, id).await?.settings;
    if let Some(account) = parameters.customer_template {
        settings.customer_template = if account.is_empty() {
            account
        } else {
            let found = customer(sides, &account).await?;
            let customer = found.ok_or_else(|| {
                Refusal::usage(
                    format!("There is no customer {account}."),
                    "The company has no customer account of this name.",
                    "Make the customer in AX, or name another one.",
                )
            })?;
            customer.account
        };
    }
    let codes = sides.company.trade_codes().await.map_err(Exception::from)?;
    if let Some(code) = parameters.shipping_charges_code {
        settings.shipping_charges_code = known_code("charges code", &codes.charges_codes, code)?;
    }
    if let Some(origin) = parameters.sales_origin {
        settings.sales_origin = known_code("sales origin", &codes.sales_origins, origin)?;
    }
    store(runner, id, settings).await?;
    let store = find(sides, id).await?;
    if invocation.json() {
        print::json(&store);
    } else {
        print::line(format_args!("The parameters of store {id} are set."));
        print::note("The next run of the delivery modes job uploads them: axcs stores synchronize");
    }
    Ok(Exit::Done)
}

async fn store(runner: &Runner, id: &str, settings: StoreSettings) -> Result<(), Refusal> {
    let StoreSettings {
        customer_template,
        shipping_charges_code,
        sales_origin,
    } = &settings;
    let text = format!(
        "parameters of {id}: customer template {customer_template:?}, shipping charges code {shipping_charges_code:?}, \
         sales origin {sales_origin:?}"
    );
    let sides = runner.sides();
    let stored = sides.ledger.set_store(id, settings).await;
    if stored.map_err(Exception::from)? {
        runner.note_change("store", text).await?;
        return Ok(());
    }
    Err(Refusal::usage(
        format!("The store {id} is gone."),
        "It was forgotten meanwhile: the service does not list it any more.",
        "See the stores there are: axcs stores",
    ))
}

/// The code as AX writes it; AX takes upper and lower case for the same. Empty text takes the
/// parameter away.
fn known_code(what: &str, codes: &[Code], code: String) -> Result<String, Refusal> {
    if code.is_empty() {
        return Ok(code);
    }
    let folded = code.to_lowercase();
    let found = codes
        .iter()
        .find(|known| known.code.to_lowercase() == folded);
    found.map(|known| known.code.clone()).ok_or_else(|| {
        let some: Vec<&str> = codes.iter().map(|known| &*known.code).take(20).collect();
        Refusal::usage(
            format!("There is no {what} {code}."),
            if some.is_empty() {
                format!("The company has no {what} at all.")
            } else {
                format!("The company has {}.", some.join(", "))
            },
            format!("Name one of them, or make the {what} in AX."),
        )
    })
}

async fn synchronize(invocation: &Invocation, set_up: &SetUp) -> Result<Exit, Refusal> {
    let output = Output::of(invocation.json());
    let options = RunOptions::default();
    let (summary, signal) =
        run::follow(&set_up.runner, Job::DeliveryModes, options, false, output).await?;
    Ok(run::exit(&summary, signal))
}
