//! Windows over the tabs: the topmost gets the keys first. Each is a plain value; none does
//! anything by itself.

mod batch_job;
mod batch_jobs;
mod details;
mod exception;
mod form;
mod help;
mod history;
mod named;
mod note;
mod order;
mod palette;
mod place;
mod product;
mod question;
mod recurrence;
mod sign_in;

pub use batch_job::BatchJobWindow;
pub use batch_jobs::BatchJobs;
pub use details::Details;
pub use exception::ExceptionWindow;
pub use form::{Form, Taken};
pub use help::Help;
pub use history::History;
pub use named::NamedQuestion;
pub use note::Note;
pub use order::OrderWindow;
pub use palette::Palette;
pub use place::PlaceWindow;
pub use product::ProductWindow;
pub use question::Question;
pub use recurrence::{RecurrenceEditor, Saved};
pub use sign_in::SignInWindow;

use ratatui::Frame;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span, Text};
use ratatui::widgets::{Block, Clear};

use super::app::{App, Handed};
use super::keys::{Context, Motion};
use super::theme::Role;
use super::widgets::sheet::Sheet;
use super::words;

/// Cells of the text of a window in a clipboard or a file, where long lines stay whole.
const TEXT_CELLS: usize = 400;

/// A window.
#[derive(Debug)]
pub enum Overlay {
    /// The keys, the version, where the log stands.
    Help(Help),
    /// A question that is answered yes or no.
    Confirm(Question),
    /// A question that is answered by the name of the profile.
    Named(NamedQuestion),
    /// Everything about a run.
    Details(Details),
    /// The last runs of a job.
    History(History),
    /// The batch jobs of AX.
    BatchJobs(BatchJobs),
    /// Everything about a batch job of AX.
    BatchJob(BatchJobWindow),
    /// Everything about an order.
    Order(OrderWindow),
    /// Everything about an exception.
    Exception(ExceptionWindow),
    /// A note that is typed.
    Note(Note),
    /// Fields that are typed.
    Form(Form),
    /// Everything that can be asked for.
    Palette(Palette),
    /// The recurrence of a job, as it is typed.
    Recurrence(Box<RecurrenceEditor>),
    /// The code that signs this machine in.
    SignIn(SignInWindow),
    /// Where an item of a checklist is done.
    Place(PlaceWindow),
    /// Everything about an item.
    Product(ProductWindow),
}

/// How far a window is scrolled, in lines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Scroll(usize);

impl Scroll {
    /// Moves within `total` lines of which `height` are in sight.
    pub fn on(&mut self, motion: Motion, total: usize, height: usize) {
        let last = total.saturating_sub(height);
        let page = height.saturating_sub(1).max(1);
        let at = self.0.min(last);
        self.0 = match motion {
            Motion::Up => at.saturating_sub(1),
            Motion::Down => at + 1,
            Motion::PageUp => at.saturating_sub(page),
            Motion::PageDown => at + page,
            Motion::Top => 0,
            Motion::Bottom => last,
            Motion::Left | Motion::Right => at,
        }
        .min(last);
    }

    /// The first row in sight.
    pub fn at(self, total: usize, height: usize) -> usize {
        self.0.min(total.saturating_sub(height))
    }
}

/// The cells of the text of a window.
fn inside(area: Rect, screen: Rect) -> Rect {
    Rect {
        x: area.x + 2,
        y: area.y + 1,
        width: area.width.saturating_sub(4),
        height: area.height.saturating_sub(2),
    }
    .intersection(screen)
}

impl Overlay {
    /// Whose keys hold here.
    pub const fn context(&self) -> Context {
        match self {
            Self::Confirm(_) => Context::Confirm,
            Self::Named(_)
            | Self::Note(_)
            | Self::Form(_)
            | Self::Palette(_)
            | Self::Recurrence(_) => Context::Note,
            Self::Help(_)
            | Self::Details(_)
            | Self::History(_)
            | Self::BatchJobs(_)
            | Self::BatchJob(_)
            | Self::Order(_)
            | Self::Exception(_)
            | Self::SignIn(_)
            | Self::Place(_)
            | Self::Product(_) => Context::Overlay,
        }
    }

    fn title(&self, app: &App) -> String {
        match self {
            Self::Help(_) => "Keys".to_owned(),
            Self::Confirm(question) => question.title(),
            Self::Named(named) => named.title(),
            Self::Details(details) => details.title(app),
            Self::History(history) => history.title(),
            Self::BatchJobs(_) => "Batch jobs of AX".to_owned(),
            Self::BatchJob(job) => job.title(),
            Self::Order(order) => order.title(),
            Self::Exception(exception) => exception.title(),
            Self::Note(note) => note.title(),
            Self::Form(form) => form.title(),
            Self::Palette(palette) => palette.title(),
            Self::Recurrence(editor) => editor.title(),
            Self::SignIn(_) => "Sign this machine in".to_owned(),
            Self::Place(place) => place.title(),
            Self::Product(product) => product.title(),
        }
    }

