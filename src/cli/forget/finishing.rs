//! What takedowns have left to do is done, and what cannot be done yet is told.

use crate::archive::{
    ArchiveError, CleaningEnd, FILE, FileRewrite, Lease, Reader, StoreError, UnreadableBodies,
    Writer, remove_dead_copies,
};
use crate::cli::exit::Exit;
use crate::cli::progress::ProgressLine;
use crate::cli::writing::open_archive;
use crate::cli::{Common, console, hint};
use crate::clock::Clock;
use crate::config::units::Bytes;
use crate::counts;
use crate::crawl_session::check_free_disk;
use crate::signals::{CaughtSignals, StopSignal};

/// Does what earlier takedowns have left to do.
pub(super) fn finish_earlier(
    common: &Common,
    reader: &Reader,
    unreadable: UnreadableBodies,
) -> anyhow::Result<Exit> {
    // A backup that was killed since then has left a copy of the state before.
    remove_dead_copies(common.data());
    if reader.cleaning_state()?.is_done() {
        console::data("nothing is left to do")?;
        return Ok(Exit::Done);
    }
    let signal = CaughtSignals::new()?.noted();
    let clock = Clock::system();
    let (mut archive, lease) = match open_archive(common, "forget", &clock) {
        Ok(opened) => opened,
        Err(error) => match error.downcast() {
            Ok(error @ ArchiveError::DiskFull) => return tell_rest(common, Err(error), 0),
            Ok(error) => return Err(error.into()),
            Err(error) => return Err(error),
        },
    };
    if unreadable == UnreadableBodies::GivenUp {
        give_up(common, (&mut archive, lease), &clock)?;
    }
    finish(common, (&mut archive, lease), &clock, || {
        signal.get().copied()
    })
}

/// Gives up what cannot be read in objects that are to be deleted.
fn give_up(
    common: &Common,
    (archive, lease): (&mut Writer, Lease),
    clock: &Clock,
) -> anyhow::Result<()> {
    let given_up = UnreadableBodies::GivenUp;
    let settled = archive.settle_objects(lease, given_up, clock.now(), || true)?;
    let damaged = settled.unwrap_or_default().damaged;
    if damaged > 0 {
        console::note(&format!(
            "{} given up: `{}` names them",
            counts::count(damaged, "page(s) that could not be read (was|were)"),
            hint::command(common, &["verify"])
        ));
    }
    Ok(())
}

/// Does what is left to do, and tells what is not done yet.
pub(super) fn finish(
    common: &Common,
    (archive, lease): (&mut Writer, Lease),
    clock: &Clock,
    stopped: impl Fn() -> Option<StopSignal>,
) -> anyhow::Result<Exit> {
    let (rewrite, wanted) = rewrite(common);
    let line = ProgressLine::new(common);
    archive.mark_announced_objects(lease)?;
    let end = archive.clean(lease, rewrite, clock.now(), |left| {
        line.show(&format!("cleaning: {left} pages to compress anew"));
        stopped().is_none()
    });
    line.end();

    let exit = tell_rest(common, end, wanted)?;
    Ok(match stopped() {
        Some(signal) if exit != Exit::Done => signal.into(),
        Some(_) | None => exit,
    })
}

/// Tells what a cleaning has left to do.
fn tell_rest(
    common: &Common,
    end: Result<CleaningEnd, ArchiveError>,
    wanted: u64,
) -> anyhow::Result<Exit> {
    let again = hint::command(common, &["forget", "--finish"]);
    let Some(left) = what_is_left(end, &again, wanted)? else {
        return Ok(Exit::Done);
    };
    console::note(&format!("saseo: {left}"));
    Ok(Exit::Failures)
}

/// Tells what a cleaning has left to do, and what to do about it; `None` where nothing is left.
fn what_is_left(
    end: Result<CleaningEnd, ArchiveError>,
    again: &str,
    wanted: u64,
) -> Result<Option<String>, ArchiveError> {
    let left = match end {
        Ok(CleaningEnd::Done(done)) if done.damaged == 0 => return Ok(None),
        Ok(CleaningEnd::Done(done)) => format!(
            "{} that needed a removed page, or were in one object with it, could not be read: `saseo \
             verify` names them",
            counts::count(done.damaged, "page(s)")
        ),
        Ok(CleaningEnd::ObjectsLeft { objects, pages }) => format!(
            "the articles are removed, but {} in object storage cannot be replaced yet, and {} \
             there need a removed page: other pages of theirs cannot be read, as `saseo verify` \
             tells, or another process is at it; then `{again}`. Where what is missing will not \
             come back, `{again} --give-up-unreadable` deletes the objects without it",
            counts::count(objects, "object(s)"),
            counts::count(pages, "page(s)")
        ),
        Ok(CleaningEnd::Stopped) => format!("stopped: `{again}` goes on"),
        Ok(CleaningEnd::LogInUse) => format!(
            "another program reads the archive, so that bytes of what was removed may stand in \
             {FILE}-wal: close it, then `{again}`"
        ),
        Ok(CleaningEnd::RewriteLeft) => format!(
            "to write the file anew, SQLite needs {} on the disk for a while: make room, then \
             `{again}`; until then, free room of the file may have former bytes",
            counts::size(wanted)
        ),
        Ok(CleaningEnd::NotAllowed { tables }) => format!(
            "the articles are removed, but this user may not have the server clean its files: let \
             the owner of {} run VACUUM, or `{again}`",
            tables.join(", ")
        ),
        Err(ArchiveError::Store(StoreError::ObjectStorage { name, why })) => format!(
            "the articles are removed, but objects in {name} still have their pages ({why}): look \
             whether it can be reached, then `{again}`"
        ),
        Err(ArchiveError::DiskFull) => format!(
            "the disk is full: the articles are removed, but their bytes may stand in the file and \
             in {FILE}-wal; make room, then `{again}`"
        ),
        Err(error) => return Err(error),
    };
    Ok(Some(left))
}

/// Returns whether the disk has room for the file to be written anew, and how much that takes.
fn rewrite(common: &Common) -> (FileRewrite, u64) {
    let size = std::fs::metadata(common.data().join(FILE)).map_or(0, |file| file.len());
    // The whole file is written anew, to SQLite's log and then to its place.
    let wanted = size.saturating_mul(2);
    match check_free_disk(common.data(), Bytes(wanted)) {
        Ok(()) => (FileRewrite::AsAsked, wanted),
        Err(_) => (FileRewrite::Later, wanted),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_leaves_something_to_finish() {
        let left = what_is_left(Err(ArchiveError::DiskFull), "saseo forget --finish", 0);

        let told = left.unwrap().unwrap();
        assert!(
            told.contains("make room, then `saseo forget --finish`"),
            "{told}"
        );
    }
}
