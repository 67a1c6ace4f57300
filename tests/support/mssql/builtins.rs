//! What the bed answers in place of Iridium: functions and views of change tracking, permissions,
//! errors being handled, application locks, and the statements that became calls.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use iridium_core::ast::{ExecArgument, ExecProcedureStmt};
use iridium_core::types::Value as Datum;
use serde_json::{Value, json};

use super::error::SqlError;
use super::locks::Owner;
use super::session::Session;
use super::syntax::{self, Answers, literal};
use super::text::plain;
use super::views;

impl Answers for Session {
    fn evaluate(&mut self, expression: &Value) -> Result<Datum, SqlError> {
        let mut expression = expression.clone();
        syntax::resolve(&mut expression, self)?;
        self.value(&expression)
    }

    fn function(&mut self, name: &str, arguments: &[Value]) -> Result<Option<Value>, SqlError> {
        let handled = |value: fn(&SqlError) -> Value| {
            move |session: &Self| session.handling.as_ref().map_or(json!("Null"), value)
        };
        Ok(Some(match name {
            "CHANGE_TRACKING_CURRENT_VERSION" => {
                if !self.shared.tracking().on {
                    return Ok(Some(json!("Null")));
                }
                bigint(self.seen_version())
            }
            "CHANGE_TRACKING_MIN_VALID_VERSION" => {
                let id = self.evaluate(arguments.first().unwrap_or(&Value::Null))?;
                match self.table_of(&id)?.and_then(|table| self.min_valid(&table)) {
                    Some(version) => bigint(version),
                    None => json!({"Cast": {"expr": "Null", "target": "BigInt"}}),
                }
            }
            "HAS_PERMS_BY_NAME" => self.permission(arguments)?,
            "DB_ID" => {
                let named = match arguments.first() {
                    None => true,
                    Some(name) => {
                        let name = self.evaluate(name)?.to_string_value();
                        name.eq_ignore_ascii_case(&self.shared.switches().database)
                    }
                };
                if named {
                    json!({"Integer": views::DATABASE_ID})
                } else {
                    json!("Null")
                }
            }
            "APPLOCK_MODE" => {
                let name = self.evaluate(&arguments[1])?.to_string_value();
                let owner = owner(&self.evaluate(&arguments[2])?.to_string_value());
                json!({"UnicodeString": self.shared.locks.mode(self.number, &name, owner)})
            }
            // Iridium knows no part of a second.
            "DATEPART" if is_millisecond(&arguments[0]) => {
                let time = self.evaluate(&arguments[1])?.to_string_value();
                let fraction = time.split_once('.').map_or("", |(_, fraction)| fraction);
                json!({"Integer": format!("{fraction:0<3.3}").parse::<i64>().unwrap_or(0)})
            }
            "XACT_STATE" => json!({"Integer": i32::from(self.open.is_some())}),
            "ERROR_NUMBER" => handled(|error| json!({"Integer": error.number}))(self),
            "ERROR_MESSAGE" => handled(|error| json!({"UnicodeString": error.message}))(self),
            "ERROR_SEVERITY" => handled(|error| json!({"Integer": error.class}))(self),
            "ERROR_STATE" | "ERROR_LINE" => handled(|_| json!({"Integer": 1}))(self),
            _ => return Ok(None),
        }))
    }

    fn global(&self, name: &str) -> Option<Value> {
        match name {
            "@@ROWCOUNT" => Some(json!({"Integer": self.rows})),
            "@@TRANCOUNT" => Some(json!({"Integer": self.depth()})),
            "@@LOCK_TIMEOUT" => Some(literal(&Datum::Int(
                self.lock_timeout()
                    .map_or(-1, |timeout| timeout.as_millis() as i32),
            ))),
            _ => None,
        }
    }

