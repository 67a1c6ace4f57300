//! The promises of the administration: parameters, ticks, the operation log's switch, the audit.

use std::sync::Arc;

use axcs::ledger::Ledger;
use axcs::model::Selection;
use axcs::model::administration::{AuditFilter, Author, Change, Parameters};
use axcs::model::checklist::ChecklistKind;

use super::{Engine, open};

fn ann() -> Author {
    Author {
        user: "Ann".into(),
        place: "console AOS01/4711".into(),
    }
}

fn parameters(hierarchy: &str, code: &str) -> Parameters {
    Parameters {
        category_hierarchy: hierarchy.into(),
        shipping_charges_code: code.into(),
    }
}

async fn texts(ledger: &Arc<dyn Ledger>, filter: AuditFilter) -> Vec<String> {
    let found = ledger.audit(&filter).await.unwrap();
    found
        .into_iter()
        .map(|entry| format!("{} {}: {}", entry.author.user, entry.subject, entry.text))
        .collect()
}

pub async fn parameters_are_kept_and_each_change_is_noted_once(engine: Engine) {
    let (place, ledger) = open(engine).await;
    assert_eq!(ledger.parameters().await.unwrap(), Parameters::default());
    let set = parameters("Größe 配送", "FREIGHT");
    assert!(ledger.set_parameters(set.clone(), ann()).await.unwrap());
    assert!(!ledger.set_parameters(set.clone(), ann()).await.unwrap());
    let again = place.open().await.unwrap();
    assert_eq!(again.parameters().await.unwrap(), set);
    assert_eq!(
        texts(&again, AuditFilter::default()).await,
        [
            "Ann parameters: company category hierarchy: none to Größe 配送; shipping charge code: none to FREIGHT"
        ]
    );
}

pub async fn another_category_hierarchy_is_another_selection(engine: Engine) {
    let (_place, ledger) = open(engine).await;
    let before = ledger.selection().await.unwrap();
    let with = |hierarchy, code| ledger.set_parameters(parameters(hierarchy, code), ann());
    with("", "FREIGHT").await.unwrap();
    assert_eq!(ledger.selection().await.unwrap(), before);
    with("Retail", "FREIGHT").await.unwrap();
    let after = ledger.selection().await.unwrap();
    assert_eq!(
        (after.revision, &*after.category_hierarchy),
        (before.revision + 1, "Retail")
    );
    // Whoever changes the products keeps the hierarchy, and cannot set it by the way.
    let changed = Selection {
        category_hierarchy: "Other".into(),
        include: vec!["A".into()],
        ..after
    };
    ledger.store_selection(changed).await.unwrap().unwrap();
    let stored = ledger.selection().await.unwrap();
    assert_eq!(stored.category_hierarchy, "Retail");
    assert_eq!(stored.include, ["A"]);
}

pub async fn a_tick_has_a_name_and_a_time_and_can_be_taken_away(engine: Engine) {
    let (_place, ledger) = open(engine).await;
    let list = ChecklistKind::Configuration;
    assert!(!ledger.unmark(list, "users", ann()).await.unwrap());
    ledger.mark(list, "users", "", ann()).await.unwrap();
    let marks = ledger.marks(list).await.unwrap();
    assert_eq!(marks.len(), 1);
    assert_eq!((&*marks[0].item, &*marks[0].by), ("users", "Ann"));
    assert!(marks[0].at.as_millisecond() > 0);
    assert!(
        ledger
            .marks(ChecklistKind::Upgrade)
            .await
            .unwrap()
            .is_empty()
    );
    assert!(ledger.unmark(list, "users", ann()).await.unwrap());
    assert!(ledger.marks(list).await.unwrap().is_empty());
    assert_eq!(
        texts(&ledger, AuditFilter::default()).await,
        [
            "Ann checklist: users of the configuration checklist not ticked any more",
            "Ann checklist: users of the configuration checklist ticked",
        ]
    );
}

pub async fn a_long_operation_is_noted_with_its_item_once(engine: Engine) {
    let (_place, ledger) = open(engine).await;
    let list = ChecklistKind::Upgrade;
    for operation in ["op-1", "op-1", "op-2"] {
        let noted = ledger.mark(list, "migrate-account", operation, ann());
        noted.await.unwrap();
    }
    assert_eq!(ledger.marks(list).await.unwrap()[0].operation, "op-2");
    assert_eq!(
        ledger.audit(&AuditFilter::default()).await.unwrap().len(),
        2
    );
}

pub async fn the_operation_log_goes_off_by_itself(engine: Engine) {
    let (_place, ledger) = open(engine).await;
    assert_eq!(ledger.operation_log().await.unwrap(), None);
    let on = |seconds| Some(("C:\\logs".to_owned(), seconds));
    ledger.set_operation_log(on(3_600), ann()).await.unwrap();
    let log = ledger.operation_log().await.unwrap().unwrap();
    assert_eq!((&*log.folder, &*log.by), ("C:\\logs", "Ann"));
    assert_eq!(log.until.duration_since(log.since).as_secs(), 3_600);
    ledger.set_operation_log(on(0), ann()).await.unwrap();
    assert_eq!(
        ledger.operation_log().await.unwrap(),
        None,
        "its time is up"
    );
    ledger.set_operation_log(on(3_600), ann()).await.unwrap();
    ledger.set_operation_log(None, ann()).await.unwrap();
    assert_eq!(ledger.operation_log().await.unwrap(), None);
    ledger.set_operation_log(None, ann()).await.unwrap();
    let changes = texts(&ledger, AuditFilter::default()).await;
    assert_eq!(changes.len(), 4, "switching off what is off is no change");
    assert_eq!(changes[0], "Ann operation-log: operation log off");
}

pub async fn the_audit_lists_the_newest_first_by_subject_text_and_limit(engine: Engine) {
    let (_place, ledger) = open(engine).await;
    let bob = Author {
        user: "bob".into(),
        place: "command AOS02/1".into(),
    };
    for (subject, text, by) in [
        ("job", "orders withheld", ann()),
        ("account", "ÜBER deactivated", bob.clone()),
        ("job", "orders resumed", bob),
    ] {
        let noted = ledger.note_change(Change::new(subject, text), by);
        noted.await.unwrap();
    }
    let all = texts(&ledger, AuditFilter::default()).await;
    assert_eq!(
        all,
        [
            "bob job: orders resumed",
            "bob account: ÜBER deactivated",
            "Ann job: orders withheld",
        ]
    );
    let of = |subject: Option<&str>, text: Option<&str>, limit| AuditFilter {
        subject: subject.map(str::to_owned),
        text: text.map(str::to_owned),
        limit,
    };
    for (filter, expected) in [
        (of(Some("job"), None, None), vec![&all[0], &all[2]]),
        (of(None, None, Some(1)), vec![&all[0]]),
        (of(None, Some("über"), None), vec![&all[1]]),
        (of(None, Some("aos01"), None), vec![&all[2]]),
        (of(None, Some("BOB"), Some(1)), vec![&all[0]]),
        (of(Some("store"), None, None), vec![]),
    ] {
        let found = texts(&ledger, filter).await;
        assert_eq!(found.iter().collect::<Vec<_>>(), expected);
    }
}

promises![
    parameters_are_kept_and_each_change_is_noted_once,
    another_category_hierarchy_is_another_selection,
    a_tick_has_a_name_and_a_time_and_can_be_taken_away,
    a_long_operation_is_noted_with_its_item_once,
    the_operation_log_goes_off_by_itself,
    the_audit_lists_the_newest_first_by_subject_text_and_limit,
];
