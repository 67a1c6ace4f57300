//! Token and passwords are canaries: whatever goes wrong, no output, log line or file but its own holds one.
//! (Every other torment that runs the program looks for them too, when it ends.)

use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::Request;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;

use super::axcs_program::{Axcs, CANARY, Said};

/// A service, or something in its place, that says back whatever it was told.
async fn echo(request: Request) -> Response {
    let token = request
        .headers()
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
        .to_owned();
    let path = request.uri().path().to_owned();
    let bare = token.trim_start_matches("Bearer ").to_owned();
    let problem = |status: u16| {
        serde_json::json!({
            "type": "about:blank", "title": "no", "status": status, "code": "said-back",
            "detail": format!("the header was {token}, the token {bare}"),
        })
        .to_string()
    };
    let json = [(header::CONTENT_TYPE, "application/problem+json")];
    // Another manner for each address that is asked.
    match path.len() % 5 {
        0 => (StatusCode::UNAUTHORIZED, json, problem(401)).into_response(),
        1 => (StatusCode::BAD_REQUEST, json, problem(400)).into_response(),
        2 => (StatusCode::OK, format!("<html>{token}</html>")).into_response(),
        3 => (
            StatusCode::FOUND,
            [(header::LOCATION, format!("http://elsewhere/{bare}"))],
            token,
        )
            .into_response(),
        _ => (StatusCode::SERVICE_UNAVAILABLE, json, problem(503)).into_response(),
    }
}

/// A port of AX that says back who was told to it, in a fault.
async fn fault(request: Request) -> Response {
    let told = request.headers().get(header::AUTHORIZATION);
    let told = told
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let bare = BASE64.decode(told.trim_start_matches("Basic ")).unwrap();
    let bare = String::from_utf8(bare).unwrap();
    let text = format!(
        "<s:Envelope xmlns:s='http://schemas.xmlsoap.org/soap/envelope/'><s:Body><s:Fault>\
         <faultcode>s:DeserializationFailed</faultcode><faultstring>{told}, {bare}</faultstring>\
         </s:Fault></s:Body></s:Envelope>"
    );
    (StatusCode::INTERNAL_SERVER_ERROR, text).into_response()
}

/// Every command that reaches the service, and some that read what others left.
const COMMANDS: &[&[&str]] = &[
    &["run", "inventory"],
    &["run", "orders", "--json"],
    &["run", "trade-agreements", "--complete"],
    &["run", "delivery-modes", "--dry-run"],
    &["run", "complete", "--json"],
    &["verify"],
    &["verify", "--stream", "items", "--json"],
    &["service", "store", "list"],
    &["service", "order", "list"],
    &["service", "account"],
    &["jobs"],
    &["jobs", "--json"],
    &["runs", "--json"],
    &["exceptions"],
    &["exceptions", "--json"],
    &["config", "show"],
    &["config", "show", "--json"],
    &["config", "check"],
];

pub async fn secrets() -> Result<(), String> {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let echoing = format!("http://{}", listener.local_addr().unwrap());
    let port = axum::routing::post(fault);
    let router = Router::new().route("/port.svc", port).fallback(echo);
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });

    let axcs = Axcs::demo(50);
    let mut outputs = 0;
    let mut said = |said: &Said| outputs += said.stdout.len() + said.stderr.len();
    let settings = |name: &str, text: &str| {
        let file = axcs.dir().join(name);
        std::fs::write(&file, text).unwrap();
        file.to_str().unwrap().to_owned()
    };
    let engine =
        "[engine]\ngive_up_after_seconds = 1\nlease_seconds = 1\n[log]\nlevel = \"debug\"\n";
    let token_file = axcs.dir().join("token").display().to_string();
    let service =
        |url: &str| format!("[service]\nurl = {url:?}\ntoken_file = {token_file:?}\n{engine}");
    // The service says it back; nobody listens; the name is unknown; the address itself holds it.
    let places = [
        settings("echo.toml", &service(&echoing)),
        settings("closed.toml", &service("http://127.0.0.1:9")),
        settings("unknown.toml", &service("http://no-such-host.invalid")),
        settings(
            "in-address.toml",
            &service("http://127.0.0.1:9").replace("http://", "http://user:pw@"),
        ),
    ];
    for place in &places {
        for command in COMMANDS {
            said(&axcs.run(&[*command, &["--config", place]].concat()));
        }
    }
    // The passwords of AX: its SQL Server is away, and its port for orders says back what it was told.
    let ax = settings(
        "ax.toml",
        &format!(
            "{engine}[profiles.sql.sqlserver]\nhost = '127.0.0.1'\nport = 9\ndatabase = 'AX'\nuser = 'axcs'\n\
             [profiles.port.orders]\nhandover = 'aif-http'\nurl = '{echoing}/port.svc'\nuser = 'web'\n"
        ),
    );
    said(&axcs.run(&["service", "order", "place", "--count", "2"]));
    for profile in ["sql", "port"] {
        for command in COMMANDS.iter().chain([&["doctor"][..]].iter()) {
            let flags = ["--config", ax.as_str(), "--profile", profile];
            let mut command = axcs.command(&[*command, &flags].concat());
            command.env("RUST_LOG", "trace");
            for variable in ["AXCS_SQL_PASSWORD", "AXCS_ORDERS_PASSWORD"] {
                command.env(variable, format!("password-{CANARY}"));
            }
            axcs.noting_output(command).status().unwrap();
        }
    }
    let told = axcs.run(&["exceptions", "--config", &ax, "--profile", "port"]);
    assert!(
        told.stdout.contains("…"),
        "no password was said back: {told:?}"
    );
    // A token that no header can carry, one in the environment, a worker with both ends failing.
    std::fs::write(
        axcs.dir().join("bad-token"),
        format!("{CANARY}\n{CANARY}\u{1}"),
    )
    .unwrap();
    let bad = settings(
        "bad-token.toml",
        &service(&echoing).replace(
            &token_file,
            &axcs.dir().join("bad-token").display().to_string(),
        ),
    );
    said(&axcs.run(&["run", "orders", "--config", &bad]));
    std::fs::remove_file(axcs.dir().join("bad-token")).unwrap();
    for backtrace in ["0", "full"] {
        let mut worker = axcs.command(&["worker", "--json", "--config", &places[0]]);
        worker.env("AXCS_TOKEN", format!("env-{CANARY}"));
        worker
            .env("RUST_BACKTRACE", backtrace)
            .env("RUST_LOG", "trace");
        let mut worker = axcs.noting_output(worker).spawn().unwrap();
        for job in ["orders", "inventory", "complete"] {
            said(&axcs.run(&["jobs", "resume", job]));
        }
        let began = Instant::now();
        while began.elapsed() < Duration::from_secs(4) {
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        worker.kill().unwrap();
        worker.wait().unwrap();
    }
    let commands = places.len() * COMMANDS.len() + 2 * (COMMANDS.len() + 1);
    let found = axcs.secrets_found();
    println!(
        "secrets | {commands} commands against services and a port that say back what they were told, {outputs} bytes of output, {} files with it",
        found.len()
    );
    if found.is_empty() {
        return Ok(());
    }
    Err(format!("the token stands in {found:?}"))
}
