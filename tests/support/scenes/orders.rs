//! Orders in every state, with names from everywhere, and how a ledger would list them.

use axcs::console::app::OrdersRead;
use axcs::model::catalog::ProductDimensions;
use axcs::model::order::{
    Address, Charge, Customer, OrderEventKind, OrderLine, Payment, Tax, WebOrder,
};
use axcs::model::shipment::{SalesStatus, Shipment, ShipmentLine};
use axcs::model::sort::{Direction, OrderSort};
use axcs::model::staged::{
    HistoryLine, OrderCounts, OrderFilter, OrderRow, OrderView, Shipped, Stage, StagedOrder,
};
use axcs::model::{Amount, Exception};

use super::ago;

/// The order with a thousand lines.
pub const LONG: &str = "W-100777";

/// Names as shoppers write them: scripts from right to left, without blanks, with marks above and
/// below, sequences of emoji, and what a terminal would obey.
pub const NAMES: [&str; 8] = [
    "السلام عليكم لا إله",
    "שלום עולם",
    "น้ำใจดี กู้เกียรติ",
    "李小龍（配送方法）",
    "👩‍👩‍👧‍👦 Familie 👍🏽🇨🇭",
    "Zoe\u{308} Ångström-e\u{301}",
    "Bell\u{7}\u{1b}[2J\r\nBen",
    "\u{202e}nimdA\u{2066} Turner",
];

fn amount(text: &str) -> Amount {
    text.parse().unwrap()
}

fn row(number: &str, seconds: i64, customer: &str, total: &str, stage: Stage) -> OrderRow {
    OrderRow {
        id: format!("shop-{number}"),
        number: number.to_owned(),
        store: "web-us".to_owned(),
        placed: ago(seconds),
        customer: customer.to_owned(),
        total: amount(total),
        currency: "USD".to_owned(),
        lines: 2,
        seq: 10_000 - seconds / 60,
        event: OrderEventKind::Placed,
        stage,
        attempts: 0,
        account: String::new(),
        sales_order: String::new(),
        is_journal: false,
        is_possible_duplicate: false,
        status: None,
        shipped: Shipped::Nothing,
        is_acknowledged: true,
        downloaded: ago(seconds - 20),
        changed: ago(seconds - 20),
        exception: None,
    }
}

fn accepted(number: &str, seconds: i64, customer: &str, total: &str, order: &str) -> OrderRow {
    OrderRow {
        attempts: 1,
        account: "US-014".to_owned(),
        sales_order: order.to_owned(),
        status: Some(SalesStatus::OpenOrder),
        ..row(number, seconds, customer, total, Stage::Accepted)
    }
}

pub fn unknown_item() -> Exception {
    Exception::new(
        "The order cannot be handed over to AX.",
        "Line 2 orders item M-0099, which is not released in company usmf.",
        "Release the item, or have the order corrected at its store, then retry it.",
    )
}

