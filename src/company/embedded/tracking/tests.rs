//! Change tracking against an oracle, at every cursor.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::company::embedded::schema;

const KEYS: [&str; 3] = ["GROUND", "AIR", "SEA"];

fn tracked() -> Connection {
    let connection = Connection::open_in_memory().unwrap();
    schema::create_tables(&connection).unwrap();
    begin(&connection, "test").unwrap();
    connection
}

fn version(connection: &Connection) -> i64 {
    database(connection).unwrap().current_version
}

fn insert(connection: &Connection, code: &str) -> usize {
    let sql = "INSERT OR IGNORE INTO DLVMODE (DATAAREAID, CODE) VALUES ('usmf', ?)";
    connection.execute(sql, [code]).unwrap()
}

fn update(connection: &Connection, code: &str) -> usize {
    let sql = "UPDATE DLVMODE SET TXT = TXT || 'x' WHERE CODE = ?";
    connection.execute(sql, [code]).unwrap()
}

fn delete(connection: &Connection, code: &str) -> usize {
    connection
        .execute("DELETE FROM DLVMODE WHERE CODE = ?", [code])
        .unwrap()
}

/// Code and operation of each net change since a cursor.
fn net(connection: &Connection, since: i64) -> BTreeMap<String, Operation> {
    changes(connection, "DLVMODE", since)
        .unwrap()
        .into_iter()
        .map(|change| {
            let Value::Text(code) = &change.key[1] else {
                panic!("{change:?}");
            };
            (code.clone(), change.operation)
        })
        .collect()
}

/// What happened, step by step, as somebody would note it who watches.
#[derive(Default)]
struct Notes(Vec<(i64, String, Operation)>);

impl Notes {
    fn net(&self, since: i64) -> BTreeMap<String, Operation> {
        let mut net = BTreeMap::new();
        for (version, code, step) in &self.0 {
            if *version > since {
                let was_created = net.get(code) == Some(&Operation::Insert);
                let now = match step {
                    Operation::Update if was_created => Operation::Insert,
                    Operation::Insert | Operation::Update | Operation::Delete => *step,
                };
                net.insert(code.clone(), now);
            }
        }
        net
    }
}

proptest! {
    #[test]
    fn net_changes_are_what_a_watcher_notes_for_every_cursor(
        before in prop::collection::vec(any::<bool>(), KEYS.len()),
        steps in prop::collection::vec((0..KEYS.len(), 0..3), 0..40),
        clean_up_after in 0..40_usize,
    ) {
        let mut connection = Connection::open_in_memory().unwrap();
        schema::create_tables(&connection).unwrap();
        for (key, there) in KEYS.iter().zip(before) {
            if there {
                insert(&connection, key);
            }
        }
        begin(&connection, "test").unwrap();
        set_retention(&connection, 0).unwrap();
        let mut notes = Notes::default();
        for (number, (key, what)) in steps.into_iter().enumerate() {
            let (changed, operation) = match what {
                0 => (insert(&connection, KEYS[key]), Operation::Insert),
                1 => (update(&connection, KEYS[key]), Operation::Update),
                _ => (delete(&connection, KEYS[key]), Operation::Delete),
            };
            if changed > 0 {
                notes.0.push((version(&connection), KEYS[key].to_owned(), operation));
            }
            if number == clean_up_after {
                clean_up(&mut connection).unwrap();
            }
        }
        prop_assert_eq!(version(&connection), notes.0.len() as i64);
        // Every cursor that is still valid sees every change, after a clean-up too.
        let first = table(&connection, "DLVMODE").unwrap().min_valid_version.unwrap();
        for since in first..=version(&connection) {
            prop_assert_eq!(net(&connection, since), notes.net(since), "since {}", since);
        }
    }
}

#[test]
fn a_cursor_sees_the_change_behind_it_and_not_the_one_it_stands_at() {
    let connection = tracked();
    insert(&connection, "GROUND");
    update(&connection, "GROUND");
    let at = version(&connection);
    let seen = |since| net(&connection, since).get("GROUND").copied();
    assert_eq!(seen(at - 2), Some(Operation::Insert));
    assert_eq!(seen(at - 1), Some(Operation::Update));
    assert_eq!(seen(at), None);
    assert_eq!(seen(at + 1), None);
}

#[test]
fn a_changed_key_is_a_deletion_and_an_insert() {
    let connection = tracked();
    insert(&connection, "GROUND");
    let since = version(&connection);
    connection
        .execute("UPDATE DLVMODE SET CODE = 'RAIL'", [])
        .unwrap();
    let expected = [("GROUND", Operation::Delete), ("RAIL", Operation::Insert)];
    let expected = expected.map(|(code, operation)| (code.to_owned(), operation));
    assert_eq!(net(&connection, since), BTreeMap::from(expected));
}

#[test]
fn a_row_replaced_by_any_sqlite_client_is_tracked() {
    let connection = tracked();
    insert(&connection, "GROUND");
    let since = version(&connection);
    let sql =
        "INSERT OR REPLACE INTO DLVMODE (DATAAREAID, CODE, TXT) VALUES ('usmf', 'GROUND', 'new')";
    connection.execute(sql, []).unwrap();
    assert_eq!(net(&connection, since)["GROUND"], Operation::Insert);
    connection
        .execute("UPDATE OR REPLACE DLVMODE SET TXT = 'newer'", [])
        .unwrap();
    assert_eq!(net(&connection, since + 1)["GROUND"], Operation::Update);
}

