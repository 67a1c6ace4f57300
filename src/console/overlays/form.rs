//! The window in which fields are typed: parameters, the operation log, the company of an account
//! that is to be disconnected, a rule of the selection. What is wrong is said as it is typed.

use std::path::Path;

use crossterm::event::KeyEvent;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::console::app::{App, Effect};
use crate::console::keys::Motion;
use crate::console::office::Errand;
use crate::console::products::Request;
use crate::console::theme::Role;
use crate::console::widgets::input::Input;
use crate::console::words;
use crate::jobs::administration::{Choices, NewParameters};
use crate::jobs::selection::NewRule;
use crate::model::account::{AccountStep, LinkedCompany};
use crate::model::administration::Parameters;
use crate::model::products::GroupCount;

/// Rows of a field: its name, what is typed, what there is to choose from.
const EACH: usize = 3;
/// Hours that the operation log is on where nobody says otherwise, and the most there may be.
const HOURS: u32 = 4;
const MOST_HOURS: u32 = 168;

/// What the form is for.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Purpose {
    Parameters,
    OperationLog,
    Disconnect { name: String, company: String },
    Rule,
}

#[derive(Clone, Debug)]
struct Field {
    name: &'static str,
    input: Input,
    /// What stood there before anything was typed.
    before: String,
    choices: Vec<String>,
    /// True where it cannot be left empty.
    is_required: bool,
}

impl Field {
    fn new(name: &'static str, text: &str) -> Self {
        Self {
            name,
            input: Input::new(text),
            before: text.to_owned(),
            choices: Vec::new(),
            is_required: false,
        }
    }

    fn required(mut self) -> Self {
        self.is_required = true;
        self
    }

    fn text(&self) -> &str {
        self.input.text().trim()
    }

    /// What is wrong where the text has to be one of the choices, which AX does not tell apart by upper
    /// and lower case.
    fn not_among(&self, what: &str) -> Option<String> {
        let folded = self.text().to_lowercase();
        let is_known = self.choices.iter().any(|one| one.to_lowercase() == folded);
        // Before they are read nothing is known.
        (!is_known && !self.choices.is_empty())
            .then(|| format!("There is no {what} {}.", self.text()))
    }
}

/// The window's state.
#[derive(Clone, Debug)]
pub struct Form {
    purpose: Purpose,
    fields: Vec<Field>,
    selected: usize,
    /// True while what stands there is read, or what was typed is taken.
    is_busy: bool,
    refused: Option<String>,
}

/// What is done with what was typed.
#[derive(Debug)]
pub enum Taken {
    /// It has to be done outside.
    Perform(Effect),
    /// The account is disconnected.
    Disconnect,
    /// Not yet: the window says why.
    No,
}

impl Form {
    fn new(purpose: Purpose, fields: Vec<Field>) -> Self {
        Self {
            purpose,
            fields,
            selected: 0,
            is_busy: false,
            refused: None,
        }
    }

    /// *Commerce Services Parameters*, which are read first.
    pub fn parameters() -> Self {
        let fields = vec![
            Field::new("Company category hierarchy", ""),
            Field::new("Shipping charge code", ""),
        ];
        Self {
            is_busy: true,
            ..Self::new(Purpose::Parameters, fields)
        }
    }

    /// Switches the operation log on.
    pub fn operation_log() -> Self {
        let fields = vec![
            Field::new("Folder, by its whole path", "").required(),
            Field::new("Hours until it goes off by itself", &HOURS.to_string()).required(),
        ];
        Self::new(Purpose::OperationLog, fields)
    }

    /// Takes the account away from its company.
    pub fn disconnect(name: String, company: &LinkedCompany) -> Self {
        let purpose = Purpose::Disconnect {
            name,
            company: company.id.clone(),
        };
        let id = Field::new("Id of the company", "").required();
        Self::new(purpose, vec![id])
    }

    /// Adds a rule to the selection; which item groups there are is read meanwhile.
    pub fn rule() -> Self {
        let fields = vec![
            Field::new("Item group", ""),
            Field::new("Or category, with all below it: name, code or RecId", ""),
            Field::new("Or items: FROM..TO, either may be left out", ""),
        ];
        Self::new(Purpose::Rule, fields)
    }

    /// Takes in the item groups that there are.
    pub fn groups_read(&mut self, groups: Vec<GroupCount>) {
        if let (Purpose::Rule, Some(field)) = (&self.purpose, self.fields.first_mut()) {
            field.choices = groups.into_iter().map(|group| group.group).collect();
        }
    }

    /// What has to be read for it.
    pub fn wants(&self) -> Option<Effect> {
        match self.purpose {
            Purpose::Parameters => Some(Effect::Office(Errand::LoadParameters)),
            Purpose::Rule => Some(Effect::Products(Request::Groups)),
            Purpose::OperationLog | Purpose::Disconnect { .. } => None,
        }
    }

