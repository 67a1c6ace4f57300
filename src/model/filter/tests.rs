//! The language: what is read, what is refused, and what a filter lets through.

use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};
use proptest::prelude::*;

use super::*;
use crate::model::log::LogLine;
use crate::model::run::RunId;

/// A Sunday afternoon in a zone that is five hours behind.
fn now() -> Zoned {
    let at: Timestamp = "2026-11-29T19:30:00Z".parse().unwrap();
    at.to_zoned(TimeZone::posix("EST5EDT,M3.2.0,M11.1.0").unwrap())
}

fn read(subject: Subject, text: &str) -> Filter {
    Filter::parse(subject, text, &now()).unwrap()
}

fn refused(subject: Subject, text: &str) -> FilterError {
    Filter::parse(subject, text, &now()).unwrap_err()
}

#[test]
fn the_line_of_the_documents_is_read() {
    let filter = read(
        Subject::Orders,
        r#"state:error age>2h store:web "free words" -is:journal total>=100 karen"#,
    );
    assert_eq!(
        filter.to_string(),
        r#"state:exception age>2h store:web "free words" -is:journal total>=100 karen"#
    );
    assert!(filter.terms[4].is_negated);
    assert!(read(Subject::Orders, "  ").is_empty());
}

#[test]
fn a_number_with_a_hyphen_and_a_time_are_words() {
    for text in ["W-100790", "12:30", "SO-0042", "3>2"] {
        let filter = read(Subject::Orders, text);
        assert_eq!(filter.terms, [Term::from(Test::Anywhere(text.to_owned()))]);
    }
}

#[test]
fn what_is_wrong_is_said_with_its_place_and_what_to_write() {
    for (subject, text, column, what, hint) in [
        (
            Subject::Orders,
            "karen stor:web",
            7,
            "no field stor",
            "state, age, store",
        ),
        (
            Subject::Orders,
            "state:lost",
            7,
            "state cannot be \"lost\"",
            "downloaded",
        ),
        (
            Subject::Orders,
            "state>open",
            1,
            "compared by >",
            "write one of",
        ),
        (Subject::Orders, "age:2h", 5, "age cannot be", "age>2h"),
        (Subject::Orders, "age>2", 5, "age cannot be", "m, h, d"),
        (Subject::Orders, "total>many", 7, "total cannot be", "99.50"),
        (
            Subject::Orders,
            "store:",
            7,
            "nothing follows store",
            "store:NAME",
        ),
        (
            Subject::Orders,
            "state~dwn",
            1,
            "compared by ~",
            "write one of",
        ),
        (Subject::Orders, "total~5", 1, "compared by ~", "99.50"),
        (Subject::Orders, "store~", 7, "nothing follows store", "~nm"),
        (
            Subject::Orders,
            "karen ~",
            8,
            "nothing follows the ~",
            "~kmllr",
        ),
        (Subject::Orders, "ö \"open", 3, "not closed", "another \""),
        (Subject::Orders, "\"\"", 1, "nothing stands", "text"),
        (
            Subject::Orders,
            "- karen",
            1,
            "nothing follows the -",
            "-state:closed",
        ),
        (Subject::Runs, "store:web", 1, "no field store", "job"),
        (
            Subject::Exceptions,
            "last:2026-13-01",
            6,
            "last cannot be",
            "2026-11-29",
        ),
        (Subject::Log, "at:15:00..14:00", 4, "at cannot be", "today"),
        (Subject::Log, "level>=loud", 8, "level cannot be", "warning"),
    ] {
        let error = refused(subject, text);
        let said = error.to_string();
        assert_eq!(error.column, column, "{text}: {said}");
        assert!(said.contains(what) && said.contains(hint), "{text}: {said}");
    }
}

fn line(minute: i64, level: Level, run: Option<i64>, text: &str) -> LogLine {
    let midnight: Timestamp = "2026-11-29T05:00:00Z".parse().unwrap();
    LogLine {
        at: midnight + jiff::Span::new().minutes(minute),
        level,
        run: run.map(RunId),
        text: text.to_owned(),
    }
}

