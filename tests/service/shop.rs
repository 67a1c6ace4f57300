//! Orders as a shop sends them, and what AX answers.

use axcs::commerce::client::{Client, ClientOptions};
use axcs::commerce::wire::{LineResult, OrderDetails};
use axcs::model::catalog::ProductDimensions;
use axcs::model::channel::{Channel, ChannelKind};
use axcs::model::order::{
    Acknowledgement, Address, Customer, OrderLine, OrderState, Outcome, Payment, WebOrder,
};
use axcs::model::shipment::{OrderStatus, SalesStatus, Shipment, ShipmentLine};
use axcs::model::{Amount, Record};
use serde_json::{Value, json};

use super::support::{Served, TOKEN};

pub fn client(served: &Served) -> Client {
    Client::new(ClientOptions::new(served.running.url(), TOKEN)).unwrap()
}

pub fn store(id: &str) -> Channel {
    Channel {
        id: id.to_owned(),
        kind: ChannelKind::OnlineStore,
        name: "Contoso".to_owned(),
        currency: "USD".to_owned(),
        open: true,
    }
}

pub fn payment(amount: i64) -> Payment {
    Payment {
        provider: "Contoso Pay".to_owned(),
        method: "VISA".to_owned(),
        authorization: format!("A-{amount}"),
        amount: amount.into(),
        authorized: "2012-03-01T09:30:00Z".parse().unwrap(),
    }
}

/// An order of one line for each of the quantities.
pub fn order_of(id: &str, quantities: &[i64]) -> WebOrder {
    let lines: Vec<OrderLine> = quantities
        .iter()
        .zip(1..)
        .map(|(quantity, line)| OrderLine {
            line,
            item: format!("I{line}"),
            dimensions: ProductDimensions::default(),
            name: String::new(),
            quantity: (*quantity).into(),
            unit: "Pcs".to_owned(),
            price: 1.into(),
            discount: Amount::ZERO,
            amount: (*quantity).into(),
        })
        .collect();
    let name = || "Noa Levi".to_owned();
    WebOrder {
        id: id.to_owned(),
        number: format!("N{id}").chars().take(20).collect(),
        store: "web".to_owned(),
        placed: "2012-03-01T09:30:00Z".parse().unwrap(),
        currency: "USD".to_owned(),
        customer: Customer {
            name: name(),
            ..Customer::default()
        },
        delivery_mode: String::new(),
        requested: None,
        delivery_address: Address {
            name: name(),
            ..Address::default()
        },
        invoice_address: None,
        lines,
        charges: Vec::new(),
        taxes: Vec::new(),
        payment: None,
        total: quantities.iter().sum::<i64>().into(),
        note: String::new(),
    }
}

pub fn order(id: &str) -> WebOrder {
    order_of(id, &[2, 3])
}

pub fn acknowledgement(order: &str, seq: i64, outcome: Outcome, text: &str) -> Record {
    let is_accepted = outcome == Outcome::Accepted;
    Record::Acknowledgement(Acknowledgement {
        order: order.to_owned(),
        seq,
        outcome,
        sales_order: if is_accepted { text } else { "" }.to_owned(),
        withdrawn: String::new(),
        reason: if is_accepted { "" } else { text }.to_owned(),
    })
}

pub fn shipment(slip: &str, sales_order: &str, quantities: &[(u32, i64)]) -> Record {
    Record::Shipment(Box::new(Shipment {
        packing_slip: slip.to_owned(),
        sales_order: sales_order.to_owned(),
        customer: "4000".to_owned(),
        requisition: "N".to_owned(),
        shipped: None,
        delivery_mode: String::new(),
        carrier: String::new(),
        tracking_numbers: vec!["1Z".to_owned()],
        lines: quantities
            .iter()
            .map(|(line, quantity)| ShipmentLine {
                line: *line,
                item: format!("I{line}"),
                dimensions: ProductDimensions::default(),
                quantity: (*quantity).into(),
            })
            .collect(),
    }))
}

pub fn status(sales_order: &str, status: SalesStatus) -> Record {
    Record::OrderStatus(OrderStatus {
        sales_order: sales_order.to_owned(),
        customer: "4000".to_owned(),
        requisition: "N".to_owned(),
        status,
    })
}

pub fn line(record: &Record, version: i64) -> String {
    let mut json = Vec::new();
    record.write_json(&mut json).unwrap();
    let value: Value = serde_json::from_slice(&json).unwrap();
    json!({"op": "upsert", "id": record.id(), "version": version, "value": value}).to_string()
}

impl Served {
    /// Uploads one record; the line's result.
    pub async fn say(&self, record: &Record, version: i64) -> LineResult {
        let path = format!("{}/batch", record.stream().name());
        let mut results = self.upload_to(&path, &[line(record, version)]).await;
        assert_eq!(results.len(), 1);
        results.remove(0)
    }

    /// The code of the one refused record.
    pub async fn is_refused(&self, record: &Record, version: i64) -> String {
        self.say(record, version).await.code.unwrap_or_default()
    }

    pub async fn details(&self, id: &str) -> OrderDetails {
        client(self).order(id).await.unwrap().unwrap()
    }

    pub async fn state(&self, id: &str) -> OrderState {
        self.details(id).await.listed.state
    }
}
