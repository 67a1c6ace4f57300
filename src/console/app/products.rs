//! What the console does with answers about products: a draft grows, is counted, and is put in
//! force.

use super::{App, Effect, Toast};
use crate::console::overlays::Overlay;
use crate::console::products::{Answer, Request};
use crate::console::tabs::products::Applied;
use crate::model::exception::Documented;

impl App {
    /// Takes in what came of a question about products.
    pub(super) fn products_answered(&mut self, answer: Answer) -> Vec<Effect> {
        match answer {
            Answer::Selection(result) => {
                let (is_rebased, effects) = self.products.selection_read(result);
                if is_rebased {
                    self.refuse(
                        "Somebody else changed the selection meanwhile. The draft stands on what is \
                         in force now: count it again."
                            .to_owned(),
                    );
                }
                effects
            }
            Answer::Page {
                list, query, page, ..
            } => {
                let next = self.products.page_read(list, &query, page);
                let mut effects: Vec<Effect> = next.into_iter().collect();
                if let Some(action) = self.products.take_typed_ahead() {
                    let reply = self.products.on(action, self.setting.read_only);
                    effects.extend(self.answered(reply));
                }
                effects
            }
            Answer::Tree(result) => {
                self.products.tree_read(result);
                Vec::new()
            }
            Answer::Groups(result) => {
                // Without them the item group is typed.
                if let (Ok(groups), Some(form)) = (result, self.form()) {
                    form.groups_read(groups);
                }
                Vec::new()
            }
            Answer::Matching(hand, Ok(matching)) => {
                let reply = self.products.gathered(hand, matching);
                self.answered(reply)
            }
            Answer::Matching(_, Err(exception)) => {
                self.products.is_over();
                self.refuse_with_remedy(&exception);
                Vec::new()
            }
            // Whoever closed the form does not want it any more.
            Answer::Rule(Ok(_)) if self.form().is_none() => Vec::new(),
            Answer::Rule(Ok(rule)) => {
                self.overlays
                    .retain(|overlay| !matches!(overlay, Overlay::Form(_)));
                let reply = self.products.add_rule(rule);
                self.answered(reply)
            }
            Answer::Rule(Err(exception)) => {
                let text = format!("{exception} {}", exception.remedy);
                match self.form() {
                    Some(form) => form.refuse(text),
                    None => self.refuse(text),
                }
                Vec::new()
            }
            Answer::Review(version, result) => {
                self.products.reviewed(version, result);
                Vec::new()
            }
            Answer::Applied(result) => match self.products.applied(result) {
                Applied::InForce => {
                    // Short enough for the narrowest screen.
                    let text = format!("Applied. {}", Documented::CompleteRequired.text());
                    self.toast = Some(Toast::Told(text));
                    self.load_office()
                }
                Applied::ChangedElsewhere => vec![Effect::Products(Request::Selection)],
                Applied::Failed(exception) => {
                    self.refuse_with_remedy(&exception);
                    Vec::new()
                }
            },
        }
    }
}
