//! T-SQL that Iridium's parser does not know, rewritten before it sees the text: `CHANGETABLE`,
//! change tracking's own statements, filtered indexes, precisions of times.

use super::error::SqlError;

/// A batch that Iridium parses.
pub struct Prepared {
    pub text: String,
    /// The tables named `CHANGETABLE 0`, `CHANGETABLE 1` … in it: whose changes, since what.
    pub changes: Vec<(String, String)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Word,
    Text,
    Other,
    Blank,
}

/// The pieces of a batch; nothing is lost.
fn pieces(sql: &str) -> Vec<(Kind, &str)> {
    let mut found = Vec::new();
    let mut rest = sql;
    while let Some(first) = rest.chars().next() {
        let word = |c: char| c.is_alphanumeric() || "_@#$".contains(c);
        let (kind, length) = if rest.starts_with("--") {
            (Kind::Blank, rest.find('\n').unwrap_or(rest.len()))
        } else if rest.starts_with("/*") {
            (Kind::Blank, rest.find("*/").map_or(rest.len(), |at| at + 2))
        } else if first.is_whitespace() {
            (
                Kind::Blank,
                rest.find(|c: char| !c.is_whitespace())
                    .unwrap_or(rest.len()),
            )
        } else if first == '\'' {
            (Kind::Text, quoted(rest, '\''))
        } else if first == 'N' && rest[1..].starts_with('\'') {
            (Kind::Text, 1 + quoted(&rest[1..], '\''))
        } else if first == '[' {
            (Kind::Word, quoted(rest, ']'))
        } else if first == '"' {
            (Kind::Word, quoted(rest, '"'))
        } else if word(first) {
            (
                Kind::Word,
                rest.find(|c: char| !word(c)).unwrap_or(rest.len()),
            )
        } else {
            (Kind::Other, first.len_utf8())
        };
        found.push((kind, &rest[..length]));
        rest = &rest[length..];
    }
    found
}

/// How long a quoted text is; the closing sign twice stands for itself.
fn quoted(text: &str, close: char) -> usize {
    let mut at = 1;
    while let Some(found) = text[at..].find(close) {
        at += found + 1;
        if !text[at..].starts_with(close) {
            return at;
        }
        at += 1;
    }
    text.len()
}

/// Reads pieces and writes the new text.
struct Pen<'a> {
    session: u64,
    pieces: Vec<(Kind, &'a str)>,
    at: usize,
    out: String,
    changes: Vec<(String, String)>,
}

impl<'a> Pen<'a> {
    /// The significant piece that comes `ahead` further on, with its place.
    fn peek(&self, ahead: usize) -> Option<(usize, &'a str)> {
        self.pieces[self.at..]
            .iter()
            .enumerate()
            .filter(|(_, (kind, _))| *kind != Kind::Blank)
            .nth(ahead)
            .map(|(at, (_, text))| (self.at + at, *text))
    }

    fn is(&self, ahead: usize, word: &str) -> bool {
        self.peek(ahead)
            .is_some_and(|(_, text)| text.eq_ignore_ascii_case(word))
    }

    fn are(&self, words: &[&str]) -> bool {
        words.iter().enumerate().all(|(at, word)| self.is(at, word))
    }

