//! Lists that leave the console as CSV, page by page: one of any length is written whole, shows how
//! far it has come, and can be ended.

use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::Timestamp;

use super::doors::Doors;
use super::outlet;
use crate::model::csv::{PAGE, Tabular, row, yes};
use crate::model::exception::{ExceptionEntry, ExceptionFilter};
use crate::model::products::{ItemFilter, ItemQuery, ListedItem, Start};
use crate::model::selection::{Draft, Hand, Verdict};
use crate::model::staged::{OrderFilter, OrderRow};
use crate::model::{Exception, Selection};

/// Items that are looked at for a page of a filter.
const LOOK_AT: usize = 20_000;
/// Behind the name of a file that is not whole yet.
const PART: &str = ".part";
/// Without it Excel takes the text for one of the machine's own code page.
const BYTE_ORDER_MARK: &str = "\u{feff}";

/// A list, from where on it is still to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rest {
    /// Orders.
    Orders(OrderFilter),
    /// Exceptions.
    Exceptions(ExceptionFilter),
    /// Items.
    Items {
        /// Those that match, from here on.
        query: ItemQuery,
        /// What is said of them.
        selection: Arc<Selection>,
    },
}

/// An item with what becomes of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ItemLine {
    /// The item.
    pub item: ListedItem,
    /// Whether it is sold, and why.
    pub verdict: Verdict,
}

impl Tabular for ItemLine {
    const HEAD: &'static [&'static str] = &[
        "Item",
        "Name",
        "Item group",
        "Sold online",
        "By hand",
        "Rules",
    ];

    fn cells(&self) -> Vec<String> {
        let numbers: Vec<String> = self.verdict.rules.iter().map(usize::to_string).collect();
        vec![
            self.item.item.clone(),
            self.item.name.clone(),
            self.item.group.clone(),
            yes(self.verdict.is_sold()),
            match self.verdict.hand {
                Some(Hand::Sold) => "sold",
                Some(Hand::Never) => "never sold",
                None => "",
            }
            .to_owned(),
            numbers.join(" "),
        ]
    }
}

impl Rest {
    /// Every order that a list lets through, not only those that it shows.
    pub fn orders(filter: OrderFilter) -> Self {
        Self::Orders(OrderFilter {
            limit: PAGE,
            ..filter
        })
    }

    /// Every exception that a list lets through, in the order of their numbers: those that are tried
    /// meanwhile stay in their place.
    pub fn exceptions(filter: ExceptionFilter) -> Self {
        Self::Exceptions(filter.in_pages(PAGE))
    }

    /// Every item that a filter lets through, with what the selection says of it.
    pub fn items(filter: ItemFilter, selection: Selection) -> Self {
        Self::Items {
            query: ItemQuery {
                look_at: if filter.is_empty() { PAGE } else { LOOK_AT },
                filter,
                start: Start::First,
                limit: PAGE,
            },
            selection: Arc::new(selection),
        }
    }

    /// One and several of its records.
    pub const fn words(&self) -> (&'static str, &'static str) {
        match self {
            Self::Orders(_) => ("order", "orders"),
            Self::Exceptions(_) => ("exception", "exceptions"),
            Self::Items { .. } => ("item", "items"),
        }
    }

    const fn head(&self) -> &'static [&'static str] {
        match self {
            Self::Orders(_) => OrderRow::HEAD,
            Self::Exceptions(_) => ExceptionEntry::HEAD,
            Self::Items { .. } => ItemLine::HEAD,
        }
    }

    /// The next rows, and what is left behind them.
    async fn page(self, doors: &Doors) -> Result<(Vec<Vec<String>>, Option<Self>), Exception> {
        Ok(match self {
            Self::Orders(filter) => {
                let page = doors.engine.orders(filter.clone()).await?;
                let rows = page.iter().map(row).collect();
                (rows, filter.behind(page).map(Self::Orders))
            }
            Self::Exceptions(filter) => {
                let page = doors.engine.exceptions(&filter).await?;
                let rows = page.iter().map(row).collect();
                (rows, filter.behind(&page).map(Self::Exceptions))
            }
            Self::Items { query, selection } => {
                let page = doors.products.page(&query, &selection.rules).await?;
                let draft = Draft::of((*selection).clone());
                let rows = page.rows.into_iter().map(|listed| {
                    let named = listed.named.iter();
                    let named = named.filter_map(|place| selection.rules.get(*place));
                    let verdict = draft.verdict(&listed.item.item, named);
                    row(&ItemLine {
                        item: listed.item,
                        verdict,
                    })
                });
                let rows = rows.collect();
                let left = page.reached.map(|reached| Self::Items {
                    query: ItemQuery {
                        start: Start::After(reached),
                        ..query
                    },
                    selection,
                });
                (rows, left)
            }
        })
    }
}

