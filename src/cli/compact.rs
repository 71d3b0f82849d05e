//! `saseo compact`: pages that were kept earlier take less room.

use std::path::Path;

use clap::Args;
use serde_json::json;

use crate::archive::{UnknownObjects, Writer};
use crate::cli::exit::Exit;
use crate::cli::progress::ProgressLine;
use crate::cli::writing::open_archive;
use crate::cli::{Common, console, hint};
use crate::clock::Clock;
use crate::compact::{Compaction, Moving, compact, move_bodies};
use crate::config::units::Bytes;
use crate::counts;
use crate::crawl_session::check_free_disk;
use crate::signals::CaughtSignals;

#[derive(Debug, Args)]
pub(super) struct CompactArgs {
    /// Leave the room that is free then in the file, for pages to come; the file stays as large as
    /// it is
    #[arg(long)]
    keep_room: bool,
    /// Delete the objects that no row of this archive names: those of a state that a backup
    /// replaced. Only where no other archive keeps pages at the same place
    #[arg(long)]
    delete_unknown: bool,
}

/// The size of the archive's file, or of its tables, before and after.
struct FileSizes {
    before: u64,
    after: u64,
    /// Room in the file that was free and is wanted back.
    free: u64,
}

/// Compacts the archive, and tells what it saved.
pub(super) fn run(common: &Common, args: &CompactArgs) -> anyhow::Result<Exit> {
    let signal = CaughtSignals::new()?.noted();
    let clock = Clock::system();
    let (mut archive, lease) = open_archive(common, "compact", &clock)?;
    let before = archive.size()?;

    let line = ProgressLine::new(common);
    let compaction = compact(
        &mut archive,
        lease,
        &clock,
        || signal.get().is_some(),
        |progress| line.show(&format!("{} answers to go", progress.left)),
    )?;
    let moving = match compaction.is_broken_off {
        true => Moving::default(),
        false => move_bodies(
            &mut archive,
            lease,
            &clock,
            || signal.get().is_some(),
            |bytes| line.show(&format!("{} to move", counts::size(bytes))),
        )?,
    };
    let may_delete = args.delete_unknown && moving.unknown.gone == 0;
    if may_delete {
        archive.delete_unknown(lease, &moving.unknown)?;
    }
    let is_broken_off = compaction.is_broken_off || moving.is_broken_off;
    let free = if args.keep_room {
        0
    } else {
        archive.free_room()?
    };
    if !is_broken_off && free > 0 {
        line.show("giving the room back");
        give_room_back(common, &mut archive)?;
    }
    line.end();

    let sizes = FileSizes {
        before,
        after: archive.size()?,
        free,
    };
    let done = Done {
        compaction,
        moving,
        sizes,
    };
    tell(common, archive.path(), &done)?;
    tell_unknown(common, args, &done.moving.unknown);
    Ok(match (is_broken_off, signal.get()) {
        (true, Some(stop)) => (*stop).into(),
        (true, None) => Exit::Interrupted,
        (false, _) if done.has_damage() => Exit::Failures,
        (false, _) => Exit::Done,
    })
}

/// What a compaction did.
struct Done {
    compaction: Compaction,
    moving: Moving,
    sizes: FileSizes,
}

impl Done {
    fn has_damage(&self) -> bool {
        let moving = &self.moving;
        let settled = &moving.settled;
        let is_missing = settled.damaged > 0 || settled.left > 0 || moving.unknown.gone > 0;
        self.compaction.bodies.damaged > 0 || is_missing
    }

    fn is_broken_off(&self) -> bool {
        self.compaction.is_broken_off || self.moving.is_broken_off
    }

    /// Tells whether there was nothing to do.
    fn is_nothing(&self) -> bool {
        let is_whole = !self.is_broken_off() && !self.has_damage();
        let moving = &self.moving;
        let is_moved = moving.bundled.bodies > 0 || moving.recovered.bodies > 0;
        let has_moved = is_moved || moving.settled.deleted > 0;
        let is_smaller = self.compaction.bodies.smaller > 0 || self.sizes.free > 0;
        is_whole && !has_moved && !is_smaller
    }
}

