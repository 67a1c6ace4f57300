//! One batch: its intent in the ledger, its request, and what the answer means.

use std::sync::atomic::{AtomicU64, Ordering};

use super::ask::Unanswered;
use super::batch::{Batch, Prepared};
use super::failure::Stop;
use super::upload::StreamRun;
use crate::commerce::client::{CommerceError, Upload};
use crate::commerce::wire::{LineResult, LineStatus};
use crate::ledger::{SetAside, Settlement};
use crate::model::Stream;
use crate::model::exception::Exception;

/// More quarantined records than this, and more than one in twenty, means that the fault is not
/// in single records.
pub const QUARANTINE_FLOOR: u64 = 50;

/// What a batch under way came to.
#[derive(Debug)]
pub enum Outcome {
    /// Every line has an answer. Stale lines are to be sent again with a greater version.
    Settled {
        /// Their ids.
        stale: Vec<String>,
    },
    /// No answer: it stays in the outbox until its records are settled.
    Unknown {
        /// What happened to the request.
        why: CommerceError,
    },
}

impl StreamRun {
    /// Sends one batch and writes down what came of it.
    pub async fn send(self, batch: Batch) -> Result<Outcome, Stop> {
        let (ledger, stream) = (&self.sides.ledger, self.stream);
        if self.options.dry_run {
            let bytes = batch.body(0).len() as u64;
            self.count_settled(&batch, batch.records().len() as u64, 0, bytes, 0);
            return Ok(Outcome::Settled { stale: Vec::new() });
        }
        let number = ledger
            .intend(self.fence, stream, batch.ids(), batch.replaces)
            .await?;
        let body = batch.body(number);
        let bytes = body.len() as u64;
        let key = format!("{}-{number}", self.sides.incarnation);
        let upload = Upload {
            key: &key,
            body: body.into(),
            lines: batch.records().len(),
            load: self.pass.as_ref().and_then(|pass| pass.load.as_deref()),
            dry_run: false,
        };
        let tries = AtomicU64::new(0);
        let answered = self
            .sides
            .ask_if(Unanswered::Tell, &self.report, || {
                tries.fetch_add(1, Ordering::Relaxed);
                self.sides.commerce.upload(stream, &upload)
            })
            .await;
        let answer = match answered {
            Ok(answer) => answer,
            Err(why @ CommerceError::Unknown { .. }) => return Ok(Outcome::Unknown { why }),
            Err(error) => return Err(error.into()),
        };
        let retries = tries.into_inner().saturating_sub(1);
        let settled = read_answer(stream, batch.records(), &answer.results)?;
        if let Some(version) = settled.newer {
            ledger.raise_version(version).await?;
        }
        let quarantined = settled.settlement.set_aside.len() as u64;
        let acknowledged = batch.records().len() as u64 - quarantined - settled.stale.len() as u64;
        let generation = self.generation();
        ledger
            .settle(self.fence, stream, number, generation, settled.settlement)
            .await?;
        self.count_settled(&batch, acknowledged, quarantined, bytes, retries);
        self.stop_if_systematic().await?;
        Ok(Outcome::Settled {
            stale: settled.stale,
        })
    }

    fn count_settled(
        &self,
        batch: &Batch,
        acknowledged: u64,
        quarantined: u64,
        bytes: u64,
        retries: u64,
    ) {
        let deleted = batch
            .records()
            .iter()
            .filter(|record| record.hash.is_none())
            .count() as u64;
        self.report.stream(self.stream, |progress| {
            let counts = &mut progress.counts;
            counts.acknowledged += acknowledged;
            counts.quarantined += quarantined;
            counts.deleted += deleted.min(acknowledged);
            counts.batches += 1;
            counts.payload_bytes += bytes;
            counts.retries += retries;
        });
    }

    /// The mark of the pass under way.
    pub fn generation(&self) -> Option<i64> {
        self.pass.as_ref().map(|pass| pass.generation)
    }

