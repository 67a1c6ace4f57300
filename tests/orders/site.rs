//! A company that sells online: company, ledger and service in one folder, a store with its
//! parameters, and orders made by hand.
#![allow(dead_code, reason = "no test file uses all of it")]

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use axcs::commerce::client::{Client, ClientOptions};
use axcs::company::embedded::{self, Embedded, Existing};
use axcs::company::sales_orders::SalesOrderService;
use axcs::jobs::verify::verify;
use axcs::jobs::{Flow, Place, RunOptions, Runner, Sides, selection};
use axcs::ledger::{EmbeddedLedger, Ledger};
use axcs::model::channel::{Channel, ChannelKind, StoreSettings};
use axcs::model::exception::{ExceptionEntry, ExceptionFilter};
use axcs::model::order::{Address, Charge, Customer, OrderLine, Payment, Tax, WebOrder};
use axcs::model::staged::StagedOrder;
use axcs::model::{Amount, Job, Rule, RunStatus, RunSummary, Stream};
use axcs::service::{self, Running, TlsFiles};
use jiff::Timestamp;

pub struct Site {
    pub runner: Runner,
    pub company: Embedded,
    pub client: Client,
    pub dir: tempfile::TempDir,
    service: Running,
}

impl Site {
    /// A generated company with a store that is set up, its master data uploaded.
    pub async fn new() -> Self {
        Self::with(|company| Arc::new(company)).await
    }

    /// The same with a service that speaks TLS.
    #[allow(dead_code, reason = "the torments ask for it")]
    pub async fn over_tls() -> Self {
        Self::made(|company| Arc::new(company), true).await
    }

    /// The same with another door to AX.
    pub async fn with(door: impl FnOnce(Embedded) -> Arc<dyn SalesOrderService>) -> Self {
        Self::made(door, false).await
    }