/// Every order, newest first.
fn rows() -> Vec<OrderRow> {
    let mut rows = vec![
        OrderRow {
            is_acknowledged: false,
            ..row("W-100790", 42, "Ben Adams", "1249.9", Stage::Downloaded)
        },
        OrderRow {
            is_acknowledged: false,
            ..row(
                "W-100789",
                340,
                "Karen Berg",
                "63.5",
                Stage::AwaitingPayment,
            )
        },
        OrderRow {
            attempts: 1,
            account: "US-027".to_owned(),
            ..row(
                "W-100788",
                650,
                "Owl Wholesales",
                "18200",
                Stage::HandedOver,
            )
        },
        OrderRow {
            exception: Some(unknown_item()),
            attempts: 2,
            is_possible_duplicate: true,
            ..row("W-100786", 1_900, "Ben Adams", "1249.9", Stage::Exception)
        },
        OrderRow {
            exception: Some(Exception::new(
                "AX refused the order.",
                "SalesOrderService answered: Currency GBP is not set up for customer US-014.",
                "Set the currency up, then retry the order.",
            )),
            attempts: 1,
            is_acknowledged: false,
            currency: "GBP".to_owned(),
            ..row(
                "W-100785",
                3_000,
                "Cave Wholesales",
                "99999999.99",
                Stage::Exception,
            )
        },
        // The same number at another store: ids are what tells them apart.
        OrderRow {
            id: "shop-W-100786-b".to_owned(),
            store: "marketplace-de".to_owned(),
            is_journal: true,
            is_possible_duplicate: true,
            ..accepted("W-100786", 5_000, "Ben Adams", "1249.9", "SO-101037")
        },
        OrderRow {
            lines: 1_000,
            ..accepted(LONG, 9_000, "Forest Wholesales", "99900", "SO-101036")
        },
        OrderRow {
            shipped: Shipped::Partly,
            ..accepted("W-100776", 86_000, "Sparrow Retail", "410", "SO-101034")
        },
        OrderRow {
            shipped: Shipped::Whole,
            status: Some(SalesStatus::Delivered),
            ..accepted(
                "W-100775",
                90_000,
                "Turtle Wholesales",
                "84.15",
                "SO-101033",
            )
        },
        OrderRow {
            status: Some(SalesStatus::Invoiced),
            ..accepted("W-100774", 180_000, "Rook Retail", "12.5", "SO-101032")
        },
        OrderRow {
            status: Some(SalesStatus::Canceled),
            ..accepted("W-100773", 200_000, "Grebe Wholesales", "77", "SO-101031")
        },
        row("W-100772", 210_000, "Pelican Retail", "0", Stage::Cancelled),
        OrderRow {
            exception: None,
            ..row("W-100771", 220_000, "Kestrel Retail", "5", Stage::Closed)
        },
    ];
    for (at, name) in NAMES.into_iter().enumerate() {
        rows.push(OrderRow {
            store: "web-intl".to_owned(),
            currency: "EUR".to_owned(),
            ..accepted(
                &format!("INTL-{at}"),
                230_000 + at as i64,
                name,
                "129.95",
                &format!("SO-10100{at}"),
            )
        });
    }
    for at in 0..40 {
        rows.push(OrderRow {
            shipped: Shipped::Whole,
            status: Some(SalesStatus::Invoiced),
            ..accepted(
                &format!("W-{}", 100_700 - at),
                400_000 + 9_000 * at,
                ["Sunset Wholesales", "Yellow Square", "Birch Company"][at as usize % 3],
                &format!("{}.{}", 20 + 13 * at, 10 + at),
                &format!("SO-{}", 100_900 - at),
            )
        });
    }
    rows
}

fn is_in(row: &OrderRow, view: OrderView) -> bool {
    match view {
        OrderView::All => true,
        OrderView::Open => row.is_open(),
        OrderView::Exception => row.stage == Stage::Exception,
        OrderView::Unacknowledged => !row.is_acknowledged,
        OrderView::Duplicate => row.is_possible_duplicate,
        OrderView::Journal => row.is_journal,
    }
}

fn counts() -> OrderCounts {
    let rows = rows();
    let number = |view| rows.iter().filter(|row| is_in(row, view)).count() as u64;
    OrderCounts {
        all: number(OrderView::All),
        open: number(OrderView::Open),
        waiting: 3,
        exception: number(OrderView::Exception),
        unacknowledged: number(OrderView::Unacknowledged),
        duplicate: number(OrderView::Duplicate),
        journal: number(OrderView::Journal),
        oldest_open: rows
            .iter()
            .filter(|row| row.is_open())
            .map(|row| row.placed)
            .min(),
    }
}

/// What a ledger answers.
pub fn read(filter: &OrderFilter) -> OrdersRead {
    let mut rows = rows();
    rows.retain(|row| is_in(row, filter.view) && filter.terms.lets(row, ago(0)));
    rows.sort_by(|one, other| {
        let order = match filter.sort.by {
            OrderSort::Placed => one.placed.cmp(&other.placed),
            OrderSort::Number => one.number.cmp(&other.number),
            OrderSort::Store => (&one.store, one.placed).cmp(&(&other.store, other.placed)),
            OrderSort::Stage => (one.stage.name(), one.seq).cmp(&(other.stage.name(), other.seq)),
        };
        match filter.sort.direction {
            Direction::Up => order,
            Direction::Down => order.reverse(),
        }
    });
    rows.truncate(filter.limit);
    OrdersRead {
        rows,
        counts: counts(),
    }
}

