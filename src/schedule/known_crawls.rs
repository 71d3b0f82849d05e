//! What a scheduler knows of the archive: its time, and when each paper was crawled last.

use std::collections::BTreeMap;

use crate::archive::{ArchiveError, ArchiveLocation, LastCrawl, Reader, vanished};
use crate::time::Timestamp;

/// The last crawls of an archive's papers, and the time that they are by.
#[derive(Debug)]
pub(super) struct KnownCrawls {
    /// The moment by the clock of the archive: where machines share one, that of its server. Each
    /// crawl goes by that clock, and the moments of the last crawls do.
    pub now: Timestamp,
    /// Nothing where there is no archive yet, or one that the next crawl will bring up to date.
    pub last: BTreeMap<String, LastCrawl>,
}

impl KnownCrawls {
    /// Looks at the archive of a place. `has_archive` tells whether one was there before: an
    /// archive that is gone is not begun anew, which would ask for the whole paper again.
    pub(super) fn of(
        place: &ArchiveLocation,
        has_archive: &mut bool,
    ) -> Result<Self, ArchiveError> {
        match Reader::of(place) {
            Ok(reader) => {
                *has_archive = true;
                let now = reader.clock()?.now();
                let last = reader.last_crawls(now)?;
                Ok(Self { now, last })
            }
            Err(error) if error.is_missing() && *has_archive => Err(vanished(place.data())),
            Err(error) if error.is_missing() || error.is_not_ready() => Ok(Self {
                now: place.clock()?.now(),
                last: BTreeMap::new(),
            }),
            Err(error) => Err(error),
        }
    }
}
