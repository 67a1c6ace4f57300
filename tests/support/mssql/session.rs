//! A session: it takes a batch apart into statements, runs what decides between them, keeps the
//! transaction, and hands the rest to Iridium.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use iridium_core::ast::{
    DmlStatement, Expr, IsolationLevel, ProceduralStatement, SessionStatement, Statement,
    TransactionStatement,
};
use iridium_core::types::Value as Datum;
use iridium_core::{
    QueryResult, RandomSeed as _, SessionId, SessionManager as _, SqlAnalyzer as _,
    StatementExecutor as _,
};

use super::Shared;
use super::answer::Answer;
use super::error::SqlError;
use super::parameters::Request;
use super::tracking::Change;
use super::{syntax, text};

/// What comes after a statement.
pub enum Flow {
    Next,
    Break,
    Continue,
    Return,
}

/// An open transaction.
pub struct Transaction {
    /// How often it was begun.
    depth: i32,
    /// Its number on the wire.
    descriptor: u64,
    /// True once Iridium has one for it: it copies the database there, so only when it must.
    pub real: bool,
    /// True once it has changed something.
    pub wrote: bool,
    /// What a SNAPSHOT transaction sees: the version, and how many commits there were.
    pub seen: Option<(i64, u64)>,
    /// What it changed in tracked tables.
    pub changes: Vec<Change>,
    /// How many changes there were at each savepoint.
    savepoints: Vec<(String, usize)>,
}

pub struct Session {
    pub shared: Arc<Shared>,
    pub number: u64,
    pub iridium: SessionId,
    pub isolation: IsolationLevel,
    pub open: Option<Transaction>,
    pub cancelled: Arc<AtomicBool>,
    /// `@@ROWCOUNT`.
    pub rows: i64,
    /// What a CATCH block handles.
    pub handling: Option<SqlError>,
    /// The tables named `CHANGETABLE n` in the batch.
    pub changes: Vec<(String, String)>,
}

impl Session {
    pub fn new(shared: Arc<Shared>, login: &str) -> Self {
        let iridium = shared.database.create_session();
        let database = shared.switches().database.clone();
        // Only names for SUSER_SNAME and DB_NAME: nothing depends on them.
        drop(shared.database.set_session_metadata(
            iridium,
            Some(login.to_owned()),
            None,
            None,
            Some(database),
        ));
        let number = shared.next_number();
        // Otherwise NEWID() begins with the same one in every session.
        drop(
            shared
                .database
                .set_session_seed(iridium, shared.seed ^ number),
        );
        Self {
            number,
            shared,
            iridium,
            isolation: IsolationLevel::ReadCommitted,
            open: None,
            cancelled: Arc::default(),
            rows: 0,
            handling: None,
            changes: Vec::new(),
        }
    }

    /// Answers a request. An error ends the batch.
    pub fn run(&mut self, request: Request) -> Answer {
        let (sql, mut answer) = match request {
            Request::Batch(sql) | Request::Transaction(sql) => (sql, Answer::new(false)),
            Request::Call(sql) => (sql, Answer::new(true)),
        };
        if let Err(error) = self.batch(&sql, &mut answer) {
            if error.dooms() || self.options().is_some_and(|options| options.xact_abort) {
                self.end_transaction(false, &mut answer);
            }
            answer.error(&error);
        }
        answer
    }

    fn batch(&mut self, sql: &str, answer: &mut Answer) -> Result<(), SqlError> {
        let prepared = text::prepare(sql, self.number)?;
        self.changes = prepared.changes;
        let statements = syntax::parse(&prepared.text)?;
        self.all(statements, answer).map(drop)
    }

    fn all(&mut self, statements: Vec<Statement>, answer: &mut Answer) -> Result<Flow, SqlError> {
        for statement in statements {
            if self.cancelled.load(Ordering::SeqCst) {
                return Err(SqlError::cancelled());
            }
            match self.statement(statement, answer)? {
                Flow::Next => {}
                other => return Ok(other),
            }
        }
        Ok(Flow::Next)
    }

