//! Statements as trees: what the bed answers itself is put in their place before Iridium runs them.

use iridium_core::ast::{DmlStatement, Expr, SelectItem, Statement};
use iridium_core::types::Value as Datum;
use serde_json::{Value, json};

use super::error::SqlError;

/// What a tree asks for that only the session knows.
pub trait Answers {
    /// The value of an expression, computed now.
    fn evaluate(&mut self, expression: &Value) -> Result<Datum, SqlError>;
    /// A function that is the bed's; `None` leaves it to Iridium.
    fn function(&mut self, name: &str, arguments: &[Value]) -> Result<Option<Value>, SqlError>;
    /// A variable that begins with `@@`.
    fn global(&self, name: &str) -> Option<Value>;
    /// The query that stands for a table of the bed: a view of the system, a `CHANGETABLE`.
    fn view(&mut self, schema: Option<&str>, name: &str) -> Result<Option<String>, SqlError>;
    /// A table that the statement reads.
    fn reads(&mut self, schema: Option<&str>, name: &str) -> Result<(), SqlError>;
}

/// Which columns of a query are a `COUNT`, an int there and a bigint in Iridium.
pub fn counts(statement: &Statement) -> Vec<usize> {
    let select = match statement {
        Statement::Dml(DmlStatement::Select(select)) => select,
        Statement::WithCte(with) => return counts(&with.body),
        _ => return Vec::new(),
    };
    let is_count = |(at, item): (usize, &SelectItem)| match &item.expr {
        Expr::FunctionCall { name, .. } if name.eq_ignore_ascii_case("COUNT") => Some(at),
        _ => None,
    };
    select
        .projection
        .iter()
        .enumerate()
        .filter_map(is_count)
        .collect()
}

/// Parses what is known to parse.
pub fn parse(sql: &str) -> Result<Vec<Statement>, SqlError> {
    iridium_core::parse_batch(sql).map_err(SqlError::from)
}

/// A query as the tree that stands in a `FROM`.
fn query(sql: &str) -> Result<Value, SqlError> {
    let statement = parse(sql)?.into_iter().next();
    serde_json::to_value(statement)
        .ok()
        .and_then(|mut tree| tree.pointer_mut("/Dml/Select").map(Value::take))
        .ok_or_else(|| SqlError::bed(format!("the query {sql}")))
}

/// `SELECT expression`, as a statement.
pub fn selecting(expression: &Value) -> Result<Statement, SqlError> {
    let mut tree = query("SELECT 0 AS VALUE_")?;
    tree["projection"][0]["expr"] = expression.clone();
    statement(json!({"Dml": {"Select": tree}}))
}

/// A tree back as a statement.
pub fn statement(tree: Value) -> Result<Statement, SqlError> {
    serde_json::from_value(tree).map_err(|error| SqlError::bed(format!("this statement ({error})")))
}

/// A value as the tree of a literal.
pub fn literal(value: &Datum) -> Value {
    match value {
        Datum::Null => json!("Null"),
        Datum::Binary(bytes) | Datum::VarBinary(bytes) => json!({"BinaryLiteral": bytes}),
        value => match value.to_integer_i64() {
            Some(number) if value.data_type().is_some_and(|kind| kind.is_integer_type()) => {
                json!({"Integer": number})
            }
            _ => json!({"UnicodeString": value.to_string_value()}),
        },
    }
}

/// Puts the bed's answers into a tree.
pub fn resolve(tree: &mut Value, answers: &mut dyn Answers) -> Result<(), SqlError> {
    match tree {
        Value::Array(items) => items.iter_mut().try_for_each(|item| resolve(item, answers)),
        Value::Object(fields) => {
            if let Some(mut lifted) = lift_aggregates(fields) {
                resolve(&mut lifted, answers)?;
                *tree = lifted;
                return Ok(());
            }
            for inner in ["Subquery", "subquery"] {
                if let Some(inner) = fields.get(inner) {
                    refuse_blind_aggregate(inner)?;
                }
            }
            if fields
                .get("order_by")
                .is_some_and(|order| find(order, &is_aggregate))
            {
                return Err(SqlError::bed(
                    "ORDER BY an aggregate; give it a name in the select list",
                ));
            }
            if fields.contains_key("factor") {
                return resolve_table(tree, answers);
            }
            fields
                .values_mut()
                .try_for_each(|field| resolve(field, answers))?;
            if let Some(name) = tree["Identifier"]
                .as_str()
                .filter(|name| name.starts_with("@@"))
            {
                if let Some(value) = answers.global(&name.to_uppercase()) {
                    *tree = value;
                }
            } else if let Some(call) = tree.get("FunctionCall") {
                let name = call["name"].as_str().unwrap_or_default().to_uppercase();
                let arguments = call["args"].as_array().cloned().unwrap_or_default();
                match name.as_str() {
                    // Nothing has no type in Iridium.
                    "OBJECT_ID" => *tree = json!({"Cast": {"expr": tree.take(), "target": "Int"}}),
                    // Iridium's COUNT is a bigint anyway, and knows more places.
                    "COUNT_BIG" => tree["FunctionCall"]["name"] = json!("COUNT"),
                    _ => {
                        if let Some(value) = answers.function(&name, &arguments)? {
                            *tree = value;
                        }
                    }
                }
            }
            Ok(())
        }
        _ => Ok(()),
    }
}

