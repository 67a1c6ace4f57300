//! An order book in a file of its own, and orders to fill it with.

use std::path::PathBuf;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use jiff::Timestamp;

use crate::ledger::jobs::Cause;
use crate::ledger::orders::{Accepted, FeedPosition, Staged};
use crate::ledger::{
    Begun, Cursor, EmbeddedLedger, Fence, JobBook as _, Ledger as _, NewPass, OrderBook as _,
    SetAside, Settlement,
};
use crate::model::catalog::ProductDimensions;
use crate::model::digest::content_hash;
use crate::model::exception::Exception;
use crate::model::order::{
    Acknowledgement, Address, Customer, OrderEvent, OrderEventKind, OrderLine, Payment, WebOrder,
};
use crate::model::shipment::{OrderStatus, SalesStatus, Shipment, ShipmentLine};
use crate::model::staged::{OrderFilter, OrderView, StagedOrder};
use crate::model::{Amount, Job, Record, Stream};

/// The customer account of every order that is handed over.
pub const ACCOUNT: &str = "US-1";

/// An order book with a run that holds the orders job.
pub struct Book {
    dir: tempfile::TempDir,
    pub ledger: EmbeddedLedger,
    pub fence: Fence,
    seq: AtomicI64,
}

/// A paid order of one line.
pub fn order(id: &str, number: &str) -> WebOrder {
    let placed = Timestamp::from_second(1_790_000_000).unwrap();
    WebOrder {
        id: id.into(),
        number: number.into(),
        store: "web".into(),
        placed,
        currency: "USD".into(),
        customer: Customer {
            name: "Grüße Öl & Co".into(),
            ..Customer::default()
        },
        delivery_mode: String::new(),
        requested: None,
        delivery_address: Address::default(),
        invoice_address: None,
        lines: vec![OrderLine {
            line: 1,
            item: "BK-1".into(),
            dimensions: ProductDimensions::default(),
            name: "Bike".into(),
            quantity: Amount::from(2),
            unit: "ea".into(),
            price: Amount::from(10),
            discount: Amount::ZERO,
            amount: Amount::from(20),
        }],
        charges: Vec::new(),
        taxes: Vec::new(),
        payment: Some(Payment {
            provider: "test".into(),
            method: "VISA".into(),
            authorization: "a-1".into(),
            amount: Amount::from(20),
            authorized: placed,
        }),
        total: Amount::from(20),
        note: String::new(),
    }
}

/// An event of the feed.
pub fn event(seq: i64, kind: OrderEventKind, order: WebOrder) -> OrderEvent {
    OrderEvent {
        seq,
        kind,
        at: Timestamp::now(),
        order,
    }
}

