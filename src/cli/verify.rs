//! `axcs verify`: both ends compared record by record.

use clap::Args;

use super::set_up::SetUp;
use super::{Exit, Invocation, Refusal, print};
use crate::jobs::verify::{self, Verified};
use crate::model::Stream;
use crate::model::exception::Exception;

#[derive(Debug, Args)]
pub struct VerifyArguments {
    /// Only this stream
    #[arg(long)]
    stream: Option<Stream>,
    /// Name at most so many differences of a stream
    #[arg(long, default_value_t = 20)]
    limit: usize,
}

pub async fn verify(invocation: &Invocation, arguments: VerifyArguments) -> Result<Exit, Refusal> {
    let set_up = SetUp::open(&invocation.settings()?).await?;
    let streams = arguments
        .stream
        .map_or(Stream::ALL.to_vec(), |stream| vec![stream]);
    let verified = compare(&set_up, &streams, arguments.limit).await;
    set_up.close().await;
    let verified = verified?;
    let differs: u64 = verified.iter().map(Verified::differs).sum();
    if invocation.json() {
        print::json(&serde_json::json!({"differences": differs, "streams": verified}));
    } else {
        show(&verified, differs);
    }
    Ok(if differs == 0 {
        Exit::Done
    } else {
        Exit::Failed
    })
}

async fn compare(
    set_up: &SetUp,
    streams: &[Stream],
    limit: usize,
) -> Result<Vec<Verified>, Refusal> {
    let sides = set_up.runner.sides();
    let selection = sides.ledger.selection().await.map_err(Exception::from)?;
    if selection.is_empty() {
        return Err(Refusal::usage(
            "There is nothing to compare.",
            "No product is selected.",
            "Select products: axcs products rules add --item-group GROUP",
        ));
    }
    let mut verified = Vec::with_capacity(streams.len());
    for stream in streams {
        verified.push(verify::verify(sides, &selection, *stream, limit).await?);
    }
    Ok(verified)
}

fn show(verified: &[Verified], differs: u64) {
    let rows: Vec<Vec<String>> = verified
        .iter()
        .map(|stream| {
            vec![
                stream.stream.title().to_owned(),
                print::number(stream.company),
                print::number(stream.service),
                print::number(stream.same),
                print::number(stream.missing),
                print::number(stream.different),
                print::number(stream.extra),
            ]
        })
        .collect();
    print::table(
        &[
            "STREAM",
            "COMPANY",
            "SERVICE",
            "SAME",
            "MISSING",
            "DIFFERENT",
            "EXTRA",
        ],
        &rows,
    );
    for stream in verified {
        for difference in &stream.differences {
            let why = difference
                .quarantined
                .as_ref()
                .map(|why| format!(" (set aside: {why})"));
            print::line(format_args!(
                "{} {} {}{}",
                stream.stream,
                difference.kind.name(),
                difference.id,
                why.unwrap_or_default()
            ));
        }
        let left = stream
            .differs()
            .saturating_sub(stream.differences.len() as u64);
        if left > 0 {
            print::line(format_args!(
                "{}: and {} more",
                stream.stream,
                print::number(left)
            ));
        }
    }
    print::line(match differs {
        0 => "0 differences".to_owned(),
        1 => "1 difference".to_owned(),
        many => format!("{} differences", print::number(many)),
    });
}