    fn statement(&mut self, statement: Statement, answer: &mut Answer) -> Result<Flow, SqlError> {
        match statement {
            Statement::Procedural(ProceduralStatement::If(choice)) => {
                let body = if self.holds(&choice.condition)? {
                    Some(choice.then_body)
                } else {
                    choice.else_body
                };
                body.map_or(Ok(Flow::Next), |body| self.all(body, answer))
            }
            Statement::Procedural(ProceduralStatement::BeginEnd(body)) => self.all(body, answer),
            Statement::Procedural(ProceduralStatement::While(repeated)) => {
                while self.holds(&repeated.condition)? {
                    match self.all(repeated.body.clone(), answer)? {
                        Flow::Next | Flow::Continue => {}
                        Flow::Break => break,
                        Flow::Return => return Ok(Flow::Return),
                    }
                }
                Ok(Flow::Next)
            }
            Statement::Procedural(ProceduralStatement::Break) => Ok(Flow::Break),
            Statement::Procedural(ProceduralStatement::Continue) => Ok(Flow::Continue),
            Statement::Procedural(ProceduralStatement::Return(_)) => Ok(Flow::Return),
            Statement::Procedural(ProceduralStatement::TryCatch(tried)) => {
                let error = match self.all(tried.try_body, answer) {
                    Ok(flow) => return Ok(flow),
                    Err(error) if error.number == 0 => return Err(error),
                    Err(error) => error,
                };
                if error.dooms() {
                    self.end_transaction(false, answer);
                }
                let before = self.handling.replace(error);
                let outcome = self.all(tried.catch_body, answer);
                self.handling = before;
                outcome
            }
            Statement::Procedural(ProceduralStatement::Throw(thrown))
                if thrown.error_number.is_none() =>
            {
                Err(self.handling.clone().unwrap_or_else(|| {
                    SqlError::new(
                        10704,
                        "To rethrow an error, a THROW statement must be used inside a CATCH block.",
                    )
                }))
            }
            Statement::Procedural(ProceduralStatement::ExecProcedure(call)) => {
                self.procedure(call).map(|()| Flow::Next)
            }
            Statement::Transaction(transaction) => {
                self.transaction(transaction, answer).map(|()| Flow::Next)
            }
            Statement::Session(SessionStatement::SetTransactionIsolationLevel(level)) => {
                self.isolation = level;
                Ok(Flow::Next)
            }
            other => self.leaf(&other, answer).map(|()| Flow::Next),
        }
    }

    fn holds(&mut self, condition: &Expr) -> Result<bool, SqlError> {
        let choice = serde_json::json!({"Case": {
            "operand": null,
            "when_clauses": [{"condition": condition, "result": {"Integer": 1}}],
            "else_result": {"Integer": 0},
        }});
        let mut choice = choice;
        syntax::resolve(&mut choice, self)?;
        Ok(self.value(&choice)?.to_integer_i64() == Some(1))
    }

    /// The value of an expression, computed by Iridium.
    pub fn value(&mut self, expression: &serde_json::Value) -> Result<Datum, SqlError> {
        let statement = syntax::selecting(expression)?;
        let result = self.execute(statement)?;
        Ok(result
            .and_then(|result| result.rows.into_iter().next())
            .and_then(|row| row.into_iter().next())
            .unwrap_or(Datum::Null))
    }

    pub fn execute(&self, statement: Statement) -> Result<Option<QueryResult>, SqlError> {
        // Before a bare SELECT in a transaction Iridium takes the tables anew that it does not know
        // to be written, and with them what an alias, a trigger or a SNAPSHOT stood for.
        let statement = match (statement, self.in_transaction()) {
            (select @ Statement::Dml(DmlStatement::Select(_)), true) => {
                Statement::Procedural(ProceduralStatement::BeginEnd(vec![select]))
            }
            (other, _) => other,
        };
        self.shared
            .database
            .execute_session(self.iridium, statement)
            .map_err(SqlError::from)
    }

    /// Runs T-SQL of the bed's own.
    pub fn own(&self, sql: &str) -> Result<Vec<Vec<Datum>>, SqlError> {
        let mut rows = Vec::new();
        for statement in syntax::parse(sql)? {
            rows = self
                .execute(statement)?
                .map(|result| result.rows)
                .unwrap_or_default();
        }
        Ok(rows)
    }

