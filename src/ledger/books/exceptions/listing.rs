//! Lists and counts of exceptions.

use super::super::narrowed::{Column, Narrowed};
use super::super::rows;
use crate::model::exception::{Exception, ExceptionEntry, ExceptionFilter, ExceptionId};
use crate::model::filter::{Compare, Field, Filter, Test};
use crate::model::sort::{Direction, ExceptionSort, Sort};
use crate::model::{Job, Stream};
use crate::sql::{Row, Session, SqlError, Text, Value};
use crate::{statement, values};

// What a list and a count are put together from.
const LIST: Text<'static> = statement!("../exceptions", "list");
const COUNT: Text<'static> = statement!("../exceptions", "count");
const OF_JOB: Text<'static> = statement!("../exceptions", "of job");
const OF_STREAM: Text<'static> = statement!("../exceptions", "of stream");
const OF_CODE: Text<'static> = statement!("../exceptions", "of code");
const WITH_ID: Text<'static> = statement!("../exceptions", "with id");
const WITH_KEY: Text<'static> = statement!("../exceptions", "with key");
const WAITING: Text<'static> = statement!("../exceptions", "waiting");

fn entry(row: &Row<'_>) -> Result<ExceptionEntry, SqlError> {
    let is_run = rows::text(row, 2)?.is_empty();
    Ok(ExceptionEntry {
        id: ExceptionId(row.get(0)?),
        job: rows::word(row, 1)?,
        stream: (!is_run).then(|| rows::word(row, 2)).transpose()?,
        key: row.get(3)?,
        code: row.get(4)?,
        field: row.get(5)?,
        exception: Exception::new(
            row.get::<String>(6)?,
            row.get::<String>(7)?,
            row.get::<String>(8)?,
        ),
        attempts: row.get(9)?,
        first: rows::time(row, 10)?,
        last: rows::time(row, 11)?,
        state: rows::named(row, 12)?,
        note: row.get(13)?,
    })
}

/// The statement that begins with `head`, for what `filter` asks. Only what is asked for stands in
/// it, so that an index can answer it.
fn statement(
    db: Session<'_>,
    head: &Text<'_>,
    filter: &ExceptionFilter,
    narrowed: &Narrowed<'_>,
) -> String {
    let asked = [
        (filter.ids.is_some(), &WITH_ID),
        (filter.ids.is_none() && filter.keys.is_some(), &WITH_KEY),
        (filter.job.is_some(), &OF_JOB),
        (filter.stream.is_some(), &OF_STREAM),
        (filter.code.is_some(), &OF_CODE),
        (!filter.with_closed, &WAITING),
    ];
    let mut sql = db.pick(head).to_owned();
    for (_, condition) in asked.into_iter().filter(|(is_asked, _)| *is_asked) {
        sql.push_str(db.pick(condition));
    }
    sql + &narrowed.sql
}

/// Values of that statement that stand before those of its terms.
const BEFORE_TERMS: usize = 5;

/// Those values, for one id or key where some are asked for.
fn values_of<'v>(
    filter: &'v ExceptionFilter,
    most: i64,
    name: Value<'v>,
) -> [Value<'v>; BEFORE_TERMS] {
    values![
        most,
        filter.job.map(Job::name),
        filter.stream.map(Stream::name),
        filter.code.as_deref(),
        name,
    ]
}

/// Where the list answers a test. Parts of texts have no column: they are compared in Rust, alike on
/// both engines.
fn column(test: &Test) -> Option<Column> {
    use Field as F;
    let text = match test.field()? {
        F::State => statement!("../exceptions", "state of it"),
        F::Age | F::Last => statement!("../exceptions", "when failed last"),
        F::First => statement!("../exceptions", "when failed first"),
        F::Job => statement!("../exceptions", "job of it"),
        F::Stream => statement!("../exceptions", "stream of it"),
        F::Record => statement!("../exceptions", "record of it"),
        F::Code => statement!("../exceptions", "code of it"),
        F::Tries => statement!("../exceptions", "tries of it"),
        F::Id => statement!("../exceptions", "number of it"),
        F::Is
        | F::Placed
        | F::Downloaded
        | F::Changed
        | F::Store
        | F::Number
        | F::Customer
        | F::Account
        | F::SalesOrder
        | F::Total
        | F::Currency
        | F::Lines
        | F::Fault
        | F::Text
        | F::Cause
        | F::Note
        | F::Run
        | F::Started
        | F::Took
        | F::Dry
        | F::Sent
        | F::SetAside
        | F::Level
        | F::At => return None,
    };
    Some(Column::Value(text))
}

