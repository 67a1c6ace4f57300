//! The window in which the recurrence of a job is edited: a field a row, and beside them the next
//! ten starts, which follow what is typed.

use crossterm::event::KeyEvent;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::console::app::{App, Effect};
use crate::console::keys::{Action, Context, Motion};
use crate::console::theme::{Role, Theme};
use crate::console::timetable::TimetableErrand;
use crate::console::widgets::input::Input;
use crate::console::words;
use crate::model::recurrence::{self, Pattern};
use crate::model::schedule::{
    self, Fault, Field, Fields, Planned, Replan, Schedule, Standing, Timetable,
};
use crate::model::{Exception, Job};

/// Starts that are shown.
const STARTS: usize = 10;
/// Cells before what is typed: the mark, and the name of the field.
const BEFORE_TEXT: usize = 16;
/// Cells of what is typed, on a narrow screen and on a wide one.
const TEXT: (usize, usize) = (20, 30);
/// From this width on the screen is a wide one.
const WIDE: usize = 100;
/// Rows of the screen that are not fields: first lines, footer and border, and the text below them.
const AROUND_FIELDS: usize = 6 + 1 + ABOUT_ROWS + 2;
/// Rows of what the selected field takes, or what is wrong with it.
const ABOUT_ROWS: usize = 2;

/// What the fields make.
#[derive(Clone, Debug)]
struct Outcome {
    schedule: Schedule,
    starts: Vec<Planned>,
}

/// The window's state.
#[derive(Clone, Debug)]
pub struct RecurrenceEditor {
    job: Job,
    /// IANA name of the zone that times are shown in.
    zone: String,
    /// None while it is read.
    timetable: Option<Result<Timetable, Exception>>,
    inputs: Vec<Input>,
    selected: usize,
    /// What the fields make; none before they are read.
    outcome: Option<Result<Outcome, Vec<Fault>>>,
    /// True while it is saved.
    is_busy: bool,
    refused: Option<String>,
}

/// What comes of saving.
#[derive(Debug)]
pub enum Saved {
    /// It has to be done outside.
    Perform(Effect),
    /// There is nothing to save.
    AsItWas,
    /// Not yet: the window says why.
    No,
}

impl RecurrenceEditor {
    /// A window that waits for the job's schedule, on a machine in this zone.
    pub fn new(job: Job, zone: String) -> Self {
        Self {
            job,
            zone,
            timetable: None,
            inputs: Field::ALL.iter().map(|_| Input::new("")).collect(),
            selected: 0,
            outcome: None,
            is_busy: false,
            refused: None,
        }
    }

    /// The job it is about.
    pub const fn job(&self) -> Job {
        self.job
    }

    /// What has to be read for it.
    pub const fn wants(&self) -> Effect {
        Effect::Timetable(TimetableErrand::Load(self.job))
    }

    /// Takes in the job's schedule.
    pub fn loaded(&mut self, timetable: Result<Timetable, Exception>) {
        // What is typed already is not thrown away.
        if matches!(self.timetable, Some(Ok(_))) {
            return;
        }
        if let Ok(timetable) = &timetable {
            let fields = Fields::of(&timetable.schedule);
            let texts = Field::ALL.iter().map(|field| fields.get(*field));
            self.inputs = texts.map(Input::new).collect();
        }
        self.timetable = Some(timetable);
        self.look();
    }

    fn read(&self) -> Option<&Timetable> {
        self.timetable.as_ref()?.as_ref().ok()
    }

    fn fields(&self) -> Fields {
        let mut fields = Fields::default();
        for (field, input) in Field::ALL.into_iter().zip(&self.inputs) {
            fields.set(field, input.text().to_owned());
        }
        fields
    }

    /// True where something is typed that is not saved.
    pub fn has_changes(&self) -> bool {
        self.read()
            .is_some_and(|timetable| self.fields() != Fields::of(&timetable.schedule))
    }