    /// Goes past the next significant piece.
    fn take(&mut self) -> &'a str {
        match self.peek(0) {
            Some((at, text)) => {
                self.at = at + 1;
                text
            }
            None => {
                self.at = self.pieces.len();
                ""
            }
        }
    }

    fn skip(&mut self, count: usize) {
        for _ in 0..count {
            self.take();
        }
    }

    /// Takes a name of one to three parts.
    fn name(&mut self) -> String {
        let mut name = self.take().to_owned();
        while self.is(0, ".") {
            self.take();
            name = format!("{name}.{}", self.take());
        }
        name
    }

    /// Takes what stands between a parenthesis and its counterpart.
    fn parenthesis(&mut self) -> String {
        self.take();
        let (start, mut depth) = (self.at, 1);
        while self.at < self.pieces.len() {
            match self.pieces[self.at].1 {
                "(" => depth += 1,
                ")" => depth -= 1,
                _ => {}
            }
            self.at += 1;
            if depth == 0 {
                break;
            }
        }
        let end = self.at.saturating_sub(1).max(start);
        self.pieces[start..end]
            .iter()
            .map(|(_, text)| *text)
            .collect()
    }

    /// Takes everything up to the end of the statement.
    fn statement(&mut self, ends: impl Fn(&Self) -> bool) -> String {
        let start = self.at;
        while self.at < self.pieces.len() && !self.is(0, ";") && !ends(self) {
            self.take();
        }
        self.pieces[start..self.at]
            .iter()
            .map(|(_, text)| *text)
            .collect()
    }

    fn procedure(&mut self, name: &str, arguments: &[&str]) {
        let arguments: Vec<_> = arguments
            .iter()
            .map(|argument| format!("N'{}'", argument.trim().replace('\'', "''")))
            .collect();
        self.out
            .push_str(&format!(" EXEC {name} {} ", arguments.join(", ")));
    }

    /// Rewrites what stands here, or copies one piece.
    fn step(&mut self) -> Result<(), SqlError> {
        if self.pieces[self.at].0 != Kind::Word {
            self.out.push_str(self.pieces[self.at].1);
            self.at += 1;
            return Ok(());
        }
        if self.are(&["CHANGETABLE", "("]) {
            return self.change_table();
        }
        if self.are(&["WITH", "CHANGE_TRACKING_CONTEXT", "("]) {
            self.skip(2);
            self.parenthesis();
        } else if self.are(&["OPTION", "("]) || self.are(&["WITH", "(", "INDEX"]) {
            self.take();
            self.parenthesis();
        } else if ["DATETIME2", "TIME", "DATETIMEOFFSET"]
            .iter()
            .any(|one| self.is(0, one))
            && self.has_precision()
        {
            let kind = self.take();
            self.out.push_str(kind);
            self.parenthesis();
        } else if self.pieces[self.at].1.starts_with('#') {
            // Iridium knows a temporary table by its name alone, whoever's it is.
            let name = self.take();
            self.out.push_str(&format!("{name}_{}", self.session));
        } else if self.is(0, "PERSISTED") {
            self.take();
        } else if let Some(width) = [1, 3].into_iter().find(|width| self.is_collated(*width)) {
            self.collated(width);
        } else if self.are(&["WITH", "SCHEMABINDING"])
            || (self.is(0, "CONSTRAINT")
                && ["PRIMARY", "UNIQUE"].iter().any(|one| self.is(2, one))
                && self.inside_column())
        {
            self.skip(2);
        } else if self.are(&["PRIMARY", "KEY"]) && self.inside_column() {
            self.skip(2);
            self.out.push_str("PRIMARY KEY");
            if self.is(0, "CLUSTERED") || self.is(0, "NONCLUSTERED") {
                self.take();
            }
        } else if self.are(&["ALTER", "DATABASE"]) {
            let text = self.statement(|_| false);
            self.procedure("bed_alter_database", &[&text]);
        } else if self.are(&["ALTER", "TABLE"]) {
            self.alter_table();
        } else if self.are(&["WAITFOR", "DELAY"]) {
            self.skip(2);
            self.out.push_str(" EXEC bed_wait ");
        } else if self.is(0, "CREATE") && (1..4).any(|ahead| self.is(ahead, "INDEX")) {
            self.create_index();
        } else {
            self.out.push_str(self.pieces[self.at].1);
            self.at += 1;
        }
        Ok(())
    }

    /// True where `name = value COLLATE collation` stands, the name with so many pieces.
    fn is_collated(&self, width: usize) -> bool {
        (width == 1 || self.is(1, ".")) && self.is(width, "=") && self.is(width + 2, "COLLATE")
    }

    /// Iridium compares letter by letter: a collation that does not is folded.
    fn collated(&mut self, width: usize) {
        let name: String = (0..width).map(|_| self.take()).collect();
        self.take();
        let value = self.take();
        self.take();
        let collation = self.take();
        self.out.push_str(&if collation.contains("_CI_") {
            format!("LOWER({name}) = LOWER({value})")
        } else {
            format!("{name} = {value}")
        });
    }

    fn has_precision(&self) -> bool {
        self.is(1, "(")
            && self.is(3, ")")
            && self
                .peek(2)
                .is_some_and(|(_, text)| text.parse::<u8>().is_ok())
    }

    /// True where the last word was written in the middle of a column's definition.
    fn inside_column(&self) -> bool {
        let written = self.out.trim_end();
        let last = written
            .rsplit(|c: char| c.is_whitespace() || c == '(')
            .next()
            .unwrap_or_default();
        let begins =
            written.ends_with(',') || written.ends_with('(') || last.eq_ignore_ascii_case("ADD");
        !begins && !self.names_constraint()
    }

    /// True after `CONSTRAINT name`, which stays where it is a constraint of the table.
    fn names_constraint(&self) -> bool {
        let mut words = self.out.trim_end().rsplit(char::is_whitespace);
        words
            .nth(1)
            .is_some_and(|word| word.eq_ignore_ascii_case("CONSTRAINT"))
    }

    fn change_table(&mut self) -> Result<(), SqlError> {
        self.take();
        let inside = self.parenthesis();
        let mut words = inside.trim().splitn(2, char::is_whitespace);
        if !words
            .next()
            .is_some_and(|word| word.eq_ignore_ascii_case("CHANGES"))
        {
            return Err(SqlError::bed("CHANGETABLE(VERSION …)"));
        }
        let (table, since) = words
            .next()
            .and_then(|rest| rest.split_once(','))
            .ok_or_else(|| SqlError::new(102, "Incorrect syntax near 'CHANGETABLE'."))?;
        self.out
            .push_str(&format!("[CHANGETABLE {}]", self.changes.len()));
        self.changes
            .push((table.trim().to_owned(), since.trim().to_owned()));
        Ok(())
    }

    fn alter_table(&mut self) {
        let before = self.at;
        self.skip(2);
        let table = self.name();
        let enables = self.are(&["ENABLE", "CHANGE_TRACKING"]);
        if enables || self.are(&["DISABLE", "CHANGE_TRACKING"]) {
            self.skip(2);
            if self.are(&["WITH", "("]) {
                self.take();
                self.parenthesis();
            }
            self.procedure(
                if enables { "bed_enable" } else { "bed_disable" },
                &[&table],
            );
            return;
        }
        let copied = &self.pieces[before..self.at];
        self.out.extend(copied.iter().map(|(_, text)| *text));
    }

    /// Keeps the index without what Iridium does not know or keep; the uniqueness is the bed's.
    fn create_index(&mut self) {
        self.take();
        let mut unique = false;
        while !self.is(0, "INDEX") {
            unique |= self.take().eq_ignore_ascii_case("UNIQUE");
        }
        self.take();
        let name = self.name();
        self.take();
        let table = self.name();
        let columns = self.parenthesis();
        if self.are(&["INCLUDE", "("]) {
            self.take();
            self.parenthesis();
        }
        let mut filter = String::new();
        if self.is(0, "WHERE") {
            self.take();
            filter = self.statement(|pen| pen.are(&["WITH", "("]) || pen.is(0, "END"));
        }
        if self.are(&["WITH", "("]) {
            self.take();
            self.parenthesis();
        }
        // The index of a view is none of Iridium's.
        self.out.push_str(&format!(
            " IF EXISTS (SELECT 1 FROM sys.tables WHERE object_id = OBJECT_ID(N'{table}')) \
             BEGIN CREATE INDEX {name} ON {table} ({columns}); "
        ));
        if unique {
            self.procedure("bed_unique", &[&name, &table, &columns, &filter]);
        }
        self.out.push_str("; END ");
    }
}

/// Rewrites a batch of a session.
pub fn prepare(sql: &str, session: u64) -> Result<Prepared, SqlError> {
    let mut pen = Pen {
        session,
        pieces: pieces(sql),
        at: 0,
        out: String::new(),
        changes: Vec::new(),
    };
    while pen.at < pen.pieces.len() {
        pen.step()?;
    }
    Ok(Prepared {
        text: pen.out,
        changes: pen.changes,
    })
}

/// The name of a table by which the bed knows it: without brackets and `dbo`, in upper case.
pub fn plain(name: &str) -> String {
    let name = name.replace(['[', ']', '"'], "").to_uppercase();
    let name = name.trim();
    let name = name.rsplit_once("DBO.").map_or(name, |(_, table)| table);
    name.to_owned()
}