/// The terms of a filter, and that the number is greater where that is asked for.
fn terms(filter: &ExceptionFilter) -> Filter {
    let after = filter.after.map(|after| after.0);
    let after = after.map(|after| Test::Number(Field::Id, Compare::More, after));
    filter
        .terms
        .clone()
        .and(after.map(Filter::from).unwrap_or_default())
}

/// The end of a list.
const fn end(sort: Sort<ExceptionSort>) -> Text<'static> {
    match (sort.by, sort.direction) {
        (ExceptionSort::Last, Direction::Down) => statement!("../exceptions", "newest first"),
        (ExceptionSort::Last, Direction::Up) => statement!("../exceptions", "oldest first"),
        (ExceptionSort::Record, Direction::Down) => statement!("../exceptions", "record down"),
        (ExceptionSort::Record, Direction::Up) => statement!("../exceptions", "record up"),
        (ExceptionSort::Number, Direction::Down) => statement!("../exceptions", "number down"),
        (ExceptionSort::Number, Direction::Up) => statement!("../exceptions", "number up"),
    }
}

pub fn list(db: Session<'_>, filter: &ExceptionFilter) -> Result<Vec<ExceptionEntry>, SqlError> {
    let limit = filter.limit.unwrap_or(usize::MAX);
    let terms = terms(filter);
    let narrowed = Narrowed::of(db, &terms, BEFORE_TERMS, column)?;
    let sql = statement(db, &LIST, filter, &narrowed) + db.pick(&end(filter.sort));
    let text = Text::both(&sql);
    let mut entries = Vec::new();
    let mut take = |row: &Row<'_>, most: usize| {
        if entries.len() < most {
            let entry = entry(row)?;
            if narrowed.lets(&entry) {
                entries.push(entry);
            }
        }
        Ok(())
    };
    let mut read = |name: Value<'_>, asked: i64, most: usize| {
        let mut values = values_of(filter, asked, name).to_vec();
        values.extend(narrowed.values.iter().cloned());
        db.each(&text, &values, |row| take(row, most))
    };
    let names: Option<Vec<Value<'_>>> = match (&filter.ids, &filter.keys) {
        (Some(ids), _) => Some(ids.iter().map(|id| Value::from(id.0)).collect()),
        (None, Some(keys)) => Some(keys.iter().map(Value::from).collect()),
        (None, None) => None,
    };
    let Some(names) = names else {
        let asked = if narrowed.is_whole() {
            rows::limit(limit)
        } else {
            i64::MAX
        };
        read(Value::Null, asked, limit)?;
        return Ok(entries);
    };
    if terms.is_empty() {
        let sets: Vec<_> = names
            .into_iter()
            .map(|name| values_of(filter, i64::MAX, name))
            .collect();
        db.each_of(&text, &sets, |_, row| take(row, usize::MAX))?;
    } else {
        for name in names {
            read(name, i64::MAX, usize::MAX)?;
        }
    }
    if let (Some(_), Some(keys)) = (&filter.ids, &filter.keys) {
        entries.retain(|entry| keys.contains(&entry.key));
    }
    sort(&mut entries, filter.sort);
    entries.dedup_by_key(|entry| entry.id);
    entries.truncate(limit);
    Ok(entries)
}

/// As the end of a list would have it.
fn sort(entries: &mut [ExceptionEntry], sort: Sort<ExceptionSort>) {
    entries.sort_by(|one, other| {
        let order = match sort.by {
            ExceptionSort::Last => (one.last, one.id.0).cmp(&(other.last, other.id.0)),
            ExceptionSort::Record => {
                let place = |entry: &ExceptionEntry| {
                    let stream = entry.stream.map_or("", Stream::name);
                    (stream, entry.key.clone(), entry.job.name())
                };
                place(one).cmp(&place(other))
            }
            ExceptionSort::Number => one.id.cmp(&other.id),
        };
        match sort.direction {
            Direction::Up => order,
            Direction::Down => order.reverse(),
        }
    });
}

pub fn count(db: Session<'_>, filter: &ExceptionFilter) -> Result<u64, SqlError> {
    let terms = terms(filter);
    let narrowed = Narrowed::of(db, &terms, BEFORE_TERMS, column)?;
    if filter.ids.is_some() || filter.keys.is_some() || !narrowed.is_whole() {
        let unlimited = ExceptionFilter {
            limit: None,
            ..filter.clone()
        };
        return Ok(list(db, &unlimited)?.len() as u64);
    }
    let sql = statement(db, &COUNT, filter, &narrowed);
    let mut values = values_of(filter, 0, Value::Null).to_vec();
    values.extend(narrowed.values.iter().cloned());
    let count = db.row(&Text::both(&sql), &values, |row| row.get::<i64>(0))?;
    Ok(count.cast_unsigned())
}
