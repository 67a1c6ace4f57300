//! Finding a text or a regular expression in lines, upper and lower case alike, without copying a
//! line.

use std::ops::Range;

use regex::{Regex, RegexBuilder};

/// Most bytes of a compiled expression: what is greater was not meant.
const MOST_BYTES: usize = 1 << 20;

/// What to look for in lines.
#[derive(Clone, Debug)]
pub struct Pattern {
    /// As it was written.
    text: String,
    by: By,
}

#[derive(Clone, Debug)]
enum By {
    Text(Needle),
    Regex(Regex),
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text && self.is_regex() == other.is_regex()
    }
}

impl Eq for Pattern {}

impl Pattern {
    /// A text; none where it is empty.
    pub fn text(text: &str) -> Option<Self> {
        Some(Self {
            by: By::Text(Needle::new(text)?),
            text: text.to_owned(),
        })
    }

    /// A regular expression; none where it is empty. Upper and lower case are alike unless it says
    /// `(?-i)`.
    ///
    /// # Errors
    /// What is wrong with it, in one line.
    pub fn regex(text: &str) -> Result<Option<Self>, String> {
        if text.is_empty() {
            return Ok(None);
        }
        let built = RegexBuilder::new(text)
            .case_insensitive(true)
            .size_limit(MOST_BYTES)
            .build();
        match built {
            Ok(regex) => Ok(Some(Self {
                by: By::Regex(regex),
                text: text.to_owned(),
            })),
            // The last line says what; the others point at it with blanks.
            Err(error) => Err(error
                .to_string()
                .lines()
                .last()
                .unwrap_or_default()
                .trim_start_matches("error: ")
                .to_owned()),
        }
    }

    /// As it was written.
    pub fn as_written(&self) -> &str {
        &self.text
    }

    /// True for a regular expression.
    pub const fn is_regex(&self) -> bool {
        matches!(self.by, By::Regex(_))
    }

    /// True where every line that holds this one holds `before` too.
    pub fn narrows(&self, before: &Self) -> bool {
        match (&self.by, &before.by) {
            (By::Text(now), By::Text(before)) => now.narrows(before),
            (By::Text(_) | By::Regex(_), By::Text(_) | By::Regex(_)) => false,
        }
    }

    /// Does the text hold it?
    pub fn is_in(&self, text: &str) -> bool {
        match &self.by {
            By::Text(needle) => needle.is_in(text),
            By::Regex(regex) => regex.is_match(text),
        }
    }

    /// Every place in the text, from left to right, none overlapping another.
    pub fn places(&self, text: &str) -> Vec<Range<usize>> {
        match &self.by {
            By::Text(needle) => needle.places(text),
            By::Regex(regex) => {
                let found = regex.find_iter(text).map(|found| found.range());
                found.filter(|place| !place.is_empty()).collect()
            }
        }
    }
}

/// A text to look for.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Needle {
    lower: Vec<char>,
    /// The bytes, where all are ASCII: most logs are searched so.
    ascii: Option<Vec<u8>>,
}

impl Needle {
    /// None for an empty text.
    fn new(text: &str) -> Option<Self> {
        if text.is_empty() {
            return None;
        }
        Some(Self {
            lower: text.chars().flat_map(char::to_lowercase).collect(),
            ascii: text
                .is_ascii()
                .then(|| text.to_ascii_lowercase().into_bytes()),
        })
    }

    /// True where every line that holds this needle holds `before` too.
    fn narrows(&self, before: &Self) -> bool {
        self.lower
            .windows(before.lower.len())
            .any(|part| part == before.lower)
    }

    /// Does the text hold it?
    fn is_in(&self, text: &str) -> bool {
        self.find(text, 0).is_some()
    }

    /// Every place in the text, from left to right, none overlapping another.
    fn places(&self, text: &str) -> Vec<Range<usize>> {
        let mut places = Vec::new();
        let mut from = 0;
        while let Some(place) = self.find(text, from) {
            from = place.end;
            places.push(place);
        }
        places
    }

