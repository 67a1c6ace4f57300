//! A log file of any size, looked at without reading it whole: lines are found by their place in the
//! file, blocks are read as they are needed, and what is known of each block is a line's worth of
//! memory. It follows the file as it grows.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::Timestamp;

use super::line::parse;
use crate::model::filter::{Compare, Filter, Test};
use crate::model::log::{Level, LogLine};
use crate::model::pattern::Pattern;

/// Bytes of a block.
pub const BLOCK: u64 = 256 * 1024;
/// Bytes of a line at most; what is longer is cut into several.
const LONGEST: u64 = 64 * 1024;
/// Blocks that are kept as they were read.
const KEPT: usize = 4;

/// A line with its place: the byte of the file at which it begins.
pub type Placed = (u64, LogLine);

/// Which way lines are looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// From a place on, that line too.
    Down,
    /// Before a place.
    Up,
}

/// Lines to be found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quest {
    /// Only those that it lets through.
    pub filter: Filter,
    /// Only those that hold it.
    pub pattern: Option<Pattern>,
    /// From where.
    pub from: u64,
    /// Which way.
    pub way: Way,
    /// At most so many lines.
    pub most: usize,
    /// After so many blocks it stops, so that nobody waits for it.
    pub blocks: usize,
}

/// What a [`Quest`] came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// In the order of the quest.
    pub lines: Vec<Placed>,
    /// From where it has to go on; none where the lines are complete, or the file is at its end.
    pub further: Option<u64>,
}

/// What is known of a block.
#[derive(Clone, Copy, Debug)]
struct Summary {
    /// Lines that begin in it.
    lines: u32,
    gravest: Level,
    /// Milliseconds of the oldest and the newest line.
    times: (i64, i64),
}

/// Lines that begin in a block.
#[derive(Debug)]
struct Block {
    index: u64,
    lines: Vec<Placed>,
}

/// The file.
#[derive(Debug)]
pub struct LogFile {
    path: PathBuf,
    file: File,
    length: u64,
    /// Of the blocks from the first one on, as far as they were looked at.
    known: Vec<Summary>,
    kept: VecDeque<Arc<Block>>,
    reads: u64,
}

