//! `saseo backup`: the archive is copied into one file.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use crate::backup::{BackupOptions, BackupProgress, BackupSummary, OpenBackup, Replacing, Writing};
use crate::cli::exit::Exit;
use crate::cli::progress::{ProgressLine, in_words};
use crate::cli::{Common, console, copy_words, hint};
use crate::clock::Clock;
use crate::config::units::Bytes;
use crate::config_folder::Config;
use crate::counts;
use crate::signals::CaughtSignals;

#[derive(Debug, Args)]
pub(super) struct BackupArgs {
    /// The backup; an earlier one of this archive is replaced
    #[arg(value_name = "FILE")]
    out: PathBuf,
    /// The most that is copied in a second, so that a crawl keeps its disk; 0 for no limit
    #[arg(long, value_name = "SIZE", default_value = "32MiB")]
    rate: Bytes,
    /// Write only the pages that changed since FILE was made into it, for a disk that is slow to
    /// write. The archive is copied and checked on its own disk first
    #[arg(long)]
    incremental: bool,
    /// Replace FILE also where it is no earlier backup of this archive
    #[arg(long)]
    replace: bool,
}

/// Makes a backup, and tells what is in it.
pub(super) fn run(common: &Common, args: &BackupArgs) -> anyhow::Result<Exit> {
    let configuration = Config::find(common.config.as_deref())?;
    let options = BackupOptions {
        replacing: if args.replace {
            Replacing::Any
        } else {
            Replacing::Earlier
        },
        writing: if args.incremental {
            Writing::ChangedPages
        } else {
            Writing::WholeFile
        },
        rate: args.rate,
        free_disk: configuration.settings.limits.free_disk,
    };

    let signals = CaughtSignals::new()?;
    let backup = OpenBackup::begin(common.place()?.folder_to_back_up()?, &args.out, options)?;
    signals.remove_at_stop(backup.part().to_owned());
    let line = ProgressLine::new(common);
    let summary = backup.write(&Clock::system(), |progress| line.show(&words(progress)))?;
    line.end();

    tell(common, &summary)?;
    if summary.is_kept {
        return Ok(Exit::Done);
    }
    console::note(&format!(
        "saseo: {} damaged: no backup was kept, and a former one is as it was; `{}` names all of \
         them",
        counts::count(summary.report.damaged, "thing(s) in the archive (is|are)"),
        hint::command(common, &["verify"])
    ));
    Ok(Exit::Failures)
}

fn words(progress: BackupProgress<'_>) -> String {
    match progress {
        BackupProgress::Copying(progress) => copy_words::copying(progress),
        BackupProgress::Checking(progress) => copy_words::checking(progress),
    }
}

fn tell(common: &Common, summary: &BackupSummary) -> anyhow::Result<()> {
    let (report, head) = (&summary.report, &summary.head);
    if common.json {
        return console::json(&json!({
            "backup": summary.path,
            "kept": summary.is_kept,
            "bytes": summary.bytes,
            "ledger_row": head.as_ref().map(|head| head.row),
            "ledger_hash": head.as_ref().map(|head| hex::encode(&head.hash)),
            "ledger_at": head.as_ref().map(|head| head.at.to_string()),
            "copied_seconds": summary.copied_in.as_secs_f64(),
            "checked_seconds": summary.checked_in.as_secs_f64(),
            "log_growth": summary.log_growth,
            "pages_written": summary.changed.map(|changed| changed.changed),
            "checked": report,
        }));
    }
    if !summary.is_kept {
        return copy_words::tell_damage(report);
    }

    let end = head.as_ref().map_or_else(
        || "without a request yet".to_owned(),
        |head| format!("up to row {} of the ledger, {}", head.row, head.at),
    );
    console::data(&format!(
        "{}: {}, {end}; copied in {}, checked in {}: {}",
        summary.path.display(),
        counts::size(summary.bytes),
        in_words(summary.copied_in),
        in_words(summary.checked_in),
        counts::in_words(&[
            (report.bodies, "bod(y|ies)"),
            (report.versions, "version(s)"),
            (report.ledger_rows, "row(s) of the ledger"),
        ])
    ))?;
    if let Some(changed) = summary.changed {
        console::data(&format!(
            "written: {} of {} pages, {}",
            changed.changed,
            changed.of,
            counts::size(changed.changed * changed.page_bytes)
        ))?;
    }
    tell_rest(common)
}

/// Tells what else belongs to the archive, where it is there: named exports, time stamps, and pages
/// in object storage.
fn tell_rest(common: &Common) -> anyhow::Result<()> {
    let mut rest: Vec<String> = ["exports", "timestamps"]
        .iter()
        .map(|name| common.data().join(name))
        .filter(|folder| folder.is_dir())
        .map(|folder| folder.display().to_string())
        .collect();
    let objects = common.reader()?.objects_state()?;
    rest.extend(objects.map(|objects| format!("the pages in {}", objects.location)));
    if !rest.is_empty() {
        common.voice().note(&format!(
            "not in it: copy {} and the configuration, too",
            rest.join(", ")
        ));
    }
    Ok(())
}