    /// Takes in the parameters and what can be chosen.
    pub fn loaded(&mut self, set: &Parameters, choices: Choices) {
        if self.purpose != Purpose::Parameters {
            return;
        }
        self.is_busy = false;
        let codes = choices.charges_codes.into_iter().map(|code| code.code);
        let read = [
            (&set.category_hierarchy, choices.category_hierarchies),
            (&set.shipping_charges_code, codes.collect()),
        ];
        for (field, (text, choices)) in self.fields.iter_mut().zip(read) {
            field.input = Input::new(text);
            field.before.clone_from(text);
            field.choices = choices;
        }
    }

    /// Takes in that it cannot be done.
    pub fn refuse(&mut self, why: String) {
        self.is_busy = false;
        self.refused = Some(why);
    }

    /// True where something was typed that would be lost with the window.
    pub fn has_changes(&self) -> bool {
        let mut fields = self.fields.iter();
        !self.is_busy && fields.any(|field| field.input.text() != field.before)
    }

    /// What is wrong with the text of a field, as far as nobody has to be asked; nothing is wrong with
    /// none.
    fn fault(&self, place: usize, field: &Field) -> Option<String> {
        if field.text().is_empty() {
            return None;
        }
        match (&self.purpose, place) {
            (Purpose::Parameters, 0) => field.not_among("category hierarchy"),
            (Purpose::Parameters, _) => field.not_among("charges code"),
            (Purpose::OperationLog, 0) => (!Path::new(field.text()).is_absolute())
                .then(|| "It is not a whole path.".to_owned()),
            (Purpose::OperationLog, _) => match field.text().parse::<u32>() {
                Ok(1..=MOST_HOURS) => None,
                Ok(_) | Err(_) => Some(format!("The hours lie between 1 and {MOST_HOURS}.")),
            },
            (Purpose::Disconnect { company, .. }, _) => {
                let typed = field.text().to_lowercase();
                (!company.to_lowercase().starts_with(&typed))
                    .then(|| format!("The account belongs to {company}."))
            }
            (Purpose::Rule, 0) => field.not_among("item group"),
            (Purpose::Rule, _) => None,
        }
    }

    /// The first field that cannot be taken, and why not.
    fn first_fault(&self) -> Option<(usize, String)> {
        self.fields.iter().enumerate().find_map(|(place, field)| {
            let fault = if field.is_required && field.text().is_empty() {
                Some(format!("{} is missing.", field.name))
            } else {
                self.fault(place, field)
            };
            fault.map(|fault| (place, fault))
        })
    }

    /// A key that is text.
    pub fn type_key(&mut self, key: KeyEvent) {
        self.refused = None;
        if let Some(field) = self.fields.get_mut(self.selected) {
            field.input.type_key(key);
        }
    }

    /// Pasted text.
    pub fn paste(&mut self, text: &str) {
        self.refused = None;
        if let Some(field) = self.fields.get_mut(self.selected) {
            field.input.paste(text);
        }
    }

    pub(super) fn go(&mut self, motion: Motion) {
        let last = self.fields.len().saturating_sub(1);
        match motion {
            Motion::Up => self.selected = self.selected.saturating_sub(1),
            Motion::Down => self.selected = (self.selected + 1).min(last),
            Motion::Left => self.choose(false),
            Motion::Right => self.choose(true),
            Motion::PageUp | Motion::PageDown | Motion::Top | Motion::Bottom => {}
        }
    }

    /// Puts the next of the choices, or the one before, into the field.
    fn choose(&mut self, next: bool) {
        let Some(field) = self.fields.get_mut(self.selected) else {
            return;
        };
        let number = field.choices.len();
        if number == 0 {
            return;
        }
        let text = field.input.text();
        let at = field.choices.iter().position(|choice| choice == text);
        let at = match (at, next) {
            (None, true) => 0,
            (None, false) => number - 1,
            (Some(at), true) => (at + 1) % number,
            (Some(at), false) => (at + number - 1) % number,
        };
        field.input = Input::new(&field.choices[at]);
    }

    fn text(&self, field: usize) -> String {
        let text = self.fields.get(field).map(Field::text);
        text.unwrap_or_default().to_owned()
    }

    /// What is done with what was typed.
    pub fn taken(&mut self) -> Taken {
        if self.is_busy {
            return Taken::No;
        }
        if let Some((place, fault)) = self.first_fault() {
            self.selected = place;
            self.refused = Some(fault);
            return Taken::No;
        }
        let effect = match &self.purpose {
            Purpose::Parameters => Effect::Office(Errand::SetParameters(NewParameters {
                category_hierarchy: Some(self.text(0)),
                shipping_charges_code: Some(self.text(1)),
            })),
            Purpose::OperationLog => {
                let hours = self.text(1).parse().unwrap_or(HOURS);
                Effect::Office(Errand::SetLog(Some((self.text(0), hours))))
            }
            Purpose::Disconnect { company, .. } => {
                if self.text(0).eq_ignore_ascii_case(company) {
                    return Taken::Disconnect;
                }
                self.refused = Some(format!("The account belongs to {company}."));
                return Taken::No;
            }
            Purpose::Rule => match self.new_rule() {
                Some(new) => Effect::Products(Request::Rule(new)),
                None => {
                    self.refused = Some("Fill in one of the three.".to_owned());
                    return Taken::No;
                }
            },
        };
        self.is_busy = true;
        Taken::Perform(effect)
    }

