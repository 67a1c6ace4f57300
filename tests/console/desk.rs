//! A console at which a test sits: a scripted engine, keys that come through a channel, a screen
//! that can be read.

use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use crate::scenes::{self, Look, key_event, setting, text_of};
use async_trait::async_trait;
use axcs::console::ExitReason;
use axcs::console::app::{App, Change};
use axcs::console::doors::Doors;
use axcs::console::engine::Engine;
use axcs::console::log_file::Shelf;
use axcs::console::office::Office;
use axcs::console::products::Products;
use axcs::console::run::Console;
use axcs::console::terminal::{RealScreen, Screen};
use axcs::jobs::RunOptions;
use axcs::jobs::administration::{Choices, NewParameters, Waiting};
use axcs::jobs::correction::{Corrected, Correction};
use axcs::jobs::runner::Place;
use axcs::jobs::selection::{Matching, NewRule, Review, RowPage};
use axcs::logging::Ring;
use axcs::model::account::{AccountStep, AccountView, Migration, Operation};
use axcs::model::administration::{AuditEntry, Parameters};
use axcs::model::ax_batch::{AxBatchJob, AxBatchRun};
use axcs::model::check::Finding;
use axcs::model::checklist::{Checklist, ChecklistKind, Line};
use axcs::model::exception::{ExceptionEntry, ExceptionFilter};
use axcs::model::products::{CategoryTree, GroupCount, ItemFilter, ItemQuery};
use axcs::model::run::{JobOverview, LiveRuns, RunSummary};
use axcs::model::schedule::{Replan, Timetable};
use axcs::model::staged::{OrderCounts, OrderFilter, OrderRow, StagedOrder};
use axcs::model::{Exception, Job, JobStatus, RunId};
use axcs::model::{Rule, Selection};
use axcs::signals::Signal;
use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};
use futures_util::stream::{self, BoxStream, StreamExt as _};
use ratatui::Terminal;
use ratatui::backend::{CrosstermBackend, TestBackend};
use tokio::sync::{mpsc, watch};

/// What was asked of the engine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asked {
    Start(Job, RunOptions),
    Cancel(Job),
    Change(Change),
    Runs(Job),
    BatchJobs,
    BatchHistory(i64),
    Orders(OrderFilter),
    Order(String),
    Exceptions(ExceptionFilter),
    Retry(ExceptionFilter),
    Propose(ExceptionFilter),
    Correct(Vec<String>),
    Resolve(ExceptionFilter, String),
    Take(Replan),
}

impl Asked {
    /// True for what only reads: most tests do not ask how often.
    fn only_reads_records(&self) -> bool {
        matches!(self, Self::Orders(_) | Self::Order(_) | Self::Exceptions(_))
    }
}

/// An administration that answers from the scenes.
pub struct ScriptedOffice;

fn nobody<T>() -> Result<T, Exception> {
    Err(Exception::new("Nobody is there.", "", ""))
}

#[async_trait]
impl Office for ScriptedOffice {
    async fn account(&self) -> Result<AccountView, Exception> {
        Ok(scenes::office::view())
    }
    async fn checks(&self) -> Vec<Finding> {
        scenes::office::findings()
    }
    async fn step(&self, step: AccountStep) -> Result<String, Exception> {
        Ok(format!("{step:?} is done."))
    }
    async fn begin_sign_in(&self) -> Result<Waiting, Exception> {
        Ok(scenes::office::waiting())
    }
    async fn wait_for_sign_in(&self, _: &Waiting) -> Result<String, Exception> {
        Ok("This machine is signed in by ann@contoso.com.".to_owned())
    }
    async fn checklist(&self, kind: ChecklistKind) -> Result<Vec<Line>, Exception> {
        Checklist::read(kind).map(|list| list.evaluate(&scenes::office::facts()))
    }
    async fn tick(&self, _: ChecklistKind, _: &str, _: bool) -> Result<(), Exception> {
        Ok(())
    }
    async fn migrate(&self, _: Migration) -> Result<Operation, Exception> {
        nobody()
    }
    async fn parameters(&self) -> Result<(Parameters, Choices), Exception> {
        Ok((scenes::office::parameters(), scenes::office::choices()))
    }
    async fn set_parameters(&self, _: NewParameters) -> Result<(), Exception> {
        nobody()
    }
    async fn set_operation_log(&self, _: Option<(String, u32)>) -> Result<(), Exception> {
        Ok(())
    }
    async fn audit(&self, _: usize) -> Result<Vec<AuditEntry>, Exception> {
        Ok(scenes::office::audit())
    }
}

/// Products that are those of the scenes.
pub struct ScriptedProducts;

