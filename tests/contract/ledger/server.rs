//! What only a SQL Server has to promise.

use std::sync::mpsc::{Sender, channel};
use std::time::{Duration, Instant};

use axcs::ledger::{LedgerError, ServerLedger};
use axcs::model::Stream;
use axcs::sqlserver::{Isolation, Server, ServerError, Step};
use tokio::task::JoinHandle;

use super::records::started;
use super::{Engine, Place, open};

/// Somebody who has changed something and neither commits it nor takes it back yet.
struct Dawdler {
    ends: Sender<()>,
    works: JoinHandle<Result<(), ServerError>>,
}

impl Dawdler {
    async fn begin(place: &Place, sql: &'static str) -> Self {
        let server = place.connections();
        let (has_changed, changed) = tokio::sync::oneshot::channel();
        let (ends, ended) = channel();
        let works = tokio::spawn(async move {
            server
                .call(move |link| {
                    link.begin(Isolation::ReadCommitted)?;
                    link.execute(sql, &[])?;
                    has_changed.send(()).unwrap();
                    ended.recv().unwrap();
                    link.roll_back()
                })
                .await
        });
        changed.await.unwrap();
        Self { ends, works }
    }

    async fn end(self) {
        self.ends.send(()).unwrap();
        self.works.await.unwrap().unwrap();
    }
}

async fn a_database_that_is_not_there_is_named_with_what_to_do(engine: Engine) {
    let place = Place::new(engine).await;
    let nowhere = place.options().with_database("NOWHERE");
    let refused = ServerLedger::open(Server::new(nowhere)).await.unwrap_err();
    let LedgerError::Unreachable(error) = &refused else {
        panic!("{refused}")
    };
    assert_eq!(error.step, Step::Database);
    assert!(refused.to_string().contains("NOWHERE"), "{refused}");
    assert_eq!(refused.remedy(), Step::Database.remedy());
}

async fn tables_of_others_with_the_same_names_stay_as_they_are(engine: Engine) {
    let place = Place::new(engine).await;
    place
        .sql("CREATE TABLE dbo.run (job int NOT NULL)", Vec::new())
        .await;
    place
        .sql("INSERT INTO dbo.run VALUES (7)", Vec::new())
        .await;
    let ledger = place.open().await.unwrap();
    started(&ledger).await;
    assert_eq!(ledger.runs(None, 9).await.unwrap().len(), 1);
    assert_eq!(place.number("SELECT job FROM dbo.run").await, 7);
}

async fn readers_see_what_is_committed_and_wait_for_no_writer(engine: Engine) {
    let (place, ledger) = open(engine).await;
    let fence = started(&ledger).await;
    let dawdler = Dawdler::begin(&place, "UPDATE axcs.run SET job = N'orders'").await;
    let run = tokio::time::timeout(Duration::from_secs(5), ledger.run(fence.run)).await;
    assert_eq!(run.unwrap().unwrap().unwrap().job, fence.job);
    dawdler.end().await;
}

async fn where_no_snapshots_are_allowed_readers_take_their_turn(engine: Engine) {
    let place = Place::new(engine).await;
    // A database of others: its settings are theirs.
    place
        .sql("CREATE TABLE dbo.theirs (number int NOT NULL)", Vec::new())
        .await;
    place.allow_snapshot(false).await;
    let ledger = place.open().await.unwrap();
    let turns = async || place.number("SELECT turn FROM axcs.ledger").await;
    let before = turns().await;
    let fence = started(&ledger).await;
    assert!(ledger.run(fence.run).await.unwrap().is_some());
    assert_eq!(turns().await, before + 1, "a reader's turn leaves nothing");
}

async fn a_writer_that_waits_in_vain_says_that_it_may_pass_and_has_written_nothing(engine: Engine) {
    let (place, ledger) = open(engine).await;
    let fence = started(&ledger).await;
    let dawdler = Dawdler::begin(&place, "UPDATE axcs.ledger SET turn = turn").await;
    let began = Instant::now();
    let refused = ledger.intend(fence, Stream::Items, vec!["A".into()], None);
    let refused = refused.await.unwrap_err();
    assert!(began.elapsed() >= Duration::from_secs(9));
    assert!(began.elapsed() < Duration::from_secs(20));
    assert!(refused.to_string().contains("writing a batch down"));
    assert!(refused.remedy().contains("the next run goes on"));
    dawdler.end().await;
    assert!(ledger.unsettled(Stream::Items).await.unwrap().is_empty());
    let next = ledger.intend(fence, Stream::Items, vec!["A".into()], None);
    next.await.unwrap();
}

servers![
    a_database_that_is_not_there_is_named_with_what_to_do,
    tables_of_others_with_the_same_names_stay_as_they_are,
    readers_see_what_is_committed_and_wait_for_no_writer,
    where_no_snapshots_are_allowed_readers_take_their_turn,
    a_writer_that_waits_in_vain_says_that_it_may_pass_and_has_written_nothing,
];
