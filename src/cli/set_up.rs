//! Opens what the settings name: company, ledger, service and client, joined in a runner.

mod credentials;
mod database;
pub mod passwords;
mod sales_orders;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use super::Refusal;
use crate::commerce::Commerce;
#[cfg(feature = "service")]
use crate::commerce::client::Renewal;
use crate::commerce::client::{Client, ClientOptions, Compression, OperationLog};
use crate::company::embedded::Embedded;
use crate::company::refused::RefusedCompany;
use crate::company::sqlserver::SqlServerCompany;
use crate::company::{Company, CompanyError};
use crate::jobs::administration::{Access, Administration};
use crate::jobs::{Flow, Place, Runner, Sides};
use crate::ledger::{EmbeddedLedger, Ledger, ServerLedger};
use crate::model::exception::Exception;
#[cfg(feature = "service")]
use crate::model::exception::chain;
#[cfg(feature = "service")]
use crate::service;
use crate::settings::sqlserver::SqlServerSettings;
use crate::settings::{CompressionSetting, Settings};
use crate::sqlserver::Server;

pub use credentials::keeper;
#[cfg(feature = "service")]
pub use credentials::{Token, token};

/// The files of an embedded set-up.
#[derive(Clone, Debug)]
pub struct Folder(PathBuf);

impl Folder {
    /// The folder that the settings name.
    pub fn of(settings: &Settings) -> Result<Self, Refusal> {
        if settings.dir.as_os_str().is_empty() {
            return Err(Refusal::usage(
                "No folder is named.",
                "The setting `dir` is empty.",
                "Name the folder of an embedded set-up: --dir DIR, or `dir` in the settings file.",
            ));
        }
        Ok(Self(settings.dir.clone()))
    }

    /// The company's file.
    pub fn company(&self) -> PathBuf {
        self.0.join("company.db")
    }

    /// The ledger's file.
    pub fn ledger(&self) -> PathBuf {
        self.0.join("ledger.db")
    }

    /// The folder of the self-hosted service.
    pub fn service(&self) -> PathBuf {
        self.0.join("service")
    }

    /// The file of the token.
    pub fn token(&self) -> PathBuf {
        self.0.join("token")
    }

    /// The lock of this machine's sign-in.
    pub fn sign_in_lock(&self) -> PathBuf {
        self.0.join("sign-in.lock")
    }

    /// The folder itself.
    pub fn path(&self) -> &Path {
        &self.0
    }
}

/// Everything a command or the console works with.
#[derive(Debug)]
pub struct SetUp {
    /// Company, ledger and service, joined.
    pub runner: Arc<Runner>,
    /// What an administrator does.
    pub administration: Arc<Administration>,
    /// The company, for the demo's activity.
    pub company: OpenCompany,
    /// The service, for the demo's shop.
    pub shop: Arc<Client>,
    service: Service,
}

impl SetUp {
    /// Opens what the settings name, for a command.
    pub async fn open(settings: &Settings) -> Result<Self, Refusal> {
        let folder = Folder::of(settings)?;
        let company = OpenCompany::open(settings, &folder);
        let (company, ledger) = Box::pin(with_ledger(settings, &folder, company)).await?;
        Self::join(settings, &folder, company, ledger, "command").await
    }

    /// Opens what the settings name, for the console: where the release of AX has no Commerce
    /// Services it shows why nothing is run.
    pub async fn open_for_console(settings: &Settings) -> Result<Self, Refusal> {
        let folder = Folder::of(settings)?;
        let company = OpenCompany::of_any_release(settings, &folder);
        let (company, ledger) = Box::pin(with_ledger(settings, &folder, company)).await?;
        Self::join(settings, &folder, company, ledger, "console").await
    }

