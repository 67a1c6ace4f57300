//! AX's database is only read.

use std::fs;
use std::path::{Path, PathBuf};

/// Every file of T-SQL below `folder`.
fn statements(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("the folder is there") {
        let path = entry.expect("the folder can be read").path();
        if path.is_dir() {
            found.extend(statements(&path));
        } else if path.to_string_lossy().ends_with(".tsql.sql") {
            found.push(path);
        }
    }
    found
}

/// The first statement of `text` that writes to anything but a temporary table of its connection.
fn writing(text: &str) -> Option<String> {
    let code = text
        .lines()
        .filter(|line| !line.trim_start().starts_with("--"));
    let code = code.collect::<Vec<_>>().join("\n").to_uppercase();
    let words = code.split(|character: char| {
        !(character.is_alphanumeric() || matches!(character, '_' | '#' | '@' | '\''))
    });
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    let writes = words.iter().enumerate().filter(|(at, word)| {
        let after = |ahead: usize| words.get(at + ahead).copied().unwrap_or_default();
        let before = at.checked_sub(1).and_then(|before| words.get(before));
        match **word {
            "CREATE" | "DROP" => !(after(1) == "TABLE" && after(2).starts_with('#')),
            "INSERT" => !(after(1) == "INTO" && after(2).starts_with('#')),
            "INTO" => before != Some(&"INSERT"),
            "UPDATE" | "DELETE" | "MERGE" | "TRUNCATE" | "ALTER" | "EXEC" | "EXECUTE" | "GRANT"
            | "DENY" | "REVOKE" | "BULK" | "OPENROWSET" | "WRITETEXT" | "UPDATETEXT" => true,
            other => other.starts_with("##"),
        }
    });
    let words = writes.map(|(at, _)| words[at..].iter().take(4).copied().collect::<Vec<_>>());
    words.map(|words| words.join(" ")).next()
}

#[test]
fn no_statement_writes_to_a_table_of_ax() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/company");
    let files = statements(&folder);
    assert!(files.len() > 12, "{files:?}");
    for file in files {
        let text = fs::read_to_string(&file).expect("the file can be read");
        assert_eq!(writing(&text), None, "{}", file.display());
    }
}

#[test]
fn a_statement_that_writes_is_found() {
    for (text, found) in [
        (
            "SELECT 1 FROM dbo.T; update T SET A = 1",
            Some("UPDATE T SET A"),
        ),
        ("INSERT INTO dbo.T VALUES (1)", Some("INSERT INTO DBO T")),
        ("SELECT A INTO T2 FROM T", Some("INTO T2 FROM T")),
        ("DROP TABLE T", Some("DROP TABLE T")),
        ("CREATE TABLE ##T (A int)", Some("##T A INT")),
        (
            "CREATE TABLE #T (A int); INSERT INTO #T (A) SELECT A FROM T",
            None,
        ),
        ("-- DELETE\nSELECT UPDATED, C.DELETED FROM T", None),
    ] {
        assert_eq!(writing(text).as_deref(), found, "{text}");
    }
}