#[test]
fn times_are_as_exact_as_they_are_written_and_in_the_zone_of_the_reader() {
    let (from, until) = (14 * 60, 14 * 60 + 30);
    for (text, expected) in [
        ("at:today", [true; 4]),
        ("at:2026-11-29", [true; 4]),
        ("at:yesterday", [false; 4]),
        ("at:14:00", [false, true, false, false]),
        ("at:14:00:00", [false, true, false, false]),
        ("at<14:00", [true, false, false, false]),
        ("at>14:00", [false, false, true, true]),
        ("at>=14:00", [false, true, true, true]),
        ("at<=14:00", [true, true, false, false]),
        ("at:14:00..14:30", [false, true, true, false]),
        ("at:2026-11-29T19:00:00Z", [false, true, false, false]),
        ("age<31m", [false, true, true, true]),
        ("age>30m", [true, false, false, false]),
        ("age>=30m", [true, true, false, false]),
    ] {
        let filter = read(Subject::Log, text);
        let found = [from - 1, from, until, until + 1]
            .map(|minute| line(minute, Level::Info, None, ""))
            .map(|line| filter.lets(&line, now().timestamp()));
        assert_eq!(found, expected, "{text}");
    }
}

#[test]
fn a_plain_word_is_found_where_it_is_when_all_is_small() {
    for letter in '\u{80}'..=char::MAX {
        let has_plain = letter.to_lowercase().any(|small| small.is_ascii());
        assert_eq!(has_plain, PLAIN_WHEN_SMALL.contains(&letter), "{letter}");
    }
    assert!(holds("27 \u{212a}", "7 K"));
    assert!(holds("\u{130}zmir", "i"));
    assert!(!holds("\u{130}zmir", "iz"));
    assert!(holds("Bjørn HANSEN", "n h"));
    assert!(!holds("Bjørn HANSEN", "orn"));
}

proptest! {
    #[test]
    fn any_text_is_found_where_it_is_when_all_is_small(
        text in "[aBkKéÉΣσς\u{130}\u{212a} ]{0,6}",
        sought in "[AbKkéÉσi\u{212a} ]{1,2}",
    ) {
        let small = text.to_lowercase().contains(&sought.to_lowercase());
        prop_assert_eq!(holds(&text, &sought), small);
    }
}

#[test]
fn words_are_found_in_either_case_of_any_script_and_all_have_to_be_there() {
    let line = line(0, Level::Warning, Some(118), "Größe L is NOT in stock");
    for (text, expected) in [
        ("größe not", true),
        ("GRÖSSE", false),
        ("stock size", false),
        ("\"not in\"", true),
        ("\"in not\"", false),
        ("-size", true),
        ("-stock", false),
        ("run:118", true),
        ("run>118", false),
        ("level:warning", true),
        ("level>=info", true),
        ("level>warning", false),
        ("-level:debug text:stock", true),
        ("~gelntk", true),
        ("~GRÖ~STOCK", false),
        ("~\"GRÖ stock\"", true),
        ("~kcots", false),
        ("text~ßnot", true),
        ("-text~ßnot", false),
        ("text~sss", false),
    ] {
        let filter = read(Subject::Log, text);
        assert_eq!(filter.lets(&line, now().timestamp()), expected, "{text}");
    }
}

#[test]
fn the_next_word_is_offered() {
    let words = |text| -> Vec<String> {
        let found = complete(Subject::Orders, text).into_iter();
        found.map(|completion| completion.word).collect()
    };
    assert_eq!(words("karen st"), ["state:", "store:"]);
    assert_eq!(words("-state:can"), ["cancelled", "canceled-in-ax"]);
    assert!(words("customer:ka").is_empty() && words("\"st").is_empty());
    assert!(words("customer~").is_empty() && words("state~").is_empty() && words("~").is_empty());
    assert_eq!(words("").len(), Subject::Orders.fields().len() + 1);
    assert_eq!(words("karen -").last().map(String::as_str), Some("~"));
    assert_eq!(
        complete(Subject::Orders, "karen -to")[0].text,
        "karen -total>"
    );
    for subject in SUBJECTS {
        for completion in complete(subject, "") {
            let begun = format!("{}~", completion.text);
            let tried = Filter::parse(subject, &begun, &now());
            let is_known = match &tried {
                Ok(_) => true,
                Err(error) => error.to_string().contains("cannot be"),
            };
            assert!(is_known, "{begun}: {tried:?}");
        }
    }
}

