//! What happens to the windows: answers, notes, and what was read for them.

use super::{App, Change, Effect, ExitReason};
use crate::console::keys::WindowAction;
use crate::console::office::Errand;
use crate::console::overlays::{NamedQuestion, Overlay, Question};
use crate::console::timetable::TimetableErrand;
use crate::model::ax_batch::{AxBatchJob, AxBatchRun};
use crate::model::run::RunSummary;
use crate::model::staged::StagedOrder;
use crate::model::{Exception, Job};

impl App {
    /// Opens a window, and asks for what it shows. In production a question that takes something
    /// away is answered by a name.
    pub(super) fn open(&mut self, overlay: Overlay) -> Vec<Effect> {
        let is_production = self.setting.place.is_production;
        let overlay = if let Overlay::Confirm(question) = overlay {
            if is_production && question.is_destructive() {
                Overlay::Named(NamedQuestion::new(question))
            } else {
                Overlay::Confirm(question)
            }
        } else {
            overlay
        };
        let effects = match &overlay {
            Overlay::History(history) => vec![Effect::LoadRuns(history.job())],
            Overlay::BatchJobs(_) => vec![Effect::LoadBatchJobs],
            Overlay::BatchJob(job) => vec![Effect::LoadBatchHistory(job.id())],
            Overlay::Order(order) => vec![Effect::LoadOrder(order.id().to_owned())],
            Overlay::Form(form) => form.wants().into_iter().collect(),
            Overlay::Recurrence(editor) => vec![editor.wants()],
            Overlay::Help(_)
            | Overlay::Confirm(_)
            | Overlay::Named(_)
            | Overlay::Details(_)
            | Overlay::Exception(_)
            | Overlay::Note(_)
            | Overlay::Palette(_)
            | Overlay::SignIn(_)
            | Overlay::Place(_)
            | Overlay::Product(_) => Vec::new(),
        };
        self.overlays.push(overlay);
        effects
    }

