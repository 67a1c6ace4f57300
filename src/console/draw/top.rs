//! Draws the first two lines: where this is, what executes, and what must be known, the most urgent
//! first. Where the ledger cannot be read they claim nothing that only the ledger knows.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Modifier;
use ratatui::text::{Line, Span};

use crate::console::app::App;
use crate::console::keys::{Action, ConsoleAction, Context};
use crate::console::tabs::jobs::schedule::reach_words;
use crate::console::theme::Role;
use crate::console::words;
use crate::model::Progress;
use crate::model::run::{Lost, Reach};

/// What production is called.
const PRODUCTION: &str = " PRODUCTION ";

/// Cells between two facts.
const GAP: usize = 3;

/// Cells in which why a side is lost says something.
const LEAST_MORE: usize = 30;

/// Cells of the company that are left whatever else there is to say.
const LEAST_COMPANY: usize = 13;

/// What stands on the right of the first line: the account, the workers, the service. Said in five
/// ways, 0 the fullest and 4 the service alone; what is wrong with the account is said in each.
fn right(app: &App, service: &str, way: usize) -> Vec<Span<'static>> {
    let theme = app.theme();
    let dim = theme.style(Role::Dim);
    let mut spans = Vec::new();
    if let Some((state, is_good)) = app.account().standing()
        && (way < 4 || !is_good)
    {
        let name = if way == 0 { "account " } else { "" };
        let text = format!("{name}{state}  ");
        spans.push(if is_good {
            Span::styled(text, dim)
        } else {
            let text = format!("{} {text}", theme.symbols.warning);
            Span::styled(text, theme.style(Role::Warn))
        });
    }
    let live = app.jobs().live();
    if way < 3 && live.ledger.is_none() {
        let (text, style) = match live.workers {
            0 => ("no worker".to_owned(), theme.style(Role::Warn)),
            number => (words::counted(number.into(), "worker", "workers"), dim),
        };
        spans.push(Span::styled(format!("{text}  "), style));
    }
    if way < 2 {
        spans.push(Span::styled("service ", dim));
    }
    spans.push(Span::raw(format!("{service} ")));
    spans
}

