//! What the console does about when jobs start: the editor of a recurrence, and the usual ones.

use super::{App, Effect, Toast};
use crate::console::keys::{Action, Context, JobAction};
use crate::console::overlays::{Overlay, Question, RecurrenceEditor, Saved};
use crate::console::tabs::Reply;
use crate::console::timetable::{TimetableErrand, TimetableReport};

const READ_ONLY: &str = "The console is read-only: it changes no job.";

impl App {
    /// IANA name of the zone that times are shown in, as the commands name it.
    fn zone_name(&self) -> String {
        self.setting.zone.iana_name().unwrap_or("UTC").to_owned()
    }

    /// Opens the editor for the selected job.
    pub(super) fn edit_recurrence(&self) -> Reply {
        let editor = RecurrenceEditor::new(self.jobs.selected(), self.zone_name());
        Reply::Open(Overlay::Recurrence(Box::new(editor)))
    }

    /// Looks what the usual recurrences would change.
    pub(super) fn look_for_usual(&self) -> Reply {
        if self.setting.read_only {
            return Reply::Refuse(READ_ONLY.to_owned());
        }
        let errand = TimetableErrand::LoadUsual(self.zone_name());
        Reply::Perform(Effect::Timetable(errand))
    }

    /// Says by which keys jobs get their recurrence: where a checklist leads to.
    pub(super) fn tell_recurrence_keys(&mut self) {
        let key = |action| {
            let key = self
                .setting
                .keys
                .key_for(Context::Jobs, Action::Job(action));
            key.unwrap_or_else(|| "no key".to_owned())
        };
        let (one, all) = (key(JobAction::Recurrence), key(JobAction::Usual));
        let text =
            format!("{one} changes when a job starts, {all} gives all their usual recurrence.");
        self.toast = Some(Toast::Told(text));
    }

    fn editor(&mut self) -> Option<&mut RecurrenceEditor> {
        self.overlays.iter_mut().rev().find_map(|overlay| {
            if let Overlay::Recurrence(editor) = overlay {
                Some(&mut **editor)
            } else {
                None
            }
        })
    }

    pub(super) fn is_editor_open(&self) -> bool {
        matches!(self.overlays.last(), Some(Overlay::Recurrence(_)))
    }

    /// True where the window in front holds something that would be lost with it.
    pub(super) fn would_lose(&self) -> bool {
        let front = self.overlays.last();
        matches!(front, Some(Overlay::Recurrence(editor)) if editor.has_changes())
            || matches!(front, Some(Overlay::Form(form)) if form.has_changes())
    }

    /// Saves what was typed in the editor.
    pub(super) fn save_recurrence(&mut self) -> Vec<Effect> {
        let read_only = self.setting.read_only;
        let Some(editor) = self.editor() else {
            return Vec::new();
        };
        if read_only {
            editor.refuse(READ_ONLY.to_owned());
            return Vec::new();
        }
        match editor.save() {
            Saved::Perform(effect) => return vec![effect],
            Saved::AsItWas => {
                self.close_editor();
                self.toast = Some(Toast::Told("Nothing was changed.".to_owned()));
            }
            Saved::No => {}
        }
        Vec::new()
    }

    /// Closes the window in which something is typed, with a question that stands over it.
    pub(super) fn close_editor(&mut self) {
        self.overlays.retain(|overlay| {
            !matches!(
                overlay,
                Overlay::Recurrence(_) | Overlay::Form(_) | Overlay::Confirm(Question::Discard)
            )
        });
    }

    /// Takes in what came of an errand.
    pub(super) fn timetable_told(&mut self, report: TimetableReport) -> Vec<Effect> {
        match report {
            TimetableReport::Loaded(job, result) => {
                if let Some(editor) = self.editor().filter(|editor| editor.job() == job) {
                    editor.loaded(result);
                }
                Vec::new()
            }
            TimetableReport::Usual(Ok(changes)) if changes.is_empty() => {
                let text = "Every job has its usual recurrence already.";
                self.toast = Some(Toast::Told(text.to_owned()));
                Vec::new()
            }
            TimetableReport::Usual(Ok(changes)) => {
                // Not over what was opened meanwhile.
                if self.overlays.is_empty() {
                    return self.open(Overlay::Confirm(Question::Usual(changes)));
                }
                Vec::new()
            }
            TimetableReport::Usual(Err(exception)) => {
                self.refuse_with_remedy(&exception);
                Vec::new()
            }
            TimetableReport::Taken(Err(exception)) if self.editor().is_some() => {
                if let Some(editor) = self.editor() {
                    editor.refuse(format!("{exception} {}", exception.remedy));
                }
                Vec::new()
            }
            TimetableReport::Taken(result) | TimetableReport::AllTaken(result) => {
                self.close_editor();
                self.told(result);
                self.jobs.load().into_iter().collect()
            }
        }
    }
}