    /// Does what a key asks of the window in front.
    pub(super) fn on_window(&mut self, action: WindowAction) -> Vec<Effect> {
        match action {
            WindowAction::Close if self.would_lose() => {
                self.overlays.push(Overlay::Confirm(Question::Discard));
                Vec::new()
            }
            WindowAction::Close | WindowAction::No => {
                self.overlays.pop();
                Vec::new()
            }
            WindowAction::Copy => self.answered(self.hand(Effect::Copy)),
            WindowAction::Export => self.answered(self.hand(Effect::Export)),
            WindowAction::Open => {
                let opened = match self.overlays.last() {
                    Some(Overlay::History(history)) => history.open(),
                    Some(Overlay::BatchJobs(jobs)) => jobs.open(),
                    Some(
                        Overlay::Help(_)
                        | Overlay::Confirm(_)
                        | Overlay::Named(_)
                        | Overlay::Details(_)
                        | Overlay::BatchJob(_)
                        | Overlay::Order(_)
                        | Overlay::Exception(_)
                        | Overlay::Note(_)
                        | Overlay::Form(_)
                        | Overlay::Palette(_)
                        | Overlay::Recurrence(_)
                        | Overlay::SignIn(_)
                        | Overlay::Place(_)
                        | Overlay::Product(_),
                    )
                    | None => None,
                };
                opened.map_or_else(Vec::new, |overlay| self.open(overlay))
            }
            WindowAction::Save if matches!(self.overlays.last(), Some(Overlay::Palette(_))) => {
                self.take_from_palette()
            }
            WindowAction::Save if self.is_form_open() => self.take_form(),
            WindowAction::Save if self.is_editor_open() => self.save_recurrence(),
            WindowAction::Save if self.is_named_open() => self.take_name(),
            WindowAction::Save => self.take_note(),
            WindowAction::Yes => match self.overlays.pop() {
                Some(Overlay::Confirm(question)) => self.answered_yes(question),
                Some(
                    Overlay::Help(_)
                    | Overlay::Named(_)
                    | Overlay::Details(_)
                    | Overlay::History(_)
                    | Overlay::BatchJobs(_)
                    | Overlay::BatchJob(_)
                    | Overlay::Order(_)
                    | Overlay::Exception(_)
                    | Overlay::Note(_)
                    | Overlay::Form(_)
                    | Overlay::Palette(_)
                    | Overlay::Recurrence(_)
                    | Overlay::SignIn(_)
                    | Overlay::Place(_)
                    | Overlay::Product(_),
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
            Question::Account { step, .. } => vec![self.account.take(step)],
            Question::Migrate(migration) => vec![Effect::Office(Errand::Migrate(migration))],
            Question::LogOff => vec![Self::log_off()],
            Question::ByHand { items, hand } => {
                let reply = self.products.set(&items, hand);
                self.answered(reply)
            }
            Question::Selection { .. } => self.products.apply().into_iter().collect(),
            Question::Usual(changes) => {
                vec![Effect::Timetable(TimetableErrand::TakeAll(changes))]
            }
            Question::Correct(correction) => self.begin_correction(correction),
            Question::Discard => {
                self.close_editor();
                Vec::new()
            }
        }
    }

    /// Does what was chosen in the palette, as its key would.
    fn take_from_palette(&mut self) -> Vec<Effect> {
        let chosen = match self.overlays.last() {
            Some(Overlay::Palette(palette)) => palette.chosen(self),
            Some(_) | None => None,
        };
        let Some(action) = chosen else {
            return Vec::new();
        };
        self.overlays.pop();
        self.act(action)
    }

    fn is_named_open(&self) -> bool {
        matches!(self.overlays.last(), Some(Overlay::Named(_)))
    }

    /// Does what was asked, where the name of the profile was typed.
    fn take_name(&mut self) -> Vec<Effect> {
        let profile = &self.setting.place.profile;
        let Some(Overlay::Named(named)) = self.overlays.last_mut() else {
            return Vec::new();
        };
        let Some(question) = named.taken(profile) else {
            return Vec::new();
        };
        self.overlays.pop();
        self.answered_yes(question)
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
        self.open(Overlay::Confirm(question))
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

    /// Takes in the batch jobs of AX for the window that waits for them.
    pub(super) fn batch_jobs_loaded(&mut self, result: Result<Vec<AxBatchJob>, Exception>) {
        for overlay in &mut self.overlays {
            if let Overlay::BatchJobs(jobs) = overlay {
                jobs.loaded(result);
                break;
            }
        }
    }

    /// Takes in the history of a batch job of AX for the window that waits for it.
    pub(super) fn batch_history_loaded(
        &mut self,
        id: i64,
        result: Result<Vec<AxBatchRun>, Exception>,
    ) {
        for overlay in &mut self.overlays {
            if let Overlay::BatchJob(job) = overlay
                && job.id() == id
            {
                job.loaded(result);
                break;
            }
        }
    }

    /// Reads anew what windows show of AX's batch jobs.
    pub(super) fn load_batch_jobs(&self) -> Vec<Effect> {
        let shows = |overlay: &Overlay| matches!(overlay, Overlay::BatchJobs(_));
        let is_open = self.overlays.iter().any(shows);
        is_open
            .then_some(Effect::LoadBatchJobs)
            .into_iter()
            .collect()
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
            | Overlay::Named(_)
            | Overlay::Details(_)
            | Overlay::History(_)
            | Overlay::BatchJobs(_)
            | Overlay::BatchJob(_)
            | Overlay::Exception(_)
            | Overlay::Note(_)
            | Overlay::Form(_)
            | Overlay::Palette(_)
            | Overlay::Recurrence(_)
            | Overlay::SignIn(_)
            | Overlay::Place(_)
            | Overlay::Product(_) => None,
        })
    }
}
