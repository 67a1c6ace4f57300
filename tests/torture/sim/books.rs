//! The ledger of a simulated world, with the rules of the embedded one: cursors, passes, what was
//! acknowledged, what is under way and what is set aside. Each method is one transaction.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use axcs::ledger::{
    Acknowledged, Cursor, Fence, NewPass, Pass, Position, SetAside, Settlement, Unsettled,
};
use axcs::model::digest::record_digest;
use axcs::model::{Job, RunId, Selection, Stream};
use jiff::Timestamp;

use super::desk::{Desk, Fenced};

/// A record that is set aside, or was.
#[derive(Clone, Copy, Debug)]
struct Stuck {
    is_cleared: bool,
    generation: i64,
    /// When it was tried last.
    tried: u64,
}

/// What is kept about one stream.
#[derive(Debug, Default)]
struct Shelf {
    cursor: Option<(Cursor, RunId)>,
    told_under: BTreeSet<String>,
    pass: Option<Pass>,
    /// Hash and mark of what the service holds.
    held: BTreeMap<String, (u64, i64)>,
    stuck: BTreeMap<String, Stuck>,
}

impl Shelf {
    fn is_stuck(&self, id: &str) -> bool {
        self.stuck.get(id).is_some_and(|stuck| !stuck.is_cleared)
    }
}

/// A batch that is under way.
#[derive(Debug)]
struct Intent {
    stream: Stream,
    ids: Vec<String>,
    written: Timestamp,
}

/// The ledger.
#[derive(Debug)]
pub struct Books {
    /// The half that is about jobs.
    pub desk: Desk,
    next_batch: i64,
    tries: u64,
    shelves: BTreeMap<Stream, Shelf>,
    outbox: BTreeMap<i64, Intent>,
    selection: Selection,
}

impl Books {
    /// An empty ledger in which every product is selected.
    pub fn new(now: Timestamp) -> Self {
        Self {
            desk: Desk::new(now),
            next_batch: 1,
            tries: 0,
            shelves: BTreeMap::new(),
            outbox: BTreeMap::new(),
            selection: Selection {
                revision: 1,
                ..Selection::everything()
            },
        }
    }

    fn shelf(&mut self, stream: Stream) -> &mut Shelf {
        self.shelves.entry(stream).or_default()
    }

    pub fn position(&self, stream: Stream) -> Position {
        let Some(shelf) = self.shelves.get(&stream) else {
            return Position::default();
        };
        let last_complete = self.desk.last_complete();
        let is_unfinished = |run: RunId| {
            let of = self.desk.run(run).map(|summary| summary.job);
            of == Some(Job::Complete) && run > last_complete
        };
        Position {
            cursor: shelf.cursor.as_ref().map(|(cursor, _)| cursor.clone()),
            pass: shelf.pass.clone(),
            told_under: shelf.told_under.iter().cloned().collect(),
            is_read_by_unfinished: shelf
                .cursor
                .as_ref()
                .is_some_and(|(_, run)| is_unfinished(*run)),
        }
    }

    pub fn acknowledged(&self, stream: Stream) -> Acknowledged {
        let held = self.held(stream);
        Acknowledged {
            count: held.len() as u64,
            digest: held.iter().fold(0, |sum, (id, hash)| {
                sum.wrapping_add(record_digest(id, *hash))
            }),
        }
    }

    /// What the service should hold: the hash of each record.
    pub fn held(&self, stream: Stream) -> BTreeMap<&str, u64> {
        let shelf = self.shelves.get(&stream);
        shelf
            .into_iter()
            .flat_map(|shelf| &shelf.held)
            .map(|(id, (hash, _))| (id.as_str(), *hash))
            .collect()
    }

    /// True where the record is set aside.
    pub fn is_set_aside(&self, stream: Stream, id: &str) -> bool {
        self.shelves
            .get(&stream)
            .is_some_and(|shelf| shelf.is_stuck(id))
    }

