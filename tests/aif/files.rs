//! The file door: a message is in the inbound folder once, whenever the process dies, and what became
//! of it is known.

use std::collections::HashMap;
use std::sync::{Mutex, Once};
use std::time::Duration;

use axcs::company::aif::{AifOptions, Door, Folders};
use axcs::company::sales_orders::{
    HandOver, HandOverError, HandedOver, KeptMessage, MessageStatus,
};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

use super::ax;
use super::made::{self, DAY, MESSAGE, Port, full};

/// Steps that are left to messages before their process dies.
static LEFT: Mutex<Option<HashMap<String, usize>>> = Mutex::new(None);

/// Dies (unwinds) at a step of a message.
struct Dies;

impl Subscriber for Dies {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "axcs::step"
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut named = Named(String::new());
        event.record(&mut named);
        let dies = {
            let mut left = LEFT.lock().unwrap();
            match left.as_mut().and_then(|left| left.get_mut(&named.0)) {
                Some(steps) if *steps > 0 => {
                    *steps -= 1;
                    *steps == 0
                }
                Some(_) | None => false,
            }
        };
        assert!(!dies, "the process dies here");
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

struct Named(String);

impl Visit for Named {
    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "message_id" {
            value.clone_into(&mut self.0);
        }
    }

    fn record_debug(&mut self, _: &Field, _: &dyn std::fmt::Debug) {}
}

/// The process that gives this message to AX dies at its `step`, from 1; 0 for never.
fn die_at(message: &str, step: usize) {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| tracing::subscriber::set_global_default(Dies).unwrap());
    let mut left = LEFT.lock().unwrap();
    left.get_or_insert_default()
        .insert(message.to_owned(), step);
}

/// True where the process did not come as far as the step.
fn lives(message: &str) -> bool {
    LEFT.lock().unwrap().as_ref().unwrap()[message] > 0
}

