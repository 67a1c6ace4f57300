//! The texts of statements.

use std::fmt::Write as _;

/// A statement in the words of both engines. Its values are `@P1`, `@P2` … in both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Text<'a> {
    /// For SQLite.
    pub sqlite: &'a str,
    /// For SQL Server 2008 R2 and later.
    pub tsql: &'a str,
}

impl<'a> Text<'a> {
    /// A statement that both engines understand alike.
    pub const fn both(text: &'a str) -> Self {
        Self {
            sqlite: text,
            tsql: text,
        }
    }
}

/// What a heading begins with; the name and `]` follow. The rest of that line, and further lines of
/// comment, say what the statement does, its values and what it answers.
const HEADING: &[u8] = b"-- [";

/// The statement under the heading `-- [NAME]` of a file of statements.
///
/// # Panics
/// Where the file has no such statement: at compile time, as constants are made of it.
pub const fn section(file: &'static str, name: &str) -> &'static str {
    let bytes = file.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        let begins_a_line = at == 0 || bytes[at - 1] == b'\n';
        if begins_a_line && is_heading_of(bytes, at, name.as_bytes()) {
            let mut end = at + HEADING.len();
            while end < bytes.len() && !(bytes[end - 1] == b'\n' && starts(bytes, end, HEADING)) {
                end += 1;
            }
            let (_, from) = file.split_at(at);
            let (section, _) = from.split_at(end - at);
            return section;
        }
        at += 1;
    }
    panic!("there is no statement of this name in the file");
}

const fn starts(bytes: &[u8], at: usize, with: &[u8]) -> bool {
    let mut place = 0;
    while place < with.len() {
        if at + place >= bytes.len() || bytes[at + place] != with[place] {
            return false;
        }
        place += 1;
    }
    true
}

const fn is_heading_of(bytes: &[u8], at: usize, name: &[u8]) -> bool {
    let after = at + HEADING.len();
    let end = after + name.len();
    starts(bytes, at, HEADING)
        && starts(bytes, after, name)
        && end < bytes.len()
        && bytes[end] == b']'
}

/// A text as a part of a pattern of LIKE in which it stands for itself; `\` takes the meaning from a
/// sign (`ESCAPE '\'`).
pub fn literal_pattern(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len());
    for sign in text.chars() {
        if matches!(sign, '%' | '_' | '[' | '\\') {
            pattern.push('\\');
        }
        pattern.push(sign);
    }
    pattern
}

/// The statement `times` over, each time with its own values: `@P1` of the second one with `width`
/// values is `@P(width + 1)`.
pub(super) fn repeated(text: &str, width: usize, times: usize) -> String {
    let parts: Vec<(&str, usize)> = parts(text);
    let mut repeated = String::with_capacity((text.len() + 8) * times);
    for time in 0..times {
        for (words, number) in &parts {
            repeated.push_str(words);
            if *number > 0 {
                let _ = write!(repeated, "@P{}", time * width + number);
            }
        }
        repeated.push_str(";\n");
    }
    repeated
}

/// The words between the values of a statement, each with the number of the value behind it; 0 for
/// none. The comments in front of the statement are left out.
fn parts(text: &str) -> Vec<(&str, usize)> {
    let mut rest = text.trim_end().trim_end_matches(';');
    while let Some(comment) = rest.trim_start().strip_prefix("--") {
        rest = comment.split_once('\n').map_or("", |(_, after)| after);
    }
    let mut parts = Vec::new();
    while let Some((words, after)) = rest.split_once("@P") {
        let digits = after
            .find(|character: char| !character.is_ascii_digit())
            .unwrap_or(after.len());
        parts.push((words, after[..digits].parse().unwrap_or(0)));
        rest = &after[digits..];
    }
    parts.push((rest, 0));
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "\
-- [one] Answers 1.
SELECT 1;
-- [two] @P1: a number. Answers it.
-- More about it.
SELECT @P1;
";

    #[test]
    fn a_statement_is_found_by_the_name_in_its_heading() {
        const TWO: &str = section(FILE, "two");
        assert_eq!(section(FILE, "one"), "-- [one] Answers 1.\nSELECT 1;\n");
        assert!(TWO.ends_with("SELECT @P1;\n") && TWO.starts_with("-- [two]"));
    }

    #[test]
    #[should_panic(expected = "no statement of this name")]
    fn a_statement_that_is_not_there_is_no_part_of_another_name() {
        section(FILE, "tw");
    }

    #[test]
    fn a_repeated_statement_numbers_its_values_on() {
        let text = "-- [x] @P1 and @P2.\nUPDATE t SET a = @P2 WHERE b = @P1 AND c = @P12;\n";
        assert_eq!(
            repeated(text, 12, 2),
            "UPDATE t SET a = @P2 WHERE b = @P1 AND c = @P12;\n\
             UPDATE t SET a = @P14 WHERE b = @P13 AND c = @P24;\n"
        );
    }
}
