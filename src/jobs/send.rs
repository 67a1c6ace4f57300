//! One batch: its intent in the ledger, its request, and what the answer means.

use tokio::time::Instant;

use super::ask::{Call, Unanswered};
use super::batch::{Batch, Lines, Prepared};
use super::failure::Stop;
use super::upload::StreamRun;
use crate::commerce::client::{CommerceError, Upload};
use crate::commerce::wire::{LineResult, LineStatus};
use crate::ledger::{SetAside, Settlement};
use crate::model::Stream;
use crate::model::exception::{Exception, chain};

/// What an operator reads of a record that the service does not take.
const REFUSED: &str = "The service refused the record.";

/// More quarantined records than this, and more than one in twenty, means that the fault is not
/// in single records.
pub const QUARANTINE_FLOOR: u64 = 50;

/// What a batch under way came to.
#[derive(Debug, Default)]
pub struct Outcome {
    /// Records to be sent again with a greater version: the service holds a newer one.
    pub stale: Vec<String>,
    /// What happened to a request that got no answer. Its records stay in the outbox until they
    /// are settled.
    pub unknown: Option<CommerceError>,
}

/// A batch, or a part of one that was refused as a whole.
struct Part {
    batch: Batch,
    /// Where this part is taken, the next one holds what the whole was refused for.
    tells_of_next: bool,
    /// It would be refused again.
    is_known_bad: bool,
}

/// What a part came to.
enum Sent {
    /// Every line has an answer.
    Settled { stale: Vec<String> },
    /// No answer.
    Unknown { why: CommerceError },
    /// No line was taken because of some of them. The batch stays in the outbox.
    RefusedAsAWhole {
        number: i64,
        lines: Lines,
        why: CommerceError,
    },
}

/// A batch as the ledger knows it.
struct Intent {
    number: i64,
    /// The ledger was asked to write it down then, or to do so again.
    asked: Instant,
}

impl StreamRun {
    /// Sends one batch and writes down what came of it. One that is refused as a whole is taken
    /// apart until only the records are left that nothing else is refused for: one bad record among
    /// five hundred takes some ten requests more.
    pub async fn send(self, batch: Batch) -> Result<Outcome, Stop> {
        let mut outcome = Outcome::default();
        if self.options.dry_run {
            let lines = batch.into_lines(0);
            let bytes = lines.body().len() as u64;
            let records = lines.records();
            self.count_settled(records, records.len() as u64, 0, bytes, 0);
            return Ok(outcome);
        }
        // The next one is the last.
        let mut parts = vec![Part {
            batch,
            tells_of_next: false,
            is_known_bad: false,
        }];
        while let Some(part) = parts.pop() {
            let Part {
                batch,
                tells_of_next,
                is_known_bad,
            } = part;
            let is_single = batch.records().len() == 1;
            if is_known_bad && !is_single {
                split(&mut parts, batch.halves(), batch.replaces, true);
                continue;
            }
            match self.send_part(batch).await? {
                Sent::Settled { stale } => {
                    outcome.stale.extend(stale);
                    if let Some(next) = parts.last_mut().filter(|_| tells_of_next) {
                        next.is_known_bad = true;
                    }
                }
                Sent::Unknown { why } => outcome.unknown = Some(why),
                Sent::RefusedAsAWhole { number, lines, why } if is_single => {
                    self.set_refused_aside(lines.records(), number, &why)
                        .await?;
                }
                Sent::RefusedAsAWhole { number, lines, why } => {
                    tracing::info!(stream = %self.stream, "a batch is taken apart: {why}");
                    // Of a batch that was too large, no part need be.
                    let is_any_bad = why.status() != Some(413);
                    split(&mut parts, lines.halves(), Some(number), is_any_bad);
                }
            }
        }
        Ok(outcome)
    }