    /// Joins the sides for whoever works through `door`: the audit names it.
    async fn join(
        settings: &Settings,
        folder: &Folder,
        company: OpenCompany,
        ledger: Arc<dyn Ledger>,
        door: &str,
    ) -> Result<Self, Refusal> {
        let shared = company.shared();
        let (id, name) = match &company {
            OpenCompany::Embedded(_) | OpenCompany::Server(_) => {
                let facts = shared.facts().await.map_err(Exception::from)?;
                (facts.id, facts.name)
            }
            OpenCompany::Refused(company) => (settings.company.clone(), company.place.clone()),
        };
        let incarnation = ledger.incarnation().await.map_err(Exception::from)?;
        let service = Service::open(settings, folder).await?;
        let place = Place {
            profile: settings.profile.clone(),
            is_production: settings.production,
            company: format!("{id} {name}").trim_start().to_owned(),
            service: service.url.clone(),
        };
        let sides = Sides {
            company: shared,
            sales_orders: sales_orders::service(settings, &company, id, &ledger)?,
            ledger,
            commerce: Arc::clone(&service.client) as Arc<dyn Commerce>,
            incarnation,
            flow: Arc::new(Flow::new(
                settings.engine.in_flight,
                Duration::from_secs(settings.engine.give_up_after_seconds),
                seed(),
            )),
            lease: settings.engine.lease(),
            request_life: Duration::from_secs(settings.engine.request_life_seconds),
        };
        let runner = Runner::new(sides, place).through(door).in_background();
        let log = Arc::clone(service.client.operation_log());
        let runner = Arc::new(runner.logging(log));
        let access = Access {
            client: Arc::clone(&service.client),
            sign_in: service.access.sign_in.clone(),
            own_token: service.access.own_token.clone(),
        };
        let administration = Administration::new(Arc::clone(&runner), access);
        administration.follow_log().await?;
        Ok(Self {
            runner,
            administration: Arc::new(administration),
            company,
            shop: Arc::clone(&service.client),
            service,
        })
    }

    /// Stops the runs, then the service.
    pub async fn close(self) {
        self.runner.shut_down().await;
        self.service.stop().await;
    }
}

/// The service that the settings name, and a client of it.
#[derive(Debug)]
pub struct Service {
    /// Its client.
    pub client: Arc<Client>,
    access: Access,
    /// Its address.
    pub url: String,
    #[cfg(feature = "service")]
    running: Option<service::Running>,
}

impl Service {
    /// Where the settings name no address, the self-hosted service of the folder is used: the one
    /// that runs already, else one started for this process.
    #[cfg_attr(
        not(feature = "service"),
        allow(clippy::unused_async, reason = "a service of its own takes its time")
    )]
    pub async fn open(settings: &Settings, folder: &Folder) -> Result<Self, Refusal> {
        #[cfg(feature = "service")]
        let (url, running) = if settings.service.url.is_empty() {
            own_service(folder, &token(settings, folder)?.text).await?
        } else {
            (settings.service.url.clone(), None)
        };
        #[cfg(not(feature = "service"))]
        let url = if settings.service.url.is_empty() {
            return Err(Refusal::usage(
                "No service is named.",
                "The setting `service.url` is empty and this axcs was built without the self-hosted service.",
                "Set `service.url` in the settings file.",
            ));
        } else {
            settings.service.url.clone()
        };
        let access = credentials::access(settings, folder, &url).await?;
        Ok(Self {
            client: Arc::clone(&access.client),
            access,
            url,
            #[cfg(feature = "service")]
            running,
        })
    }

    /// Stops the service where it was started for this process.
    #[cfg_attr(
        not(feature = "service"),
        allow(clippy::unused_async, reason = "a service of its own takes its time")
    )]
    pub async fn stop(self) {
        #[cfg(feature = "service")]
        if let Some(running) = self.running {
            running.stop().await;
        }
    }
}

/// The company that the settings name.
#[derive(Clone, Debug)]
pub enum OpenCompany {
    /// In a file.
    Embedded(Embedded),
    /// In AX's own database.
    Server(SqlServerCompany),
    /// In a database of a release without Commerce Services.
    Refused(RefusedCompany),
}

impl OpenCompany {
    /// Opens it.
    pub async fn open(settings: &Settings, folder: &Folder) -> Result<Self, Refusal> {
        match Self::of_any_release(settings, folder).await? {
            Self::Refused(company) => Err(Exception::from(company.error()).into()),
            company @ (Self::Embedded(_) | Self::Server(_)) => Ok(company),
        }
    }

    /// Opens it, or what says why it is not used.
    async fn of_any_release(settings: &Settings, folder: &Folder) -> Result<Self, Refusal> {
        let company = (!settings.company.is_empty()).then_some(settings.company.as_str());
        if !settings.sqlserver.is_named() {
            let embedded = Embedded::open(&folder.company(), company);
            return Ok(Self::Embedded(embedded.map_err(Exception::from)?));
        }
        let partition = &settings.sqlserver.partition;
        let partition = (!partition.is_empty()).then_some(partition.as_str());
        database::warn_of(&settings.sqlserver);
        let server = Server::new(database::options(settings).await?);
        match SqlServerCompany::open(server, company, partition).await {
            Ok(company) => Ok(Self::Server(company)),
            Err(CompanyError::Release { place, reason }) => {
                Ok(Self::Refused(RefusedCompany { place, reason }))
            }
            Err(error) => Err(Exception::from(error).into()),
        }
    }

