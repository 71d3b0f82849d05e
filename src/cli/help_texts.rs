//! The end of the help of each command: examples that can be typed, and its exit codes.

mod care;
mod crawling;
mod installing;
mod reading;

pub(super) use care::{
    archive_copy, audit, backup, compact, forget, hold, reextract, restore, verify,
};
pub(super) use crawling::{
    check, crawl, demo, identity, init, plan, resume, schedule, status, survey, worker,
};
pub(super) use installing::{completions, man};
pub(super) use reading::{
    about, cite, diff, export, exports, extract, list, mcp, search, serve, show, watch,
};

/// The exit code of a command that did what was asked. This and the next lines are the same for all
/// commands that have them, so that people learn them once.
const DONE: &str = "0        done";
/// The exit code of every error that has no other.
const FAILED: &str = "1        failed: stderr tells what, and what to do";
/// The exit code that clap uses for a wrong command line, and the program for the configuration.
const USAGE: &str = "2        wrong usage or configuration";
/// The exit code of commands that read the archive, where a part of it is damaged.
const DAMAGED: &str = "3        something that is kept is damaged; stderr names it";
/// The exit code of crawls that ended with failures.
const GIVEN_UP: &str =
    "3        finished, but more pages failed than --tolerate, or a host was given up";
/// The exit code of commands that write into the archive, where another one does: EX_TEMPFAIL of
/// sysexits.h.
const HELD: &str = "75       another run holds the archive";
/// The exit codes of commands that stop at signals: 128 and the number of the signal.
const STOPPED: &str = "130/143  stopped by SIGINT or SIGTERM, with everything saved";

fn ending(examples: &[&str], codes: &[&str]) -> String {
    let (examples, codes) = (listed(examples), listed(codes));
    format!("Examples:{examples}\n\nExit codes:{codes}")
}

fn listed(lines: &[&str]) -> String {
    lines.iter().map(|line| format!("\n  {line}")).collect()
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;

    use clap::{CommandFactory, Parser};

    use crate::cli::Cli;
    use crate::cli::search::arguments;

    /// Returns the examples of a help, word by word: from the command on, up to two spaces or a file
    /// that takes the output.
    fn examples(help: &str) -> Vec<Vec<String>> {
        let lines = help
            .lines()
            .skip_while(|line| *line != "Examples:")
            .skip(1)
            .take_while(|line| !line.is_empty());
        lines
            .filter_map(|line| line.split_once("saseo "))
            .filter_map(|(_, typed)| typed.split("  ").next()?.split(" > ").next())
            .map(|typed| typed.split_whitespace().map(str::to_owned).collect())
            .collect()
    }

    #[test]
    fn every_command_has_examples_that_can_be_typed_and_exit_codes() {
        for command in Cli::command().get_subcommands() {
            let help = command
                .get_after_help()
                .map(ToString::to_string)
                .unwrap_or_default();
            let examples = examples(&help);

            assert!(
                !examples.is_empty() && help.contains("\n\nExit codes:\n  0  "),
                "{}: {help}",
                command.get_name()
            );
            for typed in examples {
                assert_eq!(typed.first().map(String::as_str), Some(command.get_name()));
                let words = ["saseo".to_owned()].into_iter().chain(typed.clone());
                let parsed = Cli::try_parse_from(arguments(words.map(OsString::from)));
                assert!(parsed.is_ok(), "{typed:?}: {:?}", parsed.err());
            }
        }
    }
}
