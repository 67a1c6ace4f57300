//! What the records of the lists answer to a filter.

use std::borrow::Cow;

use jiff::Timestamp;

use super::{Fact, Field, Filtered, Subject};
use crate::model::exception::{Exception, ExceptionEntry};
use crate::model::log::{Level, LogLine};
use crate::model::run::{RunId, RunStatus, RunSummary};
use crate::model::staged::OrderRow;
use crate::model::stream::Stream;

impl Filtered for OrderRow {
    const SUBJECT: Subject = Subject::Orders;

    fn fact(&self, field: Field) -> Fact<'_> {
        use Field as F;
        let told = |part: fn(&Exception) -> &String| match &self.exception {
            Some(exception) => Fact::from(part(exception)),
            None => Fact::Nothing,
        };
        match field {
            F::State => Fact::Text(match self.state() {
                state if state.contains(' ') => Cow::Owned(state.replace(' ', "-").to_lowercase()),
                state => Cow::Borrowed(state),
            }),
            F::Is => {
                let marks = [
                    (self.is_open(), "open"),
                    (!self.is_acknowledged, "unacknowledged"),
                    (self.is_possible_duplicate, "duplicate"),
                    (self.is_journal, "journal"),
                ];
                let set = marks.into_iter().filter(|(is_set, _)| *is_set);
                Fact::Words(set.map(|(_, word)| word).collect())
            }
            F::Age | F::Placed => Fact::Number(self.placed.as_millisecond()),
            F::Downloaded => Fact::Number(self.downloaded.as_millisecond()),
            F::Changed => Fact::Number(self.changed.as_millisecond()),
            F::Store => Fact::from(&self.store),
            F::Number => Fact::from(&self.number),
            F::Id => Fact::from(&self.id),
            F::Customer => Fact::from(&self.customer),
            F::Account => Fact::from(&self.account),
            F::SalesOrder => Fact::from(&self.sales_order),
            F::Total => Fact::Amount(self.total),
            F::Currency => Fact::from(&self.currency),
            F::Lines => Fact::Number(self.lines.into()),
            F::Tries => Fact::Number(self.attempts.into()),
            F::Text => told(|exception| &exception.text),
            F::Cause => told(|exception| &exception.cause),
            F::Job
            | F::Stream
            | F::Record
            | F::Code
            | F::Fault
            | F::First
            | F::Last
            | F::Note
            | F::Run
            | F::Started
            | F::Took
            | F::Dry
            | F::Sent
            | F::SetAside
            | F::Level
            | F::At => Fact::Nothing,
        }
    }

    fn texts(&self) -> Vec<&str> {
        vec![
            &self.id,
            &self.number,
            &self.customer,
            &self.account,
            &self.sales_order,
            &self.store,
            self.state(),
        ]
    }
}

impl Filtered for ExceptionEntry {
    const SUBJECT: Subject = Subject::Exceptions;

    fn fact(&self, field: Field) -> Fact<'_> {
        use Field as F;
        match field {
            F::State => Fact::from(self.state.name()),
            F::Age | F::Last => Fact::Number(self.last.as_millisecond()),
            F::First => Fact::Number(self.first.as_millisecond()),
            F::Job => Fact::from(self.job.name()),
            F::Stream => match self.stream {
                Some(stream) => Fact::from(stream.name()),
                None => Fact::Nothing,
            },
            F::Record => Fact::from(&self.key),
            F::Code => Fact::from(&self.code),
            F::Fault => Fact::from(&self.field),
            F::Text => Fact::from(&self.exception.text),
            F::Cause => Fact::from(&self.exception.cause),
            F::Note => Fact::from(&self.note),
            F::Tries => Fact::Number(self.attempts.into()),
            F::Id => Fact::Number(self.id.0),
            F::Is
            | F::Placed
            | F::Downloaded
            | F::Changed
            | F::Store
            | F::Number
            | F::Customer
            | F::Account
            | F::SalesOrder
            | F::Total
            | F::Currency
            | F::Lines
            | F::Run
            | F::Started
            | F::Took
            | F::Dry
            | F::Sent
            | F::SetAside
            | F::Level
            | F::At => Fact::Nothing,
        }
    }

    fn texts(&self) -> Vec<&str> {
        vec![
            &self.key,
            &self.field,
            &self.exception.text,
            &self.exception.cause,
            &self.code,
            self.stream.map_or("", Stream::name),
            self.state.name(),
        ]
    }
}

