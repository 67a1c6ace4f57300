//! `SUBSTRING` of a column in a select list, which is bytes where the column is: Iridium makes a text
//! of it. The whole column is read, and cut afterwards.

use iridium_core::QueryResult;
use iridium_core::ast::{DmlStatement, Statement};
use iridium_core::types::Value as Datum;
use serde_json::Value;

use super::error::SqlError;
use super::session::Session;
use super::syntax::{self, Answers as _};

/// The part of a column that is asked for.
pub struct Part {
    column: usize,
    /// What stands before it.
    before: usize,
    length: usize,
}

impl Session {
    /// The statement with whole columns, and which parts of them are asked for.
    pub fn whole_columns(
        &mut self,
        statement: &Statement,
    ) -> Result<(Statement, Vec<Part>), SqlError> {
        let mut parts = Vec::new();
        let Statement::Dml(DmlStatement::Select(select)) = statement else {
            return Ok((statement.clone(), parts));
        };
        let mut tree = serde_json::to_value(statement).unwrap_or_default();
        if select.distinct {
            return Ok((statement.clone(), parts));
        }
        let items = tree["Dml"]["Select"]["projection"].as_array_mut();
        for (column, item) in items.into_iter().flatten().enumerate() {
            let Some([whole, start, length]) = arguments(&item["expr"]) else {
                continue;
            };
            let mut number = |expression: &Value| {
                let number = self.evaluate(expression)?.to_integer_i64().unwrap_or(0);
                Ok::<_, SqlError>(usize::try_from(number).unwrap_or(0))
            };
            let (start, length) = (number(&start)?, number(&length)?);
            parts.push(Part {
                column,
                before: start.saturating_sub(1),
                length,
            });
            item["expr"] = whole;
        }
        Ok((syntax::statement(tree)?, parts))
    }
}

/// What `SUBSTRING` is given, where that is a column.
fn arguments(expression: &Value) -> Option<[Value; 3]> {
    let call = &expression["FunctionCall"];
    let name = call["name"].as_str()?;
    let arguments: [Value; 3] = call["args"].as_array()?.clone().try_into().ok()?;
    let is_column = ["Identifier", "QualifiedIdentifier"]
        .iter()
        .any(|kind| !arguments[0][kind].is_null());
    (name.eq_ignore_ascii_case("SUBSTRING") && is_column).then_some(arguments)
}

impl Part {
    pub fn cut(&self, result: &mut QueryResult) {
        for row in &mut result.rows {
            let Some(value) = row.get_mut(self.column) else {
                continue;
            };
            match value {
                Datum::Null => {}
                Datum::Binary(bytes) | Datum::VarBinary(bytes) => {
                    bytes.drain(..self.before.min(bytes.len()));
                    bytes.truncate(self.length);
                }
                other => {
                    let text = other.to_string_value();
                    let part = text.chars().skip(self.before).take(self.length);
                    *other = Datum::NVarChar(part.collect());
                }
            }
        }
    }
}
