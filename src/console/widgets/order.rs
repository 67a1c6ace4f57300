//! Everything about one order as lines of text: how it stands, what is wrong, its lines, what it
//! costs, where it goes, what has left and what happened to it.

use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::report;
use super::sheet::{self, Page, Sheet, fact};
use crate::console::theme::{Role, Theme};
use crate::console::words;
use crate::model::Amount;
use crate::model::Exception;
use crate::model::order::{Address, OrderLine};
use crate::model::shipment::{SalesStatus, Shipment};
use crate::model::staged::{OrderRow, Stage, StagedOrder};

/// From this width on a line of the order takes one row instead of two.
const ONE_ROW: usize = 104;

/// An order, as far as it was read.
#[derive(Clone, Debug)]
pub enum Reading {
    /// It is being read.
    UnderWay,
    /// There is no such order any more.
    Gone,
    /// It could not be read.
    Unread(Exception),
    /// The order.
    Ready(Box<StagedOrder>),
}

impl From<Result<Option<Box<StagedOrder>>, Exception>> for Reading {
    fn from(result: Result<Option<Box<StagedOrder>>, Exception>) -> Self {
        match result {
            Ok(Some(order)) => Self::Ready(order),
            Ok(None) => Self::Gone,
            Err(exception) => Self::Unread(exception),
        }
    }
}

/// Symbol and colour of an order's state.
pub fn look(row: &OrderRow, theme: &Theme) -> (&'static str, Role) {
    let symbols = &theme.symbols;
    match row.stage {
        Stage::Downloaded => (symbols.waiting, Role::Dim),
        Stage::AwaitingPayment => (symbols.waiting, Role::Warn),
        Stage::HandedOver => (symbols.executing, Role::Busy),
        Stage::Exception => (symbols.error, Role::Bad),
        Stage::Accepted if row.is_journal => (symbols.warning, Role::Warn),
        Stage::Accepted => (symbols.ended, Role::Good),
        Stage::Cancelled | Stage::Closed => (symbols.canceled, Role::Dim),
    }
}

