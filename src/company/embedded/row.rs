//! New rows as AX writes them: a RecId of their own, text cut to the size of its field.

use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};

use super::tables::{self, INITIAL_PARTITION, Kind};
use crate::company::CompanyFacts;
use crate::model::Amount;

/// A column with its value.
pub(super) type Field = (&'static str, Value);

/// Writes a row and returns its RecId. Columns that are not named hold AX's default.
pub(super) fn insert(
    connection: &Connection,
    company: &CompanyFacts,
    table: &'static str,
    fields: Vec<Field>,
) -> rusqlite::Result<i64> {
    let recid = connection
        .prepare_cached(&format!("SELECT max(RECID) FROM {table}"))?
        .query_row([], |row| row.get::<_, Option<i64>>(0))?
        .map_or(INITIAL_PARTITION, |last| last.max(INITIAL_PARTITION))
        + 1;
    let has_company = has_column(table, "DATAAREAID");
    let mut columns = vec!["PARTITION", "RECID"];
    let mut values = vec![Value::from(company.partition), Value::from(recid)];
    if has_company {
        columns.push("DATAAREAID");
        values.push(Value::from(company.id.clone()));
    }
    for (column, value) in fields {
        columns.push(column);
        values.push(fitting(table, column, value));
    }
    let sql = format!(
        "INSERT INTO {table} ({}) VALUES ({})",
        columns.join(", "),
        vec!["?"; columns.len()].join(", ")
    );
    connection
        .prepare_cached(&sql)?
        .execute(params_from_iter(values))?;
    Ok(recid)
}

/// Text as a value.
pub(super) fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

/// A quantity or amount as a value.
pub(super) fn real(amount: Amount) -> Value {
    Value::Text(amount.to_string())
}

/// The longest beginning of `text` that `size` UTF-16 units hold. A character stays whole.
pub(super) fn cut(text: &str, size: usize) -> &str {
    let mut units = 0;
    let end = text.char_indices().find(|(_, character)| {
        units += character.len_utf16();
        units > size
    });
    end.map_or(text, |(at, _)| &text[..at])
}

fn has_column(table: &str, column: &str) -> bool {
    kind(table, column).is_some()
}

fn kind(table: &str, column: &str) -> Option<Kind> {
    let columns = tables::find(table)?.columns.iter();
    columns
        .clone()
        .find(|known| known.name == column)
        .map(|known| known.kind)
}

fn fitting(table: &str, column: &str, value: Value) -> Value {
    match (value, kind(table, column)) {
        (Value::Text(long), Some(Kind::String(size))) => text(cut(&long, size)),
        (value, _) => value,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_fits_stays_byte_for_byte_and_a_longer_one_keeps_its_characters_whole() {
        for fits in [
            "",
            "Zoë",
            "محمد بن سلمان",
            "שלום",
            "สวัสดี",
            "張偉",
            "e\u{301}",
            "🚲🚲",
        ] {
            assert_eq!(cut(fits, fits.encode_utf16().count()), fits);
        }
        assert_eq!(cut("🚲🚲", 3), "🚲");
        assert_eq!(cut("🚲", 1), "");
        assert_eq!(cut("張偉", 1), "張");
        assert_eq!(cut("abc", 0), "");
    }
}
