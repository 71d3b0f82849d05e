//! The archive, opened for writing as a crawl opens it.

use std::path::Path;

use saseo::archive::{ArchiveError, ArchiveLocation, Lock, Writer};
use saseo::config::settings::Durability;

pub fn open_archive(data: &Path) -> Result<Writer, ArchiveError> {
    open_archive_at(&ArchiveLocation::folder(data))
}

pub fn open_archive_at(place: &ArchiveLocation) -> Result<Writer, ArchiveError> {
    let lock = Lock::take(place.data(), "a test")?;
    Writer::at(place, lock, Durability::Normal)
}
