//! Where the archive of a crawler is, in tests of both engines.

use std::path::Path;

use saseo::archive::ArchiveLocation;

use crate::store;

/// The place of the archive of a crawler with this folder. What belongs to the crawler's machine is
/// in `data`.
pub fn place_of(folder: &Path, data: &Path) -> ArchiveLocation {
    match store::of(folder) {
        Some(address) => ArchiveLocation::parse(&address, data).unwrap(),
        None => ArchiveLocation::folder(data),
    }
}
