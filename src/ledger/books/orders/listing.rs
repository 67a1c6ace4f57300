//! Lists, counts and single orders, for those who look at them.

use serde::Deserialize;

use super::super::super::orders::{Behind, FeedPosition, OrderRef};
use super::super::narrowed::Narrowed;
use super::super::rows;
use super::columns::{self, column, order};
use super::in_ax;
use crate::model::exception::Exception;
use crate::model::filter::{Field, Filter, Test};
use crate::model::order::{WebOrder, folded};
use crate::model::staged::{
    HistoryLine, OrderCounts, OrderFilter, OrderRow, OrderView, Stage, StagedOrder,
};
use crate::sql::{Row, Session, SqlError, Text, Value, section};
use crate::{statement, values};

// What lists are put together from.
const ROWS: Text<'static> = statement!("listing", "rows");
/// Behind it, in a file alone.
const IN_FILE_ORDER: &str = section(include_str!("listing.sqlite.sql"), "in file order");
const HOW_MANY: &str = section(include_str!("listing.sqlite.sql"), "how many");
const WITH_EXCEPTIONS: Text<'static> = statement!("listing", "with exceptions");
const WITH_CONTENTS: Text<'static> = statement!("listing", "with contents");
const EXCEPTION: Text<'static> = statement!("listing", "exception");
const NEWEST_FIRST: Text<'static> = statement!("listing", "newest first");
const IN_STAGE: Text<'static> = statement!("listing", "in stage");
const IS_SET_ASIDE: Text<'static> = statement!("listing", "is set aside");
const WITH_ID: Text<'static> = statement!("listing", "with id");
const WITH_NUMBER: Text<'static> = statement!("listing", "with number");
const WITH_SALES_ORDER: Text<'static> = statement!("listing", "with sales order");
const SET_ASIDE: Text<'static> = statement!("listing", "set aside");
const BY_CHANCE: Text<'static> = statement!("listing", "by chance");
const HISTORY: Text<'static> = statement!("listing", "history");
const WITH_REQUISITION: Text<'static> = statement!("listing", "with requisition");
const FOR_AX: Text<'static> = statement!("listing", "for ax");
const SETTLED: Text<'static> = statement!("listing", "settled");
const POSITION: Text<'static> = statement!("listing", "position");
/// How many orders there are of each kind.
pub const COUNTS: Text<'static> = statement!("listing", "counts");
/// The oldest event of an order book whose order AX has not taken.
pub const UNTAKEN: Text<'static> = statement!("listing", "untaken");
/// The order that was seen as a sales order.
pub const SEEN: Text<'static> = statement!("listing", "seen");
/// Whether an order without a sales order has the requisition as its number.
pub const UNSEEN: Text<'static> = statement!("listing", "unseen");

/// The rows of the contents: the newest, and those of AX where they are others.
const NEWEST: usize = 24;
const HANDED: usize = 25;
/// Orders that are read at once while each is looked at.
const PAGE: usize = 1_000;
/// Orders of a file that are looked at where they lie in the time of one that an index leads to. Where
/// that many of all were looked at by an index, looking at all where they lie takes no longer.
const WHERE_THEY_LIE: usize = 10;

/// How the orders of a list are come by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// By an index, which has them in the order of the list or leads to few.
    Index,
    /// All of a file, where they lie; those that are let through are sorted.
    File,
}

