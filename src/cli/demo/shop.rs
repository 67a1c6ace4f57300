//! The demo's shop: stores with their parameters, customers who order, and a clerk who ships.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use super::super::print;
use super::super::run::{Output, follow};
use super::super::set_up::SetUp;
use crate::commerce::Commerce as _;
use crate::commerce::client::Client;
use crate::commerce::shopper::{Shopper, ShopperError};
use crate::company::embedded::activity::clerk::{self, Orders, Ship};
use crate::jobs::verify::verify;
use crate::jobs::{RunOptions, Runner};
use crate::model::channel::{Channel, ChannelKind, StoreSettings};
use crate::model::digest::content_hash;
use crate::model::exception::{Exception, chain};
use crate::model::order::WebOrder;
use crate::model::random::Random;
use crate::model::{Amount, Job, RunStatus, Stream};

/// The customer whose attributes the stores take over.
const TEMPLATE: &str = "WEB-TEMPLATE";
/// The charges code of shipping.
const SHIPPING: &str = "FREIGHT";
/// Sales origins of the web: the sample company's, AX's own.
const ORIGINS: [&str; 2] = ["WEB", "INET"];
/// Between two customers, at least and at most.
const BETWEEN_ORDERS: [u64; 2] = [3, 12];
/// One customer in so many orders what AX cannot take as it is, so that the console has exceptions
/// to look at. An operator can mend each: `axcs service order correct`.
const UNLUCKY: u64 = 40;
/// Runs that an order may need at most: ended, or failed and tried again.
const RUNS: usize = 5;

/// Opens stores where there are none, downloads them, and sets the parameters of those that have
/// none.
pub async fn open_stores(set_up: &SetUp) -> Result<(), Exception> {
    let runner = &set_up.runner;
    let sides = runner.sides();
    if sides.commerce.stores().await?.is_empty() {
        for (id, name, kind) in [
            ("contoso", "Contoso online store", ChannelKind::OnlineStore),
            ("outlet", "Contoso outlet", ChannelKind::OnlineStore),
            ("bazaar", "Bazaar marketplace", ChannelKind::Marketplace),
        ] {
            let store = Channel {
                id: id.to_owned(),
                kind,
                name: name.to_owned(),
                currency: "USD".to_owned(),
                open: true,
            };
            set_up.shop.put_store(&store).await?;
        }
    }
    if sides.ledger.stores().await?.is_empty() {
        let (run, _) = follow(
            runner,
            Job::DeliveryModes,
            RunOptions::default(),
            true,
            Output::Plain,
        )
        .await?;
        if run.status != RunStatus::Ended {
            return Err(run.exception.unwrap_or_else(|| {
                Exception::new(
                    "The stores were not downloaded.",
                    "",
                    "Start the demo again.",
                )
            }));
        }
    }
    let template = sides.company.customers(&[TEMPLATE.to_owned()]).await?;
    if template.iter().all(Option::is_none) {
        print::note(format_args!(
            "the demo's company has no customer {TEMPLATE}: its orders will be set aside; --fresh makes the company anew"
        ));
    }
    let codes = sides.company.trade_codes().await?;
    let origin = codes
        .sales_origins
        .iter()
        .find(|origin| ORIGINS.contains(&origin.code.as_str()))
        .map(|origin| origin.code.clone())
        .unwrap_or_default();
    for store in sides.ledger.stores().await? {
        if !store.settings.is_complete() {
            let settings = StoreSettings {
                customer_template: TEMPLATE.to_owned(),
                shipping_charges_code: SHIPPING.to_owned(),
                sales_origin: origin.clone(),
            };
            sides.ledger.set_store(&store.channel.id, settings).await?;
        }
    }
    Ok(())
}

/// Places `count` orders, brings them to AX, ships them, tells the shop, and compares both ends.
/// Answers the figures, and whether all of it came out even.
pub async fn sell(
    set_up: &SetUp,
    count: u64,
    seed: u64,
    output: Output,
) -> Result<(Value, bool), Exception> {
    let runner = &set_up.runner;
    let sides = runner.sides();
    let before = sides.ledger.order_counts().await?;
    let shopper = shopper(&set_up.shop, seed).await?;
    shopper.place_all(before.all, count, |_| {}).await?;
    print::note(format_args!("{count} orders are placed"));
    take_orders(runner, output).await?;
    let company = set_up.company.embedded()?;
    let shipped = tokio::task::spawn_blocking(move || {
        let ship = Ship {
            orders: Orders::All,
            partial: false,
        };
        clerk::ship(&company, &ship, seed)
    });
    let shipped = shipped
        .await
        .map_err(|error| not_shipped(&error))?
        .map_err(|error| not_shipped(&error))?
        .len();
    print::note(format_args!("{shipped} packing slips are posted"));
    take_orders(runner, output).await?;
    // What was sold is not on hand any more.
    ended(runner, Job::Inventory, output).await?;

    let after = sides.ledger.order_counts().await?;
    let selection = sides.ledger.selection().await?;
    let mut differences = 0;
    for stream in Stream::ALL {
        differences += verify(sides, &selection, stream, 0).await?.differs();
    }
    let is_even = differences == 0 && after.all - before.all == count && after.open == 0;
    let figures = json!({
        "placed": count,
        "downloaded": after.all - before.all,
        "open": after.open,
        "exceptions": after.exception,
        "unacknowledged": after.unacknowledged,
        "packing_slips": shipped,
        "differences": differences,
    });
    Ok((figures, is_even))
}

