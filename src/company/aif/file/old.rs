//! Old messages in the archive: looked for once a day, because that reads the whole folder.

use std::collections::BinaryHeap;
use std::fs::{self, Metadata};
use std::path::Path;
use std::time::Duration;

use jiff::Timestamp;
use tokio::time::Instant;

use super::super::is_message_id;
use super::super::xml::{self, Element};
use super::steps::{failed, remove};
use super::{file_name, replies};
use crate::company::sales_orders::{HandOverError, KeptMessage};

/// At most this many are answered at once.
const MOST: usize = 500;
/// How long the archive is not looked through again, once it was looked through to its end.
const PAUSE: Duration = Duration::from_secs(24 * 60 * 60);
/// The file whose age says when that was.
const LOOKED: &str = "axcs.looked";

/// Messages that were sent longer than `kept` ago, oldest first; none where they were looked for
/// within a day.
pub fn find(
    archive: &Path,
    kept: Duration,
    end: Instant,
) -> Result<Vec<KeptMessage>, HandOverError> {
    let looked = archive.join(LOOKED);
    let last = fs::metadata(&looked).ok().and_then(|it| changed(&it));
    if last.and_then(age).is_some_and(|age| age < PAUSE) {
        return Ok(Vec::new());
    }
    let unread = |error| failed(archive, "the folder cannot be read", &error);
    let mut oldest = BinaryHeap::new();
    for entry in fs::read_dir(archive).map_err(unread)? {
        let entry = entry.map_err(unread)?;
        if Instant::now() > end {
            // Nobody waits any more.
            return Ok(Vec::new());
        }
        let name = entry.file_name();
        let Some(id) = name.to_str().and_then(message_of) else {
            continue;
        };
        let sent = entry.metadata().ok().and_then(|it| changed(&it));
        if let Some(sent) = sent
            && age(sent).is_some_and(|age| age >= kept)
        {
            oldest.push((sent, id.to_owned()));
            if oldest.len() > MOST {
                oldest.pop();
            }
        }
    }
    if oldest.len() < MOST
        && let Err(error) = fs::write(&looked, "")
    {
        tracing::warn!("{} cannot be written: {error}", looked.display());
    }
    let oldest = oldest.into_sorted_vec().into_iter();
    Ok(oldest
        .filter_map(|(_, message_id)| {
            let order = order_in(&archive.join(file_name(&message_id)))?;
            Some(KeptMessage { message_id, order })
        })
        .collect())
}

fn changed(metadata: &Metadata) -> Option<Timestamp> {
    Timestamp::try_from(metadata.modified().ok()?).ok()
}

/// How long ago a moment was; none where it is yet to come.
fn age(moment: Timestamp) -> Option<Duration> {
    Duration::try_from(Timestamp::now().duration_since(moment)).ok()
}

/// Id of the message in a file of this name.
fn message_of(name: &str) -> Option<&str> {
    let id = name.strip_prefix("order-")?.strip_suffix(".xml")?;
    is_message_id(id).then_some(id)
}

/// Id of the order in a message, as the document has it.
fn order_in(path: &Path) -> Option<String> {
    let bytes = fs::read(path).ok()?;
    let message = Element::parse(&xml::decoded(&bytes).ok()?).ok()?;
    let heading = message.all("SalesTable").first().copied()?;
    let order = heading.text_of("CustomerRef");
    (!order.is_empty()).then(|| order.to_owned())
}

/// Removes messages with the answers to them; answers how many.
pub fn forget(archive: &Path, ids: &[String], end: Instant) -> u64 {
    let mut removed = 0;
    for id in ids {
        if Instant::now() > end {
            break;
        }
        // In this order: an answer without its message would never be found again.
        let is_gone = remove(&replies::kept(archive, id)) && remove(&archive.join(file_name(id)));
        removed += u64::from(is_gone);
    }
    removed
}
