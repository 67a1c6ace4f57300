//! What the console asks about correcting orders at their source, and what it hears. Many orders are
//! corrected step by step, so that one sees them go.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::engine::Engine;
use crate::jobs::correction::{Corrected, Correction, STEP};
use crate::model::Exception;
use crate::model::exception::ExceptionFilter;

/// What is to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CorrectionErrand {
    /// Look what would be corrected.
    Propose(Box<ExceptionFilter>),
    /// Correct the next orders.
    Correct(Correcting),
}

/// A correction that goes on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Correcting {
    /// All of it.
    pub correction: Arc<Correction>,
    /// Orders that it has come to.
    pub behind: usize,
    /// What became of them.
    pub so_far: Corrected,
}

impl Correcting {
    /// Nothing is corrected yet.
    pub fn new(correction: Arc<Correction>) -> Self {
        Self {
            correction,
            behind: 0,
            so_far: Corrected::default(),
        }
    }

    /// True where it has come to its end, or cannot go on.
    pub fn is_over(&self) -> bool {
        self.so_far.stopped.is_some() || self.behind >= self.correction.orders.len()
    }

    async fn step(mut self, engine: &dyn Engine) -> Self {
        let orders = self.correction.orders.iter().skip(self.behind).take(STEP);
        let orders: Vec<String> = orders.cloned().collect();
        self.behind += orders.len();
        match engine.correct(&self.correction, &orders).await {
            Ok(step) => {
                self.so_far.orders.extend(step.orders);
                self.so_far.left.extend(step.left);
                self.so_far.stopped = step.stopped;
            }
            Err(exception) => self.so_far.stopped = Some(exception),
        }
        self
    }
}

/// What came of it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum CorrectionReport {
    /// What would be corrected.
    Proposed(Result<Correction, Exception>),
    /// How far it has come.
    Stepped(Correcting),
}

/// Does an errand.
pub async fn perform(engine: &dyn Engine, errand: CorrectionErrand) -> CorrectionReport {
    match errand {
        CorrectionErrand::Propose(filter) => {
            CorrectionReport::Proposed(engine.propose_correction(&filter).await)
        }
        CorrectionErrand::Correct(correcting) => {
            let orders = correcting.correction.orders.len();
            tracing::info!(behind = correcting.behind, orders, "correcting orders");
            CorrectionReport::Stepped(correcting.step(engine).await)
        }
    }
}
