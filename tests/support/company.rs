//! A small generated company in a folder of its own, and short words for reading and editing it and
//! for giving it orders.

use std::path::PathBuf;

use axcs::company::embedded::activity::clerk::{self, Orders, Ship};
use axcs::company::embedded::{Embedded, Existing, generate, writer};
use axcs::company::sales_orders::{HandOver, HandOverError, HandedOver, SalesOrderService};
use axcs::company::trade::Trade;
use axcs::company::{Company, CompanyError, Entry, Reading};
use axcs::model::channel::StoreSettings;
use axcs::model::order::{Address, Charge, Customer, OrderLine, Payment, WebOrder};
use axcs::model::{Amount, Rule, Selection, Stream};
use rusqlite::Connection;

pub struct Sample {
    pub folder: tempfile::TempDir,
    pub path: PathBuf,
    pub company: Embedded,
    pub writer: Connection,
}

pub fn sample(items: u64) -> Sample {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("company.db");
    generate(&path, items, 1, Existing::Keep, |_, _| {}).unwrap();
    Sample {
        company: Embedded::open(&path, Some("usmf")).unwrap(),
        writer: writer(&path).unwrap(),
        folder,
        path,
    }
}

impl Sample {
    pub fn run(&self, sql: &str) -> usize {
        let changed = self.writer.execute(sql, []).unwrap();
        assert!(changed > 0, "nothing changed by {sql}");
        changed
    }

    pub fn text(&self, sql: &str) -> String {
        self.writer.query_row(sql, [], |row| row.get(0)).unwrap()
    }

    pub async fn version(&self) -> i64 {
        self.company
            .tracking(Stream::Items, &[])
            .await
            .unwrap()
            .current_version
    }

    pub async fn all(&self, stream: Stream, selection: &Selection) -> Vec<Entry> {
        drain(
            self.company
                .read_all(stream, selection, None)
                .await
                .unwrap(),
        )
        .await
    }

    pub async fn changes(&self, stream: Stream, selection: &Selection, since: i64) -> Vec<Entry> {
        drain(
            self.company
                .read_changes(stream, selection, since)
                .await
                .unwrap(),
        )
        .await
    }

    pub async fn gap(&self, stream: Stream, since: i64) -> Option<String> {
        let everything = Selection::everything();
        match self.company.read_changes(stream, &everything, since).await {
            Ok(_) => None,
            Err(CompanyError::Gap { table, .. }) => Some(table),
            Err(error) => panic!("{error}"),
        }
    }
}

pub async fn drain(mut reading: Reading) -> Vec<Entry> {
    let mut entries = Vec::new();
    while let Some(page) = reading.pages.recv().await {
        let page = page.unwrap();
        assert!(!page.is_empty() && page.len() <= 500);
        entries.extend(page);
    }
    assert_eq!(entries.len() as u64, reading.total);
    entries
}

pub fn ids(entries: &[Entry]) -> Vec<String> {
    entries.iter().map(Entry::id).collect()
}

pub fn item_group(group: &str) -> Rule {
    Rule::ItemGroup {
        group: group.to_owned(),
    }
}

pub fn category(id: &str) -> Rule {
    Rule::Category {
        category: id.to_owned(),
    }
}

pub fn select(rules: &[Rule]) -> Selection {
    Selection {
        rules: rules.to_vec(),
        ..Selection::default()
    }
}

/// The streams whose records are read from a company.
pub fn company_streams() -> impl Iterator<Item = Stream> {
    Stream::ALL
        .into_iter()
        .filter(|stream| stream.is_read_from_company())
}

pub fn amount(text: &str) -> Amount {
    text.parse().unwrap()
}

/// The numbered order of a customer of the web store: two pieces of each of `items`, free of
/// variants.
pub fn web_order(number: u32, items: &[&str]) -> WebOrder {
    let lines = items.iter().zip(1..).map(|(item, line)| OrderLine {
        line,
        item: (*item).to_owned(),
        dimensions: axcs::model::catalog::ProductDimensions::default(),
        name: format!("Product {item}"),
        quantity: amount("2"),
        unit: "ea".to_owned(),
        price: amount("10.5"),
        discount: amount("1"),
        amount: amount("20"),
    });
    WebOrder {
        id: format!("order-{number}"),
        number: format!("W-{number:06}"),
        store: "web".to_owned(),
        placed: "2026-03-01T10:00:00Z".parse().unwrap(),
        currency: "USD".to_owned(),
        customer: Customer {
            name: "Ada Lovelace".to_owned(),
            email: "ada@example.com".to_owned(),
            phone: "+1 555 0100".to_owned(),
            ..Customer::default()
        },
        delivery_mode: String::new(),
        requested: None,
        delivery_address: Address {
            name: "Ada Lovelace".to_owned(),
            street: "12 St James's Square".to_owned(),
            zip_code: "98101".to_owned(),
            city: "Seattle".to_owned(),
            state: "WA".to_owned(),
            country: "USA".to_owned(),
        },
        invoice_address: None,
        lines: lines.collect(),
        charges: vec![Charge {
            code: String::new(),
            text: "Ground".to_owned(),
            amount: amount("7.95"),
        }],
        taxes: Vec::new(),
        payment: Some(Payment {
            provider: "Contoso Pay".to_owned(),
            method: "VISA".to_owned(),
            authorization: format!("auth-{number}"),
            amount: amount("47.95"),
            authorized: "2026-03-01T10:00:00Z".parse().unwrap(),
        }),
        total: amount("47.95"),
        note: "Please ring twice".to_owned(),
    }
}