impl Book {
    pub async fn open() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let ledger = EmbeddedLedger::open(&dir.path().join("ledger.db"))
            .await
            .unwrap();
        let begun = ledger
            .begin_run(
                Job::Orders,
                &[Job::Orders, Job::DeliveryModes],
                "a",
                Duration::from_secs(600),
                false,
                Cause::Operator,
            )
            .await
            .unwrap();
        let Begun::Started(fence) = begun else {
            panic!("nobody else holds the lease")
        };
        Self {
            dir,
            ledger,
            fence,
            seq: AtomicI64::new(100),
        }
    }

    /// The ledger's file.
    pub fn file(&self) -> PathBuf {
        self.dir.path().join("ledger.db")
    }

    pub async fn stage(&self, events: Vec<OrderEvent>) -> Vec<Staged> {
        let seq = events.last().map_or(0, |event| event.seq);
        let position = FeedPosition {
            book: "b1".into(),
            seq,
        };
        self.ledger
            .stage(self.fence, events, position)
            .await
            .unwrap()
    }

    /// Stages the next event of the feed.
    pub async fn next(&self, kind: OrderEventKind, order: WebOrder) -> Staged {
        let seq = self.seq.fetch_add(1, Ordering::Relaxed);
        self.stage(vec![event(seq, kind, order)]).await[0]
    }

    pub async fn placed(&self, id: &str, number: &str) {
        let staged = self.next(OrderEventKind::Placed, order(id, number)).await;
        assert_eq!(staged, Staged::New);
    }

    pub async fn intend(&self, id: &str) -> Option<u32> {
        self.ledger
            .intend_hand_over(self.fence, vec![(id.into(), ACCOUNT.into())])
            .await
            .unwrap()[0]
    }

    pub async fn take_back(&self, id: &str) {
        self.ledger
            .take_back(self.fence, vec![id.into()])
            .await
            .unwrap();
    }

    pub async fn accept(&self, id: &str, sales_order: &str, is_journal: bool) {
        let accepted = Accepted {
            order: id.into(),
            account: ACCOUNT.into(),
            sales_order: sales_order.into(),
            is_journal,
        };
        self.ledger
            .accept(self.fence, vec![accepted])
            .await
            .unwrap();
    }

    pub async fn set_aside(&self, id: &str) {
        let record = SetAside {
            id: id.into(),
            code: "unknown-item".into(),
            field: "lines[0].item".into(),
            exception: Exception::new(
                "The order names an unknown item.",
                "BK-1 is not released.",
                "Release it.",
            ),
        };
        self.ledger
            .set_orders_aside(self.fence, vec![record])
            .await
            .unwrap();
    }

    pub async fn order(&self, name: &str) -> StagedOrder {
        self.ledger.order(name).await.unwrap().unwrap()
    }

    /// The ids of a view, as it is listed.
    pub async fn ids(&self, view: OrderView) -> Vec<String> {
        let filter = OrderFilter {
            view,
            limit: 100,
            ..OrderFilter::default()
        };
        let listed = self.ledger.orders(&filter).await.unwrap();
        listed.into_iter().map(|row| row.id).collect()
    }

    /// What the service is to be told about an order.
    pub async fn told(&self, id: &str) -> Acknowledgement {
        let told = self.ledger.acknowledgements_of(vec![id.into()]).await;
        told.unwrap().remove(0).unwrap()
    }

    /// Tells it, as the stream does.
    pub async fn tell(&self, id: &str) {
        let mut value = Vec::new();
        let told = Record::Acknowledgement(self.told(id).await);
        told.write_json(&mut value).unwrap();
        let settlement = Settlement {
            held: vec![(id.to_owned(), content_hash(&value))],
            ..Settlement::default()
        };
        self.ledger
            .settle(self.fence, Stream::Acknowledgements, 1, None, settlement)
            .await
            .unwrap();
    }

    /// The service has lost its acknowledgements.
    pub async fn forget_acknowledgements(&self) {
        let pass = NewPass {
            load: None,
            target: Cursor {
                version: 1,
                incarnation: String::new(),
                selection_revision: 0,
            },
            reason: None,
            forget: true,
        };
        self.ledger
            .begin_pass(self.fence, Stream::Acknowledgements, pass)
            .await
            .unwrap();
    }

    pub async fn status(&self, id: &str, sales_order: &str, status: SalesStatus) {
        let status = OrderStatus {
            sales_order: sales_order.into(),
            customer: ACCOUNT.into(),
            requisition: String::new(),
            status,
        };
        self.ledger
            .note_statuses(self.fence, vec![(id.into(), status)])
            .await
            .unwrap();
    }

    /// A packing slip with so many of the first line.
    pub async fn ship(&self, id: &str, sales_order: &str, packing_slip: &str, quantity: i64) {
        let shipment = Shipment {
            packing_slip: packing_slip.into(),
            sales_order: sales_order.into(),
            customer: ACCOUNT.into(),
            requisition: String::new(),
            shipped: None,
            delivery_mode: String::new(),
            carrier: String::new(),
            tracking_numbers: Vec::new(),
            lines: vec![ShipmentLine {
                line: 1,
                item: "BK-1".into(),
                dimensions: ProductDimensions::default(),
                quantity: quantity.into(),
            }],
        };
        self.ledger
            .note_shipments(self.fence, vec![(id.into(), shipment)])
            .await
            .unwrap();
    }
}
