//! The window that asks before something is done.

use std::sync::Arc;

use ratatui::text::{Line, Span};

use crate::console::app::{App, Wish};
use crate::console::keys::{Action, Context, WindowAction};
use crate::console::theme::Role;
use crate::console::words;
use crate::jobs::correction::Correction;
use crate::model::Job;
use crate::model::account::{AccountStep, Migration};
use crate::model::exception::Documented;
use crate::model::schedule::Replan;
use crate::model::selection::Hand;

/// What is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Question {
    /// Run the complete job?
    RunComplete,
    /// Cancel this run of another process?
    Cancel {
        /// Its job.
        job: Job,
        /// Host and process that runs it.
        owner: String,
    },
    /// Withhold every job?
    SuspendAll {
        /// How many are not withheld.
        jobs: usize,
        /// How many runs are under way.
        runs: usize,
    },
    /// Give those that were suspended their status back?
    ResumeAll {
        /// How many are withheld, so or one by one.
        jobs: usize,
    },
    /// Leave although runs are under way here?
    Quit,
    /// Try these exceptions again?
    Retry(Wish),
    /// Close these exceptions with this note?
    Resolve(Wish, String),
    /// Take this step of the account?
    Account {
        /// The step.
        step: AccountStep,
        /// Name of the account.
        name: String,
    },
    /// Have the service migrate?
    Migrate(Migration),
    /// Switch the operation log off?
    LogOff,
    /// Say this of all these items by hand, in the draft?
    ByHand {
        /// Their numbers.
        items: Arc<Vec<String>>,
        /// What is said; none leaves them to the rules.
        hand: Option<Hand>,
    },
    /// Put the draft of the selection in force?
    Selection {
        /// What it changes of each stream, in words.
        streams: Vec<String>,
    },
    /// Give these jobs their usual recurrence?
    Usual(Vec<Replan>),
    /// Correct these orders at their source?
    Correct(Arc<Correction>),
    /// Leave what was typed without saving it?
    Discard,
}

impl Question {
    /// True where a yes takes something away, or changes what shops and AX see: in production it
    /// is answered by typing a name.
    pub const fn is_destructive(&self) -> bool {
        match self {
            Self::RunComplete
            | Self::Cancel { .. }
            | Self::SuspendAll { .. }
            | Self::Resolve(..)
            | Self::Migrate(_)
            | Self::ByHand { .. }
            | Self::Selection { .. }
            | Self::Usual(_)
            | Self::Correct(_) => true,
            Self::Account { step, .. } => match step {
                AccountStep::Deactivate | AccountStep::Disconnect | AccountStep::SignOut => true,
                AccountStep::Activate | AccountStep::Renew => false,
            },
            Self::ResumeAll { .. } | Self::Quit | Self::Retry(_) | Self::LogOff | Self::Discard => {
                false
            }
        }
    }

    pub(super) fn title(&self) -> String {
        match self {
            Self::RunComplete => "Run the complete job?".to_owned(),
            Self::Cancel { job, .. } => format!("Cancel the {job} run of another process?"),
            Self::SuspendAll { .. } => "Suspend all jobs?".to_owned(),
            Self::ResumeAll { .. } => "Resume all jobs?".to_owned(),
            Self::Quit => "Quit?".to_owned(),
            Self::Retry(wish) => format!("Retry {}?", wish.records()),
            Self::Resolve(wish, _) => format!("Resolve {}?", wish.records()),
            Self::Account { step, name } => match step {
                AccountStep::Activate => format!("Activate {name}?"),
                AccountStep::Deactivate => format!("Deactivate {name}?"),
                AccountStep::Disconnect => format!("Disconnect {name}?"),
                AccountStep::Renew => "Renew the token?".to_owned(),
                AccountStep::SignOut => "Sign this machine out?".to_owned(),
            },
            Self::Migrate(migration) => format!("Migrate the {}?", migration.name()),
            Self::LogOff => "Switch the operation log off?".to_owned(),
            Self::ByHand { items, hand } => {
                let items = words::counted(items.len() as u64, "item", "items");
                match hand {
                    Some(Hand::Sold) => format!("Sell {items}?"),
                    Some(Hand::Never) => format!("Never sell {items}?"),
                    None => format!("Leave {items} to the rules?"),
                }
            }
            Self::Selection { .. } => "Put the draft in force?".to_owned(),
            Self::Usual(_) => "Give the jobs their usual recurrence?".to_owned(),
            Self::Correct(correction) => {
                let orders = words::counted(correction.orders.len() as u64, "order", "orders");
                format!("Correct {orders}?")
            }
            Self::Discard => "Leave without saving?".to_owned(),
        }
    }

