//! What a database is: whether it is one of AX 2012, of which release, how it is laid out, and which
//! of its companies is meant.

use std::sync::Arc;

use super::layout::{Columns, Layout};
use super::tables::{ABOUT, TABLES};
use crate::company::embedded::tables::INITIAL_PARTITION;
use crate::company::{CompanyFacts, choose};
use crate::sql::{Session, SqlError, Text, section};
use crate::sqlserver::{Link, ServerError};
use crate::values;

/// `PARTITIONKEY` of the partition that every installation begins with.
const INITIAL: &str = "initial";

const fn text(name: &str) -> Text<'static> {
    Text::both(section(include_str!("probe.tsql.sql"), name))
}

/// What is known of a database before anything is read.
#[derive(Clone, Debug)]
pub(super) struct Known {
    pub(super) facts: CompanyFacts,
    pub(super) layout: Arc<Layout>,
    /// SNAPSHOT transactions are allowed.
    pub(super) has_snapshots: bool,
}

/// Why a database cannot be read as a company.
#[derive(Debug)]
pub(super) enum Refusal {
    /// It was looked at, and it is not what was asked for.
    Unfit(String),
    /// Its release has no Commerce Services.
    Release(String),
    /// A look failed.
    Sql(SqlError),
}

impl<E: Into<SqlError>> From<E> for Refusal {
    fn from(error: E) -> Self {
        Self::Sql(error.into())
    }
}

/// Looks at the database behind `link`.
pub(super) fn look(
    link: &Link,
    company: Option<&str>,
    partition: Option<&str>,
) -> Result<Known, Refusal> {
    let session = Session::Server(link);
    let columns = pairs(session, "columns")?;
    let of_r3 = session.optional(&text("removed"), &[], |row| row.get::<String>(0))?;
    let kernel = kernel(session, &columns)?;
    let release = release(&columns, of_r3, kernel)?;
    let layout = Layout::new(&columns, &pairs(session, "keys")?).map_err(|missing| {
        Refusal::Unfit(format!(
            "these tables and columns are not there, or the login may not read them: {}. The grants \
             that the login needs: axcs doctor --grants",
            missing.join(", ")
        ))
    })?;
    let has_partitions = has(&columns, "DATAAREA", "PARTITION");
    let found = if has_partitions {
        let partition = choose_partition(session, &columns, partition)?;
        companies(session, &text("companies_of"), Some(partition))?
    } else {
        companies(session, &text("companies"), None)?
    };
    let virtual_ones: Vec<&str> = found
        .iter()
        .filter(|(_, is_virtual)| *is_virtual)
        .map(|(facts, _)| facts.id.as_str())
        .collect();
    if !virtual_ones.is_empty() {
        tracing::warn!(
            "{} has virtual companies ({}): the tables that companies share through them are not \
             followed",
            link.place(),
            virtual_ones.join(", ")
        );
    }
    let real = found.into_iter().filter(|(_, is_virtual)| !is_virtual);
    let real = real
        .map(|(facts, _)| CompanyFacts {
            release: release.clone(),
            place: link.place().to_owned(),
            ..facts
        })
        .collect();
    let has_snapshots = session.optional(&text("snapshots"), &[], |row| row.get::<i64>(0))?;
    Ok(Known {
        facts: choose(real, company).map_err(Refusal::Unfit)?,
        layout: Arc::new(layout),
        has_snapshots: has_snapshots == Some(1),
    })
}

/// Table and column, of all tables that matter here.
fn pairs(session: Session<'_>, statement: &str) -> Result<Columns, SqlError> {
    let names = TABLES.iter().map(|table| table.name).chain(ABOUT);
    let names: Vec<String> = names.map(|name| format!("N'{name}'")).collect();
    let statement = text(statement).tsql;
    let statement = statement.replace("N'{TABLES}'", &names.join(", "));
    let mut columns = Columns::new();
    session.each(&Text::both(&statement), &[], |row| {
        let table: String = row.get(0)?;
        let column: String = row.get(1)?;
        let columns = columns.entry(table.to_uppercase()).or_default();
        columns.insert(column.to_uppercase());
        Ok(())
    })?;
    Ok(columns)
}

fn has(columns: &Columns, table: &str, column: &str) -> bool {
    let there = columns.get(table);
    there.is_some_and(|there| there.contains(column))
}

/// The version of an AOS, where there is one to be seen.
fn kernel(session: Session<'_>, columns: &Columns) -> Result<Option<String>, SqlError> {
    let seen = ["VERSION", "LOGINDATETIME"];
    if !seen
        .iter()
        .all(|column| has(columns, "SYSSERVERSESSIONS", column))
    {
        return Ok(None);
    }
    session.optional(&text("kernel"), &[], |row| row.get(0))
}