#[async_trait]
impl Products for ScriptedProducts {
    async fn selection(&self) -> Result<Selection, Exception> {
        Ok(scenes::products::selection())
    }
    async fn page(&self, query: &ItemQuery, rules: &[Rule]) -> Result<RowPage, Exception> {
        Ok(scenes::products::page(query, rules))
    }
    async fn tree(&self) -> Result<CategoryTree, Exception> {
        Ok(scenes::products::tree())
    }
    async fn groups(&self) -> Result<Vec<GroupCount>, Exception> {
        Ok(scenes::products::groups())
    }
    async fn matching(&self, filter: &ItemFilter) -> Result<Matching, Exception> {
        Ok(scenes::products::matching(filter))
    }
    async fn rule(&self, new: NewRule) -> Result<Rule, Exception> {
        scenes::products::rule(&new)
    }
    async fn review(&self, in_force: &Selection, draft: &Selection) -> Result<Review, Exception> {
        Ok(scenes::products::review(in_force, draft))
    }
    async fn apply(&self, draft: Selection) -> Result<Option<Selection>, Exception> {
        let revision = draft.revision + 1;
        Ok(Some(Selection { revision, ..draft }))
    }
}

/// An engine whose runs go as far as the test says.
pub struct Scripted {
    pub live: watch::Sender<LiveRuns>,
    pub overview: Mutex<Vec<JobOverview>>,
    pub asked: Mutex<Vec<Asked>>,
    pub refuse: Option<Exception>,
    /// What it proposes to correct.
    pub correction: Correction,
    /// Whole pages of orders that it has, beyond those of the scenes, for who asks for a thousand.
    pub pages: AtomicUsize,
}

impl Scripted {
    pub fn new() -> Self {
        Self {
            live: watch::Sender::new(scenes::live(Vec::new())),
            overview: Mutex::new(scenes::overview()),
            asked: Mutex::default(),
            refuse: None,
            correction: scenes::correction::of(45),
            pages: AtomicUsize::new(0),
        }
    }

    /// What was asked since the last time, but for what only reads orders and exceptions.
    pub fn asked(&self) -> Vec<Asked> {
        let mut asked = self.asked_in_all();
        asked.retain(|asked| !asked.only_reads_records());
        asked
    }

    /// Everything that was asked since the last time.
    pub fn asked_in_all(&self) -> Vec<Asked> {
        std::mem::take(&mut self.asked.lock().unwrap())
    }

    fn note(&self, asked: Asked) {
        self.asked.lock().unwrap().push(asked);
    }

    /// Does to the overview what the ledger does, as far as these tests see it.
    fn change(&self, change: Change) -> Result<Vec<Job>, Exception> {
        self.note(Asked::Change(change));
        if let Some(exception) = &self.refuse {
            return Err(exception.clone());
        }
        let mut changed = Vec::new();
        for job in &mut *self.overview.lock().unwrap() {
            let is_withheld = job.status == JobStatus::Withhold;
            let to = match change {
                Change::Withhold(one) if one == job.job => JobStatus::Withhold,
                Change::Resume(one) if one == job.job => JobStatus::Waiting,
                Change::SuspendAll if !is_withheld => JobStatus::Withhold,
                Change::ResumeAll if is_withheld => JobStatus::Waiting,
                Change::Withhold(_)
                | Change::Resume(_)
                | Change::SuspendAll
                | Change::ResumeAll => {
                    continue;
                }
            };
            job.status = to;
            job.reason = if to == JobStatus::Withhold {
                format!("withheld by {}", scenes::OWNER)
            } else {
                String::new()
            };
            changed.push(job.job);
        }
        Ok(changed)
    }

    pub fn is_executing(&self, job: Job) -> bool {
        self.live
            .borrow()
            .executing
            .iter()
            .any(|run| run.job == job)
    }
}

#[async_trait]
impl Engine for Scripted {
    fn place(&self) -> Place {
        scenes::place()
    }

    fn owner(&self) -> String {
        scenes::OWNER.to_owned()
    }

    fn live(&self) -> watch::Receiver<LiveRuns> {
        self.live.subscribe()
    }

    async fn overview(&self) -> Result<Vec<JobOverview>, Exception> {
        Ok(self.overview.lock().unwrap().clone())
    }

    async fn runs(&self, job: Job, _limit: usize) -> Result<Vec<RunSummary>, Exception> {
        self.note(Asked::Runs(job));
        Ok(scenes::history())
    }

    async fn batch_jobs(&self) -> Result<Vec<AxBatchJob>, Exception> {
        self.note(Asked::BatchJobs);
        Ok(scenes::batch::jobs())
    }