    /// What is asked, and below it the keys that answer.
    pub(super) fn lines(&self, app: &App, width: usize) -> Vec<Line<'static>> {
        let theme = app.theme();
        let mut lines = self.text(app, width);
        let key = |action| {
            app.keys()
                .key_for(Context::Confirm, Action::Window(action))
                .unwrap_or_default()
        };
        lines.push(Line::default());
        lines.push(Line::from(vec![
            Span::styled(key(WindowAction::Yes), theme.style(Role::Accent)),
            Span::raw(" yes    "),
            Span::styled(key(WindowAction::No), theme.style(Role::Accent)),
            Span::raw(" no"),
        ]));
        lines
    }

    /// What is asked, with the counts.
    pub(super) fn text(&self, app: &App, width: usize) -> Vec<Line<'static>> {
        let text = match self {
            Self::RunComplete => {
                "It reads every stream of the company whole, sends what Commerce Services does not \
                 hold yet, has it drop what the company no longer has, and takes over its stores \
                 and orders. With many products this takes a while. It does not run beside another \
                 job."
                    .to_owned()
            }
            Self::Cancel { job, owner } => format!(
                "The {job} job is executed by {}, not by this console. Its run stops there at \
                 the next checkpoint.",
                words::clean(owner)
            ),
            Self::SuspendAll { jobs, runs } => {
                let jobs = words::counted(*jobs as u64, "job", "jobs");
                let runs = match runs {
                    0 => "Nothing is executing now.".to_owned(),
                    1 => "The run under way goes on.".to_owned(),
                    more => format!("The {more} runs under way go on."),
                };
                format!(
                    "This withholds {jobs}: nothing starts by itself until resume all gives each \
                     the status back that it has now. {runs}"
                )
            }
            Self::ResumeAll { jobs } => {
                let jobs = words::counted(*jobs as u64, "job is", "jobs are");
                format!(
                    "{jobs} withheld. What suspend all withheld gets the status back that it had, \
                     and starts by itself again; what was withheld one by one stays. Runs under \
                     way go on."
                )
            }
            Self::Quit => {
                let runs = app.jobs().own().count() as u64;
                let (verb, them, their) = if runs == 1 {
                    ("is", "it", "its")
                } else {
                    ("are", "them", "their")
                };
                format!(
                    "{} {verb} executing. Quit and stop {them} at {their} next checkpoint?",
                    words::counted(runs, "run", "runs")
                )
            }
            Self::Retry(wish) => {
                let then = if wish.are_orders {
                    "The next run of the orders job gives AX again what it has not taken"
                } else {
                    "What failed is tried again by the next run of its job"
                };
                format!("This touches {}. {then}.", wish.records())
            }
            Self::Resolve(wish, note) => {
                let then = if wish.are_orders {
                    "What AX has not taken is not handed over any more"
                } else {
                    "The same cause opens none of it again"
                };
                format!("This closes {}. {then}. The note: {note}", wish.records())
            }
            Self::Account { step, .. } => of_step(*step, app),
            Self::Migrate(Migration::Account) => {
                "The service takes over the settings, marketplaces and online stores of the account. \
                 It can be interrupted, and goes on where it was."
                    .to_owned()
            }
            Self::Migrate(Migration::Data) => {
                "The service takes over the products, catalogs and orders of the account, which can \
                 take a while. It can be interrupted, and goes on where it was."
                    .to_owned()
            }
            Self::LogOff => {
                "Requests are not written down any more. The files stay: they hold orders with names \
                 and addresses, delete them when the fault is found."
                    .to_owned()
            }
            Self::ByHand { items, hand } => {
                let items = words::counted(items.len() as u64, "item", "items");
                let then = match hand {
                    Some(Hand::Sold) => "are sold by hand, whatever the rules say",
                    Some(Hand::Never) => "are never sold, whatever the rules say",
                    None => "are sold as the rules say",
                };
                format!(
                    "All {items} that the filter lists {then}. This changes the draft: nothing is in force \
                     before it is applied."
                )
            }
            Self::Selection { streams } => {
                let streams = if streams.is_empty() {
                    "No stream holds more or fewer records than before.".to_owned()
                } else {
                    format!("Records: {}.", streams.join("; "))
                };
                format!(
                    "{streams} Commerce Services keep what they hold until the complete job has run. {}",
                    Documented::CompleteRequired.text()
                )
            }
            Self::Usual(changes) => usual(changes),
            Self::Correct(correction) => {
                let text = correction.in_words();
                let lines: Vec<_> = text.lines().map(words::clean).collect();
                lines.join("\n")
            }
            Self::Discard => {
                "What was typed is not saved: everything stays as it was.".to_owned()
            }
        };
        words::wrap(&text, width)
            .into_iter()
            .map(Line::raw)
            .collect()
    }
}

/// What the usual recurrences change, a line each.
fn usual(changes: &[Replan]) -> String {
    let jobs = words::counted(changes.len() as u64, "job", "jobs");
    let mut text = format!("This changes {jobs}, counted from now; policies stay:");
    for change in changes {
        let (before, wanted) = (&change.before, &change.wanted);
        let zone = wanted.recurrence.as_ref().map(|usual| usual.zone.as_str());
        text.push_str(&format!(
            "\n{}: now {}, then {} ({})",
            change.job,
            before.pattern_in_words(),
            wanted.pattern_in_words(),
            zone.unwrap_or_default()
        ));
    }
    text
}

/// What a step of the account does.
fn of_step(step: AccountStep, app: &App) -> String {
    let company = words::clean(&app.place().company).into_owned();
    match step {
        AccountStep::Activate => format!(
            "This makes the account usable for {company}: records and orders move from then on. Change \
             tracking, rights, clocks and the service are checked first."
        ),
        AccountStep::Deactivate => {
            "Neither records nor orders move any more until somebody activates it again. Nothing is \
             deleted."
                .to_owned()
        }
        AccountStep::Disconnect => format!("This takes the account away from {company}."),
        AccountStep::Renew => {
            "This machine gets another token, which is tried before the old one is forgotten."
                .to_owned()
        }
        AccountStep::SignOut => {
            "The service takes this machine's token for nothing any more. The jobs go on with the \
             token of the machine's file, where there is one."
                .to_owned()
        }
    }
}
