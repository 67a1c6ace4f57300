//! What the bed knows of tables because Iridium does not keep it: keys of several columns, unique
//! and filtered indexes, and how many characters a text may have.

use std::collections::HashMap;

use iridium_core::ast::{
    AlterTableAction, ColumnSpec, DataTypeSpec, DdlStatement, IndexColumnSpec, ObjectName,
    ProceduralStatement, SessionStatement, Statement, TableConstraintSpec,
};
use iridium_core::types::Value as Datum;

use super::error::SqlError;
use super::text::plain;
use super::tracking::Tracking;

/// Columns that no two rows share.
#[derive(Clone, Debug)]
pub struct Unique {
    pub name: String,
    pub columns: Vec<String>,
    /// The condition of a filtered index, or nothing.
    pub filter: String,
    kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    PrimaryKey,
    Constraint,
    Index,
}

impl Unique {
    pub fn is_primary_key(&self) -> bool {
        self.kind == Kind::PrimaryKey
    }

    /// The error of a row that is there already.
    pub fn violated(&self, table: &str, value: &str) -> SqlError {
        let what = match self.kind {
            Kind::Index => {
                return SqlError::new(
                    2601,
                    format!(
                        "Cannot insert duplicate key row in object 'dbo.{table}' with unique index '{}'. \
                         The duplicate key value is ({value}).",
                        self.name
                    ),
                );
            }
            Kind::PrimaryKey => "PRIMARY KEY",
            Kind::Constraint => "UNIQUE KEY",
        };
        SqlError::new(
            2627,
            format!(
                "Violation of {what} constraint '{}'. Cannot insert duplicate key in object \
                 'dbo.{table}'. The duplicate key value is ({value}).",
                self.name
            ),
        )
    }
}

#[derive(Clone, Debug)]
pub struct Column {
    pub name: String,
    pub kind: DataTypeSpec,
    pub nullable: bool,
}

impl Column {
    fn of(spec: &ColumnSpec) -> Self {
        Self {
            name: spec.name.clone(),
            kind: spec.data_type.clone(),
            nullable: spec.nullable && !spec.primary_key,
        }
    }

    /// False for a text with more UTF-16 units than fit.
    pub fn fits(&self, value: &Datum) -> bool {
        match self.kind {
            DataTypeSpec::NVarChar(size @ ..=4000) | DataTypeSpec::NChar(size @ ..=4000) => {
                value.is_null()
                    || value.to_string_value().encode_utf16().count() <= usize::from(size)
            }
            _ => true,
        }
    }
}

/// Iridium measures a text in bytes of UTF-8, of which a UTF-16 unit is three at most.
fn widen(column: &mut ColumnSpec) {
    if let DataTypeSpec::NVarChar(size @ ..=4000) | DataTypeSpec::NChar(size @ ..=4000) =
        &mut column.data_type
    {
        *size *= 3;
    }
}

/// Iridium sets no option within a trigger.
fn without_options(body: &mut Vec<Statement>) {
    body.retain_mut(|statement| {
        if let Statement::Procedural(ProceduralStatement::BeginEnd(inner)) = statement {
            without_options(inner);
        }
        !matches!(
            statement,
            Statement::Procedural(ProceduralStatement::SetOption(_))
                | Statement::Session(SessionStatement::SetOption(_))
        )
    });
}

/// The statement with room for the texts its tables may hold.
pub fn widened(mut statement: Statement) -> Statement {
    match &mut statement {
        Statement::Ddl(DdlStatement::CreateTable(create)) => {
            create.columns.iter_mut().for_each(widen)
        }
        Statement::Ddl(DdlStatement::AlterTable(alter)) => {
            if let AlterTableAction::AddColumn(column) = &mut alter.action {
                widen(column);
            }
        }
        Statement::Procedural(ProceduralStatement::DeclareTableVar(declare)) => {
            declare.columns.iter_mut().for_each(widen);
        }
        Statement::Procedural(ProceduralStatement::CreateTrigger(create)) => {
            without_options(&mut create.body);
        }
        _ => {}
    }
    statement
}