    pub fn options(&self) -> Option<iridium_core::SessionOptions> {
        self.shared.database.session_options(self.iridium).ok()
    }

    /// How long the session waits for a lock; `None` for ever.
    pub fn lock_timeout(&self) -> Option<Duration> {
        self.shared.lock_timeout(self.number)
    }

    fn transaction(
        &mut self,
        asked: TransactionStatement,
        answer: &mut Answer,
    ) -> Result<(), SqlError> {
        match asked {
            TransactionStatement::Begin(_) => {
                if let Some(open) = &mut self.open {
                    open.depth += 1;
                    return Ok(());
                }
                let descriptor = self.shared.next_number();
                answer.transaction(8, descriptor);
                self.open = Some(Transaction {
                    depth: 1,
                    descriptor,
                    real: false,
                    wrote: false,
                    seen: None,
                    changes: Vec::new(),
                    savepoints: Vec::new(),
                });
                Ok(())
            }
            TransactionStatement::Commit(_) => {
                let Some(open) = &mut self.open else {
                    return Err(SqlError::new(
                        3902,
                        "The COMMIT TRANSACTION request has no corresponding BEGIN TRANSACTION.",
                    ));
                };
                open.depth -= 1;
                if open.depth == 0 {
                    self.end_transaction(true, answer);
                }
                Ok(())
            }
            TransactionStatement::Rollback(name) => {
                let Some(open) = &mut self.open else {
                    return Err(SqlError::new(
                        3903,
                        "The ROLLBACK TRANSACTION request has no corresponding BEGIN TRANSACTION.",
                    ));
                };
                let savepoint = name.as_ref().and_then(|name| {
                    open.savepoints
                        .iter()
                        .rposition(|(saved, _)| saved.eq_ignore_ascii_case(name))
                });
                let (Some(name), Some(at)) = (name, savepoint) else {
                    self.end_transaction(false, answer);
                    return Ok(());
                };
                open.changes.truncate(open.savepoints[at].1);
                open.savepoints.truncate(at + 1);
                self.own(&format!("ROLLBACK TRANSACTION {name}")).map(drop)
            }
            TransactionStatement::Save(name) => {
                self.begin_writing()?;
                self.own(&format!("SAVE TRANSACTION {name}"))?;
                if let Some(open) = &mut self.open {
                    let changes = open.changes.len();
                    open.savepoints.push((name, changes));
                }
                Ok(())
            }
        }
    }

    /// Ends the open transaction, if there is one.
    pub fn end_transaction(&mut self, commit: bool, answer: &mut Answer) {
        let Some(open) = self.open.take() else {
            return;
        };
        if open.real {
            // Iridium puts its whole copy back at a commit: only what wrote may do that.
            let ended = if commit && open.wrote {
                self.commit(open.changes)
            } else {
                self.undo("ROLLBACK")
            };
            if let Err(error) = ended {
                answer.error(&error);
            }
        }
        self.shared.locks.end_transaction(self.number);
        answer.transaction(if commit { 9 } else { 10 }, open.descriptor);
    }

    /// Undoes in Iridium, unless it has done so itself, as it does under `XACT_ABORT`.
    pub fn undo(&self, sql: &str) -> Result<(), SqlError> {
        if self.in_transaction() {
            self.own(sql)?;
        }
        Ok(())
    }

    fn in_transaction(&self) -> bool {
        self.shared
            .database
            .transaction_is_active(self.iridium)
            .unwrap_or_default()
    }

    /// Commits in Iridium and counts the version, with nobody in between.
    pub fn commit(&self, changes: Vec<Change>) -> Result<(), SqlError> {
        self.shared.in_order(|| {
            self.own("COMMIT")?;
            self.shared.committed(changes);
            Ok(())
        })
    }

    /// The connection is gone.
    pub fn end(mut self) {
        self.end_transaction(false, &mut Answer::new(false));
        self.shared.locks.end_session(self.number);
        // It may be the last thing of a server that is going down.
        drop(self.shared.database.close_session(self.iridium));
    }

    /// `@@TRANCOUNT`.
    pub fn depth(&self) -> i32 {
        self.open.as_ref().map_or(0, |open| open.depth)
    }
}
