//! Statements that read or write: locks and the copy of the database they need, the rows they
//! change, keys that must stay unique, changes that are tracked.

use iridium_core::QueryResult;
use iridium_core::ast::{
    DmlStatement, IsolationLevel, OutputColumn, OutputSource, ProceduralStatement, SessionOption,
    SessionOptionValue, SessionStatement, Statement, TopSpec,
};
use iridium_core::types::{DataType, Value as Datum};

use super::answer::Answer;
use super::error::SqlError;
use super::schema::{self, Schema, Unique};
use super::session::Session;
use super::text::plain;
use super::tracking::{Change, Operation};
use super::{syntax, views};

impl Session {
    pub fn leaf(&mut self, statement: &Statement, answer: &mut Answer) -> Result<(), SqlError> {
        // Iridium sets no option while a transaction is open.
        if let Statement::Procedural(ProceduralStatement::SetOption(set))
        | Statement::Session(SessionStatement::SetOption(set)) = statement
            && set.option == SessionOption::LockTimeout
            && let SessionOptionValue::Int(milliseconds) = set.value
        {
            self.shared.set_lock_timeout(self.number, milliseconds);
            return Ok(());
        }
        let writes = writes(statement);
        let counts = syntax::counts(statement);
        let (statement, parts) = self.whole_columns(statement)?;
        let statement = self.resolved(&statement)?;
        if writes {
            return self.write(statement, answer);
        }
        self.read_moment(&statement)?;
        let assigns = matches!(
            statement,
            Statement::Dml(DmlStatement::SelectAssign(_))
                | Statement::Procedural(ProceduralStatement::Set(_))
        );
        let result = self.execute(statement)?;
        if let Some(mut result) = result.filter(|result| !result.columns.is_empty()) {
            narrow(&mut result, &counts);
            for part in parts {
                part.cut(&mut result);
            }
            self.rows = result.rows.len() as i64;
            answer.rows(&result);
        } else if assigns {
            self.rows = 1;
        }
        Ok(())
    }

    fn resolved(&mut self, statement: &Statement) -> Result<Statement, SqlError> {
        let mut tree = serde_json::to_value(statement).unwrap_or_default();
        // A view, a trigger or a routine is resolved by nobody: it runs inside Iridium.
        syntax::resolve(&mut tree, self)?;
        syntax::statement(tree)
    }

    /// The first reading of a SNAPSHOT transaction fixes what it sees.
    fn read_moment(&mut self, statement: &Statement) -> Result<(), SqlError> {
        let reads = matches!(statement, Statement::Dml(_) | Statement::WithCte(_));
        if !reads
            || self.isolation == IsolationLevel::ReadCommitted
            || self.isolation == IsolationLevel::ReadUncommitted
        {
            return Ok(());
        }
        if self.isolation != IsolationLevel::Snapshot {
            // What another session must not change under this one is the whole database here.
            return if self.open.is_some() {
                self.begin_writing()
            } else {
                Ok(())
            };
        }
        let database = self.shared.switches().database.clone();
        if !self.shared.switches().snapshot {
            return Err(SqlError::new(
                3952,
                format!(
                    "Snapshot isolation transaction failed accessing database '{database}' because \
                     snapshot isolation is not allowed in this database. Use ALTER DATABASE to allow \
                     snapshot isolation."
                ),
            ));
        }
        if self.open.as_ref().is_some_and(|open| !open.real) {
            let seen = self.shared.in_order(|| {
                self.own("BEGIN TRANSACTION")?;
                Ok((self.shared.tracking().version, self.shared.commits()))
            })?;
            if let Some(open) = &mut self.open {
                open.real = true;
                open.seen = Some(seen);
            }
        }
        Ok(())
    }

