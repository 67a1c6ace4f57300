//! What AIF's own tables say of messages that were given to AX: read, never changed.
//!
//! `AIFGATEWAYQUEUE.STATUS` is 1 Ready, 2 `InProcess`, 3 Hold, 4 Error, 5 `InTransportProcess`, 6
//! `MalformedXML`; a row goes when its message is processed. `AIFMESSAGELOG.STATUS` is 0 Created, 1
//! Processed, 2 Error; it is empty where the port's logging is off.

use std::collections::BTreeSet;

use super::SqlServerCompany;
use crate::company::CompanyError;
use crate::company::reading::Database as _;
use crate::sql::{Session, SqlError, Text, section};
use crate::values;

const fn text(name: &str) -> Text<'static> {
    Text::both(section(include_str!("messages.tsql.sql"), name))
}

/// Tables and columns that a statement needs.
const QUEUE: &[(&str, &str)] = &[
    ("AIFGATEWAYQUEUE", "MESSAGEID"),
    ("AIFGATEWAYQUEUE", "STATUS"),
    ("AIFGATEWAYQUEUE", "DIRECTION"),
];
const LOG: &[(&str, &str)] = &[("AIFMESSAGELOG", "MESSAGEID"), ("AIFMESSAGELOG", "STATUS")];
const TEXTS: &[(&str, &str)] = &[
    ("AIFEXCEPTIONMAP", "MESSAGEID"),
    ("AIFEXCEPTIONMAP", "EXCEPTIONID"),
    ("SYSEXCEPTIONTABLE", "RECID"),
    ("SYSEXCEPTIONTABLE", "DESCRIPTION"),
];

/// Where a message is in AX.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MessageInAx {
    /// AX has it in its queue and will process it, or its tables say nothing of it.
    Unanswered,
    /// An administrator holds it in the queue.
    Held,
    /// AX could not process it; nothing was made.
    Failed {
        /// What the Exceptions form says, oldest first.
        texts: Vec<String>,
    },
}

/// What AIF's tables say as a whole, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Aif {
    /// How many inbound messages are in the queue, by status.
    pub queue: String,
    /// What is missing of its tables.
    pub tables: String,
}

impl SqlServerCompany {
    /// What AIF's tables say as a whole.
    pub async fn aif(&self) -> Result<Aif, CompanyError> {
        self.look_up("AIF's tables", |live| about(live.session()))
            .await
    }

    /// Where messages are, in the order of `message_ids`, which are GUIDs. What this AX does not keep,
    /// or the login may not see, is not said.
    pub async fn messages_in_ax(
        &self,
        message_ids: &[String],
    ) -> Result<Vec<MessageInAx>, CompanyError> {
        let ids = message_ids.to_vec();
        self.look_up("messages", move |live| look(live.session(), &ids))
            .await
    }
}

/// Tables and columns that there are.
struct Columns(BTreeSet<(String, String)>);

impl Columns {
    fn look(session: Session<'_>) -> Result<Self, SqlError> {
        let found = session.rows(&text("columns"), &[], |row| Ok((row.get(0)?, row.get(1)?)));
        found.map(|found| Self(found.into_iter().collect()))
    }

    fn has(&self, needs: &[(&str, &str)]) -> bool {
        let mut needs = needs.iter();
        needs.all(|(table, column)| self.0.contains(&((*table).into(), (*column).into())))
    }
}

fn about(session: Session<'_>) -> Result<Aif, SqlError> {
    let columns = Columns::look(session)?;
    let missing: Vec<String> = [QUEUE, LOG, TEXTS]
        .into_iter()
        .flatten()
        .filter(|need| !columns.has(&[**need]))
        .map(|(table, column)| format!("{table}.{column}"))
        .collect();
    let tables = if missing.is_empty() {
        "all that is read is there".to_owned()
    } else {
        format!(
            "not there, or not to be seen by the login: {}",
            missing.join(", ")
        )
    };
    let mut counts = Vec::new();
    if columns.has(QUEUE) {
        session.each(&text("queue by status"), &[], |row| {
            let (status, count): (i64, i64) = (row.get(0)?, row.get(1)?);
            counts.push(format!("{count} {}", status_word(status)));
            Ok(())
        })?;
    }
    let queue = if counts.is_empty() {
        "nothing is in the queue".to_owned()
    } else {
        format!("in the queue: {}", counts.join(", "))
    };
    Ok(Aif { queue, tables })
}

/// The word of a status of the queue, as the Queue manager shows it.
fn status_word(status: i64) -> String {
    match status {
        1 => "Ready".to_owned(),
        2 => "In process".to_owned(),
        3 => "Hold".to_owned(),
        4 => "Error".to_owned(),
        5 => "In transport".to_owned(),
        6 => "Malformed XML".to_owned(),
        other => format!("of status {other}"),
    }
}

fn look(session: Session<'_>, ids: &[String]) -> Result<Vec<MessageInAx>, SqlError> {
    let columns = Columns::look(session)?;
    let sets: Vec<_> = ids.iter().map(|id| values![id]).collect();
    let statuses = |name, needs: &[_]| -> Result<Vec<Option<i64>>, SqlError> {
        if columns.has(needs) {
            session.optional_each(&text(name), &sets, |row| row.get(0))
        } else {
            Ok(vec![None; sets.len()])
        }
    };
    let queued = statuses("queue", QUEUE)?;
    let logged = statuses("log", LOG)?;
    let mut texts = vec![Vec::new(); ids.len()];
    if columns.has(TEXTS) {
        session.each_of(&text("texts"), &sets, |set, row| {
            texts[set].push(row.get(0)?);
            Ok(())
        })?;
    }
    let told = queued.into_iter().zip(logged).zip(texts);
    Ok(told
        .map(|((queued, logged), texts)| match (queued, logged) {
            (Some(3), _) => MessageInAx::Held,
            (Some(4 | 6), _) | (None, Some(2)) => MessageInAx::Failed { texts },
            (Some(_) | None, _) => MessageInAx::Unanswered,
        })
        .collect())
}
