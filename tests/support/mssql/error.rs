//! An error as SQL Server numbers and words it.

use iridium_core::DbError;

/// What a statement failed with.
#[derive(Clone, Debug)]
pub struct SqlError {
    /// SQL Server's number.
    pub number: i32,
    /// Severity: from 11 on an error, from 20 on the end of the connection.
    pub class: u8,
    /// SQL Server's text.
    pub message: String,
}

impl SqlError {
    pub fn new(number: i32, message: impl Into<String>) -> Self {
        Self {
            number,
            class: 16,
            message: message.into(),
        }
    }

    /// Something that SQL Server has and the bed has not: refused, so that no test believes a wrong
    /// answer.
    pub fn bed(what: impl Into<String>) -> Self {
        Self::new(49_999, format!("The bed does not have: {}.", what.into()))
    }

    pub fn deadlock() -> Self {
        Self {
            class: 13,
            ..Self::new(
                1205,
                "Transaction (Process ID 51) was deadlocked on lock resources with another process \
                 and has been chosen as the deadlock victim. Rerun the transaction.",
            )
        }
    }

    pub fn lock_timeout() -> Self {
        Self::new(1222, "Lock request time out period exceeded.")
    }

    /// A statement that the client gave up; it never learns this text.
    pub fn cancelled() -> Self {
        Self::new(0, "Operation cancelled by user.")
    }

    pub fn denied(permission: &str, table: &str, database: &str) -> Self {
        Self {
            class: 14,
            ..Self::new(
                229,
                format!(
                    "The {permission} permission was denied on the object '{table}', database \
                     '{database}', schema 'dbo'."
                ),
            )
        }
    }

    /// Errors that end the batch and undo the transaction, whatever was set.
    pub fn dooms(&self) -> bool {
        [1205, 3952, 3960].contains(&self.number)
    }
}

/// Iridium has numbers for some errors; the rest are known by their words.
impl From<DbError> for SqlError {
    fn from(error: DbError) -> Self {
        let text = error.to_string();
        let message = text.strip_prefix("execution error: ").unwrap_or(&text);
        let known = [
            ("Violation of UNIQUE KEY", 2627),
            ("String or binary data would be truncated", 8152),
            ("does not allow NULL", 515),
            ("FOREIGN KEY", 547),
            ("CHECK constraint", 547),
        ];
        let number = known
            .iter()
            .find(|(words, _)| message.contains(words))
            .map_or(error.number(), |&(_, number)| number);
        Self {
            class: error.class_severity(),
            ..Self::new(number, message)
        }
    }
}
