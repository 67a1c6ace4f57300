//! What is asked again, when, and who waits for it. Time is tokio's and stands still but for waits.

mod turns;

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use jiff::Timestamp;

use super::breaker::OPENS_AFTER;
use super::*;
use crate::commerce::wire::Problem;
use crate::model::run::{LiveRuns, Progress};
use crate::model::{Job, RunId};

const PATIENCE: Duration = Duration::from_secs(120);

type Answer = Result<u32, CommerceError>;

fn report() -> (Report, watch::Receiver<LiveRuns>) {
    let live = watch::Sender::default();
    let seen = live.subscribe();
    let progress = Progress {
        run: RunId(1),
        job: Job::Orders,
        owner: String::new(),
        dry_run: false,
        started: Timestamp::UNIX_EPOCH,
        cancelling: false,
        waiting: None,
        streams: Vec::new(),
    };
    (Report::open(live, progress), seen)
}

fn waiting(seen: &watch::Receiver<LiveRuns>) -> Option<String> {
    seen.borrow().executing[0].waiting.clone()
}

fn call() -> String {
    "GET http://shop/v1/orders".to_owned()
}

fn not_sent() -> CommerceError {
    CommerceError::NotSent {
        call: call(),
        reason: "connection refused".to_owned(),
    }
}

fn unknown() -> CommerceError {
    CommerceError::Unknown {
        call: call(),
        reason: "the time was up".to_owned(),
    }
}

fn unavailable(status: u16, retry_after: Option<u64>) -> CommerceError {
    CommerceError::Unavailable {
        call: call(),
        status,
        reason: "busy".to_owned(),
        retry_after: retry_after.map(Duration::from_secs),
    }
}

fn refused(status: u16) -> CommerceError {
    CommerceError::Refused {
        call: call(),
        problem: Box::new(Problem {
            kind: "about:blank".to_owned(),
            title: "No".to_owned(),
            status,
            detail: String::new(),
            code: "no".to_owned(),
        }),
    }
}

fn strange(status: u16) -> CommerceError {
    CommerceError::Malformed {
        call: call(),
        status,
        content_type: "text/html".to_owned(),
        reason: "not JSON".to_owned(),
        excerpt: "<html>".to_owned(),
    }
}

/// Gives these answers, the last one for ever, and notes when it was asked.
struct Service {
    began: Instant,
    answers: Vec<Answer>,
    asked: RefCell<Vec<Duration>>,
}

impl Service {
    fn new(answers: Vec<Answer>) -> Self {
        Self {
            began: Instant::now(),
            answers,
            asked: RefCell::default(),
        }
    }

    fn answer(&self) -> std::future::Ready<Answer> {
        let number = self.asked.borrow().len();
        self.asked.borrow_mut().push(self.began.elapsed());
        let answer = self.answers.get(number).or(self.answers.last());
        std::future::ready(answer.unwrap().clone())
    }

    fn times(&self) -> usize {
        self.asked.borrow().len()
    }
}

async fn once(flow: &Flow, unanswered: Unanswered, service: &Service) -> Answer {
    let (report, seen) = report();
    let answer = ask(Call::new(flow, &report, unanswered), || service.answer()).await;
    if answer.is_ok() {
        assert_eq!(waiting(&seen), None, "nobody waits any more");
    }
    answer
}

fn flow() -> Flow {
    Flow::new(8, PATIENCE, 1)
}