    async fn send_part(&self, batch: Batch) -> Result<Sent, Stop> {
        let (sides, stream) = (&self.sides, self.stream);
        let call = Call::new(&sides.flow, &self.report, Unanswered::Tell);
        let mut call = call.under(&self.trust);
        call.ready().await?;
        // No place is held meanwhile: another batch is on its way.
        let mut intent = self.write_down(&batch).await?;
        let number = intent.number;
        let key = format!("{}-{number}", sides.incarnation);
        let lines = batch.into_lines(number);
        let records = lines.records();
        let upload = Upload {
            key: &key,
            body: lines.body(),
            packed: None,
            lines: records.len(),
            load: self.pass.as_ref().and_then(|pass| pass.load.as_deref()),
            dry_run: false,
        };
        let upload = sides.commerce.pack(upload).await;
        let answered = loop {
            let turn = call.turn().await?;
            self.write_down_again(&mut intent).await?;
            if self.may_send(&intent) {
                let answer = sides.commerce.upload(stream, &upload).await;
                if let Some(answer) = call.heard(turn, answer) {
                    break answer;
                }
            }
        };
        let answer = match answered {
            Ok(answer) => answer,
            Err(why @ CommerceError::Unknown { .. }) => return Ok(Sent::Unknown { why }),
            Err(why) if why.is_about_contents() => {
                return Ok(Sent::RefusedAsAWhole { number, lines, why });
            }
            Err(error) => return Err(error.into()),
        };
        let settled = read_answer(stream, records, &answer.results)?;
        if let Some(version) = settled.newer {
            sides.ledger.raise_version(version).await?;
        }
        let quarantined = settled.settlement.set_aside.len() as u64;
        let acknowledged = records.len() as u64 - quarantined - settled.stale.len() as u64;
        let bytes = upload.body.len() as u64;
        self.settle(number, settled.settlement).await?;
        self.count_settled(records, acknowledged, quarantined, bytes, call.retries());
        self.stop_if_systematic().await?;
        Ok(Sent::Settled {
            stale: settled.stale,
        })
    }

    async fn write_down(&self, batch: &Batch) -> Result<Intent, Stop> {
        if self.stream.is_read_from_company() {
            let ledger = &self.sides.ledger;
            let note = || ledger.note_incarnation(self.fence, self.stream, &self.incarnation);
            self.noted.get_or_try_init(note).await?;
        }
        let asked = Instant::now();
        let number = self
            .sides
            .ledger
            .intend(self.fence, self.stream, batch.ids(), batch.replaces)
            .await?;
        Ok(Intent { number, asked })
    }

    /// Nothing is sent later than a lease after it was written down: whoever settles the batch
    /// counts from there until its last request is dead.
    async fn write_down_again(&self, intent: &mut Intent) -> Result<(), Stop> {
        if intent.asked.elapsed() >= self.sides.lease / 2 {
            intent.asked = Instant::now();
            let ledger = &self.sides.ledger;
            ledger.intend_again(self.fence, intent.number).await?;
        }
        Ok(())
    }

    /// The last look before the socket.
    fn may_send(&self, intent: &Intent) -> bool {
        self.trust.holds() && intent.asked.elapsed() < self.sides.lease
    }

    async fn settle(&self, number: i64, settlement: Settlement) -> Result<(), Stop> {
        let (ledger, generation) = (&self.sides.ledger, self.generation());
        Ok(ledger
            .settle(self.fence, self.stream, number, generation, settlement)
            .await?)
    }

    /// Quarantines records that cannot be sent at all; a dry run only counts them.
    pub(super) async fn set_aside(&self, records: Vec<SetAside>) -> Result<(), Stop> {
        if records.is_empty() {
            return Ok(());
        }
        let quarantined = records.len() as u64;
        if !self.options.dry_run {
            let (ledger, generation) = (&self.sides.ledger, self.generation());
            ledger
                .set_aside(self.fence, self.stream, generation, records)
                .await?;
        }
        self.report.stream(self.stream, |progress| {
            progress.counts.quarantined += quarantined
        });
        Ok(())
    }

    /// The only record of a batch that was refused as a whole is what it was refused for.
    async fn set_refused_aside(
        &self,
        records: &[Prepared],
        number: i64,
        why: &CommerceError,
    ) -> Result<(), Stop> {
        let set_aside = records.iter().map(|record| {
            let (code, cause) = match why.problem() {
                Some(problem) => (problem.code.clone(), problem.detail.clone()),
                None => ("refused".to_owned(), chain(why)),
            };
            SetAside {
                id: record.id.clone(),
                field: String::new(),
                exception: Exception::new(REFUSED, cause, remedy(self.stream, &code)),
                code,
            }
        });
        let settlement = Settlement {
            set_aside: set_aside.collect(),
            ..Settlement::default()
        };
        self.settle(number, settlement).await?;
        self.count_settled(records, 0, records.len() as u64, 0, 0);
        self.stop_if_systematic().await
    }

    fn count_settled(
        &self,
        records: &[Prepared],
        acknowledged: u64,
        quarantined: u64,
        bytes: u64,
        retries: u64,
    ) {
        let deleted = records
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

/// Puts the halves of a batch in its place. The second one takes its place in the outbox too, once
/// the first is dealt with: no record is ever without an intent.
fn split(parts: &mut Vec<Part>, halves: [Batch; 2], replaces: Option<i64>, is_any_bad: bool) {
    let [first, mut second] = halves;
    second.replaces = replaces;
    for (batch, tells_of_next) in [(second, false), (first, is_any_bad)] {
        parts.push(Part {
            batch,
            tells_of_next,
            is_known_bad: false,
        });
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
        exception: Exception::new(REFUSED, cause, remedy),
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