impl LogFile {
    /// Opens it; nothing of it is read yet.
    pub fn open(path: &Path) -> io::Result<Self> {
        let file = File::open(path)?;
        Ok(Self {
            path: path.to_owned(),
            length: file.metadata()?.len(),
            file,
            known: Vec::new(),
            kept: VecDeque::new(),
            reads: 0,
        })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Bytes of it when it was looked at last.
    pub const fn length(&self) -> u64 {
        self.length
    }

    /// Blocks that were read so far.
    pub const fn reads(&self) -> u64 {
        self.reads
    }

    /// Bytes that are held for it, about: they do not grow with its lines, but for each block by
    /// what sums it up.
    pub fn held(&self) -> usize {
        let kept = self.kept.iter().flat_map(|block| &block.lines);
        let lines: usize = kept
            .map(|(_, line)| line.text.len() + size_of::<Placed>())
            .sum();
        lines + self.known.len() * size_of::<Summary>()
    }

    /// Takes in that the file has grown, or was begun anew.
    pub fn refresh(&mut self) -> io::Result<()> {
        let length = self.file.metadata()?.len();
        if length == self.length {
            return Ok(());
        }
        let whole = if length < self.length {
            0
        } else {
            self.length.saturating_sub(LONGEST) / BLOCK
        };
        // Where the last line was not whole, its block is looked at again.
        self.known
            .truncate(usize::try_from(whole).unwrap_or(usize::MAX));
        self.kept.retain(|block| block.index < whole);
        self.length = length;
        Ok(())
    }

    /// Lines of the whole file, once all of it was looked at.
    pub fn lines(&self) -> Option<u64> {
        (self.known.len() as u64 >= self.blocks()).then(|| self.lines_before(self.known.len()))
    }

    /// Number of the line at this place, from 1, once everything before it was looked at.
    pub fn number_of(&mut self, place: u64) -> io::Result<Option<u64>> {
        let index = place / BLOCK;
        if index > self.known.len() as u64 {
            return Ok(None);
        }
        let before = self.lines_before(index as usize);
        let block = self.block(index)?;
        let within = block.lines.partition_point(|(at, _)| *at <= place);
        Ok(Some(before + within as u64))
    }

    fn lines_before(&self, block: usize) -> u64 {
        let before = self.known.iter().take(block);
        before.map(|summary| u64::from(summary.lines)).sum()
    }

    const fn blocks(&self) -> u64 {
        self.length.div_ceil(BLOCK)
    }

    /// Looks at so many further blocks; true while there are more.
    pub fn look_ahead(&mut self, blocks: usize) -> io::Result<bool> {
        for _ in 0..blocks {
            if self.known.len() as u64 >= self.blocks() {
                return Ok(false);
            }
            self.block(self.known.len() as u64)?;
        }
        Ok((self.known.len() as u64) < self.blocks())
    }

    /// Finds lines.
    pub fn find(&mut self, quest: &Quest, now: Timestamp) -> io::Result<Found> {
        let mut found = Found::default();
        let mut at = match quest.way {
            Way::Down => quest.from / BLOCK,
            Way::Up if quest.from == 0 => return Ok(found),
            Way::Up => (quest.from.min(self.length).max(1) - 1) / BLOCK,
        };
        let mut left = quest.blocks;
        while at < self.blocks() {
            if self.may_hold(at, &quest.filter, now) {
                if left == 0 {
                    found.further = Some(match quest.way {
                        Way::Down => at * BLOCK,
                        Way::Up => (at + 1) * BLOCK,
                    });
                    return Ok(found);
                }
                left -= 1;
                let block = self.block(at)?;
                let is_meant = |(place, line): &&Placed| {
                    let is_there = match quest.way {
                        Way::Down => *place >= quest.from,
                        Way::Up => *place < quest.from,
                    };
                    is_there
                        && quest.filter.lets(line, now)
                        && quest
                            .pattern
                            .as_ref()
                            .is_none_or(|pattern| pattern.is_in(&line.text))
                };
                let room = quest.most - found.lines.len();
                let lines = block.lines.iter();
                match quest.way {
                    Way::Down => found
                        .lines
                        .extend(lines.filter(is_meant).take(room).cloned()),
                    Way::Up => found
                        .lines
                        .extend(lines.rev().filter(is_meant).take(room).cloned()),
                }
                if found.lines.len() >= quest.most {
                    return Ok(found);
                }
            }
            at = match quest.way {
                Way::Down => at + 1,
                Way::Up if at == 0 => break,
                Way::Up => at - 1,
            };
        }
        Ok(found)
    }

    /// Writes every line that the filter lets through; answers how many.
    pub fn export(
        &mut self,
        filter: &Filter,
        now: Timestamp,
        into: &mut dyn Write,
    ) -> io::Result<u64> {
        let mut number = 0;
        for index in 0..self.blocks() {
            if !self.may_hold(index, filter, now) {
                continue;
            }
            let block = self.block(index)?;
            for (_, line) in block
                .lines
                .iter()
                .filter(|(_, line)| filter.lets(line, now))
            {
                writeln!(into, "{}", super::line::written(line))?;
                number += 1;
            }
        }
        Ok(number)
    }

    /// False where what is known of a block says that no line of it passes.
    fn may_hold(&self, index: u64, filter: &Filter, now: Timestamp) -> bool {
        let Some(known) = self.known.get(index as usize) else {
            return true;
        };
        let is_over = |test: &Test| match test {
            Test::Level(Compare::AtLeast | Compare::Equal, level) => known.gravest < *level,
            Test::Level(Compare::More, level) => known.gravest <= *level,
            Test::Time(..) | Test::Span(..) => test.bounds(now).is_some_and(|bounds| {
                bounds.from.is_some_and(|from| known.times.1 < from)
                    || bounds.below.is_some_and(|below| known.times.0 >= below)
            }),
            Test::Level(Compare::Less | Compare::AtMost, _)
            | Test::Anywhere(_)
            | Test::Holds(..)
            | Test::Roughly(..)
            | Test::Is(..)
            | Test::Number(..)
            | Test::Amount(..) => false,
        };
        let mut terms = filter.terms.iter();
        known.lines > 0 && !terms.any(|term| !term.is_negated && is_over(&term.test))
    }

    fn block(&mut self, index: u64) -> io::Result<Arc<Block>> {
        let kept = self.kept.iter().position(|block| block.index == index);
        let block = match kept.and_then(|at| self.kept.remove(at)) {
            Some(block) => block,
            None => Arc::new(self.read(index)?),
        };
        if index == self.known.len() as u64 {
            let times = block.lines.iter().map(|(_, line)| line.at.as_millisecond());
            self.known.push(Summary {
                lines: block.lines.len() as u32,
                gravest: block
                    .lines
                    .iter()
                    .map(|(_, line)| line.level)
                    .max()
                    .unwrap_or(Level::Debug),
                times: (
                    times.clone().min().unwrap_or(i64::MAX),
                    times.max().unwrap_or(i64::MIN),
                ),
            });
        }
        if self.kept.len() >= KEPT {
            self.kept.pop_front();
        }
        self.kept.push_back(Arc::clone(&block));
        Ok(block)
    }

    /// Reads the lines that begin in a block, the last of them to its end.
    fn read(&mut self, index: u64) -> io::Result<Block> {
        self.reads += 1;
        let begin = index * BLOCK;
        // A byte before it: where that ends a line, the next one begins with the block.
        let before = u64::from(begin > 0);
        let most = (BLOCK + before + LONGEST).min(self.length.saturating_sub(begin - before));
        let mut bytes = vec![0; most as usize];
        self.file.seek(SeekFrom::Start(begin - before))?;
        self.file.read_exact(&mut bytes)?;
        let mut lines: Vec<Placed> = Vec::new();
        let mut at = if before == 0 {
            0
        } else {
            match bytes
                .iter()
                .take(LONGEST as usize)
                .position(|byte| *byte == b'\n')
            {
                Some(end) => end + 1,
                None => return Ok(Block { index, lines }),
            }
        };
        let end = (BLOCK + before) as usize;
        while at < bytes.len().min(end) {
            let rest = &bytes[at..bytes.len().min(at + LONGEST as usize)];
            let length = match rest.iter().position(|byte| *byte == b'\n') {
                Some(length) => length,
                // Not written to its end yet: it is a line when it is.
                None if at + rest.len() == bytes.len() && rest.len() < LONGEST as usize => break,
                None => rest.len(),
            };
            let text = String::from_utf8_lossy(&rest[..length]);
            let line = parse(
                text.trim_end_matches('\r'),
                lines.last().map(|(_, line)| line),
            );
            lines.push((begin - before + at as u64, line));
            at += length + usize::from(rest.get(length) == Some(&b'\n'));
        }
        Ok(Block { index, lines })
    }
}

#[cfg(test)]
mod tests;