    /// Its text, `width` cells wide.
    fn sheet<'a>(&'a self, app: &'a App, width: usize) -> Sheet<'a> {
        match self {
            Self::Help(_) => help::lines(app, width).into(),
            Self::Confirm(question) => question.lines(app, width).into(),
            Self::Named(named) => named.lines(app, width).into(),
            Self::Details(details) => details.lines(app, width).into(),
            Self::History(history) => history.lines(app, width).into(),
            Self::BatchJobs(jobs) => jobs.lines(app, width).into(),
            Self::BatchJob(job) => job.lines(app, width).into(),
            Self::Order(order) => order.sheet(app, width),
            Self::Exception(exception) => exception.sheet(app, width),
            Self::Note(note) => note.lines(app, width).into(),
            Self::Form(form) => form.lines(app, width).into(),
            Self::Palette(palette) => palette.lines(app, width).into(),
            Self::Recurrence(editor) => editor.lines(app, width).into(),
            Self::SignIn(window) => window.lines(app, width).into(),
            Self::Place(place) => place.lines(app, width).into(),
            Self::Product(product) => product.lines(app, width).into(),
        }
    }

    const fn scroll(&self) -> Scroll {
        match self {
            Self::Help(help) => help.scroll,
            Self::Named(named) => named.scroll,
            Self::Details(details) => details.scroll,
            Self::History(history) => history.scroll,
            Self::BatchJobs(jobs) => jobs.scroll,
            Self::BatchJob(job) => job.scroll,
            Self::Order(order) => order.scroll,
            Self::Exception(exception) => exception.scroll,
            Self::SignIn(window) => window.scroll,
            Self::Place(place) => place.scroll,
            Self::Product(product) => product.scroll,
            Self::Confirm(_)
            | Self::Note(_)
            | Self::Form(_)
            | Self::Palette(_)
            | Self::Recurrence(_) => Scroll(0),
        }
    }

    /// The widest it wants to be.
    const fn widest(&self) -> u16 {
        match self {
            Self::Confirm(_) | Self::Named(_) | Self::SignIn(_) => 70,
            Self::Help(_)
            | Self::Form(_)
            | Self::Palette(_)
            | Self::Place(_)
            | Self::Product(_) => 90,
            Self::Exception(_) | Self::Note(_) => 100,
            Self::Recurrence(_) => 120,
            Self::Details(_) | Self::History(_) => 130,
            Self::Order(_) | Self::BatchJobs(_) | Self::BatchJob(_) => 150,
        }
    }

