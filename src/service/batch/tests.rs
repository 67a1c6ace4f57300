//! How lines are read and values checked, without a store.

use proptest::prelude::*;

use super::*;

fn read(body: &str) -> Vec<LineResult> {
    Batch::read(Stream::DeliveryModes, body.as_bytes().to_vec())
        .unwrap()
        .entries
        .into_iter()
        .filter_map(|entry| match entry {
            Entry::Change(_) => None,
            Entry::Rejected(result) => Some(*result),
        })
        .collect()
}

#[test]
fn a_bad_line_is_rejected_with_its_id_and_the_others_go_on() {
    let good = r#"{"op":"upsert","id":"A","version":1,"value":{"code":"A"}}"#;
    for (line, id, code, field) in [
        ("", "line 2", "bad-line", None),
        ("nonsense", "line 2", "bad-line", None),
        (r#"["delete","B",1,null]"#, "line 2", "bad-line", None),
        (
            r#"{"op":"upsert","id":"B","version":1}"#,
            "B",
            "bad-line",
            Some("value"),
        ),
        (
            r#"{"op":"upsert","id":"B","version":1,"value":null}"#,
            "B",
            "bad-line",
            Some("value"),
        ),
        (
            r#"{"op":"delete","id":"B","version":1,"value":{"code":"B"}}"#,
            "B",
            "bad-line",
            Some("value"),
        ),
        (
            r#"{"op":"replace","id":"B","version":1}"#,
            "B",
            "bad-line",
            None,
        ),
        (
            r#"{"op":"delete","id":"B","version":1.5}"#,
            "B",
            "bad-line",
            None,
        ),
        (
            r#"{"op":"delete","id":"B","version":99999999999999999999}"#,
            "B",
            "bad-line",
            None,
        ),
        (
            r#"{"op":"delete","id":"B","version":1,"id":"C"}"#,
            "line 2",
            "bad-line",
            None,
        ),
        (
            r#"{"op":"delete","id":"B","version":1,"colour":"red"}"#,
            "B",
            "bad-line",
            None,
        ),
        (
            r#"{"op":"delete","id":"B","version":1} {}"#,
            "line 2",
            "bad-line",
            None,
        ),
        (
            r#"{"op":"delete","id":"","version":1}"#,
            "line 2",
            "bad-line",
            Some("id"),
        ),
        (
            r#"{"op":"delete","id":7,"version":1}"#,
            "line 2",
            "bad-line",
            None,
        ),
        (
            r#"{"op":"upsert","id":"B","version":1,"value":{"code":"B","colour":"red"}}"#,
            "B",
            "bad-value",
            Some("colour"),
        ),
        (
            r#"{"op":"upsert","id":"B","version":1,"value":{}}"#,
            "B",
            "bad-value",
            Some("code"),
        ),
        (
            r#"{"op":"upsert","id":"B","version":1,"value":["B","","",""]}"#,
            "B",
            "bad-value",
            None,
        ),
        (
            r#"{"op":"upsert","id":"B","version":1,"value":{"code":"C"}}"#,
            "B",
            "id-mismatch",
            Some("id"),
        ),
    ] {
        let rejected = read(&format!("{good}\n{line}\n{good}\n"));
        assert_eq!(rejected.len(), 1, "{line}");
        let result = &rejected[0];
        assert_eq!(result.id, id, "{line}");
        assert_eq!(result.code.as_deref(), Some(code), "{line}");
        assert_eq!(
            result.field.as_deref(),
            field,
            "{line}: {:?}",
            result.detail
        );
    }
}

#[test]
fn an_id_with_escapes_is_the_text_it_stands_for() {
    let line = r#"{"op":"upsert","id":"A\"\u00fc","version":1,"value":{"code":"A\"ü"}}"#;
    let batch = Batch::read(Stream::DeliveryModes, line.as_bytes().to_vec()).unwrap();
    let Entry::Change(change) = &batch.entries[0] else {
        panic!("{:?}", batch.entries[0]);
    };
    assert_eq!(batch.id(change), "A\"ü");
    let (range, hash) = change.value.as_ref().unwrap();
    assert_eq!(batch.value(range), r#"{"code":"A\"ü"}"#.as_bytes());
    assert_eq!(*hash, content_hash(batch.value(range)));
}

#[test]
fn deep_nesting_is_a_rejected_line_and_no_stack_is_lost() {
    for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
        let deep = format!("{}1{}", open.repeat(50_000), close.repeat(50_000));
        let line = format!(r#"{{"op":"upsert","id":"B","version":1,"value":{deep}}}"#);
        assert_eq!(read(&line).len(), 1);
        assert_eq!(read(&deep).len(), 1);
    }
}

proptest! {
    #[test]
    fn any_bytes_come_to_one_entry_a_line(body in prop::collection::vec(any::<u8>(), 1..400)) {
        let lines = body.split(|byte| *byte == b'\n').count()
            - usize::from(body.last() == Some(&b'\n'));
        let batch = Batch::read(Stream::Items, body).unwrap();
        prop_assert_eq!(batch.entries.len(), lines);
    }
}
