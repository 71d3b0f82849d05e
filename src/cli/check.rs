//! `saseo check`: configuration, archive, disk and clock.

mod archive;
mod configuration;
mod finding;
mod machine;
mod saved;

use clap::Args;
use serde_json::{Value, json};

use crate::cli::check::finding::Finding;
use crate::cli::exit::Exit;
use crate::cli::{Common, console};
use crate::config_folder::Config;

#[derive(Debug, Args)]
pub(super) struct CheckArgs {
    /// Run each profile over the saved pages beside it, and name the fields that it reads otherwise
    /// than expected
    ///
    /// The pages of profiles/NAME.toml stand in profiles/NAME: what is read in PAGE.html is
    /// compared with PAGE.json. Of the archive's papers, those are named whose newest articles lack
    /// a field that the month before had. Exit 1 where a field differs, or is lacking.
    #[arg(long)]
    profiles: bool,
}

/// Checks everything. A fault in one thing does not keep the others from being checked.
pub(super) fn run(common: &Common, args: &CheckArgs) -> anyhow::Result<Exit> {
    if args.profiles {
        return saved::run(common);
    }

    let (configuration, faults) = Config::examine(common.config.as_deref());
    let least = configuration.settings.limits.free_disk;
    let mut findings = configuration::check(&configuration, &faults);
    findings.push(archive::check(common));
    findings.push(machine::check_disk(common.data(), least));
    findings.push(machine::check_clock());
    findings.extend(archive::check_lists(common));

    tell(common, &findings)?;
    let all_well = findings.iter().all(Finding::is_well);
    Ok(match (faults.is_empty(), all_well) {
        (false, _) => Exit::Usage,
        (true, true) => Exit::Done,
        (true, false) => Exit::Failed,
    })
}

fn tell(common: &Common, findings: &[Finding]) -> anyhow::Result<()> {
    if common.json {
        let all_well = findings.iter().all(Finding::is_well);
        let each: Vec<Value> = findings.iter().map(Finding::as_json).collect();
        return console::json(&json!({"ok": all_well, "findings": each}));
    }

    for Finding { about, said } in findings {
        let (mark, said) = match said {
            Ok(said) => ("ok", said),
            Err(said) => ("WRONG", said),
        };
        console::data(&format!("{mark:<6}{about}: {said}"))?;
    }
    Ok(())
}
