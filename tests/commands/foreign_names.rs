//! An order with a thousand lines, and names in scripts of every kind: unharmed through shop, ledger
//! and company, and in the right columns of a terminal.

use axcs::commerce::shopper::authorise;
use axcs::model::order::{OrderLine, WebOrder};
use rusqlite::Connection;

use crate::support::{Axcs, stream};

/// Lines of the long order.
const LINES: u32 = 1_000;
/// Arabic with letters that fonts join, Hebrew, Thai with marks above and below, Chinese, an emoji,
/// characters of four bytes, and combining ones.
const NAMES: [&str; 7] = [
    "ولاء بن عبد الله",
    "נועה לוי",
    "สมชาย ใจดี กิ่งแก้ว",
    "李小龍",
    "Ada 😀 Lovelace",
    "𠮷野 𝔘𝔫𝔦",
    "Zoe\u{308} Nguye\u{302}\u{303}n",
];

fn name(index: usize) -> String {
    NAMES[index % NAMES.len()].to_owned()
}

/// An order for each name; the first has a thousand lines.
fn orders(axcs: &Axcs) -> Vec<WebOrder> {
    axcs.ok(&["service", "order", "place", "--seed", "1"]);
    let shown = axcs.json(&["service", "order", "show", "W1-0"]);
    let like: WebOrder = serde_json::from_value(shown["order"].clone()).unwrap();
    let order = |(index, name): (usize, &&str)| {
        let mut order = WebOrder {
            id: format!("N-{index}"),
            number: format!("N-{index}"),
            note: (*name).to_owned(),
            ..like.clone()
        };
        (*name).clone_into(&mut order.customer.name);
        (*name).clone_into(&mut order.delivery_address.name);
        (*name).clone_into(&mut order.delivery_address.street);
        let lines = if index == 0 { LINES } else { 1 };
        order.lines = (1..=lines).map(|line| line_like(&like, line)).collect();
        order.make_total_right();
        order.payment = Some(authorise(&order, order.placed));
        order
    };
    NAMES.iter().enumerate().map(order).collect()
}

fn line_like(like: &WebOrder, line: u32) -> OrderLine {
    OrderLine {
        line,
        name: name(line as usize),
        quantity: i64::from(line % 9 + 1).into(),
        ..like.lines[0].clone()
    }
}

/// The company, the shop, and the orders brought from one to the other.
fn sold() -> (Axcs, Vec<WebOrder>) {
    let axcs = Axcs::demo(120);
    let orders = orders(&axcs);
    for order in &orders {
        let file = axcs.dir().join("order.json");
        std::fs::write(&file, serde_json::to_string(order).unwrap()).unwrap();
        axcs.ok(&[
            "service",
            "order",
            "place",
            "--file",
            file.to_str().unwrap(),
        ]);
    }
    let run = axcs.run_json("orders");
    assert_eq!(stream(&run, "orders")["quarantined"], 0, "{run}");
    (axcs, orders)
}

/// What the terminal of an operator shows of a text, cell by cell.
struct Shown(vt100::Parser);

impl Shown {
    fn of(text: &str) -> Self {
        let rows = u16::try_from(text.lines().count() + 1).unwrap();
        let mut parser = vt100::Parser::new(rows, 500, 0);
        parser.process(text.replace('\n', "\r\n").as_bytes());
        Self(parser)
    }

    fn row(&self, row: u16) -> String {
        self.text(row, 0, 500)
    }

    /// The cells from one column to before another.
    fn text(&self, row: u16, from: u16, to: u16) -> String {
        let cell = |column| match self.0.screen().cell(row, column) {
            Some(cell) if cell.has_contents() => cell.contents().to_owned(),
            Some(cell) if cell.is_wide_continuation() => String::new(),
            _ => " ".to_owned(),
        };
        (from..to).map(cell).collect()
    }

    /// Row and first cells of the columns of the table with this header.
    fn columns(&self, header: &[&str]) -> (u16, Vec<u16>) {
        let (rows, _) = self.0.screen().size();
        let is_header = |row: &u16| header.iter().all(|name| self.row(*row).contains(name));
        let row = (0..rows).find(is_header).unwrap();
        let text = self.row(row);
        let at = |name: &&str| u16::try_from(text.find(name).unwrap()).unwrap();
        (row, header.iter().map(at).collect())
    }
}