    /// Takes the writer lock, and Iridium's own transaction inside an open one.
    pub fn begin_writing(&mut self) -> Result<(), SqlError> {
        let timeout = self.lock_timeout();
        self.shared
            .locks
            .write(self.number, timeout, &self.cancelled)?;
        let Some(open) = &mut self.open else {
            return Ok(());
        };
        if let Some((_, commits)) = open.seen
            && !open.wrote
            && commits != self.shared.commits()
        {
            return Err(SqlError::new(
                3960,
                "Snapshot isolation transaction aborted due to update conflict. Retry the transaction \
                 or change the isolation level for the update/delete statement.",
            ));
        }
        open.wrote = true;
        if !open.real {
            open.real = true;
            self.own("BEGIN TRANSACTION")?;
        }
        Ok(())
    }

    fn write(&mut self, statement: Statement, answer: &mut Answer) -> Result<(), SqlError> {
        self.begin_writing()?;
        let alone = self.open.is_none();
        let survives = !alone && !self.options().is_some_and(|options| options.xact_abort);
        if alone {
            self.own("BEGIN TRANSACTION")?;
        } else if survives {
            self.own("SAVE TRANSACTION bed_statement")?;
        }
        let outcome = self.change(statement);
        match (&outcome, &mut self.open) {
            (Ok(changed), Some(open)) => open.changes.extend(changed.tracked.iter().cloned()),
            (Ok(changed), None) => {
                self.commit(changed.tracked.clone())?;
            }
            (Err(_), Some(_)) if survives => self.undo("ROLLBACK TRANSACTION bed_statement")?,
            (Err(_), Some(_)) => {}
            (Err(_), None) => self.undo("ROLLBACK")?,
        }
        if alone {
            self.shared.locks.end_transaction(self.number);
        }
        let changed = outcome?;
        if let Some(rows) = changed.rows {
            self.rows = rows as i64;
        }
        match changed.output {
            Some(output) => answer.rows(&output),
            None if self.options().is_some_and(|options| options.nocount) => {}
            None => {
                if let Some(rows) = changed.rows {
                    answer.count(rows);
                }
            }
        }
        Ok(())
    }

    fn change(&mut self, statement: Statement) -> Result<Changed, SqlError> {
        match statement {
            Statement::Dml(
                dml @ (DmlStatement::Insert(_) | DmlStatement::Update(_) | DmlStatement::Delete(_)),
            ) => self.change_rows(dml, &|dml| Statement::Dml(dml)),
            Statement::WithCte(mut with) => match *with.body {
                Statement::Dml(
                    dml @ (DmlStatement::Insert(_)
                    | DmlStatement::Update(_)
                    | DmlStatement::Delete(_)),
                ) => {
                    *with.body = Statement::Procedural(ProceduralStatement::Break);
                    self.change_rows(dml, &|dml| {
                        let mut with = with.clone();
                        with.body = Box::new(Statement::Dml(dml));
                        Statement::WithCte(with)
                    })
                }
                _ => Err(SqlError::bed("this statement after WITH")),
            },
            Statement::Dml(DmlStatement::Merge(merge)) => {
                let target = merge
                    .target
                    .name_as_object()
                    .map(|name| name.name.to_uppercase());
                if target.is_some_and(|target| self.shared.tracking().table(&target).is_some()) {
                    return Err(SqlError::bed("MERGE into a tracked table"));
                }
                self.execute(Statement::Dml(DmlStatement::Merge(merge)))?;
                Ok(Changed::default())
            }
            other => {
                let note = Schema::note(&other);
                self.execute(schema::widened(other))?;
                self.shared
                    .schema()
                    .apply(note, &mut self.shared.tracking());
                Ok(Changed::default())
            }
        }
    }

