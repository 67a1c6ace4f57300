//! Change tracking as SQL Server keeps it: one version for each transaction that changed a tracked
//! table, net changes by key between two versions, and the versions below which nothing is known.
//!
//! Changes are kept as a log; what `CHANGETABLE` answers is folded from it for the version that the
//! asking transaction sees, so that a SNAPSHOT transaction sees the changes of its own moment.

use std::collections::{BTreeMap, HashSet};

use iridium_core::types::Value;

/// What happened to a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    Insert,
    Update,
    Delete,
}

/// One changed row of a tracked table.
#[derive(Clone, Debug)]
pub struct Change {
    pub table: String,
    pub key: Vec<Value>,
    pub operation: Operation,
}

/// A row of `CHANGETABLE`.
pub struct Net {
    pub version: i64,
    /// When it was inserted, where that was after the asker's version.
    pub creation: Option<i64>,
    pub operation: Operation,
    pub key: Vec<Value>,
}

/// The tracking of one table.
#[derive(Clone, Copy)]
pub struct Tracked {
    pub begin: i64,
    pub min_valid: i64,
}

/// The tracking of the database.
#[derive(Clone)]
pub struct Tracking {
    /// `CHANGE_TRACKING_CURRENT_VERSION()`.
    pub version: i64,
    /// False where the database is not tracked at all.
    pub on: bool,
    tables: BTreeMap<String, Tracked>,
    /// Tables that were tracked once.
    known: HashSet<String>,
    log: Vec<(i64, Change)>,
}

impl Default for Tracking {
    fn default() -> Self {
        Self {
            version: 0,
            on: true,
            tables: BTreeMap::new(),
            known: HashSet::new(),
            log: Vec::new(),
        }
    }
}

impl Tracking {
    /// A transaction was committed.
    pub fn commit(&mut self, changes: Vec<Change>) {
        if changes.is_empty() {
            return;
        }
        self.version += 1;
        let version = self.version;
        self.log
            .extend(changes.into_iter().map(|change| (version, change)));
    }

    pub fn table(&self, table: &str) -> Option<Tracked> {
        self.tables.get(table).copied()
    }

    pub fn tables(&self) -> impl Iterator<Item = (&String, &Tracked)> {
        self.tables.iter()
    }

    /// Tracks a table from now on. The first time its min valid version is the current one. Anew,
    /// or after a truncation, it is a version that no cursor can have reached: edits went by that
    /// nobody tracked.
    pub fn enable(&mut self, table: &str) {
        if self.tables.contains_key(table) {
            return;
        }
        if !self.known.insert(table.to_owned()) {
            self.version += 1;
        }
        let tracked = Tracked {
            begin: self.version,
            min_valid: self.version,
        };
        self.tables.insert(table.to_owned(), tracked);
    }

    pub fn disable(&mut self, table: &str) {
        self.tables.remove(table);
        self.log.retain(|(_, change)| change.table != table);
    }

    pub fn truncate(&mut self, table: &str) {
        if self.tables.contains_key(table) {
            self.disable(table);
            self.enable(table);
        }
    }

    /// Forgets the changes of a table up to a version, as the clean-up does.
    pub fn clean_up(&mut self, table: &str, version: i64) {
        if let Some(tracked) = self.tables.get_mut(table) {
            tracked.min_valid = version;
            self.log
                .retain(|(at, change)| change.table != table || *at > version);
        }
    }

    /// The net changes of a table after `since`, as of `until`, in the order of their versions.
    pub fn changes(&self, table: &str, since: i64, until: i64) -> Vec<Net> {
        let mut found: Vec<Net> = Vec::new();
        let window = self.log.iter().filter(|(version, change)| {
            change.table == table && (since + 1..=until).contains(version)
        });
        for (version, change) in window {
            let before = found.iter().position(|net| net.key == change.key);
            let before = before.map(|at| found.remove(at));
            let created = before.and_then(|net| net.creation);
            let (operation, creation) = match change.operation {
                Operation::Insert => (Operation::Insert, Some(*version)),
                Operation::Update if created.is_some() => (Operation::Insert, created),
                Operation::Update => (Operation::Update, None),
                Operation::Delete => (Operation::Delete, None),
            };
            found.push(Net {
                version: *version,
                creation,
                operation,
                key: change.key.clone(),
            });
        }
        found
    }
}
