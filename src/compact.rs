//! Compaction of an archive: older bodies are compressed with dictionaries, and the disk gets the
//! room back.

use crate::archive::{ArchiveError, CompactedBodies, Lease, Writer};
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
