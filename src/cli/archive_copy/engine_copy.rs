//! The command in a program that knows PostgreSQL.

use std::ops::ControlFlow;

use serde_json::json;

use crate::archive::{ArchiveError, CopiedRows};
use crate::archive_copy::{ArchivePlace, copy as copy_archive};
use crate::cli::archive_copy::CopyArgs;
use crate::cli::exit::Exit;
use crate::cli::progress::ProgressLine;
use crate::cli::{Common, console};
use crate::clock::Clock;
use crate::counts;
use crate::signals::CaughtSignals;

/// Copies the archive, and tells what was done.
pub(super) fn copy(common: &Common, args: &CopyArgs) -> anyhow::Result<Exit> {
    let place = |text: &str| ArchivePlace::parse(text).map_err(ArchiveError::from);
    let (from, to) = (place(&args.from)?, place(&args.to)?);
    let signal = CaughtSignals::new()?.noted();

    let line = ProgressLine::new(common);
    let copied = copy_archive(&from, &to, &Clock::system(), |table, copied| {
        let rows = counts::count(copied.rows(), "row(s)");
        line.show(&format!(
            "{table}: {rows}, {} written",
            counts::size(copied.bytes)
        ));
        match signal.get() {
            Some(_) => ControlFlow::Break(()),
            None => ControlFlow::Continue(()),
        }
    })?;
    line.end();

    tell(common, args, &copied)?;
    Ok(match signal.get().filter(|_| copied.is_broken_off) {
        Some(stop) => (*stop).into(),
        None => Exit::Done,
    })
}

fn tell(common: &Common, args: &CopyArgs, copied: &CopiedRows) -> anyhow::Result<()> {
    if common.json {
        return console::json(&json!({
            "from": args.from,
            "to": args.to,
            "written": copied.written,
            "found": copied.found,
            "removed": copied.removed,
            "bytes": copied.bytes,
            "broken_off": copied.is_broken_off,
        }));
    }

    console::data(&format!(
        "{}: {} of the archive, {} written and read again, {} there before",
        args.to,
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
    if copied.is_broken_off {
        console::note("the copy is not finished: run the same command again, it goes on");
    }
    Ok(())
}
