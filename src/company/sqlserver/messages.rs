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

impl SqlServerCompany {
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

fn look(session: Session<'_>, ids: &[String]) -> Result<Vec<MessageInAx>, SqlError> {
    let has: BTreeSet<(String, String)> = session
        .rows(&text("columns"), &[], |row| Ok((row.get(0)?, row.get(1)?)))?
        .into_iter()
        .collect();
    let has = |needs: &[(&str, &str)]| {
        let mut needs = needs.iter();
        needs.all(|(table, column)| has.contains(&((*table).to_owned(), (*column).to_owned())))
    };
    let sets: Vec<_> = ids.iter().map(|id| values![id]).collect();
    let statuses = |name, needs: &[_]| -> Result<Vec<Option<i64>>, SqlError> {
        if has(needs) {
            session.optional_each(&text(name), &sets, |row| row.get(0))
        } else {
            Ok(vec![None; sets.len()])
        }
    };
    let queued = statuses("queue", QUEUE)?;
    let logged = statuses("log", LOG)?;
    let mut texts = vec![Vec::new(); ids.len()];
    if has(TEXTS) {
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