    fn view(&mut self, schema: Option<&str>, name: &str) -> Result<Option<String>, SqlError> {
        if let Some(at) = name.strip_prefix("CHANGETABLE ") {
            let at: usize = at.parse().unwrap_or_default();
            let Some((table, since)) = self.changes.get(at).cloned() else {
                return Ok(None);
            };
            return self.change_table(&plain(&table), &since).map(Some);
        }
        let shared = self.shared.clone();
        let schema = schema.unwrap_or_default().to_uppercase();
        if schema == "INFORMATION_SCHEMA" {
            return Ok(match name.to_uppercase().as_str() {
                "COLUMNS" => Some(views::columns(&shared)),
                "TABLE_CONSTRAINTS" => Some(views::constraints(&shared, false)),
                "KEY_COLUMN_USAGE" => Some(views::constraints(&shared, true)),
                _ => None,
            });
        }
        if schema != "SYS" {
            return Ok(None);
        }
        let names: Vec<String> = shared
            .schema()
            .tables()
            .map(super::schema::Table::full_name)
            .collect();
        let mut ids = std::collections::HashMap::new();
        for name in names {
            let id = self.object_id(&name)?;
            ids.insert(name, id);
        }
        Ok(views::system(&shared, name, |table| {
            ids.get(table).copied().unwrap_or_default()
        }))
    }

    fn reads(&mut self, _schema: Option<&str>, name: &str) -> Result<(), SqlError> {
        let switches = self.shared.switches();
        if switches.no_select.contains(&plain(name)) {
            return Err(SqlError::denied("SELECT", name, &switches.database));
        }
        Ok(())
    }
}

fn is_millisecond(part: &Value) -> bool {
    let part = part.to_string().to_ascii_lowercase();
    part.contains("\"millisecond\"") || part.contains("\"ms\"")
}

fn bigint(number: i64) -> Value {
    json!({"Cast": {"expr": {"Integer": number}, "target": "BigInt"}})
}

fn owner(name: &str) -> Owner {
    if name.eq_ignore_ascii_case("Session") {
        Owner::Session
    } else {
        Owner::Transaction
    }
}

impl Session {
    /// The version that the session's moment has.
    fn seen_version(&self) -> i64 {
        let seen = self.open.as_ref().and_then(|open| open.seen);
        seen.map_or_else(|| self.shared.tracking().version, |(version, _)| version)
    }

    fn object_id(&self, table: &str) -> Result<i64, SqlError> {
        let rows = self.own(&format!("SELECT OBJECT_ID(N'{table}') AS ID"))?;
        Ok(rows
            .first()
            .and_then(|row| row[0].to_integer_i64())
            .unwrap_or_default())
    }

    fn table_of(&self, id: &Datum) -> Result<Option<String>, SqlError> {
        let Some(id) = id.to_integer_i64().filter(|_| !id.is_null()) else {
            return Ok(None);
        };
        let rows = self.own(&format!("SELECT OBJECT_NAME({id}) AS NAME"))?;
        Ok(rows
            .first()
            .filter(|row| !row[0].is_null())
            .map(|row| plain(&row[0].to_string_value())))
    }

    /// NULL also stands for a table that the login may not know the tracking of.
    fn min_valid(&self, table: &str) -> Option<i64> {
        let hidden = self.shared.switches().no_tracking.contains(table);
        let tracking = self.shared.tracking();
        tracking
            .table(table)
            .filter(|_| tracking.on && !hidden)
            .map(|tracked| tracked.min_valid)
    }

    fn permission(&mut self, arguments: &[Value]) -> Result<Value, SqlError> {
        let mut texts = Vec::new();
        for argument in arguments {
            texts.push(self.evaluate(argument)?.to_string_value());
        }
        // Rights are those of whole tables here: a column has its table's.
        let ([name, _, permission] | [name, _, permission, _, _]) = texts.as_slice() else {
            return Err(SqlError::bed(
                "HAS_PERMS_BY_NAME with other than three or five arguments",
            ));
        };
        let table = plain(name);
        let switches = self.shared.switches();
        let denied = match permission.to_uppercase().as_str() {
            "SELECT" => switches.no_select.contains(&table),
            "VIEW CHANGE TRACKING" => switches.no_tracking.contains(&table),
            _ => false,
        };
        Ok(json!({"Integer": i32::from(!denied)}))
    }

