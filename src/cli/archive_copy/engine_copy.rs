//! The command in a program that knows PostgreSQL.

use serde_json::json;

use crate::archive::{ArchiveError, CopiedRows, DamagedRows, ObjectLocation};
use crate::archive_copy::{
    ArchiveCopyEnd, ArchiveCopyProgress, ArchivePlace, copy as copy_archive,
};
use crate::cli::archive_copy::CopyArgs;
use crate::cli::exit::Exit;
use crate::cli::progress::ProgressLine;
use crate::cli::{Common, console, copy_words};
use crate::clock::Clock;
use crate::counts;
use crate::signals::CaughtSignals;

/// Copies the archive, and tells what was done.
pub(super) fn copy(common: &Common, args: &CopyArgs) -> anyhow::Result<Exit> {
    let place = |text: &str| ArchivePlace::parse(text).map_err(ArchiveError::from);
    let (from, to) = (place(&args.from)?, place(&args.to)?);
    let objects = common.blobs.as_deref().map(str::parse::<ObjectLocation>);
    let objects = objects.transpose().map_err(ArchiveError::from)?;
    let damaged = if args.even_damaged {
        DamagedRows::Copied
    } else {
        DamagedRows::Refused
    };
    CaughtSignals::new()?.end_at_stop(|| {
        console::note("the copy is not finished: run the same command again, it goes on");
    });

    let line = ProgressLine::new(common);
    let told = (damaged, objects.as_ref());
    let end = copy_archive(&from, &to, told, &Clock::system(), |progress| {
        line.show(&words(progress));
    })?;
    line.end();

    tell(common, args, &end)?;
    Ok(match end {
        ArchiveCopyEnd::Copied(_) | ArchiveCopyEnd::IsThere => Exit::Done,
        ArchiveCopyEnd::Damaged(_) => Exit::Failures,
    })
}

fn words(progress: ArchiveCopyProgress<'_>) -> String {
    match progress {
        ArchiveCopyProgress::Checking(progress) => copy_words::checking(progress),
        ArchiveCopyProgress::Copying(table, copied) => {
            let rows = counts::count(copied.rows(), "row(s)");
            let written = counts::size(copied.bytes);
            format!("copying {table}: {rows}, {written} written")
        }
    }
}

fn tell(common: &Common, args: &CopyArgs, end: &ArchiveCopyEnd) -> anyhow::Result<()> {
    if common.json {
        return tell_in_json(args, end);
    }
    match end {
        ArchiveCopyEnd::Copied(copied) => tell_rows(&args.to, copied),
        ArchiveCopyEnd::IsThere => {
            console::data(&format!("{} has this archive already, whole", args.to))
        }
        ArchiveCopyEnd::Damaged(report) => {
            copy_words::tell_damage(report)?;
            console::note(&format!(
                "saseo: {} damaged, and there is no copy: `saseo verify --repair` mends what can \
                 be read again, and --even-damaged copies the archive as it is",
                counts::count(report.damaged, "thing(s) in the archive (is|are)"),
            ));
            Ok(())
        }
    }
}

fn tell_rows(to: &str, copied: &CopiedRows) -> anyhow::Result<()> {
    console::data(&format!(
        "{to}: {} of the archive, {} written and read again, {} there before",
        counts::count(copied.rows(), "row(s)"),
        counts::size(copied.bytes),
        counts::count(copied.found, "row(s)"),
    ))?;
    if copied.removed > 0 {
        let removed = counts::count(copied.removed, "row(s) of the former copy (was|were)");
        console::data(&format!(
            "{removed} removed: the archive does not have them any more"
        ))?;
    }
    Ok(())
}

fn tell_in_json(args: &CopyArgs, end: &ArchiveCopyEnd) -> anyhow::Result<()> {
    let (rows, report) = match end {
        ArchiveCopyEnd::Copied(rows) => (Some(rows), None),
        ArchiveCopyEnd::IsThere => (None, None),
        ArchiveCopyEnd::Damaged(report) => (None, Some(report)),
    };
    console::json(&json!({
        "from": args.from,
        "to": args.to,
        "copied": report.is_none(),
        "written": rows.map(|rows| rows.written),
        "found": rows.map(|rows| rows.found),
        "removed": rows.map(|rows| rows.removed),
        "bytes": rows.map(|rows| rows.bytes),
        "checked": report,
    }))
}
