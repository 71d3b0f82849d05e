//! Compaction of an archive: older bodies are compressed with dictionaries, bodies move into object
//! storage where the archive has one, and the disk gets the room back.

use crate::archive::{
    ArchiveError, BundleFill, BundledBodies, CompactedBodies, Lease, RecoveredBodies,
    SettledObjects, UnknownObjects, UnreadableBodies, Writer,
};
use crate::clock::Clock;

/// Captures in one transaction: some 20 MB of pages, and a stopped compaction repeats less than a
/// second of work.
const BATCH: u32 = 500;

/// The progress of a compaction, in captures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct CompactProgress {
    pub left: u64,
}

/// The end of a compaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Compaction {
    pub bodies: CompactedBodies,
    /// It was stopped before its end. The next one goes on.
    pub is_broken_off: bool,
}

/// Compresses the bodies of captures that no earlier compaction looked at, oldest first, until all
/// are done or `is_stopped` says so. Each batch is saved together with its position.
///
/// # Errors
///
/// Returns an error if the archive cannot be read or written. Saved batches stay saved.
pub(crate) fn compact(
    archive: &mut Writer,
    lease: Lease,
    clock: &Clock,
    is_stopped: impl Fn() -> bool,
    mut watch: impl FnMut(CompactProgress),
) -> Result<Compaction, ArchiveError> {
    let mut bodies = CompactedBodies::default();
    let mut left = archive.captures_to_compact()?;

    loop {
        watch(CompactProgress { left });
        if is_stopped() {
            return Ok(Compaction {
                bodies,
                is_broken_off: true,
            });
        }

        let Some(batch) = archive.compact_bodies(lease, BATCH, clock.now())? else {
            return Ok(Compaction {
                bodies,
                is_broken_off: false,
            });
        };
        archive.save()?;
        bodies.add(batch);
        left = left.saturating_sub(u64::from(BATCH));
    }
}

/// What became of bodies and of their objects.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Moving {
    /// Bodies that were missing.
    pub recovered: RecoveredBodies,
    pub bundled: BundledBodies,
    pub settled: SettledObjects,
    /// Objects that no row of the archive names.
    pub unknown: UnknownObjects,
    /// It was stopped before its end. The next one goes on.
    pub is_broken_off: bool,
}

/// Takes missing bodies back from objects that no row of the archive names, moves all bodies that
/// may go into object storage, and deletes the objects that are not needed
/// any more: those of a process that was killed, of removed pages, and bundles less than half of
/// which is needed. Nobody else may write. Each step is saved. `watch` is told how many bytes are
/// left.
///
/// # Errors
///
/// Returns an error if the archive cannot be read or written, or its object storage. What was moved
/// stays moved.
pub(crate) fn move_bodies(
    archive: &mut Writer,
    lease: Lease,
    clock: &Clock,
    is_stopped: impl Fn() -> bool,
    mut watch: impl FnMut(u64),
) -> Result<Moving, ArchiveError> {
    let mut moving = Moving::default();
    archive.mark_announced_objects(lease)?;
    archive.save()?;
    match archive.recover_bodies(lease, || !is_stopped())? {
        Some(recovered) => moving.recovered = recovered,
        None => {
            moving.is_broken_off = true;
            return Ok(moving);
        }
    }
    // What is not needed any more makes room for what comes.
    settle(archive, lease, clock, &is_stopped, &mut moving)?;

    while !moving.is_broken_off {
        if is_stopped() {
            moving.is_broken_off = true;
            return Ok(moving);
        }
        let Some(upload) = archive.begin_bundle(lease, BundleFill::Rest, clock.now())? else {
            break;
        };
        watch(archive.bytes_to_bundle()?);
        moving.bundled.add(archive.end_bundle(lease, upload)?);
    }

    archive.mark_thin_bundles(lease)?;
    archive.save()?;
    settle(archive, lease, clock, &is_stopped, &mut moving)?;
    if !moving.is_broken_off {
        moving.unknown = archive.unknown_objects(lease)?;
    }
    Ok(moving)
}

/// Deletes the objects that are not needed any more.
fn settle(
    archive: &mut Writer,
    lease: Lease,
    clock: &Clock,
    is_stopped: impl Fn() -> bool,
    moving: &mut Moving,
) -> Result<(), ArchiveError> {
    match archive.settle_objects(lease, UnreadableBodies::WaitFor, clock.now(), || {
        !is_stopped()
    })? {
        Some(settled) => {
            let former = moving.settled;
            moving.settled = SettledObjects {
                deleted: former.deleted + settled.deleted,
                moved: former.moved + settled.moved,
                damaged: former.damaged + settled.damaged,
                // What could not be done the first time could not be the second.
                left: settled.left,
            };
        }
        None => moving.is_broken_off = true,
    }
    Ok(())
}