    /// The rule, where exactly one field has a text.
    fn new_rule(&self) -> Option<NewRule> {
        let texts = [self.text(0), self.text(1), self.text(2)];
        match texts.each_ref().map(String::is_empty) {
            [false, true, true] => Some(NewRule::ItemGroup(self.text(0))),
            [true, false, true] => Some(NewRule::Category(self.text(1))),
            [true, true, false] => Some(NewRule::Items(self.text(2))),
            [true, true, true] | [false, false, _] | [false, _, false] | [_, false, false] => None,
        }
    }

    /// The step that the form leads to.
    pub const fn step() -> AccountStep {
        AccountStep::Disconnect
    }

    pub(super) fn title(&self) -> String {
        match &self.purpose {
            Purpose::Parameters => "Commerce Services Parameters".to_owned(),
            Purpose::OperationLog => "Switch the operation log on".to_owned(),
            Purpose::Disconnect { name, company } => {
                format!("Disconnect {name} from {company}?")
            }
            Purpose::Rule => "Add a rule".to_owned(),
        }
    }

    fn text_above(&self) -> &'static str {
        match self.purpose {
            Purpose::Parameters => {
                "The hierarchy that contains the products to sell online, and the charges code for the shipping of orders whose store names none. Another hierarchy is uploaded by a complete run."
            }
            Purpose::OperationLog => {
                "Every request to Commerce Services is written down with its answer, without tokens, on every machine that works. It slows the jobs down."
            }
            Purpose::Rule => {
                "Every item that the rule names is sold, also those that come later. The rule stands in the draft until that is applied."
            }
            Purpose::Disconnect { .. } => {
                "Neither records nor orders move any more until the account is activated again, for this company or another one. Type the company's id to go on."
            }
        }
    }

    /// The text with room for what is typed.
    pub(super) fn lines(&self, app: &App, width: usize) -> Vec<Line<'static>> {
        let theme = app.theme();
        let mut lines: Vec<Line<'static>> = words::wrap(self.text_above(), width)
            .into_iter()
            .map(Line::raw)
            .collect();
        lines.push(Line::default());
        for (place, field) in self.fields.iter().enumerate() {
            let role = if place == self.selected {
                Role::Accent
            } else {
                Role::Dim
            };
            let mark = if place == self.selected { "> " } else { "  " };
            lines.push(Line::from(vec![
                Span::styled(mark, theme.style(role)),
                Span::styled(field.name, theme.style(role)),
                Span::styled(
                    if field.is_required { " *" } else { "" },
                    theme.style(Role::Warn),
                ),
            ]));
            // Here it is typed; where the cursor is not, the text stands still.
            lines.push(if place == self.selected {
                Line::default()
            } else {
                Line::raw(format!("  {}", words::clean(field.input.text())))
            });
            lines.push(self.below(place, field, app, width.saturating_sub(2)));
        }
        let below = match &self.refused {
            Some(text) => {
                let text = format!("{} {text}", theme.symbols.warning);
                let wrapped = words::wrap(&words::clean(&text), width).into_iter();
                wrapped
                    .map(|line| Line::styled(line, theme.style(Role::Warn)))
                    .collect()
            }
            None if self.is_busy => {
                vec![Line::styled("One moment.", theme.style(Role::Dim))]
            }
            None => vec![Line::default()],
        };
        lines.extend(below);
        lines
    }

    /// Below a field stands what is wrong with it, and what there is to choose from.
    fn below(&self, place: usize, field: &Field, app: &App, room: usize) -> Line<'static> {
        let theme = app.theme();
        let ellipsis = theme.symbols.ellipsis;
        let fault = self.fault(place, field).map_or_else(String::new, |fault| {
            let fault = format!("{} {fault} ", theme.symbols.warning);
            words::cut(&fault, room, ellipsis)
        });
        let left = room.saturating_sub(words::width(&fault));
        let choices = words::cut(&field.choices.join(", "), left, ellipsis);
        Line::from(vec![
            Span::raw("  "),
            Span::styled(fault, theme.style(Role::Warn)),
            Span::styled(choices, theme.style(Role::Dim)),
        ])
    }

    /// Draws what is typed in the selected field.
    pub(super) fn draw_input(&self, app: &App, frame: &mut Frame<'_>, inside: Rect) {
        let width = usize::from(inside.width);
        let above = words::wrap(self.text_above(), width).len() + 1;
        let row = above + self.selected * EACH + 1;
        let Some(field) = self.fields.get(self.selected).filter(|_| !self.is_busy) else {
            return;
        };
        let Ok(row) = u16::try_from(row) else {
            return;
        };
        if row < inside.height {
            let area = Rect {
                x: inside.x + 2,
                y: inside.y + row,
                width: inside.width.saturating_sub(2),
                height: 1,
            };
            field.input.draw(frame, area.intersection(app.screen()));
        }
    }
}
