//! A connection to AX's database as the database that streams and look-ups read.

use super::probe::Known;
use crate::company::reading::{Database, Shapes, each, failed};
use crate::company::{CompanyError, TableTracking, Tracking};
use crate::sql::{Session, SqlError, Text, Value, section};
use crate::sqlserver::Link;
use crate::values;

const fn text(name: &str) -> Text<'static> {
    Text::both(section(include_str!("tracking.tsql.sql"), name))
}

/// A connection while it is held.
pub(super) struct Live<'a> {
    pub(super) link: &'a Link,
    pub(super) known: &'a Known,
}

impl Database for Live<'_> {
    fn session(&self) -> Session<'_> {
        Session::Server(self.link)
    }

    fn scope(&self) -> [Value<'_>; 2] {
        let company = &self.known.facts;
        [Value::from(&company.id), Value::from(company.partition)]
    }

    fn shapes(&self) -> &Shapes {
        &self.known.layout.shapes
    }

    fn has_moments(&self) -> bool {
        self.known.has_snapshots
    }

    fn tracking(
        &self,
        tables: &[&'static str],
        known: &[String],
    ) -> Result<Tracking, CompanyError> {
        let session = self.session();
        let read = || -> Result<_, SqlError> {
            // The version first: what is committed from here on comes again with the next changes.
            let (version, minutes) = session.row(&text("database"), &[], |row| {
                let version: Option<i64> = row.get(0)?;
                let period: Option<i64> = row.get(1)?;
                let minutes = match row.get::<Option<i64>>(2)? {
                    Some(2) => 60,
                    Some(3) => 24 * 60,
                    Some(_) | None => 1,
                };
                Ok((version.unwrap_or(0), period.unwrap_or(0) * minutes))
            })?;
            let history = self.history()?;
            let strange = known
                .iter()
                .filter(|known| is_strange(known, &history, version));
            Ok((
                format!("{history}@{version}"),
                strange.cloned().collect(),
                version,
                minutes,
            ))
        };
        let (incarnation, strange, current_version, retention_minutes) =
            read().map_err(|error| failed("the change tracking".to_owned(), error))?;
        Ok(Tracking {
            incarnation,
            strange,
            current_version,
            retention_minutes,
            tables: self.tracked(tables)?,
        })
    }

    fn tracked(&self, tables: &[&'static str]) -> Result<Vec<TableTracking>, CompanyError> {
        let tables = tables.iter().filter(|table| self.known.layout.has(table));
        let tables: Vec<&str> = tables.copied().collect();
        let names: Vec<[Value<'_>; 1]> = tables
            .iter()
            .map(|table| values![format!("dbo.{table}")])
            .collect();
        let found = self.session().optional_each(&text("table"), &names, |row| {
            Ok((
                row.get::<Option<i64>>(0)?,
                row.get::<Option<i64>>(1)?,
                row.get::<Option<i64>>(2)?,
            ))
        });
        let found = found.map_err(|error| failed("the change tracking".to_owned(), error))?;
        let found = tables.into_iter().zip(found);
        found
            .map(|(table, found)| match found.unwrap_or_default() {
                (_, _, Some(0)) => Err(forbidden(table, "the login may not read it (SELECT)")),
                // No value means untracked, unknown or forbidden: these are told apart.
                (None, Some(0), _) => Err(forbidden(
                    table,
                    "the login may not see its changes (VIEW CHANGE TRACKING)",
                )),
                (min_valid_version, _, _) => Ok(TableTracking {
                    table: table.to_owned(),
                    min_valid_version,
                }),
            })
            .collect()
    }

    fn untold(
        &self,
        tables: &[&'static str],
        since: i64,
    ) -> Result<Option<TableTracking>, SqlError> {
        for (table, statement) in &self.known.layout.untold {
            if !tables.contains(table) {
                continue;
            }
            let mut version: Option<i64> = None;
            each(self, &Text::both(statement), &values![since], |row| {
                version = row.get(0)?;
                Ok(())
            })?;
            if version.is_some() {
                return Ok(Some(TableTracking {
                    table: (*table).to_owned(),
                    min_valid_version: version,
                }));
            }
        }
        Ok(None)
    }
}

impl Live<'_> {
    /// What the database and its history are known by: a restore begins another history (a recovery
    /// fork). Where the login may not see that, when the database was made: a restore in its place
    /// then shows only in versions that run backwards.
    fn history(&self) -> Result<String, SqlError> {
        let both = |text: &Text<'_>| {
            self.session().optional(text, &[], |row| {
                Ok(format!(
                    "{}/{}",
                    row.get::<String>(0)?,
                    row.get::<Option<String>>(1)?.unwrap_or_default()
                ))
            })
        };
        match both(&text("recovery"))? {
            Some(history) => Ok(history),
            None => both(&text("made"))?.ok_or(SqlError::NoRow),
        }
    }
}

fn forbidden(table: &str, right: &str) -> CompanyError {
    CompanyError::Forbidden {
        what: table.to_owned(),
        source: right.into(),
    }
}

/// Is `known` the identity of another database, of another history, or of a version that this one
/// has not come to?
fn is_strange(known: &str, history: &str, version: i64) -> bool {
    let Some((of, at)) = known.rsplit_once('@') else {
        return true;
    };
    of != history || at.parse::<i64>().is_ok_and(|at| at > version)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_database_another_history_and_a_version_ahead_are_strange() {
        for (known, strange) in [
            ("a/b@7", false),
            ("a/b@8", true),
            ("a/c@7", true),
            ("c/b@1", true),
            ("0f.7.aa", true),
        ] {
            assert_eq!(is_strange(known, "a/b", 7), strange, "{known}");
        }
    }
}
