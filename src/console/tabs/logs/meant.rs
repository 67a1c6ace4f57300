//! What keys do with the lines that are meant: the run of one, its copy, a file of all that are shown.

use super::file::FileView;
use super::store::LineRef;
use super::{Anchor, LogsTab, Reply};
use crate::console::app::{Effect, Handed};
use crate::console::log_file::LogErrand;
use crate::console::outlet::file_name;
use crate::logging::line::written;
use crate::model::RunId;
use crate::model::filter::{Compare, Field, Test};
use crate::model::log::{Level, LogLine};

impl LogsTab {
    /// Narrows the list to the lines of a run, from its first one on. What another process ran is
    /// looked for in the file.
    pub fn show_run(&mut self, run: RunId) {
        self.leave_audit();
        self.search = None;
        self.level = Level::Debug;
        self.file = None;
        self.narrow_to(run);
        self.anchor = Anchor::Top(0);
        if self.len() == 0 {
            self.open_file();
        }
    }

    fn narrow_to(&mut self, run: RunId) {
        self.filter
            .set(&Test::Number(Field::Run, Compare::Equal, run.0).into());
        self.filtered();
    }

    pub(super) fn open_file(&mut self) {
        let mut file = FileView::at_end();
        file.set_height(self.page.1);
        self.file = Some(file);
    }

    /// The line that keys are about: the hit, else the newest while following, else the one at the
    /// top.
    pub(super) fn chosen(&self) -> Option<LogLine> {
        if let Some(file) = &self.file {
            return file.chosen().map(|(_, line)| line.clone());
        }
        let hit = self.search.as_ref().and_then(|search| search.current);
        let number = hit.unwrap_or_else(|| match self.anchor {
            Anchor::Follow => self.number_at(self.len().saturating_sub(1)),
            Anchor::Top(_) => self.number_at(self.top()),
        });
        self.store.get(number).map(LineRef::to_line)
    }

    /// Narrows the list to the run of the line that keys are about.
    pub(super) fn only_this_run(&mut self) -> Reply {
        let Some(run) = self.chosen().and_then(|line| line.run) else {
            return Reply::Refuse(
                "The line belongs to no run: it is the hit, the newest while following, else the first."
                    .to_owned(),
            );
        };
        self.narrow_to(run);
        Reply::Done
    }

    /// What is shown goes to a file. That of the log can be greater than the memory.
    pub(super) fn export(&self) -> Effect {
        if self.file.is_some() {
            let filter = self.terms();
            return Effect::Log(LogErrand::Export { filter }, self.now);
        }
        let lines = (0..self.len()).filter_map(|place| self.store.get(self.number_at(place)));
        Effect::Export(self.handed(lines.map(LineRef::to_line)))
    }

    /// Lines as the log file has them.
    pub(super) fn handed(&self, lines: impl IntoIterator<Item = LogLine>) -> Handed {
        let mut text = String::new();
        for line in lines {
            text.push_str(&written(&line));
            text.push('\n');
        }
        let name = file_name("log", "txt", self.now);
        Handed { name, text }
    }
}
