//! The tab *Products*: what is listed, drafted, counted and put in force by keys.

use axcs::console::app::{Msg, Setting};
use axcs::console::products::{Answer, Request};
use axcs::jobs::selection::{Matching, NewRule};
use axcs::model::products::{ItemFilter, Start};
use axcs::model::selection::Hand;
use axcs::model::{Exception, Rule, Selection};

use super::desk::desk;
use super::scenes::{Look, Stage, products, products_request, setting, text_of};

const SIZE: (u16, u16) = (80, 24);

fn requests(stage: &mut Stage) -> Vec<Request> {
    let asked = stage.asked().into_iter();
    asked.filter_map(products_request).collect()
}

fn tell(stage: &mut Stage, answer: Answer) {
    stage.send(Msg::Products(Box::new(answer)));
}

/// Answers what was asked, and what is asked then.
fn answer_all(stage: &mut Stage) {
    loop {
        let asked = requests(stage);
        if asked.is_empty() {
            return;
        }
        for request in &asked {
            stage.send(products::answer(request));
        }
    }
}

#[track_caller]
fn assert_shows(stage: &Stage, words: &str) {
    let text = text_of(&stage.draw());
    assert!(text.contains(words), "{words:?} is not in\n{text}");
}

/// The row of an item.
#[track_caller]
fn row(stage: &Stage, item: &str) -> String {
    let text = text_of(&stage.draw());
    let row = text.lines().find(|line| line.contains(item));
    row.unwrap_or_else(|| panic!("{item} is not in\n{text}"))
        .to_owned()
}

/// The draft that is applied after `keys`.
fn applied(stage: &mut Stage) -> Selection {
    stage.asked();
    stage.press("A A");
    assert_shows(stage, "Put the draft in force?");
    stage.press("y");
    let wanted = requests(stage).into_iter().find_map(|request| {
        if let Request::Apply(wanted) = request {
            Some(*wanted)
        } else {
            None
        }
    });
    wanted.expect("nothing was applied")
}

#[test]
fn every_item_says_what_becomes_of_it_and_why_in_words() {
    let stage = products::products((120, 40), Look::PLAIN);
    for (item, words) in [
        ("CS-000001", "+ sold      rule 1: item group FIN and 1 more"),
        ("CS-000002", "+ sold      by hand"),
        ("CS-000003", "X never     by hand, against rule 1"),
        ("CS-000006", "+ sold      by hand, also rule 1"),
        ("CS-000014", ". not sold  no rule names it"),
    ] {
        assert!(row(&stage, item).contains(words), "{}", row(&stage, item));
    }
}

#[test]
fn a_key_moves_at_once_and_pages_are_read_before_anybody_gets_there() {
    let mut stage = Stage::new(SIZE, Look::DARK);
    stage.press("3");
    let first = requests(&mut stage);
    assert_eq!(first, [Request::Selection, Request::Tree]);
    tell(&mut stage, Answer::Selection(Ok(products::selection())));
    let asked = requests(&mut stage);
    let [Request::Page { query, list, rules }] = &asked[..] else {
        panic!("{asked:?}")
    };
    assert_eq!((&query.start, rules.len()), (&Start::First, 4));
    // Keys before the answer ask for nothing twice.
    stage.press("j pgdn G");
    assert_eq!(requests(&mut stage), []);
    stage.send(products::answer(&asked[0]));
    assert_shows(&stage, "CS-000001");
    assert_eq!(requests(&mut stage), [], "200 rows are enough at first");
    stage.press("pgdn pgdn pgdn pgdn pgdn pgdn pgdn");
    let more = requests(&mut stage);
    let [
        Request::Page {
            query, list: same, ..
        },
    ] = &more[..]
    else {
        panic!("{more:?}")
    };
    let after = Start::After("CS-000200".to_owned());
    assert_eq!((&query.start, same), (&after, list));
}

#[test]
fn no_key_counts_the_company() {
    let mut stage = products::products(SIZE, Look::DARK);
    stage.asked();
    stage
        .press("/")
        .write("jacket")
        .press("enter j t space space s n r c right j enter u G g esc");
    for request in requests(&mut stage) {
        assert!(matches!(request, Request::Page { .. }), "{request:?}");
    }
}

#[test]
fn an_answer_to_an_older_filter_is_not_shown() {
    let mut stage = products::searching(SIZE, Look::DARK);
    assert_shows(&stage, "Searched up to item CS-020000 so far.");
    let asked = requests(&mut stage);
    let [Request::Page { query, .. }] = &asked[..] else {
        panic!("{asked:?}")
    };
    assert_eq!(query.start, Start::After("CS-020000".to_owned()));
    stage.press("/").write("zz");
    // One at a time: the newest filter is asked for when the old answer comes.
    assert_eq!(requests(&mut stage), []);
    stage.send(products::answer(&asked[0]));
    let asked = requests(&mut stage);
    let [Request::Page { query, .. }] = &asked[..] else {
        panic!("{asked:?}")
    };
    assert_eq!((&*query.filter.text, &query.start), ("zzz", &Start::First));
}

