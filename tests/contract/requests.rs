//! How often a run of orders asks a ledger on a SQL Server: requests are counted, not time.

use std::sync::Arc;

use axcs::ledger::ServerLedger;
use axcs::model::staged::{OrderFilter, OrderView};
use axcs::sqlserver::{Options, Server};

use super::{Engine, Place};
use crate::mssql::proxy::Proxy;
use crate::order_site::Site;

const ORDERS: u64 = 200;
/// What a run costs however many orders it has, and what it costs while it lasts: its leases are
/// renewed and its progress is told.
const CONSTANT: u64 = 200;

#[tokio::test(flavor = "multi_thread")]
async fn an_order_costs_at_most_two_requests() {
    let place = Place::new(Engine::Server).await;
    let proxy = Proxy::before(place.bed().address()).await;
    let server = Server::new(Options {
        port: Some(proxy.address().port()),
        ..place.options().with_database("AXCS")
    });
    let ledger = ServerLedger::open(server).await.unwrap();
    let site = Site::new().await.with_ledger(Arc::new(ledger)).await;
    site.set_up_store().await;
    site.orders().await;
    proxy.heal();
    site.orders().await;
    let without = proxy.requests();

    for number in 1..=ORDERS {
        site.place(&format!("o{number}"), &format!("W-{number}"))
            .await;
    }
    proxy.heal();
    site.orders().await;
    let requests = proxy.requests();
    let everything = OrderFilter {
        view: OrderView::All,
        limit: 1_000,
        ..OrderFilter::default()
    };
    let accepted = site.runner.sides().ledger.orders(&everything);
    let accepted = accepted.await.unwrap();
    let in_ax = accepted
        .iter()
        .filter(|order| !order.sales_order.is_empty());
    assert_eq!(in_ax.count() as u64, ORDERS);
    assert!(
        requests <= 2 * ORDERS + CONSTANT,
        "{requests} requests for {ORDERS} orders, {without} without any"
    );
}