    /// Works out what the fields make.
    fn look(&mut self) {
        let Some(timetable) = self.read() else {
            return;
        };
        let now = timetable.now;
        let read = self.fields().read(self.job, &self.zone, now);
        self.outcome = Some(read.and_then(|wanted| {
            // Another schedule counts from now.
            let standing = if wanted == timetable.schedule {
                timetable.standing.clone()
            } else {
                Standing::new(now)
            };
            let starts = schedule::preview(self.job, &wanted, &standing, now, STARTS);
            let fault = |error: recurrence::RecurrenceError| {
                vec![Fault {
                    field: Field::Every,
                    text: error.to_string(),
                }]
            };
            Ok(Outcome {
                starts: starts.map_err(fault)?,
                schedule: wanted,
            })
        }));
    }

    /// A key that is text.
    pub fn type_key(&mut self, key: KeyEvent) {
        self.edit(|input| input.type_key(key));
    }

    /// Pasted text.
    pub fn paste(&mut self, text: &str) {
        self.edit(|input| input.paste(text));
    }

    fn edit(&mut self, change: impl FnOnce(&mut Input)) {
        if self.is_busy || self.read().is_none() {
            return;
        }
        self.refused = None;
        if let Some(input) = self.inputs.get_mut(self.selected) {
            change(input);
        }
        self.look();
    }

    pub(super) fn go(&mut self, motion: Motion) {
        let last = Field::ALL.len() - 1;
        match motion {
            Motion::Up => self.selected = self.selected.saturating_sub(1),
            Motion::Down => self.selected = (self.selected + 1).min(last),
            Motion::Left => self.choose(false),
            Motion::Right => self.choose(true),
            Motion::PageUp | Motion::PageDown | Motion::Top | Motion::Bottom => {}
        }
    }

    fn choose(&mut self, next: bool) {
        let choices = self.field().choices();
        if !choices.is_empty() {
            self.edit(|input| input.choose(choices, next));
        }
    }

    fn field(&self) -> Field {
        Field::ALL[self.selected.min(Field::ALL.len() - 1)]
    }

    /// Takes in that it cannot be saved.
    pub fn refuse(&mut self, why: String) {
        self.is_busy = false;
        self.refused = Some(why);
    }

    /// Saves what the fields make.
    pub fn save(&mut self) -> Saved {
        let (Some(Ok(timetable)), Some(outcome)) = (&self.timetable, &self.outcome) else {
            return Saved::No;
        };
        if self.is_busy {
            return Saved::No;
        }
        match outcome {
            Err(faults) => {
                // To where something has to be done.
                let first = faults.first().map(|fault| fault.field as usize);
                self.selected = first.unwrap_or(self.selected);
                Saved::No
            }
            Ok(outcome) if outcome.schedule == timetable.schedule => Saved::AsItWas,
            Ok(outcome) => {
                let replan = Replan {
                    job: self.job,
                    before: timetable.schedule.clone(),
                    wanted: outcome.schedule.clone(),
                };
                self.is_busy = true;
                let errand = TimetableErrand::Take(Box::new(replan));
                Saved::Perform(Effect::Timetable(errand))
            }
        }
    }

    pub(super) fn title(&self) -> String {
        format!("Recurrence of the {} job", self.job)
    }

    fn faults(&self) -> &[Fault] {
        match &self.outcome {
            Some(Err(faults)) => faults,
            Some(Ok(_)) | None => &[],
        }
    }

