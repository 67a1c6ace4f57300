//! Lists, counts and single orders, for those who look at them.

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::super::super::orders::{Behind, FeedPosition, OrderRef};
use super::super::rows;
use super::in_ax;
use crate::model::exception::Exception;
use crate::model::staged::{
    HistoryLine, OrderCounts, OrderFilter, OrderRow, OrderView, Stage, StagedOrder,
};

/// Rows of `online_order o`, each with its open exception `e`.
const ROWS: &str = include_str!("rows.sql");
/// The same with the contents, which stand behind the other columns.
const WITH_CONTENTS: &str = include_str!("with_contents.sql");
/// How many orders there are of each kind.
pub const COUNTS: &str = include_str!("counts.sql");
/// The oldest event of an order book whose order AX has not taken.
pub const UNTAKEN: &str = "SELECT min(seq) FROM online_order WHERE book = ? \
    AND stage IN ('downloaded', 'awaiting-payment', 'handed-over', 'exception')";
/// The column of the contents.
const CONTENTS: usize = 24;

fn order_row(row: &Row<'_>) -> rusqlite::Result<OrderRow> {
    let text: Option<String> = row.get(21)?;
    let exception = text
        .map(|text| {
            Ok::<_, rusqlite::Error>(Exception {
                text,
                cause: row.get(22)?,
                remedy: row.get(23)?,
            })
        })
        .transpose()?;
    Ok(OrderRow {
        id: row.get(0)?,
        number: row.get(1)?,
        store: row.get(2)?,
        placed: rows::time(row, 3)?,
        customer: row.get(4)?,
        total: rows::word(row, 5)?,
        currency: row.get(6)?,
        lines: row.get(7)?,
        seq: row.get(8)?,
        event: rows::named(row, 9)?,
        stage: rows::named(row, 10)?,
        attempts: row.get(11)?,
        account: row.get(12)?,
        sales_order: row.get(13)?,
        is_journal: row.get(14)?,
        is_possible_duplicate: row.get(15)?,
        status: rows::optional_named(row, 16)?,
        shipped: rows::named(row, 17)?,
        is_acknowledged: row.get(18)?,
        downloaded: rows::time(row, 19)?,
        changed: rows::time(row, 20)?,
        exception,
    })
}

/// An order with its contents; its shipments and its history are not read.
fn staged(row: &Row<'_>) -> rusqlite::Result<StagedOrder> {
    Ok(StagedOrder {
        row: order_row(row)?,
        order: rows::json(row, CONTENTS)?,
        shipments: Vec::new(),
        history: Vec::new(),
    })
}

/// The statement that reads the orders in a stage.
pub fn staging(stage: Stage) -> String {
    // What is handed over is what AX may have, whatever the service said since.
    let contents = match stage {
        Stage::HandedOver => "coalesce(c.handed, c.contents)",
        Stage::Downloaded
        | Stage::AwaitingPayment
        | Stage::Accepted
        | Stage::Exception
        | Stage::Cancelled
        | Stage::Closed => "c.contents",
    };
    WITH_CONTENTS.replace("c.contents", contents)
        + " WHERE o.stage = ?1 AND o.seq > ?2 ORDER BY o.seq, o.id LIMIT ?3"
}

pub fn in_stage(
    connection: &Connection,
    stage: Stage,
    after: i64,
    limit: usize,
) -> rusqlite::Result<Vec<StagedOrder>> {
    let mut statement = connection.prepare_cached(&staging(stage))?;
    let found =
        statement.query_map(params![rows::to_word(&stage)?, after, limit as i64], staged)?;
    found.collect()
}

/// Some of the orders that are set aside.
pub const SET_ASIDE: &str = include_str!("set_aside.sql");

pub fn set_aside(
    connection: &Connection,
    but: &[String],
    limit: usize,
) -> rusqlite::Result<Vec<String>> {
    let mut statement = connection.prepare_cached(SET_ASIDE)?;
    let found = statement.query_map(params![rows::to_json(&but)?, limit as i64], |row| {
        row.get(0)
    })?;
    found.collect()
}