fn not_shipped(error: &(dyn std::error::Error + 'static)) -> Exception {
    Exception::new(
        "The clerk could not ship the orders.",
        chain(error),
        "Check the company's file: axcs company info",
    )
}

/// The orders job, until nothing waits any more.
async fn take_orders(runner: &Runner, output: Output) -> Result<(), Exception> {
    for _ in 0..RUNS {
        ended(runner, Job::Orders, output).await?;
        let counts = runner.sides().ledger.order_counts().await?;
        if counts.waiting == 0 && counts.unacknowledged == 0 {
            break;
        }
    }
    Ok(())
}

async fn ended(runner: &Runner, job: Job, output: Output) -> Result<(), Exception> {
    let (run, _) = follow(runner, job, RunOptions::default(), false, output).await?;
    match run.exception {
        Some(exception) => Err(exception),
        None => Ok(()),
    }
}

async fn shopper(shop: &Client, seed: u64) -> Result<Shopper<'_>, Exception> {
    Shopper::new(shop, seed).await.map_err(|error| match error {
        ShopperError::Commerce(error) => error.into(),
        error @ (ShopperError::NoStore | ShopperError::NoItems) => Exception::new(
            "Nothing can be ordered.",
            error,
            "Run the complete job first: axcs run complete",
        ),
    })
}

/// Customers order now and then, until it is stopped. The same seed orders the same, in the same
/// order; how many there are already says where it goes on.
pub async fn keep_selling(shop: Arc<Client>, seed: u64, stop: CancellationToken) {
    let mut random = Random::new(seed);
    let mut knows_the_shop: Option<Shopper<'_>> = None;
    loop {
        let [least, most] = BETWEEN_ORDERS;
        let pause = Duration::from_secs(random.between(least, most));
        if stop
            .run_until_cancelled(tokio::time::sleep(pause))
            .await
            .is_none()
        {
            return;
        }
        let shopper = match knows_the_shop.take() {
            Some(shopper) => Ok(shopper.at(Timestamp::now())),
            None => shopper(&shop, seed).await,
        };
        let ordered = match shopper {
            Ok(shopper) => {
                let ordered = order_once(&shop, &shopper).await;
                knows_the_shop = Some(shopper);
                ordered
            }
            Err(exception) => Err(exception),
        };
        if let Err(exception) = ordered {
            tracing::debug!("no customer ordered: {exception}");
        }
    }
}

async fn order_once(shop: &Client, shopper: &Shopper<'_>) -> Result<(), Exception> {
    let newest = shop.feed(i64::MAX, 1, Duration::ZERO).await?.newest;
    let mut order = shopper.place(newest.unsigned_abs());
    try_luck(&mut order);
    shop.place_order(&order).await?;
    tracing::info!(
        "{} orders for {} {} in the store {}",
        order.customer.name,
        order.total,
        order.currency,
        order.store
    );
    Ok(())
}

/// Spoils one order in [`UNLUCKY`]: an item or a unit that AX does not have, or a total that does
/// not add up. Its id decides, so that the same seed spoils the same orders.
fn try_luck(order: &mut WebOrder) {
    let mut random = Random::new(content_hash(order.id.as_bytes()));
    if !random.once_in(UNLUCKY) {
        return;
    }
    let fault = random.below(3);
    match (order.lines.first_mut(), fault) {
        (Some(line), 0) => line.item.push_str("-OLD"),
        (Some(line), 1) => "bundle".clone_into(&mut line.unit),
        (Some(_) | None, _) => {
            let more = order.total.checked_add(Amount::from(1));
            order.total = more.unwrap_or(order.total);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(id: u32) -> WebOrder {
        serde_json::from_value(json!({
            "id": format!("W1-{id}"), "number": "1", "store": "contoso", "currency": "USD",
            "placed": "2026-11-20T00:00:00Z", "customer": {"name": "Ada"},
            "delivery_mode": "GROUND", "delivery_address": {"name": "Ada", "street": "1 A", "city": "London", "country": "GBR"}, "total": "10",
            "lines": [{
                "line": 1, "item": "1001", "name": "A thing", "quantity": "1", "unit": "Pcs",
                "price": "10", "discount": "0", "amount": "10"
            }]
        }))
        .unwrap()
    }

    #[test]
    fn a_few_orders_are_spoiled_each_in_one_of_three_ways_and_always_the_same_ones() {
        let mut faults = [0; 3];
        for id in 0..4_000 {
            let right = order(id);
            let (mut once, mut again) = (right.clone(), right.clone());
            try_luck(&mut once);
            try_luck(&mut again);
            assert_eq!(once, again);
            faults[0] += u32::from(once.lines[0].item != right.lines[0].item);
            faults[1] += u32::from(once.lines[0].unit != right.lines[0].unit);
            faults[2] += u32::from(once.total != right.total);
        }
        assert!(faults.iter().all(|count| *count > 10), "{faults:?}");
        let all: u32 = faults.iter().sum();
        assert!((70..=130).contains(&all), "{faults:?}");
    }
}
