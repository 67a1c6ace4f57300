//! What an operator has to know of a failure, and the keys for what can be done about it: what
//! failed, since when, how often, why, and what the documents tell to do.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::{JobsTab, View};
use crate::console::keys::{Action, Context, JobAction};
use crate::console::theme::{Role, Theme};
use crate::console::widgets::{facts, past};
use crate::console::words;
use crate::model::exception::Documented;
use crate::model::history;
use crate::model::run::RunStatus;
use crate::model::{Exception, Job};

/// Cells of the names before the facts.
const NAME: usize = 10;

/// What can be done about a failure from here: the first step of the documented remedy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remedy {
    /// Start the job again.
    RunAgain,
    /// Stop the run that is in the way.
    Cancel,
    /// Suspend all jobs.
    SuspendAll,
    /// Run the complete job.
    RunComplete,
    /// Look at the account and at everything that has to be right.
    LookAtAccount,
}

impl Remedy {
    /// What helps against this.
    pub fn of(exception: &Exception) -> Self {
        let is_it = |documented: &Documented| documented.text() == exception.text;
        match Documented::ALL.into_iter().find(is_it) {
            Some(Documented::AnotherInstance) => Self::Cancel,
            Some(Documented::ConflictingJobs) => Self::SuspendAll,
            Some(Documented::CompleteRequired) => Self::RunComplete,
            Some(
                Documented::NetworkError | Documented::ChangeTrackingOff | Documented::BeingSetUp,
            ) => Self::LookAtAccount,
            // Texts of our own that name the account or the sign-in are mended there.
            None if exception.remedy.contains("axcs account") => Self::LookAtAccount,
            None => Self::RunAgain,
        }
    }

    /// What its key does; none where retrying is all there is to do.
    const fn words(self) -> Option<&'static str> {
        match self {
            Self::RunAgain => None,
            Self::Cancel => Some("cancels the run in the way"),
            Self::SuspendAll => Some("suspends all jobs"),
            Self::RunComplete => Some("runs the complete job"),
            Self::LookAtAccount => Some("looks at account and service"),
        }
    }
}

impl JobsTab {
    /// Why the job did not start when it was asked to last, or why its last run failed; none while a
    /// run is under way.
    pub fn failure(&self, job: Job) -> Option<&Exception> {
        if self.live_of(job).is_some() {
            return None;
        }
        let last = self.last_of(job);
        let failed = last.filter(|last| last.status == RunStatus::Error);
        let exception = failed.and_then(|last| last.exception.as_ref());
        self.refused.get(&job).or(exception)
    }

    /// True where there is more to do about the job's failure than to retry.
    pub(super) fn has_remedy(&self, job: Job) -> bool {
        self.failure(job)
            .is_some_and(|failure| Remedy::of(failure).words().is_some())
    }

    /// Since when the job fails and how often in a row: `today 04:53:12 EDT, 3 times in a row`.
    pub(super) fn failing_words(
        &self,
        job: Job,
        now: Timestamp,
        zone: &TimeZone,
    ) -> Option<String> {
        let overview = self.overview_of(job)?;
        let last = overview.last.as_ref()?;
        if last.status != RunStatus::Error || self.live_of(job).is_some() {
            return None;
        }
        let (since, may_be_older) = overview
            .history
            .failing_since(overview.failures)
            .unwrap_or((last.started, false));
        let or_before = if may_be_older { " or before" } else { "" };
        let times = match overview.failures {
            0 | 1 => "the first time".to_owned(),
            failures => format!("{failures} times in a row"),
        };
        Some(format!(
            "{}{or_before}, {times}",
            words::when(since, now, zone)
        ))
    }

    /// How many times longer than usual the run under way takes, else the last one took.
    pub(super) fn times_usual(&self, job: Job, now: Timestamp) -> Option<i64> {
        let history = &self.overview_of(job)?.history;
        if let Some(run) = self.live_of(job) {
            // A dry run does less, and one that is only known of may be over.
            let is_seen = !run.dry_run && self.seen(job).is_none();
            return is_seen
                .then(|| history.times_usual(run.run, now.duration_since(run.started)))?;
        }
        let last = self.last_of(job).filter(|last| !last.dry_run)?;
        let took = last.finished?.duration_since(last.started);
        history.times_usual(last.run, took)
    }