/// Every order.
pub fn all() -> OrdersRead {
    read(&OrderFilter {
        view: OrderView::All,
        limit: 300,
        ..OrderFilter::default()
    })
}

/// A ledger without orders.
pub fn none() -> OrdersRead {
    OrdersRead {
        rows: Vec::new(),
        counts: OrderCounts::default(),
    }
}

fn line(number: u32, name: &str) -> OrderLine {
    OrderLine {
        line: number,
        item: format!("D{number:06}"),
        dimensions: ProductDimensions {
            colour: if number.is_multiple_of(3) {
                ""
            } else {
                "Black"
            }
            .to_owned(),
            size: ["S", "M", "XL"][number as usize % 3].to_owned(),
            ..ProductDimensions::default()
        },
        name: name.to_owned(),
        quantity: amount(["1", "12", "2.5"][number as usize % 3]),
        unit: "pcs".to_owned(),
        price: amount("99.9"),
        discount: amount(if number == 2 { "10" } else { "0" }),
        amount: amount("1188.8"),
    }
}

/// One order, whole.
pub fn order(id: &str) -> Option<StagedOrder> {
    let row = rows().into_iter().find(|row| row.id == id)?;
    let is_foreign = row.store == "web-intl";
    let name = |number: u32| {
        if is_foreign {
            NAMES[number as usize % NAMES.len()]
        } else {
            "Contoso Mountain Bike with a name that is longer than its column"
        }
    };
    let address = Address {
        name: row.customer.clone(),
        street: "123 Coffee Street\nSuite 300".to_owned(),
        zip_code: "98052".to_owned(),
        city: "Redmond".to_owned(),
        state: "WA".to_owned(),
        country: "USA".to_owned(),
    };
    let order = WebOrder {
        id: row.id.clone(),
        number: row.number.clone(),
        store: row.store.clone(),
        placed: row.placed,
        currency: row.currency.clone(),
        customer: Customer {
            name: row.customer.clone(),
            email: "ben.adams@example.com".to_owned(),
            phone: "+1 425 555 0100".to_owned(),
            ..Customer::default()
        },
        delivery_mode: "10".to_owned(),
        requested: Some("2026-03-20".parse().unwrap()),
        invoice_address: Some(Address {
            name: "Accounts payable".to_owned(),
            ..address.clone()
        }),
        delivery_address: address,
        lines: (1..=row.lines)
            .map(|number| line(number, name(number)))
            .collect(),
        charges: vec![Charge {
            code: String::new(),
            text: "Standard shipping".to_owned(),
            amount: amount("7.5"),
        }],
        taxes: vec![Tax {
            code: "AV_WAST".to_owned(),
            amount: amount("6.15"),
        }],
        payment: (row.stage != Stage::AwaitingPayment).then(|| Payment {
            provider: "Example Pay".to_owned(),
            method: "VISA".to_owned(),
            authorization: "auth_3PqX81".to_owned(),
            amount: row.total,
            authorized: row.placed,
        }),
        total: row.total,
        note: if is_foreign {
            NAMES[6]
        } else {
            "Please ring twice."
        }
        .to_owned(),
    };
    let shipments = match row.shipped {
        Shipped::Nothing => Vec::new(),
        Shipped::Partly | Shipped::Whole => vec![Shipment {
            packing_slip: "PS-00412".to_owned(),
            sales_order: row.sales_order.clone(),
            customer: row.account.clone(),
            requisition: row.number.clone(),
            shipped: Some("2026-03-11".parse().unwrap()),
            delivery_mode: "10".to_owned(),
            carrier: "FedEx".to_owned(),
            tracking_numbers: vec!["794644790301".to_owned(), "794644790302".to_owned()],
            lines: vec![ShipmentLine {
                line: 1,
                item: "D000001".to_owned(),
                dimensions: ProductDimensions::default(),
                quantity: amount("12"),
            }],
        }],
    };
    let step = |at, what: &str| HistoryLine {
        at,
        what: what.to_owned(),
    };
    Some(StagedOrder {
        history: vec![
            step(row.downloaded, "Downloaded"),
            step(row.changed, "Handed over to AX, attempt 1"),
        ],
        row,
        order,
        shipments,
    })
}
