//! Rows from SQL Server through the driver, beside a bare stream of the same client library, and the
//! memory that a long reading takes.

use std::time::{Duration, Instant};

use axcs::sql::Cell;
use axcs::sqlserver::{Authentication, Encryption, Options, Server, ServerError};
use futures_util::TryStreamExt as _;
use secrecy::SecretString;
use tiberius::{AuthMethod, Client, Config, EncryptionLevel, QueryItem};
use tokio_util::compat::TokioAsyncWriteCompatExt as _;

use crate::memory::status_of_this;
use crate::{growth, table};

#[path = "../../tests/support/tds.rs"]
mod endpoint;

/// Some room for what an allocator keeps: it does not follow the rows.
const MOST_GROWN: u64 = 2_048;

/// Reads `rows` rows twice each way, in turns.
pub async fn tds(rows: u64) {
    let address = endpoint::serve();
    let options = Options {
        host: address.ip().to_string(),
        port: Some(address.port()),
        instance: None,
        database: "bench".to_owned(),
        authentication: Authentication::Sql {
            user: "bench".to_owned(),
            password: SecretString::from("bench".to_owned()),
        },
        encryption: Encryption::None,
        ca_file: None,
        trust_any: false,
        connect_timeout: Duration::from_secs(10),
        statement_timeout: Duration::from_secs(30),
    };
    let statement = format!("SELECT TOP ({rows}) * FROM T");
    let server = Server::new(options);
    let mut grown = 0;
    let (mut figure, mut limit) = (Duration::MAX, Duration::MAX);
    for _ in 0..2 {
        limit = limit.min(bare(address, &statement, rows).await);
        let (took, growth) = ours(&server, &statement, rows).await;
        figure = figure.min(took);
        grown = grown.max(growth);
    }
    let rate = |took: Duration| rows as f64 / took.as_secs_f64();
    table::tell(
        format!("{rows} rows from SQL Server"),
        format!("{:.0} rows/s", rate(figure)),
        format!("{:.0} rows/s (bare client)", rate(limit)),
        rate(figure) / rate(limit),
    );
    table::tell(
        format!("{rows} rows from SQL Server: memory"),
        format!("{grown} KB grown"),
        format!("{MOST_GROWN} KB"),
        grown as f64 / MOST_GROWN as f64,
    );
    growth::point("tds", "rows/s", rows, rate(figure));
}

async fn ours(server: &Server, statement: &str, rows: u64) -> (Duration, u64) {
    let statement = statement.to_owned();
    let began = Instant::now();
    let read = server.call(move |link| {
        let (mut count, mut texts) = (0_u64, 0);
        let (mut first, mut most) = (0, 0);
        link.each(&statement, &[], |_, row| {
            for column in 0..row.width() {
                if let Cell::Text(text) = row.cell(column)? {
                    texts += text.len();
                }
            }
            count += 1;
            if count == 10_000 {
                first = status_of_this("VmRSS");
            } else if count.is_multiple_of(50_000) {
                most = most.max(status_of_this("VmRSS"));
            }
            Ok::<_, ServerError>(())
        })?;
        assert!(texts > 0);
        Ok::<_, ServerError>((count, most.saturating_sub(first)))
    });
    let (count, grown) = read.await.unwrap();
    assert_eq!(count, rows);
    (began.elapsed(), grown)
}

async fn bare(address: std::net::SocketAddr, statement: &str, rows: u64) -> Duration {
    let mut config = Config::new();
    config.host(address.ip());
    config.port(address.port());
    config.packet_size(16_192);
    config.encryption(EncryptionLevel::NotSupported);
    config.authentication(AuthMethod::sql_server("bench", "bench"));
    let tcp = tokio::net::TcpStream::connect(address).await.unwrap();
    tcp.set_nodelay(true).unwrap();
    let mut client = Client::connect(config, tcp.compat_write()).await.unwrap();
    let began = Instant::now();
    let mut answer = client.query(statement, &[]).await.unwrap();
    let (mut count, mut texts) = (0_u64, 0);
    while let Some(item) = answer.try_next().await.unwrap() {
        if let QueryItem::Row(row) = item {
            for column in 3..7 {
                texts += row.get::<&str, _>(column).unwrap().len();
            }
            count += 1;
        }
    }
    assert!(count == rows && texts > 0);
    began.elapsed()
}
