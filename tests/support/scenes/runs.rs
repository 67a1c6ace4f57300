//! Runs, jobs and a log as they come out of a day's work.

use axcs::model::exception::Documented;
use axcs::model::history::History;
use axcs::model::log::{Level, LogLine};
use axcs::model::run::{Counts, JobOverview, Phase, RunStatus, RunSummary};
use axcs::model::{Exception, Job, JobStatus, Progress, RunId, Stream, StreamProgress};
use jiff::SignedDuration;

use super::ago;

pub fn network_error() -> Exception {
    Documented::NetworkError.because(
        "POST http://127.0.0.1:8620/v1/trade-agreements/batch failed 6 times in 62 s: \
         connection refused (os error 111): the service answered last at 13:58:02",
    )
}

pub fn stream(
    stream: Stream,
    total: u64,
    sent: u64,
    unchanged: u64,
    quarantined: u64,
) -> StreamProgress {
    StreamProgress {
        phase: Phase::Done,
        total: Some(total),
        counts: Counts {
            enumerated: sent + unchanged + quarantined,
            acknowledged: sent,
            unchanged,
            quarantined,
            batches: sent.div_ceil(500),
            payload_bytes: sent * 612,
            ..Counts::default()
        },
        started: Some(ago(900)),
        finished: Some(ago(882)),
        ..StreamProgress::pending(stream)
    }
}

fn summary(run: i64, job: Job, status: RunStatus, seconds_ago: i64, took: i64) -> RunSummary {
    RunSummary {
        run: RunId(run),
        job,
        status,
        dry_run: false,
        started: ago(seconds_ago),
        finished: Some(ago(seconds_ago - took)),
        streams: Vec::new(),
        exception: None,
    }
}

pub fn inventory_run() -> RunSummary {
    let mut on_hand = stream(Stream::OnHand, 384, 380, 1, 3);
    on_hand.counts.deleted = 2;
    RunSummary {
        streams: vec![
            stream(Stream::Categories, 0, 0, 0, 0),
            stream(Stream::DimensionGroups, 0, 0, 0, 0),
            stream(Stream::ItemTaxGroups, 2, 0, 2, 0),
            stream(Stream::Items, 118, 41, 77, 0),
            on_hand,
        ],
        ..summary(116, Job::Inventory, RunStatus::Ended, 190, 4)
    }
}

pub fn failed_run() -> RunSummary {
    let mut agreements = stream(Stream::TradeAgreements, 48_210, 12_500, 0, 0);
    agreements.phase = Phase::Sending;
    agreements.counts.enumerated = 14_500;
    agreements.counts.retries = 6;
    agreements.finished = None;
    RunSummary {
        streams: vec![agreements],
        exception: Some(network_error()),
        ..summary(114, Job::TradeAgreements, RunStatus::Error, 33_000, 72)
    }
}

pub fn delivery_run() -> RunSummary {
    RunSummary {
        streams: vec![
            stream(Stream::Stores, 3, 1, 2, 0),
            stream(Stream::DeliveryModes, 10, 0, 10, 0),
            stream(Stream::StoreParameters, 3, 0, 3, 0),
        ],
        ..summary(109, Job::DeliveryModes, RunStatus::Ended, 190_000, 1)
    }
}

pub fn orders_run() -> RunSummary {
    RunSummary {
        streams: vec![
            stream(Stream::Orders, 12, 10, 0, 2),
            stream(Stream::Acknowledgements, 14, 14, 0, 0),
            stream(Stream::Shipments, 3, 3, 0, 0),
            stream(Stream::OrderStatuses, 9, 4, 5, 0),
        ],
        ..summary(115, Job::Orders, RunStatus::Ended, 700, 3)
    }
}

pub fn stopped_run() -> RunSummary {
    RunSummary {
        streams: vec![
            stream(Stream::Categories, 64, 64, 0, 0),
            StreamProgress::pending(Stream::DimensionGroups),
        ],
        ..summary(112, Job::Complete, RunStatus::Canceled, 40_000, 11)
    }
}