    /// The fields with the next starts beside them, and below what there is to say.
    pub(super) fn lines(&self, app: &App, width: usize) -> Vec<Line<'static>> {
        let theme = app.theme();
        let dim = theme.style(Role::Dim);
        match &self.timetable {
            None => return vec![Line::styled("The schedule is being read.", dim)],
            Some(Err(exception)) => {
                let text = format!("{exception} {}", exception.remedy);
                let lines = words::wrap(&text, width).into_iter();
                return lines.map(Line::raw).collect();
            }
            Some(Ok(_)) => {}
        }
        let left = BEFORE_TEXT + text_cells(width);
        let room = width.saturating_sub(left + 3);
        let starts = self.starts(room, app);
        let mut lines = Vec::new();
        let (first, rows) = self.in_sight(app);
        let fields = Field::ALL.into_iter().enumerate();
        for (row, field) in fields.skip(first).take(rows) {
            let mut spans = self.field_spans(row, field, width, theme);
            let used: usize = spans.iter().map(Span::width).sum();
            spans.push(Span::raw(" ".repeat(left.saturating_sub(used))));
            spans.push(Span::styled(format!(" {} ", theme.symbols.bar), dim));
            spans.push(starts.get(row - first).cloned().unwrap_or_default());
            lines.push(Line::from(spans));
        }
        lines.push(Line::default());
        lines.extend(self.about(width, app));
        lines.extend(self.in_words(width, theme));
        lines
    }

    /// The first field in sight and how many are: on a low screen those around the selected one, so
    /// that what there is to say about it is seen too.
    fn in_sight(&self, app: &App) -> (usize, usize) {
        let rows = usize::from(app.screen().height).saturating_sub(AROUND_FIELDS);
        let rows = rows.clamp(1, Field::ALL.len());
        ((self.selected + 1).saturating_sub(rows), rows)
    }

    fn field_spans(
        &self,
        row: usize,
        field: Field,
        width: usize,
        theme: &Theme,
    ) -> Vec<Span<'static>> {
        let is_wrong = self.faults().iter().any(|fault| fault.field == field);
        let is_selected = row == self.selected;
        let role = match (is_wrong, is_selected) {
            (true, _) => Role::Warn,
            (false, true) => Role::Accent,
            (false, false) => Role::Dim,
        };
        let selected = if is_selected { ">" } else { " " };
        let wrong = if is_wrong { theme.symbols.warning } else { " " };
        let name = format!("{selected}{wrong}{:<14}", field.name());
        let mut spans = vec![Span::styled(name, theme.style(role))];
        // In the selected one it is typed.
        let text = self
            .inputs
            .get(row)
            .filter(|_| !is_selected || self.is_busy);
        if let Some(input) = text {
            let cut = |text: &str| words::cut(text, text_cells(width), theme.symbols.ellipsis);
            if input.text().is_empty() {
                let text = cut(self.usual(field));
                spans.push(Span::styled(text, theme.style(Role::Dim)));
            } else {
                spans.extend(words::spans(&cut(input.text()), theme.style(Role::Title)));
            }
        }
        spans
    }

    /// What a field says without a text.
    fn usual(&self, field: Field) -> &'static str {
        let recurrence = match &self.outcome {
            Some(Ok(outcome)) => outcome.schedule.recurrence.as_ref(),
            Some(Err(_)) | None => None,
        };
        match (field, recurrence.map(|recurrence| recurrence.pattern)) {
            (
                Field::On,
                Some(
                    Pattern::Minutes(_) | Pattern::Hours(_) | Pattern::Days(_) | Pattern::Years(_),
                ),
            ) => "no days",
            _ => field.usual(),
        }
    }

    /// The next starts under their heading, in rows of at most `room` cells.
    fn starts(&self, room: usize, app: &App) -> Vec<Span<'static>> {
        let theme = app.theme();
        let dim = theme.style(Role::Dim);
        let cut = |text: &str| words::cut(text, room, theme.symbols.ellipsis);
        let outcome = match &self.outcome {
            Some(Ok(outcome)) => outcome,
            Some(Err(_)) => {
                let text = "Next starts: once nothing is marked";
                return vec![Span::styled(cut(text), dim)];
            }
            None => return Vec::new(),
        };
        let Some(recurrence) = &outcome.schedule.recurrence else {
            return vec![Span::styled(cut("It starts by hand only."), dim)];
        };
        if outcome.starts.is_empty() {
            let text = "No start comes any more: it has ended.";
            return vec![Span::styled(cut(text), theme.style(Role::Warn))];
        }
        let heading = format!("Next starts, {}", recurrence.zone);
        let mut rows = vec![Span::styled(cut(&heading), dim)];
        // A zone that is not known made no starts.
        let Ok(zone) = recurrence::zone(&recurrence.zone) else {
            return rows;
        };
        let form = match room {
            30.. => "%a %Y-%m-%d %H:%M:%S %:z",
            24.. => "%a %Y-%m-%d %H:%M:%S",
            _ => "%a %m-%d %H:%M:%S",
        };
        for planned in &outcome.starts {
            let at = planned.starts.to_zoned(zone.clone()).strftime(form);
            let text = format!("{at}  {}", planned.why);
            // Half a reason says nothing.
            let has_room = words::width(&text) <= room;
            let text = if has_room { text } else { at.to_string() };
            rows.push(Span::raw(cut(text.trim_end())));
        }
        rows
    }

    /// What is wrong, else what the selected field takes.
    fn about(&self, width: usize, app: &App) -> Vec<Line<'static>> {
        let theme = app.theme();
        let here = self.field();
        let faults = self.faults();
        let fault = faults.iter().find(|fault| fault.field == here);
        let (text, role) = if let Some(text) = &self.refused {
            (format!("{} {text}", theme.symbols.warning), Role::Warn)
        } else if self.is_busy {
            ("One moment.".to_owned(), Role::Dim)
        } else if let Some(fault) = fault {
            let text = format!("{} {}.", theme.symbols.warning, fault.text);
            (text, Role::Warn)
        } else if here.choices().is_empty() {
            (here.about().to_owned(), Role::Dim)
        } else {
            let choices = here.choices().iter().filter(|choice| !choice.is_empty());
            let choices: Vec<&str> = choices.copied().collect();
            let action = Action::Move(Motion::Right);
            let key = app.keys().key_for(Context::Note, action);
            let key = key.map_or_else(String::new, |key| format!("{key}: "));
            let text = format!("{} {key}{}", here.about(), choices.join(", "));
            (text, Role::Dim)
        };
        let mut lines: Vec<Line<'static>> = words::wrap(&text, width)
            .into_iter()
            .map(|line| Line::styled(line, theme.style(role)))
            .collect();
        // What is below stands still as one types.
        while lines.len() < ABOUT_ROWS {
            lines.push(Line::default());
        }
        lines
    }

    /// The recurrence as a sentence.
    fn in_words(&self, width: usize, theme: &Theme) -> Vec<Line<'static>> {
        let Some(Ok(outcome)) = &self.outcome else {
            return vec![Line::default()];
        };
        let job = self.job;
        let text = outcome.schedule.recurrence.as_ref().map_or_else(
            || format!("{job} starts by hand only."),
            |recurrence| format!("{job} starts {recurrence}."),
        );
        let lines = words::wrap(&text, width).into_iter();
        lines
            .map(|line| Line::styled(line, theme.style(Role::Title)))
            .collect()
    }

    /// Draws what is typed in the selected field.
    pub(super) fn draw_input(&self, app: &App, frame: &mut Frame<'_>, inside: Rect) {
        let row = self.selected.checked_sub(self.in_sight(app).0);
        let row = row.and_then(|row| u16::try_from(row).ok());
        let input = self.inputs.get(self.selected).filter(|_| !self.is_busy);
        let (Some(row), Some(input), Some(_)) = (row, input, self.read()) else {
            return;
        };
        if row < inside.height {
            let before = BEFORE_TEXT as u16;
            let area = Rect {
                x: inside.x + before,
                y: inside.y + row,
                width: text_cells(usize::from(inside.width)) as u16,
                height: 1,
            };
            input.draw(frame, area.intersection(inside).intersection(app.screen()));
        }
    }
}

/// Cells of what is typed in a window this wide.
const fn text_cells(width: usize) -> usize {
    if width < WIDE { TEXT.0 } else { TEXT.1 }
}