pub fn set_aside_of(
    connection: &Connection,
    orders: &[String],
) -> rusqlite::Result<Vec<StagedOrder>> {
    let sql = format!(
        "{WITH_CONTENTS} WHERE o.id IN (SELECT value FROM json_each(?)) AND o.stage = 'exception' \
         ORDER BY o.seq, o.id"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let found = statement.query_map([rows::to_json(&orders)?], staged)?;
    found.collect()
}

/// The statement that lists a view, of one store or of all.
pub fn listing(view: OrderView, of_one_store: bool) -> String {
    let view = match view {
        OrderView::All => "1",
        OrderView::Open => "o.is_open = 1",
        OrderView::Exception => "e.state = 'open'",
        OrderView::Unacknowledged => "o.told IS NOT o.hash",
        OrderView::Duplicate => "o.is_duplicate = 1",
        OrderView::Journal => "o.is_journal = 1",
    };
    let store = if of_one_store {
        "o.store = ?1"
    } else {
        "?1 IS NULL"
    };
    format!("{ROWS} WHERE {view} AND {store} ORDER BY o.placed DESC, o.id DESC")
}

pub fn list(connection: &Connection, filter: &OrderFilter) -> rusqlite::Result<Vec<OrderRow>> {
    let sql = listing(filter.view, filter.store.is_some());
    let sought = filter.text.as_ref().map(|text| text.to_lowercase());
    let mut statement = connection.prepare_cached(&sql)?;
    let mut found = statement.query([&filter.store])?;
    let mut listed = Vec::new();
    while listed.len() < filter.limit {
        let Some(row) = found.next()? else { break };
        if let Some(sought) = &sought {
            // Id, number, customer name, customer account, sales order.
            let mut is_match = false;
            for column in [0, 1, 4, 12, 13] {
                let text = row.get_ref(column)?.as_str()?;
                is_match |= text.to_lowercase().contains(sought);
            }
            if !is_match {
                continue;
            }
        }
        listed.push(order_row(row)?);
    }
    Ok(listed)
}

pub fn counts(connection: &Connection) -> rusqlite::Result<OrderCounts> {
    connection.prepare_cached(COUNTS)?.query_row([], |row| {
        let count = |column| row.get::<_, i64>(column).map(i64::cast_unsigned);
        Ok(OrderCounts {
            all: count(0)?,
            open: count(1)?,
            waiting: count(2)?,
            exception: count(3)?,
            unacknowledged: count(4)?,
            duplicate: count(5)?,
            journal: count(6)?,
            oldest_open: rows::optional_time(row, 7)?,
        })
    })
}

/// The order with this id, else the newest one with this number or sales order.
pub fn find(connection: &Connection, name: &str) -> rusqlite::Result<Option<StagedOrder>> {
    let folded = name.to_lowercase();
    let ways: [(&str, &str); 3] = [
        ("o.id = ?", name),
        ("o.folded = ?", &folded),
        (
            "o.sales_order <> '' AND o.sales_order = ? COLLATE NOCASE",
            name,
        ),
    ];
    for (way, name) in ways {
        let sql = format!("{WITH_CONTENTS} WHERE {way} ORDER BY o.placed DESC, o.id DESC LIMIT 1");
        let found = connection
            .prepare_cached(&sql)?
            .query_row([name], staged)
            .optional()?;
        if let Some(mut order) = found {
            order.shipments = in_ax::shipments(connection, &order.row.id)?;
            order.history = history(connection, &order.row.id)?;
            return Ok(Some(order));
        }
    }
    Ok(None)
}

fn history(connection: &Connection, order: &str) -> rusqlite::Result<Vec<HistoryLine>> {
    let mut statement = connection
        .prepare_cached("SELECT at, what FROM order_history WHERE order_id = ? ORDER BY id")?;
    let found = statement.query_map([order], |row| {
        Ok(HistoryLine {
            at: rows::time(row, 0)?,
            what: row.get(1)?,
        })
    })?;
    found.collect()
}

/// AX compares accounts and requisitions without regard to case; so does this.
pub fn for_requisition(
    connection: &Connection,
    account: &str,
    requisition: &str,
) -> rusqlite::Result<Option<OrderRef>> {
    // Of several with one number a journal is the repeat.
    let mut statement = connection.prepare_cached(
        "SELECT id, sales_order, account FROM online_order WHERE folded = ? AND account <> '' \
         ORDER BY sales_order = '', is_journal, placed, id",
    )?;
    let mut found = statement.query([requisition.to_lowercase()])?;
    let account = account.to_lowercase();
    while let Some(row) = found.next()? {
        if row.get_ref(2)?.as_str()?.to_lowercase() == account {
            return Ok(Some(OrderRef {
                order: row.get(0)?,
                sales_order: row.get(1)?,
            }));
        }
    }
    Ok(None)
}

/// The number that AX has or may get.
pub fn number_for_ax(connection: &Connection, order: &str) -> rusqlite::Result<String> {
    let number = connection
        .prepare_cached(
            "SELECT coalesce(handed, contents) ->> '$.number' FROM order_contents WHERE id = ?",
        )?
        .query_row([order], |row| row.get(0))
        .optional()?;
    Ok(number.unwrap_or_default())
}

/// The order that was seen as the sales order.
pub const SEEN: &str = "SELECT id, book = (SELECT order_book FROM ledger) FROM online_order \
    WHERE sales_order = ? COLLATE NOCASE AND sales_order <> ''";
/// Whether an order without a sales order has the requisition as its number.
pub const UNSEEN: &str =
    "SELECT EXISTS (SELECT 1 FROM online_order WHERE folded = ? AND sales_order = '')";

pub fn behind(
    connection: &Connection,
    sales_order: &str,
    requisition: &str,
) -> rusqlite::Result<Behind> {
    let seen = connection
        .prepare_cached(SEEN)?
        .query_row([sales_order], |row| {
            let (order, is_of_book) = (row.get(0)?, row.get(1)?);
            Ok(if is_of_book {
                Behind::Seen(order)
            } else {
                Behind::Former(order)
            })
        })
        .optional()?;
    if let Some(seen) = seen {
        return Ok(seen);
    }
    let is_unseen = !requisition.is_empty()
        && connection
            .prepare_cached(UNSEEN)?
            .query_row([requisition.to_lowercase()], |row| row.get(0))?;
    Ok(if is_unseen {
        Behind::Unseen
    } else {
        Behind::Nothing
    })
}

pub fn feed_position(connection: &Connection) -> rusqlite::Result<FeedPosition> {
    connection.query_row("SELECT order_book, order_seq FROM ledger", [], |row| {
        Ok(FeedPosition {
            book: row.get(0)?,
            seq: row.get(1)?,
        })
    })
}

/// The feed up to just before the oldest event whose order AX has not taken.
pub fn taken(connection: &Connection) -> rusqlite::Result<FeedPosition> {
    let mut position = feed_position(connection)?;
    let oldest: Option<i64> = connection
        .prepare_cached(UNTAKEN)?
        .query_row([&position.book], |row| row.get(0))?;
    if let Some(oldest) = oldest {
        position.seq = position.seq.min(oldest - 1);
    }
    Ok(position)
}
