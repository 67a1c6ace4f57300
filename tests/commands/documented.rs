//! The six exception texts of the AX documents ("(USA) View and resolve exceptions for Commerce
//! Services"), each in the situation that it is documented for: told with its remedy, listed,
//! retried from the command line and from the console, and cleared by itself when the cause is gone.

#[path = "documented/gate.rs"]
mod gate;

use std::cell::RefCell;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use axcs::model::Job;
use axcs::model::exception::Documented;
use gate::Gate;
use serde_json::Value;

#[cfg(all(feature = "console", unix))]
use crate::pty::Pty;
use crate::support::{Axcs, Said, Serving};

/// Items of the companies here.
const ITEMS: u32 = 60;

/// A situation that is documented, over a folder that is set up.
struct Situation<'a> {
    axcs: &'a Axcs,
    documented: Documented,
    /// The job that meets it.
    job: Job,
    /// How that job's command ends.
    code: i32,
    /// Part of the cause.
    cause: &'a str,
    /// Brings it about.
    arise: &'a dyn Fn(),
    /// Does what the remedy says.
    mend: &'a dyn Fn(),
}

impl Situation<'_> {
    fn prove(&self) {
        let id = self.fail();
        assert_eq!(self.retry(id).code, self.code);
        self.assert_listed(2);
        self.retry_in_console(id);
        self.assert_cleared(id);

        assert_eq!(self.fail(), id, "one for each job");
        (self.mend)();
        let said = self.retry(id);
        // The complete job has done what the retry was to do.
        if self.documented == Documented::CompleteRequired {
            assert!(said.stderr.contains("its cause is gone"), "{said:?}");
        } else {
            assert_eq!(said.code, 0, "{said:?}");
        }
        self.assert_cleared(id);

        self.fail();
        (self.mend)();
        self.axcs.ok(&["run", self.job.name()]);
        self.assert_cleared(id);
        let kept = self.axcs.json(&["exceptions"]);
        assert_eq!(kept, serde_json::json!([]), "nothing else is left");
    }

    /// Lets the job meet it for the first time. Answers the number of the exception.
    fn fail(&self) -> i64 {
        (self.arise)();
        let said = self.axcs.run(&["run", self.job.name()]);
        assert_eq!(said.code, self.code, "{said:?}");
        self.assert_told(&said);
        self.assert_listed(1)
    }

    /// On the terminal: what, why, what to do.
    fn assert_told(&self, said: &Said) {
        let (text, remedy) = (self.documented.text(), self.documented.remedy());
        let told: Vec<&str> = said.stderr.lines().map(str::trim).collect();
        let at = told
            .iter()
            .position(|line| *line == format!("axcs: {text}"));
        let at = at.unwrap_or_else(|| panic!("not told: {text}\n{}", said.stderr));
        assert!(told[at + 1].contains(self.cause), "{}", said.stderr);
        assert_eq!(told[at + 2], remedy);
    }

    /// In the list of exceptions, and by itself.
    fn assert_listed(&self, attempts: u32) -> i64 {
        let (text, remedy) = (self.documented.text(), self.documented.remedy());
        let listed = self.axcs.json(&["exceptions"]);
        let [entry] = listed.as_array().unwrap().as_slice() else {
            panic!("one exception: {listed}");
        };
        assert_eq!(entry["module"], "Commerce Services");
        assert_eq!(entry["job"], self.job.name());
        assert_eq!(entry["stream"], Value::Null);
        assert_eq!(entry["text"], text);
        assert_eq!(entry["remedy"], remedy);
        assert_eq!(entry["attempts"], attempts);
        assert_eq!(entry["state"], "open");
        let cause = entry["cause"].as_str().unwrap();
        assert!(cause.contains(self.cause), "{entry}");
        let id = entry["id"].as_i64().unwrap();
        let shown = self.axcs.ok(&["exceptions", "show", &id.to_string()]);
        for part in [self.job.ax_name(), text, cause, remedy] {
            assert!(shown.stdout.contains(part), "{part}: {shown:?}");
        }
        let table = self.axcs.ok(&["exceptions"]);
        assert!(table.stdout.contains(text), "{table:?}");
        assert!(table.stderr.contains(&format!("axcs exceptions show {id}")));
        id
    }

    fn retry(&self, id: i64) -> Said {
        self.axcs.run(&["exceptions", "retry", &id.to_string()])
    }

    fn assert_cleared(&self, id: i64) {
        let shown = self.axcs.json(&["exceptions", "show", &id.to_string()]);
        assert_eq!(shown["state"], "cleared", "{shown}");
    }

    /// Reads text and remedy in the real console, retries in vain, mends, and retries again.
    #[cfg(all(feature = "console", unix))]
    fn retry_in_console(&self, id: i64) {
        let mut console = Pty::start(self.axcs.in_terminal(&["--no-worker"]), 50);
        console.until_shows("complete data synchronization");
        console.press("6");
        console.until_shows("[6 Exceptions 1]");
        console.press("\r");
        console.until_shows(&format!("Exception {id}"));
        console.until(|screen| {
            let text = words(screen);
            text.contains(self.documented.text()) && text.contains(self.documented.remedy())
        });
        console.press("\x1b");
        console.until(|screen| !screen.contents().contains(&format!("Exception {id} ")));
        console.press("r");
        until_tried(3, &mut console, id);
        (self.mend)();
        console.press("r");
        console.until_shows("[6 Exceptions]");
        console.press("q");
        assert!(console.assert_restored().success());
    }

    /// Without a console the program is enough.
    #[cfg(not(all(feature = "console", unix)))]
    fn retry_in_console(&self, id: i64) {
        (self.mend)();
        self.retry(id);
    }
}

