//! Finding a text in lines, upper and lower case alike, without copying a line.

use std::ops::Range;

/// A text to look for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Needle {
    lower: Vec<char>,
    /// The bytes, where all are ASCII: most logs are searched so.
    ascii: Option<Vec<u8>>,
}

impl Needle {
    /// None for an empty text.
    pub fn new(text: &str) -> Option<Self> {
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
    pub fn narrows(&self, before: &Self) -> bool {
        self.lower
            .windows(before.lower.len())
            .any(|part| part == before.lower)
    }

    /// Does the text hold it?
    pub fn is_in(&self, text: &str) -> bool {
        self.find(text, 0).is_some()
    }

    /// Every place in the text, from left to right, none overlapping another.
    pub fn places(&self, text: &str) -> Vec<Range<usize>> {
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
