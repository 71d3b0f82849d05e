//! Room on the disk, and what is done where there is too little: a crawl stops before the disk is full.

use std::path::{Path, PathBuf};

use crate::config::units::Bytes;
use crate::disk;

const MIB: f64 = 1024.0 * 1024.0;

/// The archive's disk has less room than is to be left.
#[derive(Clone, Debug, thiserror::Error)]
#[error(
    "the disk of {} has {:.1} MiB left, less than limits.free_disk ({:.1} MiB); what is stored is safe: make room, and `resume` goes on",
    data.display(),
    *free as f64 / MIB,
    *least as f64 / MIB
)]
pub(super) struct TooLittleRoom {
    data: PathBuf,
    free: u64,
    least: u64,
}

/// Tells whether there is room; where the system does not say, there is.
pub(super) fn check(data: &Path, Bytes(least): Bytes) -> Result<(), TooLittleRoom> {
    match disk::free(data) {
        Some(free) if free < least => Err(TooLittleRoom {
            data: data.to_owned(),
            free,
            least,
        }),
        _ => Ok(()),
    }
}