    async fn made(
        door: impl FnOnce(Embedded) -> Arc<dyn SalesOrderService>,
        speaks_tls: bool,
    ) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("company.db");
        embedded::generate(&path, 40, 1, Existing::Keep, |_, _| {}).unwrap();
        let company = Embedded::open(&path, None).unwrap();
        let tls = speaks_tls.then(tls_files);
        let service = serve_with(&dir.path().join("service"), tls).await;
        let ledger = dir.path().join("ledger.db");
        let door = door(company.clone());
        let site = Self::between(dir, company, door, service, &ledger).await;
        selection::change(site.runner.sides(), |selection| {
            selection.rules.push(Rule::ItemRange {
                from: String::new(),
                to: String::new(),
            });
        })
        .await
        .unwrap();
        site.client.put_store(&store("web")).await.unwrap();
        site.set_up_store().await;
        site.ended(Job::Complete).await;
        site
    }

    /// The company, ledger and service of a folder.
    pub async fn of(dir: tempfile::TempDir) -> Self {
        let company = Embedded::open(&dir.path().join("company.db"), None).unwrap();
        let service = serve(&dir.path().join("service")).await;
        let ledger = dir.path().join("ledger.db");
        let door = Arc::new(company.clone());
        Self::between(dir, company, door, service, &ledger).await
    }

    /// The folder, where nothing works with it any more.
    pub async fn at_rest(self) -> tempfile::TempDir {
        self.service.stop().await;
        self.dir
    }

    async fn between(
        dir: tempfile::TempDir,
        company: Embedded,
        sales_orders: Arc<dyn SalesOrderService>,
        service: Running,
        ledger: &Path,
    ) -> Self {
        let ledger = EmbeddedLedger::open(ledger).await.unwrap();
        Self::over(dir, company, sales_orders, service, Arc::new(ledger)).await
    }

    async fn over(
        dir: tempfile::TempDir,
        company: Embedded,
        sales_orders: Arc<dyn SalesOrderService>,
        service: Running,
        ledger: Arc<dyn Ledger>,
    ) -> Self {
        let options = client_options(&service);
        let client = Client::new(options.clone()).unwrap();
        Self {
            runner: runner(company.clone(), sales_orders, options, ledger).await,
            company,
            client,
            dir,
            service,
        }
    }

    /// The same company and service with a ledger that remembers nothing.
    pub async fn with_new_ledger(self, ledger: &Path) -> Self {
        let door = Arc::new(self.company.clone());
        Self::between(self.dir, self.company, door, self.service, ledger).await
    }

    /// The same company and service with another ledger, wherever it is.
    pub async fn with_ledger(self, ledger: Arc<dyn Ledger>) -> Self {
        let door = Arc::new(self.company.clone());
        Self::over(self.dir, self.company, door, self.service, ledger).await
    }

    /// The same company and ledger with a service that remembers nothing.
    pub async fn with_new_service(self) -> Self {
        self.service.stop().await;
        let service = serve(&self.dir.path().join("other-service")).await;
        let door = Arc::new(self.company.clone());
        let ledger = self.dir.path().join("ledger.db");
        Self::between(self.dir, self.company, door, service, &ledger).await
    }

    /// Another worker on the same company, ledger and service.
    pub async fn another_worker(&self) -> Runner {
        self.another_worker_with(self.client_options()).await
    }

    /// How a client comes to the service.
    pub fn client_options(&self) -> ClientOptions {
        client_options(&self.service)
    }

    /// Another worker that comes to the service in its own way.
    pub async fn another_worker_with(&self, options: ClientOptions) -> Runner {
        let ledger = EmbeddedLedger::open(&self.dir.path().join("ledger.db"))
            .await
            .unwrap();
        let door = Arc::new(self.company.clone());
        runner(self.company.clone(), door, options, Arc::new(ledger)).await
    }

    /// The leases of the runs under way run out now.
    pub fn let_leases_run_out(&self) {
        let ledger = rusqlite::Connection::open(self.dir.path().join("ledger.db")).unwrap();
        let ended = ledger.execute("UPDATE lease SET expires = 0 WHERE expires > 0", []);
        assert!(ended.unwrap() > 0);
    }

    /// Keeps the service's files as they are now, to be put back later.
    pub async fn back_up_service(self) -> Self {
        self.stopped(copy).await
    }

    /// The service is as it was when it was backed up.
    pub async fn restore_service(self) -> Self {
        self.stopped(|service, backup| {
            std::fs::remove_dir_all(service).unwrap();
            copy(backup, service);
        })
        .await
    }

    /// Stops the service, does `work` with its folder and the one beside it, starts it again.
    async fn stopped(self, work: impl FnOnce(&Path, &Path)) -> Self {
        self.service.stop().await;
        let folder = self.dir.path().join("service");
        // Its last connection empties the log into the file.
        for _ in 0..500 {
            if !folder.join("commerce.db-wal").exists() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        work(&folder, &self.dir.path().join("backup"));
        let service = serve(&folder).await;
        let door = Arc::new(self.company.clone());
        let ledger = self.dir.path().join("ledger.db");
        Self::between(self.dir, self.company, door, service, &ledger).await
    }

    /// The same with another door to AX, which may stand on the other sides.
    pub fn through(self, door: impl FnOnce(&Sides) -> Arc<dyn SalesOrderService>) -> Self {
        let runner = Runner::new(through(self.runner.sides(), door), self.runner.place());
        Self { runner, ..self }
    }

    /// Downloads the stores and sets the parameters of `web`.
    pub async fn set_up_store(&self) {
        self.ended(Job::DeliveryModes).await;
        self.set_store("web", settings()).await;
    }

    pub async fn set_store(&self, store: &str, settings: StoreSettings) {
        let ledger = &self.runner.sides().ledger;
        assert!(ledger.set_store(store, settings).await.unwrap());
    }

    pub async fn run(&self, job: Job) -> RunSummary {
        let run = self.runner.start(job, RunOptions::default()).await.unwrap();
        self.runner.finished(run).await.unwrap()
    }

    /// A run that has to end well.
    pub async fn ended(&self, job: Job) -> RunSummary {
        let summary = self.run(job).await;
        assert_eq!(summary.status, RunStatus::Ended, "{summary:?}");
        assert!(
            summary
                .streams
                .iter()
                .all(|stream| stream.counts.balances()),
            "{summary:?}"
        );
        summary
    }

    pub async fn orders(&self) -> RunSummary {
        self.ended(Job::Orders).await
    }

    pub async fn staged(&self, order: &str) -> StagedOrder {
        let ledger = &self.runner.sides().ledger;
        ledger.order(order).await.unwrap().unwrap()
    }

    pub async fn exceptions(&self) -> Vec<ExceptionEntry> {
        let ledger = &self.runner.sides().ledger;
        ledger
            .exceptions(&ExceptionFilter::default())
            .await
            .unwrap()
    }

    pub async fn differences(&self) -> Vec<String> {
        self.differences_in(&Stream::ALL).await
    }

    pub async fn differences_in(&self, streams: &[Stream]) -> Vec<String> {
        let sides = self.runner.sides();
        let selection = sides.ledger.selection().await.unwrap();
        let mut differences = Vec::new();
        for stream in streams {
            let verified = verify(sides, &selection, *stream, 10).await.unwrap();
            if verified.differs() > 0 {
                differences.push(format!("{verified:?}"));
            }
        }
        differences
    }

    pub fn path(&self) -> PathBuf {
        self.dir.path().join("company.db")
    }

    pub fn sql(&self, sql: &str) -> usize {
        embedded::writer(&self.path())
            .unwrap()
            .execute(sql, [])
            .unwrap()
    }

    pub fn count(&self, sql: &str) -> i64 {
        embedded::writer(&self.path())
            .unwrap()
            .query_row(sql, [], |row| row.get(0))
            .unwrap()
    }

    /// Places [`Site::order`].
    pub async fn place(&self, id: &str, number: &str) {
        let order = self.order(id, number);
        self.client.place_order(&order).await.unwrap();
    }

    /// Item and sales unit of an item without variants.
    pub fn item(&self) -> (String, String) {
        embedded::writer(&self.path())
            .unwrap()
            .query_row(
                "SELECT i.ITEMID, m.UNITID FROM INVENTTABLE i
                   JOIN INVENTTABLEMODULE m ON m.DATAAREAID = i.DATAAREAID AND m.ITEMID = i.ITEMID AND m.MODULETYPE = 2
                  WHERE NOT EXISTS (SELECT 1 FROM INVENTDIMCOMBINATION c WHERE c.DATAAREAID = i.DATAAREAID AND c.ITEMID = i.ITEMID)
                  ORDER BY i.ITEMID LIMIT 1",
                [],
                |row| Ok((row.get(0)?, row.get(1)?)),
            )
            .unwrap()
    }

    /// An order of one line, 2 × 10.50, with 5.00 shipping and 1.60 tax, paid.
    pub fn order(&self, id: &str, number: &str) -> WebOrder {
        let (item, unit) = self.item();
        let amount = |text: &str| text.parse::<Amount>().unwrap();
        WebOrder {
            id: id.to_owned(),
            number: number.to_owned(),
            store: "web".to_owned(),
            placed: Timestamp::UNIX_EPOCH,
            currency: "USD".to_owned(),
            customer: Customer {
                name: "Ada Lovelace".to_owned(),
                email: "ada@example.com".to_owned(),
                ..Customer::default()
            },
            delivery_mode: "GROUND".to_owned(),
            requested: None,
            delivery_address: Address {
                name: "Ada Lovelace".to_owned(),
                street: "12 St James's Square".to_owned(),
                city: "London".to_owned(),
                country: "GBR".to_owned(),
                ..Address::default()
            },
            invoice_address: None,
            lines: vec![OrderLine {
                line: 1,
                item,
                dimensions: axcs::model::catalog::ProductDimensions::default(),
                name: "A thing".to_owned(),
                quantity: amount("2"),
                unit,
                price: amount("10.5"),
                discount: Amount::ZERO,
                amount: amount("21"),
            }],
            charges: vec![Charge {
                code: String::new(),
                text: "Shipping".to_owned(),
                amount: amount("5"),
            }],
            taxes: vec![Tax {
                code: "STATE".to_owned(),
                amount: amount("1.6"),
            }],
            payment: Some(Payment {
                provider: "Pay".to_owned(),
                method: "VISA".to_owned(),
                authorization: "A-1".to_owned(),
                amount: amount("27.6"),
                authorized: Timestamp::UNIX_EPOCH,
            }),
            total: amount("27.6"),
            note: String::new(),
        }
    }
}