/// A daily job whose last three runs have failed.
pub fn failing_for_days(job: JobOverview) -> JobOverview {
    let last = job.last.clone().unwrap();
    let runs: Vec<RunSummary> = (0..9)
        .map(|days| RunSummary {
            started: last.started - SignedDuration::from_hours(24 * days),
            finished: last
                .finished
                .map(|finished| finished - SignedDuration::from_hours(24 * days)),
            status: if days < 3 {
                RunStatus::Error
            } else {
                RunStatus::Ended
            },
            ..last.clone()
        })
        .collect();
    JobOverview {
        failures: 3,
        history: History::of(&runs),
        ..job
    }
}

/// What is remembered of a job whose last run is this one.
fn past(job: Job, last: RunSummary) -> History {
    let (number, every, took) = match job {
        Job::Inventory => (40, 900, 4),
        Job::TradeAgreements => (12, 86_400, 65),
        Job::Orders => (25, 900, 3),
        Job::DeliveryModes => (3, 700_000, 1),
        Job::Complete => (6, 600_000, 31),
    };
    let before = last.started;
    let mut runs = vec![last];
    for index in 1..number {
        let status = match index % 11 {
            6 => RunStatus::Error,
            9 => RunStatus::Canceled,
            _ => RunStatus::Ended,
        };
        let started = before - SignedDuration::from_secs(every * index);
        let took = took + index * 7 % 5;
        runs.push(RunSummary {
            started,
            finished: Some(started + SignedDuration::from_secs(took)),
            ..summary(100 - index, job, status, 0, 0)
        });
    }
    History::of(&runs)
}

/// A job as it stands at [`super::now`]: 14:03:12 in the zone of the scenes.
fn entry(
    job: Job,
    status: JobStatus,
    recurrence: &str,
    next_in: Option<i64>,
    last: RunSummary,
) -> JobOverview {
    let quarantined = last.counts().quarantined;
    let tracking = match job {
        Job::Complete => None,
        Job::Inventory | Job::Orders => Some(47.8),
        Job::TradeAgreements => Some(38.9),
        Job::DeliveryModes => Some(19.4),
    };
    JobOverview {
        job,
        status,
        reason: String::new(),
        recurrence: recurrence.to_owned(),
        next: next_in.map(|seconds| ago(-seconds)),
        failures: u32::from(status == JobStatus::Error),
        quarantined: if job == Job::Complete { 3 } else { quarantined },
        history: past(job, last.clone()),
        last: Some(last),
        tracking_hours_left: tracking,
    }
}

pub fn overview() -> Vec<JobOverview> {
    use JobStatus::{Canceled, Ended, Error, Waiting};
    const QUARTER: &str = "every 15 minutes";
    const DAILY: &str = "every day at 02:15";
    const BY_HAND: &str = "as required";
    vec![
        entry(Job::Inventory, Waiting, QUARTER, Some(708), inventory_run()),
        entry(
            Job::TradeAgreements,
            Error,
            DAILY,
            Some(43_908),
            failed_run(),
        ),
        entry(Job::Orders, Waiting, QUARTER, Some(198), orders_run()),
        entry(Job::DeliveryModes, Ended, BY_HAND, None, delivery_run()),
        entry(Job::Complete, Canceled, BY_HAND, None, stopped_run()),
    ]
}

/// The same after somebody has suspended all jobs but one that was withheld before.
pub fn suspended() -> Vec<JobOverview> {
    let mut jobs = overview();
    for job in &mut jobs {
        job.status = JobStatus::Withhold;
        job.next = None;
        job.reason.push_str(if job.job == Job::TradeAgreements {
            "its last 5 runs ended in Error"
        } else {
            "all jobs suspended by AOS02/812"
        });
    }
    jobs[1].failures = 5;
    jobs
}

/// A dry run of the inventory job by another worker.
pub fn elsewhere(percent: u64) -> Progress {
    let mut items = stream(Stream::Items, 20_000, 200 * percent, 0, 0);
    items.phase = Phase::Sending;
    items.finished = None;
    Progress {
        run: RunId(118),
        job: Job::Inventory,
        owner: "AOS02/812".to_owned(),
        dry_run: true,
        started: ago(40),
        streams: vec![
            stream(Stream::Categories, 64, 0, 64, 0),
            stream(Stream::DimensionGroups, 9, 0, 9, 0),
            stream(Stream::ItemTaxGroups, 4, 0, 4, 0),
            items,
            StreamProgress {
                total: Some(15_190),
                ..StreamProgress::pending(Stream::OnHand)
            },
        ],
        ..complete_run(percent)
    }
}