    pub fn begin_pass(
        &mut self,
        fence: Fence,
        stream: Stream,
        new: NewPass,
    ) -> Result<Pass, Fenced> {
        self.desk.check(fence)?;
        let passes = self
            .shelves
            .values()
            .filter_map(|shelf| shelf.pass.as_ref());
        let of_passes = passes.map(|pass| pass.generation).max().unwrap_or(0);
        let shelf = self.shelf(stream);
        if new.forget {
            shelf.held.clear();
        }
        shelf.told_under.clear();
        let of_records = shelf.held.values().map(|(_, generation)| *generation).max();
        let of_stuck = shelf.stuck.values().map(|stuck| stuck.generation).max();
        let generation = 1 + of_passes
            .max(of_records.unwrap_or(0))
            .max(of_stuck.unwrap_or(0));
        let pass = Pass {
            generation,
            load: new.load,
            target: new.target,
            resume_after: None,
            reason: new.reason,
        };
        shelf.pass = Some(pass.clone());
        Ok(pass)
    }

    pub fn advance_pass(
        &mut self,
        fence: Fence,
        stream: Stream,
        after: &str,
    ) -> Result<(), Fenced> {
        self.desk.check(fence)?;
        if let Some(pass) = &mut self.shelf(stream).pass {
            pass.resume_after = Some(after.to_owned());
        }
        Ok(())
    }

    /// A pass goes on behind this record, whatever became of it.
    pub fn resume_behind(&mut self, stream: Stream, id: &str) {
        if let Some(pass) = &mut self.shelf(stream).pass {
            pass.resume_after = Some(id.to_owned());
        }
    }

    pub fn unseen(
        &self,
        stream: Stream,
        generation: i64,
        after: &str,
        limit: usize,
    ) -> Vec<String> {
        let Some(shelf) = self.shelves.get(&stream) else {
            return Vec::new();
        };
        let held = shelf
            .held
            .iter()
            .filter(|(_, (_, mark))| *mark != generation);
        let stuck = shelf
            .stuck
            .iter()
            .filter(|(_, stuck)| !stuck.is_cleared && stuck.generation != generation);
        let mut ids: Vec<&String> = held
            .map(|(id, _)| id)
            .chain(stuck.map(|(id, _)| id))
            .collect();
        ids.sort();
        ids.dedup();
        let behind = ids.into_iter().filter(|id| id.as_str() > after);
        behind.take(limit).cloned().collect()
    }

    pub fn move_cursor(
        &mut self,
        fence: Fence,
        stream: Stream,
        cursor: &Cursor,
    ) -> Result<(), Fenced> {
        self.desk.check(fence)?;
        let shelf = self.shelf(stream);
        shelf.cursor = Some((cursor.clone(), fence.run));
        shelf.pass = None;
        shelf.told_under.clear();
        Ok(())
    }

    pub fn is_unchanged(
        &mut self,
        stream: Stream,
        seen_in: Option<i64>,
        records: &[(String, Option<u64>)],
    ) -> Vec<bool> {
        let shelf = self.shelf(stream);
        records
            .iter()
            .map(|(id, hash)| {
                let held = shelf.held.get_mut(id);
                let same = held.as_ref().map(|(hash, _)| *hash) == *hash;
                if let (Some(held), Some(generation)) = (held, seen_in) {
                    held.1 = generation;
                }
                same && !shelf.is_stuck(id)
            })
            .collect()
    }

    pub fn note_incarnation(
        &mut self,
        fence: Fence,
        stream: Stream,
        incarnation: &str,
    ) -> Result<(), Fenced> {
        self.desk.check(fence)?;
        let shelf = self.shelf(stream);
        shelf.told_under.insert(incarnation.to_owned());
        Ok(())
    }

    pub fn intend(
        &mut self,
        written: Timestamp,
        fence: Fence,
        stream: Stream,
        ids: Vec<String>,
        replaces: Option<i64>,
    ) -> Result<i64, Fenced> {
        self.desk.check(fence)?;
        if let Some(replaced) = replaces {
            self.outbox.remove(&replaced);
        }
        let batch = self.next_batch;
        self.next_batch += 1;
        let intent = Intent {
            stream,
            ids,
            written,
        };
        self.outbox.insert(batch, intent);
        Ok(batch)
    }

