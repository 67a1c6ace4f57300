//! The views and functions of SQL Server that the bed answers: databases, recovery, tracking.

use iridium_core::ast::DataTypeSpec;
use iridium_core::types::Value as Datum;

use super::Shared;
use super::tracking::{Net, Operation};

/// What `DB_ID()` answers: the first number after the four databases of the system.
pub const DATABASE_ID: i64 = 5;

/// A query without tables that answers these rows; each column with the type of its values.
fn table(columns: &[(&str, &str)], rows: &[Vec<String>]) -> String {
    let typed = |cell: &dyn Fn(usize) -> String| -> String {
        let cells: Vec<_> = columns
            .iter()
            .enumerate()
            .map(|(at, (name, kind))| format!("CAST({} AS {kind}) AS [{name}]", cell(at)))
            .collect();
        cells.join(", ")
    };
    if rows.is_empty() {
        return format!("SELECT {} WHERE 1 = 0", typed(&|_| "NULL".to_owned()));
    }
    let names: Vec<_> = (0..columns.len()).map(|at| format!("c{at}")).collect();
    let rows: Vec<_> = rows
        .iter()
        .map(|row| format!("({})", row.join(", ")))
        .collect();
    format!(
        "SELECT {} FROM (VALUES {}) AS v({})",
        typed(&|at| format!("v.c{at}")),
        rows.join(", "),
        names.join(", ")
    )
}

fn text(text: &str) -> String {
    format!("N'{}'", text.replace('\'', "''"))
}

/// The query that stands for a view of the system, where the bed has it.
pub fn system(shared: &Shared, name: &str, object_id: impl Fn(&str) -> i64) -> Option<String> {
    if name.eq_ignore_ascii_case("indexes") {
        return Some(indexes(shared, false, object_id));
    }
    if name.eq_ignore_ascii_case("index_columns") {
        return Some(indexes(shared, true, object_id));
    }
    let switches = shared.switches();
    let tracking = shared.tracking();
    let database = text(&switches.database);
    Some(match name.to_lowercase().as_str() {
        "databases" => table(
            &[
                ("database_id", "int"),
                ("name", "nvarchar(128)"),
                ("compatibility_level", "tinyint"),
                ("collation_name", "nvarchar(128)"),
                ("snapshot_isolation_state", "tinyint"),
                ("snapshot_isolation_state_desc", "nvarchar(60)"),
                ("is_read_committed_snapshot_on", "bit"),
            ],
            &[vec![
                DATABASE_ID.to_string(),
                database,
                "110".to_owned(),
                text("Latin1_General_CI_AS"),
                u8::from(switches.snapshot).to_string(),
                text(if switches.snapshot { "ON" } else { "OFF" }),
                "1".to_owned(),
            ]],
        ),
        "database_recovery_status" => table(
            &[
                ("database_id", "int"),
                ("database_guid", "uniqueidentifier"),
                ("recovery_fork_guid", "uniqueidentifier"),
            ],
            &[vec![
                DATABASE_ID.to_string(),
                text(&switches.database_guid),
                text(&switches.recovery_fork),
            ]],
        ),
        "change_tracking_databases" => {
            let row = vec![
                DATABASE_ID.to_string(),
                "1".to_owned(),
                switches.retention_days.to_string(),
                "3".to_owned(),
                text("DAYS"),
            ];
            let rows = if tracking.on { vec![row] } else { Vec::new() };
            table(
                &[
                    ("database_id", "int"),
                    ("is_auto_cleanup_on", "tinyint"),
                    ("retention_period", "int"),
                    ("retention_period_units", "tinyint"),
                    ("retention_period_units_desc", "nvarchar(60)"),
                ],
                &rows,
            )
        }
        "change_tracking_tables" => {
            let rows: Vec<_> = tracking
                .tables()
                .map(|(name, tracked)| {
                    vec![
                        object_id(name).to_string(),
                        "0".to_owned(),
                        tracked.min_valid.to_string(),
                        tracked.begin.to_string(),
                        "NULL".to_owned(),
                    ]
                })
                .collect();
            table(
                &[
                    ("object_id", "int"),
                    ("is_track_columns_updated_on", "tinyint"),
                    ("min_valid_version", "bigint"),
                    ("begin_version", "bigint"),
                    ("cleanup_version", "bigint"),
                ],
                &rows,
            )
        }
        _ => return None,
    })
}

/// `INFORMATION_SCHEMA.COLUMNS`, with the types and sizes that were asked for.
pub fn columns(shared: &Shared) -> String {
    let database = text(&shared.switches().database);
    let schema = shared.schema();
    let mut tables: Vec<_> = schema.tables().collect();
    tables.sort_by(|one, other| one.name.cmp(&other.name));
    let mut rows = Vec::new();
    for known in tables {
        for (at, column) in known.columns.iter().enumerate() {
            let null = || "NULL".to_owned();
            let length = |size: u16| {
                if size > 8000 {
                    "-1".to_owned()
                } else {
                    size.to_string()
                }
            };
            let (kind, characters, precision, scale) = match &column.kind {
                DataTypeSpec::Numeric(precision, scale) => {
                    ("numeric", null(), precision.to_string(), scale.to_string())
                }
                DataTypeSpec::Decimal(precision, scale) => {
                    ("decimal", null(), precision.to_string(), scale.to_string())
                }
                DataTypeSpec::BigInt => ("bigint", null(), "19".to_owned(), "0".to_owned()),
                DataTypeSpec::Int => ("int", null(), "10".to_owned(), "0".to_owned()),
                DataTypeSpec::NVarChar(size) => ("nvarchar", length(*size), null(), null()),
                DataTypeSpec::NChar(size) => ("nchar", length(*size), null(), null()),
                DataTypeSpec::VarChar(size) => ("varchar", length(*size), null(), null()),
                DataTypeSpec::VarBinary(size) => ("varbinary", length(*size), null(), null()),
                other => (
                    &*format!("{other:?}").to_lowercase(),
                    null(),
                    null(),
                    null(),
                ),
            };
            rows.push(vec![
                database.clone(),
                text(&known.schema),
                text(&known.name),
                text(&column.name),
                (at + 1).to_string(),
                text(if column.nullable { "YES" } else { "NO" }),
                text(kind),
                characters,
                precision,
                scale,
            ]);
        }
    }
    table(
        &[
            ("TABLE_CATALOG", "nvarchar(128)"),
            ("TABLE_SCHEMA", "nvarchar(128)"),
            ("TABLE_NAME", "nvarchar(128)"),
            ("COLUMN_NAME", "nvarchar(128)"),
            ("ORDINAL_POSITION", "int"),
            ("IS_NULLABLE", "nvarchar(3)"),
            ("DATA_TYPE", "nvarchar(128)"),
            ("CHARACTER_MAXIMUM_LENGTH", "int"),
            ("NUMERIC_PRECISION", "tinyint"),
            ("NUMERIC_SCALE", "int"),
        ],
        &rows,
    )
}

