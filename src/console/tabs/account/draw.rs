//! Draws the tab *Account*: facts, then the table of checks with the remedy below each fault.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span, Text};

use super::AccountTab;
use crate::console::theme::{Role, Theme};
use crate::console::widgets::report::exception_sections;
use crate::console::widgets::sheet::{Page, fact, heading};
use crate::console::words;
use crate::model::account::{AccountState, AccountStep, AccountView};
use crate::model::check::{Finding, Health};

/// Cells of a check's name, and of its result.
const CHECK: usize = 16;
const RESULT: usize = 14;

/// Tells the tab how much of it is in sight.
pub fn lay_out(tab: &mut AccountTab, area: Rect, page: Page<'_>) {
    let total = lines(tab, page).len();
    tab.set_size(usize::from(area.height), total);
}

/// Draws the tab.
pub fn draw(tab: &AccountTab, frame: &mut Frame<'_>, area: Rect, page: Page<'_>) {
    let height = usize::from(area.height);
    let lines = lines(tab, page);
    let first = tab.scroll.at(lines.len(), height);
    let shown: Vec<Line<'_>> = lines.into_iter().skip(first).take(height).collect();
    let inside = Rect {
        x: area.x + 1,
        width: area.width.saturating_sub(1),
        ..area
    };
    frame.render_widget(Text::from(shown), inside);
}

fn lines(tab: &AccountTab, page: Page<'_>) -> Vec<Line<'static>> {
    let page = Page {
        width: page.width.saturating_sub(2),
        ..page
    };
    let dim = page.theme.style(Role::Dim);
    let mut lines = match &tab.view {
        None => vec![Line::styled("The account is being read.", dim)],
        Some(Err(exception)) => exception_sections(exception, page),
        Some(Ok(view)) => of_account(tab, view, page),
    };
    lines.extend(heading("What has to be right", page));
    match &tab.findings {
        None => lines.push(Line::styled("It is being looked at.", dim)),
        Some(findings) => lines.extend(findings.iter().flat_map(|found| of_finding(found, page))),
    }
    lines
}

fn look(state: AccountState, theme: &Theme) -> (&'static str, Role) {
    let symbols = &theme.symbols;
    match state {
        AccountState::Active => (symbols.ended, Role::Good),
        AccountState::BeingSetUp => (symbols.executing, Role::Busy),
        AccountState::SignedUp | AccountState::Deactivated | AccountState::Disconnected => {
            (symbols.warning, Role::Warn)
        }
        AccountState::NotSignedUp => (symbols.waiting, Role::Dim),
    }
}

fn of_account(tab: &AccountTab, view: &AccountView, page: Page<'_>) -> Vec<Line<'static>> {
    let AccountView {
        account,
        user,
        rights,
        signed_in,
        website,
        ..
    } = view;
    let plain = Style::new();
    let theme = page.theme;
    let (symbol, role) = look(account.state, theme);
    let mut state = format!("{symbol} {}", account.state);
    if let Some(step) = tab.taking {
        state.push_str(match step {
            AccountStep::Activate => ", being checked and activated",
            AccountStep::Deactivate => ", being deactivated",
            AccountStep::Disconnect => ", being disconnected",
            AccountStep::Renew => ", the token is being renewed",
            AccountStep::SignOut => ", being signed out",
        });
    }
    let since = account.since.map(|at| words::when(at, page.now, page.zone));
    let since = match (since, account.by.is_empty()) {
        (Some(since), false) => format!("{since}, by {}", account.by),
        (Some(since), true) => since,
        (None, _) => String::new(),
    };
    let company = account.company.as_ref().map_or_else(String::new, |of| {
        format!("{} {}, {}", of.id, of.name, of.release)
    });
    let machine = match signed_in {
        Some(since) => {
            let since = words::when(*since, page.now, page.zone);
            format!("signed in by {user} since {since}")
        }
        None if tab.waiting.is_some() => "waits until its code is entered".to_owned(),
        None => "uses the service's own token".to_owned(),
    };
    let facts = [
        ("Account", account.name.clone(), plain),
        ("State", state, theme.style(role)),
        ("Since", since, plain),
        ("Company", company, plain),
        ("This machine", machine, plain),
        ("Rights", rights.join(", "), plain),
        ("Website", website.clone(), plain),
    ];
    let mut lines: Vec<Line<'static>> = facts
        .into_iter()
        .filter(|(_, text, _)| !text.is_empty())
        .flat_map(|(name, text, style)| fact(name, &words::clean(&text), style, page))
        .collect();
    let next = match account.state {
        AccountState::NotSignedUp => Some(format!(
            "Set up an account online: {website}. The service's own token opens it meanwhile."
        )),
        AccountState::SignedUp | AccountState::Deactivated | AccountState::Disconnected => {
            Some("Neither records nor orders move until the account is activated.".to_owned())
        }
        AccountState::BeingSetUp => Some("This can take up to 24 hours.".to_owned()),
        AccountState::Active if account.is_first_release => Some(
            "An account of the first release: do the upgrade checklist (tab Checklists)."
                .to_owned(),
        ),
        AccountState::Active => None,
    };
    if let Some(next) = next {
        lines.push(Line::default());
        let role = if account.state == AccountState::NotSignedUp {
            Role::Dim
        } else {
            Role::Warn
        };
        let wrapped = words::wrap(&next, page.width).into_iter();
        lines.extend(wrapped.map(|line| Line::styled(line, theme.style(role))));
    }
    lines
}

fn of_finding(finding: &Finding, page: Page<'_>) -> Vec<Line<'static>> {
    let theme = page.theme;
    let symbols = &theme.symbols;
    let (symbol, role) = match finding.health {
        Health::Good => (symbols.ended, Role::Good),
        Health::Warning => (symbols.warning, Role::Warn),
        Health::Fault | Health::NotReached => (symbols.error, Role::Bad),
    };
    let room = page.width.saturating_sub(CHECK + RESULT);
    let blank = " ".repeat(CHECK + RESULT);
    let name = words::fit(finding.check, CHECK, symbols.ellipsis);
    let result = format!("{symbol} {}", finding.health);
    let found = words::wrap(&words::clean(&finding.found), room);
    let mut lines: Vec<Line<'static>> = found
        .into_iter()
        .enumerate()
        .map(|(row, text)| {
            if row > 0 {
                return Line::from(vec![Span::raw(blank.clone()), Span::raw(text)]);
            }
            Line::from(vec![
                Span::styled(name.clone(), theme.style(Role::Dim)),
                Span::styled(
                    words::fit(&result, RESULT, symbols.ellipsis),
                    theme.style(role),
                ),
                Span::raw(text),
            ])
        })
        .collect();
    if !finding.remedy.is_empty() {
        let remedy = words::wrap(&words::clean(&finding.remedy), room).into_iter();
        lines.extend(remedy.map(|text| {
            Line::from(vec![
                Span::raw(blank.clone()),
                Span::styled(text, theme.style(Role::Dim)),
            ])
        }));
    }
    lines
}
