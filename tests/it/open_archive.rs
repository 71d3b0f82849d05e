//! The archive, opened for writing as a crawl opens it: in a folder, or where the archives of these
//! tests are.

use std::path::Path;

use saseo::archive::{ArchiveError, ArchiveLocation, Lock, Writer};
use saseo::config::settings::Durability;

use crate::store;

pub fn open_archive(data: &Path) -> Result<Writer, ArchiveError> {
    open_archive_at(&ArchiveLocation::folder(data))
}

pub fn open_archive_at(place: &ArchiveLocation) -> Result<Writer, ArchiveError> {
    let lock = Lock::take(place.data(), "a test")?;
    Writer::at(place, lock, Durability::Normal)
}

/// The place of the archive of a crawler with this folder. What belongs to the crawler's machine is
/// in `data`.
pub fn place_of(folder: &Path, data: &Path) -> ArchiveLocation {
    match store::of(folder) {
        Some(address) => ArchiveLocation::parse(&address, data).unwrap(),
        None => ArchiveLocation::folder(data),
    }
}