/// The order as it is handed over for the customer template.
pub async fn hand_over(company: &Embedded, order: WebOrder, message: &str) -> HandOver {
    let template = ["WEB-TEMPLATE".to_owned()];
    let customer = company.customers(&template).await.unwrap().remove(0);
    let origins = company.trade_codes().await.unwrap().sales_origins;
    let web = |code: &&axcs::company::trade::Code| ["WEB", "INET"].contains(&code.code.as_str());
    HandOver {
        message_id: message.to_owned(),
        attempt: 1,
        order,
        customer: customer.unwrap(),
        settings: StoreSettings {
            customer_template: "WEB-TEMPLATE".to_owned(),
            shipping_charges_code: "FREIGHT".to_owned(),
            sales_origin: origins.iter().find(web).unwrap().code.clone(),
        },
        address_key: None,
    }
}

/// Gives the order to AX and returns the number of its sales order.
pub async fn place(company: &Embedded, order: WebOrder) -> String {
    let message = order.id.clone();
    match create(company, order, &message).await {
        Ok(HandedOver::Created { sales_order, .. }) => sales_order,
        other => panic!("{other:?}"),
    }
}

pub async fn create(
    company: &Embedded,
    order: WebOrder,
    message: &str,
) -> Result<HandedOver, HandOverError> {
    company
        .create(hand_over(company, order, message).await)
        .await
}

/// Items without variants of the item group FIN that have stock in the customer template's
/// warehouse.
pub fn stocked_items(sample: &Sample, number: usize) -> Vec<String> {
    let sql = "SELECT g.ITEMID FROM INVENTITEMGROUPITEM g
        CROSS JOIN INVENTSUM s ON s.DATAAREAID = 'usmf' AND s.ITEMID = g.ITEMID AND s.CLOSED = 0
        CROSS JOIN INVENTDIM d ON d.DATAAREAID = 'usmf' AND d.INVENTDIMID = s.INVENTDIMID
        WHERE g.ITEMGROUPID = 'FIN' AND d.INVENTLOCATIONID = 'WH08'
          AND d.INVENTCOLORID || d.INVENTSIZEID = '' AND CAST(s.AVAILPHYSICAL AS REAL) >= 10
        ORDER BY g.ITEMID";
    let mut statement = sample.writer.prepare(sql).unwrap();
    let items = statement.query_map([], |row| row.get(0)).unwrap();
    let items: Vec<String> = items.take(number).map(Result::unwrap).collect();
    assert_eq!(items.len(), number, "the sample has too few items in WH08");
    items
}

/// A sample with so many sales orders: a third of them shipped, a third in part, some invoiced.
pub async fn busy_sample(items: u64, orders: u32) -> Sample {
    let sample = sample(items);
    let sql = "SELECT json_group_array(ITEMID) FROM (SELECT ITEMID FROM INVENTITEMGROUPITEM
        WHERE ITEMGROUPID = 'FIN' AND ITEMID NOT IN (SELECT ITEMID FROM INVENTDIMCOMBINATION)
        ORDER BY ITEMID LIMIT 3)";
    let items: Vec<String> = serde_json::from_str(&sample.text(sql)).unwrap();
    let items: Vec<&str> = items.iter().map(String::as_str).collect();
    for number in 1..=orders {
        let order = place(&sample.company, web_order(number, &items)).await;
        let shipped = |partial| Ship {
            orders: Orders::Named(vec![order.clone()]),
            partial,
        };
        if number % 3 > 0 {
            clerk::ship(&sample.company, &shipped(number % 3 == 1), number.into()).unwrap();
        }
        if number % 6 == 2 {
            clerk::invoice(&sample.company, &order).unwrap();
        }
    }
    sample
}