const SUBJECTS: [Subject; 4] = [
    Subject::Orders,
    Subject::Exceptions,
    Subject::Runs,
    Subject::Log,
];

fn compare() -> impl Strategy<Value = Compare> {
    prop::sample::select(vec![
        Compare::Equal,
        Compare::Less,
        Compare::AtMost,
        Compare::More,
        Compare::AtLeast,
    ])
}

fn a_test(subject: Subject) -> BoxedStrategy<Test> {
    let text = r#"[a-zA-Z0-9 "\\:<>=~ßİ配\-]{1,12}"#;
    let field = prop::sample::select(subject.fields());
    let held = (
        field,
        compare(),
        any::<i64>(),
        text,
        0_i64..4_000_000_000,
        1_i64..200_000,
    );
    let of_field =
        held.prop_map(move |(field, compare, number, text, second, length)| {
            match subject.kind(field) {
                Kind::Word(words) => {
                    let word = words[number.unsigned_abs() as usize % words.len()];
                    Test::Is(field, word.to_owned())
                }
                Kind::Name | Kind::Text if second % 2 == 0 => Test::Roughly(Some(field), text),
                Kind::Name => Test::Is(field, text),
                Kind::Text => Test::Holds(field, text),
                Kind::Number => Test::Number(field, compare, number),
                Kind::Amount => {
                    let amount = format!("{}.{:02}", number / 1_000, second % 100);
                    Test::Amount(field, compare, amount.parse().unwrap())
                }
                Kind::Span if compare == Compare::Equal => Test::Span(field, Compare::More, second),
                Kind::Span => Test::Span(field, compare, second),
                Kind::Time => {
                    let at = |second| Timestamp::from_second(second).unwrap();
                    let (from, until) = (at(second), at(second + length));
                    Test::Time(field, compare, Moment { from, until })
                }
                Kind::Level => Test::Level(compare, Level::ALL[(second % 4) as usize]),
            }
        });
    let rough = text.prop_map(|letters| Test::Roughly(None, letters));
    prop_oneof![of_field, text.prop_map(Test::Anywhere), rough].boxed()
}

proptest! {
    #[test]
    fn what_is_written_is_read_again(
        (subject, terms) in prop::sample::select(SUBJECTS.to_vec()).prop_flat_map(|subject| {
            let term = (any::<bool>(), a_test(subject))
                .prop_map(|(is_negated, test)| Term { is_negated, test });
            (Just(subject), prop::collection::vec(term, 0..5))
        })
    ) {
        let filter = Filter { terms };
        let written = filter.to_string();
        prop_assert_eq!(Filter::parse(subject, &written, &now()), Ok(filter), "{}", written);
    }

    #[test]
    fn letters_are_found_where_they_come_in_that_order_with_anything_between(
        text in "[a-cA-Cß配%_ ]{0,16}", letters in "[a-cA-Cß配%_ ]{1,4}"
    ) {
        let in_order: Vec<String> =
            letters.chars().map(|letter| regex::escape(&letter.to_string())).collect();
        let in_order = regex::Regex::new(&format!("(?is){}", in_order.join(".*"))).unwrap();
        let filter = Filter::from(Test::Roughly(Some(Field::Text), letters));
        let held = filter.lets(&line(0, Level::Info, None, &text), now().timestamp());
        prop_assert_eq!(held, in_order.is_match(&text));
    }

    #[test]
    fn nothing_that_is_typed_breaks_it(text in r#"[a-z:<>=~" \-0-9.Tß]{0,30}"#) {
        for subject in SUBJECTS {
            if let Err(error) = Filter::parse(subject, &text, &now()) {
                prop_assert!(error.column >= 1 && error.column <= text.chars().count() + 1);
            }
            for completion in complete(subject, &text) {
                prop_assert!(completion.text.contains(&completion.word));
            }
        }
    }
}