#[test]
fn a_thousand_lines_and_foreign_names_arrive_unharmed_on_every_side() {
    let (axcs, orders) = sold();
    axcs.ok(&["company", "orders", "ship", "--all"]);
    axcs.ok(&["run", "orders"]);
    axcs.ok(&["run", "inventory"]);
    assert_eq!(axcs.json(&["verify"])["differences"], 0);

    let company = Connection::open(axcs.dir().join("company.db")).unwrap();
    for order in &orders {
        let wanted = serde_json::to_value(order).unwrap();
        let staged = axcs.json(&["orders", "show", &order.id]);
        assert_eq!(staged["order"], wanted);
        assert_eq!(staged["customer"], wanted["customer"]["name"]);
        let at_shop = axcs.json(&["service", "order", "show", &order.id]);
        assert_eq!(at_shop["order"], wanted);
        assert_eq!(at_shop["state"], "shipped");
        let slips = at_shop["shipments"].as_array().unwrap();
        let shipped: usize = slips
            .iter()
            .map(|slip| slip["lines"].as_array().unwrap().len())
            .sum();
        assert_eq!(shipped, order.lines.len());

        let sales_order: (String, String, String) = company
            .query_row(
                "SELECT SALESID, SALESNAME, DELIVERYNAME FROM SALESTABLE WHERE CUSTOMERREF = ?",
                [&order.id],
                |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
            )
            .unwrap();
        let (sales_order, customer, delivered_to) = sales_order;
        assert_eq!(customer, order.customer.name);
        assert_eq!(delivered_to, order.delivery_address.name);
        let mut lines = company
            .prepare(
                "SELECT NAME FROM SALESLINE WHERE SALESID = ? ORDER BY CAST(LINENUM AS INTEGER)",
            )
            .unwrap();
        let lines: Vec<String> = lines
            .query_map([sales_order], |row| row.get(0))
            .unwrap()
            .collect::<Result<_, _>>()
            .unwrap();
        let ordered: Vec<&str> = order.lines.iter().map(|line| &*line.name).collect();
        assert_eq!(lines.len(), ordered.len());
        for (line, name) in lines.iter().zip(ordered) {
            assert_eq!(line, name);
        }
    }
}

#[test]
fn tables_with_foreign_names_stand_in_the_columns_of_a_terminal() {
    let (axcs, orders) = sold();
    let shown = Shown::of(&axcs.ok(&["orders", "--text", "N-"]).stdout);
    let header = ["ORDER", "STATE", "CUSTOMER", "CURRENCY", "SALES ORDER"];
    let (top, at) = shown.columns(&header);
    let [order, state, customer, currency, sales_order] = at[..] else {
        panic!("{at:?}");
    };
    for row in top + 1..=top + u16::try_from(orders.len()).unwrap() {
        let id = shown.text(row, order, order + 3);
        let wanted = orders.iter().find(|order| order.id == id);
        let Some(wanted) = wanted else {
            panic!("{id}: {}", shown.row(row));
        };
        assert_eq!(shown.text(row, state, state + 9), "accepted ");
        let name = shown.text(row, customer, customer + 30);
        assert!(name.starts_with(&wanted.customer.name), "{name}");
        assert_eq!(shown.text(row, currency - 1, currency + 4), " USD ");
        assert_eq!(shown.text(row, sales_order - 1, sales_order + 3), " SO-");
    }

    let text = axcs.ok(&["orders", "show", "N-0"]).stdout;
    let shown = Shown::of(&text);
    let (top, at) = shown.columns(&["LINE", "NAME", "QUANTITY", "UNIT"]);
    let [_, name_at, quantity_at, unit_at] = at[..] else {
        panic!("{at:?}");
    };
    for (row, line) in (top + 1..).zip(&orders[0].lines) {
        let name = shown.text(row, name_at, quantity_at);
        assert_eq!(name.trim_end(), line.name, "{}", shown.row(row));
        let quantity = shown.text(row, quantity_at, unit_at);
        assert_eq!(quantity.trim(), line.quantity.to_string());
        let unit = shown.text(row, unit_at - 1, unit_at + 10);
        assert!(unit.starts_with(&format!(" {}", line.unit)), "{unit}");
    }

    let text = axcs.ok(&["company", "orders", "list"]).stdout;
    let long = text.lines().find(|row| row.contains("N-0"));
    assert!(long.unwrap().contains(" 1,000 "), "{text}");
}