    fn change_table(&mut self, table: &str, since: &str) -> Result<String, SqlError> {
        {
            let switches = self.shared.switches();
            for (denied, permission) in [
                (&switches.no_tracking, "VIEW CHANGE TRACKING"),
                (&switches.no_select, "SELECT"),
            ] {
                if denied.contains(table) {
                    return Err(SqlError::denied(permission, table, &switches.database));
                }
            }
        }
        let since = self.own(&format!("SELECT {since} AS VERSION_"))?;
        let since = since
            .first()
            .and_then(|row| row[0].to_integer_i64())
            .unwrap_or_default();
        let until = self.seen_version();
        let key = self
            .shared
            .schema()
            .table(table)
            .map(super::schema::Table::key)
            .unwrap_or_default();
        let tracking = self.shared.tracking();
        if !tracking.on || tracking.table(table).is_none() {
            return Err(SqlError::new(
                22105,
                format!("Change tracking is not enabled on table '{table}'."),
            ));
        }
        Ok(views::change_table(
            &key,
            &tracking.changes(table, since, until),
        ))
    }

    /// A call that is the bed's; all others are Iridium's.
    pub fn procedure(&mut self, call: ExecProcedureStmt) -> Result<(), SqlError> {
        let arguments = self.arguments(&call.args)?;
        let argument = |name: &str, at: usize| -> Option<String> {
            let named = arguments.iter().find(|(given, _)| {
                given
                    .as_deref()
                    .is_some_and(|given| given.trim_start_matches('@').eq_ignore_ascii_case(name))
            });
            let found = named.or_else(|| arguments.get(at).filter(|(given, _)| given.is_none()));
            found.map(|(_, value)| value.to_string_value())
        };
        let code = match call.name.name.to_lowercase().as_str() {
            "sp_getapplock" => {
                let name = argument("Resource", 0).unwrap_or_default();
                let mode = argument("LockMode", 1).unwrap_or_default();
                let owner = owner(&argument("LockOwner", 2).unwrap_or_default());
                let timeout =
                    argument("LockTimeout", 3).and_then(|millis| millis.parse::<i64>().ok());
                self.take_lock(&name, &mode, owner, timeout)?
            }
            "sp_releaseapplock" => {
                let name = argument("Resource", 0).unwrap_or_default();
                let owner = owner(&argument("LockOwner", 1).unwrap_or_default());
                if !self.shared.locks.give_back(self.number, &name, owner) {
                    return Err(SqlError::new(
                        1223,
                        format!(
                            "Cannot release the application lock (Database Principal: 'public', Resource: \
                             '{name}') because it is not currently held."
                        ),
                    ));
                }
                0
            }
            "bed_enable" => self.track(&plain(&argument("", 0).unwrap_or_default()))?,
            "bed_disable" => {
                let table = plain(&argument("", 0).unwrap_or_default());
                self.shared.tracking().disable(&table);
                0
            }
            "bed_unique" => {
                let part = |at| argument("", at).unwrap_or_default();
                self.shared
                    .schema()
                    .index(&part(0), &part(1), &part(2), &part(3));
                self.check_unique(&plain(&part(1)))?;
                0
            }
            "bed_alter_database" => self.alter_database(&argument("", 0).unwrap_or_default())?,
            "bed_wait" => self.wait(&argument("", 0).unwrap_or_default())?,
            _ => {
                return Err(SqlError::new(
                    2812,
                    format!("Could not find stored procedure '{}'.", call.name.name),
                ));
            }
        };
        if let Some(variable) = call.return_variable {
            self.own(&format!("SET {variable} = {code}"))?;
        }
        Ok(())
    }

