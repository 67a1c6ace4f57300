//! Arguments, then the console, the service or one command, then the exit code.

use std::pin::Pin;
use std::process::ExitCode;

use axcs::cli::{self, Arguments};
use clap::Parser as _;

fn main() -> color_eyre::Result<ExitCode> {
    color_eyre::install()?;
    let arguments = Arguments::parse();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    // One copy of all commands: tokio would build one for each way in which a runtime waits.
    let work: Pin<Box<dyn Future<Output = _>>> = Box::pin(cli::execute(arguments));
    let exit = runtime.block_on(work);
    // A reader or a store may still hold a thread of its own; nothing of theirs is worth waiting for.
    runtime.shutdown_timeout(std::time::Duration::from_secs(1));
    Ok(exit.into())
}
