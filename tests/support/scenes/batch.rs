//! The batch jobs of a living AX: in every state, late ones among them.

use axcs::console::app::Msg;
use axcs::model::Exception;
use axcs::model::ax_batch::{
    AxBatchJob, AxBatchRun, AxBatchStatus, AxBatchTask, AxBatchTimes, commerce_services_job,
};
use axcs::model::exception::Documented;

use super::{Look, Stage, ago};

fn times(planned: i64, started: i64, took: Option<i64>) -> AxBatchTimes {
    AxBatchTimes {
        planned: Some(ago(planned)),
        started: Some(ago(started)),
        ended: took.map(|took| ago(started - took)),
    }
}

fn task(caption: &str, status: AxBatchStatus, times: AxBatchTimes, log: &[&str]) -> AxBatchTask {
    AxBatchTask {
        id: 5_637_144_601,
        caption: caption.to_owned(),
        class_number: 104_313,
        company: "usmf".to_owned(),
        group: String::new(),
        status,
        server: "01@AOS01".to_owned(),
        executed_by: "Admin".to_owned(),
        retries: i32::from(status == AxBatchStatus::Error),
        times,
        log: log.iter().map(ToString::to_string).collect(),
    }
}

fn run(status: AxBatchStatus, started: i64, took: i64, log: &[&str]) -> AxBatchRun {
    let times = times(started + 5, started, Some(took));
    AxBatchRun {
        id: started,
        status,
        canceled_by: String::new(),
        times,
        tasks: vec![task("Online orders synchronization", status, times, log)],
    }
}

fn failed_log() -> Vec<&'static str> {
    vec![
        "Online orders\tDownload of online orders",
        Documented::NetworkError.text(),
    ]
}

/// The runs of the orders job.
pub fn history() -> Vec<AxBatchRun> {
    let ended = |number: i64| {
        let log = format!("{} online orders were downloaded.", 40 - number);
        run(
            AxBatchStatus::Ended,
            900 * number,
            60 + number,
            &[log.as_str()],
        )
    };
    let mut runs = vec![run(AxBatchStatus::Error, 900, 62, &failed_log())];
    runs.extend((2..20).map(ended));
    runs[7].status = AxBatchStatus::Canceled;
    runs[7].canceled_by.push_str("jodi");
    runs
}

fn job(number: i64, caption: &str, status: AxBatchStatus, times: AxBatchTimes) -> AxBatchJob {
    let log = match status {
        AxBatchStatus::Error => failed_log(),
        AxBatchStatus::Ended => vec!["The synchronization is completed."],
        AxBatchStatus::Withhold
        | AxBatchStatus::Waiting
        | AxBatchStatus::Executing
        | AxBatchStatus::Ready
        | AxBatchStatus::DidNotRun
        | AxBatchStatus::Canceling
        | AxBatchStatus::Canceled
        | AxBatchStatus::Other(_) => Vec::new(),
    };
    let mut job = AxBatchJob {
        id: 5_637_144_576 + number,
        caption: caption.to_owned(),
        job: commerce_services_job(caption),
        company: "usmf".to_owned(),
        created_by: "Admin".to_owned(),
        canceled_by: String::new(),
        status,
        times,
        tasks: vec![task(caption, status, times, &log)],
        usual_seconds: None,
        last_log: None,
        last_error: None,
    };
    job.learn(&[]);
    job
}

/// What AX has.
pub fn jobs() -> Vec<AxBatchJob> {
    use AxBatchStatus::{Canceled, DidNotRun, Ended, Error, Executing, Waiting, Withhold};
    let mut all = vec![
        job(
            1,
            "Commerce Services inventory synchronization",
            Waiting,
            times(10_900, 11_800, Some(91)),
        ),
        job(
            2,
            "Commerce Services trade agreements synchronization",
            Executing,
            times(6_005, 6_000, None),
        ),
        job(
            3,
            "Commerce Services online orders upload and download",
            Error,
            times(905, 900, Some(62)),
        ),
        job(
            4,
            "Commerce Services delivery mode and online store synchronization",
            Ended,
            times(190_005, 190_000, Some(12)),
        ),
        job(
            5,
            "Commerce Services complete data synchronization",
            Canceled,
            times(400_005, 400_000, Some(2_400)),
        ),
        job(
            6,
            "AIF inbound processing",
            Waiting,
            times(-40, 20, Some(9)),
        ),
        job(
            7,
            "Retail P-job 1090 配送方法 Größe",
            DidNotRun,
            times(86_405, 86_400, Some(0)),
        ),
        job(
            8,
            "Inventory close, first run of the year, waits for the controller",
            Withhold,
            AxBatchTimes::default(),
        ),
        job(
            9,
            "Scheduled by a newer AX",
            AxBatchStatus::Other(9),
            AxBatchTimes::default(),
        ),
    ];
    all[1].usual_seconds = Some(360);
    all[4].canceled_by.push_str("jodi");
    all
}

fn listing(size: (u16, u16), look: Look, jobs: Result<Vec<AxBatchJob>, Exception>) -> Stage {
    let mut stage = loading(size, look);
    stage.send(Msg::BatchJobs(jobs));
    stage
}

pub fn loading(size: (u16, u16), look: Look) -> Stage {
    let mut stage = Stage::new(size, look);
    stage.press("b");
    stage
}

pub fn listed(size: (u16, u16), look: Look) -> Stage {
    let mut stage = listing(size, look, Ok(jobs()));
    stage.press("j j");
    stage
}

pub fn empty(size: (u16, u16), look: Look) -> Stage {
    listing(size, look, Ok(Vec::new()))
}

pub fn unread(size: (u16, u16), look: Look) -> Stage {
    let exception = Exception::new(
        "The company could not be read.",
        "reading batch jobs failed: /srv/axcs/company.db: database disk image is malformed",
        "Check that the company's database is whole: axcs company info",
    );
    listing(size, look, Err(exception))
}

pub fn opened(size: (u16, u16), look: Look) -> Stage {
    let mut stage = listed(size, look).answering();
    stage.press("enter");
    stage
}

pub fn scrolled(size: (u16, u16), look: Look) -> Stage {
    let mut stage = opened(size, look);
    stage.press("G");
    stage
}