/// Profile and company on the left; the account, the workers and the service on the right.
pub(super) fn draw_place(app: &App, frame: &mut Frame<'_>, area: Rect) {
    let theme = app.theme();
    let place = app.place();
    let room = usize::from(area.width);
    let mut left = vec![
        Span::raw(" "),
        Span::styled(place.profile.clone(), theme.style(Role::Accent)),
    ];
    if place.is_production {
        left.push(Span::raw(" "));
        let style = theme.style(Role::Bad).add_modifier(Modifier::REVERSED);
        left.push(Span::styled(PRODUCTION, style));
    }
    left.push(Span::raw("  "));
    let width = |spans: &[Span<'_>]| spans.iter().map(Span::width).sum::<usize>();
    let service = words::cut(&place.service, room / 2, theme.symbols.ellipsis);
    let whole = words::width(&place.company);
    // What is left for the company, with a gap behind it.
    let left_for = |right: &[Span<'_>]| {
        let used = width(&left) + width(right) + 2;
        room.saturating_sub(used)
    };
    // The company whole, else at least its id; but not for the account or the workers.
    let least = LEAST_COMPANY.min(whole);
    let right = [
        (0, whole),
        (1, whole),
        (2, whole),
        (2, least),
        (3, whole),
        (3, least),
        (4, 0),
    ]
    .into_iter()
    .map(|(way, cells)| (right(app, &service, way), cells))
    .find(|(right, cells)| left_for(right) >= *cells)
    .map(|(right, _)| right)
    .unwrap_or_default();
    let company = words::cut(&place.company, left_for(&right), theme.symbols.ellipsis);
    let used = width(&left) + words::width(&company) + width(&right);
    left.push(Span::styled(company, theme.style(Role::Title)));
    left.push(Span::raw(" ".repeat(room.saturating_sub(used))));
    left.extend(right);
    frame.render_widget(Line::from(left), area);
}

/// A fact of the second line.
struct Fact {
    text: String,
    role: Role,
    /// Said instead where the line has no room.
    short: Option<String>,
    /// Left out rather than cut.
    may_miss: bool,
    /// Left out rather than anything else cut.
    is_idle: bool,
    /// Said behind it as far as there is room.
    more: String,
}

impl Fact {
    fn new(symbol: &str, text: &str, role: Role) -> Self {
        Self {
            text: format!("{symbol} {text}"),
            role,
            short: None,
            may_miss: false,
            is_idle: false,
            more: String::new(),
        }
    }

    fn or(mut self, symbol: &str, short: &str) -> Self {
        self.short = Some(format!("{symbol} {short}"));
        self
    }
}

/// Cells of the facts with the gaps between them.
fn width(facts: &[Fact]) -> usize {
    let gaps = facts.len().saturating_sub(1) * GAP;
    let texts = facts.iter().map(|fact| words::width(&fact.text));
    texts.sum::<usize>() + gaps
}

/// Makes room. What may miss and that nothing is to be said are shortened first; what may miss goes
/// then, the last first; then the least urgent is said in fewer words.
fn shorten(facts: &mut Vec<Fact>, room: usize) {
    for of_second_rank in [true, false] {
        for index in (0..facts.len()).rev() {
            if width(facts) > room
                && (facts[index].role == Role::Dim) == of_second_rank
                && let Some(short) = facts[index].short.take()
            {
                facts[index].text = short;
            }
        }
        while width(facts) > room
            && let Some(index) = facts.iter().rposition(|fact| fact.may_miss)
        {
            facts.remove(index);
        }
    }
    if width(facts) > room {
        facts.retain(|fact| !fact.is_idle);
    }
}

/// What is executing, then what must be known, then what comes next.
pub(super) fn draw_status(app: &App, frame: &mut Frame<'_>, area: Rect) {
    let theme = app.theme();
    let room = usize::from(area.width).saturating_sub(1);
    let mut facts = facts(app);
    let mut needed = width(&facts);
    if needed > room {
        shorten(&mut facts, room);
        needed = width(&facts);
    }
    let left = room.saturating_sub(needed);
    if let Some(fact) = facts.iter_mut().find(|fact| !fact.more.is_empty())
        && left >= LEAST_MORE
    {
        let more = format!(": {}", fact.more);
        fact.text
            .push_str(&words::cut(&more, left, theme.symbols.ellipsis));
    }
    let mut spans = vec![Span::raw(" ")];
    let mut used = 0;
    for (index, fact) in facts.into_iter().enumerate() {
        if index > 0 {
            spans.push(Span::raw(" ".repeat(GAP)));
            used += GAP;
        }
        let left = room.saturating_sub(used);
        let text = words::cut(&fact.text, left, theme.symbols.ellipsis);
        used += words::width(&text);
        spans.push(Span::styled(text, theme.style(fact.role)));
    }
    frame.render_widget(Line::from(spans), area);
}

fn facts(app: &App) -> Vec<Fact> {
    let symbols = &app.theme().symbols;
    let jobs = app.jobs();
    let live = jobs.live();
    let mut facts: Vec<Fact> = executing(app).into_iter().collect();
    if app.is_read_only() {
        facts.push(Fact {
            text: "read-only".to_owned(),
            ..Fact::new("", "", Role::Warn)
        });
    }
    if let Some([long, short]) = reach_words(&live.reach, app.now(), app.zone()) {
        let role = match live.reach {
            Reach::Fine | Reach::Throttled { .. } => Role::Warn,
            Reach::Open { .. } => Role::Bad,
        };
        facts.push(Fact::new(symbols.warning, &long, role).or(symbols.warning, &short));
    } else if let Some(waiting) = live.executing.iter().find_map(|run| run.waiting.as_ref()) {
        facts.push(Fact::new(symbols.warning, waiting, Role::Warn));
    }
    let log = live.logs_until.map(|until| {
        let until = words::clock(until, app.now(), app.zone());
        let long = format!("operation log on until {until}");
        let fact = Fact::new(symbols.warning, &long, Role::Warn);
        fact.or(symbols.warning, "operation log on")
    });
    if let Some(lost) = &live.ledger {
        facts.push(lost_fact(app, lost, &LEDGER));
        facts.extend(log);
        // What else there is to know stands in the ledger.
        return facts;
    }
    if let Some(lost) = &live.company {
        let side = if lost.why.not_reached {
            &COMPANY
        } else {
            &REFUSED
        };
        facts.push(lost_fact(app, lost, side));
    }
    facts.extend(log);
    for concern in jobs.concerns(app.now()) {
        let mut fact = Fact::new(symbols.warning, &concern.text, concern.role);
        if let Some(short) = &concern.short {
            fact = fact.or(symbols.warning, short);
        }
        facts.push(fact);
    }
    let waiting = app.exceptions().open().unwrap_or(jobs.quarantined());
    if waiting > 0 {
        let exceptions = words::counted(waiting, "exception", "exceptions");
        facts.push(Fact::new(symbols.warning, &exceptions, Role::Warn));
    }
    if let Some((job, next)) = jobs.next().filter(|_| live.workers > 0) {
        let at = words::clock(next, app.now(), app.zone());
        let short = format!("next {job} {at}");
        let long = format!("{short}, {}", words::until(next, app.now()));
        facts.push(Fact {
            text: long,
            short: Some(short),
            may_miss: true,
            ..Fact::new("", "", Role::Dim)
        });
    }
    if let Some(text) = jobs.tracking_words(app.now()) {
        facts.push(Fact {
            text,
            may_miss: true,
            ..Fact::new("", "", Role::Dim)
        });
    }
    facts
}

/// A side that can be lost: its name, how often it is tried, and what its loss means.
struct Side {
    name: &'static str,
    tried: &'static str,
    means: &'static str,
}

const LEDGER: Side = Side {
    name: "ledger",
    tried: ", tried every second",
    means: "; below: as of then",
};
const COMPANY: Side = Side {
    name: "AX",
    tried: ", tried every 5 s",
    means: "",
};
/// It was reached, and is not as it has to be.
const REFUSED: Side = Side {
    name: "AX",
    tried: "",
    means: "",
};

/// That a side cannot be read: since when, what that means, where it is told why.
fn lost_fact(app: &App, lost: &Lost, side: &Side) -> Fact {
    let Side { name, tried, means } = side;
    let since = words::clock(lost.since, app.now(), app.zone());
    let logs = Action::Console(ConsoleAction::TabLogs);
    let key = app.keys().key_for(Context::Jobs, logs);
    let key = key.map_or_else(String::new, |key| format!("; {key} says why"));
    let symbol = app.theme().symbols.warning;
    let short = format!("{name} fails since {since}{key}");
    Fact {
        more: format!("{} {}", lost.why.cause, lost.why.remedy),
        ..Fact::new(
            symbol,
            &format!("{name} fails since {since}{tried}{means}{key}"),
            Role::Bad,
        )
    }
    .or(symbol, &short)
}

/// The runs under way, or that there are none. Without the ledger only those of this process are
/// known.
fn executing(app: &App) -> Option<Fact> {
    let symbols = &app.theme().symbols;
    let jobs = app.jobs();
    if app.is_leaving() {
        let runs = words::counted(jobs.own().count() as u64, "run", "runs");
        let text = format!("Stopping: {runs} to reach a checkpoint");
        return Some(Fact::new(symbols.canceled, &text, Role::Warn));
    }
    let live = jobs.live();
    let is_known = |run: &&Progress| live.ledger.is_none() || !jobs.is_elsewhere(run);
    let executing: Vec<&Progress> = live.executing.iter().filter(is_known).collect();
    if executing.is_empty() {
        let nothing = Fact::new(symbols.waiting, "Nothing is executing", Role::Dim);
        let nothing = Fact {
            is_idle: true,
            ..nothing.or(symbols.waiting, "Idle")
        };
        return live.ledger.is_none().then_some(nothing);
    }
    let runs: Vec<String> = executing
        .iter()
        .map(|run| match run.total() {
            Some(total) => {
                let ratio = run.counts().settled() as f64 / total.max(1) as f64;
                format!("{} {}", run.job, words::percent(ratio, false))
            }
            None => run.job.to_string(),
        })
        .collect();
    let short = if runs.len() > 2 {
        format!("Executing: {} jobs", runs.len())
    } else {
        format!("Executing: {}", runs.join(", "))
    };
    let marked = runs.into_iter().zip(&executing).map(|(text, run)| {
        let dry = run.dry_run.then_some("dry run");
        let by = jobs.is_elsewhere(run).then_some("elsewhere");
        let marks: Vec<&str> = dry.into_iter().chain(by).collect();
        if marks.is_empty() {
            text
        } else {
            format!("{text} ({})", marks.join(" "))
        }
    });
    let text = format!("Executing: {}", marked.collect::<Vec<_>>().join(", "));
    Some(Fact::new(symbols.executing, &text, Role::Busy).or(symbols.executing, &short))
}
