//! Commerce Services as a new user meets them: the demo of an empty folder, its console in a terminal
//! and its website in a real browser, without any script. Where Chromium or its driver is not
//! installed the tests are skipped by name.

#![allow(
    clippy::print_stderr,
    clippy::unwrap_used,
    reason = "a test stops where something is not as it should be, and says what it skips"
)]
#![cfg(all(feature = "console", feature = "service", unix))]

#[path = "support/axcs.rs"]
mod axcs_program;
#[path = "website/browser.rs"]
mod browser;
#[path = "website/new_user.rs"]
mod new_user;
#[path = "support/pty.rs"]
mod pty;

/// How many processes there are whose command names `word`.
#[cfg(target_os = "linux")]
fn processes_of(word: &str) -> usize {
    let all = std::fs::read_dir("/proc").unwrap();
    all.filter_map(|entry| std::fs::read(entry.ok()?.path().join("cmdline")).ok())
        .filter(|command| String::from_utf8_lossy(command).contains(word))
        .count()
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn a_browser_ends_with_its_test_also_where_the_test_fails() {
    use std::time::{Duration, Instant};

    let Some(browser) = browser::Browser::start("a test that fails").await else {
        return;
    };
    let profile = browser.profile().display().to_string();
    assert!(processes_of(&profile) > 0);
    let failing = tokio::spawn(async move {
        let _browser = browser;
        panic!("as a test does that fails");
    });
    assert!(failing.await.unwrap_err().is_panic());
    let end = Instant::now() + Duration::from_secs(10);
    while processes_of(&profile) > 0 {
        assert!(Instant::now() < end, "a browser of {profile} is left");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
