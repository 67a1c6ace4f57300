//! The batch jobs of AX in a company file: those of the sample company, those of an export, and
//! what is told of them.

use axcs::company::batch::{AxBatch as _, AxBatchFilter, MOST_JOBS};
use axcs::company::embedded::{Embedded, Existing, load};
use axcs::model::Job;
use axcs::model::ax_batch::{AxBatchJob, AxBatchStatus};
use axcs::model::exception::Documented;
use jiff::Timestamp;

use crate::support::sample;

/// RecId of the first job of the sample company.
const FIRST: i64 = 5_637_144_577;

async fn jobs(company: &Embedded, filter: AxBatchFilter) -> Vec<AxBatchJob> {
    company.batch_jobs(&filter).await.unwrap()
}

fn captions(jobs: &[AxBatchJob]) -> Vec<&str> {
    jobs.iter().map(|job| job.caption.as_str()).collect()
}

#[tokio::test]
async fn the_sample_company_has_the_five_jobs_and_one_of_aif_as_ax_left_them() {
    let sample = sample(1);
    let all = jobs(&sample.company, AxBatchFilter::Every).await;
    let five: Vec<Option<Job>> = Job::ALL.map(Some).to_vec();
    let found: Vec<Option<Job>> = all.iter().map(|job| job.job).collect();
    assert_eq!(found[..5], five);
    assert_eq!(all[5].caption, "AIF inbound processing");
    assert_eq!((all.len(), all[5].tasks.len()), (6, 2));
    let statuses: Vec<String> = all.iter().map(|job| job.status.to_string()).collect();
    let words = "Withhold Withhold Error Ended Canceled Waiting";
    assert_eq!(statuses.join(" "), words);

    let orders = &all[2];
    let network = Documented::NetworkError.text();
    let error = orders.last_error.as_ref().unwrap();
    assert_eq!(
        error.messages[0],
        "Online orders\tDownload of online orders"
    );
    assert_eq!(error.last(), format!("Online orders\t{network}"));
    assert_eq!(error.at, orders.times.ended);
    assert_eq!(orders.usual_seconds, Some(65), "{orders:?}");
    let conflict = Documented::ConflictingJobs.text();
    assert_eq!(all[4].last_error.as_ref().unwrap().last(), conflict);
    assert_eq!(all[4].canceled_by, "Admin");
    assert_eq!(all[1].last_error, None);
    assert_eq!(
        all[1].last_log.as_ref().unwrap().last(),
        "The synchronization is completed."
    );
    // Nobody executes it any more: from the next quarter of an hour on it is late for ever.
    let planned = all[5].times.planned.unwrap();
    assert!(!all[5].is_late(planned));
    assert!(all[5].is_late(Timestamp::now()));
}

#[tokio::test]
async fn a_history_is_newest_first_with_the_logs_of_its_tasks() {
    let sample = sample(1);
    let runs = sample.company.batch_history(FIRST + 2, 3).await.unwrap();
    assert_eq!(runs.len(), 3);
    assert!(runs.is_sorted_by(|one, next| one.times.started > next.times.started));
    assert_eq!(runs[0].status, AxBatchStatus::Error);
    assert_eq!(runs[0].tasks[0].log.len(), 2);
    assert_eq!(runs[0].tasks[0].server, "01@AOS01");
    assert_eq!(runs[1].tasks[0].log, ["The synchronization is completed."]);
    let whole = sample.company.batch_history(FIRST + 2, usize::MAX).await;
    assert_eq!(whole.unwrap().len(), 24);
    let none = sample.company.batch_history(FIRST + 99, 3).await;
    assert_eq!(none.unwrap(), []);
    let failed = jobs(&sample.company, AxBatchFilter::Id(FIRST)).await;
    let text = Documented::AnotherInstance.text();
    assert_eq!(failed[0].last_error.as_ref().unwrap().last(), text);
}

