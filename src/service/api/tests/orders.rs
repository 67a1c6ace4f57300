//! The types of orders and stores in the document: one of each with nothing left out, and the
//! examples, which have to be what they are examples of.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::commerce::wire;
use crate::model::catalog::ProductDimensions;
use crate::model::channel::{Channel, ChannelKind, CustomerTemplate, StoreParameters};
use crate::model::order::{
    Acknowledgement, Address, Charge, Customer, OrderEvent, OrderEventKind, OrderLine, OrderState,
    Outcome, Payment, Tax, WebOrder,
};
use crate::model::shipment::{OrderStatus, SalesStatus, Shipment, ShipmentLine};
use crate::model::{Amount, Record, Stream};

use super::{as_type, document, keys, value, words};

fn word() -> String {
    "x".to_owned()
}

fn dimensions() -> ProductDimensions {
    ProductDimensions {
        size: word(),
        ..ProductDimensions::default()
    }
}

fn order() -> WebOrder {
    let one = Amount::from(1);
    let now = jiff::Timestamp::UNIX_EPOCH;
    let address = Address {
        name: word(),
        street: word(),
        zip_code: word(),
        city: word(),
        state: word(),
        country: word(),
    };
    WebOrder {
        id: word(),
        number: word(),
        store: word(),
        placed: now,
        currency: "USD".to_owned(),
        customer: Customer {
            account: word(),
            name: word(),
            email: word(),
            phone: word(),
            language: word(),
        },
        delivery_mode: word(),
        requested: Some(jiff::civil::date(2012, 1, 1)),
        delivery_address: address.clone(),
        invoice_address: Some(address),
        lines: vec![OrderLine {
            line: 1,
            item: word(),
            dimensions: dimensions(),
            name: word(),
            quantity: one,
            unit: word(),
            price: one,
            discount: one,
            amount: one,
        }],
        charges: vec![Charge {
            code: word(),
            text: word(),
            amount: one,
        }],
        taxes: vec![Tax {
            code: word(),
            amount: one,
        }],
        payment: Some(Payment {
            provider: word(),
            method: word(),
            authorization: word(),
            amount: one,
            authorized: now,
        }),
        total: one,
        note: word(),
    }
}

fn shipment() -> Shipment {
    Shipment {
        packing_slip: word(),
        sales_order: word(),
        customer: word(),
        requisition: word(),
        shipped: Some(jiff::civil::date(2012, 1, 1)),
        delivery_mode: word(),
        carrier: word(),
        tracking_numbers: vec![word()],
        lines: vec![ShipmentLine {
            line: 1,
            item: word(),
            dimensions: dimensions(),
            quantity: Amount::from(1),
        }],
    }
}

/// One of each type with nothing left out.
pub fn full() -> Vec<(&'static str, Value)> {
    let order = order();
    let shipment = shipment();
    let template = CustomerTemplate {
        account: word(),
        name: word(),
        price_group: word(),
        delivery_mode: word(),
        delivery_terms: word(),
        tax_group: word(),
        site: word(),
        warehouse: word(),
        line_discount: word(),
        multiline_discount: word(),
        total_discount: word(),
        customer_group: word(),
        payment_terms: word(),
        currency: word(),
        language: word(),
    };
    let channel = Channel {
        id: word(),
        kind: ChannelKind::OnlineStore,
        name: word(),
        currency: word(),
        open: true,
    };
    let listed = wire::OrderListed {
        id: word(),
        number: word(),
        store: word(),
        seq: 1,
        state: OrderState::Rejected,
        sales_order: word(),
        reason: word(),
        hash: word(),
    };
    let event = OrderEvent {
        seq: 1,
        kind: OrderEventKind::Placed,
        at: jiff::Timestamp::UNIX_EPOCH,
        order: order.clone(),
    };
    vec![
        ("Customer", value(&order.customer)),
        ("Address", value(&order.delivery_address)),
        ("OrderLine", value(&order.lines[0])),
        ("Charge", value(&order.charges[0])),
        ("Tax", value(&order.taxes[0])),
        ("Payment", value(&order.payment)),
        ("WebOrder", value(&order)),
        ("ShipmentLine", value(&shipment.lines[0])),
        ("Shipment", value(&shipment)),
        ("CustomerTemplate", value(&template)),
        (
            "StoreParameters",
            value(StoreParameters {
                store: word(),
                customer_template: template,
                shipping_charges_code: word(),
                sales_origin: word(),
            }),
        ),
        (
            "Acknowledgement",
            value(Acknowledgement {
                order: word(),
                seq: 1,
                outcome: Outcome::Accepted,
                sales_order: word(),
                withdrawn: word(),
                reason: word(),
            }),
        ),
        (
            "OrderStatus",
            value(OrderStatus {
                sales_order: word(),
                customer: word(),
                requisition: word(),
                status: SalesStatus::Invoiced,
            }),
        ),
        ("Channel", value(&channel)),
        (
            "StoreList",
            value(wire::StoreList {
                stores: vec![channel],
            }),
        ),
        ("OrderListed", value(&listed)),
        (
            "OrderListPage",
            value(wire::OrderListPage {
                orders: vec![listed.clone()],
                next: Some(word()),
            }),
        ),
        (
            "OrderDetails",
            value(wire::OrderDetails {
                listed,
                order,
                shipments: vec![shipment],
            }),
        ),
        ("OrderEvent", value(&event)),
        (
            "FeedPage",
            value(wire::FeedPage {
                book: word(),
                newest: 1,
                events: vec![event],
            }),
        ),
        (
            "OrdersTaken",
            value(wire::OrdersTaken {
                book: word(),
                seq: 1,
            }),
        ),
        (
            "Saleable",
            value(wire::Saleable {
                item: word(),
                dimensions: dimensions(),
                on_hand: Amount::from(1),
                ordered: Amount::from(1),
                saleable: Amount::ZERO,
            }),
        ),
    ]
}

