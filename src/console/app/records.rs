//! Orders and exceptions, when runs or operators changed them: what shows them is read again.

use super::{App, Effect, Pace, Toast};
use crate::console::gather::{Gathered, OrderWish};
use crate::console::tabs::orders::OrdersTab;
use crate::console::tabs::{Reply, Tab};
use crate::console::words;
use crate::model::{Exception, Stream};

impl App {
    /// Takes in that exceptions were changed: what shows them is read again.
    pub(super) fn changed(&mut self, result: Result<u64, Exception>, what: &str) -> Vec<Effect> {
        self.touch(Pace::Prompt);
        match result {
            Ok(0) => self.refuse(
                "Nothing was changed: it has been settled meanwhile, here or elsewhere.".to_owned(),
            ),
            Ok(number) => {
                let records = words::counted(number, "exception", "exceptions");
                self.toast = Some(Toast::Told(format!("{records} {what}.")));
                self.orders.clear_marks();
                self.exceptions.clear_marks();
            }
            Err(exception) => self.refuse(exception.to_string()),
        }
        let mut effects: Vec<Effect> = self.jobs.load().into_iter().collect();
        effects.extend(self.load_records());
        effects
    }

    /// Asks before something is done with all orders that were gathered.
    pub(super) fn gathered(
        &mut self,
        wish: OrderWish,
        result: Result<Gathered, Exception>,
    ) -> Vec<Effect> {
        let reply = match result {
            Ok(gathered) => OrdersTab::gathered(wish, gathered),
            Err(exception) => Reply::Refuse(format!("{exception} {}", exception.remedy)),
        };
        // Not over what was opened meanwhile.
        if matches!(reply, Reply::Open(_)) && !self.overlays.is_empty() {
            return Vec::new();
        }
        self.answered(reply)
    }

    /// Reads anew what runs and operators change. The orders are read when their tab comes in
    /// front; a window that is open may stand over another one.
    pub(super) fn load_records(&mut self) -> Vec<Effect> {
        let mut effects: Vec<Effect> = self.exceptions.load().into_iter().collect();
        if self.tab == Tab::Orders {
            effects.extend(self.orders.load());
        }
        if self.tab == Tab::Logs {
            effects.extend(self.logs.load_audit());
        }
        effects.extend(self.order_in_window().map(Effect::LoadOrder));
        effects
    }

    /// True while a run moves orders: who looks at them sees them move.
    pub(super) fn moves_orders(&self) -> bool {
        let executing = &self.jobs.live().executing;
        executing
            .iter()
            .any(|run| run.job.streams().contains(&Stream::Orders))
    }
}
