//! The audit in the place of the log: who changed what, from where, as lines that are filtered,
//! searched and copied as those of the log are.

use super::store::Store;
use super::{Anchor, KEPT_LINES, LogsTab, Reply};
use crate::console::app::Effect;
use crate::console::office::Errand;
use crate::console::tabs::filter::FilterLine;
use crate::logging::Batch;
use crate::model::Exception;
use crate::model::administration::AuditEntry;
use crate::model::filter::Subject;
use crate::model::log::{Level, LogLine};

/// What is known while the audit is shown.
#[derive(Debug)]
pub(super) struct Audit {
    /// The lines of this console, which go on.
    console: Store,
    /// False before it was read for the first time.
    pub(super) is_read: bool,
}

/// A change as a line: who, of what, which change, and from where.
fn line(entry: &AuditEntry) -> LogLine {
    let author = &entry.author;
    LogLine {
        at: entry.at,
        level: Level::Info,
        run: None,
        text: format!(
            "{}: {}: {} ({})",
            author.user, entry.subject, entry.text, author.place
        ),
    }
}

impl LogsTab {
    /// Shows the audit in place of the log, or the log again.
    pub(super) fn toggle_audit(&mut self) -> Reply {
        if self.audit.is_some() {
            self.leave_audit();
            return Reply::Done;
        }
        let console = std::mem::replace(&mut self.store, Store::new(KEPT_LINES));
        self.audit = Some(Audit {
            console,
            is_read: false,
        });
        self.file = None;
        self.begin_anew();
        self.load_audit().into()
    }

    /// Shows the log again, where the audit stands in its place.
    pub(super) fn leave_audit(&mut self) {
        if let Some(audit) = self.audit.take() {
            self.store = audit.console;
            self.begin_anew();
        }
    }

    /// Another list: what narrowed the one before is none of it.
    fn begin_anew(&mut self) {
        self.search = None;
        self.level = Level::Debug;
        self.filter = FilterLine::new(Subject::Log);
        self.anchor = Anchor::Follow;
        self.shift = 0;
        self.filtered();
    }

    /// Asks for the audit, where it is shown.
    pub fn load_audit(&self) -> Option<Effect> {
        let is_shown = self.audit.is_some();
        is_shown.then_some(Effect::Office(Errand::LoadAudit))
    }

    /// Takes in the audit, newest first; answers why it could not be read.
    pub fn audit_read(&mut self, read: Result<Vec<AuditEntry>, Exception>) -> Option<Exception> {
        let audit = self.audit.as_mut()?;
        match read {
            Ok(entries) => {
                audit.is_read = true;
                self.store = Store::new(KEPT_LINES);
                for entry in entries.iter().rev() {
                    self.store.push(&line(entry));
                }
                self.filtered();
                None
            }
            Err(exception) => Some(exception),
        }
    }

    /// Takes in new lines of the log behind the audit; true where the audit stands before it.
    pub(super) fn add_behind_audit(&mut self, batch: &Batch) -> bool {
        let Some(audit) = &mut self.audit else {
            return false;
        };
        audit.console.add_lost(batch.dropped);
        for line in &batch.lines {
            audit.console.push(line);
        }
        true
    }
}
