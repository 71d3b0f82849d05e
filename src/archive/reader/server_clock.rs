//! The clock that an archive's moments are by.

use crate::archive::error::ArchiveError;
use crate::archive::reader::Reader;
#[cfg(feature = "crawl")]
use crate::clock::Clock;
use crate::time::Timestamp;

#[doc(hidden)]
impl Reader {
    /// Returns a clock as [`Writer::clock`](crate::archive::Writer::clock) does: the system's, or
    /// for a shared archive one that was set by the database's server.
    #[cfg(feature = "crawl")]
    pub fn clock(&self) -> Result<Clock, ArchiveError> {
        if !self.connection.is_shared() {
            return Ok(Clock::system());
        }
        Ok(Clock::of_server(self.server_now()?))
    }

    /// Returns the moment of the server of a shared archive.
    pub(super) fn server_now(&self) -> Result<Timestamp, ArchiveError> {
        let now = self
            .connection
            .query_row("SELECT server_now()", [], |row| row.get(0))?;
        Ok(Timestamp::from_millis(now))
    }
}