/// The release in words; why it is refused, if it is.
fn release(
    columns: &Columns,
    of_r3: Option<String>,
    kernel: Option<String>,
) -> Result<String, Refusal> {
    if !columns.contains_key("DATAAREA") || !columns.contains_key("INVENTTABLE") {
        return Err(Refusal::Unfit(
            "it is no database of AX, or the login may not read DATAAREA and INVENTTABLE. Check \
             `sqlserver.database`; the grants that the login needs: axcs doctor --grants"
                .to_owned(),
        ));
    }
    // Products that companies share came with AX 2012.
    if !columns.contains_key("ECORESPRODUCT") {
        return Err(Refusal::Release(
            "it is a database of AX 2009 or older (there is no ECORESPRODUCT), or the login may not \
             read that table. Commerce Services are part of AX 2012"
                .to_owned(),
        ));
    }
    let r3 = ["LICENSEPLATEID", "INVENTSTATUSID"];
    let r3 = r3.iter().find(|column| has(columns, "INVENTDIM", column));
    let r3 = r3.map(|column| format!("INVENTDIM.{column}")).or(of_r3);
    let r3 = r3.or_else(|| {
        let of_r3 = kernel.as_ref().filter(|kernel| kernel.starts_with("6.3."));
        of_r3.map(|kernel| format!("version {kernel}"))
    });
    if let Some(mark) = r3 {
        return Err(Refusal::Release(format!(
            "it is AX 2012 R3 ({mark}). Commerce Services are part of AX 2012, its Feature Pack and \
             AX 2012 R2; R3 removed them"
        )));
    }
    let release = if has(columns, "DATAAREA", "PARTITION") {
        "AX 2012 R2"
    } else {
        "AX 2012 or its Feature Pack"
    };
    Ok(match kernel {
        Some(kernel) => format!("{release} ({kernel})"),
        None => release.to_owned(),
    })
}

/// The RecId of the partition that is meant.
fn choose_partition(
    session: Session<'_>,
    columns: &Columns,
    wanted: Option<&str>,
) -> Result<i64, Refusal> {
    if !columns.contains_key("PARTITIONS") {
        return match wanted {
            None => Ok(INITIAL_PARTITION),
            Some(name) => Err(Refusal::Unfit(format!(
                "the partition {name:?} cannot be looked up: the login may not read PARTITIONS. The \
                 grants that it needs: axcs doctor --grants"
            ))),
        };
    }
    let partitions = session.rows(&text("partitions"), &[], |row| {
        Ok((row.get::<i64>(0)?, row.get::<String>(1)?))
    })?;
    let name = wanted.unwrap_or(INITIAL);
    let found = partitions
        .iter()
        .find(|(_, key)| key.eq_ignore_ascii_case(name));
    found.map(|(recid, _)| *recid).ok_or_else(|| {
        let keys: Vec<&str> = partitions.iter().map(|(_, key)| key.as_str()).collect();
        Refusal::Unfit(format!(
            "it holds no partition {name:?}; it holds: {}",
            keys.join(", ")
        ))
    })
}

/// The companies, and whether each is a virtual one.
fn companies(
    session: Session<'_>,
    text: &Text<'_>,
    partition: Option<i64>,
) -> Result<Vec<(CompanyFacts, bool)>, SqlError> {
    let values = partition.map(|partition| values![partition]);
    let values = values.as_ref().map_or(&[][..], |values| values);
    session.rows(text, values, |row| {
        let facts = CompanyFacts {
            id: row.get(0)?,
            name: row.get(1)?,
            partition: partition.unwrap_or(INITIAL_PARTITION),
            release: String::new(),
            place: String::new(),
        };
        Ok((facts, row.get(2)?))
    })
}

impl From<Refusal> for super::Fault {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Unfit(reason) => Self::Unfit(reason),
            Refusal::Release(reason) => Self::Release(reason),
            Refusal::Sql(SqlError::Server(error @ ServerError::Connect(_))) => Self::Server(error),
            Refusal::Sql(error) => Self::Company(crate::company::reading::failed(
                "what the database is".to_owned(),
                error,
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(tables: &[(&str, &[&str])]) -> Columns {
        let tables = tables.iter().map(|(table, columns)| {
            let columns = columns.iter().map(|column| (*column).to_owned());
            ((*table).to_owned(), columns.collect())
        });
        tables.collect()
    }

    #[test]
    fn the_release_is_told_by_what_the_database_has() {
        let rtm: &[(&str, &[&str])] = &[
            ("DATAAREA", &["ID"]),
            ("INVENTTABLE", &["ITEMID"]),
            ("ECORESPRODUCT", &["RECID"]),
        ];
        let told = |more: &[(&str, &[&str])], r3: Option<&str>, kernel: Option<&str>| {
            let columns = of(&[rtm, more].concat());
            release(&columns, r3.map(str::to_owned), kernel.map(str::to_owned))
        };
        let words = |refused: Result<String, Refusal>| match refused {
            Err(Refusal::Unfit(reason)) => format!("unfit: {reason}"),
            Err(Refusal::Release(reason)) => format!("release: {reason}"),
            Ok(_) | Err(Refusal::Sql(_)) => format!("{refused:?}"),
        };
        assert_eq!(
            told(&[], None, None).unwrap(),
            "AX 2012 or its Feature Pack"
        );
        assert_eq!(
            told(
                &[("DATAAREA", &["ID", "PARTITION"])],
                None,
                Some("6.2.1000.413")
            )
            .unwrap(),
            "AX 2012 R2 (6.2.1000.413)"
        );
        for r3 in [
            told(&[("INVENTDIM", &["LICENSEPLATEID"])], None, None),
            told(&[], Some("DEL_DOCOMMERCECONFIGURATION"), None),
            told(&[], None, Some("6.3.164.0")),
        ] {
            assert!(words(r3).starts_with("release: it is AX 2012 R3 ("));
        }
        let older = words(release(&of(&rtm[..2]), None, None));
        assert!(
            older.starts_with("release: it is a database of AX 2009 or older"),
            "{older}"
        );
        let other = words(release(&of(&[]), None, None));
        assert!(
            other.starts_with("unfit: it is no database of AX"),
            "{other}"
        );
    }
}