#[tokio::test(start_paused = true)]
async fn each_failure_is_asked_again_as_its_class_says() {
    let (yes, no) = (PATIENCE, Duration::ZERO);
    for (error, unanswered, until) in [
        (not_sent(), Unanswered::Tell, yes),
        (unavailable(408, None), Unanswered::Tell, yes),
        (unavailable(425, None), Unanswered::Tell, yes),
        (unavailable(500, None), Unanswered::Tell, yes),
        (unavailable(502, None), Unanswered::Tell, yes),
        (unavailable(504, None), Unanswered::Tell, yes),
        (unknown(), Unanswered::AskAgain, yes),
        (unknown(), Unanswered::Tell, no),
        (refused(400), Unanswered::AskAgain, no),
        (refused(404), Unanswered::AskAgain, no),
        (refused(409), Unanswered::AskAgain, no),
        (refused(413), Unanswered::AskAgain, no),
        (refused(422), Unanswered::AskAgain, no),
        (strange(404), Unanswered::AskAgain, no),
        (
            CommerceError::Settings(String::new()),
            Unanswered::AskAgain,
            no,
        ),
        (
            CommerceError::Unauthorized {
                call: call(),
                reason: String::new(),
            },
            Unanswered::AskAgain,
            no,
        ),
        (
            CommerceError::BeingSetUp {
                call: call(),
                reason: String::new(),
            },
            Unanswered::AskAgain,
            no,
        ),
    ] {
        let service = Service::new(vec![Err(error.clone())]);
        let answer = once(&flow(), unanswered, &service).await.unwrap_err();
        assert_eq!(answer.to_string(), error.to_string());
        let took = service.began.elapsed();
        if until.is_zero() {
            assert_eq!((service.times(), took), (1, Duration::ZERO), "{error}");
        } else {
            assert!(service.times() > 5, "{error}: {}", service.times());
            assert_eq!(took.as_secs(), until.as_secs(), "{error}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_strange_answer_is_believed_the_third_time() {
    let service = Service::new(vec![Err(strange(200))]);
    let error = once(&flow(), Unanswered::AskAgain, &service).await;
    assert_eq!(error.unwrap_err().class(), Class::Malformed);
    assert_eq!(service.times(), 3);
    let service = Service::new(vec![Err(strange(200)), Err(strange(302)), Ok(7)]);
    assert_eq!(once(&flow(), Unanswered::Tell, &service).await.unwrap(), 7);
}

#[tokio::test(start_paused = true)]
async fn without_patience_nothing_is_asked_twice() {
    let flow = Flow::new(4, Duration::ZERO, 1);
    for _ in 0..7 {
        let service = Service::new(vec![Err(not_sent())]);
        let error = once(&flow, Unanswered::AskAgain, &service).await;
        assert_eq!(error.unwrap_err().class(), Class::NotSent);
        assert_eq!(service.began.elapsed(), Duration::ZERO);
    }
}

#[tokio::test(start_paused = true)]
async fn what_the_service_asks_for_goes_before_our_own_pause_up_to_a_quarter_of_an_hour() {
    for (asked_for, waits) in [(8, 8), (400, 400), (100_000, 900)] {
        for status in [429, 503] {
            let service = Service::new(vec![Err(unavailable(status, Some(asked_for))), Ok(1)]);
            once(&flow(), Unanswered::Tell, &service).await.unwrap();
            assert_eq!(service.began.elapsed().as_secs(), waits);
        }
    }
    // It may ask for nothing, and is not asked without a pause all the same.
    for asked_for in [None, Some(0)] {
        let service = Service::new(vec![Err(unavailable(429, asked_for)), Ok(1)]);
        once(&flow(), Unanswered::Tell, &service).await.unwrap();
        assert!(service.began.elapsed() >= Duration::from_millis(500));
    }
}

#[tokio::test(start_paused = true)]
async fn a_service_that_throttles_for_ever_is_not_asked_for_ever() {
    let service = Service::new(vec![Err(unavailable(429, Some(60)))]);
    let error = once(&flow(), Unanswered::Tell, &service).await.unwrap_err();
    assert_eq!(error.class(), Class::Unavailable);
    let took = service.began.elapsed();
    assert!(took >= LONGEST_THROTTLE, "{took:?}");
    assert!(took <= LONGEST_THROTTLE + PATIENCE * 2, "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn everybody_waits_until_the_service_wants_to_be_asked_again_and_sees_until_when() {
    let flow = flow();
    let reach = flow.reach();
    let (report, seen) = report();
    let began = Instant::now();
    let first = Cell::new(true);
    let throttled = ask(Call::new(&flow, &report, Unanswered::Tell), || {
        let answer = if first.replace(false) {
            Err(unavailable(429, Some(60)))
        } else {
            Ok(())
        };
        std::future::ready(answer)
    });
    let other = async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        assert!(matches!(*reach.borrow(), Reach::Throttled { .. }));
        let text = waiting(&seen).unwrap();
        assert!(
            text.starts_with("throttled by the service until "),
            "{text}"
        );
        let service = Service::new(vec![Ok(1)]);
        once(&flow, Unanswered::Tell, &service).await.unwrap();
        assert_eq!(began.elapsed().as_secs(), 60);
    };
    let (throttled, ()) = tokio::join!(throttled, other);
    throttled.unwrap();
    assert_eq!(*reach.borrow(), Reach::Fine);
}

/// Keeps `tasks` requests going for as long as `for_so_long`, each taking a second. Answers how many
/// were under way at once in each second.
async fn load(flow: &Rc<Flow>, tasks: usize, seconds: u64, throttled_at: u64) -> Vec<usize> {
    let began = Instant::now();
    let under_way = Rc::new(Cell::new(0_usize));
    let most = Rc::new(RefCell::new(vec![0; seconds as usize + 2]));
    let local = tokio::task::LocalSet::new();
    for _ in 0..tasks {
        let (flow, under_way, most) = (Rc::clone(flow), Rc::clone(&under_way), Rc::clone(&most));
        local.spawn_local(async move {
            let (report, _seen) = report();
            while began.elapsed().as_secs() < seconds {
                let call = Call::new(&flow, &report, Unanswered::Tell);
                let answer = ask(call, || async {
                    under_way.set(under_way.get() + 1);
                    let second = began.elapsed().as_secs();
                    let before = most.borrow()[second as usize];
                    most.borrow_mut()[second as usize] = before.max(under_way.get());
                    tokio::time::sleep(Duration::from_secs(1)).await;
                    under_way.set(under_way.get() - 1);
                    if second == throttled_at {
                        Err(unavailable(429, Some(5)))
                    } else {
                        Ok(())
                    }
                });
                answer.await.unwrap();
            }
        });
    }
    local.await;
    Rc::into_inner(most).unwrap().into_inner()
}

#[tokio::test(start_paused = true)]
async fn a_throttled_service_gets_half_as_many_requests_and_then_slowly_more_again() {
    let flow = Rc::new(Flow::new(8, PATIENCE, 1));
    let most = load(&flow, 12, 30, 3).await;
    assert_eq!(most[..4], [8, 8, 8, 8], "never more than were set");
    assert_eq!(most[5..9], [0, 0, 0, 0], "the service is left alone");
    assert_eq!(most[9..15], [4, 5, 6, 7, 8, 8]);
}

#[tokio::test(start_paused = true)]
async fn after_five_failures_in_a_row_single_requests_find_out_and_all_others_wait() {
    let flow = Rc::new(flow());
    let reach = flow.reach();
    let is_up = Rc::new(Cell::new(false));
    let (asked, at_once) = (Rc::new(Cell::new(0_u32)), Rc::new(Cell::new(0_u32)));
    let most_since_open = Rc::new(Cell::new(0));
    let local = tokio::task::LocalSet::new();
    for number in 0..20 {
        let (flow, is_up) = (Rc::clone(&flow), Rc::clone(&is_up));
        let (asked, at_once) = (Rc::clone(&asked), Rc::clone(&at_once));
        let most_since_open = Rc::clone(&most_since_open);
        local.spawn_local(async move {
            tokio::time::sleep(Duration::from_millis(number)).await;
            let (report, _seen) = report();
            let is_open = || matches!(*flow.reach().borrow(), Reach::Open { .. });
            let answer = ask(Call::new(&flow, &report, Unanswered::Tell), || async {
                asked.set(asked.get() + 1);
                at_once.set(at_once.get() + 1);
                if is_open() {
                    most_since_open.set(most_since_open.get().max(at_once.get()));
                }
                tokio::time::sleep(Duration::from_millis(50)).await;
                at_once.set(at_once.get() - 1);
                if is_up.get() { Ok(()) } else { Err(not_sent()) }
            });
            answer.await.unwrap();
        });
    }
    let watching = async {
        tokio::time::sleep(Duration::from_secs(60)).await;
        let Reach::Open { failures, why, .. } = reach.borrow().clone() else {
            panic!("{:?}", reach.borrow())
        };
        assert!(failures >= OPENS_AFTER);
        assert_eq!(why, "service cannot be reached: connection refused");
        // Twenty callers for a minute, and hardly anybody asked.
        assert!((8..40).contains(&asked.get()), "{}", asked.get());
        assert_eq!(most_since_open.get(), 1);
        is_up.set(true);
    };
    tokio::join!(local, watching);
    assert_eq!(*reach.borrow(), Reach::Fine);
}

#[tokio::test(start_paused = true)]
async fn whoever_waits_reads_how_often_and_since_when_it_failed_and_when_it_is_tried_again() {
    let flow = flow();
    let (report, seen) = report();
    let service = Service::new(vec![Err(not_sent())]);
    let texts = async {
        let mut texts = Vec::new();
        while service.began.elapsed() < PATIENCE {
            tokio::time::sleep(Duration::from_millis(100)).await;
            texts.extend(waiting(&seen));
        }
        texts
    };
    let asking = ask(Call::new(&flow, &report, Unanswered::Tell), || {
        service.answer()
    });
    let (answer, texts) = tokio::join!(asking, texts);
    assert_eq!(answer.unwrap_err().class(), Class::NotSent);
    assert!(
        texts[0].starts_with("service cannot be reached: connection refused, next try in "),
        "{}",
        texts[0]
    );
    let open = |text: &&String| text.starts_with("the service has failed 5 times in a row since ");
    let text = texts.iter().find(open).unwrap();
    assert!(
        text.contains(" (service cannot be reached: connection refused): next try in "),
        "{text}"
    );
}

#[tokio::test(start_paused = true)]
async fn pauses_grow_to_a_minute_and_the_job_fails_only_when_its_patience_ends() {
    let flow = Flow::new(4, Duration::from_secs(3_600), 1);
    let service = Service::new(vec![Err(unknown())]);
    let error = once(&flow, Unanswered::AskAgain, &service).await;
    assert_eq!(error.unwrap_err().class(), Class::Unknown);
    assert_eq!(service.began.elapsed().as_secs(), 3_600);
    let asked = service.asked.borrow();
    let pause = |pair: &[Duration]| pair[1].checked_sub(pair[0]).unwrap();
    let pauses: Vec<_> = asked.windows(2).map(pause).collect();
    assert!(
        pauses.iter().all(|pause| pause.as_secs() <= 60),
        "{pauses:?}"
    );
    assert!(
        pauses.iter().any(|pause| pause.as_secs() > 40),
        "{pauses:?}"
    );
    assert!(pauses[0] < Duration::from_millis(1_501), "{pauses:?}");
}

#[tokio::test(start_paused = true)]
async fn the_same_seed_asks_at_the_same_times() {
    let asked = async |seed| {
        let service = Service::new(vec![Err(not_sent())]);
        let flow = Flow::new(4, PATIENCE, seed);
        once(&flow, Unanswered::Tell, &service).await.unwrap_err();
        service.asked.into_inner()
    };
    assert_eq!(asked(5).await, asked(5).await);
    assert_ne!(asked(5).await, asked(6).await);
}