/// Opens the exception again and again until the console has seen that it was tried so often.
#[cfg(all(feature = "console", unix))]
fn until_tried(attempts: u32, console: &mut Pty, id: i64) {
    let end = Instant::now() + Duration::from_secs(30);
    let tried = format!("tried {attempts} times");
    loop {
        console.press("\r");
        console.until_shows(&format!("Exception {id}"));
        let is_tried = words(console.screen.screen()).contains(&tried);
        console.press("\x1b");
        console.until(|screen| !screen.contents().contains(&format!("Exception {id} ")));
        if is_tried {
            return;
        }
        assert!(Instant::now() < end, "not tried {attempts} times");
    }
}

/// What stands on the screen without the frames and line ends between the words.
#[cfg(all(feature = "console", unix))]
fn words(screen: &vt100::Screen) -> String {
    let text = screen.contents().replace(['│', '▌'], " ");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Every command of the folder speaks to `url`.
fn point_at(axcs: &Axcs, file: &str, url: &str) {
    let token = axcs.dir().join("token");
    let text = format!(
        "[service]\nurl = '{url}'\ntoken_file = '{}'\n\
         [engine]\nlease_seconds = 1\ngive_up_after_seconds = 1\n",
        token.display()
    );
    std::fs::write(axcs.dir().join(file), text).unwrap();
}

/// A run that another process has begun and cannot end, because its line to the service holds.
struct Elsewhere<'a> {
    axcs: &'a Axcs,
    gate: Gate,
    run: RefCell<Option<Child>>,
    _service: Serving,
}

impl<'a> Elsewhere<'a> {
    fn of(axcs: &'a Axcs) -> Self {
        let service = axcs.serve("127.0.0.1:0");
        let gate = Gate::before(&service.url);
        point_at(axcs, "held.toml", &gate.url);
        Self {
            axcs,
            gate,
            run: RefCell::default(),
            _service: service,
        }
    }

    /// Starts it.
    fn begin(&self, job: Job) {
        self.gate.set_open(false);
        // Something to be sent: without it the run does not need the line.
        let change = ["company", "change", "--within", "FIN", "--stock", "5"];
        self.axcs.ok(&change);
        let config = self.axcs.dir().join("held.toml");
        let config = config.to_str().unwrap();
        let mut run = self
            .axcs
            .command(&["run", job.name(), "--json", "--config", config])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(run.stdout.take().unwrap()).lines();
        let started = lines.next().unwrap().unwrap();
        assert!(started.contains("started"), "{started}");
        // Whatever else it says is read, so that it never waits for a reader.
        std::thread::spawn(move || lines.for_each(drop));
        assert!(self.run.replace(Some(run)).is_none());
    }

    /// Cancels it at its command, as the remedy says.
    fn cancel(&self) {
        let mut run = self.run.take().unwrap();
        let killed = Command::new("kill")
            .args(["-INT", &run.id().to_string()])
            .status();
        assert!(killed.unwrap().success());
        assert_eq!(run.wait().unwrap().code(), Some(130));
    }

    /// Lets it end well.
    fn let_end(&self) {
        self.gate.set_open(true);
        assert!(self.run.take().unwrap().wait().unwrap().success());
    }
}

impl Drop for Elsewhere<'_> {
    fn drop(&mut self) {
        if let Some(mut run) = self.run.take() {
            let _ = run.kill();
            let _ = run.wait();
        }
    }
}

#[test]
#[cfg(unix)]
fn another_instance_of_the_job_is_already_running() {
    let axcs = Axcs::demo(ITEMS);
    let elsewhere = Elsewhere::of(&axcs);
    let situation = Situation {
        axcs: &axcs,
        documented: Documented::AnotherInstance,
        job: Job::Inventory,
        code: 1,
        cause: "Commerce Services inventory synchronization is run by ",
        arise: &|| elsewhere.begin(Job::Inventory),
        mend: &|| elsewhere.cancel(),
    };
    situation.prove();

    // The other way of the remedy: the run elsewhere ends by itself, and nothing is left to do.
    let id = situation.fail();
    elsewhere.let_end();
    situation.assert_cleared(id);

    // And a command that waits by itself.
    elsewhere.begin(Job::Inventory);
    let mut waiting = axcs.spawn(&["run", "inventory", "--wait"]);
    let end = Instant::now() + Duration::from_secs(30);
    while axcs.json(&["exceptions"]) == serde_json::json!([]) {
        assert!(Instant::now() < end, "it does not wait");
    }
    elsewhere.let_end();
    assert!(waiting.wait().unwrap().success());
    situation.assert_cleared(id);
}

