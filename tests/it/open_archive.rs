//! The archive in a folder, opened for writing as a crawl opens it.

use std::path::Path;

use saseo::archive::{ArchiveError, Lock, Writer};
use saseo::config::settings::Durability;

pub fn open_archive(data: &Path) -> Result<Writer, ArchiveError> {
    Writer::open(Lock::take(data, "a test")?, Durability::Normal)
}
