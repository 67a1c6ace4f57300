//! What the seam promises, on SQLite.

use super::*;

const SET_UP: Text<'static> = Text::both("CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT)");
const INSERT: Text<'static> = Text::both("INSERT INTO t (a, b) VALUES (@P1, @P2)");
const FIND: Text<'static> = Text::both("SELECT b, a FROM t WHERE a = @P1");

fn filled() -> Connection {
    let connection = Connection::open_in_memory().unwrap();
    let session = Session::Sqlite(&connection);
    session.script(&SET_UP).unwrap();
    let sets = [values![1, "one"], values![2, None::<&str>]];
    assert_eq!(session.execute_each(&INSERT, &sets).unwrap(), 2);
    connection
}

#[test]
fn values_are_bound_by_their_numbers_wherever_they_stand() {
    let connection = filled();
    let session = Session::Sqlite(&connection);
    let swapped = Text::both("UPDATE t SET b = @P2 || @P2 WHERE a = @P1");
    assert_eq!(session.execute(&swapped, &values![2, "x"]).unwrap(), 1);
    let read = session.row(&FIND, &values![2], |row| row.get::<String>(0));
    assert_eq!(read.unwrap(), "xx");
}

#[test]
fn a_value_that_is_missing_is_an_error_and_no_null() {
    let connection = filled();
    let missing = Session::Sqlite(&connection).execute(&INSERT, &values![3]);
    assert!(matches!(missing, Err(SqlError::Sqlite(_))), "{missing:?}");
}

#[test]
fn what_each_set_finds_stands_in_its_place() {
    let connection = filled();
    let sets = [values![2], values![7], values![1]];
    let found = Session::Sqlite(&connection).optional_each(&FIND, &sets, |row| {
        Ok((row.get::<Option<String>>(0)?, row.get::<i64>(1)?))
    });
    let expected = vec![Some((None, 2)), None, Some((Some("one".to_owned()), 1))];
    assert_eq!(found.unwrap(), expected);
}

#[test]
fn a_column_of_another_kind_is_named() {
    let connection = filled();
    let session = Session::Sqlite(&connection);
    let wrong = session.row(&FIND, &values![2], |row| row.get::<String>(0));
    let text = wrong.unwrap_err().to_string();
    assert_eq!(text, "column 0: a text was expected, there is no value");
    let none = session.row(&FIND, &values![9], |row| row.get::<i64>(1));
    assert!(matches!(none, Err(SqlError::NoRow)));
}