    /// Runs a statement that changes rows so that it tells which.
    fn change_rows(
        &mut self,
        mut dml: DmlStatement,
        whole: &dyn Fn(DmlStatement) -> Statement,
    ) -> Result<Changed, SqlError> {
        let (target, output, into, top, sources) = match &mut dml {
            DmlStatement::Insert(insert) => (
                insert.table.clone(),
                &mut insert.output,
                insert.output_into.take(),
                None,
                vec![OutputSource::Inserted],
            ),
            DmlStatement::Update(update) => {
                let target = target(update.from.as_ref(), &update.table);
                let sources = vec![OutputSource::Deleted, OutputSource::Inserted];
                (
                    target,
                    &mut update.output,
                    update.output_into.take(),
                    update.top.take(),
                    sources,
                )
            }
            DmlStatement::Delete(delete) => {
                let target = target(delete.from.as_ref(), &delete.table);
                (
                    target,
                    &mut delete.output,
                    delete.output_into.take(),
                    delete.top.take(),
                    vec![OutputSource::Deleted],
                )
            }
            _ => return Err(SqlError::bed("this statement")),
        };
        let table = plain(&match &target.schema {
            Some(schema) => format!("{schema}.{}", target.name),
            None => target.name.clone(),
        });
        let asked = output.is_some();
        let columns = output.get_or_insert_default();
        columns.extend(sources.iter().map(|&source| OutputColumn {
            source,
            column: "*".to_owned(),
            alias: None,
            is_wildcard: true,
        }));
        // Iridium overlooks TOP where rows are changed, but not SET ROWCOUNT.
        if let Some(TopSpec { value }) = top {
            let tree = serde_json::to_value(&value).unwrap_or_default();
            let most = self.value(&tree)?.to_integer_i64().unwrap_or_default();
            self.own(&format!("SET ROWCOUNT {most}"))?;
        }
        let result = self.execute(whole(dml));
        self.own("SET ROWCOUNT 0")?;
        let mut result = result?.unwrap_or_default();
        let width = self.width(&table, &result, &sources);
        let own = result.columns.len() - width * sources.len();
        let tracked = self.tracked(&table, &result, own, width, &sources);
        let rows = result.rows.len();
        if sources
            .last()
            .is_some_and(|last| matches!(last, OutputSource::Inserted))
        {
            self.check_texts(&table, &result, result.columns.len() - width)?;
        }
        cut(&mut result, own);
        self.check_unique(&table)?;
        if let Some(into) = into {
            let into = into.name;
            for row in &result.rows {
                let values: Vec<_> = row.iter().map(views::datum).collect();
                self.own(&format!(
                    "INSERT INTO {into} VALUES ({})",
                    values.join(", ")
                ))?;
            }
        } else if asked {
            return Ok(Changed {
                rows: Some(rows),
                tracked,
                output: Some(result),
            });
        }
        Ok(Changed {
            rows: Some(rows),
            tracked,
            output: None,
        })
    }

    fn width(&self, table: &str, result: &QueryResult, sources: &[OutputSource]) -> usize {
        self.shared
            .schema()
            .table(table)
            .map_or(result.columns.len() / sources.len(), |known| {
                known.columns.len()
            })
            .min(result.columns.len() / sources.len())
    }

    fn tracked(
        &self,
        table: &str,
        result: &QueryResult,
        own: usize,
        width: usize,
        sources: &[OutputSource],
    ) -> Vec<Change> {
        if self.shared.tracking().table(table).is_none() {
            return Vec::new();
        }
        let schema = self.shared.schema();
        let Some(known) = schema.table(table) else {
            return Vec::new();
        };
        let places = known.key_places();
        let key = |row: &[Datum], part: usize| -> Vec<Datum> {
            places
                .iter()
                .map(|at| row[own + part * width + at].clone())
                .collect()
        };
        let change = |operation, key| Change {
            table: table.to_owned(),
            key,
            operation,
        };
        let mut changes = Vec::new();
        for row in &result.rows {
            match sources {
                [OutputSource::Inserted] => changes.push(change(Operation::Insert, key(row, 0))),
                [OutputSource::Deleted] => changes.push(change(Operation::Delete, key(row, 0))),
                _ if key(row, 0) == key(row, 1) => {
                    changes.push(change(Operation::Update, key(row, 0)))
                }
                // Another key is another row.
                _ => {
                    changes.push(change(Operation::Delete, key(row, 0)));
                    changes.push(change(Operation::Insert, key(row, 1)));
                }
            }
        }
        changes
    }

