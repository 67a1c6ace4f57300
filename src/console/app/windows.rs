//! What happens to the windows: answers, notes, and what was read for them.

use super::{App, Change, Effect, ExitReason};
use crate::console::keys::WindowAction;
use crate::console::overlays::{Overlay, Question};
use crate::model::run::RunSummary;
use crate::model::staged::StagedOrder;
use crate::model::{Exception, Job};

impl App {
    /// Does what a key asks of the window in front.
    pub(super) fn on_window(&mut self, action: WindowAction) -> Vec<Effect> {
        match action {
            WindowAction::Close | WindowAction::No => {
                self.overlays.pop();
                Vec::new()
            }
            WindowAction::Open => {
                if let Some(Overlay::History(history)) = self.overlays.last()
                    && let Some(overlay) = history.open()
                {
                    self.overlays.push(overlay);
                }
                Vec::new()
            }
            WindowAction::Save => self.take_note(),
            WindowAction::Yes => match self.overlays.pop() {
                Some(Overlay::Confirm(question)) => self.answered_yes(question),
                Some(
                    Overlay::Help(_)
                    | Overlay::Details(_)
                    | Overlay::History(_)
                    | Overlay::Order(_)
                    | Overlay::Exception(_)
                    | Overlay::Note(_),
                )
                | None => Vec::new(),
            },
        }
    }

    fn answered_yes(&mut self, question: Question) -> Vec<Effect> {
        match question {
            Question::RunComplete => vec![self.jobs.start(Job::Complete, false)],
            Question::Cancel { job, .. } => vec![self.jobs.cancel(job)],
            Question::SuspendAll { .. } => vec![Effect::Change(Change::SuspendAll)],
            Question::ResumeAll { .. } => vec![Effect::Change(Change::ResumeAll)],
            Question::Quit => self.leave(ExitReason::Quit),
            Question::Retry(wish) => vec![wish.retry()],
            Question::Resolve(wish, note) => vec![Effect::Resolve(wish.filter, note)],
        }
    }

    /// One record is closed at once, several after a question.
    fn take_note(&mut self) -> Vec<Effect> {
        let Some(Overlay::Note(note)) = self.overlays.last_mut() else {
            return Vec::new();
        };
        let Some((wish, text)) = note.taken() else {
            return Vec::new();
        };
        self.overlays.pop();
        if wish.number == 1 {
            return vec![Effect::Resolve(wish.filter, text)];
        }
        let question = Question::Resolve(wish, text);
        self.overlays.push(Overlay::Confirm(question));
        Vec::new()
    }

    /// Takes in the runs of a job for the window that waits for them.
    pub(super) fn runs_loaded(&mut self, job: Job, result: Result<Vec<RunSummary>, Exception>) {
        for overlay in &mut self.overlays {
            if let Overlay::History(history) = overlay
                && history.job() == job
            {
                history.loaded(result);
                break;
            }
        }
    }

    /// Takes in an order for the window that waits for it.
    pub(super) fn order_loaded(
        &mut self,
        id: &str,
        result: Result<Option<Box<StagedOrder>>, Exception>,
    ) {
        for overlay in &mut self.overlays {
            if let Overlay::Order(order) = overlay
                && order.id() == id
            {
                order.loaded(result);
                break;
            }
        }
    }

    /// Id of the order whose window is open.
    pub(super) fn order_in_window(&self) -> Option<String> {
        self.overlays.iter().find_map(|overlay| match overlay {
            Overlay::Order(order) => Some(order.id().to_owned()),
            Overlay::Help(_)
            | Overlay::Confirm(_)
            | Overlay::Details(_)
            | Overlay::History(_)
            | Overlay::Exception(_)
            | Overlay::Note(_) => None,
        })
    }
}
