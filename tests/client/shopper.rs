//! The shopper against the real service: what it places is plausible, the same for the same seed,
//! and adds up.

use std::collections::HashSet;

use axcs::commerce::Commerce as _;
use axcs::commerce::shopper::{Shopper, ShopperError};
use axcs::model::Amount;
use axcs::model::catalog::{Item, ProductDimensions, ProductType, Text, Variant};
use axcs::model::order::{MAX_NUMBER, WebOrder};
use axcs::model::{Record, channel::Channel};
use jiff::Timestamp;

use crate::shop;
use crate::support::{Served, upsert};

fn item(number: usize) -> Record {
    let variant = |size: &str| Variant {
        number: format!("{number}-{size}"),
        dimensions: ProductDimensions {
            size: size.to_owned(),
            ..ProductDimensions::default()
        },
        texts: Vec::new(),
    };
    Record::Item(Box::new(Item {
        item: format!("I{number:04}"),
        product: String::new(),
        product_type: ProductType::Item,
        search_name: String::new(),
        item_group: String::new(),
        item_tax_group: String::new(),
        dimension_group: String::new(),
        unit: "Pcs".to_owned(),
        price: format!("{}.995", number % 40).parse().unwrap(),
        price_unit: 1.into(),
        net_weight: Amount::ZERO,
        categories: Vec::new(),
        texts: vec![Text {
            language: "en-us".to_owned(),
            name: format!("Item {number}"),
            description: String::new(),
        }],
        variants: if number.is_multiple_of(2) {
            vec![variant("L"), variant("M")]
        } else {
            Vec::new()
        },
    }))
}

async fn shop() -> Served {
    let served = Served::start().await;
    let client = shop::client(&served);
    for (id, currency, open) in [
        ("web", "USD", true),
        ("shut", "USD", false),
        ("de", "EUR", true),
    ] {
        let store = Channel {
            currency: currency.to_owned(),
            open,
            ..shop::store(id)
        };
        client.put_store(&store).await.unwrap();
    }
    let lines: Vec<String> = (0..900).map(|n| shop::line(&item(n), 1)).collect();
    served.upload_to("items/batch", &lines).await;
    served
        .upload(&[upsert("GROUND", 1, "x"), upsert("AIR", 1, "x")])
        .await;
    served
}

fn must_add_up(order: &WebOrder) {
    let sum = |amounts: Vec<Amount>| {
        amounts
            .into_iter()
            .fold(Amount::ZERO, |sum, amount| sum.checked_add(amount).unwrap())
    };
    for line in &order.lines {
        let gross = line.quantity.checked_mul(line.price).unwrap();
        assert_eq!(
            line.amount,
            gross.checked_sub(line.discount).unwrap().to_cents()
        );
        assert!(line.amount > Amount::ZERO, "{line:?}");
    }
    let parts = sum(order
        .lines
        .iter()
        .map(|line| line.amount)
        .chain(order.charges.iter().map(|charge| charge.amount))
        .chain(order.taxes.iter().map(|tax| tax.amount))
        .collect());
    assert_eq!(order.total, parts);
    assert_eq!(order.payment.as_ref().unwrap().amount, parts);
}

#[tokio::test]
async fn the_same_seed_places_the_same_orders_and_all_of_them_add_up() {
    let served = shop().await;
    let client = shop::client(&served);
    let at: Timestamp = "2012-03-01T09:30:00Z".parse().unwrap();
    let one = Shopper::new(&client, 7).await.unwrap().at(at);
    let two = Shopper::new(&client, 7).await.unwrap().at(at);
    let mut told = Vec::new();
    one.place_all(0, 200, |order| told.push(order.clone()))
        .await
        .unwrap();
    two.place_all(100, 150, |_| {}).await.unwrap();
    let page = client.order_page(None, 10_000).await.unwrap();
    assert_eq!(page.orders.len(), 250);
    let (mut numbers, mut stores, mut modes, mut items) = (
        HashSet::new(),
        HashSet::new(),
        HashSet::new(),
        HashSet::new(),
    );
    for (n, order) in (0..).zip(&told) {
        assert_eq!(*order, two.place(n));
        let stored = client.order(&order.id).await.unwrap().unwrap();
        assert_eq!(stored.order, *order);
        must_add_up(order);
        assert!(order.number.encode_utf16().count() <= MAX_NUMBER);
        assert!((1..=4).contains(&order.lines.len()));
        numbers.insert(order.number.clone());
        stores.insert((order.store.clone(), order.currency.clone()));
        modes.insert(order.delivery_mode.clone());
        for line in &order.lines {
            let number: usize = line.item[1..].parse().unwrap();
            assert_eq!(
                number.is_multiple_of(2),
                !line.dimensions.is_blank(),
                "{line:?}"
            );
            items.insert(line.item.clone());
        }
    }
    assert_eq!(numbers.len(), told.len());
    let expected = [("web", "USD"), ("de", "EUR")].map(|(a, b)| (a.to_owned(), b.to_owned()));
    assert_eq!(stores, HashSet::from(expected));
    assert_eq!(modes, HashSet::from(["GROUND", "AIR"].map(str::to_owned)));
    assert!((50..=200).contains(&items.len()), "{}", items.len());
    assert!(told.iter().any(|order| !order.customer.name.is_ascii()));
    assert_ne!(
        one.place(0),
        Shopper::new(&client, 8).await.unwrap().at(at).place(0)
    );
    // The longest seed and number still make an id and a number that are taken.
    let long = Shopper::new(&client, u64::MAX).await.unwrap();
    let long = long.only_in("de").unwrap().unpaid().place(u64::MAX / 2);
    assert!(long.payment.is_none() && long.store == "de");
    client.place_order(&long).await.unwrap();
}

#[tokio::test]
async fn placing_again_leaves_what_is_there() {
    let served = shop().await;
    let client = shop::client(&served);
    let shopper = Shopper::new(&client, 7).await.unwrap();
    shopper.place_all(0, 10, |_| {}).await.unwrap();
    let before = client.order_page(None, 100).await.unwrap();
    let later = Shopper::new(&client, 7)
        .await
        .unwrap()
        .at("2030-01-01T00:00:00Z".parse().unwrap());
    let mut told = 0;
    later.place_all(0, 10, |_| told += 1).await.unwrap();
    assert_eq!(told, 10);
    assert_eq!(client.order_page(None, 100).await.unwrap(), before);
}

#[tokio::test]
async fn where_nothing_is_sold_nothing_is_placed() {
    let served = Served::start().await;
    let client = shop::client(&served);
    let error = Shopper::new(&client, 1).await.unwrap_err();
    assert!(matches!(error, ShopperError::NoStore), "{error}");
    client.put_store(&shop::store("web")).await.unwrap();
    let error = Shopper::new(&client, 1).await.unwrap_err();
    assert!(matches!(error, ShopperError::NoItems), "{error}");
    let served = shop().await;
    let client = shop::client(&served);
    let shopper = Shopper::new(&client, 1).await.unwrap();
    let error = shopper.only_in("shut").unwrap_err();
    assert!(matches!(error, ShopperError::NoStore), "{error}");
}
