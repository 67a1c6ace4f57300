//! The tab *Checklists*: what has to be set up, how far that is, and where it is done.

mod draw;

pub use draw::{draw, lay_out, steps_to};

use super::{Loading, Reply, Tab};
use crate::console::app::Effect;
use crate::console::keys::{ChecklistAction, Motion};
use crate::console::office::{Errand, Lists};
use crate::console::overlays::{Form, Overlay, PlaceWindow, Question};
use crate::model::Exception;
use crate::model::checklist::{ChecklistKind, ItemState, Line, Where};

/// The tab's state.
#[derive(Debug, Default)]
pub struct ChecklistsTab {
    /// None while they are read for the first time.
    lists: Option<Result<Lists, Exception>>,
    loading: Loading,
    /// Place of the selected item in both lists, one behind the other.
    selected: usize,
    /// First row in sight, and how many there are, when it was drawn last.
    height: usize,
}

/// Where an item leads.
#[derive(Debug)]
pub enum Lead {
    /// To another tab.
    Tab(Tab),
    /// What a tab answers.
    Reply(Reply),
}

impl ChecklistsTab {
    /// Reads the checklists anew, unless that is under way.
    pub fn load(&mut self) -> Option<Effect> {
        self.loading
            .ask()
            .then_some(Effect::Office(Errand::LoadChecklists))
    }

    /// Takes in the checklists.
    pub fn loaded(&mut self, lists: Result<Lists, Exception>) -> Option<Effect> {
        // What cannot be read for a moment leaves what was seen before.
        if lists.is_ok() || !matches!(self.lists, Some(Ok(_))) {
            self.lists = Some(lists);
        }
        if self.loading.answered() {
            return self.load();
        }
        None
    }

    /// Every item, with its checklist.
    fn items(&self) -> impl Iterator<Item = (ChecklistKind, &Line)> {
        let lists = match &self.lists {
            Some(Ok(lists)) => Some(lists),
            Some(Err(_)) | None => None,
        };
        let lists = lists
            .into_iter()
            .flat_map(|lists| ChecklistKind::ALL.into_iter().zip(lists));
        lists.flat_map(|(kind, lines)| lines.iter().map(move |line| (kind, line)))
    }

    fn selected(&self) -> Option<(ChecklistKind, &Line)> {
        self.items().nth(self.selected)
    }

    /// True while the service works on an item: who looks sees it go on.
    pub fn is_moving(&self) -> bool {
        self.items()
            .any(|(_, line)| matches!(line.state, ItemState::InProgress { far: Some(_), .. }))
    }

    /// True where the action makes sense for the selected item: the footer shows no other.
    pub fn offers(&self, action: ChecklistAction, read_only: bool) -> bool {
        match action {
            ChecklistAction::Open => self.selected().is_some(),
            ChecklistAction::Tick => {
                let by_hand = |(_, line): (_, &Line)| line.item.is_ticked_by_hand();
                !read_only && self.selected().is_some_and(by_hand)
            }
        }
    }

    /// Does what a key asks for.
    pub fn on(&self, action: ChecklistAction, read_only: bool) -> Lead {
        let Some((kind, line)) = self.selected() else {
            return Lead::Reply(Reply::Done);
        };
        match action {
            ChecklistAction::Open => open(line, read_only),
            ChecklistAction::Tick => Lead::Reply(tick(kind, line, read_only)),
        }
    }

    /// Moves the selection.
    pub fn go(&mut self, motion: Motion) {
        let last = self.items().count().saturating_sub(1);
        self.selected = match motion {
            Motion::Up => self.selected.saturating_sub(1),
            Motion::Down => self.selected + 1,
            Motion::Top | Motion::PageUp => 0,
            Motion::Bottom | Motion::PageDown => last,
            Motion::Left | Motion::Right => self.selected,
        }
        .min(last);
    }

    /// Tells the tab how much of it is in sight.
    pub fn set_height(&mut self, height: usize) {
        self.height = height;
    }
}

fn open(line: &Line, read_only: bool) -> Lead {
    let item = &line.item;
    if let ItemState::Deferred { reason } = &line.state {
        return Lead::Reply(Reply::Refuse(format!("{} waits, {reason}.", item.title)));
    }
    let refused = || {
        Lead::Reply(Reply::Refuse(
            "The console is read-only: it sets nothing up.".to_owned(),
        ))
    };
    match item.place {
        Where::Account => Lead::Tab(Tab::Account),
        Where::Products => Lead::Tab(Tab::Products),
        Where::Jobs => Lead::Tab(Tab::Jobs),
        Where::Website | Where::Command => {
            let window = PlaceWindow::new(item.clone());
            Lead::Reply(Reply::Open(Overlay::Place(window)))
        }
        Where::Parameters | Where::OperationLog | Where::MigrateAccount | Where::MigrateData
            if read_only =>
        {
            refused()
        }
        Where::Parameters => Lead::Reply(Reply::Open(Overlay::Form(Form::parameters()))),
        Where::OperationLog if matches!(line.state, ItemState::Warning { .. }) => {
            Lead::Reply(Reply::Open(Overlay::Confirm(Question::LogOff)))
        }
        Where::OperationLog => Lead::Reply(Reply::Open(Overlay::Form(Form::operation_log()))),
        Where::MigrateAccount | Where::MigrateData => {
            let Some(migration) = item.place.migration() else {
                return Lead::Reply(Reply::Done);
            };
            if matches!(line.state, ItemState::Finished { .. }) {
                let text = format!("{}: {}.", item.title, line.state.how());
                return Lead::Reply(Reply::Refuse(text));
            }
            let question = Question::Migrate(migration);
            Lead::Reply(Reply::Open(Overlay::Confirm(question)))
        }
    }
}

fn tick(kind: ChecklistKind, line: &Line, read_only: bool) -> Reply {
    let title = &line.item.title;
    if !line.item.is_ticked_by_hand() {
        return Reply::Refuse(format!("{title}: the system tells how it stands."));
    }
    if read_only {
        return Reply::Refuse("The console is read-only: it ticks nothing.".to_owned());
    }
    let is_ticked = match &line.state {
        ItemState::Deferred { reason } => {
            return Reply::Refuse(format!("{title} waits, {reason}."));
        }
        ItemState::Finished { .. } => false,
        ItemState::Ready | ItemState::InProgress { .. } | ItemState::Warning { .. } => true,
    };
    let errand = Errand::Tick(kind, line.item.id.clone(), is_ticked);
    Reply::Perform(Effect::Office(errand))
}