#[test]
fn what_is_typed_ahead_of_a_list_is_done_to_its_item_and_to_none_of_the_list_before() {
    let mut stage = products::loading((120, 40), Look::PLAIN);
    answer_all(&mut stage);
    stage.press("/").write("CS-000014").press("enter n");
    let text = text_of(&stage.draw());
    assert!(!text.contains("DRAFT"), "{text}");
    answer_all(&mut stage);
    assert!(row(&stage, "CS-000014").contains("X never"));
    assert_shows(&stage, "DRAFT, not in force: 1 item, 0 rules");

    // Whoever turns to another list does not want it any more.
    stage.press("/").write("5").press("enter s esc");
    answer_all(&mut stage);
    assert_shows(&stage, "DRAFT, not in force: 1 item, 0 rules");
}

#[test]
fn items_are_toggled_one_by_one_and_marked_ones_together() {
    let mut stage = products::products((120, 40), Look::PLAIN);
    stage.press("t");
    assert!(
        row(&stage, "CS-000001").contains("draft") || row(&stage, "CS-000001").contains("by hand")
    );
    stage.press("t");
    assert!(row(&stage, "CS-000001").contains("X never     ! by hand, against rule 1"));
    assert_shows(&stage, "DRAFT, not in force: 1 item, 0 rules");
    stage.press("t u");
    assert!(row(&stage, "CS-000001").contains("X never"));
    stage.press("t j space space space n");
    assert_shows(
        &stage,
        "In the draft: 2 items never sold. Nothing is in force yet.",
    );
    let wanted = applied(&mut stage);
    assert_eq!(wanted.exclude, ["CS-000002", "CS-000003", "CS-000004"]);
    assert_eq!(wanted.include, ["CS-000006"]);
    assert_eq!(wanted.revision, 7);
}

#[test]
fn all_that_match_are_gathered_and_asked_for_with_their_number() {
    let mut stage = products::products(SIZE, Look::DARK);
    stage.asked();
    stage.press("S");
    assert_shows(&stage, "That would be every item");
    stage.press("/").write("boots group:FIN").press("enter");
    requests(&mut stage);
    stage.press("N");
    let filter = ItemFilter::typed("boots group:FIN", "");
    assert_eq!(
        requests(&mut stage),
        [Request::Matching(Some(Hand::Never), filter)]
    );
    assert_shows(&stage, "Never sell 206 items?");
    stage.press("n");
    assert!(!text_of(&stage.draw()).contains("DRAFT"));
    stage.press("N y");
    assert_shows(&stage, "DRAFT, not in force: 206 items, 0 rules");
    let too_many = Answer::Matching(Some(Hand::Sold), Ok(Matching::TooMany));
    tell(&mut stage, too_many);
    assert_shows(&stage, "more than 10,000 items: add a rule instead");
}

#[test]
fn rules_are_added_in_a_form_and_from_the_tree_and_removed() {
    let mut stage = products::products((120, 40), Look::PLAIN);
    stage.press("a enter");
    assert_shows(&stage, "Fill in one of the three.");
    assert_shows(&stage, "FIN, RAW");
    stage.write("NO").press("enter");
    assert_shows(&stage, "There is no item group NO.");
    stage.asked();
    stage.press("backspace backspace ctrl-n ctrl-n enter");
    let typed = Request::Rule(NewRule::ItemGroup("RAW".to_owned()));
    assert_eq!(requests(&mut stage)[0], typed);
    assert_shows(&stage, "DRAFT, not in force: 0 items, 1 rule");
    // What the rule names is read for the rows in sight.
    assert!(row(&stage, "CS-000014").contains("+ sold      ! rule 5: item group RAW"));
    stage.press("c G a");
    assert_shows(&stage, "No item is in Empty.");
    stage.press("k a");
    assert_shows(&stage, "DRAFT, not in force: 0 items, 2 rules");
    stage.press("e g x");
    let wanted = applied(&mut stage);
    let rules: Vec<String> = wanted.rules.iter().map(Rule::to_string).collect();
    let expected = [
        "category 2",
        "items X1..X9",
        "category 11",
        "item group RAW",
        "category 3",
    ];
    assert_eq!(rules, expected);
}

#[test]
fn a_category_is_listed_and_the_list_goes_back_to_all() {
    let mut stage = products::products((120, 40), Look::PLAIN);
    stage.press("c j j right j enter");
    assert_shows(&stage, "in Retail > Clothing > Jackets");
    assert_shows(&stage, "CS-000004");
    assert!(!text_of(&stage.draw()).contains("CS-000005"));
    stage.press("esc");
    assert_shows(&stage, "CS-000005");
}

