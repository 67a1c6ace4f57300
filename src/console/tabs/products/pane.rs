//! The rows of the selection: its rules, and below each what contradicts itself about it.

use super::{Focus, ProductsTab, Reviewed};
use crate::console::app::Effect;
use crate::console::keys::Motion;
use crate::console::overlays::{Overlay, Question};
use crate::console::products::Request;
use crate::console::tabs::Reply;
use crate::console::words;
use crate::jobs::selection::StreamCount;
use crate::model::selection::{Conflict, within};

/// A row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PaneRow {
    /// The rule with this number.
    Rule(usize),
    /// A conflict.
    Conflict(Conflict),
}

impl ProductsTab {
    /// The rows, rules with their conflicts first.
    pub(super) fn pane_rows(&self) -> Vec<PaneRow> {
        let Some(draft) = &self.draft else {
            return Vec::new();
        };
        let conflicts = match self.review() {
            Some(review) => review.conflicts.clone(),
            None => within(draft.rules(), self.tree.tree()),
        };
        let mut rows = Vec::new();
        for number in 1..=draft.rules().len() {
            rows.push(PaneRow::Rule(number));
            let about = conflicts
                .iter()
                .filter(|conflict| of_rule(conflict) == Some(number));
            rows.extend(about.cloned().map(PaneRow::Conflict));
        }
        let others = conflicts
            .into_iter()
            .filter(|conflict| of_rule(conflict).is_none());
        rows.extend(others.map(PaneRow::Conflict));
        rows
    }

    /// The selected row.
    pub(super) fn pane_row(&self) -> Option<PaneRow> {
        self.pane_rows().into_iter().nth(self.at)
    }

    pub(super) fn go_in_selection(&mut self, motion: Motion) {
        let last = self.pane_rows().len().saturating_sub(1);
        self.at = match motion {
            Motion::Up => self.at.saturating_sub(1),
            Motion::Down => self.at + 1,
            Motion::Top | Motion::PageUp => 0,
            Motion::Bottom | Motion::PageDown => last,
            Motion::Left | Motion::Right => self.at,
        }
        .min(last);
    }

    /// Counts the draft; once its counts are seen, asks whether it is to be applied.
    pub(super) fn count_or_apply(&mut self, read_only: bool) -> Reply {
        let Some(draft) = &self.draft else {
            return Reply::Refuse("The selection is still being read.".to_owned());
        };
        let is_seen = self.focus == Focus::Selection;
        self.focus = Focus::Selection;
        if let Some(review) = self.review() {
            if !is_seen {
                return Reply::Done;
            }
            if draft.difference().is_empty() {
                return Reply::Refuse("The draft changes nothing of the selection.".to_owned());
            }
            if read_only {
                return Reply::Refuse(super::act::READ_ONLY.to_owned());
            }
            if self.is_busy {
                return Reply::Refuse("One moment: something is under way.".to_owned());
            }
            let streams = review.counts.iter().map(difference);
            let streams: Vec<String> = streams.flatten().collect();
            return Reply::Open(Overlay::Confirm(Question::Selection { streams }));
        }
        if matches!(self.reviewed, Some(Reviewed::UnderWay)) {
            return Reply::Refuse("It is being counted; a large company takes a while.".to_owned());
        }
        let version = draft.version();
        let request = Request::Review {
            version,
            in_force: Box::new(draft.base().clone()),
            draft: Box::new(draft.wanted()),
        };
        self.reviewed = Some(Reviewed::UnderWay);
        Reply::Perform(Effect::Products(request))
    }

    /// Puts the draft in force: the question was answered.
    pub fn apply(&mut self) -> Option<Effect> {
        let draft = self.draft.as_ref()?;
        self.is_busy = true;
        Some(Effect::Products(Request::Apply(Box::new(draft.wanted()))))
    }
}

/// The rule that a conflict is about.
const fn of_rule(conflict: &Conflict) -> Option<usize> {
    match conflict {
        Conflict::NamesNothing(rule) | Conflict::Within(rule, _) => Some(*rule),
        Conflict::ByHand { .. } | Conflict::More(..) => None,
    }
}

/// `items 812 to 1,204`, where that differs.
fn difference(counts: &[StreamCount; 2]) -> Option<String> {
    let [before, after] = counts;
    (before.records != after.records).then(|| {
        format!(
            "{} {} to {}",
            after.stream.title().to_lowercase(),
            words::count(before.records),
            words::count(after.records)
        )
    })
}