fn resolve_table(table: &mut Value, answers: &mut dyn Answers) -> Result<(), SqlError> {
    let Some(named) = table["factor"].get("Named") else {
        return resolve(&mut table["factor"], answers);
    };
    let name = named["name"].as_str().unwrap_or_default().to_owned();
    let schema = named["schema"].as_str().map(str::to_owned);
    let Some(sql) = answers.view(schema.as_deref(), &name)? else {
        return answers.reads(schema.as_deref(), &name);
    };
    table["factor"] = json!({"Derived": query(&sql)?});
    if table["alias"].is_null() {
        table["alias"] = json!(name);
    }
    Ok(())
}

/// Iridium answers one row for a query without groups only where an aggregate stands alone in a
/// column. Where all of them stand within expressions they become columns of a query that stands
/// in its `FROM`.
fn lift_aggregates(select: &serde_json::Map<String, Value>) -> Option<Value> {
    let items = select.get("projection")?.as_array()?;
    let is_grouped = !select.get("group_by")?.as_array()?.is_empty()
        || select.get("having").is_some_and(|having| !having.is_null())
        || items.iter().any(|item| is_aggregate(&item["expr"]));
    let mut outer = Value::Object(select.clone());
    let mut lifted = Vec::new();
    take_aggregates(&mut outer["projection"], &mut lifted);
    if is_grouped || lifted.is_empty() {
        return None;
    }
    let mut inner = outer.clone();
    inner["projection"] = Value::Array(lifted);
    for nothing in ["into_table", "top", "set_op", "offset", "fetch"] {
        inner[nothing] = Value::Null;
    }
    inner["order_by"] = json!([]);
    outer["selection"] = Value::Null;
    outer["applies"] = json!([]);
    outer["from_clause"] = json!({"Table": {
        "factor": {"Derived": inner}, "alias": "LIFTED_", "pivot": null, "unpivot": null, "hints": []
    }});
    Some(outer)
}

fn take_aggregates(tree: &mut Value, lifted: &mut Vec<Value>) {
    if is_aggregate(tree) {
        let alias = format!("VALUE_{}", lifted.len());
        let column = json!({"QualifiedIdentifier": ["LIFTED_", alias]});
        lifted.push(json!({"expr": std::mem::replace(tree, column), "alias": alias}));
        return;
    }
    match tree {
        // A query within has its own.
        Value::Object(fields) if !fields.contains_key("projection") => {
            fields
                .values_mut()
                .for_each(|field| take_aggregates(field, lifted));
        }
        Value::Array(items) => items
            .iter_mut()
            .for_each(|item| take_aggregates(item, lifted)),
        _ => {}
    }
}

/// Iridium computes an aggregate in an inner query over all rows, whatever the outer row is. A
/// wrong number without an error must not reach a test.
fn refuse_blind_aggregate(select: &Value) -> Result<(), SqlError> {
    let aggregates = find(&select["projection"], &is_aggregate);
    let grouped = select["group_by"]
        .as_array()
        .is_some_and(|by| !by.is_empty());
    if !aggregates || grouped {
        return Ok(());
    }
    let mut own = Vec::new();
    names(&select["from_clause"], &mut own);
    names(&select["applies"], &mut own);
    let outer = find(&select["selection"], &|node| {
        node["QualifiedIdentifier"].as_array().is_some_and(|parts| {
            parts.len() > 1
                && !parts[parts.len() - 2]
                    .as_str()
                    .is_some_and(|table| own.iter().any(|own| own.eq_ignore_ascii_case(table)))
        })
    });
    if outer {
        return Err(SqlError::bed(
            "an aggregate in an inner query that names a row of the outer one; join a grouped query instead",
        ));
    }
    Ok(())
}

fn is_aggregate(node: &Value) -> bool {
    const AGGREGATES: &[&str] = &[
        "COUNT",
        "COUNT_BIG",
        "SUM",
        "MIN",
        "MAX",
        "AVG",
        "STRING_AGG",
    ];
    node["FunctionCall"]["name"]
        .as_str()
        .is_some_and(|name| AGGREGATES.contains(&name.to_uppercase().as_str()))
}

fn find(tree: &Value, wanted: &dyn Fn(&Value) -> bool) -> bool {
    match tree {
        Value::Array(items) => items.iter().any(|item| find(item, wanted)),
        Value::Object(fields) => wanted(tree) || fields.values().any(|field| find(field, wanted)),
        _ => false,
    }
}

/// The names by which the tables of a `FROM` are known.
fn names(tree: &Value, to: &mut Vec<String>) {
    match tree {
        Value::Array(items) => items.iter().for_each(|item| names(item, to)),
        Value::Object(fields) => {
            let own = [&tree["alias"], &tree["factor"]["Named"]["name"]];
            to.extend(
                own.iter()
                    .filter_map(|name| name.as_str())
                    .map(str::to_owned),
            );
            fields.values().for_each(|field| names(field, to));
        }
        _ => {}
    }
}
