//! What keys do to the search: it is begun, typed, kept and ended, and the page goes from hit to hit.

use super::search::Search;
use super::{Anchor, LogsTab, Reply};
use crate::console::tabs::filter::FilterLine;
use crate::console::widgets::input::Input;
use crate::logging::file::Way;
use crate::model::filter::Subject;

impl LogsTab {
    pub(super) fn find_anew(&mut self) {
        if let Some(mut search) = self.search.take() {
            search.find(&self.store, self.passing(0));
            self.search = Some(search);
        }
    }

    pub(super) fn toggle_regex(&mut self) {
        if let Some(search) = &mut self.search {
            search.is_regex = !search.is_regex;
            search.read();
        }
        self.find_anew();
    }

    pub(super) fn open_search(&mut self) {
        self.search = Some(Search::begin(self.search.take(), self.anchor));
        self.find_anew();
    }

    pub(super) fn edit(&mut self, change: impl FnOnce(&mut Input)) {
        let Some(mut search) = self.search.take() else {
            return;
        };
        if let Some(input) = &mut search.input {
            change(input);
            let text = input.text().to_owned();
            if text != search.text {
                search.text = text;
                let before = search.read();
                let narrows = match (&search.pattern, &before) {
                    (Some(now), Some(before)) => now.narrows(before),
                    (Some(_) | None, None) | (None, Some(_)) => false,
                };
                if narrows {
                    search.narrow(&self.store);
                } else {
                    search.find(&self.store, self.passing(0));
                }
                search.current = None;
                self.anchor = search.began_at;
            }
        }
        self.search = Some(search);
        if self.file.is_none() {
            // As one types, the page shows the hit that is nearest above the end of where it stood.
            let _ = self.go_to_hit(false);
        }
    }

    /// Keeps it; the file is searched from here on.
    pub(super) fn keep_search(&mut self) -> Reply {
        let Some(search) = &mut self.search else {
            return Reply::Done;
        };
        if let Some(error) = &search.error {
            return Reply::Refuse(format!("This is no regular expression: {error}"));
        }
        search.input = None;
        if search.pattern.is_none() {
            self.search = None;
            return Reply::Done;
        }
        if self.file.is_some() {
            self.go_to_hit(false)
        } else {
            Reply::Done
        }
    }

    /// Ends the search; where there is none, the filter.
    pub(super) fn end_search(&mut self) {
        if let Some(file) = &mut self.file {
            file.end_search();
        }
        match self.search.take() {
            Some(search) if search.input.is_some() => self.anchor = search.began_at,
            Some(_) => {}
            None => {
                self.filter = FilterLine::new(Subject::Log);
                self.filtered();
            }
        }
    }

    /// Moves to the next hit below or above the current one, round the ends.
    pub(super) fn go_to_hit(&mut self, down: bool) -> Reply {
        let top = self.top();
        let (page_first, page_end) = (
            self.number_at(top),
            self.number_at((top + usize::from(self.page.1)).min(self.len())),
        );
        let Some(search) = &mut self.search else {
            return Reply::Refuse("There is no search: / begins one.".to_owned());
        };
        if let Some(file) = &mut self.file {
            if let Some(pattern) = &search.pattern {
                file.search(pattern.clone(), if down { Way::Down } else { Way::Up });
            }
            return Reply::Done;
        }
        if search.hits.is_empty() {
            return if search.input.is_some() || search.pattern.is_none() {
                Reply::Done
            } else {
                Reply::Refuse(format!("No shown line holds {:?}.", search.text))
            };
        }
        let hits = &search.hits;
        let index = if down {
            let after = search.current.map_or(page_first, |current| current + 1);
            let index = hits.partition_point(|hit| *hit < after);
            index % hits.len()
        } else {
            let before = search.current.unwrap_or(page_end);
            let index = hits.partition_point(|hit| *hit < before);
            (index + hits.len() - 1) % hits.len()
        };
        let hit = hits[index];
        search.current = Some(hit);
        let place = self.place_of(hit);
        let height = usize::from(self.page.1).max(1);
        if place < top || place >= top + height || self.wrap {
            // A third of the page above it: what led there is read first.
            let top = place.saturating_sub(height / 3).min(self.last_top());
            self.anchor = Anchor::Top(self.number_at(top));
        } else {
            self.anchor = Anchor::Top(page_first);
        }
        Reply::Done
    }
}
