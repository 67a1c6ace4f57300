//! `axcs completions` and `axcs man`: made from the definition that the commands and their `--help`
//! come from.

use std::path::PathBuf;

use clap::{Args, CommandFactory as _};
use clap_complete::Shell;

use super::{Arguments, Exit, Refusal, print};
use crate::model::exception::{Exception, chain};

/// What the program is called in the shell.
const NAME: &str = "axcs";

#[derive(Debug, Args)]
#[command(after_help = "Bash, for this account:\n  \
axcs completions bash > ~/.local/share/bash-completion/completions/axcs\n\n\
PowerShell, in this session:\n  \
axcs completions powershell | Out-String | Invoke-Expression")]
pub struct CompletionsArguments {
    /// The shell
    shell: Shell,
}

#[derive(Debug, Args)]
#[command(after_help = "Read it:\n  \
axcs man | man -l -\n\n\
A page for every command, for every account of a machine:\n  \
axcs man --folder /usr/local/share/man/man1")]
pub struct ManArguments {
    /// Write a page for every command into this folder
    #[arg(long, value_name = "DIR")]
    folder: Option<PathBuf>,
}

/// `axcs completions`
pub fn completions(arguments: &CompletionsArguments) -> Exit {
    let mut script = Vec::new();
    clap_complete::generate(
        arguments.shell,
        &mut Arguments::command(),
        NAME,
        &mut script,
    );
    print::as_it_is(&script);
    Exit::Done
}

/// `axcs man`
pub fn man(arguments: &ManArguments) -> Result<Exit, Refusal> {
    match &arguments.folder {
        None => {
            let mut page = Vec::new();
            clap_mangen::Man::new(Arguments::command())
                .render(&mut page)
                .map_err(|error| refused("The page cannot be made.", &error))?;
            print::as_it_is(&page);
        }
        Some(folder) => {
            let written = std::fs::create_dir_all(folder)
                .and_then(|()| clap_mangen::generate_to(Arguments::command(), folder));
            written.map_err(|error| {
                let text = format!("The pages cannot be written to {}.", folder.display());
                refused(&text, &error)
            })?;
        }
    }
    Ok(Exit::Done)
}

fn refused(text: &str, error: &std::io::Error) -> Refusal {
    let remedy = "Name a folder that this account may write to with --folder.";
    Exception::new(text, chain(error), remedy).into()
}
