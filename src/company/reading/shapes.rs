//! What statements name besides tables: `WITH` definitions that bring a database's tables to the
//! shape the statements expect, and lists.

use std::fmt::Write as _;

use crate::sql::Value;

/// Values that one list takes; the rest of a request's 2,000 is for company and partition.
const MOST_VALUES: usize = 1_500;
/// Lengths of lists. The server keeps a plan for each text, so there are only a few.
const LENGTHS: [usize; 3] = [1, 25, 500];

/// Named definitions, each of which names tables and definitions before it.
#[derive(Clone, Debug, Default)]
pub(in crate::company) struct Shapes(Vec<(String, String)>);

impl Shapes {
    /// Adds `name`, which stands for what `definition` selects.
    pub(in crate::company) fn add(&mut self, name: impl Into<String>, definition: &str) {
        let lines = definition.lines();
        let code: Vec<&str> = lines.filter(|line| !is_comment(line)).collect();
        let code = code.join("\n").trim_end().trim_end_matches(';').to_owned();
        self.0.push((name.into(), code));
    }

    /// `text` behind the definitions that it needs, and behind that of `LIST` where there is one.
    pub(in crate::company) fn opened(&self, text: &str, list: Option<String>) -> String {
        let code: Vec<&str> = text.lines().filter(|line| !is_comment(line)).collect();
        let code = code.join("\n");
        let mut needed: Vec<&str> = sources(&code).collect();
        let mut definitions = Vec::new();
        for (name, definition) in self.0.iter().rev() {
            if needed.contains(&name.as_str()) {
                needed.extend(sources(definition));
                definitions.push(format!("{name} AS (\n{definition}\n)"));
            }
        }
        definitions.extend(list);
        if definitions.is_empty() {
            return code;
        }
        definitions.reverse();
        format!("WITH {}\n{code}", definitions.join(",\n"))
    }
}

fn is_comment(line: &str) -> bool {
    line.trim_start().starts_with("--")
}

/// What stands behind FROM and JOIN.
fn sources(code: &str) -> impl Iterator<Item = &str> {
    let words = code.split(|character: char| character.is_whitespace() || character == '(');
    let mut words = words.filter(|word| !word.is_empty());
    std::iter::from_fn(move || {
        words.find(|word| matches!(*word, "FROM" | "JOIN"))?;
        Some(words.next()?.trim_end_matches([')', ',', ';']))
    })
}

/// How many rows of `width` values a list of SQL Server takes.
pub(super) const fn most_in_a_list(width: usize) -> usize {
    let fitting = MOST_VALUES / width;
    let [.., most] = LENGTHS;
    if fitting < most { fitting } else { most }
}

/// The list, filled up with rows that name nothing to one of a few lengths.
pub(super) fn padded<'a, const N: usize>(list: &[[Value<'a>; N]]) -> Vec<[Value<'a>; N]> {
    let lengths = LENGTHS.into_iter();
    let length = lengths.map(|length| length.min(most_in_a_list(N)));
    let length = length.into_iter().find(|length| *length >= list.len());
    let mut padded = list.to_vec();
    if let (Some(length), Some(like)) = (length, list.first()) {
        // No record of AX has an empty key or the RecId 0.
        let nothing = like.clone().map(|value| match value {
            Value::Integer(_) => Value::Integer(0),
            Value::Null | Value::Text(_) | Value::Bytes(_) => Value::from(""),
        });
        padded.resize(length.max(list.len()), nothing);
    }
    padded
}

/// The definition of `LIST`: `rows` rows of `width` values, which are numbered behind the scope.
pub(super) fn list_of(rows: usize, width: usize) -> String {
    let letters = ('A'..='Z').take(width).map(String::from);
    let columns: Vec<String> = std::iter::once("PLACE".to_owned()).chain(letters).collect();
    let columns = columns.join(", ");
    let mut list = format!("LIST AS (\nSELECT {columns}\n  FROM (VALUES ");
    for row in 0..rows {
        let _ = write!(list, "{}({row}", if row == 0 { "" } else { ", " });
        for column in 0..width {
            let _ = write!(list, ", @P{}", super::SCOPE + row * width + column + 1);
        }
        list.push(')');
    }
    let _ = write!(list, ") AS V ({columns})\n)");
    list
}

/// A list as JSON: of values, or of arrays of them where each row has several.
pub(super) fn json<const N: usize>(list: &[[Value<'_>; N]]) -> String {
    let cell = |value: &Value<'_>| match value {
        Value::Null | Value::Bytes(_) => serde_json::Value::Null,
        Value::Integer(number) => (*number).into(),
        Value::Text(text) => text.as_ref().into(),
    };
    let rows = list.iter().map(|row| {
        if let [only] = row.as_slice() {
            cell(only)
        } else {
            row.iter().map(cell).collect()
        }
    });
    rows.collect::<serde_json::Value>().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::values;

    #[test]
    fn a_statement_is_opened_with_what_it_names_and_what_that_names() {
        let mut shapes = Shapes::default();
        shapes.add("A", "SELECT X FROM dbo.A WHERE P = @P2");
        shapes.add("B", "-- [B] From A.\nSELECT X FROM A;\n");
        shapes.add("C", "SELECT X FROM A");
        let opened = shapes.opened("-- [x] FROM C.\nSELECT B.X FROM #T t JOIN B ON 1 = 1", None);
        assert_eq!(
            opened,
            "WITH A AS (\nSELECT X FROM dbo.A WHERE P = @P2\n),\nB AS (\nSELECT X FROM A\n)\n\
             SELECT B.X FROM #T t JOIN B ON 1 = 1"
        );
        assert_eq!(
            shapes.opened("SELECT 1 FROM dbo.A", None),
            "SELECT 1 FROM dbo.A"
        );
    }

    #[test]
    fn a_list_has_one_of_a_few_lengths_and_names_nothing_twice() {
        let list = [values!["a", 7], values!["b", 8]];
        let padded = padded(&list);
        assert_eq!(padded.len(), 25);
        assert_eq!(
            (&padded[1], &padded[24]),
            (&values!["b", 8], &values!["", 0])
        );
        assert_eq!(
            list_of(2, 2),
            "LIST AS (\nSELECT PLACE, A, B\n  FROM (VALUES (0, @P3, @P4), (1, @P5, @P6)) \
             AS V (PLACE, A, B)\n)"
        );
        assert_eq!(json(&list), r#"[["a",7],["b",8]]"#);
        assert_eq!(json(&[values!["a"]]), r#"["a"]"#);
        assert!(most_in_a_list(5) * 5 < 2_000);
    }
}