    fn arguments(
        &mut self,
        given: &[ExecArgument],
    ) -> Result<Vec<(Option<String>, Datum)>, SqlError> {
        let mut found = Vec::new();
        for argument in given {
            let tree = serde_json::to_value(&argument.expr).unwrap_or_default();
            found.push((argument.name.clone(), self.evaluate(&tree)?));
        }
        Ok(found)
    }

    fn take_lock(
        &self,
        name: &str,
        mode: &str,
        owner: Owner,
        timeout: Option<i64>,
    ) -> Result<i32, SqlError> {
        if owner == Owner::Transaction && self.open.is_none() {
            return Err(SqlError::new(
                1221,
                "The Database Engine is attempting to release or take a transaction-owned application \
                 lock outside of a transaction.",
            ));
        }
        let shared = mode.eq_ignore_ascii_case("Shared");
        let timeout = timeout
            .and_then(|millis| u64::try_from(millis).ok())
            .map(Duration::from_millis);
        let before = Instant::now();
        match self
            .shared
            .locks
            .take(self.number, name, owner, shared, timeout, &self.cancelled)
        {
            Ok(()) if before.elapsed() < Duration::from_millis(5) => Ok(0),
            Ok(()) => Ok(1),
            Err(error) if error.number == 1222 => Ok(-1),
            Err(error) if error.number == 1205 => Ok(-3),
            Err(error) => Err(error),
        }
    }

    fn track(&self, table: &str) -> Result<i32, SqlError> {
        let has_key = self
            .shared
            .schema()
            .table(table)
            .is_some_and(|known| !known.key().is_empty());
        if !has_key {
            return Err(SqlError::new(
                4997,
                format!(
                    "Cannot enable change tracking on table '{table}'. Change tracking requires a primary \
                     key on the table. Create a primary key on the table before enabling change tracking."
                ),
            ));
        }
        if !self.shared.tracking().on {
            return Err(SqlError::new(
                22106,
                format!(
                    "Change tracking must be enabled on database '{}' before it can be enabled on table \
                     '{table}'.",
                    self.shared.switches().database
                ),
            ));
        }
        self.shared.tracking().enable(table);
        Ok(0)
    }

    fn alter_database(&self, text: &str) -> Result<i32, SqlError> {
        let words: Vec<_> = text
            .split(|c: char| c.is_whitespace() || "=(),".contains(c))
            .collect();
        let words: Vec<_> = words
            .into_iter()
            .filter(|word| !word.is_empty())
            .map(str::to_uppercase)
            .collect();
        let words: Vec<_> = words.iter().skip(4).map(String::as_str).collect();
        match words.as_slice() {
            ["CHANGE_TRACKING", "OFF", ..] => self.shared.tracking().on = false,
            ["CHANGE_TRACKING", "ON", ..] => {
                self.shared.tracking().on = true;
                if let Some(at) = words.iter().position(|word| *word == "CHANGE_RETENTION") {
                    self.shared.switches().retention_days = words
                        .get(at + 1)
                        .and_then(|days| days.parse().ok())
                        .unwrap_or(2);
                }
            }
            ["ALLOW_SNAPSHOT_ISOLATION", state] => self.shared.switches().snapshot = *state == "ON",
            _ => return Err(SqlError::bed(text)),
        }
        Ok(0)
    }

    /// `hh:mm:ss.mmm`, until the client cancels.
    fn wait(&self, text: &str) -> Result<i32, SqlError> {
        let seconds = text
            .split(':')
            .fold(0.0, |sum, part| sum * 60.0 + part.parse().unwrap_or(0.0));
        let until = Instant::now() + Duration::from_secs_f64(seconds);
        while Instant::now() < until {
            if self.cancelled.load(Ordering::SeqCst) {
                return Err(SqlError::cancelled());
            }
            std::thread::park_timeout(Duration::from_millis(5));
        }
        Ok(0)
    }
}
