//! What the console does about orders that are corrected at their source: the question, the progress,
//! and the run that brings them to AX.

use std::sync::Arc;

use super::{App, Effect, Toast, Wish};
use crate::console::correction::{Correcting, CorrectionErrand, CorrectionReport};
use crate::console::overlays::{Overlay, Question};
use crate::console::tabs::Reply;
use crate::console::words;
use crate::jobs::correction::Correction;
use crate::model::Job;

impl Wish {
    /// Looks what correcting their orders would change.
    pub fn correct(self) -> Effect {
        Effect::Correction(CorrectionErrand::Propose(self.filter))
    }
}

impl App {
    /// Begins a correction that was asked for and answered with yes.
    pub(super) fn begin_correction(&mut self, correction: Arc<Correction>) -> Vec<Effect> {
        let correcting = Correcting::new(correction);
        self.tell_correction(&correcting);
        vec![Effect::Correction(CorrectionErrand::Correct(correcting))]
    }

    fn tell_correction(&mut self, correcting: &Correcting) {
        let text = format!(
            "Correcting orders at their source: {} of {}.",
            words::count(correcting.behind as u64),
            words::count(correcting.correction.orders.len() as u64)
        );
        self.toast = Some(Toast::Told(text));
    }

    /// Takes in what came of an errand.
    pub(super) fn correction_told(&mut self, report: CorrectionReport) -> Vec<Effect> {
        match report {
            CorrectionReport::Proposed(Ok(correction)) if correction.orders.is_empty() => {
                self.refuse(
                    "AX sells what these orders name by their units, or not at all.".to_owned(),
                );
                Vec::new()
            }
            CorrectionReport::Proposed(Ok(correction)) => {
                // Not over what was opened meanwhile.
                if self.overlays.is_empty() {
                    let question = Question::Correct(Arc::new(correction));
                    return self.open(Overlay::Confirm(question));
                }
                Vec::new()
            }
            CorrectionReport::Proposed(Err(exception)) => {
                self.refuse(format!("{exception} {}", exception.remedy));
                Vec::new()
            }
            CorrectionReport::Stepped(correcting) if correcting.is_over() => {
                self.end_correction(&correcting)
            }
            // Whoever leaves wants no more of it.
            CorrectionReport::Stepped(_) if self.leaving.is_some() => Vec::new(),
            CorrectionReport::Stepped(correcting) => {
                self.tell_correction(&correcting);
                vec![Effect::Correction(CorrectionErrand::Correct(correcting))]
            }
        }
    }

    /// Says what came of all of it, and has the orders job bring to AX what is corrected.
    fn end_correction(&mut self, correcting: &Correcting) -> Vec<Effect> {
        let so_far = &correcting.so_far;
        let done = so_far.orders.len() as u64;
        let mut text = format!("{} corrected.", words::counted(done, "order", "orders"));
        let mut run = None;
        if done > 0 && self.leaving.is_none() {
            match self.jobs.run(Job::Orders, false, self.setting.read_only) {
                Reply::Perform(effect) => run = Some(effect),
                Reply::Done | Reply::Open(_) | Reply::Tell(_) | Reply::Refuse(_) => {
                    text.push_str(" The next run of the orders job brings them to AX.");
                }
            }
        }
        if let Some((order, why)) = so_far.left.first() {
            let left = words::counted(so_far.left.len() as u64, "order is", "orders are");
            text.push_str(&format!(" {left} as before: {order}, {why}."));
        }
        if let Some(exception) = &so_far.stopped {
            text.push_str(&format!(" {exception} {}", exception.remedy));
        }
        if so_far.left.is_empty() && so_far.stopped.is_none() {
            self.toast = Some(Toast::Told(text));
        } else {
            self.refuse(text);
        }
        self.orders.clear_marks();
        self.exceptions.clear_marks();
        let mut effects = self.load_records();
        effects.extend(run);
        effects
    }
}
