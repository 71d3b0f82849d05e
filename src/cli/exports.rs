//! `saseo exports`: the named exports of the archive.

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use crate::archive::Reader;
use crate::cli::args::{count, export_name};
use crate::cli::exit::Exit;
use crate::cli::{Common, console};
use crate::counts;
use crate::export::{
    ExportName, ExportProgress, NamedExportList, NamedExportState, delete_named, list_named,
    rewind_named,
};

#[derive(Debug, Args)]
pub(super) struct ExportsArgs {
    #[command(subcommand)]
    command: Option<ExportsCommand>,
}

#[derive(Debug, Subcommand)]
enum ExportsCommand {
    /// Set an export back: its parts from there on are removed, and the next run writes them again
    Rewind {
        #[arg(value_name = "NAME", value_parser = export_name)]
        name: ExportName,
        /// Keep the parts up to this change; without it none is kept
        #[arg(long, value_name = "SEQ", value_parser = count)]
        to: Option<u64>,
    },
    /// Take an export off the list; the files in its folder stay
    Delete {
        #[arg(value_name = "NAME", value_parser = export_name)]
        name: ExportName,
    },
}

/// Lists the named exports, or does something with one.
pub(super) fn run(common: &Common, args: &ExportsArgs) -> anyhow::Result<Exit> {
    let reader = common.reader()?;
    match &args.command {
        None => list(common, &reader)?,
        Some(ExportsCommand::Rewind { name, to }) => {
            rewind(common, &reader, name, to.unwrap_or_default())?;
        }
        Some(ExportsCommand::Delete { name }) => delete(common, &reader, name)?,
    }
    Ok(Exit::Done)
}

fn list(common: &Common, reader: &Reader) -> anyhow::Result<()> {
    let NamedExportList { exports, unread } = list_named(reader)?;
    if common.json {
        let unread = unread.iter().map(|trouble| json!({ "trouble": trouble }));
        let told: Vec<Value> = exports.iter().map(in_json).chain(unread).collect();
        return console::json(&told);
    }
    for trouble in &unread {
        console::note(&format!(
            "{trouble}; if it is no named export, move it away"
        ));
    }
    if exports.is_empty() {
        return console::data(
            "there are no named exports: `saseo export --incremental NAME --out FOLDER` begins one",
        );
    }

    let told: Vec<String> = exports.iter().map(in_words).collect();
    console::data(&told.join("\n"))
}

fn in_json(export: &NamedExportState) -> Value {
    let progress = export.progress.as_ref().ok();
    json!({
        "name": export.name,
        "folder": export.folder,
        "format": export.format,
        "selection": export.selection,
        "position": progress.map(|progress| progress.position),
        "to_come": progress.map(|progress| progress.to_come),
        "changes": progress.map(|progress| progress.lines),
        "parts": progress.map(|progress| progress.parts),
        "ran_at": progress.and_then(|progress| progress.ran_at.as_deref()),
        "trouble": export.progress.as_ref().err(),
    })
}

fn in_words(export: &NamedExportState) -> String {
    let NamedExportState {
        name,
        folder,
        format,
        selection,
        progress,
    } = export;
    let came = match progress {
        Ok(progress) => progress_in_words(progress),
        Err(trouble) => trouble.clone(),
    };
    format!(
        "{name}  {format}, {selection}, in {}\n  {came}",
        folder.display()
    )
}

fn progress_in_words(progress: &ExportProgress) -> String {
    let ExportProgress {
        position,
        to_come,
        lines,
        parts,
        ran_at,
    } = progress;
    let to_come = match to_come {
        0 => "nothing to come".to_owned(),
        some => format!("{} to come", counts::count(*some, "change(s)")),
    };
    let ran_at = ran_at.as_deref().unwrap_or("never");
    format!(
        "up to change {position}, {to_come}; {} in {}; last run {ran_at}",
        counts::count(*lines, "line(s)"),
        counts::count(*parts as u64, "part(s)"),
    )
}

fn rewind(common: &Common, reader: &Reader, name: &ExportName, to: u64) -> anyhow::Result<()> {
    let position = rewind_named(reader.file_place(), name, to)?;
    if common.json {
        return console::json(&json!({ "export": name.as_str(), "position": position }));
    }

    let why = if position == to {
        String::new()
    } else {
        format!(", the last end of a part up to {to}")
    };
    console::data(&format!(
        "{} goes on after change {position}{why}",
        name.as_str()
    ))
}

fn delete(common: &Common, reader: &Reader, name: &ExportName) -> anyhow::Result<()> {
    let folder = delete_named(reader.file_place(), name)?;
    if common.json {
        return console::json(&json!({ "export": name.as_str(), "folder": folder }));
    }
    console::data(&format!(
        "{} is off the list; its files stay in {}",
        name.as_str(),
        folder.display()
    ))
}
