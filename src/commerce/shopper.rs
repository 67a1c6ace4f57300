//! Places orders as customers do: for demos and tests of the order jobs. The same seed places the
//! same orders, as far as the service offers the same.

use futures_util::{StreamExt, TryStreamExt, stream};
use jiff::{SignedDuration, Timestamp, TimestampRound, Unit};

use crate::model::catalog::{Item, ProductDimensions};
use crate::model::channel::Channel;
use crate::model::digest::{content_hash, hex64};
use crate::model::order::{Charge, MAX_NUMBER, OrderLine, Payment, Tax, WebOrder};
use crate::model::random::Random;
use crate::model::{Amount, Stream};

use super::client::{Client, CommerceError};
use super::wire::MAX_LIST_LIMIT;
use crate::commerce::Commerce as _;

mod people;

/// At most this many items are looked at.
const ITEMS: usize = 200;
/// Requests under way at once.
const IN_FLIGHT: usize = 6;
/// Price of what has none, in whole units of the store's currency.
const USUAL_PRICE: i64 = 10;
/// Shipping charges, in hundredths.
const SHIPPING: [i64; 3] = [495, 790, 1_250];
/// Sales tax, in hundredths.
const TAX_PERCENT: i64 = 8;

/// Nothing can be ordered.
#[derive(Debug, thiserror::Error)]
pub enum ShopperError {
    /// The service does not say what it sells.
    #[error(transparent)]
    Commerce(#[from] CommerceError),
    /// There is no store that is open.
    #[error("the service has no store that is open")]
    NoStore,
    /// There is nothing to order.
    #[error("the service has no items")]
    NoItems,
}

/// A placer of plausible orders.
#[derive(Debug)]
pub struct Shopper<'a> {
    client: &'a Client,
    seed: u64,
    now: Timestamp,
    is_paying: bool,
    stores: Vec<Channel>,
    items: Vec<Item>,
    delivery_modes: Vec<String>,
}

impl<'a> Shopper<'a> {
    /// Looks at what the service sells: its open stores, a sample of its items, its modes of
    /// delivery.
    pub async fn new(client: &'a Client, seed: u64) -> Result<Self, ShopperError> {
        let stores = client.stores().await?;
        let stores: Vec<Channel> = stores.into_iter().filter(|store| store.open).collect();
        if stores.is_empty() {
            return Err(ShopperError::NoStore);
        }
        let items = sample(client).await?;
        if items.is_empty() {
            return Err(ShopperError::NoItems);
        }
        let modes = client
            .list(Stream::DeliveryModes, None, MAX_LIST_LIMIT)
            .await?;
        let whole_second = TimestampRound::new().smallest(Unit::Second);
        let now = Timestamp::now();
        Ok(Self {
            client,
            seed,
            now: now.round(whole_second).unwrap_or(now),
            is_paying: true,
            stores,
            items,
            delivery_modes: modes.records.into_iter().map(|mode| mode.id).collect(),
        })
    }

    /// Orders in the store `id` alone.
    pub fn only_in(mut self, id: &str) -> Result<Self, ShopperError> {
        self.stores.retain(|store| store.id == id);
        if self.stores.is_empty() {
            return Err(ShopperError::NoStore);
        }
        Ok(self)
    }

    /// Orders without paying.
    #[must_use]
    pub fn unpaid(mut self) -> Self {
        self.is_paying = false;
        self
    }

    /// Orders at the time `now` instead of when it looked.
    #[must_use]
    pub fn at(mut self, now: Timestamp) -> Self {
        self.now = now;
        self
    }

    /// The order `n` of the seed; nothing is sent.
    pub fn place(&self, n: u64) -> WebOrder {
        let mut random = Random::new(Random::new(self.seed).next().wrapping_add(n));
        let store = &self.stores[random.below(self.stores.len() as u64) as usize];
        let (customer, address) = people::person(random.below(1 << 32) as usize, n);
        let id = format!("W{:x}-{n}", self.seed);
        let number = if id.len() <= MAX_NUMBER {
            id.clone()
        } else {
            format!("W{}", hex64(content_hash(id.as_bytes())))
        };
        let lines = (1..=random.between(1, 4) as u32)
            .map(|line| self.line(line, &mut random))
            .collect();
        let delivery_mode = match self.delivery_modes.len() as u64 {
            0 => String::new(),
            modes => self.delivery_modes[random.below(modes) as usize].clone(),
        };
        let shipping = cents(random.pick(&SHIPPING));
        let note = if random.once_in(4) {
            random.pick(&people::NOTES).to_owned()
        } else {
            String::new()
        };
        let mut order = WebOrder {
            id,
            number,
            store: store.id.clone(),
            placed: self.now,
            currency: store.currency.clone(),
            customer,
            delivery_mode,
            requested: None,
            delivery_address: address,
            invoice_address: None,
            lines,
            charges: vec![Charge {
                code: String::new(),
                text: "Shipping".to_owned(),
                amount: shipping,
            }],
            taxes: Vec::new(),
            payment: None,
            total: Amount::ZERO,
            note,
        };
        order.make_total_right();
        let tax = product(order.total, cents(TAX_PERCENT)).to_cents();
        order.taxes.push(Tax {
            code: "Sales tax".to_owned(),
            amount: tax,
        });
        order.make_total_right();
        if self.is_paying {
            order.payment = Some(authorise(&order, self.now));
        }
        order
    }