fn message(number: usize) -> HandOver {
    HandOver {
        message_id: format!("{number:08x}-37a4-8e0e-8c6a-91d0a6c4f77b"),
        ..full()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_is_given_once_whichever_two_steps_the_process_dies_at() {
    let mut number = 0;
    let mut deaths = 0;
    // AX fetches between the deaths, or does not.
    for fetches in [false, true] {
        let mut first = 0;
        loop {
            first += 1;
            let mut second = 0;
            let mut first_lives = false;
            loop {
                second += 1;
                number += 1;
                let port = Port::new();
                let hand_over = message(number);
                let id = &hand_over.message_id;
                let mut given = 0;
                for step in [first, second] {
                    die_at(id, step);
                    let sent = port.door().create(hand_over.clone()).await;
                    if lives(id) {
                        assert_eq!(sent.unwrap(), HandedOver::Accepted);
                    } else {
                        deaths += 1;
                        assert!(
                            matches!(sent, Err(HandOverError::Unknown { .. })),
                            "{sent:?}"
                        );
                    }
                    first_lives |= step == first && lives(id) && first != second;
                    if fetches {
                        given += ax::fetch(&port.folder("in")).len();
                    }
                }
                let second_lives = lives(id);
                die_at(id, 0);
                let sent = port.door().create(hand_over.clone()).await.unwrap();
                assert_eq!(sent, HandedOver::Accepted);
                let fetched = ax::fetch(&port.folder("in"));
                assert!(fetched.iter().all(|it| it.id.contains(id)));
                given += fetched.len();
                assert_eq!(
                    given, 1,
                    "dies at {first}, then at {second}, fetches: {fetches}"
                );
                assert_eq!(port.files("sent"), [format!("order-{id}.xml")]);
                assert_eq!(port.files("in-staging"), Vec::<String>::new());
                if second_lives {
                    break;
                }
            }
            if first_lives {
                break;
            }
        }
    }
    assert!(deaths > 50, "{deaths}");
}

#[tokio::test(flavor = "multi_thread")]
async fn many_workers_with_one_message_make_one_file() {
    let port = Port::new();
    let mut workers = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let door = port.door();
        workers.spawn(async move { door.create(full()).await });
    }
    for sent in workers.join_all().await {
        assert_eq!(sent.unwrap(), HandedOver::Accepted);
    }
    let name = format!("order-{MESSAGE}.xml");
    assert_eq!(port.files("in"), std::slice::from_ref(&name));
    let sent = std::fs::read(port.folder("in").join(&name)).unwrap();
    assert_eq!(
        sent,
        std::fs::read(port.folder("sent").join(&name)).unwrap()
    );
    assert!(sent.starts_with(b"<?xml"), "no byte order mark");
}

#[tokio::test]
async fn a_folder_that_is_not_there_is_named_and_nothing_is_left_behind() {
    for gone in ["in", "sent"] {
        let port = Port::new();
        std::fs::remove_dir(port.folder(gone)).unwrap();
        let door = port.door();
        match door.create(full()).await {
            Err(HandOverError::NotReached { place, reason }) => {
                assert_eq!(place, port.folder(gone).display().to_string());
                assert!(reason.contains("cannot be opened"), "{reason}");
            }
            sent => panic!("{sent:?}"),
        }
        std::fs::create_dir(port.folder(gone)).unwrap();
        assert_eq!((port.files("in").len(), port.files("sent").len()), (0, 0));
        assert_eq!(door.create(full()).await.unwrap(), HandedOver::Accepted);
    }
}

#[tokio::test]
async fn a_message_that_cannot_be_sent_leaves_no_copy_that_says_so() {
    let port = Port::new();
    // A folder of the message's name: no file can be put there.
    let name = format!("order-{MESSAGE}.xml");
    let in_the_way = port.folder("sent").join(format!("order-{MESSAGE}.part"));
    std::fs::create_dir(&in_the_way).unwrap();
    let door = port.door();
    let sent = door.create(full()).await;
    assert!(
        matches!(sent, Err(HandOverError::NotReached { .. })),
        "{sent:?}"
    );
    assert_eq!(port.files("in-staging"), Vec::<String>::new());
    assert_eq!(
        door.message_statuses(&[MESSAGE.to_owned()]).await.unwrap(),
        [None]
    );
    std::fs::remove_dir(in_the_way).unwrap();
    door.create(full()).await.unwrap();
    assert_eq!(port.files("in"), [name]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_share_that_hangs_does_not_hang_the_run_and_makes_no_second_file() {
    let port = Port::new();
    let door = made::service(AifOptions {
        deadline: Duration::from_millis(300),
        ..port.options()
    })
    .unwrap();
    std::fs::create_dir(port.folder("in-staging")).unwrap();
    let lock = std::fs::File::create(port.folder("in-staging").join("axcs.lock")).unwrap();
    lock.lock().unwrap();
    let sent = door.create(full()).await;
    assert!(
        matches!(sent, Err(HandOverError::Unknown { .. })),
        "{sent:?}"
    );
    drop(lock);
    // The thread that hung wakes up, and sees that it is too late.
    let sent = port.door().create(full()).await.unwrap();
    assert_eq!(sent, HandedOver::Accepted);
    assert_eq!(ax::fetch(&port.folder("in")).len(), 1);
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(port.files("in"), Vec::<String>::new());
}

#[tokio::test]
async fn what_became_of_a_message_is_known_until_its_copy_is_removed() {
    let port = Port::new();
    let door = port.door();
    let ids = [
        MESSAGE.to_uppercase(),
        "1b9d1c52-37a4-8e0e-8c6a-91d0a6c4f77b".to_owned(),
    ];
    assert_eq!(door.message_statuses(&ids).await.unwrap(), [None, None]);
    door.create(full()).await.unwrap();
    let statuses = door.message_statuses(&ids).await.unwrap();
    assert!(
        matches!(statuses[..], [Some(MessageStatus::Waiting { .. }), None]),
        "{statuses:?}"
    );
    let overdue = async || {
        let statuses = port.impatient_door().message_statuses(&ids).await.unwrap();
        match &statuses[0] {
            Some(MessageStatus::Overdue { cause, remedy }) => format!("{cause} {remedy}"),
            other => panic!("{other:?}"),
        }
    };
    assert!(overdue().await.contains("has not fetched"));
    let fetched = ax::fetch(&port.folder("in"));
    let said = overdue().await;
    assert!(
        said.contains("Queue manager") && said.contains("Exceptions"),
        "{said}"
    );

    let answers = port.folder("answers");
    std::fs::write(answers.join("half.xml"), "<Envelope><Header>").unwrap();
    std::fs::write(
        answers.join("other.xml"),
        "<Envelope><Header><RequestMessageId>{99999999-37a4-8e0e-8c6a-91d0a6c4f77b}</RequestMessageId></Header></Envelope>",
    )
    .unwrap();
    fetched[0].answer(
        &answers,
        &ax::fault("RequestFailed", "The item is blocked."),
    );
    for _ in 0..2 {
        let statuses = door.message_statuses(&ids).await.unwrap();
        let Some(MessageStatus::Refused { infolog, remedy }) = &statuses[0] else {
            panic!("{statuses:?}")
        };
        assert_eq!(infolog, &["The item is blocked."]);
        assert!(remedy.contains("Queue manager"), "{remedy}");
        assert_eq!(port.files("answers"), ["half.xml", "other.xml"]);
    }
    std::fs::remove_file(
        port.folder("sent")
            .join(format!("order-{MESSAGE}.reply.xml")),
    )
    .unwrap();
    fetched[0].answer(&answers, &ax::key("SO-42"));
    let made = Some(MessageStatus::Created {
        sales_order: "SO-42".to_owned(),
    });
    assert_eq!(door.message_statuses(&ids).await.unwrap()[0], made);
}

#[tokio::test]
async fn old_messages_are_looked_for_once_a_day_and_removed_with_the_answers_to_them() {
    let port = Port::new();
    let door = port.tidy_door();
    let ids: Vec<String> = (0..4)
        .map(|number| message(900 + number).message_id)
        .collect();
    let copy = |at: usize| format!("order-{}.xml", ids[at]);
    for number in 0..4 {
        door.create(message(900 + number)).await.unwrap();
    }
    for (at, days) in [(0, 2), (1, 3), (3, 2)] {
        port.age(&copy(at), DAY * days);
    }
    // Cut off, or of somebody else: nobody knows whose order it is.
    std::fs::write(port.folder("sent").join(copy(3)), "<Envelope>").unwrap();
    std::fs::write(port.folder("sent").join("order-list.xml"), "<a/>").unwrap();
    port.age(&copy(3), DAY * 2);
    port.age("order-list.xml", DAY * 9);

    assert_eq!(
        port.door().old_messages().await.unwrap(),
        [],
        "kept for ever"
    );
    let kept = |at: usize| KeptMessage {
        message_id: ids[at].clone(),
        order: "order-57".to_owned(),
    };
    assert_eq!(door.old_messages().await.unwrap(), [kept(1), kept(0)]);
    assert_eq!(door.old_messages().await.unwrap(), [], "not twice a day");
    port.age("axcs.looked", DAY + Duration::from_secs(60));
    assert_eq!(door.old_messages().await.unwrap(), [kept(1), kept(0)]);

    let answer = format!("order-{}.reply.xml", ids[1]);
    std::fs::write(port.folder("sent").join(&answer), "<Envelope/>").unwrap();
    let gone = vec![
        ids[1].clone(),
        "99999999-37a4-8e0e-8c6a-91d0a6c4f77b".to_owned(),
    ];
    door.forget_messages(gone).await.unwrap();
    let mut left = vec![copy(0), copy(2), copy(3), "order-list.xml".to_owned()];
    left.sort();
    assert_eq!(port.files("sent"), left);
    // Nobody's order waits for an archive that is gone.
    std::fs::remove_dir_all(port.folder("sent")).unwrap();
    assert!(door.old_messages().await.is_err());
}

#[test]
fn folders_that_cannot_serve_are_refused_at_once() {
    let port = Port::new();
    let refused = |folders: Folders| {
        let options = AifOptions {
            door: Door::File(folders),
            ..port.options()
        };
        made::service(options).err().unwrap().to_string()
    };
    let right = port.folders(Duration::from_secs(1));
    let same = refused(Folders {
        archive: right.inbound.clone(),
        ..right.clone()
    });
    assert!(same.contains("used twice"), "{same}");
    let staging = refused(Folders {
        replies: Some(port.folder("in-staging")),
        ..right.clone()
    });
    assert!(staging.contains("used twice"), "{staging}");
    let root = refused(Folders {
        inbound: "/".into(),
        ..right
    });
    assert!(root.contains("no folder around it"), "{root}");
}

#[tokio::test]
async fn a_message_id_that_is_no_guid_never_becomes_a_file_name() {
    let port = Port::new();
    for id in [
        "",
        "../../etc/passwd",
        "0b9d1c52-37a4-8e0e-8c6a-91d0a6c4f7zz",
    ] {
        let hand_over = HandOver {
            message_id: id.to_owned(),
            ..full()
        };
        let sent = port.door().create(hand_over).await;
        assert!(
            matches!(sent, Err(HandOverError::Refused { .. })),
            "{sent:?}"
        );
    }
    assert_eq!(port.files("in"), Vec::<String>::new());
}
