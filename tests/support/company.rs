//! A small generated company in a folder of its own, and short words for reading and editing it.

use std::path::PathBuf;

use axcs::company::embedded::{Embedded, Existing, generate, writer};
use axcs::company::{Company, CompanyError, Entry, Reading};
use axcs::model::{Rule, Selection, Stream};
use rusqlite::Connection;

pub struct Sample {
    pub folder: tempfile::TempDir,
    pub path: PathBuf,
    pub company: Embedded,
    pub writer: Connection,
}

pub fn sample(items: u64) -> Sample {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("company.db");
    generate(&path, items, 1, Existing::Keep, |_, _| {}).unwrap();
    Sample {
        company: Embedded::open(&path, Some("usmf")).unwrap(),
        writer: writer(&path).unwrap(),
        folder,
        path,
    }
}

impl Sample {
    pub fn run(&self, sql: &str) -> usize {
        let changed = self.writer.execute(sql, []).unwrap();
        assert!(changed > 0, "nothing changed by {sql}");
        changed
    }

    pub fn text(&self, sql: &str) -> String {
        self.writer.query_row(sql, [], |row| row.get(0)).unwrap()
    }

    pub async fn version(&self) -> i64 {
        self.company
            .tracking(Stream::Items)
            .await
            .unwrap()
            .current_version
    }

    pub async fn all(&self, stream: Stream, selection: &Selection) -> Vec<Entry> {
        drain(
            self.company
                .read_all(stream, selection, None)
                .await
                .unwrap(),
        )
        .await
    }

    pub async fn changes(&self, stream: Stream, selection: &Selection, since: i64) -> Vec<Entry> {
        drain(
            self.company
                .read_changes(stream, selection, since)
                .await
                .unwrap(),
        )
        .await
    }

    pub async fn gap(&self, stream: Stream, since: i64) -> Option<String> {
        let everything = Selection::everything();
        match self.company.read_changes(stream, &everything, since).await {
            Ok(_) => None,
            Err(CompanyError::Gap { table, .. }) => Some(table),
            Err(error) => panic!("{error}"),
        }
    }
}

pub async fn drain(mut reading: Reading) -> Vec<Entry> {
    let mut entries = Vec::new();
    while let Some(page) = reading.pages.recv().await {
        let page = page.unwrap();
        assert!(!page.is_empty() && page.len() <= 500);
        entries.extend(page);
    }
    assert_eq!(entries.len() as u64, reading.total);
    entries
}

pub fn ids(entries: &[Entry]) -> Vec<String> {
    entries.iter().map(Entry::id).collect()
}

pub fn item_group(group: &str) -> Rule {
    Rule::ItemGroup {
        group: group.to_owned(),
    }
}

pub fn category(id: &str) -> Rule {
    Rule::Category {
        category: id.to_owned(),
    }
}

pub fn select(rules: &[Rule]) -> Selection {
    Selection {
        rules: rules.to_vec(),
        ..Selection::default()
    }
}