/// `INFORMATION_SCHEMA.TABLE_CONSTRAINTS` and `KEY_COLUMN_USAGE`, of keys.
pub fn constraints(shared: &Shared, with_columns: bool) -> String {
    let schema = shared.schema();
    let mut rows = Vec::new();
    for known in schema.tables() {
        for (name, kind, columns) in known.constraints() {
            let owner = [text(&known.schema), text(&known.name), text(name)];
            if with_columns {
                for (at, column) in columns.iter().enumerate() {
                    rows.push([owner.as_slice(), &[text(column), (at + 1).to_string()]].concat());
                }
            } else {
                rows.push([owner.as_slice(), &[text(kind)]].concat());
            }
        }
    }
    let owner = [
        ("TABLE_SCHEMA", "nvarchar(128)"),
        ("TABLE_NAME", "nvarchar(128)"),
        ("CONSTRAINT_NAME", "nvarchar(128)"),
    ];
    let rest: &[(&str, &str)] = if with_columns {
        &[
            ("COLUMN_NAME", "nvarchar(128)"),
            ("ORDINAL_POSITION", "int"),
        ]
    } else {
        &[("CONSTRAINT_TYPE", "nvarchar(11)")]
    };
    table(&[owner.as_slice(), rest].concat(), &rows)
}

/// `sys.indexes` and `sys.index_columns`, of what is unique.
pub fn indexes(shared: &Shared, with_columns: bool, object_id: impl Fn(&str) -> i64) -> String {
    let schema = shared.schema();
    let mut rows = Vec::new();
    for known in schema.tables() {
        let id = object_id(&known.full_name()).to_string();
        for (at, unique) in known.uniques.iter().enumerate() {
            let owner = [id.clone(), (at + 1).to_string()];
            if !with_columns {
                let primary = u8::from(unique.is_primary_key()).to_string();
                let filtered = u8::from(!unique.filter.is_empty()).to_string();
                rows.push(
                    [
                        owner.as_slice(),
                        &[text(&unique.name), "1".to_owned(), primary, filtered],
                    ]
                    .concat(),
                );
                continue;
            }
            for (ordinal, column) in unique.columns.iter().enumerate() {
                let place = known
                    .columns
                    .iter()
                    .position(|known| known.name.eq_ignore_ascii_case(column));
                let place = place.map_or(0, |place| place + 1).to_string();
                rows.push([owner.as_slice(), &[place, (ordinal + 1).to_string()]].concat());
            }
        }
    }
    let owner = [("object_id", "int"), ("index_id", "int")];
    let rest: &[(&str, &str)] = if with_columns {
        &[("column_id", "int"), ("key_ordinal", "tinyint")]
    } else {
        &[
            ("name", "nvarchar(128)"),
            ("is_unique", "bit"),
            ("is_primary_key", "bit"),
            ("has_filter", "bit"),
        ]
    };
    table(&[owner.as_slice(), rest].concat(), &rows)
}

/// The query that stands for `CHANGETABLE(CHANGES …)`.
pub fn change_table(key: &[(String, String)], changes: &[Net]) -> String {
    let mut columns = vec![
        ("SYS_CHANGE_VERSION", "bigint"),
        ("SYS_CHANGE_CREATION_VERSION", "bigint"),
        ("SYS_CHANGE_OPERATION", "nchar(1)"),
        ("SYS_CHANGE_COLUMNS", "varbinary(4100)"),
        ("SYS_CHANGE_CONTEXT", "varbinary(128)"),
    ];
    columns.extend(
        key.iter()
            .map(|(name, kind)| (name.as_str(), kind.as_str())),
    );
    let rows: Vec<_> = changes
        .iter()
        .map(|net| {
            let operation = match net.operation {
                Operation::Insert => "N'I'",
                Operation::Update => "N'U'",
                Operation::Delete => "N'D'",
            };
            let mut row = vec![
                net.version.to_string(),
                net.creation
                    .map_or("NULL".to_owned(), |version| version.to_string()),
                operation.to_owned(),
                "NULL".to_owned(),
                "NULL".to_owned(),
            ];
            row.extend(net.key.iter().map(datum));
            row
        })
        .collect();
    table(&columns, &rows)
}

/// A value as a literal of T-SQL.
pub fn datum(value: &Datum) -> String {
    match value {
        Datum::Char(text_)
        | Datum::VarChar(text_)
        | Datum::NChar(text_)
        | Datum::NVarChar(text_) => text(text_),
        value => value.to_sql_literal(),
    }
}