fn order_row(row: &Row<'_>) -> Result<OrderRow, SqlError> {
    let text: Option<String> = row.get(21)?;
    let exception = text
        .map(|text| {
            let (cause, remedy): (String, String) = (row.get(22)?, row.get(23)?);
            Ok::<_, SqlError>(Exception::new(text, cause, remedy))
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

/// An order with its newest contents, or with those that AX has or may get; its shipments and its
/// history are not read.
fn staged(row: &Row<'_>, for_ax: bool) -> Result<StagedOrder, SqlError> {
    let handed: Option<WebOrder> = if for_ax {
        rows::optional_json(row, HANDED)?
    } else {
        None
    };
    Ok(StagedOrder {
        row: order_row(row)?,
        order: match handed {
            Some(handed) => handed,
            None => rows::json(row, NEWEST)?,
        },
        shipments: Vec::new(),
        history: Vec::new(),
    })
}

/// One statement of several parts.
fn composed(db: Session<'_>, parts: &[&Text<'_>]) -> String {
    parts.iter().map(|part| db.pick(part)).collect()
}

/// The statement that reads the orders in a stage.
pub fn staging(db: Session<'_>) -> String {
    composed(db, &[&WITH_CONTENTS, &IN_STAGE])
}

pub fn in_stage(
    db: Session<'_>,
    stage: Stage,
    after: i64,
    limit: usize,
) -> Result<Vec<StagedOrder>, SqlError> {
    let values = values![limit as i64, rows::to_word(&stage)?, after];
    // What is handed over is what AX may have, whatever the service said since.
    let for_ax = stage == Stage::HandedOver;
    db.rows(&Text::both(&staging(db)), &values, |row| {
        staged(row, for_ax)
    })
}

/// The statement that chooses some of the orders that are set aside, but not those with one of so
/// many codes.
pub fn choosing(db: Session<'_>, codes: usize) -> String {
    let mut sql = db.pick(&SET_ASIDE).to_owned();
    for code in 2..codes + 2 {
        sql.push_str(&format!("    AND e.code <> @P{code}\n"));
    }
    sql + db.pick(&BY_CHANCE)
}

pub fn set_aside(db: Session<'_>, but: &[String], limit: usize) -> Result<Vec<String>, SqlError> {
    let mut values = values![limit as i64].to_vec();
    values.extend(but.iter().map(Value::from));
    let sql = choosing(db, but.len());
    db.rows(&Text::both(&sql), &values, |row| row.get(0))
}

pub fn set_aside_of(db: Session<'_>, orders: &[String]) -> Result<Vec<StagedOrder>, SqlError> {
    let sql = composed(db, &[&WITH_CONTENTS, &IS_SET_ASIDE]);
    let sets: Vec<_> = orders.iter().map(|order| values![1, order]).collect();
    let found = db.optional_each(&Text::both(&sql), &sets, |row| staged(row, false))?;
    let mut found: Vec<_> = found.into_iter().flatten().collect();
    found.sort_by(|one, other| (one.row.seq, &one.row.id).cmp(&(other.row.seq, &other.row.id)));
    found.dedup_by(|one, other| one.row.id == other.row.id);
    Ok(found)
}

/// What a view asks for besides the filter; none where it has a condition of its own.
fn term_of(view: OrderView) -> Option<Test> {
    let is = |word: &str| Some(Test::Is(Field::Is, word.to_owned()));
    match view {
        OrderView::All | OrderView::Exception => None,
        OrderView::Open => is("open"),
        OrderView::Unacknowledged => is("unacknowledged"),
        OrderView::Duplicate => is("duplicate"),
        OrderView::Journal => is("journal"),
    }
}

/// The terms of a filter with those of its view.
pub fn terms(filter: &OrderFilter) -> Filter {
    let of_view = term_of(filter.view).map(Filter::from);
    of_view.unwrap_or_default().and(filter.terms.clone())
}

/// The statement that lists a view with these conditions, from the beginning or `further` on.
pub fn listing(
    db: Session<'_>,
    filter: &OrderFilter,
    narrowed: &Narrowed<'_>,
    further: bool,
    way: Way,
) -> String {
    let (behind, end) = order(filter.sort);
    let mut sql = db.pick(&ROWS).to_owned();
    if way == Way::File {
        sql.push_str(IN_FILE_ORDER);
    }
    sql.push_str(db.pick(&WITH_EXCEPTIONS));
    if further {
        sql.push_str(db.pick(&behind));
    }
    if filter.view == OrderView::Exception {
        sql.push_str(db.pick(&EXCEPTION));
    }
    sql.push_str(&narrowed.sql);
    sql + db.pick(&end)
}

pub fn list(db: Session<'_>, filter: &OrderFilter) -> Result<Vec<OrderRow>, SqlError> {
    list_in_pages(db, filter, None)
}

/// The same, with so many orders read at once.
pub fn list_in_pages(
    db: Session<'_>,
    filter: &OrderFilter,
    page: Option<usize>,
) -> Result<Vec<OrderRow>, SqlError> {
    let terms = terms(filter);
    // The limit, and the place of the last one that was read.
    let narrowed = Narrowed::of(db, &terms, 4, column)?;
    let page = match page {
        Some(page) => page,
        None if narrowed.is_whole() => filter.limit,
        None => PAGE,
    };
    let mut listed: Vec<OrderRow> = Vec::new();
    let mut place = match &filter.after {
        Some(after) => columns::place(filter.sort.by, after)?,
        None => [Value::Null, Value::Null, Value::Null],
    };
    let mut further = filter.after.is_some();
    let mut looked_at = 0;
    while listed.len() < filter.limit {
        if looked_at > 0 && is_quicker_in_file(db, looked_at)? {
            let whole = Narrowed::of(db, &terms, 4, columns::column_or_texts)?;
            if whole.is_whole() {
                let sql = listing(db, filter, &whole, further, Way::File);
                let values = values_of(&whole, filter.limit - listed.len(), &place);
                listed.extend(db.rows(&Text::both(&sql), &values, order_row)?);
                break;
            }
        }
        let sql = listing(db, filter, &narrowed, further, Way::Index);
        let values = values_of(&narrowed, page, &place);
        let mut read = 0;
        db.each(&Text::both(&sql), &values, |row| {
            read += 1;
            let row = order_row(row)?;
            if read == page {
                place = columns::place(filter.sort.by, &row)?;
            }
            if listed.len() < filter.limit && narrowed.lets(&row) {
                listed.push(row);
            }
            Ok(())
        })?;
        if read < page {
            break;
        }
        further = true;
        looked_at += read;
    }
    Ok(listed)
}

/// The values of a statement that lists at most `limit` orders.
fn values_of<'f>(narrowed: &Narrowed<'f>, limit: usize, place: &[Value<'f>; 3]) -> Vec<Value<'f>> {
    let mut values = values![rows::limit(limit)].to_vec();
    values.extend(place.iter().chain(&narrowed.values).cloned());
    values
}

/// True where so many orders of a file were looked at by an index that to look at all of them where
/// they lie takes no longer.
fn is_quicker_in_file(db: Session<'_>, looked_at: usize) -> Result<bool, SqlError> {
    let Session::Sqlite(_) = db else {
        return Ok(false);
    };
    let all: i64 = db.row(&Text::both(HOW_MANY), &[], |row| row.get(0))?;
    Ok(looked_at * WHERE_THEY_LIE >= all as usize)
}

pub fn counts(db: Session<'_>) -> Result<OrderCounts, SqlError> {
    db.row(&COUNTS, &[], |row| {
        let count = |column| {
            let count: Option<i64> = row.get(column)?;
            Ok::<_, SqlError>(count.unwrap_or_default().cast_unsigned())
        };
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
pub fn find(db: Session<'_>, name: &str) -> Result<Option<StagedOrder>, SqlError> {
    let folded = folded(name);
    let ways = [
        (&WITH_ID, name),
        (&WITH_NUMBER, &folded),
        (&WITH_SALES_ORDER, name),
    ];
    for (way, name) in ways {
        let parts = [&WITH_CONTENTS, way, &NEWEST_FIRST];
        let sql = composed(db, &parts);
        let found = db.optional(&Text::both(&sql), &values![1, name], |row| {
            staged(row, false)
        })?;
        if let Some(mut order) = found {
            order.shipments = in_ax::shipments(db, &order.row.id)?;
            order.history = history(db, &order.row.id)?;
            return Ok(Some(order));
        }
    }
    Ok(None)
}

fn history(db: Session<'_>, order: &str) -> Result<Vec<HistoryLine>, SqlError> {
    db.rows(&HISTORY, &values![order], |row| {
        Ok(HistoryLine {
            at: rows::time(row, 0)?,
            what: row.get(1)?,
        })
    })
}

/// For each customer account and requisition its order. AX compares them without regard to case; so
/// does this.
pub fn for_requisitions(
    db: Session<'_>,
    requisitions: &[(String, String)],
) -> Result<Vec<Option<OrderRef>>, SqlError> {
    let sets: Vec<_> = requisitions
        .iter()
        .map(|(_, requisition)| values![folded(requisition)])
        .collect();
    let mut found: Vec<Option<OrderRef>> = vec![None; sets.len()];
    db.each_of(&WITH_REQUISITION, &sets, |set, row| {
        let asked = requisitions
            .get(set)
            .map(|(account, _)| account.to_lowercase());
        if let Some(place @ None) = found.get_mut(set)
            && asked == Some(rows::text(row, 2)?.to_lowercase())
        {
            *place = Some(OrderRef {
                order: row.get(0)?,
                sales_order: row.get(1)?,
            });
        }
        Ok(())
    })?;
    Ok(found)
}

/// The one thing that is read of an order's contents.
#[derive(Deserialize)]
struct Numbered {
    number: String,
}

/// The numbers that AX has or may get.
pub fn numbers_for_ax(db: Session<'_>, orders: &[String]) -> Result<Vec<String>, SqlError> {
    let sets: Vec<_> = orders.iter().map(|order| values![order]).collect();
    let found = db.optional_each(&FOR_AX, &sets, |row| rows::json::<Numbered>(row, 0))?;
    Ok(found
        .into_iter()
        .map(|order| order.map_or_else(String::new, |order| order.number))
        .collect())
}

/// How often each order was tried that is settled.
pub fn settled(db: Session<'_>, orders: &[String]) -> Result<Vec<Option<u32>>, SqlError> {
    let sets: Vec<_> = orders.iter().map(|order| values![order]).collect();
    db.optional_each(&SETTLED, &sets, |row| row.get(0))
}

/// What is behind each sales order with its requisition.
pub fn behind(db: Session<'_>, sales_orders: &[(String, String)]) -> Result<Vec<Behind>, SqlError> {
    let sets: Vec<_> = sales_orders
        .iter()
        .map(|(sales_order, _)| values![sales_order])
        .collect();
    let seen = db.optional_each(&SEEN, &sets, |row| {
        let (order, is_of_book) = (row.get(0)?, row.get(1)?);
        Ok(if is_of_book {
            Behind::Seen(order)
        } else {
            Behind::Former(order)
        })
    })?;
    let sets: Vec<_> = sales_orders
        .iter()
        .zip(&seen)
        .filter(|((_, requisition), seen)| seen.is_none() && !requisition.is_empty())
        .map(|((_, requisition), _)| values![folded(requisition)])
        .collect();
    let mut unseen = db.optional_each(&UNSEEN, &sets, |_| Ok(()))?.into_iter();
    Ok(sales_orders
        .iter()
        .zip(seen)
        .map(|((_, requisition), seen)| match seen {
            Some(seen) => seen,
            None if requisition.is_empty() => Behind::Nothing,
            None => match unseen.next().flatten() {
                Some(()) => Behind::Unseen,
                None => Behind::Nothing,
            },
        })
        .collect())
}

pub fn feed_position(db: Session<'_>) -> Result<FeedPosition, SqlError> {
    db.row(&POSITION, &[], |row| {
        Ok(FeedPosition {
            book: row.get(0)?,
            seq: row.get(1)?,
        })
    })
}

/// The feed up to just before the oldest event whose order AX has not taken.
pub fn taken(db: Session<'_>) -> Result<FeedPosition, SqlError> {
    let mut position = feed_position(db)?;
    let oldest: Option<i64> = db.row(&UNTAKEN, &values![&position.book], |row| row.get(0))?;
    if let Some(oldest) = oldest {
        position.seq = position.seq.min(oldest - 1);
    }
    Ok(position)
}
