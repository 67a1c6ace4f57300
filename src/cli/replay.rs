//! `axcs replay`: a session of the console that was written down, shown again.

use std::path::PathBuf;

use clap::Args;

use super::{Exit, Refusal, Showing};

#[derive(Debug, Args)]
#[command(after_help = "Write a session down, then look at it:\n  \
axcs --record session.jsonl\n  \
axcs replay session.jsonl\n\n\
Keys: space stands still, any other goes on at once, q leaves. The file holds the names and addresses that \
the screens showed; the account, the products and AX's batch jobs are left out of it.")]
pub struct ReplayArguments {
    /// The file
    file: PathBuf,
    #[command(flatten)]
    showing: Showing,
}

/// `axcs replay`
pub async fn replay(arguments: &ReplayArguments) -> Result<Exit, Refusal> {
    match crate::console::replay(&arguments.file, arguments.showing.plain).await {
        Ok(()) => Ok(Exit::Done),
        Err(error) => Err(Refusal::usage(
            "The session cannot be shown.",
            format!("{error:#}"),
            "Write one down: axcs --record FILE",
        )),
    }
}