    /// Its text with its size on this screen, border included.
    fn page<'a>(&'a self, app: &'a App, screen: Rect) -> (Rect, Sheet<'a>) {
        // A narrow screen needs every cell of its width.
        let margin = if screen.width < 100 { 0 } else { 4 };
        let width = screen.width.saturating_sub(margin).min(self.widest());
        let sheet = self.sheet(app, usize::from(width.saturating_sub(4)));
        let wanted = u16::try_from(sheet.len())
            .unwrap_or(u16::MAX)
            .saturating_add(2);
        // The first lines and the footer stay in sight.
        let height = wanted.min(screen.height.saturating_sub(4));
        let area = Rect {
            x: screen.x + (screen.width - width) / 2,
            y: screen.y + 2 + screen.height.saturating_sub(4 + height) / 2,
            width,
            height,
        };
        (area.intersection(screen), sheet)
    }

    /// The cells of its text.
    pub fn text_area(&self, app: &App) -> Rect {
        inside(self.page(app, app.screen()).0, app.screen())
    }

    /// The address of the web that it shows, as it stands there.
    pub fn address(&self) -> Option<&str> {
        if let Self::SignIn(window) = self {
            Some(window.address())
        } else {
            None
        }
    }

    /// True where the window lists what can be selected.
    pub const fn is_list(&self) -> bool {
        matches!(self, Self::History(_) | Self::BatchJobs(_))
    }

    /// How far it is from the selected row to the one in this cell; none without a row there.
    pub fn steps_to(&self, app: &App, cell: Position) -> Option<isize> {
        let (area, sheet) = self.page(app, app.screen());
        let inside = inside(area, app.screen());
        let first = self.scroll().at(sheet.len(), usize::from(inside.height));
        let line = first + usize::from(cell.y.checked_sub(inside.y)?);
        if !inside.contains(cell) {
            None
        } else if let Self::History(history) = self {
            history.steps_to(line)
        } else if let Self::BatchJobs(jobs) = self {
            jobs.steps_to(line)
        } else {
            None
        }
    }

    /// Moves within the window; `screen` is the size it was drawn at.
    pub fn go(&mut self, motion: Motion, app: &App, screen: Rect) {
        let (area, total) = {
            let (area, sheet) = self.page(app, screen);
            (area, sheet.len())
        };
        let height = usize::from(area.height.saturating_sub(2));
        match self {
            Self::Help(help) => help.scroll.on(motion, total, height),
            Self::Named(named) => named.scroll.on(motion, total, height),
            Self::Details(details) => details.scroll.on(motion, total, height),
            Self::History(history) => history.on(motion, height),
            Self::BatchJobs(jobs) => jobs.on(motion, height),
            Self::BatchJob(job) => job.scroll.on(motion, total, height),
            Self::Order(order) => order.scroll.on(motion, total, height),
            Self::Exception(exception) => exception.scroll.on(motion, total, height),
            Self::SignIn(window) => window.scroll.on(motion, total, height),
            Self::Place(place) => place.scroll.on(motion, total, height),
            Self::Product(product) => product.scroll.on(motion, total, height),
            Self::Form(form) => form.go(motion),
            Self::Palette(palette) => palette.on(motion, total),
            Self::Recurrence(editor) => editor.go(motion),
            Self::Confirm(_) | Self::Note(_) => {}
        }
    }

    /// All of its text, for a clipboard or a file: its name, and its name for a file.
    pub fn text(&self, app: &App) -> Handed {
        let title = self.title(app);
        let sheet = self.sheet(app, TEXT_CELLS);
        let rows = sheet.rows(0, sheet.len());
        Handed::new(app, &title, &rows)
    }

    /// Where this window is: the tab, the windows `behind` it, itself. Where there is no room for
    /// all of it the end stays.
    pub fn path(&self, app: &App, behind: &[Self], room: usize) -> String {
        let symbols = &app.theme().symbols;
        let own = self.title(app);
        let mut places = vec![app.tab().title().to_owned()];
        places.extend(behind.iter().map(|window| window.title(app)));
        let mut begin = "";
        while !places.is_empty() {
            let mut path: Vec<&str> = places.iter().map(String::as_str).collect();
            if !begin.is_empty() {
                path.insert(0, begin);
            }
            path.push(&own);
            let path = path.join(&format!(" {} ", symbols.into));
            if words::width(&path) <= room {
                return path;
            }
            places.remove(0);
            begin = symbols.ellipsis;
        }
        words::cut(&own, room, symbols.ellipsis)
    }

    /// Draws the window over what is there, and the windows `behind` it.
    pub fn draw(&self, app: &App, frame: &mut Frame<'_>, behind: &[Self]) {
        let theme = app.theme();
        let (area, sheet) = self.page(app, frame.area());
        let inside = inside(area, frame.area());
        let height = usize::from(inside.height);
        let first = self.scroll().0.min(sheet.len().saturating_sub(height));
        let title = self.path(app, behind, usize::from(area.width.saturating_sub(6)));
        let mut block = Block::bordered()
            .border_set(theme.symbols.window)
            .border_style(theme.style(Role::Accent))
            .title(Span::styled(format!(" {title} "), theme.style(Role::Title)));
        if sheet.len() > height {
            let below = sheet.len() - height - first;
            let text = if below == 0 {
                " end ".to_owned()
            } else {
                format!(
                    " {} ",
                    words::counted(below as u64, "more line", "more lines")
                )
            };
            block = block.title_bottom(Line::styled(text, theme.style(Role::Dim)).right_aligned());
        }
        frame.render_widget(Clear, area);
        frame.render_widget(block, area);
        frame.render_widget(Text::from(sheet.rows(first, height)), inside);
        match self {
            Self::Named(named) => named.draw_input(app, frame, inside),
            Self::Note(note) => note.draw_input(frame, inside),
            Self::Form(form) => form.draw_input(app, frame, inside),
            Self::Palette(palette) => palette.draw_input(frame, inside),
            Self::Recurrence(editor) => editor.draw_input(app, frame, inside),
            Self::Help(_)
            | Self::Confirm(_)
            | Self::Details(_)
            | Self::History(_)
            | Self::BatchJobs(_)
            | Self::BatchJob(_)
            | Self::Order(_)
            | Self::Exception(_)
            | Self::SignIn(_)
            | Self::Place(_)
            | Self::Product(_) => {}
        }
    }
}
