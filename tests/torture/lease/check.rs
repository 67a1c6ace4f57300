//! Reads the history that the database wrote, with nothing of the program in between.

use rusqlite::Connection;

/// What must not be found: what it is, how to count it, and a falsified history in which it is.
struct Rule {
    /// What is wrong where the count is not 0.
    broken: &'static str,
    count: &'static str,
    falsify: &'static str,
}

const RULES: [Rule; 9] = [
    Rule {
        broken: "leases taken from a run that was not over",
        count: "SELECT count(*) FROM change WHERE is_take AND run_before IS NOT NULL AND NOT EXISTS
                (SELECT 1 FROM witness WHERE what = 'over' AND run = run_before AND witness.seq < change.seq)",
        falsify: "DELETE FROM witness WHERE what = 'over' AND run =
                  (SELECT run_before FROM change WHERE is_take AND run_before > 0 LIMIT 1)",
    },
    Rule {
        broken: "runs that others ended while their lease was live",
        count: "SELECT count(*) FROM witness o WHERE what = 'over' AND NOT by_hand AND EXISTS
                (SELECT 1 FROM witness l WHERE l.what = 'lease' AND l.run = o.run AND l.job = o.job
                 AND l.expires > o.at AND l.seq = (SELECT max(seq) FROM witness
                     WHERE what = 'lease' AND job = o.job AND seq < o.seq))",
        falsify: "UPDATE witness SET at = 0 WHERE seq = (SELECT max(seq) FROM witness WHERE what = 'over' AND NOT by_hand)",
    },
    Rule {
        broken: "leases taken before they ended",
        count: "SELECT count(*) FROM change WHERE is_take AND expires_before > at",
        falsify: "UPDATE witness SET expires = 9e15 WHERE what = 'lease' AND expires = 0",
    },
    Rule {
        broken: "tokens that did not grow",
        count: "SELECT count(*) FROM change WHERE is_take
                AND (token < highest OR token = highest AND run IS NOT last_run)",
        falsify: "UPDATE witness SET token = 1 WHERE seq = (SELECT max(seq) FROM change WHERE is_take)",
    },
    Rule {
        broken: "leases that came back to life",
        count: "SELECT count(*) FROM change WHERE NOT is_take AND (token IS NOT token_before
                OR expires_before = 0 AND expires > 0)",
        falsify: "UPDATE witness SET expires = 0 WHERE seq IN
                  (SELECT seq FROM change WHERE is_take)",
    },
    Rule {
        broken: "writes for a job whose lease another run held",
        count: "SELECT count(*) FROM witness w WHERE what = 'write' AND NOT EXISTS
                (SELECT 1 FROM witness l WHERE l.run = w.run AND l.expires > 0 AND l.seq =
                 (SELECT max(seq) FROM witness WHERE what = 'lease' AND job = w.job AND seq < w.seq))",
        falsify: "UPDATE witness SET run = run + 1 WHERE seq = (SELECT max(seq) FROM witness WHERE what = 'write')",
    },
    Rule {
        broken: "writes of a run that had lost the lease of its own job",
        count: "SELECT count(*) FROM witness w JOIN run ON run.id = w.run WHERE what = 'write' AND NOT EXISTS
                (SELECT 1 FROM witness l WHERE l.run = w.run AND l.expires > 0 AND l.seq =
                 (SELECT max(seq) FROM witness WHERE what = 'lease' AND job = run.job AND seq < w.seq))",
        falsify: "UPDATE witness SET run = run + 1 WHERE what = 'lease'",
    },
    Rule {
        broken: "runs that did not end once",
        count: "SELECT count(*) FROM run WHERE status = 'executing'
                OR (SELECT count(*) FROM witness WHERE what = 'over' AND run = run.id) <> 1",
        falsify: "UPDATE run SET status = 'error' WHERE id = 1",
    },
    Rule {
        broken: "occurrences with more than one run, or runs without their record",
        count: "SELECT count(*) FROM (SELECT 1 FROM run r LEFT JOIN occurrence o
                ON o.job = r.job AND o.due = r.due AND o.outcome = 'run'
                WHERE r.cause = 'occurrence' GROUP BY r.job, r.due HAVING count(*) > 1 OR count(o.due) = 0)",
        falsify: "DELETE FROM occurrence WHERE outcome = 'run'",
    },
];

/// What the history says.
pub struct History {
    connection: Connection,
}

impl History {
    pub fn of(path: &std::path::Path) -> Self {
        let connection = Connection::open(path).unwrap();
        connection.execute_batch(include_str!("takes.sql")).unwrap();
        Self { connection }
    }

    pub fn number(&self, sql: &str) -> u64 {
        let number: i64 = self
            .connection
            .query_row(sql, [], |row| row.get(0))
            .unwrap();
        number.cast_unsigned()
    }

    /// Fails with what is broken.
    pub fn check(&self) -> Result<(), String> {
        let broken: Vec<String> = RULES
            .iter()
            .map(|rule| (self.number(rule.count), rule.broken))
            .filter(|(count, _)| *count > 0)
            .map(|(count, broken)| format!("{count} {broken}"))
            .collect();
        if broken.is_empty() {
            Ok(())
        } else {
            Err(broken.join(", "))
        }
    }

    /// Fails where a rule does not see what it is there for.
    pub fn check_the_rules(&self) -> Result<(), String> {
        for rule in &RULES {
            self.connection.execute_batch("BEGIN").unwrap();
            self.connection.execute_batch(rule.falsify).unwrap();
            let found = self.number(rule.count);
            self.connection.execute_batch("ROLLBACK").unwrap();
            if found == 0 {
                return Err(format!("a falsified history shows no {}", rule.broken));
            }
        }
        Ok(())
    }
}
