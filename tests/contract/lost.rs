//! A console whose ledger or company cannot be reached for a while: it is seen, and seen to be back.

use std::sync::Arc;
use std::time::Duration;

use axcs::commerce::client::{Client, ClientOptions};
use axcs::company::sqlserver::SqlServerCompany;
use axcs::jobs::{Flow, Place, Runner, Sides};
use axcs::ledger::{Ledger as _, ServerLedger};
use axcs::model::run::LiveRuns;
use axcs::sqlserver::{Options, Server};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::Engine;
use crate::ax::Ax;
use crate::mssql::proxy::Proxy;
use crate::support::sample;

/// Whatever it waits for comes in this time.
const SOON: Duration = Duration::from_secs(30);

async fn until(live: &mut watch::Receiver<LiveRuns>, is_so: impl Fn(&LiveRuns) -> bool) {
    let seen = tokio::time::timeout(SOON, live.wait_for(|runs| is_so(runs))).await;
    drop(seen.unwrap().unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_side_that_cannot_be_reached_is_told_until_it_is_back() {
    let sample = sample(2);
    let ax = Ax::of(Engine::Server, &sample).await;
    let [to_company, to_ledger] = [
        Proxy::before(ax.bed().address()).await,
        Proxy::before(ax.bed().address()).await,
    ];
    let through = |proxy: &Proxy, database: &str| {
        Server::new(Options {
            port: Some(proxy.address().port()),
            connect_timeout: Duration::from_millis(500),
            ..ax.options().with_database(database)
        })
    };
    let company = SqlServerCompany::open(through(&to_company, "AX"), None, None).await;
    let ledger = ServerLedger::open(through(&to_ledger, "AXCS")).await;
    let ledger = ledger.unwrap();
    let sides = Sides {
        company: Arc::new(company.unwrap()),
        sales_orders: Arc::new(sample.company.clone()),
        incarnation: ledger.incarnation().await.unwrap(),
        ledger: Arc::new(ledger),
        commerce: Arc::new(Client::new(ClientOptions::new("http://127.0.0.1:9", "token")).unwrap()),
        flow: Arc::new(Flow::new(4, Duration::from_secs(2), 1)),
        lease: Duration::from_secs(1),
        request_life: Duration::from_secs(5),
    };
    let place = Place {
        profile: String::new(),
        is_production: false,
        company: String::new(),
        service: String::new(),
    };
    let runner = Arc::new(Runner::new(sides, place));
    let mut live = runner.live();
    let stop = CancellationToken::new();
    let (attending, stopped) = (Arc::clone(&runner), stop.clone());
    let attending = tokio::spawn(async move { attending.attend(true, stopped).await });
    until(&mut live, |runs| runs.workers == 1).await;
    runner.overview().await.unwrap();
    let seen = live.borrow().clone();
    assert_eq!((seen.ledger, seen.company), (None, None));

    to_ledger.shut(true);
    until(&mut live, |runs| runs.ledger.is_some()).await;
    let lost = live.borrow().ledger.clone().unwrap();
    assert!(!lost.why.cause.is_empty() && !lost.why.remedy.is_empty());
    let refused = runner.overview().await.unwrap_err();
    assert!(refused.cause.contains("AXCS") || refused.cause.contains("127.0.0.1"));
    // However often it is tried, it is lost since the first time.
    tokio::time::sleep(Duration::from_millis(2_500)).await;
    assert_eq!(live.borrow().ledger.clone().unwrap().since, lost.since);
    to_ledger.shut(false);
    until(&mut live, |runs| runs.ledger.is_none()).await;
    runner.overview().await.unwrap();

    to_company.shut(true);
    // Longer than a connection is trusted.
    tokio::time::sleep(Duration::from_millis(1_100)).await;
    runner.overview().await.unwrap();
    let lost = live.borrow().company.clone().unwrap();
    assert!(lost.why.remedy.contains("SQL Server runs"), "{lost:?}");
    assert_eq!(live.borrow().ledger, None);
    to_company.shut(false);
    until(&mut live, |runs| runs.company.is_none()).await;
    stop.cancel();
    attending.await.unwrap();
}
