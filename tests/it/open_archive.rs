//! The archive in a folder, opened for writing as a crawl opens it.

use std::path::Path;

use saseo::archive::{Archive, ArchiveError, Lock};
use saseo::config::settings::Durability;

pub fn open_archive(data: &Path) -> Result<Archive, ArchiveError> {
    Archive::open(Lock::take(data, "a test")?, Durability::Normal)
}
