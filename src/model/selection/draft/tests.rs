//! What a draft keeps, takes back, and puts on what somebody else changed.

use super::*;

fn group(name: &str) -> Rule {
    Rule::ItemGroup {
        group: name.to_owned(),
    }
}

fn texts(items: &[&str]) -> Vec<String> {
    items.iter().map(|item| (*item).to_owned()).collect()
}

fn selection(rules: &[&str], include: &[&str], exclude: &[&str]) -> Selection {
    Selection {
        revision: 4,
        category_hierarchy: "Retail".to_owned(),
        rules: rules.iter().map(|name| group(name)).collect(),
        include: texts(include),
        exclude: texts(exclude),
    }
}

#[test]
fn every_step_can_be_taken_back_down_to_what_is_in_force() {
    let base = selection(&["FIN"], &["A"], &["B"]);
    let mut draft = Draft::of(base.clone());
    assert_eq!(
        (draft.wanted(), draft.difference()),
        (base.clone(), Difference::default())
    );
    assert_eq!(
        draft.set(&texts(&["A", "B", "C"]), Some(Hand::Sold), "sell"),
        2
    );
    assert_eq!(draft.set(&texts(&["A"]), None, "leave"), 1);
    assert!(draft.add_rule(group("RAW"), "add") && !draft.add_rule(group("RAW"), "again"));
    assert!(draft.remove_rule(1, "remove") && !draft.remove_rule(2, "none"));
    let wanted = draft.wanted();
    assert_eq!(wanted, selection(&["RAW"], &["B", "C"], &[]));
    assert_eq!(draft.difference(), Difference { items: 3, rules: 2 });
    let taken: Vec<String> = std::iter::from_fn(|| draft.undo()).collect();
    assert_eq!(taken, ["remove", "add", "leave", "sell"]);
    assert_eq!(
        (draft.wanted(), draft.difference()),
        (base, Difference::default())
    );
}

#[test]
fn what_says_nothing_new_is_no_step() {
    let mut draft = Draft::of(selection(&[], &["A"], &[]));
    let version = draft.version();
    assert_eq!(draft.set(&texts(&["A"]), Some(Hand::Sold), "sell"), 0);
    let same = draft.wanted();
    draft.restore(&same, "back");
    assert_eq!((draft.undo(), draft.version()), (None, version));
}

#[test]
fn an_item_is_sold_by_hand_or_by_rules_and_never_is_stronger() {
    let (fin, raw) = (group("FIN"), group("RAW"));
    let mut draft = Draft::of(selection(&["FIN"], &["A", "B"], &["B"]));
    draft.add_rule(raw.clone(), "add");
    let verdict = draft.verdict("C", [&raw, &fin]);
    assert!(verdict.is_sold());
    assert_eq!(verdict.rules, [1, 2]);
    assert_eq!(draft.verdict_in_force("C", [&raw, &fin]).rules, [1]);
    assert!(draft.verdict("A", []).is_sold() && !draft.verdict("D", []).is_sold());
    let never = draft.verdict("B", [&fin]);
    assert_eq!((never.hand, never.is_sold()), (Some(Hand::Never), false));
}

#[test]
fn a_draft_is_put_on_what_somebody_else_changed_and_overwrites_nothing_else() {
    let mut draft = Draft::of(selection(&["FIN", "OLD"], &["A", "B"], &[]));
    draft.set(&texts(&["A"]), None, "leave");
    draft.set(&texts(&["C"]), Some(Hand::Never), "never");
    draft.remove_rule(2, "remove");
    draft.add_rule(group("MINE"), "add");
    let theirs = Selection {
        revision: 9,
        ..selection(&["FIN", "OLD", "THEIRS"], &["A", "D"], &["E"])
    };
    draft.rebase(theirs.clone());
    let wanted = Selection {
        revision: 9,
        ..selection(&["FIN", "THEIRS", "MINE"], &["D"], &["C", "E"])
    };
    assert_eq!(draft.wanted(), wanted);
    draft.undo();
    assert_eq!(draft.wanted(), theirs);
}

#[test]
fn what_was_applied_before_can_be_restored_as_one_step() {
    let mut draft = Draft::of(selection(&["NEW"], &["B"], &[]));
    draft.restore(&selection(&["OLD"], &["A"], &["B"]), "back");
    assert_eq!(draft.wanted(), selection(&["OLD"], &["A"], &["B"]));
    assert_eq!(draft.undo().as_deref(), Some("back"));
    assert_eq!(draft.wanted(), selection(&["NEW"], &["B"], &[]));
}
