//! A token that lives for seconds: whatever is under way when it ends is refused, told to the file
//! it is renewed from once, and sent again. No batch fails for it.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use axcs::commerce::client::{Client, ClientOptions, Renewal, TokenFile};
use axcs::commerce::wire::{IDEMPOTENCY_KEY, PROBLEM_JSON, Problem};
use axcs::company::embedded::Embedded;
use axcs::company::embedded::activity::{self, Change};
use axcs::jobs::Flow;
use axcs::model::{Job, RunStatus};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};

use super::Arguments;
use super::axcs_program::{Axcs, CANARY};
use super::hostile::forward;
use super::upload_site::Site;

/// Requests under way at once.
const IN_FLIGHT: usize = 8;
/// Lines of a batch: few, so that there are many batches.
const LINES: usize = 50;
/// What a request takes to the gate: long enough for all of them to be under way when a token ends.
const DISTANCE: Duration = Duration::from_millis(100);
/// The token that the service itself takes.
const OF_SERVICE: &str = "token";

/// How bad it is to be.
pub struct Torment {
    /// How long it lasts.
    pub lasts: Duration,
    /// How long a token lives.
    pub life: Duration,
    /// Items of the company.
    pub items: u64,
}

impl Torment {
    /// What the command line asks for.
    pub fn of(arguments: &Arguments) -> Result<Self, String> {
        let is_long = arguments.has("--seconds");
        let life = match arguments.number("--life", 0)? {
            0 if is_long => Duration::from_secs(5),
            0 => Duration::from_millis(400),
            seconds => Duration::from_secs(seconds),
        };
        Ok(Self {
            lasts: Duration::from_secs(arguments.number("--seconds", 4)?),
            life,
            items: arguments.number("--items", if is_long { 5_000 } else { 1_000 })?,
        })
    }
}

/// Stands before the service and takes one token at a time.
struct Gate {
    service: String,
    /// What the service takes.
    of_service: String,
    http: reqwest::Client,
    state: Mutex<Door>,
    /// Done at each refusal.
    on_refusal: Box<dyn Fn() + Send + Sync>,
}

#[derive(Default)]
struct Door {
    takes: String,
    /// Requests that were refused and have not come back.
    owed: HashMap<String, u64>,
    requests: u64,
    refused: u64,
    /// Since the last token ended.
    refused_now: u64,
    most_refused: u64,
    expiries: u64,
}

impl Gate {
    /// Opens before `service`. Answers the gate and its address.
    fn open(
        service: &str,
        of_service: &str,
        takes: &str,
        on_refusal: impl Fn() + Send + Sync + 'static,
    ) -> (Arc<Self>, String) {
        let door = Door {
            takes: takes.to_owned(),
            ..Door::default()
        };
        let gate = Arc::new(Self {
            service: service.to_owned(),
            of_service: of_service.to_owned(),
            http: reqwest::Client::builder().no_proxy().build().unwrap(),
            state: Mutex::new(door),
            on_refusal: Box::new(on_refusal),
        });
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let router = Router::new().fallback(carry).with_state(Arc::clone(&gate));
        tokio::spawn(async move {
            let listener = tokio::net::TcpListener::from_std(listener).unwrap();
            axum::serve(listener, router).await.unwrap();
        });
        (gate, url)
    }

    fn admits(&self, request: &Request) -> bool {
        let key = request.headers().get(IDEMPOTENCY_KEY);
        let name = format!("{} {} {key:?}", request.method(), request.uri());
        let mut door = self.state.lock().unwrap();
        door.requests += 1;
        let is_right = is_bearer(request.headers(), &door.takes);
        let owed = door.owed.entry(name).or_default();
        if is_right {
            *owed = owed.saturating_sub(1);
        } else {
            *owed += 1;
            door.refused += 1;
            door.refused_now += 1;
            door.most_refused = door.most_refused.max(door.refused_now);
        }
        door.owed.retain(|_, owed| *owed > 0);
        is_right
    }

