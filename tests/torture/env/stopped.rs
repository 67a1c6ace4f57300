//! A process that is stopped in the middle of its run for twice its lease, while another one takes
//! the job over. When it wakes it finds itself fenced, and what it was about to do does no harm.

use std::time::{Duration, Instant};

use super::super::line::{Fault, Proxy, Tear, Way};
use super::{Outcome, Process, Shop, ended, pick, system};

/// The lease of the settings, in seconds.
const LEASE: u64 = 2;
/// After so many bytes the line holds back what the process sends, and it is stopped.
const HELD_AT: [u64; 4] = [0, 2_000, 1_000, 3_500];
/// For so long: the rest of the request arrives when the job was long taken over.
const HELD: Duration = Duration::from_secs(6);

fn signal(process: &mut Process, name: &str) -> Result<(), String> {
    let id = process.child().id();
    system("sh", &["-c", &format!("kill -{name} {id}")])
}

pub async fn stopped(times: u64) -> Result<Outcome, String> {
    let mut shop = Shop::new();
    let dir = shop.axcs.dir();
    let service = shop.axcs.serve("127.0.0.1:0");
    let line = Proxy::before(service.url.trim_start_matches("http://").parse().unwrap()).await;
    let engine = format!(
        "[engine]\nlease_seconds = {LEASE}\nrequest_timeout_seconds = 20\ngive_up_after_seconds = 20\n"
    );
    std::fs::write(dir.join("short.toml"), &engine).unwrap();
    let slow = dir.join("slow.toml");
    let url = format!("[service]\nurl = \"{}\"\n{engine}", line.url);
    std::fs::write(&slow, url).unwrap();
    let token = std::fs::read_to_string(dir.join("token")).unwrap();

    let mut waits = Vec::new();
    for time in 0..times {
        let job = pick(&["orders", "inventory"], time);
        let at = pick(&HELD_AT, time);
        shop.change();
        line.arm(Some(Tear {
            way: Way::Up,
            at,
            fault: Fault::Delay(HELD),
        }));
        let arguments = ["run", job, "--json", "--config", slow.to_str().unwrap()];
        let mut command = shop.axcs.command(&arguments);
        command.env("AXCS_TOKEN", token.trim());
        let mut sleeper = Process::start(command);
        while !line.is_torn() && sleeper.child().try_wait().unwrap().is_none() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        if !line.is_torn() {
            // It had less to say.
            shop.make_good()?;
            continue;
        }
        signal(&mut sleeper, "STOP")?;
        let stopped = Instant::now();
        let other = ended(&shop.axcs.run(&["run", job, "--json"]))?;
        let waited = stopped.elapsed();
        if other.code != 0 {
            return Err(format!("{job} was not taken over: {other:?}"));
        }
        waits.push(format!("{:.1} s", waited.as_secs_f64()));
        let asleep = Duration::from_secs(2 * LEASE);
        tokio::time::sleep(asleep.saturating_sub(waited)).await;
        signal(&mut sleeper, "CONT")?;
        let woken = sleeper.said();
        let fenced = ended(&woken)?;
        if fenced.code != 1 || !woken.stdout.contains("lost its lease to another worker") {
            return Err(format!(
                "{job}, stopped after {at} bytes, was not fenced: {woken:?}"
            ));
        }
        shop.make_good()
            .map_err(|broken| format!("{job}, stopped after {at} bytes: {broken}"))?;
        // What was held back has arrived by then.
        tokio::time::sleep((HELD + Duration::from_secs(2)).saturating_sub(stopped.elapsed())).await;
        let verified = shop.axcs.run(&["verify", "--json"]);
        if verified.code != 0 {
            return Err(format!(
                "{job}, the late rest after {at} bytes: {verified:?}"
            ));
        }
    }
    if waits.is_empty() {
        return Err("no run was stopped in it".to_owned());
    }
    Ok(Outcome::Stood(format!(
        "{} stopped, all fenced; the other one was done with the job after {} (lease {LEASE} s)",
        waits.len(),
        waits.join(", ")
    )))
}
