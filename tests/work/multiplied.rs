//! Many rows out of few: a table whose rows are copied, each copy told apart by some of its columns.

use rusqlite::Connection;

/// Copies the rows of `table` of which `these` is true until there are `times` as many. A column of
/// `told_apart` gets what its expression says, where `N` is the number of the copy, from 1; every other one
/// what its row has.
pub fn multiply(
    connection: &Connection,
    table: &str,
    these: &str,
    times: u64,
    told_apart: &[(&str, &str)],
) {
    // Without those that are made of others.
    let columns: Vec<String> = connection
        .prepare(&format!("SELECT name FROM pragma_table_info('{table}')"))
        .unwrap()
        .query_map([], |row| row.get(0))
        .unwrap()
        .collect::<rusqlite::Result<_>>()
        .unwrap();
    let value = |column: &String| {
        let own = told_apart.iter().find(|(name, _)| name == column);
        own.map_or_else(|| column.clone(), |(_, value)| (*value).to_owned())
    };
    let values: Vec<String> = columns.iter().map(value).collect();
    let sql = format!(
        "WITH RECURSIVE copy (N) AS (SELECT 1 UNION ALL SELECT N + 1 FROM copy WHERE N + 1 < {times})
         INSERT INTO {table} ({}) SELECT {} FROM (SELECT * FROM {table} WHERE {these}), copy",
        columns.join(", "),
        values.join(", ")
    );
    let rows = format!("SELECT count(*) FROM {table} WHERE {these}");
    let rows: i64 = connection.query_row(&rows, [], |row| row.get(0)).unwrap();
    assert!(rows > 0, "{table} has none where {these}");
    let copied = connection.execute(&sql, []).unwrap();
    assert_eq!(copied as u64, rows as u64 * (times - 1));
}

/// The same with orders of a ledger, and what is in them. `apart` stands between what a row has and the number of its copy.
pub fn multiply_orders(connection: &Connection, these: &str, apart: &str, times: u64) {
    let [id, number, folded, sales_order] =
        ["id", "number", "folded", "sales_order"].map(|column| format!("{column} || {apart} || N"));
    let sales_order = format!("CASE sales_order WHEN '' THEN '' ELSE {sales_order} END");
    let order = [
        ("id", &*id),
        ("number", &number),
        ("folded", &folded),
        ("placed", "placed - N * 60000"),
        ("seq", "seq - N * 1000"),
        ("sales_order", &sales_order),
    ];
    let of_these = format!("id IN (SELECT id FROM online_order WHERE {these})");
    multiply(
        connection,
        "order_contents",
        &of_these,
        times,
        &[("id", &id)],
    );
    multiply(connection, "online_order", these, times, &order);
}
