//! Where the list of orders answers the terms of a filter, and the orders in which it can stand.

use super::super::narrowed::Column;
use super::super::rows::to_word;
use crate::model::filter::{Field, Test};
use crate::model::order::folded;
use crate::model::sort::{Direction, OrderSort, Sort};
use crate::model::staged::{OrderRow, Stage};
use crate::sql::{SqlError, Text, Value, section};
use crate::statement;

/// The column for a test. Parts of texts and decimal numbers have none: they are compared in Rust,
/// alike on both engines. So is the currency, whose case SQL Server would not tell.
pub fn column(test: &Test) -> Option<Column> {
    use Field as F;
    if let Test::Is(F::State, word) = test {
        return Some(Column::Value(if is_stage(word) {
            statement!("columns", "stage")
        } else {
            statement!("columns", "state")
        }));
    }
    if let Test::Is(F::Is, word) = test {
        return match word.as_str() {
            "open" => Some(Column::Condition(statement!("columns", "is open"))),
            "unacknowledged" => Some(Column::Condition(statement!(
                "columns",
                "is unacknowledged"
            ))),
            "duplicate" => Some(Column::Condition(statement!("columns", "is duplicate"))),
            "journal" => Some(Column::Condition(statement!("columns", "is journal"))),
            _ => None,
        };
    }
    let text = match test.field()? {
        F::Age | F::Placed => statement!("columns", "placed"),
        F::Downloaded => statement!("columns", "downloaded"),
        F::Changed => statement!("columns", "changed"),
        F::Store => statement!("columns", "store"),
        F::Id => statement!("columns", "id"),
        F::Lines => statement!("columns", "lines"),
        F::Tries => statement!("columns", "tries"),
        F::State
        | F::Is
        | F::Number
        | F::Customer
        | F::Account
        | F::SalesOrder
        | F::Total
        | F::Currency
        | F::Job
        | F::Stream
        | F::Record
        | F::Code
        | F::Fault
        | F::Text
        | F::Cause
        | F::First
        | F::Last
        | F::Note
        | F::Run
        | F::Started
        | F::Took
        | F::Dry
        | F::Sent
        | F::SetAside
        | F::Level
        | F::At => return None,
    };
    Some(Column::Value(text))
}

/// The column for a test; of one that looks for a part or letters, the texts of a file that it is about.
pub fn column_or_texts(test: &Test) -> Option<Column> {
    if matches!(
        test,
        Test::Anywhere(_) | Test::Holds(..) | Test::Roughly(..)
    ) {
        texts(test).map(Column::Texts)
    } else {
        column(test)
    }
}

/// The texts of a file's orders that a test is about.
fn texts(test: &Test) -> Option<&'static [&'static str]> {
    const ALL: [&str; 3] = [
        section(include_str!("columns.sqlite.sql"), "texts"),
        section(include_str!("columns.sqlite.sql"), "state"),
        section(include_str!("columns.sqlite.sql"), "end of texts"),
    ];
    const OF_FIELDS: [(Field, [&str; 1]); 6] = [
        (Field::Number, ["o.number"]),
        (Field::Id, ["o.id"]),
        (Field::Customer, ["o.customer"]),
        (Field::Account, ["o.account"]),
        (Field::SalesOrder, ["o.sales_order"]),
        (Field::Store, ["o.store"]),
    ];
    match test.field() {
        None => Some(&ALL),
        Some(of_test) => OF_FIELDS
            .iter()
            .find_map(|(field, text)| (*field == of_test).then_some(&text[..])),
    }
}

/// True for a state that is a stage. What AX has accepted is told by how AX has it.
fn is_stage(word: &str) -> bool {
    Stage::ALL
        .into_iter()
        .any(|stage| stage != Stage::Accepted && stage.name().replace(' ', "-") == word)
}

/// The condition for those behind one of the list, and the end of the list.
pub const fn order(sort: Sort<OrderSort>) -> (Text<'static>, Text<'static>) {
    match (sort.by, sort.direction) {
        (OrderSort::Placed, Direction::Down) => (
            statement!("listing", "behind"),
            statement!("listing", "newest first"),
        ),
        (OrderSort::Placed, Direction::Up) => (
            statement!("listing", "before"),
            statement!("listing", "oldest first"),
        ),
        (OrderSort::Number, Direction::Down) => (
            statement!("listing", "behind number"),
            statement!("listing", "number down"),
        ),
        (OrderSort::Number, Direction::Up) => (
            statement!("listing", "before number"),
            statement!("listing", "number up"),
        ),
        (OrderSort::Store, Direction::Down) => (
            statement!("listing", "behind store"),
            statement!("listing", "store down"),
        ),
        (OrderSort::Store, Direction::Up) => (
            statement!("listing", "before store"),
            statement!("listing", "store up"),
        ),
        (OrderSort::Stage, Direction::Down) => (
            statement!("listing", "behind stage"),
            statement!("listing", "stage down"),
        ),
        (OrderSort::Stage, Direction::Up) => (
            statement!("listing", "before stage"),
            statement!("listing", "stage up"),
        ),
    }
}

/// Where an order stands in the list: the values of the condition for those behind it.
pub fn place(sort: OrderSort, row: &OrderRow) -> Result<[Value<'static>; 3], SqlError> {
    let id = Value::from(row.id.clone());
    let placed = Value::from(row.placed.as_millisecond());
    Ok(match sort {
        OrderSort::Placed => [placed, id, Value::Null],
        OrderSort::Number => [
            Value::from(folded(&row.number)),
            Value::from(row.is_possible_duplicate),
            id,
        ],
        OrderSort::Store => [Value::from(row.store.clone()), placed, id],
        OrderSort::Stage => [Value::from(to_word(&row.stage)?), Value::from(row.seq), id],
    })
}