/// A worker of another process, on the company and the ledger of a folder.
pub async fn worker(dir: &Path, url: &str) -> Runner {
    let company = Embedded::open(&dir.join("company.db"), None).unwrap();
    let ledger = EmbeddedLedger::open(&dir.join("ledger.db")).await.unwrap();
    let door = Arc::new(company.clone());
    runner(
        company,
        door,
        ClientOptions::new(url, "token"),
        Arc::new(ledger),
    )
    .await
}

/// The sides with another door to AX.
pub fn through(sides: &Sides, door: impl FnOnce(&Sides) -> Arc<dyn SalesOrderService>) -> Sides {
    Sides {
        sales_orders: door(sides),
        company: Arc::clone(&sides.company),
        ledger: Arc::clone(&sides.ledger),
        commerce: Arc::clone(&sides.commerce),
        incarnation: sides.incarnation.clone(),
        flow: Arc::clone(&sides.flow),
        ..*sides
    }
}

async fn runner(
    company: Embedded,
    sales_orders: Arc<dyn SalesOrderService>,
    options: ClientOptions,
    ledger: Arc<dyn Ledger>,
) -> Runner {
    let service = options.url.clone();
    let sides = Sides {
        incarnation: ledger.incarnation().await.unwrap(),
        company: Arc::new(company),
        sales_orders,
        ledger,
        commerce: Arc::new(Client::new(options).unwrap()),
        flow: Arc::new(Flow::new(4, Duration::from_secs(2), 1)),
        lease: Duration::from_secs(5),
        request_life: Duration::from_secs(5),
    };
    let place = Place {
        profile: "test".to_owned(),
        is_production: false,
        company: String::new(),
        service,
    };
    Runner::new(sides, place)
}

