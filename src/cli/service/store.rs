//! `axcs service store`: online stores and marketplaces of the service.

use clap::Subcommand;
use clap::builder::NonEmptyStringValueParser;

use super::refused;
use crate::cli::{Invocation, Refusal, print};
use crate::commerce::Commerce as _;
use crate::commerce::client::Client;
use crate::model::channel::{Channel, ChannelKind};

#[derive(Debug, Subcommand)]
pub enum StoreCommand {
    /// Every store and marketplace
    List,
    /// Make or change a store; what is not given stays as it is
    Set {
        /// Id: what orders name
        #[arg(value_parser = NonEmptyStringValueParser::new())]
        id: String,
        /// Its name
        #[arg(long)]
        name: Option<String>,
        /// online-store or marketplace
        #[arg(long, value_parser = kind)]
        kind: Option<ChannelKind>,
        /// The currency it sells in (ISO 4217)
        #[arg(long)]
        currency: Option<String>,
        /// Closed for the moment
        #[arg(long, conflicts_with = "open")]
        closed: bool,
        /// Open again
        #[arg(long)]
        open: bool,
    },
    /// Remove a store; its orders stay
    Remove {
        /// Id of the store
        #[arg(value_parser = NonEmptyStringValueParser::new())]
        id: String,
    },
}

fn kind(word: &str) -> Result<ChannelKind, String> {
    super::from_word(word, "online-store, marketplace")
}

pub async fn store(
    invocation: &Invocation,
    client: &Client,
    command: StoreCommand,
) -> Result<(), Refusal> {
    match command {
        StoreCommand::List => {
            let stores = client.stores().await.map_err(refused)?;
            told(invocation, &stores);
        }
        StoreCommand::Set {
            id,
            name,
            kind,
            currency,
            closed,
            open,
        } => {
            invocation.changes("Setting a store")?;
            let stores = client.stores().await.map_err(refused)?;
            let before = stores.into_iter().find(|store| store.id == id);
            let mut store = match (before, &currency) {
                (Some(store), _) => store,
                (None, Some(currency)) => Channel {
                    id: id.clone(),
                    kind: ChannelKind::OnlineStore,
                    name: id,
                    currency: currency.clone(),
                    open: true,
                },
                (None, None) => {
                    return Err(Refusal::usage(
                        format!("There is no store {id}."),
                        "A new store needs a currency.",
                        "Give it: --currency USD",
                    ));
                }
            };
            store.name = name.unwrap_or(store.name);
            store.kind = kind.unwrap_or(store.kind);
            store.currency = currency.unwrap_or(store.currency);
            store.open = (store.open || open) && !closed;
            let store = client.put_store(&store).await.map_err(refused)?;
            told(invocation, &[store]);
        }
        StoreCommand::Remove { id } => {
            invocation.changes("Removing a store")?;
            let removed = client.delete_store(&id).await.map_err(refused)?;
            let store = removed.ok_or_else(|| {
                Refusal::usage(
                    format!("There is no store {id}."),
                    "",
                    "See the stores there are: axcs service store list",
                )
            })?;
            told(invocation, &[store]);
        }
    }
    Ok(())
}

fn told(invocation: &Invocation, stores: &[Channel]) {
    if invocation.json() {
        print::json(&stores);
        return;
    }
    let rows: Vec<Vec<String>> = stores
        .iter()
        .map(|store| {
            vec![
                store.id.clone(),
                store.kind.to_string(),
                store.name.clone(),
                store.currency.clone(),
                if store.open { "open" } else { "closed" }.to_owned(),
            ]
        })
        .collect();
    print::table(&["STORE", "KIND", "NAME", "CURRENCY", "STATE"], &rows);
}