#[tokio::test]
async fn jobs_are_found_by_caption_or_recid() {
    let sample = sample(1);
    let company = &sample.company;
    sample.run("INSERT INTO BATCHJOB (RECID, CAPTION) VALUES (7, '100 % of_AIF'), (8, 'commerce services, mine')");
    let of = |text: &str| AxBatchFilter::Caption(text.to_owned());
    let found = jobs(company, of("aif")).await;
    assert_eq!(captions(&found), ["AIF inbound processing", "100 % of_AIF"]);
    for (text, number) in [("0 % of_", 1), ("%", 1), ("_", 1), ("of%", 0), ("", 8)] {
        assert_eq!(jobs(company, of(text)).await.len(), number, "{text}");
    }
    let ours = jobs(company, AxBatchFilter::CommerceServices).await;
    assert_eq!(ours.len(), 6);
    assert_eq!(ours[5].caption, "commerce services, mine");
    assert_eq!(jobs(company, AxBatchFilter::Every).await[..6], ours);
    let one = jobs(company, AxBatchFilter::Id(7)).await;
    assert_eq!(captions(&one), ["100 % of_AIF"]);
    assert_eq!(one[0].status, AxBatchStatus::Withhold);
    assert_eq!(jobs(company, AxBatchFilter::Id(9)).await, []);
}

#[tokio::test]
async fn a_site_that_never_cleaned_up_is_answered_with_its_newest_jobs() {
    let sample = sample(1);
    sample.run("INSERT INTO BATCHJOB (RECID, CAPTION) WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000) SELECT i, 'old ' || i FROM n");
    let all = jobs(&sample.company, AxBatchFilter::Every).await;
    assert_eq!(all.len(), MOST_JOBS);
    assert_eq!(all[4].job, Some(Job::Complete));
    assert_eq!(all[6].caption, "old 2000");
}

#[tokio::test]
async fn an_export_of_the_batch_tables_is_read_with_its_packed_logs() {
    let folder = tempfile::tempdir().unwrap();
    let export = folder.path().join("export");
    std::fs::create_dir(&export).unwrap();
    let write = |table: &str, text: &str| {
        std::fs::write(export.join(format!("{table}.csv")), text).unwrap();
    };
    write("DATAAREA", "ID,NAME\nusmf,Contoso\n");
    write(
        "BATCHJOB",
        "RECID,CAPTION,STATUS,STARTDATETIME,ORIGSTARTDATETIME,STARTTIME,RECURRENCEDATA,CREATEDBY\n\
         11,Night,2,2026-01-12 18:00:05.000,2026-01-12 18:00:00,64800,NULL,jodi\n\
         12,Broken,9,1900-01-01,1900-01-01,0,0x99,jodi\n",
    );
    // [1, [3, "No"]], then a type that nobody knows.
    write(
        "BATCH",
        "RECID,BATCHJOBID,CAPTION,STATUS,INFO\n\
         21,11,One,2,0x07FD01010000000707FD0103000000004E006F000000FF42\n\
         22,11,Two,3,0x07FD010100000007FD0103000000004E006F000000FF42\n",
    );
    let target = folder.path().join("company.db");
    let loaded = load(&export, &target, Existing::Keep).unwrap();
    assert_eq!(loaded.tables.len(), 3);
    let company = Embedded::open(&target, None).unwrap();
    let found = jobs(&company, AxBatchFilter::Every).await;
    assert_eq!(captions(&found), ["Broken", "Night"]);
    assert_eq!(found[0].status.to_string(), "9");
    assert_eq!(
        (found[0].times.started, found[0].progress(Timestamp::now())),
        (None, String::new())
    );
    let night = &found[1];
    assert_eq!(
        night.times.started,
        Some("2026-01-12T18:00:05Z".parse().unwrap())
    );
    // The task in Error comes first.
    assert_eq!(night.tasks[0].caption, "Two");
    assert_eq!(night.tasks[0].log, ["No", "undecoded, 1 byte: 42"]);
    assert_eq!(night.tasks[1].log, night.tasks[0].log);
}
