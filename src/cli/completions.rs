//! `saseo completions`: a script with which a shell completes commands and options.

use clap::{Args, Command, ValueEnum};
use clap_complete::aot;
use serde_json::json;

use crate::cli::exit::Exit;
use crate::cli::{Common, console};

#[derive(Debug, Args)]
pub(super) struct CompletionsArgs {
    /// The shell that reads the script
    shell: CompletedShell,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum CompletedShell {
    Bash,
    Zsh,
    Fish,
}

/// Prints the script for `saseo`, as `command` describes it.
pub(super) fn run(
    common: &Common,
    args: &CompletionsArgs,
    command: Command,
) -> anyhow::Result<Exit> {
    let script = script(args.shell, command);
    if common.json {
        console::json(&json!({ "script": script }))?;
    } else {
        console::data(script.trim_end())?;
    }
    Ok(Exit::Done)
}

fn script(shell: CompletedShell, mut command: Command) -> String {
    let shell = match shell {
        CompletedShell::Bash => aot::Shell::Bash,
        CompletedShell::Zsh => aot::Shell::Zsh,
        CompletedShell::Fish => aot::Shell::Fish,
    };
    let mut script = Vec::new();
    aot::generate(shell, &mut command, "saseo", &mut script);
    String::from_utf8_lossy(&script).into_owned()
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;
    use crate::cli::Cli;

    #[test]
    fn each_shell_completes_every_command() {
        for shell in CompletedShell::value_variants() {
            let script = script(*shell, Cli::command());
            for command in Cli::command().get_subcommands() {
                let name = command.get_name();
                assert!(script.contains(name), "{shell:?}: {name}");
            }
        }
    }
}