/// What must be known of an order besides its state, each with its letter for narrow lists.
pub fn marks(row: &OrderRow) -> [(bool, char, &'static str); 4] {
    [
        (!row.is_acknowledged, 'u', "unacknowledged"),
        (row.is_possible_duplicate, 'd', "possible duplicate"),
        (row.is_journal, 'j', "journal"),
        (row.exception.is_some(), '!', "exception"),
    ]
}

/// The words of the marks: `unacknowledged, journal`.
pub fn marks_in_words(row: &OrderRow) -> String {
    marks(row)
        .into_iter()
        .filter(|(is_set, _, _)| *is_set)
        .map(|(_, _, word)| word)
        .collect::<Vec<_>>()
        .join(", ")
}

/// The whole text.
pub fn sheet<'a>(reading: &'a Reading, page: Page<'a>) -> Sheet<'a> {
    let dim = page.theme.style(Role::Dim);
    match reading {
        Reading::UnderWay => vec![Line::styled("The order is being read.", dim)].into(),
        Reading::Gone => vec![Line::styled("There is no such order any more.", dim)].into(),
        Reading::Unread(exception) => report::exception_sections(exception, page).into(),
        Reading::Ready(order) => {
            let lines = &order.order.lines;
            let each = if page.width >= ONE_ROW { 1 } else { 2 };
            let row = move |at: usize| {
                lines.get(at / each).map_or_else(Line::default, |line| {
                    if each == 1 {
                        wide_row(line, page)
                    } else if at.is_multiple_of(2) {
                        narrow_row(line, page)
                    } else {
                        second_row(line, page)
                    }
                })
            };
            Sheet::new(
                head(order, page),
                lines.len() * each,
                row,
                tail(order, page),
            )
        }
    }
}

fn head(order: &StagedOrder, page: Page<'_>) -> Vec<Line<'static>> {
    let (row, web) = (&order.row, &order.order);
    let theme = page.theme;
    let plain = Style::new();
    let (symbol, role) = look(row, theme);
    let mut state = format!("{symbol} {}", row.state());
    if row.attempts > 0 {
        let times = words::counted(u64::from(row.attempts), "time", "times");
        state.push_str(&format!(", given to AX {times}"));
    }
    let mut lines = fact("State", &state, theme.style(role), page);
    let marks = marks_in_words(row);
    let age = words::age(page.now.duration_since(row.placed));
    let placed = format!(
        "{}, {age} ago",
        words::when(row.placed, page.now, page.zone)
    );
    let downloaded = words::when(row.downloaded, page.now, page.zone);
    let status = row.status.map(SalesStatus::name).unwrap_or_default();
    let customer = joined(&[&web.customer.name, &web.customer.email, &web.customer.phone]);
    let requested = web
        .requested
        .map(|day| format!("wanted on {day}"))
        .unwrap_or_default();
    let delivery = joined(&[&web.delivery_mode, &requested]);
    let total = format!("{} {}", words::money(web.total), web.currency);
    for (name, text, style) in [
        ("Marks", marks.as_str(), theme.style(Role::Warn)),
        ("Number", &web.number, theme.style(Role::Title)),
        ("Id", &row.id, plain),
        ("Store", &row.store, plain),
        ("Placed", &placed, plain),
        ("Downloaded", &downloaded, plain),
        ("Sales order", &row.sales_order, theme.style(Role::Title)),
        ("Sales status", status, plain),
        ("Account", &row.account, plain),
        ("Customer", &customer, plain),
        ("Total", &total, theme.style(Role::Title)),
        ("Delivery", &delivery, plain),
        ("Note", &web.note, plain),
    ] {
        if !text.is_empty() {
            lines.extend(fact(name, text, style, page));
        }
    }
    if let Some(exception) = &row.exception {
        lines.extend(report::exception_sections(exception, page));
    }
    lines.extend(sheet::heading("Lines", page));
    lines.push(heading_row(page));
    lines
}

fn tail(order: &StagedOrder, page: Page<'_>) -> Vec<Line<'static>> {
    let web = &order.order;
    let plain = Style::new();
    let mut lines = Vec::new();
    if !web.charges.is_empty() {
        lines.extend(sheet::heading("Charges", page));
        for charge in &web.charges {
            let what = joined(&[&charge.code, &charge.text]);
            lines.push(sum_row(&what, charge.amount, page));
        }
    }
    if !web.taxes.is_empty() {
        lines.extend(sheet::heading("Sales taxes", page));
        for tax in &web.taxes {
            lines.push(sum_row(&tax.code, tax.amount, page));
        }
    }
    lines.extend(sheet::heading("Payment", page));
    match &web.payment {
        Some(payment) => {
            let what = joined(&[&payment.provider, &payment.method, &payment.authorization]);
            lines.push(sum_row(&what, payment.amount, page));
            let when = words::when(payment.authorized, page.now, page.zone);
            lines.extend(fact("Authorised", &when, plain, page));
        }
        None => lines.push(Line::raw("not authorised yet")),
    }
    lines.extend(sheet::heading("Addresses", page));
    lines.extend(fact(
        "Delivery",
        &address(&web.delivery_address),
        plain,
        page,
    ));
    if let Some(invoice) = &web.invoice_address {
        lines.extend(fact("Invoice", &address(invoice), plain, page));
    }
    if !order.shipments.is_empty() {
        lines.extend(sheet::heading("Packing slips", page));
        for shipment in &order.shipments {
            lines.extend(fact("", &slip(shipment), plain, page));
        }
    }
    if !order.history.is_empty() {
        lines.extend(sheet::heading("History", page));
        for step in &order.history {
            let text = format!(
                "{}  {}",
                words::when(step.at, page.now, page.zone),
                step.what
            );
            for line in words::wrap(&text, page.width) {
                lines.push(Line::raw(line));
            }
        }
    }
    lines
}

fn slip(shipment: &Shipment) -> String {
    let day = shipment
        .shipped
        .map(|day| format!("shipped on {day}"))
        .unwrap_or_default();
    let tracking = if shipment.tracking_numbers.is_empty() {
        "no tracking number".to_owned()
    } else {
        format!("tracking {}", shipment.tracking_numbers.join(" "))
    };
    let lines = words::counted(shipment.lines.len() as u64, "line", "lines");
    joined(&[
        &shipment.packing_slip,
        &day,
        &shipment.carrier,
        &shipment.delivery_mode,
        &lines,
        &tracking,
    ])
}

fn address(address: &Address) -> String {
    let street = address.street.replace('\n', ", ");
    joined(&[
        &address.name,
        &street,
        &address.zip_code,
        &address.city,
        &address.state,
        &address.country,
    ])
}

/// What there is of the parts, with commas between them.
fn joined(parts: &[&str]) -> String {
    let parts: Vec<&str> = parts
        .iter()
        .copied()
        .filter(|part| !part.is_empty())
        .collect();
    parts.join(", ")
}

/// Cells of the columns in a row of a wide page: line, item, variant, quantity, unit, price,
/// amount, with a blank behind each; the name has the rest.
const WIDE: [usize; 7] = [4, 16, 20, 9, 6, 12, 14];
/// The same of a narrow page: line, quantity, unit, price, amount; the item has the rest.
const NARROW: [usize; 5] = [4, 7, 5, 10, 12];

fn rest(page: Page<'_>, columns: &[usize]) -> usize {
    let used: usize = columns.iter().map(|width| width + 1).sum();
    page.width.saturating_sub(used)
}

fn heading_row(page: Page<'_>) -> Line<'static> {
    let cut = page.theme.symbols.ellipsis;
    let right = |text, width| words::fit_right(text, width, cut);
    let left = |text, width| words::fit(text, width, cut);
    let text = if page.width >= ONE_ROW {
        let [line, item, variant, quantity, unit, price, amount] = WIDE;
        [
            right("Line", line),
            left("Item", item),
            left("Variant", variant),
            left("Name", rest(page, &WIDE)),
            right("Quantity", quantity),
            left("Unit", unit),
            right("Price", price),
            right("Amount", amount),
        ]
        .join(" ")
    } else {
        let [line, quantity, unit, price, amount] = NARROW;
        [
            right("Line", line),
            left("Item, variant, name", rest(page, &NARROW)),
            right("Qty", quantity),
            left("Unit", unit),
            right("Price", price),
            right("Amount", amount),
        ]
        .join(" ")
    };
    Line::styled(
        words::cut(&text, page.width, cut),
        page.theme.style(Role::Dim),
    )
}

fn row_of(columns: impl IntoIterator<Item = String>) -> Line<'static> {
    let mut spans = Vec::new();
    for column in columns {
        if !spans.is_empty() {
            spans.push(Span::raw(" "));
        }
        spans.extend(words::spans(&column, Style::new()));
    }
    Line::from(spans)
}

fn wide_row(line: &OrderLine, page: Page<'_>) -> Line<'static> {
    let cut = page.theme.symbols.ellipsis;
    let [number, item, width, quantity, unit, price, amount] = WIDE;
    row_of([
        words::fit_right(&line.line.to_string(), number, cut),
        words::fit(&line.item, item, cut),
        words::fit(&line.dimensions.joined(), width, cut),
        words::fit(&name(line), rest(page, &WIDE), cut),
        words::fit_right(&line.quantity.to_string(), quantity, cut),
        words::fit(&line.unit, unit, cut),
        words::fit_right(&words::money(line.price), price, cut),
        words::fit_right(&words::money(line.amount), amount, cut),
    ])
}

fn narrow_row(line: &OrderLine, page: Page<'_>) -> Line<'static> {
    let cut = page.theme.symbols.ellipsis;
    let [number, quantity, unit, price, amount] = NARROW;
    row_of([
        words::fit_right(&line.line.to_string(), number, cut),
        words::fit(&line.item, rest(page, &NARROW), cut),
        words::fit_right(&line.quantity.to_string(), quantity, cut),
        words::fit(&line.unit, unit, cut),
        words::fit_right(&words::money(line.price), price, cut),
        words::fit_right(&words::money(line.amount), amount, cut),
    ])
}

/// What has no room beside the numbers of a narrow page.
fn second_row(line: &OrderLine, page: Page<'_>) -> Line<'static> {
    let text = joined(&[&line.dimensions.joined(), &name(line)]);
    let room = page.width.saturating_sub(NARROW[0] + 1);
    let text = words::cut(&text, room, page.theme.symbols.ellipsis);
    let mut spans = vec![Span::raw(" ".repeat(NARROW[0] + 1))];
    spans.extend(words::spans(&text, page.theme.style(Role::Dim)));
    Line::from(spans)
}

fn name(line: &OrderLine) -> String {
    if line.discount.is_zero() {
        return line.name.clone();
    }
    let discount = format!("discount {}", words::money(line.discount));
    joined(&[&discount, &line.name])
}

/// What something is, and at the right end how much.
fn sum_row(what: &str, amount: Amount, page: Page<'_>) -> Line<'static> {
    let cut = page.theme.symbols.ellipsis;
    let width = NARROW[4].max(14);
    row_of([
        words::fit(what, page.width.saturating_sub(width + 1), cut),
        words::fit_right(&words::money(amount), width, cut),
    ])
}
