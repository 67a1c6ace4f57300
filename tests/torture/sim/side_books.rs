//! What a simulated world has none of: orders, stores, and exceptions that operators look at.

use std::time::Duration;

use async_trait::async_trait;
use axcs::ledger::import::{ImportOrder, Imported, OldImport};
use axcs::ledger::orders::{Accepted, Behind, FeedPosition, OrderRef, Staged};
use axcs::ledger::stores::StoreChanges;
use axcs::ledger::{
    AdministrationBook, ExceptionBook, Fence, ImportBook, LedgerError, OrderBook, SetAside,
    StoreBook,
};
use axcs::model::administration::{
    AuditEntry, AuditFilter, Author, Change, OperationLog, Parameters,
};
use axcs::model::channel::{Channel, KnownStore, StoreSettings};
use axcs::model::checklist::{ChecklistKind, Mark};
use axcs::model::exception::{Exception, ExceptionEntry, ExceptionFilter};
use axcs::model::order::{Acknowledgement, OrderEvent};
use axcs::model::shipment::{OrderStatus, Shipment};
use axcs::model::staged::{OrderCounts, OrderFilter, OrderRow, Stage, StagedOrder};
use axcs::model::{Job, Stream};

use super::hands::Hands;
use super::ledger_port::failed;

fn none<T>() -> Result<T, LedgerError> {
    Err(failed("looking for what is not there"))
}

#[async_trait]
impl OrderBook for Hands {
    async fn feed_position(&self) -> Result<FeedPosition, LedgerError> {
        Ok(FeedPosition::default())
    }
    async fn begin_feed_anew(&self, _: Fence, _: String) -> Result<(), LedgerError> {
        none()
    }
    async fn stage(
        &self,
        _: Fence,
        _: Vec<OrderEvent>,
        _: FeedPosition,
    ) -> Result<Vec<Staged>, LedgerError> {
        none()
    }
    async fn orders_in(&self, _: Stage, _: i64, _: usize) -> Result<Vec<StagedOrder>, LedgerError> {
        Ok(Vec::new())
    }
    async fn orders_set_aside(&self, _: &[&str], _: usize) -> Result<Vec<String>, LedgerError> {
        Ok(Vec::new())
    }
    async fn set_aside_of(&self, _: Vec<String>) -> Result<Vec<StagedOrder>, LedgerError> {
        none()
    }
    async fn intend_hand_over(
        &self,
        _: Fence,
        _: Vec<(String, String)>,
    ) -> Result<Vec<Option<u32>>, LedgerError> {
        none()
    }
    async fn take_back(&self, _: Fence, _: Vec<String>) -> Result<(), LedgerError> {
        none()
    }
    async fn accept(&self, _: Fence, _: Vec<Accepted>) -> Result<(), LedgerError> {
        none()
    }
    async fn set_orders_aside(&self, _: Fence, _: Vec<SetAside>) -> Result<(), LedgerError> {
        none()
    }
    async fn lose(&self, _: Fence, _: Vec<SetAside>) -> Result<(), LedgerError> {
        none()
    }
    async fn orders_for(
        &self,
        _: Vec<(String, String)>,
    ) -> Result<Vec<Option<OrderRef>>, LedgerError> {
        none()
    }
    async fn numbers_for_ax(&self, _: Vec<String>) -> Result<Vec<String>, LedgerError> {
        none()
    }
    async fn settled(&self, orders: Vec<String>) -> Result<Vec<Option<u32>>, LedgerError> {
        Ok(vec![None; orders.len()])
    }
    async fn orders_behind(&self, _: Vec<(String, String)>) -> Result<Vec<Behind>, LedgerError> {
        none()
    }
    async fn note_shipments(
        &self,
        _: Fence,
        _: Vec<(String, Shipment)>,
    ) -> Result<(), LedgerError> {
        none()
    }
    async fn forget_shipments(&self, _: Fence, _: Vec<String>) -> Result<(), LedgerError> {
        none()
    }
    async fn note_statuses(
        &self,
        _: Fence,
        _: Vec<(String, OrderStatus)>,
    ) -> Result<(), LedgerError> {
        none()
    }
    async fn orders(&self, _: &OrderFilter) -> Result<Vec<OrderRow>, LedgerError> {
        Ok(Vec::new())
    }
    async fn order_counts(&self) -> Result<OrderCounts, LedgerError> {
        Ok(OrderCounts::default())
    }
    async fn order(&self, _: &str) -> Result<Option<StagedOrder>, LedgerError> {
        Ok(None)
    }
    async fn orders_taken(&self) -> Result<FeedPosition, LedgerError> {
        Ok(FeedPosition::default())
    }
    async fn acknowledgement_version(&self) -> Result<i64, LedgerError> {
        Ok(0)
    }
    async fn acknowledgements(
        &self,
        _: &str,
        _: usize,
    ) -> Result<Vec<Acknowledgement>, LedgerError> {
        Ok(Vec::new())
    }
    async fn acknowledgements_changed(
        &self,
        _: i64,
        _: &str,
        _: usize,
    ) -> Result<Vec<String>, LedgerError> {
        Ok(Vec::new())
    }
    async fn acknowledgements_of(
        &self,
        orders: Vec<String>,
    ) -> Result<Vec<Option<Acknowledgement>>, LedgerError> {
        Ok(vec![None; orders.len()])
    }
}

