//! How the items of the checklists stand, and the ones that are done from here.

use super::Administration;
use crate::model::Job;
use crate::model::account::{Migration, Operation};
use crate::model::administration::OperationLog;
use crate::model::checklist::{Checklist, ChecklistKind, Facts, ItemState, Line, Mark};
use crate::model::exception::Exception;

/// Jobs that ought to have a recurrence: the others are run as required ("(USA) Set up
/// synchronization").
const SCHEDULED: [Job; 3] = [Job::Inventory, Job::TradeAgreements, Job::Orders];

/// Id of the item that does a migration.
const fn item_of(migration: Migration) -> &'static str {
    match migration {
        Migration::Account => "migrate-account",
        Migration::Data => "migrate-data",
    }
}

impl Administration {
    /// How every item of a checklist stands.
    pub async fn checklist(&self, kind: ChecklistKind) -> Result<Vec<Line>, Exception> {
        let list = Checklist::read(kind)?;
        Ok(list.evaluate(&self.facts(kind).await?))
    }

    async fn facts(&self, kind: ChecklistKind) -> Result<Facts, Exception> {
        let ledger = &self.sides().ledger;
        let (company, account) =
            tokio::join!(self.sides().company.facts(), self.client().account());
        let board = ledger.board().await?;
        let marks = ledger.marks(kind).await?;
        let has_recurrence = |job: Job| {
            let mut jobs = board.jobs.iter();
            jobs.any(|record| record.job == job && record.schedule.recurrence.is_some())
        };
        let stores = ledger.stores().await?;
        Ok(Facts {
            now: board.now,
            company: company?.id,
            account: account.map_err(|error| error.in_brief()),
            parameters: ledger.parameters().await?,
            stores: stores.iter().filter(|s| s.gone_since.is_none()).count(),
            has_selection: !ledger.selection().await?.is_empty(),
            unscheduled: SCHEDULED
                .into_iter()
                .filter(|job| !has_recurrence(*job))
                .collect(),
            account_migration: self.begun(&marks, Migration::Account).await?,
            data_migration: self.begun(&marks, Migration::Data).await?,
            operation_log: board.operation_log,
            marks,
        })
    }

    /// The migration that was begun, as the service tells it now.
    async fn begun(
        &self,
        marks: &[Mark],
        migration: Migration,
    ) -> Result<Option<Operation>, Exception> {
        let is_it = |mark: &&Mark| mark.item == item_of(migration) && !mark.operation.is_empty();
        let Some(mark) = marks.iter().find(is_it) else {
            return Ok(None);
        };
        // The account tells that the service cannot be asked.
        Ok(self
            .client()
            .operation(&mark.operation)
            .await
            .ok()
            .flatten())
    }

    /// Ticks an item, or takes its tick away.
    ///
    /// # Errors
    /// Where there is no such item, or the system tells how it stands.
    pub async fn tick(
        &self,
        kind: ChecklistKind,
        item: &str,
        is_ticked: bool,
    ) -> Result<(), Exception> {
        let line = self.line(kind, item).await?;
        if !line.item.is_ticked_by_hand() {
            return Err(Exception::new(
                format!("{} is not ticked by hand.", line.item.title),
                "The system tells how it stands.",
                format!("Do it: {}", line.item.command),
            ));
        }
        let ledger = &self.sides().ledger;
        if is_ticked {
            must_be_possible(&line)?;
            ledger.mark(kind, item, "", self.author()).await?;
        } else {
            ledger.unmark(kind, item, self.author()).await?;
        }
        Ok(())
    }

    /// An item of a checklist, and how it stands.
    pub async fn line(&self, kind: ChecklistKind, item: &str) -> Result<Line, Exception> {
        let lines = self.checklist(kind).await?;
        let ids: Vec<String> = lines.iter().map(|line| line.item.id.clone()).collect();
        let found = lines.into_iter().find(|line| line.item.id == item);
        found.ok_or_else(|| {
            Exception::new(
                format!("The {kind} checklist has no item {item:?}."),
                format!("Its items: {}.", ids.join(", ")),
                "Name one of them.",
            )
        })
    }

    /// Begins a migration at the service, or goes on with one that stopped. Repeating it is harmless.
    pub async fn migrate(&self, migration: Migration) -> Result<Operation, Exception> {
        let kind = ChecklistKind::Upgrade;
        let line = self.line(kind, item_of(migration)).await?;
        must_be_possible(&line)?;
        let operation = self.client().migrate(migration).await?;
        let noted =
            self.sides()
                .ledger
                .mark(kind, item_of(migration), &operation.id, self.author());
        noted.await?;
        Ok(operation)
    }

    /// How a migration goes on.
    pub async fn operation(&self, id: &str) -> Result<Operation, Exception> {
        self.client().operation(id).await?.ok_or_else(|| {
            Exception::new(
                "The migration is gone.",
                format!("The service has no operation {id} any more."),
                "Begin it again: axcs checklist upgrade",
            )
        })
    }

    /// Switches the operation log of this process as the ledger says.
    pub async fn follow_log(&self) -> Result<(), Exception> {
        let log = self.operation_log().await?;
        self.runner.follow_log(log.as_ref());
        Ok(())
    }

    /// The operation log, where it is on.
    pub async fn operation_log(&self) -> Result<Option<OperationLog>, Exception> {
        Ok(self.sides().ledger.operation_log().await?)
    }

    /// Switches the operation log on for so many hours, into a folder of every machine that works; or
    /// off.
    pub async fn set_operation_log(&self, on: Option<(String, u32)>) -> Result<(), Exception> {
        if let Some((folder, _)) = &on {
            let refused = |cause: String| {
                Exception::new(
                    "The operation log cannot be written there.",
                    cause,
                    "Name a folder that this user can write, by its whole path.",
                )
            };
            let path = std::path::Path::new(folder);
            if !path.is_absolute() {
                return Err(refused(format!("{folder} is not a whole path.")));
            }
            let made = tokio::fs::create_dir_all(path).await;
            made.map_err(|error| refused(format!("{folder}: {error}")))?;
        }
        let on = on.map(|(folder, hours)| (folder, u64::from(hours) * 3_600));
        let ledger = &self.sides().ledger;
        ledger.set_operation_log(on, self.author()).await?;
        self.follow_log().await
    }
}

/// Refuses an item that something else has to be done before.
fn must_be_possible(line: &Line) -> Result<(), Exception> {
    if let ItemState::Deferred { reason } = &line.state {
        return Err(Exception::new(
            format!("{} cannot be done yet.", line.item.title),
            format!("It waits, {reason}."),
            "Do that first: axcs checklist",
        ));
    }
    Ok(())
}