#[test]
fn changes_are_kept_for_the_retention_and_then_forgotten() {
    let mut connection = tracked();
    insert(&connection, "GROUND");
    assert_eq!(
        database(&connection).unwrap().retention_minutes,
        DEFAULT_RETENTION_MINUTES
    );
    assert_eq!(clean_up(&mut connection).unwrap(), 0);
    assert_eq!(
        table(&connection, "DLVMODE").unwrap().min_valid_version,
        Some(0)
    );

    let two_days_ago = "UPDATE CHANGES_DLVMODE SET CHANGED_AT = unixepoch() - 172800";
    connection.execute(two_days_ago, []).unwrap();
    insert(&connection, "AIR");
    assert_eq!(clean_up(&mut connection).unwrap(), 1);
    assert_eq!(
        table(&connection, "DLVMODE").unwrap().min_valid_version,
        Some(1)
    );
    assert_eq!(
        table(&connection, "TAXONITEM").unwrap().min_valid_version,
        Some(0)
    );
    assert_eq!(net(&connection, 1)["AIR"], Operation::Insert);
}

#[test]
fn a_truncated_table_voids_every_cursor_even_the_newest() {
    let mut connection = tracked();
    insert(&connection, "GROUND");
    let newest = version(&connection);
    truncate(&mut connection, "DLVMODE").unwrap();
    let table = table(&connection, "DLVMODE").unwrap();
    assert!(table.min_valid_version > Some(newest));
    assert_eq!(table.min_valid_version, Some(version(&connection)));
    assert_eq!(update(&connection, "GROUND"), 0);
}

#[test]
fn what_went_by_while_tracking_was_off_voids_every_cursor() {
    let mut connection = tracked();
    let newest = version(&connection);
    disable(&mut connection, "DLVMODE").unwrap();
    assert_eq!(
        table(&connection, "DLVMODE").unwrap().min_valid_version,
        None
    );
    insert(&connection, "GROUND");
    assert_eq!(version(&connection), newest);
    enable(&mut connection, "DLVMODE").unwrap();
    let now = version(&connection);
    assert!(now > newest);
    assert_eq!(
        table(&connection, "DLVMODE").unwrap().min_valid_version,
        Some(now)
    );
    update(&connection, "GROUND");
    assert_eq!(net(&connection, now)["GROUND"], Operation::Update);
}

#[test]
fn only_tables_of_a_stream_can_be_tracked() {
    let mut connection = tracked();
    let error = enable(&mut connection, "CUSTTABLE").unwrap_err();
    assert!(matches!(error, TrackingError::NotTrackable(_)), "{error}");
}

fn identity_now(connection: &Connection) -> String {
    identity(connection, &database(connection).unwrap()).unwrap()
}

fn is_strange_to(connection: &Connection, known: &str) -> bool {
    is_strange(connection, &database(connection).unwrap(), known).unwrap()
}

#[test]
fn a_restored_file_has_another_history_from_the_backup_on() {
    let folder = tempfile::tempdir().unwrap();
    let backup = folder.path().join("backup.db");
    let mut original = tracked();
    let fresh = identity_now(&original);
    insert(&original, "GROUND");
    let fork = identity_now(&original);
    original
        .execute("VACUUM INTO ?", [backup.to_str().unwrap()])
        .unwrap();
    let mut restored = Connection::open(&backup).unwrap();
    let changes: [fn(&mut Connection); 6] = [
        |file| assert_eq!(update(file, "GROUND"), 1),
        |file| assert_eq!(delete(file, "GROUND"), 1),
        |file| assert_eq!(insert(file, "AIR"), 1),
        |file| {
            let moved = file.execute("UPDATE DLVMODE SET CODE = 'RAIL'", []);
            assert_eq!(moved.unwrap(), 1);
        },
        |file| truncate(file, "TAXONITEM").unwrap(),
        |file| {
            disable(file, "TAXONITEM").unwrap();
            enable(file, "TAXONITEM").unwrap();
        },
    ];
    for change in changes {
        change(&mut original);
        let known = identity_now(&original);
        assert!(is_strange_to(&restored, &known), "ahead: {known}");
        change(&mut restored);
        assert_eq!(version(&original), version(&restored));
        assert!(is_strange_to(&restored, &known), "overtaken: {known}");
        assert!(!is_strange_to(&original, &known));
        for before in [&fresh, &fork] {
            assert!(!is_strange_to(&restored, before));
            assert!(!is_strange_to(&original, before));
        }
    }
    // Another file is strange from its first version on.
    let other = Connection::open_in_memory().unwrap();
    schema::create_tables(&other).unwrap();
    begin(&other, "other").unwrap();
    assert!(is_strange_to(&other, &fresh));
}

#[test]
fn the_history_is_kept_as_long_as_its_changes_and_that_of_a_valid_cursor_longer() {
    let mut connection = tracked();
    let mut known: Vec<String> = vec!["test".to_owned()];
    for code in KEYS {
        insert(&connection, code);
        known.push(identity_now(&connection));
    }
    set_retention(&connection, 0).unwrap();
    clean_up(&mut connection).unwrap();
    clean_up(&mut connection).unwrap();
    let kept_from = table(&connection, "DLVMODE").unwrap().min_valid_version;
    assert_eq!(kept_from, Some(version(&connection)));
    assert_eq!(mark(&connection, version(&connection) - 1).unwrap(), None);
    assert!(mark(&connection, version(&connection)).unwrap().is_some());
    // Of what is forgotten, and of what was kept before there were marks, the retention decides.
    for known in known {
        assert!(!is_strange_to(&connection, &known), "{known}");
    }
}
