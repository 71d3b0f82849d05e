//! `saseo init`: the shipped configuration is written into a folder.

use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::Args;
use serde_json::json;

use crate::cli::exit::Exit;
use crate::cli::{Common, console};
use crate::config::shipped::{self, ShippedFile};

#[derive(Debug, Args)]
pub(super) struct InitArgs {
    /// The folder to write the configuration into; by default that of --config
    #[arg(value_name = "DIR")]
    folder: Option<PathBuf>,
}

/// Writes the shipped configuration, and overwrites nothing.
pub(super) fn run(common: &Common, args: &InitArgs) -> anyhow::Result<Exit> {
    let folder = args
        .folder
        .as_deref()
        .or(common.config.as_deref())
        .unwrap_or(Path::new("config"));
    let written = write_shipped(common, folder, &shipped::files())?;

    if common.json {
        console::json(&json!({ "folder": folder, "written": written }))?;
    }
    Ok(Exit::Done)
}

/// Writes the shipped files that are not in a folder yet, and tells of each. Returns those that
/// were written.
pub(super) fn write_shipped(
    common: &Common,
    folder: &Path,
    files: &[ShippedFile],
) -> anyhow::Result<Vec<PathBuf>> {
    let mut written = Vec::new();
    let mut pages = 0;

    for file in files {
        let path = folder.join(file.path);
        let is_new = write_new(&path, file.bytes)?;
        written.extend(is_new.then(|| path.clone()));
        if file.toml().is_none() {
            pages += usize::from(is_new);
            continue;
        }
        let said = if is_new {
            "written"
        } else {
            "there already, left as it is"
        };
        common.voice().note(&format!("{}: {said}", path.display()));
    }

    let beside = folder.join("profiles");
    common.voice().note(&format!(
        "{}: {pages} saved pages and expectations written beside them",
        beside.display()
    ));
    Ok(written)
}

/// Writes a file that is not there yet, whole or not at all. Returns whether it was written.
pub(super) fn write_new(path: &Path, bytes: &[u8]) -> anyhow::Result<bool> {
    if path.symlink_metadata().is_ok() {
        return Ok(false);
    }
    write_whole(path, bytes).with_context(|| format!("cannot write {}", path.display()))?;
    Ok(true)
}

/// Writes a file beside its place, and then renames it.
fn write_whole(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    std::fs::create_dir_all(path.parent().unwrap_or(Path::new(".")))?;

    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.part", std::process::id()));
    let part = path.with_file_name(name);
    let written = std::fs::write(&part, bytes).and_then(|()| std::fs::rename(&part, path));
    if written.is_err() {
        // The error of the writing is returned. A part that cannot be removed stays.
        let _ = std::fs::remove_file(&part);
    }
    written
}