    async fn batch_history(&self, job: i64, _limit: usize) -> Result<Vec<AxBatchRun>, Exception> {
        self.note(Asked::BatchHistory(job));
        Ok(scenes::batch::history())
    }

    async fn start(&self, job: Job, options: RunOptions) -> Result<RunId, Exception> {
        self.note(Asked::Start(job, options));
        if let Some(exception) = &self.refuse {
            return Err(exception.clone());
        }
        self.live.send_modify(|live| {
            live.executing.push(axcs::model::Progress {
                job,
                ..scenes::complete_run(40)
            });
        });
        Ok(RunId(117))
    }

    async fn timetable(&self, job: Job) -> Result<Timetable, Exception> {
        Ok(scenes::starts::timetable(job))
    }

    async fn take(&self, replan: &Replan) -> Result<(), Exception> {
        self.note(Asked::Take(replan.clone()));
        self.refuse.clone().map_or(Ok(()), Err)
    }

    async fn orders(&self, filter: OrderFilter) -> Result<Vec<OrderRow>, Exception> {
        let mut rows = scenes::orders::read(&filter).rows;
        let left = self.pages.load(Ordering::Relaxed);
        if filter.limit == 1_000 && left > 0 {
            self.pages.store(left - 1, Ordering::Relaxed);
            rows = rows.into_iter().cycle().take(1_000).collect();
        }
        self.note(Asked::Orders(filter));
        Ok(rows)
    }

    async fn order_counts(&self) -> Result<OrderCounts, Exception> {
        Ok(scenes::orders::all().counts)
    }

    async fn order(&self, id: &str) -> Result<Option<StagedOrder>, Exception> {
        self.note(Asked::Order(id.to_owned()));
        Ok(scenes::orders::order(id))
    }

    async fn exceptions(&self, filter: &ExceptionFilter) -> Result<Vec<ExceptionEntry>, Exception> {
        self.note(Asked::Exceptions(filter.clone()));
        Ok(scenes::exceptions::read(filter).entries)
    }

    async fn exception_count(&self, filter: &ExceptionFilter) -> Result<u64, Exception> {
        Ok(scenes::exceptions::count(filter))
    }

    async fn retry(&self, filter: &ExceptionFilter) -> Result<u64, Exception> {
        self.note(Asked::Retry(filter.clone()));
        match &self.refuse {
            Some(exception) => Err(exception.clone()),
            None => Ok(scenes::exceptions::count(filter)),
        }
    }

    async fn propose_correction(&self, filter: &ExceptionFilter) -> Result<Correction, Exception> {
        self.note(Asked::Propose(filter.clone()));
        Ok(self.correction.clone())
    }

    async fn correct(&self, _: &Correction, orders: &[String]) -> Result<Corrected, Exception> {
        self.note(Asked::Correct(orders.to_vec()));
        if let Some(exception) = &self.refuse {
            return Err(exception.clone());
        }
        Ok(scenes::correction::corrected(orders))
    }

    async fn resolve(&self, filter: &ExceptionFilter, note: &str) -> Result<u64, Exception> {
        self.note(Asked::Resolve(filter.clone(), note.to_owned()));
        Ok(scenes::exceptions::count(filter))
    }

    async fn cancel(&self, job: Job) -> Result<bool, Exception> {
        self.note(Asked::Cancel(job));
        let was_executing = self.is_executing(job);
        self.live.send_modify(|live| {
            live.executing.retain(|run| run.job != job);
            live.changes += u64::from(was_executing);
        });
        Ok(was_executing)
    }

    async fn withhold(&self, job: Job) -> Result<(), Exception> {
        self.change(Change::Withhold(job)).map(|_| ())
    }

    async fn resume(&self, job: Job) -> Result<(), Exception> {
        self.change(Change::Resume(job)).map(|_| ())
    }

    async fn suspend_all(&self) -> Result<Vec<Job>, Exception> {
        self.change(Change::SuspendAll)
    }

    async fn resume_all(&self) -> Result<Vec<Job>, Exception> {
        self.change(Change::ResumeAll)
    }
}

pub type Running<S> = Console<S, BoxStream<'static, io::Result<Event>>, BoxStream<'static, Signal>>;

pub struct Desk<S> {
    /// It is large.
    pub console: Box<Running<S>>,
    pub engine: Arc<Scripted>,
    pub ring: Ring,
    pub keys: mpsc::Sender<io::Result<Event>>,
    pub signals: mpsc::Sender<Signal>,
}

impl<S: Screen> Desk<S> {
    pub async fn open(engine: Scripted, screen: S, read_only: bool) -> Self {
        let setting = axcs::console::app::Setting {
            read_only,
            ..setting((80, 24), Look::DARK)
        };
        // What a console is made of is large: tests that wait for one stay small.
        Box::pin(Self::open_with(engine, screen, setting)).await
    }

