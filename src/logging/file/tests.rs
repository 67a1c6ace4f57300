//! A million lines, and what is read of them.

use std::fmt::Write as _;
use std::io::Write as _;

use super::*;

const LINES: u64 = 1_000_000;

/// A second for each line; every thousandth warns, every hundred-thousandth fails.
fn line(number: u64) -> String {
    let level = match number {
        _ if number.is_multiple_of(100_000) => "ERROR",
        _ if number.is_multiple_of(1_000) => " WARN",
        _ => " INFO",
    };
    let at = Timestamp::from_second(1_796_000_000 + number as i64).unwrap();
    let run = number / 10_000;
    format!("{at} {level} run{{run={run}}}: axcs::jobs: line {number} of a long night\n")
}

fn written(lines: std::ops::Range<u64>) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("axcs.log");
    let mut file = io::BufWriter::new(File::create(&path).unwrap());
    for number in lines {
        file.write_all(line(number).as_bytes()).unwrap();
    }
    file.flush().unwrap();
    (folder, path)
}

fn filter(text: &str) -> Filter {
    Filter::parse(
        crate::model::filter::Subject::Log,
        text,
        &jiff::Zoned::now(),
    )
    .unwrap()
}

fn quest(from: u64, way: Way) -> Quest {
    Quest {
        filter: Filter::default(),
        pattern: None,
        from,
        way,
        most: 50,
        blocks: 16,
    }
}

fn texts(found: &Found) -> Vec<&str> {
    found
        .lines
        .iter()
        .map(|(_, line)| line.text.as_str())
        .collect()
}

#[test]
fn of_a_million_lines_only_what_is_looked_at_is_read() {
    let (_folder, path) = written(0..LINES);
    let mut log = LogFile::open(&path).unwrap();
    let now = Timestamp::now();
    assert_eq!(log.reads(), 0, "opening reads nothing");

    // The end at once, before anything is known of the rest.
    let end = log.find(&quest(u64::MAX, Way::Up), now).unwrap();
    assert_eq!(texts(&end)[0], "line 999999 of a long night");
    assert_eq!((end.lines.len(), log.reads()), (50, 1));
    let top = log.find(&quest(0, Way::Down), now).unwrap();
    assert_eq!(texts(&top)[49], "line 49 of a long night");
    assert_eq!(log.reads(), 2);
    let middle = log.find(&quest(log.length() / 2, Way::Down), now).unwrap();
    assert_eq!((middle.lines.len(), log.reads()), (50, 3));
    // A page further is in the same block, or in the one behind it.
    let next = middle.lines[49].0;
    log.find(&quest(next, Way::Down), now).unwrap();
    assert!(log.reads() <= 4, "{}", log.reads());

    // What is rare is looked for in steps, so that a key is answered in between.
    let rare = Quest {
        filter: filter("level>=error"),
        blocks: 4,
        ..quest(0, Way::Down)
    };
    let before = log.reads();
    let step = log.find(&rare, now).unwrap();
    assert!(step.further.is_some() && log.reads() - before <= 4);

    // The index: every block once, a summary each.
    let before = log.reads();
    while log.look_ahead(8).unwrap() {
        let held = log.held();
        assert!(held < 4 << 20, "{held} bytes are held");
    }
    let blocks = log.length().div_ceil(BLOCK);
    assert!(log.reads() - before <= blocks, "no block twice");
    assert_eq!(log.lines(), Some(LINES));
    assert_eq!(log.number_of(end.lines[0].0).unwrap(), Some(LINES));
    assert_eq!(log.number_of(top.lines[7].0).unwrap(), Some(8));

    // With it, what is rare is found in the blocks that hold it.
    let rare = Quest {
        blocks: 100,
        ..rare
    };
    let before = log.reads();
    let found = log.find(&rare, now).unwrap();
    assert_eq!((found.lines.len(), found.further), (10, None));
    assert!(log.reads() - before <= 10, "{}", log.reads() - before);
    let at = |second: i64| Timestamp::from_second(1_796_000_000 + second).unwrap();
    let (from, until) = (at(500_000), at(500_060));
    let minute = Quest {
        filter: filter(&format!("at>={from} at<{until} run:50")),
        ..quest(0, Way::Down)
    };
    let before = log.reads();
    let found = log.find(&minute, now).unwrap();
    assert_eq!(texts(&found)[0], "line 500000 of a long night");
    assert!(log.reads() - before <= 1);
    assert!(log.held() < 4 << 20);
}

