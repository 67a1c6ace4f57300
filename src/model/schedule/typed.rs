//! A schedule as texts in fields, as an operator edits it: what stands in each, what is wrong with
//! it, and the schedule that they make. A field without text says what is usual.

use jiff::Timestamp;

use super::{Missed, Said, Schedule, Unusable};
use crate::model::Job;
use crate::model::recurrence::{
    self, Every, NotUnderstood, Pattern, RecurrenceError, clock, date_time, time_of_day,
};

/// A field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    /// How often; without it the job starts by hand only.
    Every,
    /// Time of the day.
    At,
    /// Days of weeks and months.
    On,
    /// First day.
    From,
    /// Time zone.
    Zone,
    /// When it ends.
    Ends,
    /// The hours in which it may start.
    QuietHours,
    /// What becomes of missed starts.
    Missed,
    /// From which age on they are skipped.
    MissedWindow,
    /// What becomes of a start while a run is in its way.
    Overlap,
    /// After how many failures the job is withheld.
    PauseAfter,
    /// Whether it starts some seconds later.
    Jitter,
}

impl Field {
    /// Every field, in the order in which they are edited.
    pub const ALL: [Self; 12] = [
        Self::Every,
        Self::At,
        Self::On,
        Self::From,
        Self::Zone,
        Self::Ends,
        Self::QuietHours,
        Self::Missed,
        Self::MissedWindow,
        Self::Overlap,
        Self::PauseAfter,
        Self::Jitter,
    ];

    /// Its name, at most 13 characters.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Every => "Every",
            Self::At => "At",
            Self::On => "On",
            Self::From => "From",
            Self::Zone => "Zone",
            Self::Ends => "Ends",
            Self::QuietHours => "Quiet hours",
            Self::Missed => "Missed",
            Self::MissedWindow => "Too old after",
            Self::Overlap => "Run in way",
            Self::PauseAfter => "Pause after",
            Self::Jitter => "Jitter",
        }
    }

    /// What is written there, and what it means without a text.
    pub const fn about(self) -> &'static str {
        match self {
            Self::Every => {
                "A count with minutes, hours, days, weeks, months or years. Empty: by hand only."
            }
            Self::At => "Time of the day, such as 04:00. Empty: 00:00.",
            Self::On => {
                "Of weeks: mon,thu. Of months: 1 to 31, last, 2nd tue, last fri. Empty: the day of the start."
            }
            Self::From => "First day, such as 2027-01-31. Empty: today.",
            Self::Zone => {
                "IANA name of the time zone, such as America/Chicago. Empty: this machine's."
            }
            Self::Ends => {
                "A last day, such as 2027-01-31, or a number of starts, such as 10. Empty: never."
            }
            Self::QuietHours => {
                "It starts only in these hours, such as 22:00-05:00. Empty: at any time."
            }
            Self::Missed => {
                "What becomes of starts that nobody was there for: one, skip or up-to:3. Empty: one run for all."
            }
            Self::MissedWindow => {
                "Missed starts older than so many minutes are skipped. Empty: none is too old."
            }
            Self::Overlap => {
                "While a run is in its way: skip, wait or cancel-other. Empty: what is usual for the job."
            }
            Self::PauseAfter => "Withhold the job after so many failures in a row. Empty: never.",
            Self::Jitter => {
                "yes: some seconds later, each job by its own number, so that not all start at once. no: on the second."
            }
        }
    }

    /// What it says without a text, in a few words.
    pub const fn usual(self) -> &'static str {
        match self {
            Self::Every => "by hand only",
            Self::At => "00:00",
            Self::On => "day of the start",
            Self::From => "today",
            Self::Zone => "this machine's",
            Self::Ends | Self::MissedWindow | Self::PauseAfter => "never",
            Self::QuietHours => "at any time",
            Self::Missed | Self::Overlap | Self::Jitter => "as usual",
        }
    }

    /// What can be chosen, where there are few answers.
    pub const fn choices(self) -> &'static [&'static str] {
        match self {
            Self::Every => &[
                "",
                "5 minutes",
                "15 minutes",
                "30 minutes",
                "hour",
                "day",
                "week",
                "month",
            ],
            Self::Missed => &["one", "skip", "up-to:3"],
            Self::Overlap => &["skip", "wait", "cancel-other"],
            Self::Jitter => &["yes", "no"],
            Self::At
            | Self::On
            | Self::From
            | Self::Zone
            | Self::Ends
            | Self::QuietHours
            | Self::MissedWindow
            | Self::PauseAfter => &[],
        }
    }
}

/// A text that is not what its field takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The field.
    pub field: Field,
    /// What is wrong, and what to write.
    pub text: String,
}

/// The texts of all fields.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fields([String; Field::ALL.len()]);

impl Fields {
    /// The texts of a schedule.
    pub fn of(schedule: &Schedule) -> Self {
        let mut fields = Self::default();
        if let Some(recurrence) = &schedule.recurrence {
            fields.set(Field::Every, recurrence.pattern.every().to_string());
            fields.set(Field::At, clock(recurrence.start.time()));
            fields.set(Field::From, recurrence.start.date().to_string());
            fields.set(Field::Zone, recurrence.zone.clone());
            fields.set(Field::Ends, recurrence.end.typed());
            match recurrence.pattern {
                Pattern::Weeks { on, .. } => fields.set(Field::On, on.typed()),
                Pattern::Months { on, .. } => fields.set(Field::On, on.typed()),
                Pattern::Minutes(_) | Pattern::Hours(_) | Pattern::Days(_) | Pattern::Years(_) => {}
            }
        }
        let hours = schedule.quiet_hours.map(|hours| hours.to_string());
        fields.set(Field::QuietHours, hours.unwrap_or_default());
        fields.set(Field::Missed, schedule.missed.typed());
        let unless_none = |number: u32| match number {
            0 => String::new(),
            some => some.to_string(),
        };
        let window = unless_none(schedule.missed_window_minutes);
        fields.set(Field::MissedWindow, window);
        fields.set(Field::Overlap, schedule.overlap.typed().to_owned());
        fields.set(Field::PauseAfter, unless_none(schedule.pause_after));
        let jitter = if schedule.jitter { "yes" } else { "no" };
        fields.set(Field::Jitter, jitter.to_owned());
        fields
    }