    /// Stops a run whose records are refused by the dozen. Those that an operator has resolved
    /// stand in nobody's way.
    pub async fn stop_if_systematic(&self) -> Result<(), Stop> {
        let Some(before) = &self.judged_from else {
            return Ok(());
        };
        let mut counts = self.report.counts(self.stream);
        counts.quarantined = counts.quarantined.saturating_sub(before.quarantined);
        counts.enumerated = counts.enumerated.saturating_sub(before.enumerated);
        let is_many = |refused: u64| refused > QUARANTINE_FLOOR && refused * 20 > counts.enumerated;
        if !is_many(counts.quarantined) {
            return Ok(());
        }
        let resolved = self.sides.ledger.resolved(self.stream).await?;
        if is_many(counts.quarantined.saturating_sub(resolved)) {
            return Err(Exception::new(
                "Too many records are refused.",
                format!(
                    "{} of {} records of {} went to quarantine: the fault is not in single records.",
                    counts.quarantined, counts.enumerated, self.stream
                ),
                "Look at the reasons (axcs exceptions) and mend the cause, or resolve those that are to stay so, then start the job again.",
            )
            .into());
        }
        Ok(())
    }
}

/// What the lines of an answer mean for the ledger.
#[derive(Debug, Default)]
struct Answered {
    settlement: Settlement,
    stale: Vec<String>,
    newer: Option<i64>,
}

fn read_answer(
    stream: Stream,
    records: &[Prepared],
    results: &[LineResult],
) -> Result<Answered, Exception> {
    let mut answered = Answered::default();
    for (record, result) in records.iter().zip(results) {
        if record.id != result.id {
            return Err(Exception::new(
                "The service gave an answer that is not its own.",
                format!(
                    "It answered for the record {:?} in the place of {:?}.",
                    result.id, record.id
                ),
                "Check the address and the version of the service.",
            ));
        }
        match result.status {
            LineStatus::Created
            | LineStatus::Updated
            | LineStatus::Unchanged
            | LineStatus::Deleted => match record.hash {
                Some(hash) => answered.settlement.held.push((record.id.clone(), hash)),
                None => answered.settlement.dropped.push(record.id.clone()),
            },
            LineStatus::Stale => {
                answered.newer = answered.newer.max(result.version);
                answered.stale.push(record.id.clone());
            }
            LineStatus::Rejected => answered.settlement.set_aside.push(refused(stream, result)),
        }
    }
    Ok(answered)
}

/// A record that the service refused.
fn refused(stream: Stream, result: &LineResult) -> SetAside {
    let field = result.field.clone().unwrap_or_default();
    let detail = result.detail.as_deref().unwrap_or_default();
    let cause = if field.is_empty() {
        detail.to_owned()
    } else {
        format!("{field}: {detail}")
    };
    let code = result.code.clone().unwrap_or_else(|| "rejected".to_owned());
    let remedy = remedy(stream, &code);
    SetAside {
        id: result.id.clone(),
        code,
        field,
        exception: Exception::new("The service refused the record.", cause, remedy),
    }
}

/// What to do about a refusal. What is told about orders is seldom mended by correcting it in AX.
fn remedy(stream: Stream, code: &str) -> &'static str {
    match (stream, code) {
        (Stream::Acknowledgements, "no-such-order") => {
            "The service has lost the order, though AX may have it. Have it placed again under the same id, or resolve this with a note."
        }
        (Stream::Acknowledgements, "sales-order-conflict") => {
            "Compare the sales orders in AX, cancel the one that is too many, then resolve this with a note."
        }
        (Stream::Shipments | Stream::OrderStatuses, "no-such-order") => {
            "Nothing while the order's acknowledgement is on its way: it is sent again by itself. If the acknowledgement has an exception, mend that."
        }
        (Stream::Shipments, "no-such-line") => {
            "The order was changed online after AX had it. Have the line put back online: it is sent again by itself. Or resolve this with a note."
        }
        _ => "Correct it in AX: the next run sends it. If the service was at fault, retry it.",
    }
}
