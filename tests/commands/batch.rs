//! `axcs batch`, as an operator types it.

use axcs::model::Job;
use axcs::model::exception::Documented;

use crate::support::Axcs;

#[test]
fn the_batch_jobs_of_ax_are_listed_and_shown_with_what_their_logs_say() {
    let axcs = Axcs::new();
    axcs.ok(&["company", "generate", "--items", "5"]);
    let listed = axcs.ok(&["batch"]).stdout;
    let rows: Vec<&str> = listed.lines().skip(1).collect();
    assert_eq!(rows.len(), 5, "{listed}");
    for (row, job) in rows.iter().zip(Job::ALL) {
        assert!(row.contains(job.ax_name()), "{row}");
    }
    assert!(rows[2].contains(" Error "), "{listed}");
    let network = Documented::NetworkError.text();
    assert!(rows[2].ends_with(network), "{listed}");
    assert!(rows[4].contains("canceled by Admin"), "{listed}");

    let all = axcs.ok(&["batch", "--all"]).stdout;
    let aif = all.lines().last().unwrap();
    assert!(aif.contains("  Waiting  "), "{all}");
    assert!(aif.contains("  AIF inbound processing  "), "{all}");
    assert!(aif.ends_with(" longer than planned"), "{all}");
    let found = axcs.json(&["batch", "--caption", "AIF IN"]);
    assert_eq!(found.as_array().unwrap().len(), 1);
    assert_eq!(found[0]["is_late"], true);

    let id = rows[2].split_whitespace().next().unwrap();
    let shown = axcs.ok(&["batch", "show", id, "--limit", "2"]).stdout;
    assert_eq!(shown.matches(network).count(), 2, "task and run: {shown}");
    assert_eq!(shown.matches("is completed.").count(), 1, "{shown}");
}

#[test]
fn nothing_to_list_says_why_and_is_no_failure() {
    let axcs = Axcs::new();
    axcs.ok(&["company", "generate", "--items", "5"]);
    let none = axcs.ok(&["batch", "--caption", "payroll"]);
    assert!(
        none.stderr.contains("\"payroll\" in its caption"),
        "{none:?}"
    );
    assert_eq!(none.stdout, "");
    assert_eq!(
        axcs.json(&["batch", "--caption", "payroll"]),
        serde_json::json!([])
    );
    let unknown = axcs.run(&["batch", "show", "5"]);
    assert_eq!(unknown.code, 2);
    assert!(
        unknown.stderr.contains("There is no batch job 5."),
        "{unknown:?}"
    );
    assert_eq!(axcs.run(&["batch", "--all", "--caption", "a"]).code, 2);

    let connection = rusqlite::Connection::open(axcs.dir().join("company.db")).unwrap();
    connection.execute("DELETE FROM BATCHJOB", []).unwrap();
    drop(connection);
    let ours = axcs.ok(&["batch"]).stderr;
    assert!(ours.contains("axcs batch --all"), "{ours}");
    let all = axcs.ok(&["batch", "--all"]).stderr;
    assert!(all.contains("BATCHJOB.csv"), "{all}");
}
