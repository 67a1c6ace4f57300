//! What the doctor, and the activation of an account, look at before anything is moved: findings
//! with the remedy for each fault.

use std::fmt;
use std::time::Duration;

use serde::Serialize;

use super::exception::Exception;

/// How a check came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Health {
    /// As it should be.
    Good,
    /// It works, and could be better.
    Warning,
    /// It does not work.
    Fault,
    /// It could not be looked at.
    NotReached,
}

impl Health {
    /// The word in tables; capitals where something has to be done.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Warning => "warning",
            Self::Fault => "FAULT",
            Self::NotReached => "NOT REACHED",
        }
    }
}

impl fmt::Display for Health {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

/// What one check found.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Finding {
    /// What was looked at.
    pub check: &'static str,
    /// How it came out.
    pub health: Health,
    /// What was found.
    pub found: String,
    /// What to do about it; empty where nothing is to be done.
    pub remedy: String,
    /// How long the look took.
    pub seconds: f64,
}

impl Finding {
    /// All is well.
    pub fn good(check: &'static str, found: impl Into<String>) -> Self {
        Self {
            check,
            health: Health::Good,
            found: found.into(),
            remedy: String::new(),
            seconds: 0.0,
        }
    }

    /// It works, and could be better.
    pub fn warning(
        check: &'static str,
        found: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self {
            health: Health::Warning,
            ..Self::fault(check, found, remedy)
        }
    }

    /// It does not work.
    pub fn fault(check: &'static str, found: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self {
            check,
            health: Health::Fault,
            found: found.into(),
            remedy: remedy.into(),
            seconds: 0.0,
        }
    }

    /// What failed while it was looked at.
    pub fn failed(check: &'static str, exception: &Exception) -> Self {
        Self {
            check,
            health: if exception.not_reached {
                Health::NotReached
            } else {
                Health::Fault
            },
            found: exception.to_string(),
            remedy: exception.remedy.clone(),
            seconds: 0.0,
        }
    }

    /// The same with the time that it took.
    #[must_use]
    pub fn after(self, took: Duration) -> Self {
        Self {
            seconds: (took.as_secs_f64() * 1_000.0).round() / 1_000.0,
            ..self
        }
    }

    /// True where something has to be done first.
    pub const fn is_in_the_way(&self) -> bool {
        match self.health {
            Health::Good | Health::Warning => false,
            Health::Fault | Health::NotReached => true,
        }
    }
}