#[derive(Clone, Debug, Default)]
pub struct Table {
    /// Its schema and name as they were written.
    pub schema: String,
    pub name: String,
    pub columns: Vec<Column>,
    pub uniques: Vec<Unique>,
}

impl Table {
    /// The name by which the bed knows it.
    pub fn full_name(&self) -> String {
        plain(&format!("{}.{}", self.schema, self.name))
    }

    /// Its keys: name, kind, columns.
    pub fn constraints(&self) -> impl Iterator<Item = (&str, &str, &[String])> {
        self.uniques.iter().filter_map(|unique| {
            let kind = match unique.kind {
                Kind::PrimaryKey => "PRIMARY KEY",
                Kind::Constraint => "UNIQUE",
                Kind::Index => return None,
            };
            Some((unique.name.as_str(), kind, unique.columns.as_slice()))
        })
    }

    /// The primary key's columns with their types.
    pub fn key(&self) -> Vec<(String, String)> {
        let columns = self.key_places().into_iter().map(|at| &self.columns[at]);
        columns
            .map(|column| (column.name.clone(), type_name(&column.kind)))
            .collect()
    }

    /// Where the primary key's columns stand in a row.
    pub fn key_places(&self) -> Vec<usize> {
        let key = self
            .uniques
            .iter()
            .find(|unique| unique.kind == Kind::PrimaryKey);
        key.into_iter()
            .flat_map(|unique| &unique.columns)
            .filter_map(|column| {
                self.columns
                    .iter()
                    .position(|known| known.name.eq_ignore_ascii_case(column))
            })
            .collect()
    }
}

/// What a statement says about tables, to be kept once it has succeeded.
pub enum Note {
    Nothing,
    Created(String, Table),
    Dropped(String),
    Truncated(String),
    Column(String, Column),
    NoColumn(String, String),
    Unique(String, Unique),
    NoUnique(String, String),
}

#[derive(Clone, Default)]
pub struct Schema {
    tables: HashMap<String, Table>,
}

impl Schema {
    pub fn table(&self, name: &str) -> Option<&Table> {
        self.tables.get(name)
    }

    /// Every table that is not one of a session.
    pub fn tables(&self) -> impl Iterator<Item = &Table> {
        self.tables
            .values()
            .filter(|table| !table.name.starts_with('#'))
    }

    pub fn apply(&mut self, note: Note, tracking: &mut Tracking) {
        match note {
            Note::Nothing => {}
            Note::Created(name, table) => {
                self.tables.insert(name, table);
            }
            Note::Dropped(name) => {
                self.tables.remove(&name);
                tracking.disable(&name);
            }
            Note::Truncated(name) => tracking.truncate(&name),
            Note::Column(table, column) => {
                self.tables.entry(table).or_default().columns.push(column);
            }
            Note::NoColumn(table, name) => {
                let table = self.tables.entry(table).or_default();
                table
                    .columns
                    .retain(|column| !column.name.eq_ignore_ascii_case(&name));
            }
            Note::Unique(table, unique) => {
                self.tables.entry(table).or_default().uniques.push(unique);
            }
            Note::NoUnique(table, name) => {
                let table = self.tables.entry(table).or_default();
                table
                    .uniques
                    .retain(|unique| !unique.name.eq_ignore_ascii_case(&name));
            }
        }
    }

    /// A unique index, filtered or not.
    pub fn index(&mut self, name: &str, table: &str, columns: &str, filter: &str) {
        let unique = Unique {
            name: plain(name),
            columns: columns
                .split(',')
                .filter_map(|column| column.split_whitespace().next())
                .map(plain)
                .collect(),
            filter: filter.to_owned(),
            kind: Kind::Index,
        };
        self.tables
            .entry(plain(table))
            .or_default()
            .uniques
            .push(unique);
    }

