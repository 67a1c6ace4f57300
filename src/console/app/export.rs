//! Lists that leave the console: what is chosen goes to the clipboard, what the filter lists to a
//! file, page by page.

use super::{App, Effect, Toast};
use crate::console::export::{ExportErrand, ExportReport, Exporting, Rest};
use crate::console::keys::{
    Action, ConsoleAction, Context, ExceptionAction, FilterAction, LogAction, OrderAction,
    ProductAction,
};
use crate::console::outlet::{Handed, WRITTEN_TO, file_name};
use crate::console::tabs::Reply;
use crate::console::words;

/// How far a list has come that is being written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum ListExport {
    /// None is.
    #[default]
    Nothing,
    /// Page after page.
    UnderWay,
    /// Somebody ended it; the page under way is the last one.
    Ended,
}

impl App {
    /// Does what a key asks for what a list has: a copy, or a file.
    pub(super) fn on_list(&mut self, action: Action) -> Reply {
        match action {
            Action::Product(ProductAction::Copy) => {
                self.copy_lines("items", self.products.copied())
            }
            Action::Order(OrderAction::Copy) => self.copy_lines("orders", self.orders.copied()),
            Action::Exception(ExceptionAction::Copy) => {
                self.copy_lines("exceptions", self.exceptions.copied())
            }
            Action::Product(ProductAction::Export) => self.export_list(self.products.whole()),
            Action::Order(OrderAction::Export) => self.export_list(Some(self.orders.whole())),
            Action::Exception(ExceptionAction::Export) => {
                self.export_list(Some(self.exceptions.whole()))
            }
            Action::Move(_)
            | Action::Account(_)
            | Action::Checklist(_)
            | Action::Product(_)
            | Action::Job(_)
            | Action::Order(_)
            | Action::Exception(_)
            | Action::Filter(_)
            | Action::Log(_)
            | Action::Window(_)
            | Action::Console(_) => Reply::Done,
        }
    }

    /// Copies what is chosen of a list: a line for each record.
    fn copy_lines(&self, what: &str, text: String) -> Reply {
        if text.is_empty() {
            return Reply::Refuse("There is nothing to copy.".to_owned());
        }
        let name = file_name(what, "txt", self.setting.now);
        Reply::Perform(Effect::Copy(Handed { name, text }))
    }

    /// Begins to write all that a list lets through.
    fn export_list(&mut self, rest: Option<Rest>) -> Reply {
        let Some(rest) = rest else {
            return Reply::Refuse("The list is still being read.".to_owned());
        };
        if self.export != ListExport::Nothing {
            return Reply::Refuse("Another list is still being written.".to_owned());
        }
        self.export = ListExport::UnderWay;
        let exporting = Exporting::new(rest, self.setting.now);
        self.tell_export(&exporting);
        Reply::Perform(Effect::ExportList(ExportErrand::Write(exporting)))
    }

    /// True while a list is written that can be ended.
    pub fn is_exporting(&self) -> bool {
        self.export == ListExport::UnderWay
    }

    /// True for the key that ends what is under way: it ends the list that is written first.
    pub(super) fn ends_export(&self, action: Action) -> bool {
        let ends = matches!(
            action,
            Action::Filter(FilterAction::End)
                | Action::Log(LogAction::EndSearch)
                | Action::Console(ConsoleAction::EndExport)
        );
        ends && self.is_exporting() && !self.context().takes_text()
    }

    /// Ends the list that is written.
    pub(super) fn end_export(&mut self) -> Reply {
        if !self.is_exporting() {
            return Reply::Refuse("No list is being written.".to_owned());
        }
        self.export = ListExport::Ended;
        Reply::Done
    }

    fn tell_export(&mut self, exporting: &Exporting) {
        let (_, several) = exporting.words();
        let keys = &self.setting.keys;
        let key = keys
            .key_for(self.context(), Action::Filter(FilterAction::End))
            .or_else(|| {
                let end = Action::Console(ConsoleAction::EndExport);
                keys.key_for(Context::Console, end)
            });
        let key = key.map_or_else(String::new, |key| format!(" {key} ends it."));
        let text = format!(
            "Writing {several} to a file: {} so far.{key}",
            words::count(exporting.written)
        );
        self.toast = Some(Toast::Told(text));
    }

    /// Takes in how far the list has come, and goes on with it.
    pub(super) fn exported(&mut self, report: ExportReport) -> Vec<Effect> {
        let is_ended = self.export == ListExport::Ended || self.leaving.is_some();
        match report {
            ExportReport::Stepped(exporting) if is_ended => {
                return vec![Effect::ExportList(ExportErrand::Drop(exporting))];
            }
            ExportReport::Stepped(exporting) => {
                self.tell_export(&exporting);
                return vec![Effect::ExportList(ExportErrand::Write(exporting))];
            }
            ExportReport::Whole {
                written,
                words: (one, several),
                file,
            } => {
                let records = words::counted(written, one, several);
                let text = format!("{WRITTEN_TO}{}: {records}.", file.display());
                self.toast = Some(Toast::Told(text));
            }
            ExportReport::Dropped => {
                self.toast = Some(Toast::Told(
                    "Ended: nothing is left of the file.".to_owned(),
                ));
            }
            ExportReport::Failed(exception) => self.refuse_with_remedy(&exception),
        }
        self.export = ListExport::Nothing;
        Vec::new()
    }
}
