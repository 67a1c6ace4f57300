//! The lines of the log, bounded, in little more memory than their text: a million lines are
//! 25 bytes each besides it. Not which of them are shown.

use std::collections::VecDeque;

use jiff::Timestamp;

use crate::console::words;
use crate::model::RunId;
use crate::model::filter::{Fact, Field, Filtered, Subject, log_fact};
use crate::model::log::{Level, LogLine};

/// Lines of one chunk: the step in which old lines are dropped.
const CHUNK_LINES: usize = 1_000;

/// A line in the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LineRef<'a> {
    /// When.
    pub at: Timestamp,
    /// How grave.
    pub level: Level,
    /// The run it belongs to.
    pub run: Option<RunId>,
    /// The text.
    pub text: &'a str,
}

impl LineRef<'_> {
    /// The line by itself.
    pub fn to_line(self) -> LogLine {
        LogLine {
            at: self.at,
            level: self.level,
            run: self.run,
            text: self.text.to_owned(),
        }
    }
}

impl<'a> From<&'a LogLine> for LineRef<'a> {
    fn from(line: &'a LogLine) -> Self {
        Self {
            at: line.at,
            level: line.level,
            run: line.run,
            text: &line.text,
        }
    }
}

impl Filtered for LineRef<'_> {
    const SUBJECT: Subject = Subject::Log;

    fn fact(&self, field: Field) -> Fact<'_> {
        log_fact(field, self.at, self.level, self.run, self.text)
    }

    fn texts(&self) -> Vec<&str> {
        vec![self.text]
    }
}

#[derive(Clone, Copy, Debug)]
struct Mark {
    at_micros: i64,
    /// 0 where the line belongs to no run: the ledger numbers from 1.
    run: i64,
    end: u32,
}

#[derive(Debug, Default)]
struct Chunk {
    text: String,
    marks: Vec<Mark>,
    /// One for each mark, apart from them: another level in the filter looks at all of these and at
    /// nothing else.
    levels: Vec<Level>,
}

/// The newest lines, numbered from the first one ever.
#[derive(Debug)]
pub struct Store {
    chunks: VecDeque<Chunk>,
    /// Number of the oldest line that is kept.
    first: u64,
    len: usize,
    limit: usize,
    /// Lines lost before they came here.
    lost: u64,
}

impl Store {
    /// An empty store for about `limit` lines: it drops a chunk when it is full.
    pub fn new(limit: usize) -> Self {
        Self {
            chunks: VecDeque::new(),
            first: 0,
            len: 0,
            limit: limit.max(CHUNK_LINES),
            lost: 0,
        }
    }

    /// Adds a line as the newest.
    pub fn push(&mut self, line: &LogLine) {
        if self.len >= self.limit
            && let Some(oldest) = self.chunks.pop_front()
        {
            self.first += oldest.marks.len() as u64;
            self.len -= oldest.marks.len();
        }
        if self
            .chunks
            .back()
            .is_none_or(|chunk| chunk.marks.len() >= CHUNK_LINES)
        {
            if let Some(full) = self.chunks.back_mut() {
                full.text.shrink_to_fit();
            }
            self.chunks.push_back(Chunk {
                text: String::new(),
                marks: Vec::with_capacity(CHUNK_LINES),
                levels: Vec::with_capacity(CHUNK_LINES),
            });
        }
        if let Some(chunk) = self.chunks.back_mut() {
            // What came from outside may hold what a terminal obeys.
            chunk.text.push_str(&words::clean(&line.text));
            chunk.marks.push(Mark {
                at_micros: line.at.as_microsecond(),
                run: line.run.map_or(0, |run| run.0),
                // 4 GiB of text in 1,000 lines would be no log any more; the rest stays unread.
                end: u32::try_from(chunk.text.len()).unwrap_or(u32::MAX),
            });
            chunk.levels.push(line.level);
            self.len += 1;
        }
    }