    fn check_texts(&self, table: &str, result: &QueryResult, from: usize) -> Result<(), SqlError> {
        let schema = self.shared.schema();
        let Some(known) = schema.table(table) else {
            return Ok(());
        };
        for row in &result.rows {
            let wrong = known
                .columns
                .iter()
                .zip(&row[from..])
                .find(|(column, value)| !column.fits(value));
            if let Some((column, _)) = wrong {
                return Err(SqlError::new(
                    8152,
                    format!(
                        "String or binary data would be truncated in column '{}'.",
                        column.name
                    ),
                ));
            }
        }
        Ok(())
    }

    /// Iridium keeps only keys of one column unique.
    pub fn check_unique(&mut self, table: &str) -> Result<(), SqlError> {
        let uniques: Vec<Unique> = self
            .shared
            .schema()
            .table(table)
            .map(|known| known.uniques.clone())
            .unwrap_or_default();
        for unique in uniques {
            let columns = unique.columns.join(", ");
            let filter = if unique.filter.is_empty() {
                String::new()
            } else {
                format!("WHERE {}", unique.filter)
            };
            let twice = self.own(&format!(
                "SELECT TOP (1) {columns} FROM {table} {filter} GROUP BY {columns} HAVING COUNT(*) > 1"
            ))?;
            let Some(row) = twice.first() else {
                continue;
            };
            let values: Vec<_> = row.iter().map(Datum::to_string_value).collect();
            return Err(unique.violated(table, &values.join(", ")));
        }
        Ok(())
    }
}

/// The table that a statement changes, where it names it by an alias.
fn target(
    from: Option<&iridium_core::ast::FromClause>,
    named: &iridium_core::ast::ObjectName,
) -> iridium_core::ast::ObjectName {
    let tables = from.into_iter().flat_map(|from| {
        from.tables
            .iter()
            .chain(from.joins.iter().map(|join| &join.table))
    });
    tables
        .filter(|table| {
            table
                .alias
                .as_ref()
                .is_some_and(|alias| alias.eq_ignore_ascii_case(&named.name))
        })
        .find_map(|table| table.name_as_object().cloned())
        .unwrap_or_else(|| named.clone())
}

/// What a statement did.
#[derive(Default)]
pub struct Changed {
    rows: Option<usize>,
    tracked: Vec<Change>,
    output: Option<QueryResult>,
}

fn narrow(result: &mut QueryResult, columns: &[usize]) {
    for &at in columns.iter().filter(|at| **at < result.columns.len()) {
        result.column_types[at] = DataType::Int;
        for row in &mut result.rows {
            if let Datum::BigInt(number) = row[at] {
                row[at] = Datum::Int(number as i32);
            }
        }
    }
}

fn cut(result: &mut QueryResult, columns: usize) {
    result.columns.truncate(columns);
    result.column_types.truncate(columns);
    result.column_nullabilities.truncate(columns);
    for row in &mut result.rows {
        row.truncate(columns);
    }
    for name in &mut result.columns {
        // `inserted.ID` is called `ID`.
        if let Some((_, column)) = name.split_once('.') {
            *name = column.to_owned();
        }
    }
}

fn writes(statement: &Statement) -> bool {
    match statement {
        Statement::Dml(dml) => match dml {
            DmlStatement::Select(select) => select.into_table.is_some(),
            DmlStatement::SetOp(_) | DmlStatement::SelectAssign(_) => false,
            DmlStatement::Insert(_)
            | DmlStatement::Update(_)
            | DmlStatement::Delete(_)
            | DmlStatement::Merge(_)
            | DmlStatement::BulkInsert(_)
            | DmlStatement::InsertBulk(_) => true,
        },
        Statement::WithCte(with) => writes(&with.body),
        Statement::Ddl(_) => true,
        Statement::Procedural(procedural) => !matches!(
            procedural,
            ProceduralStatement::Declare(_)
                | ProceduralStatement::Set(_)
                | ProceduralStatement::SetOption(_)
                | ProceduralStatement::Print(_)
                | ProceduralStatement::Raiserror(_)
                | ProceduralStatement::Throw(_)
        ),
        Statement::Transaction(_) | Statement::Cursor(_) | Statement::Session(_) => false,
    }
}