    /// The text of a field.
    pub fn get(&self, field: Field) -> &str {
        &self.0[field as usize]
    }

    /// Gives a field another text.
    pub fn set(&mut self, field: Field, text: String) {
        self.0[field as usize] = text;
    }

    /// The schedule that they make for a job.
    ///
    /// # Errors
    /// Everything that is wrong, in the order of the fields.
    pub fn read(
        &self,
        job: Job,
        system_zone: &str,
        now: Timestamp,
    ) -> Result<Schedule, Vec<Fault>> {
        let mut faults = Vec::new();
        let said = self.said(&mut faults);
        if !faults.is_empty() {
            return Err(faults);
        }
        let midnight = jiff::civil::DateTime::default();
        let usual = Schedule {
            recurrence: None,
            ..Schedule::recommended(job, midnight, system_zone)
        };
        said.apply(&usual, system_zone, now).map_err(|error| {
            let field = field_of(&error);
            let text = error.to_string();
            vec![Fault { field, text }]
        })
    }

    fn said(&self, faults: &mut Vec<Fault>) -> Said {
        let recurs = !self.get(Field::Every).trim().is_empty();
        let mut read = Reading {
            fields: self,
            faults,
        };
        let mut said = Said {
            as_required: !recurs,
            missed: read.field(Field::Missed, str::parse),
            missed_window_minutes: read.field(Field::MissedWindow, number),
            overlap: read.field(Field::Overlap, str::parse),
            pause_after: read.field(Field::PauseAfter, number),
            jitter: read.field(Field::Jitter, yes_or_no),
            quiet_hours: read.field(Field::QuietHours, str::parse).map(Some),
            ..Said::default()
        };
        // Without how often, the rest waits until that is said again.
        if recurs {
            said.every = read.field(Field::Every, str::parse::<Every>);
            said.at = read.field(Field::At, time_of_day);
            said.on = read.field(Field::On, |text| Ok::<_, NotUnderstood>(text.to_owned()));
            said.start = read.field(Field::From, date_time);
            said.zone = read.field(Field::Zone, |text| {
                recurrence::zone(text).map(|_| text.to_owned())
            });
            said.end = read.field(Field::Ends, str::parse);
        }
        faults.sort_by_key(|fault| fault.field as usize);
        said
    }
}

/// Reads fields and notes what is wrong.
struct Reading<'a> {
    fields: &'a Fields,
    faults: &'a mut Vec<Fault>,
}

impl Reading<'_> {
    /// What a field says; none where it says nothing or something wrong.
    fn field<T, E: std::fmt::Display>(
        &mut self,
        field: Field,
        read: impl FnOnce(&str) -> Result<T, E>,
    ) -> Option<T> {
        let text = self.fields.get(field).trim();
        if text.is_empty() {
            return None;
        }
        match read(text) {
            Ok(read) => Some(read),
            Err(error) => {
                let text = error.to_string();
                self.faults.push(Fault { field, text });
                None
            }
        }
    }
}

fn number(text: &str) -> Result<u32, NotUnderstood> {
    let example = "such as 3, or nothing";
    text.parse()
        .map_err(|_| NotUnderstood::new(text, "a number", example))
}

fn yes_or_no(text: &str) -> Result<bool, NotUnderstood> {
    match text {
        "yes" => Ok(true),
        "no" => Ok(false),
        _ => Err(NotUnderstood::new(text, "an answer", "yes or no")),
    }
}

/// Where what is wrong was written.
const fn field_of(error: &Unusable) -> Field {
    match error {
        Unusable::NoRecurrence => Field::Every,
        // Every other text was read before.
        Unusable::NoDays | Unusable::NotUnderstood(_) => Field::On,
        Unusable::Recurrence(error) => match error {
            RecurrenceError::UnknownZone(_) => Field::Zone,
            RecurrenceError::ZeroCount(_) => Field::Every,
            RecurrenceError::Weekdays | RecurrenceError::Day(_) | RecurrenceError::Nth { .. } => {
                Field::On
            }
            RecurrenceError::Start(_) => Field::From,
            RecurrenceError::EndBeforeStart { .. } | RecurrenceError::EndAfterNone => Field::Ends,
            RecurrenceError::CatchUp(_) => Field::Missed,
            RecurrenceError::QuietHours(_) => Field::QuietHours,
        },
    }
}

impl Missed {
    /// As it is typed.
    fn typed(self) -> String {
        match self {
            Self::One => "one".to_owned(),
            Self::UpTo(many) => format!("up-to:{many}"),
            Self::Skip => "skip".to_owned(),
        }
    }
}

impl super::Overlap {
    /// As it is typed.
    const fn typed(self) -> &'static str {
        match self {
            Self::Skip => "skip",
            Self::Wait => "wait",
            Self::CancelOther => "cancel-other",
        }
    }
}

#[cfg(test)]
mod tests;