/// A list that is being written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exporting {
    /// What is left of it.
    rest: Rest,
    /// Name of its file.
    name: String,
    /// True once there is a file: a page can be without any record.
    is_begun: bool,
    /// Records that are written.
    pub written: u64,
}

impl Exporting {
    /// Nothing is written yet.
    pub fn new(rest: Rest, now: Timestamp) -> Self {
        Self {
            name: outlet::file_name(rest.words().1, "csv", now),
            rest,
            is_begun: false,
            written: 0,
        }
    }

    /// One and several of its records.
    pub const fn words(&self) -> (&'static str, &'static str) {
        self.rest.words()
    }

    async fn step(self, doors: &Doors) -> Result<ExportReport, Exception> {
        let words = self.words();
        let head = (!self.is_begun).then(|| self.rest.head());
        let (rows, left) = self.rest.page(doors).await?;
        let written = self.written + rows.len() as u64;
        let is_whole = left.is_none();
        let folder = doors.shelf.exports().to_owned();
        let name = self.name.clone();
        let file = blocking(move || append(&folder, &name, head, &rows, is_whole)).await?;
        Ok(match left {
            Some(rest) => ExportReport::Stepped(Self {
                rest,
                name: self.name,
                is_begun: true,
                written,
            }),
            None => ExportReport::Whole {
                written,
                words,
                file,
            },
        })
    }
}

/// What is to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ExportErrand {
    /// Write the next page.
    Write(Exporting),
    /// Take away what is written of it.
    Drop(Exporting),
}

/// What came of it.
#[derive(Debug)]
pub enum ExportReport {
    /// More is to be written.
    Stepped(Exporting),
    /// All of it is written.
    Whole {
        /// Records.
        written: u64,
        /// One and several of them.
        words: (&'static str, &'static str),
        /// Where.
        file: PathBuf,
    },
    /// Nothing is left of it, because somebody ended it.
    Dropped,
    /// Nothing is left of it, because it could not go on.
    Failed(Exception),
}

/// Does an errand.
pub async fn perform(doors: &Doors, errand: ExportErrand) -> ExportReport {
    match errand {
        ExportErrand::Write(exporting) => {
            let name = exporting.name.clone();
            match exporting.step(doors).await {
                Ok(report) => report,
                Err(exception) => {
                    remove(doors, name).await;
                    ExportReport::Failed(exception)
                }
            }
        }
        ExportErrand::Drop(exporting) => {
            remove(doors, exporting.name).await;
            ExportReport::Dropped
        }
    }
}

async fn remove(doors: &Doors, name: String) {
    let part = part(doors.shelf.exports(), &name);
    if let Err(error) = tokio::fs::remove_file(&part).await
        && error.kind() != io::ErrorKind::NotFound
    {
        tracing::warn!("{}: {error}", part.display());
    }
}

fn part(folder: &Path, name: &str) -> PathBuf {
    folder.join(format!("{name}{PART}"))
}

/// Does what may wait for a disk; answers the file in words that are the operator's.
async fn blocking(
    work: impl FnOnce() -> Result<PathBuf, (PathBuf, io::Error)> + Send + 'static,
) -> Result<PathBuf, Exception> {
    let not_written = |cause: String| {
        Exception::new(
            "The list was not written.",
            cause,
            "Make room, or let this user write there.",
        )
    };
    match tokio::task::spawn_blocking(work).await {
        Ok(Ok(file)) => Ok(file),
        Ok(Err((file, error))) => Err(not_written(format!("{}: {error}.", file.display()))),
        Err(error) => Err(not_written(error.to_string())),
    }
}

/// Adds rows to a file, which is begun with its head and never one that is there already. It gets
/// its name once it is whole.
fn append(
    folder: &Path,
    name: &str,
    head: Option<&[&str]>,
    rows: &[Vec<String>],
    is_whole: bool,
) -> Result<PathBuf, (PathBuf, io::Error)> {
    let part = part(folder, name);
    let whole = folder.join(name);
    let written = (|| {
        let mut file = if head.is_some() {
            std::fs::create_dir_all(folder)?;
            File::create_new(&part)?
        } else {
            OpenOptions::new().append(true).open(&part)?
        };
        if head.is_some() {
            file.write_all(BYTE_ORDER_MARK.as_bytes())?;
        }
        let mut into = csv::Writer::from_writer(file);
        if let Some(head) = head {
            into.write_record(head)?;
        }
        for row in rows {
            into.write_record(row)?;
        }
        into.flush()?;
        if is_whole {
            std::fs::rename(&part, &whole)?;
        }
        Ok(())
    })();
    let file = if is_whole { whole } else { part };
    match written {
        Ok(()) => Ok(std::path::absolute(&file).unwrap_or(file)),
        Err(error) => Err((file, error)),
    }
}