    /// Places the orders from number `from` on, a few at a time, and tells each, in order. Safe to
    /// repeat: what was placed before stays as it is.
    pub async fn place_all(
        &self,
        from: u64,
        count: u64,
        mut on_each: impl FnMut(&WebOrder),
    ) -> Result<(), CommerceError> {
        let placing = stream::iter(from..from.saturating_add(count)).map(|n| async move {
            let order = self.place(n);
            match self.client.place_order(&order).await {
                Ok(_) => Ok(order),
                // Placed before, when the service offered something else.
                Err(CommerceError::Refused { problem, .. }) if problem.code == "order-exists" => {
                    Ok(order)
                }
                Err(error) => Err(error),
            }
        });
        let mut placed = placing.buffered(IN_FLIGHT);
        while let Some(order) = placed.try_next().await? {
            on_each(&order);
        }
        Ok(())
    }

    fn line(&self, line: u32, random: &mut Random) -> OrderLine {
        let item = &self.items[random.below(self.items.len() as u64) as usize];
        let dimensions = match item.variants.len() as u64 {
            0 => ProductDimensions::default(),
            variants => item.variants[random.below(variants) as usize]
                .dimensions
                .clone(),
        };
        let quantity = Amount::from(random.between(1, 3) as i64);
        let price = price(item);
        let discount = if random.once_in(5) {
            product(product(quantity, price), cents(10)).to_cents()
        } else {
            Amount::ZERO
        };
        OrderLine {
            line,
            item: item.item.clone(),
            dimensions,
            name: item
                .texts
                .first()
                .map(|text| text.name.clone())
                .unwrap_or_default(),
            quantity,
            unit: item.unit.clone(),
            price,
            discount,
            amount: Amount::ZERO,
        }
    }
}

/// What a shop asks for one unit of `item`.
pub fn price(item: &Item) -> Amount {
    let price = item.price.to_cents();
    let is_for_one = item.price_unit.is_zero() || item.price_unit == Amount::from(1);
    if is_for_one && price > Amount::ZERO {
        price
    } else {
        USUAL_PRICE.into()
    }
}

/// A payment of all that an order comes to.
pub fn authorise(order: &WebOrder, at: Timestamp) -> Payment {
    Payment {
        provider: "Contoso Payments".to_owned(),
        method: "VISA".to_owned(),
        authorization: format!("AUTH-{}", order.id),
        amount: order.total,
        authorized: at.checked_add(SignedDuration::from_secs(1)).unwrap_or(at),
    }
}

/// Some of the items, evenly from the first page of their listing.
async fn sample(client: &Client) -> Result<Vec<Item>, CommerceError> {
    let page = client.list(Stream::Items, None, MAX_LIST_LIMIT).await?;
    let step = page.records.len().div_ceil(ITEMS).max(1);
    let found: Vec<Option<Item>> = stream::iter(page.records.into_iter().step_by(step))
        .map(|listed| async move { item(client, &listed.id).await })
        .buffered(IN_FLIGHT)
        .try_collect()
        .await?;
    Ok(found.into_iter().flatten().collect())
}

/// The item `id` as the service has it.
pub async fn item(client: &Client, id: &str) -> Result<Option<Item>, CommerceError> {
    let stored = client.record(Stream::Items, id).await?;
    // What is stored was checked when it was uploaded.
    Ok(stored.and_then(|stored| serde_json::from_str(stored.value.get()).ok()))
}

/// A product of figures of a shop, which are far from the limits of an amount.
fn product(a: Amount, b: Amount) -> Amount {
    a.checked_mul(b).unwrap_or_default()
}

/// `495` hundredths are 4.95.
fn cents(hundredths: i64) -> Amount {
    let text = format!("{}.{:02}", hundredths / 100, hundredths % 100);
    text.parse().unwrap_or_default()
}