    /// The company in a file, for whoever plays its clerks.
    pub fn embedded(&self) -> Result<Embedded, Exception> {
        match self {
            Self::Embedded(company) => Ok(company.clone()),
            Self::Server(_) | Self::Refused(_) => Err(Exception::new(
                "Only an embedded company has clerks of its own.",
                "The settings name a SQL Server, whose AX is only read.",
                "Name a folder with an embedded company: --dir DIR",
            )),
        }
    }

    /// What the jobs ask.
    pub fn shared(&self) -> Arc<dyn Company> {
        match self {
            Self::Embedded(company) => Arc::new(company.clone()),
            Self::Server(company) => Arc::new(company.clone()),
            Self::Refused(company) => Arc::new(company.clone()),
        }
    }
}

/// A company and the ledger beside it. One that is there is opened meanwhile; none is made for a company that
/// cannot be opened.
async fn with_ledger(
    settings: &Settings,
    folder: &Folder,
    company: impl Future<Output = Result<OpenCompany, Refusal>>,
) -> Result<(OpenCompany, Arc<dyn Ledger>), Refusal> {
    if folder.ledger().exists() {
        // Its thread begins first: a company in a file is opened on this one.
        let (ledger, company) = tokio::join!(ledger(settings, folder), company);
        return Ok((company?, ledger?));
    }
    let company = company.await?;
    Ok((company, ledger(settings, folder).await?))
}

/// The ledger that the settings name.
pub async fn ledger(settings: &Settings, folder: &Folder) -> Result<Arc<dyn Ledger>, Refusal> {
    let SqlServerSettings {
        ledger_database, ..
    } = &settings.sqlserver;
    let opened = if settings.sqlserver.is_named() && !ledger_database.is_empty() {
        let options = database::options(settings).await?;
        let options = options.with_database(ledger_database);
        let ledger = ServerLedger::open(Server::new(options)).await;
        ledger.map(|ledger| Arc::new(ledger) as Arc<dyn Ledger>)
    } else {
        let ledger = EmbeddedLedger::open(&folder.ledger()).await;
        ledger.map(|ledger| Arc::new(ledger) as Arc<dyn Ledger>)
    };
    opened.map_err(|error| Exception::from(error).not_reached().into())
}

/// A path that is set.
fn named(path: &Path) -> Option<PathBuf> {
    (!path.as_os_str().is_empty()).then(|| path.to_owned())
}

/// A client of the service at `url` with the machine's own token.
#[cfg(feature = "service")]
pub fn client(settings: &Settings, url: String, token: Token) -> Result<Client, Refusal> {
    let mut options = client_options(settings, url, Arc::default());
    options.token = token.text;
    options.renewal = token.file.map(|file| Arc::new(file) as Arc<dyn Renewal>);
    Client::new(options).map_err(|error| credentials::unusable(&error))
}

/// How the service at `url` is spoken to; without a token.
fn client_options(
    settings: &Settings,
    url: String,
    operation_log: Arc<OperationLog>,
) -> ClientOptions {
    ClientOptions {
        url,
        token: String::new(),
        renewal: None,
        compression: match settings.service.compression {
            CompressionSetting::Auto => Compression::Auto,
            CompressionSetting::None => Compression::None,
            CompressionSetting::Gzip => Compression::Gzip,
            CompressionSetting::Zstd => Compression::Zstd,
        },
        ca_file: named(&settings.service.ca_file),
        connect_timeout: Duration::from_secs(settings.engine.connect_timeout_seconds),
        request_timeout: Duration::from_secs(settings.engine.request_timeout_seconds),
        operation_log,
    }
}

/// The self-hosted service of the folder: the one that runs already, else one started for this
/// process.
#[cfg(feature = "service")]
pub async fn own_service(
    folder: &Folder,
    token: &str,
) -> Result<(String, Option<service::Running>), Refusal> {
    if let Some(url) = service::running_at(&folder.service()) {
        return Ok((url, None));
    }
    let options = service::Options {
        dir: folder.service(),
        listen: std::net::SocketAddr::from((std::net::Ipv4Addr::LOCALHOST, 0)),
        token: token.to_owned(),
        tls: None,
        insecure: false,
        set_up: jiff::SignedDuration::ZERO,
        first_release: None,
    };
    let running = service::start(options).await.map_err(|error| {
        Exception::new(
            "The self-hosted service did not start.",
            chain(&error),
            "Check the folder and that no other process uses it.",
        )
        .not_reached()
    })?;
    Ok((running.url(), Some(running)))
}

/// Where the pauses of this process begin; without chance they are as good, only not its own.
fn seed() -> u64 {
    getrandom::u64().unwrap_or_default()
}
