//! `saseo init`.

use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::Args;

use crate::cli::exit::Exit;
use crate::cli::{Common, say};
use crate::config::shipped;

#[derive(Debug, Args)]
pub(in crate::cli) struct InitArgs {
    /// The folder to write the configuration into; by default that of --config
    #[arg(value_name = "DIR")]
    folder: Option<PathBuf>,
}

pub(in crate::cli) fn run(common: &Common, args: &InitArgs) -> anyhow::Result<Exit> {
    let folder = args.folder.as_deref().or(common.config.as_deref()).unwrap_or(Path::new("config"));
    for (name, text) in shipped::FILES {
        let path = folder.join(name);
        let said = if write_new(&path, text)? { "written" } else { "there already, left as it is" };
        if !common.quiet {
            say::note(&format!("{}: {said}", path.display()));
        }
    }
    Ok(Exit::Done)
}

/// Writes a file that is not there yet, whole or not at all; returns whether it did.
pub(in crate::cli) fn write_new(path: &Path, text: &str) -> anyhow::Result<bool> {
    if path.symlink_metadata().is_ok() {
        return Ok(false);
    }
    let fault = || format!("cannot write {}", path.display());
    std::fs::create_dir_all(path.parent().unwrap_or(Path::new("."))).with_context(fault)?;
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.part", std::process::id()));
    let part = path.with_file_name(name);
    let written = std::fs::write(&part, text).and_then(|()| std::fs::rename(&part, path));
    if written.is_err() {
        // The error is told; where the part is still there, nothing better can be done.
        let _ = std::fs::remove_file(&part);
    }
    written.with_context(fault).map(|()| true)
}