    /// Takes another token from now on. A request that was refused is let come back before: one
    /// repetition is what the client promises.
    async fn change(&self, token: &str) {
        loop {
            {
                let mut door = self.state.lock().unwrap();
                if door.owed.is_empty() {
                    token.clone_into(&mut door.takes);
                    door.expiries += 1;
                    door.refused_now = 0;
                    return;
                }
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }
}

fn is_bearer(headers: &HeaderMap, token: &str) -> bool {
    let given = headers.get(AUTHORIZATION).map(HeaderValue::as_bytes);
    given == Some(format!("Bearer {token}").as_bytes())
}

async fn carry(State(gate): State<Arc<Gate>>, request: Request) -> Response {
    tokio::time::sleep(DISTANCE).await;
    // Read to its end: who is hung up on while he speaks does not hear the answer.
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap_or_default();
    let mut request = Request::from_parts(parts, Body::from(body));
    if !gate.admits(&request) {
        (gate.on_refusal)();
        let problem = Problem {
            kind: "about:blank".to_owned(),
            title: "No".to_owned(),
            status: 401,
            // As careless as a gateway can be.
            detail: format!("{:?} is over", request.headers().get(AUTHORIZATION)),
            code: "unauthorized".to_owned(),
        };
        let body = serde_json::to_string(&problem).unwrap();
        return (
            StatusCode::UNAUTHORIZED,
            [(CONTENT_TYPE, PROBLEM_JSON)],
            body,
        )
            .into_response();
    }
    let bearer = format!("Bearer {}", gate.of_service);
    let headers = request.headers_mut();
    headers.insert(AUTHORIZATION, bearer.parse().unwrap());
    forward(&gate.http, &gate.service, request)
        .await
        .into_response()
}

/// The file, and how often it was read again.
#[derive(Debug)]
struct Counted(TokenFile, Arc<AtomicU64>);

#[async_trait]
impl Renewal for Counted {
    async fn renew(&self, refused: &str) -> Result<String, String> {
        self.1.fetch_add(1, Ordering::Relaxed);
        self.0.renew(refused).await
    }
}

/// Puts another token into the file, as a whole.
fn write(file: &Path, token: &str) {
    let new = file.with_extension("new");
    std::fs::write(&new, format!("{token}\n")).unwrap();
    std::fs::rename(&new, file).unwrap();
}

/// Token number `number`.
fn named(number: u64) -> String {
    format!("token-{number}-of-many")
}

/// Changes the token every `life`, for ever.
async fn rotate(gate: Arc<Gate>, file: PathBuf, life: Duration) {
    for number in 1.. {
        tokio::time::sleep(life).await;
        write(&file, &named(number));
        gate.change(&named(number)).await;
    }
}

pub async fn token(torment: &Torment) -> Result<(), String> {
    program()?;
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("token");
    write(&file, &named(0));
    let renewals = Arc::new(AtomicU64::new(0));
    let mut opened = None;
    let site = Site::with(torment.items, |sides, url| {
        let (gate, url) = Gate::open(url, OF_SERVICE, &named(0), || {});
        let renewal = Counted(TokenFile::new(&file), Arc::clone(&renewals));
        let client = Client::new(ClientOptions {
            renewal: Some(Arc::new(renewal)),
            ..ClientOptions::new(url, named(0))
        });
        sides.commerce = Arc::new(client.unwrap());
        let flow = Flow::new(IN_FLIGHT, Duration::from_secs(30), 1);
        sides.flow = Arc::new(flow.in_batches_of(LINES));
        sides.lease = Duration::from_secs(30);
        opened = Some(gate);
    })
    .await;
    let gate = opened.unwrap();
    let rotating = tokio::spawn(rotate(Arc::clone(&gate), file, torment.life));

    let began = Instant::now();
    let (mut runs, mut batches, mut failed) = (0_u64, 0, Vec::new());
    let company = Embedded::open(&site.company(), None).unwrap();
    let many = torment.items as u32;
    while runs == 0 || began.elapsed() < torment.lasts {
        let job = if runs == 0 {
            Job::Complete
        } else {
            let change = Change {
                stock: many,
                prices: many,
                names: many / 4,
                deletes: 0,
            };
            activity::apply(&company, &change, runs, None).unwrap();
            Job::Inventory
        };
        let summary = site.run(job).await;
        runs += 1;
        batches += summary.counts().batches;
        if summary.status != RunStatus::Ended {
            failed.push(format!("{:?}", summary.exception));
        }
    }
    rotating.abort();
    let differences = site.differences().await;
    let renewals = renewals.load(Ordering::Relaxed);
    let door = gate.state.lock().unwrap();
    println!(
        "token | {:.0} s, {} expiries, {renewals} renewals, {} of {} requests refused, at most {} at one expiry ({IN_FLIGHT} in flight), {batches} batches in {runs} runs, {} runs failed, {differences} differences",
        began.elapsed().as_secs_f64(),
        door.expiries,
        door.refused,
        door.requests,
        door.most_refused,
        failed.len(),
    );
    if let Some(failed) = failed.first() {
        return Err(failed.clone());
    }
    if differences > 0 {
        return Err(format!("{differences} records differ"));
    }
    if renewals > door.expiries || door.most_refused > IN_FLIGHT as u64 {
        return Err("a token was renewed or refused more often than needed".to_owned());
    }
    if !door.owed.is_empty() {
        return Err(format!("refused and not sent again: {:?}", door.owed));
    }
    if renewals == 0 {
        return Err("no token ended while anything was under way".to_owned());
    }
    Ok(())
}

/// The program itself reads its file again, and says neither token.
fn program() -> Result<(), String> {
    let axcs = Axcs::demo(20);
    let service = axcs.serve("127.0.0.1:0");
    let file = axcs.dir().join("token");
    let of_service = std::fs::read_to_string(&file).unwrap();
    let (first, second) = (format!("first-{CANARY}"), format!("second-{CANARY}"));
    let (at_refusal, next) = (file.clone(), second.clone());
    let (gate, url) = Gate::open(&service.url, of_service.trim(), &second, move || {
        write(&at_refusal, &next);
    });
    let config = axcs.dir().join("gate.toml");
    let text = format!("[service]\nurl = \"{url}\"\n");
    std::fs::write(&config, text).unwrap();
    let run = [
        "run",
        "delivery-modes",
        "--wait",
        "--config",
        config.to_str().unwrap(),
    ];
    write(&file, &first);
    let said = axcs.run(&run);
    let refused = gate.state.lock().unwrap().refused;
    if said.code != 0 || refused != 1 {
        return Err(format!("{refused} requests were refused: {said:?}"));
    }
    // A token that nobody renews is told, but not what it is.
    "nothing".clone_into(&mut gate.state.lock().unwrap().takes);
    let said = axcs.run(&run);
    if said.code == 0 || !said.stderr.contains("sign-in") {
        return Err(format!("a refused token was not told: {said:?}"));
    }
    Ok(())
}