#[async_trait]
impl ImportBook for Hands {
    async fn lay_out(&self, _: ImportOrder) -> Result<bool, LedgerError> {
        none()
    }
    async fn imports(&self, _: Vec<String>) -> Result<Vec<Option<Imported>>, LedgerError> {
        none()
    }
    async fn old_imports(&self, _: Duration, _: usize) -> Result<Vec<OldImport>, LedgerError> {
        none()
    }
    async fn forget_imports(&self, _: Vec<String>) -> Result<(), LedgerError> {
        none()
    }
}

#[async_trait]
impl ExceptionBook for Hands {
    async fn exceptions(&self, _: &ExceptionFilter) -> Result<Vec<ExceptionEntry>, LedgerError> {
        Ok(Vec::new())
    }
    async fn exception_count(&self, _: &ExceptionFilter) -> Result<u64, LedgerError> {
        Ok(0)
    }
    async fn note_refusal(&self, _: Job, _: &Exception) -> Result<(), LedgerError> {
        Ok(())
    }
    async fn ask_retry(&self, _: &ExceptionFilter) -> Result<Vec<ExceptionEntry>, LedgerError> {
        Ok(Vec::new())
    }
    async fn resolved(&self, _: Stream) -> Result<u64, LedgerError> {
        Ok(0)
    }
    async fn resolve(&self, _: &ExceptionFilter, _: &str) -> Result<u64, LedgerError> {
        Ok(0)
    }
    async fn retries(&self, stream: Stream, others: usize) -> Result<Vec<String>, LedgerError> {
        self.look("retries", |state| state.books.retries(stream, others))
            .await
    }
}

#[async_trait]
impl AdministrationBook for Hands {
    async fn parameters(&self) -> Result<Parameters, LedgerError> {
        Ok(Parameters::default())
    }
    async fn set_parameters(&self, _: Parameters, _: Author) -> Result<bool, LedgerError> {
        none()
    }
    async fn marks(&self, _: ChecklistKind) -> Result<Vec<Mark>, LedgerError> {
        Ok(Vec::new())
    }
    async fn mark(&self, _: ChecklistKind, _: &str, _: &str, _: Author) -> Result<(), LedgerError> {
        none()
    }
    async fn unmark(&self, _: ChecklistKind, _: &str, _: Author) -> Result<bool, LedgerError> {
        none()
    }
    async fn operation_log(&self) -> Result<Option<OperationLog>, LedgerError> {
        Ok(None)
    }
    async fn set_operation_log(
        &self,
        _: Option<(String, u64)>,
        _: Author,
    ) -> Result<(), LedgerError> {
        none()
    }
    async fn note_change(&self, _: Change, _: Author) -> Result<(), LedgerError> {
        Ok(())
    }
    async fn audit(&self, _: &AuditFilter) -> Result<Vec<AuditEntry>, LedgerError> {
        Ok(Vec::new())
    }
}

#[async_trait]
impl StoreBook for Hands {
    async fn stores(&self) -> Result<Vec<KnownStore>, LedgerError> {
        Ok(Vec::new())
    }
    async fn take_stores(&self, _: Fence, _: Vec<Channel>) -> Result<StoreChanges, LedgerError> {
        Ok(StoreChanges::default())
    }
    async fn set_store(&self, _: &str, _: StoreSettings) -> Result<bool, LedgerError> {
        none()
    }
}