/// Reads JSON as the type of a schema and writes it again.
fn through(name: &str, json: Value) -> serde_json::Result<Value> {
    match name {
        "Customer" => as_type::<Customer>(json),
        "Address" => as_type::<Address>(json),
        "OrderLine" => as_type::<OrderLine>(json),
        "Charge" => as_type::<Charge>(json),
        "Tax" => as_type::<Tax>(json),
        "Payment" => as_type::<Payment>(json),
        "WebOrder" => as_type::<WebOrder>(json),
        "ShipmentLine" => as_type::<ShipmentLine>(json),
        "Shipment" => as_type::<Shipment>(json),
        "CustomerTemplate" => as_type::<CustomerTemplate>(json),
        "StoreParameters" => as_type::<StoreParameters>(json),
        "Acknowledgement" => as_type::<Acknowledgement>(json),
        "OrderStatus" => as_type::<OrderStatus>(json),
        "Channel" => as_type::<Channel>(json),
        "StoreList" => as_type::<wire::StoreList>(json),
        "OrderListed" => as_type::<wire::OrderListed>(json),
        "OrderListPage" => as_type::<wire::OrderListPage>(json),
        "OrderDetails" => as_type::<wire::OrderDetails>(json),
        "OrderEvent" => as_type::<OrderEvent>(json),
        "FeedPage" => as_type::<wire::FeedPage>(json),
        "OrdersTaken" => as_type::<wire::OrdersTaken>(json),
        "Saleable" => as_type::<wire::Saleable>(json),
        _ => panic!("{name} is not in the list"),
    }
}

#[test]
fn what_a_schema_requires_is_what_serde_never_leaves_out() {
    let document = document();
    for (name, full) in full() {
        let schema = &document["components"]["schemas"][name];
        let required: BTreeSet<String> = words(&schema["required"])
            .into_iter()
            .map(str::to_owned)
            .collect();
        for field in keys(&full) {
            let mut without = full.clone();
            without.as_object_mut().unwrap().remove(&field);
            let is_refused = through(name, without).is_err();
            assert_eq!(is_refused, required.contains(&field), "{name}.{field}");
        }
    }
}

#[test]
fn every_example_is_what_it_is_an_example_of() {
    let document = document();
    let mut found = 0;
    for (name, _) in full() {
        let Some(examples) = document["components"]["schemas"][name]["examples"].as_array() else {
            continue;
        };
        for example in examples {
            assert_eq!(&through(name, example.clone()).unwrap(), example, "{name}");
            found += 1;
        }
    }
    assert!(found >= 10, "{found}");
}

#[test]
fn an_order_that_the_document_shows_is_taken() {
    let document = document();
    let example = &document["components"]["schemas"]["WebOrder"]["examples"][0];
    let body = serde_json::to_vec_pretty(example).unwrap();
    let content = crate::service::strict::OrderContent::read(&body).unwrap();
    assert_eq!(value(&content.order), *example);
    let shipment = document["components"]["schemas"]["Shipment"]["examples"][0].to_string();
    assert!(Record::from_json(Stream::Shipments, &shipment).is_ok());
}