#[test]
#[cfg(unix)]
fn the_complete_job_is_cancelled_by_a_job_that_runs_and_says_which() {
    let axcs = Axcs::demo(ITEMS);
    let elsewhere = Elsewhere::of(&axcs);
    Situation {
        axcs: &axcs,
        documented: Documented::ConflictingJobs,
        job: Job::Complete,
        code: 1,
        cause: "Commerce Services online orders upload and download is run by ",
        arise: &|| elsewhere.begin(Job::Orders),
        mend: &|| elsewhere.cancel(),
    }
    .prove();
}

#[test]
#[cfg(unix)]
fn beside_the_complete_job_every_job_is_told_that_it_runs_already() {
    let axcs = Axcs::demo(ITEMS);
    let elsewhere = Elsewhere::of(&axcs);
    elsewhere.begin(Job::Complete);
    for job in Job::ALL {
        let said = axcs.run(&["run", job.name()]);
        assert_eq!(said.code, 1, "{said:?}");
        let text = Documented::AnotherInstance.text();
        assert!(said.stderr.contains(text), "{job}: {said:?}");
        let who = format!("{} is run by ", Job::Complete.ax_name());
        assert!(said.stderr.contains(&who), "{job}: {said:?}");
    }
    let dry = axcs.run(&["run", "inventory", "--dry-run"]);
    assert_eq!(dry.code, 1);
    let listed = axcs.json(&["exceptions"]);
    let listed = listed.as_array().unwrap();
    assert_eq!(listed.len(), Job::ALL.len());
    let attempts = |entry: &Value| entry["attempts"] == 1;
    assert!(listed.iter().all(attempts), "a dry run leaves no trace");
    elsewhere.let_end();
    let left = axcs.json(&["exceptions"]);
    assert_eq!(left, serde_json::json!([]), "it did what all of them do");
}

#[test]
fn a_service_that_is_down_is_a_network_error() {
    let axcs = Axcs::demo(ITEMS);
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = free.local_addr().unwrap().to_string();
    drop(free);
    point_at(&axcs, "short.toml", &format!("http://{address}"));
    let service = RefCell::new(None);
    Situation {
        axcs: &axcs,
        documented: Documented::NetworkError,
        job: Job::DeliveryModes,
        code: 3,
        cause: &address,
        arise: &|| drop(service.take()),
        mend: &|| drop(service.replace(Some(axcs.serve(&address)))),
    }
    .prove();
}

#[test]
fn change_tracking_that_is_off_stops_the_job_that_needs_it() {
    let axcs = Axcs::demo(ITEMS);
    Situation {
        axcs: &axcs,
        documented: Documented::ChangeTrackingOff,
        job: Job::TradeAgreements,
        code: 1,
        cause: "The table PRICEDISCTABLE of the stream trade-agreements is not tracked.",
        arise: &|| drop(axcs.ok(&["company", "tracking", "disable", "PRICEDISCTABLE"])),
        mend: &|| drop(axcs.ok(&["company", "tracking", "enable", "PRICEDISCTABLE"])),
    }
    .prove();
}

#[test]
fn a_service_that_is_being_set_up_is_to_be_tried_later() {
    let axcs = Axcs::demo(ITEMS);
    Situation {
        axcs: &axcs,
        documented: Documented::BeingSetUp,
        job: Job::Orders,
        code: 1,
        cause: "was answered 503",
        arise: &|| {
            axcs.ok(&["service", "account", "being-set-up"]);
            assert_eq!(axcs.json(&["service", "account"])["state"], "being-set-up");
        },
        mend: &|| drop(axcs.ok(&["service", "account", "active"])),
    }
    .prove();
}

#[test]
fn a_changed_selection_requires_a_complete_synchronization() {
    let axcs = Axcs::demo(ITEMS);
    let item = axcs.first_item();
    let is_sold = RefCell::new(true);
    Situation {
        axcs: &axcs,
        documented: Documented::CompleteRequired,
        job: Job::Inventory,
        code: 1,
        cause: "The product selection or the company category hierarchy was changed.",
        arise: &|| {
            let word = if is_sold.replace_with(|is_sold| !*is_sold) {
                "exclude"
            } else {
                "include"
            };
            axcs.ok(&["products", word, &item]);
        },
        mend: &|| drop(axcs.ok(&["run", "complete"])),
    }
    .prove();
}
