//! Loads a company from an export of AX tables: a folder with one CSV file a table, named after
//! the table, UTF-8, the AX column names in its first line. All or nothing.

mod field;

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use csv::{ByteRecord, Reader, ReaderBuilder};
use rusqlite::types::Value;
use rusqlite::{Connection, ErrorCode, Statement, params_from_iter};
use serde::{Deserialize, Serialize};

use super::contents::{self, CompanyCounts};
use super::new_file::{Existing, NewFile, NewFileError};
use super::tables::{self, Column, Table};

/// Rows between two commits: bounds what SQLite keeps in memory.
const ROWS_A_COMMIT: u64 = 100_000;

/// What was loaded, and what was not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Loaded {
    /// The headline numbers of the new company.
    pub counts: CompanyCounts,
    /// Rows of each table that had a file.
    pub tables: Vec<LoadedTable>,
    /// Files of the folder that are no table of a company.
    pub ignored_files: Vec<String>,
}

/// A table that was loaded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoadedTable {
    /// AX table.
    pub table: String,
    /// Rows.
    pub rows: u64,
    /// Columns of the file that nothing here reads.
    pub ignored_columns: Vec<String>,
}

/// The folder could not be loaded; the place of the new company is as it was.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The folder or a file in it cannot be read.
    #[error("{path} cannot be read: {source}")]
    Unreadable {
        /// Folder or file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Without a row in DATAAREA there is no company.
    #[error(
        "{folder} holds no company: it needs a file DATAAREA.csv (columns ID, NAME) with a row for \
         the legal entity, beside one CSV file for each exported AX table"
    )]
    NoCompany {
        /// The folder.
        folder: PathBuf,
    },
    /// A column that every row must say is not in the header.
    #[error("{file}: the header has no column {column}, which is part of the table's key")]
    MissingColumn {
        /// The file.
        file: PathBuf,
        /// The column.
        column: String,
    },
    /// The header names a column twice.
    #[error("{file}: the header names the column {column} twice")]
    RepeatedColumn {
        /// The file.
        file: PathBuf,
        /// The column.
        column: String,
    },
    /// A row has more or fewer fields than the header.
    #[error("{file}, line {line}: {found} fields, the header has {expected}")]
    FieldCount {
        /// The file.
        file: PathBuf,
        /// Line on which the row begins.
        line: u64,
        /// Fields of the row.
        found: usize,
        /// Fields of the header.
        expected: usize,
    },
    /// A field does not fit its column.
    #[error("{file}, line {line}, column {column}: {value:?} {problem}")]
    Value {
        /// The file.
        file: PathBuf,
        /// Line on which the row begins.
        line: u64,
        /// The column.
        column: String,
        /// The field; where it is no UTF-8, what can be shown of it.
        value: String,
        /// What is wrong with it: "is not a date".
        problem: String,
    },
    /// Two rows have the same key.
    #[error("{file}, line {line}: the key {key} is already on line {first_line}")]
    Duplicate {
        /// The file.
        file: PathBuf,
        /// Line on which the second row begins.
        line: u64,
        /// Line on which the first row begins.
        first_line: u64,
        /// Columns and values of the key.
        key: String,
    },
    /// The new company could not be written.
    #[error(transparent)]
    File(#[from] NewFileError),
    /// SQLite refused.
    #[error("writing the company failed: {0}")]
    Sqlite(#[from] rusqlite::Error),
}

/// Makes the company file `target` from the CSV files in `folder`.
pub fn load(folder: &Path, target: &Path, existing: Existing) -> Result<Loaded, LoadError> {
    let (files, ignored_files) = find_files(folder)?;
    let new = NewFile::begin(target, existing)?;
    let mut loaded = Vec::new();
    for (table, path) in files {
        loaded.push(TableFile { table, path }.load(new.connection())?);
    }
    let company = "SELECT EXISTS (SELECT 1 FROM DATAAREA WHERE ISVIRTUAL = 0)";
    if !new
        .connection()
        .query_row(company, [], |row| row.get::<_, bool>(0))?
    {
        return Err(LoadError::NoCompany {
            folder: folder.to_owned(),
        });
    }
    let counts = contents::counts(new.connection())?;
    new.finish()?;
    Ok(Loaded {
        counts,
        tables: loaded,
        ignored_files,
    })
}

type TableFiles = Vec<(&'static Table, PathBuf)>;

/// The files that are tables, and the names of the others.
fn find_files(folder: &Path) -> Result<(TableFiles, Vec<String>), LoadError> {
    let mut names = fs::read_dir(folder)
        .and_then(|entries| {
            entries
                .map(|entry| Ok(entry?.file_name()))
                .collect::<io::Result<Vec<_>>>()
        })
        .map_err(unreadable(folder))?;
    names.sort();
    let (mut files, mut ignored) = (TableFiles::new(), Vec::new());
    for name in names {
        let path = Path::new(&name);
        let is_csv = path
            .extension()
            .is_some_and(|kind| kind.eq_ignore_ascii_case("csv"));
        let table = path
            .file_stem()
            .and_then(|stem| stem.to_str())
            .and_then(tables::find);
        match table {
            // One file a table: on a system that tells cases apart, only the first is taken.
            Some(table) if is_csv && files.iter().all(|(other, _)| other.name != table.name) => {
                files.push((table, folder.join(path)));
            }
            Some(_) | None => ignored.push(name.to_string_lossy().into_owned()),
        }
    }
    Ok((files, ignored))
}

/// A column of the table, and where it stands in the file.
type Taken = (usize, &'static Column);

struct TableFile {
    table: &'static Table,
    path: PathBuf,
}

impl TableFile {
    fn load(&self, connection: &Connection) -> Result<LoadedTable, LoadError> {
        let mut reader = self.reader()?;
        let mut record = ByteRecord::new();
        self.next(&mut reader, &mut record)?;
        let width = record.len();
        let (taken, ignored_columns) = self.header(&record)?;
        let mut insert = prepare(connection, self.table, &taken)?;
        let mut rows = 0;
        connection.execute_batch("BEGIN")?;
        while self.next(&mut reader, &mut record)? {
            let values = self.values(&record, &taken, width)?;
            if let Err(error) = insert.execute(params_from_iter(values)) {
                return Err(match error.sqlite_error_code() {
                    Some(ErrorCode::ConstraintViolation) => {
                        self.duplicate(&record, &taken, width)?
                    }
                    _ => error.into(),
                });
            }
            rows += 1;
            if rows % ROWS_A_COMMIT == 0 {
                connection.execute_batch("COMMIT; BEGIN")?;
            }
        }
        connection.execute_batch("COMMIT")?;
        Ok(LoadedTable {
            table: self.table.name.to_owned(),
            rows,
            ignored_columns,
        })
    }

    fn reader(&self) -> Result<Reader<File>, LoadError> {
        let file = File::open(&self.path).map_err(unreadable(&self.path))?;
        Ok(ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .from_reader(file))
    }

    fn next(&self, reader: &mut Reader<File>, record: &mut ByteRecord) -> Result<bool, LoadError> {
        reader
            .read_byte_record(record)
            .map_err(|error| unreadable(&self.path)(io::Error::other(error)))
    }

    /// Which columns to take, and the names of the others.
    fn header(&self, header: &ByteRecord) -> Result<(Vec<Taken>, Vec<String>), LoadError> {
        let (mut taken, mut ignored) = (Vec::<Taken>::new(), Vec::new());
        let mut seen = HashSet::new();
        for (at, name) in header.iter().enumerate() {
            let name = String::from_utf8_lossy(name).trim().to_uppercase();
            if !seen.insert(name.clone()) {
                return Err(LoadError::RepeatedColumn {
                    file: self.path.clone(),
                    column: name,
                });
            }
            match self.table.columns.iter().find(|column| column.name == name) {
                Some(column) => taken.push((at, column)),
                None => ignored.push(name),
            }
        }
        let required = self
            .table
            .columns
            .iter()
            .filter(|column| self.table.requires(column.name));
        for column in required {
            if !seen.contains(column.name) {
                return Err(LoadError::MissingColumn {
                    file: self.path.clone(),
                    column: column.name.to_owned(),
                });
            }
        }
        Ok((taken, ignored))
    }

    fn values(
        &self,
        record: &ByteRecord,
        taken: &[Taken],
        width: usize,
    ) -> Result<Vec<Value>, LoadError> {
        if record.len() != width {
            return Err(LoadError::FieldCount {
                file: self.path.clone(),
                line: self.line(record)?,
                found: record.len(),
                expected: width,
            });
        }
        taken
            .iter()
            .map(|(at, column)| {
                field::value(column.kind, &record[*at]).or_else(|problem| {
                    Err(LoadError::Value {
                        file: self.path.clone(),
                        line: self.line(record)?,
                        column: column.name.to_owned(),
                        value: String::from_utf8_lossy(&record[*at]).into_owned(),
                        problem,
                    })
                })
            })
            .collect()
    }

    /// The error for a row whose key is taken: reads the file again to find the row that took it.
    fn duplicate(
        &self,
        second: &ByteRecord,
        taken: &[Taken],
        width: usize,
    ) -> Result<LoadError, LoadError> {
        let value_of = |values: &[Value], name: &str| {
            let at = taken.iter().position(|(_, column)| column.name == name);
            at.and_then(|at| values.get(at).cloned())
        };
        let same = |a: &[Value], b: &[Value], columns: &[&str]| {
            columns
                .iter()
                .all(|name| value_of(a, name) == value_of(b, name))
        };
        let wanted = self.values(second, taken, width)?;
        let unique = self.table.unique.as_slice();
        let mut reader = self.reader()?;
        let mut first = ByteRecord::new();
        self.next(&mut reader, &mut first)?;
        while self.next(&mut reader, &mut first)? {
            let values = self.values(&first, taken, width)?;
            let columns = if same(&values, &wanted, self.table.key) {
                self.table.key
            } else if !unique.is_empty() && same(&values, &wanted, unique) {
                unique
            } else {
                continue;
            };
            let key: Vec<String> = columns
                .iter()
                .filter_map(|name| {
                    Some(format!(
                        "{name} {}",
                        field::shown(&value_of(&wanted, name)?)
                    ))
                })
                .collect();
            return Ok(LoadError::Duplicate {
                file: self.path.clone(),
                line: self.line(second)?,
                first_line: self.line(&first)?,
                key: key.join(", "),
            });
        }
        Err(rusqlite::Error::QueryReturnedNoRows.into())
    }

    /// Line of the file on which `record` begins. Counted only for an error: the file is read
    /// again up to the record, so that quoted line breaks and blank lines count as an editor counts them.
    fn line(&self, record: &ByteRecord) -> Result<u64, LoadError> {
        let start = record.position().map_or(0, csv::Position::byte);
        let read = || {
            let mut bytes = io::BufReader::new(File::open(&self.path)?).bytes();
            let mut line = 1;
            for byte in bytes.by_ref().take(start as usize) {
                line += u64::from(byte? == b'\n');
            }
            // A record's position may be that of the line break or the blank lines before it.
            for byte in bytes {
                match byte? {
                    b'\n' => line += 1,
                    b'\r' => {}
                    _ => break,
                }
            }
            Ok(line)
        };
        read().map_err(unreadable(&self.path))
    }
}

fn prepare<'c>(
    connection: &'c Connection,
    table: &Table,
    taken: &[Taken],
) -> rusqlite::Result<Statement<'c>> {
    let columns: Vec<&str> = taken.iter().map(|(_, column)| column.name).collect();
    let marks = vec!["?"; columns.len()].join(", ");
    connection.prepare(&format!(
        "INSERT INTO {} ({}) VALUES ({marks})",
        table.name,
        columns.join(", ")
    ))
}

fn unreadable(path: &Path) -> impl FnOnce(io::Error) -> LoadError {
    |source| LoadError::Unreadable {
        path: path.to_owned(),
        source,
    }
}
