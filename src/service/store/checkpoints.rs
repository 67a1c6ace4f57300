//! Moves what was written from the log of the store's file (its WAL) into the file, beside the uploads. That
//! syncs: a writer that did it itself would keep uploads waiting for some 20 ms, again and again.

use std::time::Duration;

use rusqlite::Connection;

use super::{Store, StoreError};

/// Pages that are waiting in the log when they are moved: fewer would be synced more often than they are worth.
const SOON: i64 = 2_000;
/// Pages in the log at which the writer moves them itself after all. While it never rests, nobody else comes to
/// the end of the log, which begins anew only from there.
pub const AT_LAST: i64 = 4 * SOON;
/// Pause where pages could not be moved.
const AFTER_A_FAULT: Duration = Duration::from_secs(1);

/// Pages of the log, and how many of them are in the file already.
fn checkpoint(connection: &Connection, mode: &str) -> rusqlite::Result<(i64, i64)> {
    connection.query_row(&format!("PRAGMA wal_checkpoint({mode})"), [], |row| {
        Ok((row.get(1)?, row.get(2)?))
    })
}

/// Moves the pages that are waiting, where there are enough of them; answers how many those are then.
fn move_pages(connection: &mut Connection) -> Result<i64, StoreError> {
    let (pages, moved) = checkpoint(connection, "NOOP")?;
    if pages - moved < SOON {
        return Ok(pages - moved);
    }
    // It waits for nobody, and nobody for it.
    let (pages, moved) = checkpoint(connection, "PASSIVE")?;
    Ok(pages - moved)
}

/// Moves all pages and leaves an empty log, as soon as nobody reads or writes.
pub fn move_all(connection: &Connection) -> rusqlite::Result<()> {
    checkpoint(connection, "TRUNCATE").map(drop)
}

/// Keeps the log short; never returns.
pub async fn keep_log_short(store: &Store) {
    let mut written = store.live.written.subscribe();
    // A service before this one may have left some.
    written.mark_changed();
    // The sender lives in the store.
    while written.changed().await.is_ok() {
        if let Err(error) = store.mover.call(move_pages).await {
            tracing::warn!(%error, "the store's log could not be moved into its file");
            tokio::time::sleep(AFTER_A_FAULT).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_was_written_comes_into_the_file_without_the_writer() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("commerce.db");
        let store = Store::open(&path).await.unwrap();
        let length = || std::fs::metadata(&path).unwrap().len();
        let before = length();
        let write = |connection: &mut Connection| {
            connection.execute_batch(
                "CREATE TABLE written (page BLOB);
                 WITH RECURSIVE page (number) AS (SELECT 1 UNION ALL SELECT number + 1 FROM page WHERE number < 3000)
                 INSERT INTO written SELECT zeroblob(8000) FROM page;",
            )?;
            // The writer would have done it by itself only later.
            Ok(checkpoint(connection, "NOOP")?)
        };
        let (pages, moved) = store.run(write).await.unwrap();
        assert!(
            (3_000..AT_LAST).contains(&pages) && moved == 0,
            "{pages} {moved}"
        );
        assert_eq!(length(), before);
        let all_moved = async {
            while length() < before + 3_000 * 8_000 {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::select! {
            () = all_moved => {}
            () = keep_log_short(&store) => unreachable!("it never returns"),
            () = tokio::time::sleep(Duration::from_secs(60)) => panic!("{} bytes", length()),
        }
        // A few pages are not worth a sync.
        let write = |connection: &mut Connection| {
            connection.execute("INSERT INTO written VALUES (zeroblob(8000))", [])?;
            Ok(())
        };
        store.run(write).await.unwrap();
        let left = store.mover.call(move_pages).await.unwrap();
        assert!((1..SOON).contains(&left), "{left}");
        // A service that stops leaves none.
        store.settle().await.unwrap();
        let log = std::fs::metadata(folder.path().join("commerce.db-wal")).unwrap();
        assert_eq!(log.len(), 0);
    }
}