    pub fn intend_again(
        &mut self,
        written: Timestamp,
        fence: Fence,
        batch: i64,
    ) -> Result<(), Fenced> {
        self.desk.check(fence)?;
        if let Some(intent) = self.outbox.get_mut(&batch) {
            intent.written = written;
        }
        Ok(())
    }

    pub fn settle(
        &mut self,
        fence: Fence,
        stream: Stream,
        batch: i64,
        generation: Option<i64>,
        settlement: Settlement,
    ) -> Result<(), Fenced> {
        self.desk.check(fence)?;
        self.write_settlement(stream, generation, settlement);
        self.outbox.remove(&batch);
        Ok(())
    }

    pub fn set_aside(
        &mut self,
        fence: Fence,
        stream: Stream,
        generation: Option<i64>,
        records: Vec<SetAside>,
    ) -> Result<(), Fenced> {
        self.desk.check(fence)?;
        let settlement = Settlement {
            set_aside: records,
            ..Settlement::default()
        };
        self.write_settlement(stream, generation, settlement);
        Ok(())
    }

    fn write_settlement(
        &mut self,
        stream: Stream,
        generation: Option<i64>,
        settlement: Settlement,
    ) {
        self.tries += 1;
        let tried = self.tries;
        let shelf = self.shelf(stream);
        let Settlement {
            held,
            dropped,
            set_aside,
        } = settlement;
        for (id, hash) in held {
            if let Some(stuck) = shelf.stuck.get_mut(&id) {
                stuck.is_cleared = true;
            }
            let record = shelf.held.entry(id).or_insert((hash, 0));
            *record = (hash, generation.unwrap_or(record.1));
        }
        for id in dropped {
            if let Some(stuck) = shelf.stuck.get_mut(&id) {
                stuck.is_cleared = true;
            }
            shelf.held.remove(&id);
        }
        for record in set_aside {
            if let (Some(held), Some(generation)) = (shelf.held.get_mut(&record.id), generation) {
                held.1 = generation;
            }
            let before = shelf
                .stuck
                .get(&record.id)
                .map_or(0, |stuck| stuck.generation);
            shelf.stuck.insert(
                record.id,
                Stuck {
                    is_cleared: false,
                    generation: generation.unwrap_or(before),
                    tried,
                },
            );
        }
    }

    pub fn retries(&self, stream: Stream, others: usize) -> Vec<String> {
        let shelf = self.shelves.get(&stream).into_iter();
        let mut open: Vec<(&String, u64)> = shelf
            .flat_map(|shelf| &shelf.stuck)
            .filter(|(_, stuck)| !stuck.is_cleared)
            .map(|(id, stuck)| (id, stuck.tried))
            .collect();
        open.sort_by_key(|(_, tried)| *tried);
        let mut ids: Vec<String> = open
            .into_iter()
            .take(others)
            .map(|(id, _)| id.clone())
            .collect();
        ids.sort();
        ids
    }

    pub fn raise_version(&mut self, version: i64) {
        self.next_batch = self.next_batch.max(version + 1);
    }

    pub fn unsettled(&self, now: Timestamp, stream: Stream) -> Vec<Unsettled> {
        self.outbox
            .iter()
            .filter(|(_, intent)| intent.stream == stream)
            .map(|(batch, intent)| Unsettled {
                batch: *batch,
                ids: intent.ids.clone(),
                age: Duration::try_from(now.duration_since(intent.written)).unwrap_or_default(),
            })
            .collect()
    }

    pub fn forget_batches(&mut self, fence: Fence, batches: &[i64]) -> Result<(), Fenced> {
        self.desk.check(fence)?;
        self.forget(batches);
        Ok(())
    }

    /// Forgets batches, whoever sent them.
    pub fn forget(&mut self, batches: &[i64]) {
        for batch in batches {
            self.outbox.remove(batch);
        }
    }

    pub fn selection(&self) -> Selection {
        self.selection.clone()
    }
}