#[test]
fn both_ways_meet_and_every_line_is_found_once() {
    let (_folder, path) = written(0..20_000);
    let mut log = LogFile::open(&path).unwrap();
    let now = Timestamp::now();
    let all = Quest {
        most: usize::MAX,
        blocks: usize::MAX,
        ..quest(0, Way::Down)
    };
    let down = log.find(&all, now).unwrap();
    assert_eq!(down.lines.len(), 20_000);
    let mut up = log
        .find(
            &Quest {
                way: Way::Up,
                from: u64::MAX,
                ..all.clone()
            },
            now,
        )
        .unwrap();
    up.lines.reverse();
    assert_eq!(up, down);
    // In steps of one block, each going on where the one before stopped.
    for way in [Way::Down, Way::Up] {
        let mut step = Quest {
            pattern: Pattern::regex(r"line \d*7 of").unwrap(),
            blocks: 1,
            way,
            from: if way == Way::Down { 0 } else { u64::MAX },
            ..all.clone()
        };
        let mut places = Vec::new();
        loop {
            let found = log.find(&step, now).unwrap();
            places.extend(found.lines.into_iter().map(|(place, _)| place));
            match found.further {
                Some(further) => step.from = further,
                None => break,
            }
        }
        assert_eq!(places.len(), 2_000);
        places.sort_unstable();
        places.dedup();
        assert_eq!(places.len(), 2_000, "{way:?}");
    }
    let mut exported = Vec::new();
    let number = log.export(&filter("level>=warning run:1"), now, &mut exported);
    assert_eq!(number.unwrap(), 10);
    assert!(String::from_utf8(exported).unwrap().starts_with("2026-"));
}

#[test]
fn a_file_that_grows_is_followed_and_one_that_was_begun_anew_is_read_anew() {
    let (_folder, path) = written(0..3);
    let mut log = LogFile::open(&path).unwrap();
    let now = Timestamp::now();
    log.look_ahead(9).unwrap();
    let mut file = File::options().append(true).open(&path).unwrap();
    let mut begun = line(3);
    let end = begun.split_off(40);
    file.write_all(begun.as_bytes()).unwrap();
    log.refresh().unwrap();
    let last = |log: &mut LogFile| {
        let found = log.find(&quest(u64::MAX, Way::Up), now).unwrap();
        (found.lines.len(), texts(&found)[0].to_owned())
    };
    assert_eq!(last(&mut log), (3, "line 2 of a long night".to_owned()));
    file.write_all(end.as_bytes()).unwrap();
    log.refresh().unwrap();
    assert_eq!(last(&mut log), (4, "line 3 of a long night".to_owned()));
    assert!(!log.look_ahead(9).unwrap());
    assert_eq!(log.lines(), Some(4));
    let mut one = String::new();
    let _ = write!(one, "{}", line(9));
    std::fs::write(&path, one).unwrap();
    log.refresh().unwrap();
    assert_eq!(last(&mut log), (1, "line 9 of a long night".to_owned()));
    std::fs::write(&path, "").unwrap();
    log.refresh().unwrap();
    assert!(
        log.find(&quest(u64::MAX, Way::Up), now)
            .unwrap()
            .lines
            .is_empty()
    );
    // Lines longer than any: cut, and what follows is found.
    let long = format!("{}\n{}", "x".repeat(150_000), line(5));
    std::fs::write(&path, long).unwrap();
    log.refresh().unwrap();
    assert_eq!(last(&mut log).1, "line 5 of a long night");
}