    async fn open_with(engine: Scripted, screen: S, setting: axcs::console::app::Setting) -> Self {
        let engine = Arc::new(engine);
        let ring = Ring::new(1_000);
        let (keys, input) = mpsc::channel(1_000);
        let (signals, signalled) = mpsc::channel(10);
        let log = setting.log_file.clone();
        let beside = log
            .as_ref()
            .and_then(|log| log.parent())
            .map(Path::to_owned);
        let shelf = Shelf::new(log, beside.unwrap_or_default());
        let app = App::new(setting);
        let input = stream::unfold(input, async |mut input| Some((input.recv().await?, input)));
        let signalled = stream::unfold(signalled, async |mut signalled| {
            Some((signalled.recv().await?, signalled))
        });
        let console = Console::new(
            app,
            Doors {
                engine: Arc::clone(&engine) as Arc<dyn Engine>,
                office: Arc::new(ScriptedOffice) as Arc<dyn Office>,
                products: Arc::new(ScriptedProducts) as Arc<dyn Products>,
                shelf,
                looks: None,
            },
            ring.clone(),
            screen,
            input.boxed(),
            signalled.boxed(),
        )
        .with_clock(scenes::now);
        let mut desk = Self {
            console: Box::new(console),
            engine,
            ring,
            keys,
            signals,
        };
        assert_eq!(desk.settle().await, None);
        desk
    }

    /// Lets the console run until it waits for something new, or is left.
    pub async fn settle(&mut self) -> Option<ExitReason> {
        loop {
            let all_read = self.keys.capacity() == self.keys.max_capacity()
                && self.signals.capacity() == self.signals.max_capacity();
            if all_read && self.console.is_idle() {
                return None;
            }
            if let Some(reason) = self.console.step().await.unwrap() {
                return Some(reason);
            }
        }
    }

    /// Waits for the next thing that happens, be it a second that passes.
    pub async fn step(&mut self) {
        assert_eq!(self.console.step().await.unwrap(), None);
    }

    /// Types a text, blanks included.
    pub async fn write(&mut self, text: &str) {
        for character in text.chars() {
            let key = KeyEvent::new(KeyCode::Char(character), KeyModifiers::NONE);
            self.keys.send(Ok(Event::Key(key))).await.unwrap();
        }
        assert_eq!(self.settle().await, None);
    }

    pub async fn press(&mut self, keys: &str) -> Option<ExitReason> {
        for key in keys.split(' ') {
            self.keys
                .send(Ok(Event::Key(key_event(key))))
                .await
                .unwrap();
        }
        self.settle().await
    }
}

/// Everything written to a terminal, readable while the console owns the writing end.
#[derive(Clone, Debug, Default)]
pub struct Written(pub Arc<Mutex<Vec<u8>>>);

impl Written {
    pub fn len(&self) -> usize {
        self.0.lock().unwrap().len()
    }

    /// A terminal of 80 columns and 24 rows that writes here.
    pub fn terminal(&self) -> RealScreen<Self> {
        let viewport = ratatui::Viewport::Fixed(ratatui::layout::Rect::new(0, 0, 80, 24));
        let options = ratatui::TerminalOptions { viewport };
        let terminal = Terminal::with_options(CrosstermBackend::new(self.clone()), options);
        RealScreen::new(terminal.unwrap())
    }
}

impl io::Write for Written {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

pub type TestDesk = Desk<Terminal<TestBackend>>;

pub async fn desk_with(engine: Scripted) -> TestDesk {
    let screen = Terminal::new(TestBackend::new(80, 24)).unwrap();
    Box::pin(Desk::open(engine, screen, false)).await
}

/// A console whose log file is this one.
pub async fn desk_over_log(path: std::path::PathBuf) -> TestDesk {
    let screen = Terminal::new(TestBackend::new(80, 24)).unwrap();
    let setting = axcs::console::app::Setting {
        log_file: Some(path),
        ..setting((80, 24), Look::DARK)
    };
    Box::pin(Desk::open_with(Scripted::new(), screen, setting)).await
}

/// With the first job selected.
pub async fn desk() -> TestDesk {
    let mut desk = desk_with(Scripted::new()).await;
    desk.press("g").await;
    desk
}

impl TestDesk {
    pub fn text(&self) -> String {
        text_of(self.console.screen().backend().buffer())
    }

    pub fn assert_shows(&self, words: &str) {
        let text = self.text();
        assert!(text.contains(words), "{words:?} is not on\n{text}");
    }
}