#[test]
fn nothing_is_put_in_force_before_its_counts_were_seen() {
    let mut stage = products::products((120, 40), Look::PLAIN);
    stage.press("n");
    stage.asked();
    stage.press("A");
    let asked = requests(&mut stage);
    assert!(matches!(asked[..], [Request::Review { .. }]), "{asked:?}");
    assert_shows(&stage, "in force      draft difference");
    // A change makes the counts old: the next press counts again.
    stage.press("x A");
    let asked = requests(&mut stage);
    assert!(matches!(asked[..], [Request::Review { .. }]), "{asked:?}");
    stage.press("A");
    assert_shows(&stage, "items ");
    assert_shows(&stage, "A complete synchronization is required");
    stage.press("n");
    assert_eq!(requests(&mut stage), []);
}

#[test]
fn conflicts_are_told_and_mended() {
    let mut stage = products::products((120, 40), Look::PLAIN);
    stage.press("e");
    // What needs no counting is told at once.
    assert_shows(&stage, "! rule 2 names all of these: remove it");
    stage.press("A");
    for words in [
        "! names no item: remove it",
        "! CS-000003 is never sold, though rule 1 names it",
        "! CS-000006 is sold by hand, and by rule 1 anyway",
    ] {
        assert_shows(&stage, words);
    }
    stage.press("G x A A");
    let text = text_of(&stage.draw());
    assert!(text.contains("Put the draft in force?"), "{text}");
    stage.press("y");
    let wanted = requests(&mut stage).into_iter().find_map(|request| {
        if let Request::Apply(wanted) = request {
            Some(*wanted)
        } else {
            None
        }
    });
    assert_eq!(wanted.unwrap().include, ["CS-000002"]);
}

#[test]
fn the_last_selection_applied_can_be_drafted_again() {
    let mut stage = products::products((120, 40), Look::PLAIN);
    stage.press("u");
    assert_shows(&stage, "There is nothing to take back.");
    stage.press("n");
    applied(&mut stage);
    assert_shows(&stage, "Applied. A complete synchronization is required");
    assert!(!text_of(&stage.draw()).contains("DRAFT"));
    stage.press("esc u");
    assert_shows(&stage, "The draft is the selection of revision 7 again");
    let wanted = applied(&mut stage);
    let before = products::selection();
    assert_eq!(
        (wanted.rules, wanted.include),
        (before.rules, before.include)
    );
    assert_eq!((wanted.exclude, wanted.revision), (before.exclude, 8));
}

#[test]
fn what_somebody_else_changed_meanwhile_is_not_overwritten() {
    let mut stage = Stage::new((120, 40), Look::PLAIN).answering();
    stage.press("3 n A A");
    tell(&mut stage, Answer::Applied(Ok(None)));
    let theirs = Selection {
        revision: 9,
        include: vec!["CS-000009".to_owned()],
        ..products::selection()
    };
    tell(&mut stage, Answer::Selection(Ok(theirs)));
    assert_shows(&stage, "Somebody else changed the selection meanwhile.");
    stage.press("n");
    let wanted = applied(&mut stage);
    assert_eq!(wanted.include, ["CS-000009"]);
    assert_eq!(wanted.exclude, ["CS-000001", "CS-000003"]);
    assert_eq!(wanted.revision, 9);
}

#[test]
fn a_read_only_console_counts_and_changes_nothing() {
    let setting = Setting {
        read_only: true,
        ..setting(SIZE, Look::DARK)
    };
    let mut stage = Stage::with(setting, SIZE).answering();
    stage.press("3 t s n r S N R a u e x A A enter");
    assert_shows(&stage, "The draft changes nothing of the selection.");
    stage.press("esc t");
    assert_shows(&stage, "The console is read-only: it changes no selection.");
    for request in requests(&mut stage) {
        let reads = !matches!(
            request,
            Request::Apply(_) | Request::Rule(_) | Request::Matching(..)
        );
        assert!(reads, "{request:?}");
    }
}

#[test]
fn a_failure_says_what_to_do_and_the_next_look_reads_again() {
    let mut stage = products::unread((120, 40), Look::DARK);
    assert_shows(&stage, "The ledger cannot be read.");
    assert_shows(&stage, "Look for the process that holds it.");
    requests(&mut stage);
    stage.press("2 3");
    assert_eq!(requests(&mut stage), [Request::Selection, Request::Tree]);
    let failed = Exception::new("It was not stored.", "No.", "Try again.");
    tell(&mut stage, Answer::Applied(Err(failed)));
    assert_shows(&stage, "It was not stored. No. Try again.");
}

#[tokio::test]
async fn the_whole_console_lists_drafts_counts_and_applies() {
    let mut desk = desk().await;
    desk.press("3 G").await;
    desk.assert_shows("CS-001240");
    desk.press("g n A").await;
    desk.assert_shows("difference");
    desk.press("A y").await;
    desk.assert_shows("Applied. A complete synchronization is required");
}

#[tokio::test]
async fn the_checklist_leads_to_the_products() {
    let mut desk = desk().await;
    desk.press("2 g j j j j j enter").await;
    desk.assert_shows("[3 Products]");
    desk.assert_shows("CS-000001");
}