    /// Counts lines that were lost before they came here.
    pub fn add_lost(&mut self, lines: u64) {
        self.lost += lines;
    }

    /// Number of the oldest line that is kept.
    pub fn first(&self) -> u64 {
        self.first
    }

    /// Number of the line to come.
    pub fn end(&self) -> u64 {
        self.first + self.len as u64
    }

    /// Lines that are not kept any more.
    pub fn dropped(&self) -> u64 {
        self.first + self.lost
    }

    /// Number of lines kept.
    pub fn len(&self) -> usize {
        self.len
    }

    /// True where there is no line.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The line with this number, as long as it is kept.
    pub fn get(&self, number: u64) -> Option<LineRef<'_>> {
        let offset = usize::try_from(number.checked_sub(self.first)?).ok()?;
        let chunk = self.chunks.get(offset / CHUNK_LINES)?;
        let index = offset % CHUNK_LINES;
        let mark = chunk.marks.get(index)?;
        let start = match index {
            0 => 0,
            _ => chunk.marks[index - 1].end,
        };
        Some(LineRef {
            at: Timestamp::from_microsecond(mark.at_micros).unwrap_or(Timestamp::UNIX_EPOCH),
            level: *chunk.levels.get(index)?,
            run: (mark.run != 0).then_some(RunId(mark.run)),
            text: chunk
                .text
                .get(start as usize..mark.end as usize)
                .unwrap_or_default(),
        })
    }

    /// Numbers of the lines at least this grave, from `from` on.
    pub fn at_least(&self, level: Level, from: u64) -> impl Iterator<Item = u64> {
        let from = from.max(self.first);
        let skip = (from - self.first) as usize;
        self.chunks
            .iter()
            .enumerate()
            .skip(skip / CHUNK_LINES)
            .flat_map(move |(index, chunk)| {
                let base = self.first + (index * CHUNK_LINES) as u64;
                chunk
                    .levels
                    .iter()
                    .enumerate()
                    .filter(move |(_, of_line)| **of_line >= level)
                    .map(move |(offset, _)| base + offset as u64)
            })
            .filter(move |number| *number >= from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(number: usize) -> LogLine {
        LogLine {
            at: Timestamp::from_microsecond(number as i64 * 1_500).unwrap(),
            level: Level::ALL[number % 4],
            run: (number % 2 == 1).then_some(RunId(number as i64)),
            text: format!("line {number}"),
        }
    }

    #[test]
    fn what_goes_in_comes_out() {
        let mut store = Store::new(10_000);
        let lines: Vec<LogLine> = (0..2_500).map(line).collect();
        for line in &lines {
            store.push(line);
        }
        for (number, line) in lines.iter().enumerate() {
            let found = store.get(number as u64).unwrap();
            assert_eq!(found.text, line.text);
            assert_eq!(
                (found.at, found.level, found.run),
                (line.at, line.level, line.run)
            );
        }
        assert_eq!(store.get(2_500), None);
    }

    #[test]
    fn the_oldest_are_dropped_and_counted() {
        let mut store = Store::new(2_000);
        (0..4_501).map(line).for_each(|line| store.push(&line));
        store.add_lost(7);
        assert_eq!(
            (store.first(), store.end(), store.dropped()),
            (3_000, 4_501, 3_007)
        );
        assert_eq!(store.get(2_999), None);
        assert_eq!(store.get(3_000).unwrap().text, "line 3000");
        assert_eq!(store.len(), 1_501);
    }

    #[test]
    fn a_level_selects_from_any_line_on() {
        let mut store = Store::new(2_000);
        (0..3_100).map(line).for_each(|line| store.push(&line));
        let expected: Vec<u64> = (2_050..3_100).filter(|number| number % 4 >= 2).collect();
        assert_eq!(
            store.at_least(Level::Warning, 2_050).collect::<Vec<_>>(),
            expected
        );
    }

    #[test]
    fn a_million_lines_cost_little_more_than_their_text() {
        assert_eq!(size_of::<Mark>(), 24);
    }
}