/// Copies a folder.
pub fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &to.join(entry.file_name()));
        } else {
            std::fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
        }
    }
}

fn client_options(service: &Running) -> ClientOptions {
    let url = service.url();
    let is_tls = url.starts_with("https");
    ClientOptions {
        ca_file: is_tls.then(|| tls_files().cert),
        ..ClientOptions::new(url, "token")
    }
}

fn tls_files() -> TlsFiles {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/tls");
    TlsFiles {
        cert: folder.join("cert.pem"),
        key: folder.join("key.pem"),
    }
}

async fn serve(dir: &Path) -> Running {
    serve_with(dir, None).await
}

async fn serve_with(dir: &Path, tls: Option<TlsFiles>) -> Running {
    service::start(service::Options {
        dir: dir.to_owned(),
        listen: ([127, 0, 0, 1], 0).into(),
        token: "token".to_owned(),
        tls,
        insecure: false,
        set_up: jiff::SignedDuration::ZERO,
        first_release: None,
    })
    .await
    .unwrap()
}

pub fn store(id: &str) -> Channel {
    Channel {
        id: id.to_owned(),
        kind: ChannelKind::OnlineStore,
        name: format!("The {id} store"),
        currency: "USD".to_owned(),
        open: true,
    }
}

pub fn settings() -> StoreSettings {
    StoreSettings {
        customer_template: "WEB-TEMPLATE".to_owned(),
        shipping_charges_code: "FREIGHT".to_owned(),
        sales_origin: "WEB".to_owned(),
    }
}