    /// The last runs in a row, with what is usual and what is not.
    pub(super) fn past_line(
        &self,
        job: Job,
        width: usize,
        view: View<'_>,
    ) -> Option<Line<'static>> {
        let theme = view.theme;
        let history = &self.overview_of(job)?.history;
        if history.runs().is_empty() {
            return None;
        }
        let dim = theme.style(Role::Dim);
        let mut spans = vec![name("Runs", theme)];
        let cells = history::RUNS.min(width.saturating_sub(NAME + 40));
        spans.extend(past::spans(history.runs(), cells, theme));
        if let Some(times) = self.times_usual(job, view.now) {
            let (verb, symbols) = match self.live_of(job) {
                Some(_) => ("takes", &theme.symbols),
                None => ("the last took", &theme.symbols),
            };
            let text = format!(
                "  {} {verb} {times}{} longer than usual",
                symbols.warning, symbols.times
            );
            spans.push(Span::styled(text, theme.style(Role::Warn)));
        }
        if let Some(usual) = history.usual() {
            let text = format!("  usually {}", words::duration(usual));
            spans.push(Span::styled(text, dim));
        }
        let failed = history.failed();
        if failed > 0 {
            let text = format!("  {failed} of {} failed", history.runs().len());
            spans.push(Span::styled(text, dim));
        }
        // What is behind the right border is not half a fact.
        while spans.iter().map(Span::width).sum::<usize>() > width && spans.len() > 1 {
            spans.pop();
        }
        Some(Line::from(spans))
    }
}

fn name(name: &'static str, theme: &Theme) -> Span<'static> {
    Span::styled(format!(" {name:<8} "), theme.style(Role::Dim))
}

/// What failed, since when, the first line of why, what to do, and the keys for it.
pub(super) fn lines(
    tab: &JobsTab,
    exception: &Exception,
    width: usize,
    view: View<'_>,
) -> Vec<Line<'static>> {
    let theme = view.theme;
    let job = tab.selected();
    let room = width.saturating_sub(NAME);
    let fact = |label, text: String, style: Style| {
        Line::from(vec![name(label, theme), Span::styled(text, style)])
    };
    let cut = |text: &str| words::cut(text, room, theme.symbols.ellipsis);
    let mut lines = vec![fact("Failed", cut(&exception.text), theme.style(Role::Bad))];
    let is_refused = tab.refused.contains_key(&job);
    let since = tab.failing_words(job, view.now, view.zone);
    if let Some(since) = since.filter(|_| !is_refused) {
        lines.push(fact("Since", cut(&since), Style::new()));
    }
    let first = exception.cause.lines().next();
    if let Some(first) = first.filter(|line| !line.is_empty()) {
        lines.push(fact("Why", cut(first), Style::new()));
    }
    for (index, line) in words::wrap(&exception.remedy, room).into_iter().enumerate() {
        let label = if index == 0 { "To do" } else { "" };
        lines.push(fact(label, line, Style::new()));
    }
    lines.extend(keys(tab, exception, width, view));
    lines
}

/// The keys for it, the one for the remedy first.
fn keys(tab: &JobsTab, exception: &Exception, width: usize, view: View<'_>) -> Vec<Line<'static>> {
    let job = tab.selected();
    let theme = view.theme;
    let key = |action| view.keys.key_for(Context::Jobs, Action::Job(action));
    let has_run = tab.last_of(job).is_some();
    let remedy = Remedy::of(exception).words();
    let wanted = [
        (JobAction::Remedy, remedy),
        (JobAction::Run, view.can_run.then_some("retries")),
        (JobAction::DryRun, view.can_run.then_some("dry run")),
        (JobAction::Details, has_run.then_some("the whole cause")),
        (JobAction::Log, has_run.then_some("its log lines")),
        (JobAction::Copy, has_run.then_some("copies")),
        (JobAction::Export, has_run.then_some("writes a file")),
    ];
    let spans = wanted.into_iter().filter_map(|(action, words)| {
        let text = format!("{} {}", key(action)?, words?);
        Some(Span::styled(text, theme.style(Role::Accent)))
    });
    let rows = facts::lines(spans.collect(), width.saturating_sub(NAME - 1), theme);
    rows.into_iter()
        .enumerate()
        .map(|(index, row)| {
            let label = if index == 0 { "Keys" } else { "" };
            let mut spans = vec![name(label, theme)];
            // Each row of facts begins with its margin.
            spans.extend(row.spans.into_iter().skip(1));
            Line::from(spans)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_documented_exception_has_its_first_step() {
        let step = |documented: Documented| Remedy::of(&documented.because("a cause"));
        assert_eq!(step(Documented::AnotherInstance), Remedy::Cancel);
        assert_eq!(step(Documented::ConflictingJobs), Remedy::SuspendAll);
        assert_eq!(step(Documented::CompleteRequired), Remedy::RunComplete);
        assert_eq!(step(Documented::NetworkError), Remedy::LookAtAccount);
        let ours = |remedy: &str| Remedy::of(&Exception::new("Ours.", "", remedy));
        assert_eq!(
            ours("Sign this machine in: axcs account sign-in"),
            Remedy::LookAtAccount
        );
        assert_eq!(ours("Make room."), Remedy::RunAgain);
    }
}