/// The complete job at about this percentage.
pub fn complete_run(percent: u64) -> Progress {
    let done = |kind, total, unchanged| {
        let mut done = stream(kind, total, total - unchanged, unchanged, 0);
        (done.started, done.finished) = (Some(ago(94)), Some(ago(91)));
        done
    };
    let items_total = 200_000;
    let mut items = stream(
        Stream::Items,
        items_total,
        items_total * percent / 100 * 2 - 60_000,
        60_000 - 14,
        14,
    );
    items.phase = Phase::Sending;
    items.counts.enumerated = items.counts.settled() + 4_000;
    items.counts.retries = 1;
    (items.started, items.finished) = (Some(ago(90)), None);
    items.reload = Some(
        "INVENTTABLEMODULE keeps changes from version 48210 on, the cursor is at 47115".to_owned(),
    );
    let pending = |kind, total| StreamProgress {
        total: Some(total),
        ..StreamProgress::pending(kind)
    };
    Progress {
        run: RunId(117),
        job: Job::Complete,
        owner: super::OWNER.to_owned(),
        dry_run: false,
        started: ago(96),
        cancelling: false,
        waiting: None,
        streams: vec![
            done(Stream::Stores, 3, 2),
            done(Stream::Categories, 64, 0),
            done(Stream::DimensionGroups, 9, 9),
            done(Stream::ItemTaxGroups, 4, 4),
            done(Stream::DeliveryModes, 10, 10),
            done(Stream::StoreParameters, 3, 3),
            items,
            pending(Stream::TradeAgreements, 48_210),
            pending(Stream::Orders, 12),
            pending(Stream::Acknowledgements, 12),
            pending(Stream::Shipments, 2),
            pending(Stream::OrderStatuses, 3),
            pending(Stream::OnHand, 151_900),
        ],
    }
}

pub fn waiting_run(percent: u64) -> Progress {
    Progress {
        waiting: Some("service unavailable (503), next try in 8 s".to_owned()),
        ..complete_run(percent)
    }
}

/// Lines as a run writes them.
pub fn log(lines: u32) -> Vec<LogLine> {
    (0..lines)
        .map(|number| {
            let (level, text) = match number % 24 {
                3 => (Level::Debug, format!("request method=POST path=\"/v1/items/batch\" status=200 ms=8.41 id=\"c65cdf3c-{number}\"")),
                7 => (Level::Warning, "a batch has an unknown outcome: POST http://127.0.0.1:8620/v1/items/batch was sent and no answer came, so whether it was done is unknown: operation timed out".to_owned()),
                13 => (Level::Debug, format!("request method=GET path=\"/v1/items/summary\" status=200 ms=0.02 id=\"c65cdf3c-{number}\"")),
                17 if number > 100 => (Level::Error, "Commerce Services inventory synchronization: The service is not available. POST http://127.0.0.1:8620/v1/items/batch was answered 503: the service is unavailable Try again later; look into the log of the service if it stays so.".to_owned()),
                19 => (Level::Info, format!("D{number:06}: name in zh-hans \"配送方法 Größe 79\" -> \"配送方法 Größe {number}\"")),
                _ => (Level::Info, format!("D{number:06}: available in WH{:02} {} -> {}", number % 10 + 1, 300 + number, 297 + number)),
            };
            LogLine {
                at: ago(i64::from(lines - number)) + SignedDuration::from_millis(i64::from(number) * 37 % 1_000),
                level,
                // What moves in the company and what the service answers belongs to no run.
                run: (level >= Level::Warning).then_some(RunId(117)),
                text,
            }
        })
        .collect()
}

pub fn history() -> Vec<RunSummary> {
    let mut runs = vec![inventory_run()];
    for number in 1..40 {
        let status = match number % 7 {
            2 => RunStatus::Error,
            5 => RunStatus::Canceled,
            _ => RunStatus::Ended,
        };
        let mut run = summary(
            116 - number,
            Job::Inventory,
            status,
            190 + 900 * number,
            4 + number,
        );
        run.dry_run = number == 4;
        run.streams = vec![stream(
            Stream::OnHand,
            400,
            20 * number as u64 % 170,
            230,
            0,
        )];
        run.exception = (status == RunStatus::Error).then(network_error);
        runs.push(run);
    }
    runs
}
