//! What a filter can name: the fields of each list, what they hold, and what each is for.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::model::exception::ExceptionState;
use crate::model::job::Job;
use crate::model::log::Level;
use crate::model::stream::Stream;

/// What a filter looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// Online orders.
    Orders,
    /// Exceptions.
    Exceptions,
    /// Runs.
    Runs,
    /// Lines of the log.
    Log,
}

/// What a field holds, and so how its value is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// One of these words.
    Word(&'static [&'static str]),
    /// A name, in its exact case.
    Name,
    /// A text, of which a part is enough.
    Text,
    /// A whole number.
    Number,
    /// A decimal number.
    Amount,
    /// A length of time, longer or shorter than the one that is written.
    Span,
    /// A time.
    Time,
    /// A grade of a line.
    Level,
}

macro_rules! fields {
    ($($variant:ident $name:literal $about:literal,)+) => {
        /// A field of some list.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum Field {
            $(#[doc = $about] $variant,)+
        }

        impl Field {
            /// The word before the sign.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),+ }
            }

            /// What it is, in a few words.
            pub const fn about(self) -> &'static str {
                match self { $(Self::$variant => $about),+ }
            }
        }
    };
}

fields! {
    State "state" "how it stands",
    Is "is" "what it is besides",
    Age "age" "how long ago: age>2h",
    Placed "placed" "when the order was placed",
    Downloaded "downloaded" "when the order was downloaded",
    Changed "changed" "when something changed last",
    Store "store" "id of the store",
    Number "number" "number that the customer knows",
    Id "id" "id or number of the record",
    Customer "customer" "name of the customer",
    Account "account" "customer account",
    SalesOrder "sales-order" "sales order in AX",
    Total "total" "what the customer pays",
    Currency "currency" "currency of the total",
    Lines "lines" "number of lines",
    Tries "tries" "how often it was tried",
    Job "job" "the job",
    Stream "stream" "the stream of the record",
    Record "record" "id of the record",
    Code "code" "code of the exception",
    Fault "field" "field at fault",
    Text "text" "what failed",
    Cause "cause" "why it failed",
    First "first" "when it failed first",
    Last "last" "when it failed last",
    Note "note" "what an operator noted",
    Run "run" "number of the run",
    Started "started" "when the run started",
    Took "took" "how long the run took: took>10m",
    Dry "dry" "whether nothing was sent on purpose",
    Sent "sent" "records that were accepted",
    SetAside "set-aside" "records that were set aside",
    Level "level" "how grave: level>=warning",
    At "at" "when: at:14:00..14:30",
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// The states of an order as they are listed, with a hyphen for a blank.
const ORDER_STATES: &[&str] = &[
    "downloaded",
    "awaiting-payment",
    "handed-over",
    "accepted",
    "exception",
    "cancelled",
    "closed",
    "canceled-in-ax",
    "invoiced",
    "shipped",
    "partially-shipped",
    "journal",
];
const ORDER_MARKS: &[&str] = &["open", "unacknowledged", "duplicate", "journal"];
const EXCEPTION_STATES: &[&str] = &[
    ExceptionState::Open.name(),
    ExceptionState::Retrying.name(),
    ExceptionState::Resolved.name(),
    ExceptionState::Cleared.name(),
];
const RUN_STATES: &[&str] = &["executing", "ended", "error", "canceled"];
const YES: &[&str] = &["yes", "no"];

const JOBS: [&str; Job::ALL.len()] = {
    let mut names = [""; Job::ALL.len()];
    let mut at = 0;
    while at < names.len() {
        names[at] = Job::ALL[at].name();
        at += 1;
    }
    names
};
const STREAMS: [&str; Stream::ALL.len()] = {
    let mut names = [""; Stream::ALL.len()];
    let mut at = 0;
    while at < names.len() {
        names[at] = Stream::ALL[at].name();
        at += 1;
    }
    names
};

impl Subject {
    /// Its fields, the most used ones first.
    pub const fn fields(self) -> &'static [Field] {
        use Field as F;
        match self {
            Self::Orders => &[
                F::State,
                F::Age,
                F::Store,
                F::Is,
                F::Customer,
                F::Number,
                F::Id,
                F::Account,
                F::SalesOrder,
                F::Total,
                F::Currency,
                F::Lines,
                F::Tries,
                F::Placed,
                F::Downloaded,
                F::Changed,
                F::Text,
                F::Cause,
            ],
            Self::Exceptions => &[
                F::State,
                F::Age,
                F::Job,
                F::Stream,
                F::Record,
                F::Code,
                F::Fault,
                F::Text,
                F::Cause,
                F::Note,
                F::Tries,
                F::First,
                F::Last,
                F::Id,
            ],
            Self::Runs => &[
                F::State,
                F::Job,
                F::Age,
                F::Started,
                F::Took,
                F::Dry,
                F::Sent,
                F::SetAside,
                F::Text,
                F::Cause,
                F::Run,
            ],
            Self::Log => &[F::Level, F::Run, F::At, F::Age, F::Text],
        }
    }

    /// What a field holds here.
    pub const fn kind(self, field: Field) -> Kind {
        use Field as F;
        match field {
            F::State => Kind::Word(match self {
                Self::Orders => ORDER_STATES,
                Self::Exceptions => EXCEPTION_STATES,
                Self::Runs | Self::Log => RUN_STATES,
            }),
            F::Is => Kind::Word(ORDER_MARKS),
            F::Job => Kind::Word(&JOBS),
            F::Stream => Kind::Word(&STREAMS),
            F::Dry => Kind::Word(YES),
            F::Id => match self {
                Self::Exceptions => Kind::Number,
                Self::Orders | Self::Runs | Self::Log => Kind::Name,
            },
            F::Store | F::Record | F::Code | F::Currency => Kind::Name,
            F::Number
            | F::Customer
            | F::Account
            | F::SalesOrder
            | F::Fault
            | F::Text
            | F::Cause
            | F::Note => Kind::Text,
            F::Lines | F::Tries | F::Run | F::Sent | F::SetAside => Kind::Number,
            F::Total => Kind::Amount,
            F::Age | F::Took => Kind::Span,
            F::Placed | F::Downloaded | F::Changed | F::First | F::Last | F::Started | F::At => {
                Kind::Time
            }
            F::Level => Kind::Level,
        }
    }

    /// Another way to write a word: what the jobs call Error is an exception of an order.
    pub(super) fn word(self, field: Field, written: &str) -> Option<&'static str> {
        let Kind::Word(words) = self.kind(field) else {
            return None;
        };
        let written = written.to_lowercase().replace([' ', '_'], "-");
        let meant = match (self, field, written.as_str()) {
            (Self::Orders, Field::State, "error") => "exception",
            (_, Field::State, "cancelled") if self == Self::Runs => "canceled",
            (Self::Exceptions, Field::State, "error") => "open",
            (_, _, written) => written,
        };
        words.iter().copied().find(|word| *word == meant)
    }
}

/// The words of a kind that are a list of words.
pub(super) fn words(kind: Kind) -> Vec<&'static str> {
    match kind {
        Kind::Word(words) => words.to_vec(),
        Kind::Level => Level::ALL.map(Level::name).to_vec(),
        Kind::Name | Kind::Text | Kind::Number | Kind::Amount | Kind::Span | Kind::Time => {
            Vec::new()
        }
    }
}
