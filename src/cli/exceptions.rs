//! `axcs exceptions`: what was set aside, and why.

use clap::Args;

use super::set_up::SetUp;
use super::{Exit, Invocation, Refusal, print};
use crate::model::Stream;
use crate::model::exception::{Exception, ExceptionFilter};

#[derive(Debug, Args)]
pub struct ExceptionsArguments {
    /// Only records of this stream
    #[arg(long)]
    stream: Option<Stream>,
    /// At most so many
    #[arg(long, default_value_t = 100)]
    limit: usize,
}

pub async fn exceptions(
    invocation: &Invocation,
    arguments: ExceptionsArguments,
) -> Result<Exit, Refusal> {
    let set_up = SetUp::open(&invocation.settings()?).await?;
    let filter = ExceptionFilter {
        stream: arguments.stream,
        limit: Some(arguments.limit),
        ..ExceptionFilter::default()
    };
    let found = set_up.runner.sides().ledger.exceptions(&filter).await;
    set_up.close().await;
    let found = found.map_err(Exception::from)?;
    if invocation.json() {
        print::json(&found);
        return Ok(Exit::Done);
    }
    let rows: Vec<Vec<String>> = found
        .iter()
        .map(|entry| {
            vec![
                print::time(entry.last),
                entry
                    .stream
                    .map(Stream::name)
                    .unwrap_or_default()
                    .to_owned(),
                entry.key.clone(),
                entry.attempts.to_string(),
                entry.code.clone(),
                entry.field.clone(),
                entry.exception.cause.clone(),
            ]
        })
        .collect();
    let header = [
        "LAST TRIED",
        "STREAM",
        "RECORD",
        "TRIES",
        "CODE",
        "FIELD",
        "WHY",
    ];
    print::table(&header, &rows);
    Ok(Exit::Done)
}