    fn find(&self, text: &str, from: usize) -> Option<Range<usize>> {
        match &self.ascii {
            Some(needle) => find_ascii(text.as_bytes(), needle, from),
            None => text[from..].char_indices().find_map(|(offset, _)| {
                let start = from + offset;
                self.end_of_match(&text[start..])
                    .map(|length| start..start + length)
            }),
        }
    }

    /// Length of the match at the beginning of the text, in bytes.
    fn end_of_match(&self, text: &str) -> Option<usize> {
        let mut wanted = self.lower.iter();
        for (offset, character) in text.char_indices() {
            let mut next = wanted.clone();
            if next.next().is_none() {
                return Some(offset);
            }
            for lower in character.to_lowercase() {
                if wanted.next() != Some(&lower) {
                    return None;
                }
            }
        }
        wanted.next().is_none().then_some(text.len())
    }
}

fn find_ascii(text: &[u8], needle: &[u8], from: usize) -> Option<Range<usize>> {
    let first = needle[0];
    let last_start = text.len().checked_sub(needle.len())?;
    (from..=last_start)
        .find(|start| {
            text[*start].eq_ignore_ascii_case(&first)
                && text[*start..*start + needle.len()].eq_ignore_ascii_case(needle)
        })
        .map(|start| start..start + needle.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found<'a>(needle: &str, text: &'a str) -> Vec<&'a str> {
        Needle::new(needle)
            .unwrap()
            .places(text)
            .into_iter()
            .map(|place| &text[place])
            .collect()
    }

    #[test]
    fn case_does_not_matter_and_places_do_not_overlap() {
        assert_eq!(found("ERR", "error in Error, Err"), ["err", "Err", "Err"]);
        assert_eq!(found("aa", "aaaaa"), ["aa", "aa"]);
        assert_eq!(found("größe", "GRÖSSE, Größe, GRÖßE"), ["Größe", "GRÖßE"]);
        assert_eq!(found("配送", "配送方法"), ["配送"]);
        assert!(found("items", "item").is_empty());
        assert!(Needle::new("").is_none());
    }

    #[test]
    fn an_expression_is_found_in_either_case_and_a_bad_one_is_said_in_a_line() {
        let pattern = Pattern::regex(r"ord(er)?s? \d+").unwrap().unwrap();
        let text = "ORDER 12, order no, ord 3";
        let found: Vec<&str> = pattern
            .places(text)
            .into_iter()
            .map(|at| &text[at])
            .collect();
        assert_eq!(found, ["ORDER 12", "ord 3"]);
        assert!(pattern.is_in(text) && !pattern.is_in("order x"));
        assert!(
            Pattern::regex("a*")
                .unwrap()
                .unwrap()
                .places("bb")
                .is_empty()
        );
        assert_eq!(Pattern::regex("").unwrap(), None);
        for bad in ["(", "[a", "a{9999999}"] {
            let said = Pattern::regex(bad).unwrap_err();
            assert!(!said.is_empty() && !said.contains('\n'), "{said}");
        }
        let words = Pattern::text("order").unwrap();
        assert!(words.narrows(&Pattern::text("ord").unwrap()) && !words.narrows(&pattern));
    }

    #[test]
    fn a_longer_needle_narrows_a_shorter_one() {
        let needle = |text| Needle::new(text).unwrap();
        assert!(needle("batch").narrows(&needle("BAT")));
        assert!(!needle("bat").narrows(&needle("batch")));
    }

    proptest::proptest! {
        #[test]
        fn every_place_is_on_character_boundaries_and_equal(needle in "[aAäÄİ配b]{1,3}", text in "[aAäÄİ配b ]{0,20}") {
            let wanted = needle.to_lowercase();
            for place in Needle::new(&needle).unwrap().places(&text) {
                proptest::prop_assert_eq!(text[place].to_lowercase(), wanted.clone());
            }
        }
    }
}
