//! `saseo man`: man pages of all commands, from their help.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::{Args, Command};
use clap_mangen::Man;
use clap_mangen::roff::{Roff, bold, roman};
use serde_json::json;

use crate::cli::exit::Exit;
use crate::cli::{Common, console};

#[derive(Debug, Args)]
pub(super) struct ManArgs {
    /// The folder to write the pages into; pages that are there are replaced
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

/// A man page: the name of its file, and its text.
struct ManPage {
    name: String,
    text: Vec<u8>,
}

/// Writes the pages of `saseo`, as `command` describes it, and of its commands.
pub(super) fn run(common: &Common, args: &ManArgs, command: Command) -> anyhow::Result<Exit> {
    let mut written = Vec::new();
    fs::create_dir_all(&args.out)
        .with_context(|| format!("cannot make the folder {}", args.out.display()))?;
    for page in pages(command)? {
        written.push(write(&args.out, &page)?);
    }

    let (count, folder) = (written.len(), args.out.display());
    common.voice().note(&format!(
        "{folder}: {count} pages written; `man {folder}/saseo.1` shows the first"
    ));
    if common.json {
        console::json(&json!({ "written": written }))?;
    }
    Ok(Exit::Done)
}

fn write(folder: &Path, page: &ManPage) -> anyhow::Result<PathBuf> {
    let path = folder.join(&page.name);
    fs::write(&path, &page.text).with_context(|| format!("cannot write {}", path.display()))?;
    Ok(path)
}

fn pages(command: Command) -> std::io::Result<Vec<ManPage>> {
    let mut command = command.disable_help_subcommand(true);
    command.build();

    let mut pages = Vec::new();
    add_pages(&command, &mut pages)?;
    Ok(pages)
}

fn add_pages(command: &Command, pages: &mut Vec<ManPage>) -> std::io::Result<()> {
    pages.push(page(command)?);
    for command in command.get_subcommands() {
        add_pages(command, pages)?;
    }
    Ok(())
}

/// Returns the page of a command. It has no date: the same program writes the same pages.
fn page(command: &Command) -> std::io::Result<ManPage> {
    let man = Man::new(command.clone());

    let mut text = Vec::new();
    let name = command.get_display_name().unwrap_or("saseo");
    // clap_mangen leaves an empty date out, and takes the version for it.
    let version = env!("CARGO_PKG_VERSION");
    writeln!(text, ".TH {name} 1 \"\" \"saseo {version}\" saseo")?;
    man.render_name_section(&mut text)?;
    man.render_synopsis_section(&mut text)?;
    man.render_description_section(&mut text)?;
    man.render_options_section(&mut text)?;
    if command.has_subcommands() {
        man.render_subcommands_section(&mut text)?;
    }
    ending(command).to_writer(&mut text)?;
    Ok(ManPage {
        name: man.get_filename(),
        text,
    })
}

/// Returns the sections that stand after the options in the help: examples, the environment and
/// exit codes. Their lines stay as they are.
fn ending(command: &Command) -> Roff {
    let help = command.get_after_help().map(ToString::to_string);
    let mut roff = Roff::new();
    for section in help.unwrap_or_default().split("\n\n") {
        let Some((heading, lines)) = section.split_once('\n') else {
            continue;
        };
        roff.control("SH", [heading_of_man(heading).as_str()]);
        roff.control("nf", []);
        for line in lines.lines() {
            roff.text([roman(line.strip_prefix("  ").unwrap_or(line))]);
        }
        roff.control("fi", []);
    }

    let name = command.get_display_name().unwrap_or("saseo");
    if let Some((above, _)) = name.rsplit_once('-') {
        roff.control("SH", ["SEE ALSO"]);
        roff.text([bold(above), roman("(1)")]);
    }
    roff
}

/// Returns the heading that man pages have for a section of the help (man-pages(7)).
fn heading_of_man(heading: &str) -> String {
    match heading.trim_end_matches(':') {
        "Exit codes" => "EXIT STATUS".to_owned(),
        other => other.to_uppercase(),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;
    use crate::cli::Cli;

    #[test]
    fn every_command_has_a_page_with_examples_and_exit_codes() {
        let pages = pages(Cli::command()).unwrap();

        for command in Cli::command().get_subcommands() {
            let name = format!("saseo-{}.1", command.get_name());
            let page = pages.iter().find(|page| page.name == name);
            let text = String::from_utf8_lossy(&page.expect(&name).text);
            assert!(text.contains("\n.SH EXAMPLES\n.nf\n"), "{text}");
            assert!(text.contains("\n.SH \"EXIT STATUS\"\n.nf\n"), "{text}");
            assert!(
                text.ends_with("\n.SH \"SEE ALSO\"\n\\fBsaseo\\fR(1)\n"),
                "{text}"
            );
        }
        assert!(pages.iter().any(|page| page.name == "saseo.1"));
    }
}
