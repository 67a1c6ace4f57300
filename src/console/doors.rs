//! What the console works with, and how each effect that takes time is done there.

use std::sync::Arc;

use futures_util::future::BoxFuture;

use super::app::{Effect, ExceptionsRead, Msg, OrdersRead};
use super::correction;
use super::engine::Engine;
use super::export;
use super::gather::gather;
use super::log_file::Shelf;
use super::looks::Looks;
use super::office::{self, Office};
use super::products::{self, Products};
use super::timetable;
use crate::model::Exception;
use crate::model::exception::ExceptionFilter;
use crate::model::staged::OrderFilter;

/// Runs shown in a history.
const HISTORY_RUNS: usize = 100;
/// Runs shown of a batch job of AX: each comes with its logs.
const BATCH_RUNS: usize = 20;

/// What the console works with.
#[derive(Clone)]
pub struct Doors {
    /// The jobs.
    pub engine: Arc<dyn Engine>,
    /// What an administrator does.
    pub office: Arc<dyn Office>,
    /// What is sold online.
    pub products: Arc<dyn Products>,
    /// The log file.
    pub shelf: Shelf,
    /// Keys and colours, where they can change.
    pub looks: Option<Arc<Looks>>,
}

impl Doors {
    /// Does outside what takes time; nothing where the loop itself does it.
    pub fn perform(&self, effect: Effect) -> Option<BoxFuture<'static, Msg>> {
        let engine = Arc::clone(&self.engine);
        Some(match effect {
            Effect::LoadOverview => Box::pin(async move { Msg::Overview(engine.overview().await) }),
            Effect::LoadRuns(job) => {
                Box::pin(async move { Msg::Runs(job, engine.runs(job, HISTORY_RUNS).await) })
            }
            Effect::LoadBatchJobs => {
                Box::pin(async move { Msg::BatchJobs(engine.batch_jobs().await) })
            }
            Effect::LoadBatchHistory(id) => Box::pin(async move {
                Msg::BatchHistory(id, engine.batch_history(id, BATCH_RUNS).await)
            }),
            Effect::Start(job, options) => {
                tracing::info!(%job, dry_run = options.dry_run, "run asked for in the console");
                Box::pin(async move { Msg::Started(job, engine.start(job, options).await) })
            }
            Effect::Cancel(job) => {
                tracing::info!(%job, "cancel asked for in the console");
                Box::pin(async move { Msg::Canceled(job, engine.cancel(job).await) })
            }
            Effect::Change(change) => {
                tracing::info!(?change, "asked for in the console");
                Box::pin(async move { Msg::Changed(change, change.perform(&*engine).await) })
            }
            Effect::LoadOrders(filter) => Box::pin(async move {
                let read = read_orders(&*engine, filter).await;
                Msg::Orders(Box::new(read))
            }),
            Effect::Gather(wish, filter) => {
                Box::pin(async move { Msg::Gathered(wish, gather(&*engine, wish, *filter).await) })
            }
            Effect::LoadOrder(id) => Box::pin(async move {
                let order = engine.order(&id).await;
                Msg::Order(id, order.map(|order| order.map(Box::new)))
            }),
            Effect::LoadExceptions(filter) => Box::pin(async move {
                let read = read_exceptions(&*engine, *filter).await;
                Msg::Exceptions(Box::new(read))
            }),
            Effect::Retry(filter) => {
                tracing::info!(?filter, "retry asked for in the console");
                Box::pin(async move { Msg::Retried(engine.retry(&filter).await) })
            }
            Effect::Resolve(filter, note) => {
                tracing::info!(?filter, note, "exceptions resolved in the console");
                Box::pin(async move { Msg::Resolved(engine.resolve(&filter, &note).await) })
            }
            Effect::Office(errand) => {
                let office = Arc::clone(&self.office);
                Box::pin(
                    async move { Msg::Office(Box::new(office::perform(&*office, errand).await)) },
                )
            }
            Effect::WatchLooks => {
                let looks = self.looks.clone()?;
                Box::pin(async move { Msg::Looks(Box::new(looks.changed().await)) })
            }
            Effect::Products(request) => {
                let products = Arc::clone(&self.products);
                Box::pin(async move {
                    let answer = products::perform(&*products, request).await;
                    Msg::Products(Box::new(answer))
                })
            }
            Effect::Timetable(errand) => {
                tracing::info!(?errand, "asked for in the console");
                Box::pin(async move {
                    Msg::Timetable(Box::new(timetable::perform(&*engine, errand).await))
                })
            }
            Effect::Log(errand, now) => {
                let shelf = self.shelf.clone();
                Box::pin(async move { Msg::LogFile(Box::new(shelf.perform(errand, now).await)) })
            }
            Effect::ExportList(errand) => {
                let doors = self.clone();
                Box::pin(async move {
                    Msg::ListExported(Box::new(export::perform(&doors, errand).await))
                })
            }
            Effect::Correction(errand) => Box::pin(async move {
                Msg::Correction(Box::new(correction::perform(&*engine, errand).await))
            }),
            Effect::Redraw
            | Effect::Suspend
            | Effect::Ring(_)
            | Effect::Copy(_)
            | Effect::Export(_)
            | Effect::Quit(_) => return None,
        })
    }
}

async fn read_orders(engine: &dyn Engine, filter: OrderFilter) -> Result<OrdersRead, Exception> {
    Ok(OrdersRead {
        rows: engine.orders(filter).await?,
        counts: engine.order_counts().await?,
    })
}

async fn read_exceptions(
    engine: &dyn Engine,
    filter: ExceptionFilter,
) -> Result<ExceptionsRead, Exception> {
    let open = engine.exception_count(&ExceptionFilter::default()).await?;
    // What is not closed can be tried again, also where closed ones are listed.
    let matching = ExceptionFilter {
        with_closed: false,
        ..filter.clone()
    };
    Ok(ExceptionsRead {
        entries: engine.exceptions(&filter).await?,
        open,
        matching: engine.exception_count(&matching).await?,
        filter,
    })
}
