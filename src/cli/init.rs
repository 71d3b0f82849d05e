//! `saseo init`.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::Args;

use crate::cli::exit::Exit;
use crate::cli::say;
use crate::config::shipped;

#[derive(Debug, Args)]
pub(in crate::cli) struct InitArgs {
    /// The folder to write the configuration into
    #[arg(value_name = "DIR", default_value = "config")]
    folder: PathBuf,
}

pub(in crate::cli) fn run(args: &InitArgs) -> anyhow::Result<Exit> {
    for (name, text) in shipped::FILES {
        let path = args.folder.join(name);
        let said = if write_new(&path, text)? { "written" } else { "there already, left as it is" };
        say::note(&format!("{}: {said}", path.display()));
    }
    Ok(Exit::Done)
}

/// Writes a file that is not there yet; returns whether it did.
fn write_new(path: &Path, text: &str) -> anyhow::Result<bool> {
    let fault = || format!("cannot write {}", path.display());
    std::fs::create_dir_all(path.parent().unwrap_or(Path::new("."))).with_context(fault)?;
    match OpenOptions::new().write(true).create_new(true).open(path) {
        Ok(mut file) => file.write_all(text.as_bytes()).with_context(fault).map(|()| true),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(false),
        Err(error) => Err(error).with_context(fault),
    }
}