impl Filtered for RunSummary {
    const SUBJECT: Subject = Subject::Runs;

    fn fact(&self, field: Field) -> Fact<'_> {
        use Field as F;
        let told = |part: fn(&Exception) -> &String| match &self.exception {
            Some(exception) => Fact::from(part(exception)),
            None => Fact::Nothing,
        };
        match field {
            F::State => Fact::from(match self.status {
                RunStatus::Executing => "executing",
                RunStatus::Ended => "ended",
                RunStatus::Error => "error",
                RunStatus::Canceled => "canceled",
            }),
            F::Job => Fact::from(self.job.name()),
            F::Age | F::Started => Fact::Number(self.started.as_millisecond()),
            F::Took => match self.finished {
                Some(end) => {
                    let took = end.as_millisecond() - self.started.as_millisecond();
                    Fact::Number(took)
                }
                None => Fact::Nothing,
            },
            F::Dry => Fact::from(if self.dry_run { "yes" } else { "no" }),
            F::Sent => Fact::Number(self.counts().acknowledged.cast_signed()),
            F::SetAside => Fact::Number(self.counts().quarantined.cast_signed()),
            F::Text => told(|exception| &exception.text),
            F::Cause => told(|exception| &exception.cause),
            F::Run => Fact::Number(self.run.0),
            F::Is
            | F::Placed
            | F::Downloaded
            | F::Changed
            | F::Store
            | F::Number
            | F::Id
            | F::Customer
            | F::Account
            | F::SalesOrder
            | F::Total
            | F::Currency
            | F::Lines
            | F::Tries
            | F::Stream
            | F::Record
            | F::Code
            | F::Fault
            | F::First
            | F::Last
            | F::Note
            | F::Level
            | F::At => Fact::Nothing,
        }
    }

    fn texts(&self) -> Vec<&str> {
        let mut texts = vec![self.job.name(), self.status.name()];
        if let Some(exception) = &self.exception {
            texts.extend([exception.text.as_str(), &exception.cause]);
        }
        texts
    }
}

impl Filtered for LogLine {
    const SUBJECT: Subject = Subject::Log;

    fn fact(&self, field: Field) -> Fact<'_> {
        log_fact(field, self.at, self.level, self.run, &self.text)
    }

    fn texts(&self) -> Vec<&str> {
        vec![&self.text]
    }
}

/// What a line of the log answers, whoever holds its parts.
pub fn log_fact(
    field: Field,
    at: Timestamp,
    level: Level,
    run: Option<RunId>,
    text: &str,
) -> Fact<'_> {
    use Field as F;
    match field {
        F::Level => Fact::Level(level),
        F::Run => run.map_or(Fact::Nothing, |run| Fact::Number(run.0)),
        F::At | F::Age => Fact::Number(at.as_millisecond()),
        F::Text => Fact::from(text),
        F::State
        | F::Is
        | F::Placed
        | F::Downloaded
        | F::Changed
        | F::Store
        | F::Number
        | F::Id
        | F::Customer
        | F::Account
        | F::SalesOrder
        | F::Total
        | F::Currency
        | F::Lines
        | F::Tries
        | F::Job
        | F::Stream
        | F::Record
        | F::Code
        | F::Fault
        | F::Cause
        | F::First
        | F::Last
        | F::Note
        | F::Started
        | F::Took
        | F::Dry
        | F::Sent
        | F::SetAside => Fact::Nothing,
    }
}