/// Gives free room back to the disk, where the disk has room for it.
fn give_room_back(common: &Common, archive: &mut Writer) -> anyhow::Result<()> {
    // The whole file is written anew, to SQLite's log and then to its place.
    let wanted = archive.size()?.saturating_mul(2);
    if let Err(too_little) = check_free_disk(common.data(), Bytes(wanted)) {
        console::note(&format!(
            "the pages are compressed, and the file keeps its size: to make it smaller, SQLite \
             needs {} for a while ({too_little})",
            counts::size(wanted)
        ));
        return Ok(());
    }
    Ok(archive.give_room_back()?)
}

/// Tells of the objects that no row of the archive names.
fn tell_unknown(common: &Common, args: &CompactArgs, unknown: &UnknownObjects) {
    if unknown.gone > 0 {
        console::note(&format!(
            "{} that this archive names (is|are) not in object storage: `{}` names the pages",
            counts::count(unknown.gone as u64, "object(s)"),
            hint::command(common, &["verify"])
        ));
    }
    if unknown.names.is_empty() {
        return;
    }
    let objects = counts::count(unknown.names.len() as u64, "object(s)");
    if args.delete_unknown && unknown.gone > 0 {
        console::note(&format!(
            "{objects} that no row of this archive names are left: one of them may be what is \
             missing"
        ));
        return;
    }
    if args.delete_unknown {
        console::note(&format!(
            "deleted: {objects} that no row of this archive named"
        ));
        return;
    }
    console::note(&format!(
        "{objects} in object storage are named by no row of this archive: they are of a state that \
         a backup replaced, or of another archive; `{}` deletes them",
        hint::command(common, &["compact", "--delete-unknown"])
    ));
}

fn tell(common: &Common, archive: &Path, done: &Done) -> anyhow::Result<()> {
    let Done {
        compaction,
        moving,
        sizes,
    } = done;
    let (bodies, bundled, settled) = (&compaction.bodies, &moving.bundled, &moving.settled);
    if common.json {
        return console::json(&json!({
            "archive": archive,
            "bodies": bodies.seen,
            "smaller": bodies.smaller,
            "damaged": bodies.damaged,
            "bytes_before": bodies.bytes_before,
            "bytes_after": bodies.bytes_after,
            "file_before": sizes.before,
            "file_after": sizes.after,
            "moved": bundled.bodies,
            "moved_bytes": bundled.bytes,
            "objects": bundled.bundles,
            "objects_deleted": settled.deleted,
            "recovered": moving.recovered.bodies,
            "objects_unknown": moving.unknown.names,
            "objects_missing": moving.unknown.gone,
            "broken_off": done.is_broken_off(),
        }));
    }

    if done.is_nothing() {
        return console::data(&format!(
            "nothing is left to do: the archive is compact, {}",
            counts::size(sizes.after)
        ));
    }
    console::data(&format!(
        "{} of {} smaller: {} before, {} now; the archive: {} before, {} now",
        bodies.smaller,
        counts::count(bodies.seen, "page(s)"),
        counts::size(bodies.bytes_before),
        counts::size(bodies.bytes_after),
        counts::size(sizes.before),
        counts::size(sizes.after),
    ))?;
    if bundled.bodies > 0 || settled.deleted > 0 {
        console::data(&format!(
            "object storage: {} moved there in {}, {}; {} deleted",
            counts::count(bundled.bodies, "page(s)"),
            counts::count(bundled.bundles, "object(s)"),
            counts::size(bundled.bytes),
            counts::count(settled.deleted, "object(s)"),
        ))?;
    }
    let recovered = &moving.recovered;
    if recovered.bodies > 0 {
        console::data(&format!(
            "{} taken back from {} that no row of this archive names",
            counts::count(recovered.bodies, "missing page(s) (was|were)"),
            counts::count(recovered.objects, "object(s)"),
        ))?;
    }
    let damaged = bodies.damaged + settled.damaged;
    if damaged > 0 {
        console::note(&format!(
            "{} could not be read and stand as they were: `saseo verify` names them",
            counts::count(damaged, "page(s)")
        ));
    }
    Ok(())
}
