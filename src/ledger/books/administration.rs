//! Parameters, checklist ticks, the operation log's switch, and the audit.

use async_trait::async_trait;

use super::super::LedgerError;
use super::super::administration::AdministrationBook;
use super::{Engine, SqlLedger, passes, rows, runs};
use crate::model::administration::{
    AuditEntry, AuditFilter, Author, Change, OperationLog, Parameters,
};
use crate::model::checklist::{ChecklistKind, Mark};
use crate::sql::{Row, Session, SqlError, Text};
use crate::{statement, values};

const PARAMETERS: Text<'static> = statement!("administration", "parameters");
const SET_PARAMETERS: Text<'static> = statement!("administration", "set parameters");
const MARKS: Text<'static> = statement!("administration", "marks");
const MARK: Text<'static> = statement!("administration", "mark");
const UNMARK: Text<'static> = statement!("administration", "unmark");
const OPERATION_LOG: Text<'static> = statement!("administration", "operation log");
const LOG_OFF: Text<'static> = statement!("administration", "log off");
const LOG_ON: Text<'static> = statement!("administration", "log on");
const NOTE: Text<'static> = statement!("administration", "note");
const AUDIT: Text<'static> = statement!("administration", "audit");

/// Columns of the audit that are searched: user, place and text.
const SEARCHED: [usize; 3] = [2, 3, 5];

pub fn parameters(db: Session<'_>) -> Result<Parameters, SqlError> {
    db.row(&PARAMETERS, &[], |row| {
        Ok(Parameters {
            category_hierarchy: row.get(0)?,
            shipping_charges_code: row.get(1)?,
        })
    })
}

fn set_parameters(db: Session<'_>, set: &Parameters, by: &Author) -> Result<bool, SqlError> {
    let before = parameters(db)?;
    if before == *set {
        return Ok(false);
    }
    let stored = values![&set.category_hierarchy, &set.shipping_charges_code];
    db.execute(&SET_PARAMETERS, &stored)?;
    if before.category_hierarchy != set.category_hierarchy {
        let selection = passes::selection(db)?;
        passes::store_selection(db, selection)?;
    }
    note(db, &Change::new("parameters", before.difference(set)), by)?;
    Ok(true)
}

fn note(db: Session<'_>, change: &Change, by: &Author) -> Result<(), SqlError> {
    let row = values![
        runs::now(db)?,
        &by.user,
        &by.place,
        change.subject,
        &change.text
    ];
    db.execute(&NOTE, &row)?;
    Ok(())
}

fn marks(db: Session<'_>, list: ChecklistKind) -> Result<Vec<Mark>, SqlError> {
    db.rows(&MARKS, &values![list.name()], |row| {
        Ok(Mark {
            item: row.get(0)?,
            at: rows::time(row, 1)?,
            by: row.get(2)?,
            operation: row.get(3)?,
        })
    })
}

fn mark(
    db: Session<'_>,
    list: ChecklistKind,
    item: &str,
    operation: &str,
    by: &Author,
) -> Result<(), SqlError> {
    let known = marks(db, list)?;
    let is_known = |mark: &Mark| mark.item == item && mark.operation == operation;
    if !operation.is_empty() && known.iter().any(is_known) {
        return Ok(());
    }
    let row = values![list.name(), item, runs::now(db)?, &by.user, operation];
    db.execute(&MARK, &row)?;
    let text = if operation.is_empty() {
        format!("{item} of the {list} checklist ticked")
    } else {
        format!("{item} of the {list} checklist begun: operation {operation}")
    };
    note(db, &Change::new("checklist", text), by)
}

fn unmark(db: Session<'_>, list: ChecklistKind, item: &str, by: &Author) -> Result<bool, SqlError> {
    if db.execute(&UNMARK, &values![list.name(), item])? == 0 {
        return Ok(false);
    }
    let text = format!("{item} of the {list} checklist not ticked any more");
    note(db, &Change::new("checklist", text), by)?;
    Ok(true)
}

pub fn operation_log(db: Session<'_>, now: i64) -> Result<Option<OperationLog>, SqlError> {
    db.optional(&OPERATION_LOG, &values![now], |row| {
        Ok(OperationLog {
            folder: row.get(0)?,
            since: rows::time(row, 1)?,
            until: rows::time(row, 2)?,
            by: row.get(3)?,
        })
    })
}