    pub fn note(statement: &Statement) -> Note {
        let Statement::Ddl(ddl) = statement else {
            return Note::Nothing;
        };
        let named = |name: &ObjectName| match &name.schema {
            Some(schema) => plain(&format!("{schema}.{}", name.name)),
            None => plain(&name.name),
        };
        match ddl {
            DdlStatement::CreateTable(create) => {
                let name = named(&create.name);
                let mut table = Table {
                    schema: create.name.schema_or_dbo().to_owned(),
                    name: create.name.name.clone(),
                    ..Table::default()
                };
                for column in &create.columns {
                    table.columns.push(Column::of(column));
                    if column.primary_key || column.unique {
                        let kind = if column.primary_key {
                            Kind::PrimaryKey
                        } else {
                            Kind::Constraint
                        };
                        table.uniques.push(Unique {
                            name: format!("PK__{name}"),
                            columns: vec![column.name.clone()],
                            filter: String::new(),
                            kind,
                        });
                    }
                }
                table
                    .uniques
                    .extend(create.table_constraints.iter().filter_map(unique));
                Note::Created(name, table)
            }
            DdlStatement::DropTable(drop) => Note::Dropped(named(&drop.name)),
            DdlStatement::TruncateTable(truncate) => Note::Truncated(named(&truncate.name)),
            DdlStatement::DropIndex(drop) => {
                Note::NoUnique(named(&drop.table), plain(&drop.name.name))
            }
            DdlStatement::AlterTable(alter) => {
                let table = named(&alter.table);
                match &alter.action {
                    AlterTableAction::AddColumn(column) => Note::Column(table, Column::of(column)),
                    AlterTableAction::DropColumn(name) => Note::NoColumn(table, name.clone()),
                    AlterTableAction::AddConstraint(constraint) => unique(constraint)
                        .map_or(Note::Nothing, |unique| Note::Unique(table, unique)),
                    AlterTableAction::DropConstraint(name) => Note::NoUnique(table, name.clone()),
                    AlterTableAction::AlterColumn { .. } => Note::Nothing,
                }
            }
            _ => Note::Nothing,
        }
    }
}

fn unique(constraint: &TableConstraintSpec) -> Option<Unique> {
    let (name, columns, kind): (&String, &Vec<IndexColumnSpec>, Kind) = match constraint {
        TableConstraintSpec::PrimaryKey { name, columns, .. } => (name, columns, Kind::PrimaryKey),
        TableConstraintSpec::Unique { name, columns, .. } => (name, columns, Kind::Constraint),
        TableConstraintSpec::Default { .. }
        | TableConstraintSpec::Check { .. }
        | TableConstraintSpec::ForeignKey { .. } => return None,
    };
    Some(Unique {
        name: name.clone(),
        columns: columns.iter().map(|column| column.name.clone()).collect(),
        filter: String::new(),
        kind,
    })
}

fn type_name(kind: &DataTypeSpec) -> String {
    let sized = |name: &str, size: u16| match size {
        0..=8000 => format!("{name}({size})"),
        _ => format!("{name}(max)"),
    };
    // Wide enough for Iridium's measure.
    let wide = |name: &str, size: u16| sized(name, size.saturating_mul(3));
    match kind {
        DataTypeSpec::Decimal(precision, scale) | DataTypeSpec::Numeric(precision, scale) => {
            format!("numeric({precision}, {scale})")
        }
        DataTypeSpec::Char(size) => sized("char", *size),
        DataTypeSpec::VarChar(size) => sized("varchar", *size),
        DataTypeSpec::NChar(size) => wide("nchar", *size),
        DataTypeSpec::NVarChar(size) => wide("nvarchar", *size),
        DataTypeSpec::Binary(size) => sized("binary", *size),
        DataTypeSpec::VarBinary(size) => sized("varbinary", *size),
        DataTypeSpec::Vector(size) => format!("vector({size})"),
        DataTypeSpec::SqlVariant => "sql_variant".to_owned(),
        other => format!("{other:?}").to_lowercase(),
    }
}
