//! What a single call may do while the others wait, and when it may not be sent at all.

use super::*;

#[tokio::test(start_paused = true)]
async fn an_operator_who_starts_a_run_does_not_wait_for_the_next_try() {
    let flow = Flow::new(4, Duration::from_secs(3_600), 1);
    let (report, _seen) = report();
    let is_up = Cell::new(false);
    let asked = RefCell::new(Vec::new());
    let asking = ask(Call::new(&flow, &report, Unanswered::Tell), || {
        asked.borrow_mut().push(Instant::now());
        std::future::ready(if is_up.get() { Ok(()) } else { Err(not_sent()) })
    });
    let operator = async {
        // In the middle of a long pause.
        let mut reach = flow.reach();
        let since = loop {
            reach.changed().await.unwrap();
            if matches!(
                *reach.borrow_and_update(),
                Reach::Open { failures: 20.., .. }
            ) {
                break Instant::now();
            }
        };
        tokio::time::sleep(Duration::from_millis(300)).await;
        assert!(*asked.borrow().last().unwrap() <= since);
        is_up.set(true);
        flow.try_now();
        since
    };
    let (answer, since) = tokio::join!(asking, operator);
    answer.unwrap();
    assert_eq!(since.elapsed(), Duration::from_millis(300));
}

#[tokio::test(start_paused = true)]
async fn a_call_that_was_never_sent_does_not_say_that_its_outcome_is_unknown() {
    let flow = flow();
    for _ in 0..5 {
        let service = Service::new(vec![Err(unknown())]);
        once(&flow, Unanswered::Tell, &service).await.unwrap_err();
    }
    // One that finds out for longer than the other waits.
    let (report, _seen) = report();
    let hanging = ask(Call::new(&flow, &report, Unanswered::Tell), || async {
        tokio::time::sleep(PATIENCE * 3).await;
        Err::<u32, _>(unknown())
    });
    let other = async {
        tokio::time::sleep(Duration::from_secs(10)).await;
        let service = Service::new(vec![Ok(1)]);
        let error = once(&flow, Unanswered::Tell, &service).await.unwrap_err();
        assert_eq!(service.times(), 0);
        assert_eq!(error.class(), Class::NotSent, "{error}");
    };
    let (hanging, ()) = tokio::join!(hanging, other);
    assert_eq!(hanging.unwrap_err().class(), Class::Unknown);
}

#[tokio::test(start_paused = true)]
async fn a_request_that_is_given_up_makes_room_for_another() {
    let flow = Flow::new(1, PATIENCE, 1);
    for _ in 0..5 {
        let service = Service::new(vec![Err(unknown())]);
        once(&flow, Unanswered::Tell, &service).await.unwrap_err();
    }
    for _ in 0..3 {
        let (report, _seen) = report();
        let hanging = ask(Call::new(&flow, &report, Unanswered::Tell), || {
            std::future::pending::<Answer>()
        });
        let given_up = tokio::time::timeout(Duration::from_secs(100), hanging).await;
        assert!(given_up.is_err());
    }
    let service = Service::new(vec![Ok(1)]);
    once(&flow, Unanswered::Tell, &service).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn nothing_is_changed_while_the_run_may_have_lost_its_leases() {
    let flow = flow();
    let (report, seen) = report();
    let lease = Duration::from_secs(10);
    let trust = Trust::default();
    trust.renewed(Instant::now(), lease);
    let service = Service::new(vec![Err(unavailable(503, None)), Ok(1)]);
    let changing = ask(
        Call::new(&flow, &report, Unanswered::AskAgain).under(&trust),
        || service.answer(),
    );
    // The worker stood still for longer than its lease.
    tokio::time::advance(lease * 2).await;
    let keeping = async {
        tokio::time::sleep(Duration::from_secs(3)).await;
        assert_eq!(service.times(), 0);
        assert!(waiting(&seen).unwrap().contains("taken over"));
        trust.renewed(Instant::now(), Duration::from_millis(10));
        tokio::time::sleep(Duration::from_secs(5)).await;
        assert_eq!(service.times(), 1, "the second try waits for trust too");
        trust.renewed(Instant::now(), lease);
    };
    let (changed, ()) = tokio::join!(changing, keeping);
    changed.unwrap();
    assert_eq!(service.began.elapsed().as_secs(), 28);
}