fn set_operation_log(
    db: Session<'_>,
    on: Option<&(String, u64)>,
    by: &Author,
) -> Result<(), SqlError> {
    let now = runs::now(db)?;
    let was_on = operation_log(db, now)?.is_some();
    db.execute(&LOG_OFF, &[])?;
    let text = match on {
        Some((folder, seconds)) => {
            let until = now.saturating_add_unsigned(seconds.saturating_mul(1_000));
            db.execute(&LOG_ON, &values![folder, now, until, &by.user])?;
            let until = rows::moment(until)?;
            format!("operation log on in {folder} until {until:.0}")
        }
        None if was_on => "operation log off".to_owned(),
        None => return Ok(()),
    };
    note(db, &Change::new("operation-log", text), by)
}

fn entry(row: &Row<'_>) -> Result<AuditEntry, SqlError> {
    Ok(AuditEntry {
        id: row.get(0)?,
        at: rows::time(row, 1)?,
        author: Author {
            user: row.get(2)?,
            place: row.get(3)?,
        },
        subject: row.get(4)?,
        text: row.get(5)?,
    })
}

fn audit(db: Session<'_>, filter: &AuditFilter) -> Result<Vec<AuditEntry>, SqlError> {
    let limit = filter.limit.unwrap_or(usize::MAX);
    let sought = filter.text.as_ref().map(|text| text.to_lowercase());
    // What is searched is searched here: both engines fold letters in their own ways.
    let most = match sought {
        Some(_) => i64::MAX,
        None => rows::limit(limit),
    };
    let subject = filter.subject.as_deref();
    let mut found = Vec::new();
    db.each(&AUDIT, &values![most, subject], |row| {
        let is_sought = match &sought {
            None => true,
            Some(text) => {
                let mut holds = false;
                for column in SEARCHED {
                    holds |= rows::text(row, column)?
                        .to_lowercase()
                        .contains(text.as_str());
                }
                holds
            }
        };
        if is_sought && found.len() < limit {
            found.push(entry(row)?);
        }
        Ok(())
    })?;
    Ok(found)
}

#[async_trait]
impl<E: Engine> AdministrationBook for SqlLedger<E> {
    async fn parameters(&self) -> Result<Parameters, LedgerError> {
        self.read("reading the parameters", parameters).await
    }

    async fn set_parameters(&self, set: Parameters, by: Author) -> Result<bool, LedgerError> {
        self.write("setting the parameters", move |db| {
            Ok(set_parameters(db, &set, &by)?)
        })
        .await
    }

    async fn marks(&self, list: ChecklistKind) -> Result<Vec<Mark>, LedgerError> {
        self.read("reading a checklist", move |db| marks(db, list))
            .await
    }

    async fn mark(
        &self,
        list: ChecklistKind,
        item: &str,
        operation: &str,
        by: Author,
    ) -> Result<(), LedgerError> {
        let (item, operation) = (item.to_owned(), operation.to_owned());
        self.write("ticking an item", move |db| {
            Ok(mark(db, list, &item, &operation, &by)?)
        })
        .await
    }

    async fn unmark(
        &self,
        list: ChecklistKind,
        item: &str,
        by: Author,
    ) -> Result<bool, LedgerError> {
        let item = item.to_owned();
        self.write("taking a tick away", move |db| {
            Ok(unmark(db, list, &item, &by)?)
        })
        .await
    }

    async fn operation_log(&self) -> Result<Option<OperationLog>, LedgerError> {
        self.read("reading the operation log's switch", |db| {
            operation_log(db, runs::now(db)?)
        })
        .await
    }

    async fn set_operation_log(
        &self,
        on: Option<(String, u64)>,
        by: Author,
    ) -> Result<(), LedgerError> {
        self.write("switching the operation log", move |db| {
            Ok(set_operation_log(db, on.as_ref(), &by)?)
        })
        .await
    }

    async fn note_change(&self, change: Change, by: Author) -> Result<(), LedgerError> {
        self.write("noting a change", move |db| Ok(note(db, &change, &by)?))
            .await
    }

    async fn audit(&self, filter: &AuditFilter) -> Result<Vec<AuditEntry>, LedgerError> {
        let filter = filter.clone();
        self.read("reading the audit", move |db| audit(db, &filter))
            .await
    }
}
